"""Core nodes that load models, encode, sample and decode; and the well-known IP-Adapter pack."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np

from tests.standins.comfyui.catalogue import SEED, Choice, link, models, node, real, whole
from tests.standins.comfyui.pixels import (
    Conditioning,
    Latent,
    Model,
    Pixels,
    Recipe,
    encoded,
    resized,
    sampled,
)

SAMPLERS = tuple(
    "euler euler_cfg_pp euler_ancestral euler_ancestral_cfg_pp heun heunpp2 dpm_2 "
    "dpm_2_ancestral lms dpm_fast dpm_adaptive dpmpp_2s_ancestral dpmpp_2s_ancestral_cfg_pp "
    "dpmpp_sde dpmpp_sde_gpu dpmpp_2m dpmpp_2m_cfg_pp dpmpp_2m_sde dpmpp_2m_sde_gpu "
    "dpmpp_2m_sde_heun dpmpp_2m_sde_heun_gpu dpmpp_3m_sde dpmpp_3m_sde_gpu ddpm lcm ipndm "
    "ipndm_v deis res_multistep res_multistep_cfg_pp res_multistep_ancestral "
    "res_multistep_ancestral_cfg_pp gradient_estimation gradient_estimation_cfg_pp er_sde "
    "seeds_2 seeds_3 sa_solver sa_solver_pece ddim uni_pc uni_pc_bh2".split()
)
SCHEDULERS = tuple(
    "simple sgm_uniform karras exponential ddim_uniform beta normal linear_quadratic "
    "kl_optimal".split()
)
PREVIEW_PX = 512
SIDE = 8


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
    tuple(
        "stable_diffusion stable_cascade sd3 stable_audio mochi ltxv pixart cosmos lumina2 wan "
        "hidream chroma ace omnigen2 qwen_image hunyuan_image".split()
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


def _empty_latent(name: str, display: str, module: str) -> None:
    @node(
        name,
        required={
            "width": whole(1024, 16, 16384, 8, tooltip="The width of the latent images in pixels."),
            "height": whole(
                1024, 16, 16384, 8, tooltip="The height of the latent images in pixels."
            ),
            "batch_size": whole(1, 1, 4096, tooltip="The number of latent images in the batch."),
        },
        outputs=("LATENT",),
        display=display,
        category="latent",
        module=module,
    )
    def empty(call: Any, width: int, height: int, batch_size: int = 1) -> tuple[Any, ...]:
        return (Latent(width // SIDE * SIDE, height // SIDE * SIDE, batch_size),)


_empty_latent("EmptyLatentImage", "Empty Latent Image", "nodes")
_empty_latent("EmptySD3LatentImage", "EmptySD3LatentImage", "comfy_extras.nodes_sd3")


def _sampled(call: Any, latent: Latent, recipe: Recipe, steps: int) -> Latent:
    result = sampled(latent, recipe)
    assert result.pixels is not None
    final = resized(result.pixels[:1], PREVIEW_PX // 8, PREVIEW_PX // 8)[0].astype(np.float32)
    noise = np.random.default_rng(recipe.random_seed % 2**63).integers(0, 256, final.shape)
    for step in range(steps):
        call.sleep(call.step_seconds)
        share = (step + 1) / steps
        seen = np.clip(final * share + noise * (1 - share), 0, 255).astype(np.uint8)
        large = resized(seen[None], PREVIEW_PX, PREVIEW_PX)[0]
        call.progress(step + 1, steps, ("JPEG", encoded(large, "JPEG", quality=95)))
    return result


SAMPLING = {
    "sampler_name": Choice(
        SAMPLERS,
        {
            "tooltip": "The algorithm used when sampling, this can affect the quality, speed, "
            "and style of the generated output."
        },
    ),
    "scheduler": Choice(
        SCHEDULERS,
        {"tooltip": "The scheduler controls how noise is gradually removed to form the image."},
    ),
    "positive": link(
        "CONDITIONING",
        "The conditioning describing the attributes you want to include in the image.",
    ),
    "negative": link(
        "CONDITIONING",
        "The conditioning describing the attributes you want to exclude from the image.",
    ),
    "latent_image": link("LATENT", "The latent image to denoise."),
}


@node(
    "KSampler",
    required={
        "model": link("MODEL", "The model used for denoising the input latent."),
        "seed": whole(
            0,
            0,
            0xFFFFFFFFFFFFFFFF,
            control_after_generate=True,
            tooltip="The random seed used for creating the noise.",
        ),
        "steps": whole(20, 1, 10000, tooltip="The number of steps used in the denoising process."),
        "cfg": real(8.0, 0.0, 100.0, 0.1, round=0.01),
        **SAMPLING,
        "denoise": real(1.0, 0.0, 1.0, 0.01),
    },
    outputs=("LATENT",),
    category="sampling",
)
def ksampler(
    call: Any,
    model: Model,
    seed: int,
    steps: int,
    cfg: float,
    sampler_name: str,
    scheduler: str,
    positive: Conditioning,
    negative: Conditioning,
    latent_image: Latent,
    denoise: float = 1.0,
) -> tuple[Any, ...]:
    recipe = Recipe(model, positive, negative, seed, sampler_name, cfg, denoise)
    return (_sampled(call, latent_image, recipe, steps),)


@node(
    "KSamplerAdvanced",
    required={
        "model": link("MODEL"),
        "add_noise": Choice(("enable", "disable")),
        "noise_seed": SEED,
        "steps": whole(20, 1, 10000),
        "cfg": real(8.0, 0.0, 100.0, 0.1, round=0.01),
        **SAMPLING,
        "start_at_step": whole(0, 0, 10000),
        "end_at_step": whole(10000, 0, 10000),
        "return_with_leftover_noise": Choice(("disable", "enable")),
    },
    outputs=("LATENT",),
    display="KSampler (Advanced)",
    category="sampling",
)
def ksampler_advanced(
    call: Any,
    model: Model,
    noise_seed: int,
    steps: int,
    cfg: float,
    sampler_name: str,
    positive: Conditioning,
    negative: Conditioning,
    latent_image: Latent,
    start_at_step: int,
    end_at_step: int,
    **_: Any,
) -> tuple[Any, ...]:
    done = min(end_at_step, steps) - start_at_step
    recipe = Recipe(model, positive, negative, noise_seed, sampler_name, cfg, done / steps)
    return (_sampled(call, latent_image, recipe, max(done, 1)),)


@node(
    "VAEDecode",
    required={
        "samples": link("LATENT", "The latent to be decoded."),
        "vae": link("VAE", "The VAE model used for decoding the latent."),
    },
    outputs=("IMAGE",),
    display="VAE Decode",
    category="latent",
    description="Decodes latent images back into pixel space images.",
)
def vae_decode(call: Any, samples: Latent, vae: Any) -> tuple[Any, ...]:
    if samples.pixels is not None:
        return (samples.pixels,)
    shape = (samples.batch * samples.length, samples.height, samples.width, 3)
    return (np.full(shape, 127, dtype=np.uint8),)


@node(
    "VAEEncode",
    required={"pixels": link("IMAGE"), "vae": link("VAE")},
    outputs=("LATENT",),
    display="VAE Encode",
    category="latent",
)
def vae_encode(call: Any, pixels: Pixels, vae: Any) -> tuple[Any, ...]:
    return (_encoded(pixels),)


def _encoded(pixels: Pixels) -> Latent:
    count, height, width = pixels.shape[:3]
    height, width = height // SIDE * SIDE, width // SIDE * SIDE
    return Latent(width, height, count, pixels=pixels[:, :height, :width])


@node(
    "VAEEncodeForInpaint",
    required={
        "pixels": link("IMAGE"),
        "vae": link("VAE"),
        "mask": link("MASK"),
        "grow_mask_by": whole(6, 0, 64, 1),
    },
    outputs=("LATENT",),
    display="VAE Encode (for Inpainting)",
    category="latent/inpaint",
)
def vae_encode_for_inpaint(
    call: Any, pixels: Pixels, vae: Any, mask: Pixels, grow_mask_by: int = 6
) -> tuple[Any, ...]:
    return (replace(_encoded(pixels), mask=mask),)


@node(
    "SetLatentNoiseMask",
    required={"samples": link("LATENT"), "mask": link("MASK")},
    outputs=("LATENT",),
    display="Set Latent Noise Mask",
    category="latent/inpaint",
)
def set_latent_noise_mask(call: Any, samples: Latent, mask: Pixels) -> tuple[Any, ...]:
    return (replace(samples, mask=mask),)


@node(
    "UpscaleModelLoader",
    required={"model_name": models("upscale_models")},
    outputs=("UPSCALE_MODEL",),
    display="Load Upscale Model",
    category="loaders",
    module="comfy_extras.nodes_upscale_model",
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
)
def image_upscale_with_model(call: Any, upscale_model: int, image: Pixels) -> tuple[Any, ...]:
    height, width = image.shape[1:3]
    tiles = max(1, -(-width // 512) * -(-height // 512))
    for tile in range(tiles):
        call.sleep(call.step_seconds)
        call.progress(tile + 1, tiles)
    return (resized(image, width * upscale_model, height * upscale_model, "lanczos"),)
