"""Core nodes that load models, encode texts and enlarge pictures."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from tests.standins.comfyui.catalogue import Choice, link, models, node, real, whole
from tests.standins.comfyui.pixels import (
    Conditioning,
    Model,
    Pixels,
    resized,
)


@node(
    "CheckpointLoaderSimple",
    required={"ckpt_name": models("checkpoints", "The name of the checkpoint (model) to load.")},
    outputs=("MODEL", "CLIP", "VAE"),
    output_tooltips=(
        "The model used for denoising latents.",
        "The CLIP model used for encoding text prompts.",
        "The VAE model used for encoding and decoding images to and from latent space.",
    ),
    display="Load Checkpoint",
    category="loaders",
    description="Loads a diffusion model checkpoint, diffusion models are used to denoise latents.",
)
def checkpoint_loader(call: Any, ckpt_name: str) -> tuple[Any, ...]:
    return Model(ckpt_name), "clip", "vae"


@node(
    "UNETLoader",
    required={
        "unet_name": models("diffusion_models"),
        "weight_dtype": Choice(("default", "fp8_e4m3fn", "fp8_e4m3fn_fast", "fp8_e5m2")),
    },
    outputs=("MODEL",),
    display="Load Diffusion Model",
    category="advanced/loaders",
)
def unet_loader(call: Any, unet_name: str, weight_dtype: str) -> tuple[Any, ...]:
    return (Model(unet_name),)


CLIP_TYPES = Choice(
    (
        "stable_diffusion",
        "stable_cascade",
        "sd3",
        "stable_audio",
        "mochi",
        "ltxv",
        "pixart",
        "cosmos",
        "lumina2",
        "wan",
        "hidream",
        "chroma",
        "ace",
        "omnigen2",
        "qwen_image",
        "hunyuan_image",
    )
)
DEVICE = Choice(("default", "cpu"), {"advanced": True})


@node(
    "CLIPLoader",
    required={"clip_name": models("text_encoders"), "type": CLIP_TYPES},
    optional={"device": DEVICE},
    outputs=("CLIP",),
    display="Load CLIP",
    category="advanced/loaders",
)
def clip_loader(call: Any, clip_name: str, type: str, device: str = "default") -> tuple[Any, ...]:
    return ("clip",)


@node(
    "DualCLIPLoader",
    required={
        "clip_name1": models("text_encoders"),
        "clip_name2": models("text_encoders"),
        "type": Choice(("sdxl", "sd3", "flux", "hunyuan_video", "hidream", "hunyuan_image")),
    },
    optional={"device": DEVICE},
    outputs=("CLIP",),
    category="advanced/loaders",
)
def dual_clip_loader(
    call: Any, clip_name1: str, clip_name2: str, type: str, device: str = "default"
) -> tuple[Any, ...]:
    return ("clip",)


@node(
    "VAELoader",
    required={"vae_name": models("vae")},
    outputs=("VAE",),
    display="Load VAE",
    category="loaders",
)
def vae_loader(call: Any, vae_name: str) -> tuple[Any, ...]:
    return ("vae",)


STRENGTH = real(1.0, -100.0, 100.0, 0.01)


@node(
    "LoraLoader",
    required={
        "model": link("MODEL", "The diffusion model the LoRA will be applied to."),
        "clip": link("CLIP", "The CLIP model the LoRA will be applied to."),
        "lora_name": models("loras", "The name of the LoRA."),
        "strength_model": STRENGTH,
        "strength_clip": STRENGTH,
    },
    outputs=("MODEL", "CLIP"),
    display="Load LoRA",
    category="loaders",
)
def lora_loader(
    call: Any, model: Model, clip: Any, lora_name: str, strength_model: float, strength_clip: float
) -> tuple[Any, ...]:
    return replace(model, loras=(*model.loras, (lora_name, strength_model))), clip


@node(
    "LoraLoaderModelOnly",
    required={"model": link("MODEL"), "lora_name": models("loras"), "strength_model": STRENGTH},
    outputs=("MODEL",),
    category="loaders",
)
def lora_loader_model_only(
    call: Any, model: Model, lora_name: str, strength_model: float
) -> tuple[Any, ...]:
    return (replace(model, loras=(*model.loras, (lora_name, strength_model))),)


def _shift(name: str, inputs: dict[str, Any], module: str) -> None:
    """Nodes that only tune a model: it goes through as it came."""

    @node(
        name,
        required={"model": link("MODEL"), **inputs},
        outputs=("MODEL",),
        category="advanced/model",
        module=module,
    )
    def keep(call: Any, model: Model, **_: Any) -> tuple[Any, ...]:
        return (model,)


_shift(
    "ModelSamplingSD3", {"shift": real(3.0, 0.0, 100.0, 0.01)}, "comfy_extras.nodes_model_advanced"
)
_shift(
    "ModelSamplingFlux",
    {
        "max_shift": real(1.15, 0.0, 100.0, 0.01),
        "base_shift": real(0.5, 0.0, 100.0, 0.01),
        "width": whole(1024, 16, 16384, 8),
        "height": whole(1024, 16, 16384, 8),
    },
    "comfy_extras.nodes_model_advanced",
)


@node(
    "CLIPSetLastLayer",
    required={"clip": link("CLIP"), "stop_at_clip_layer": whole(-1, -24, -1, 1)},
    outputs=("CLIP",),
    display="CLIP Set Last Layer",
    category="conditioning",
)
def clip_set_last_layer(call: Any, clip: Any, stop_at_clip_layer: int) -> tuple[Any, ...]:
    return (clip,)


@node(
    "CLIPTextEncode",
    required={
        "text": (
            "STRING",
            {"multiline": True, "dynamicPrompts": True, "tooltip": "The text to be encoded."},
        ),
        "clip": link("CLIP", "The CLIP model used for encoding the text."),
    },
    outputs=("CONDITIONING",),
    display="CLIP Text Encode (Prompt)",
    category="conditioning",
)
def clip_text_encode(call: Any, text: str, clip: Any) -> tuple[Any, ...]:
    return (Conditioning(text),)


@node(
    "FluxGuidance",
    required={"conditioning": link("CONDITIONING"), "guidance": real(3.5, 0.0, 100.0, 0.1)},
    outputs=("CONDITIONING",),
    category="advanced/conditioning/flux",
    module="comfy_extras.nodes_flux",
    newer=True,
)
def flux_guidance(call: Any, conditioning: Conditioning, guidance: float) -> tuple[Any, ...]:
    return (conditioning,)


@node(
    "ConditioningZeroOut",
    required={"conditioning": link("CONDITIONING")},
    outputs=("CONDITIONING",),
    category="advanced/conditioning",
)
def conditioning_zero_out(call: Any, conditioning: Conditioning) -> tuple[Any, ...]:
    return (Conditioning(""),)


@node(
    "UpscaleModelLoader",
    required={"model_name": models("upscale_models")},
    outputs=("UPSCALE_MODEL",),
    display="Load Upscale Model",
    category="loaders",
    module="comfy_extras.nodes_upscale_model",
    newer=True,
)
def upscale_model_loader(call: Any, model_name: str) -> tuple[Any, ...]:
    found = re.search(r"(?i)(\d)x|x(\d)", model_name)
    return (int(found[1] or found[2]) if found else 4,)


@node(
    "ImageUpscaleWithModel",
    required={"upscale_model": link("UPSCALE_MODEL"), "image": link("IMAGE")},
    outputs=("IMAGE",),
    display="Upscale Image (using Model)",
    category="image/upscaling",
    module="comfy_extras.nodes_upscale_model",
    newer=True,
)
def image_upscale_with_model(call: Any, upscale_model: int, image: Pixels) -> tuple[Any, ...]:
    height, width = image.shape[1:3]
    tiles = max(1, -(-width // 512) * -(-height // 512))
    for tile in range(tiles):
        call.sleep(call.step_seconds)
        call.progress(tile + 1, tiles)
    return (resized(image, width * upscale_model, height * upscale_model, "lanczos"),)
