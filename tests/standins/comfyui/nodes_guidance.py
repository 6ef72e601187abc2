"""Nodes that guide a model with pictures: ControlNet, CLIP vision, IP-Adapter; and Wan films."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.standins.comfyui.catalogue import Choice, link, models, node, real, whole
from tests.standins.comfyui.pixels import Conditioning, Latent, Model, Pixels, resized

WAN = "comfy_extras.nodes_wan"
PACK = "custom_nodes.ComfyUI_IPAdapter_plus"
WEIGHT_TYPES = (
    "linear",
    "ease in",
    "ease out",
    "ease in-out",
    "reverse in-out",
    "weak input",
    "weak output",
    "weak middle",
    "strong middle",
    "style transfer",
    "composition",
    "strong style transfer",
    "style and composition",
    "style transfer precise",
    "composition precise",
)
PRESETS = (
    "LIGHT - SD1.5 only (low strength)",
    "STANDARD (medium strength)",
    "VIT-G (medium strength)",
    "PLUS (high strength)",
    "PLUS FACE (portraits)",
    "FULL FACE - SD1.5 only (portraits stronger)",
)
SHARE = real(0.0, 0.0, 1.0, 0.001)
END = real(1.0, 0.0, 1.0, 0.001)


@node(
    "ControlNetLoader",
    required={"control_net_name": models("controlnet")},
    outputs=("CONTROL_NET",),
    display="Load ControlNet Model",
    category="loaders",
)
def control_net_loader(call: Any, control_net_name: str) -> tuple[Any, ...]:
    return (control_net_name,)


@node(
    "ControlNetApplyAdvanced",
    required={
        "positive": link("CONDITIONING"),
        "negative": link("CONDITIONING"),
        "control_net": link("CONTROL_NET"),
        "image": link("IMAGE"),
        "strength": real(1.0, 0.0, 10.0, 0.01),
        "start_percent": SHARE,
        "end_percent": END,
    },
    optional={"vae": link("VAE")},
    outputs=("CONDITIONING", "CONDITIONING"),
    output_names=("positive", "negative"),
    display="Apply ControlNet",
    category="conditioning/controlnet",
)
def control_net_apply(
    call: Any,
    positive: Conditioning,
    negative: Conditioning,
    image: Pixels,
    strength: float,
    **_: Any,
) -> tuple[Any, ...]:
    return replace(positive, controls=(*positive.controls, (image, strength))), negative


@node(
    "CLIPVisionLoader",
    required={"clip_name": models("clip_vision")},
    outputs=("CLIP_VISION",),
    display="Load CLIP Vision",
    category="loaders",
)
def clip_vision_loader(call: Any, clip_name: str) -> tuple[Any, ...]:
    return (clip_name,)


@node(
    "CLIPVisionEncode",
    required={
        "clip_vision": link("CLIP_VISION"),
        "image": link("IMAGE"),
        "crop": Choice(("center", "none")),
    },
    outputs=("CLIP_VISION_OUTPUT",),
    display="CLIP Vision Encode",
    category="conditioning",
)
def clip_vision_encode(call: Any, clip_vision: Any, image: Pixels, crop: str) -> tuple[Any, ...]:
    return (image,)


@node(
    "IPAdapterModelLoader",
    required={"ipadapter_file": models("ipadapter")},
    outputs=("IPADAPTER",),
    display="IPAdapter Model Loader",
    category="ipadapter/loaders",
    module=PACK,
)
def ipadapter_model_loader(call: Any, ipadapter_file: str) -> tuple[Any, ...]:
    return (ipadapter_file,)


@node(
    "IPAdapterUnifiedLoader",
    required={"model": link("MODEL"), "preset": Choice(PRESETS)},
    optional={"ipadapter": link("IPADAPTER")},
    outputs=("MODEL", "IPADAPTER"),
    output_names=("model", "ipadapter"),
    display="IPAdapter Unified Loader",
    category="ipadapter",
    module=PACK,
)
def ipadapter_unified_loader(
    call: Any, model: Model, preset: str, ipadapter: Any = None
) -> tuple[Any, ...]:
    return model, preset


def _anchored(model: Model, image: Pixels, weight: float) -> tuple[Any, ...]:
    return (replace(model, anchors=(*model.anchors, (image, weight))),)


@node(
    "IPAdapter",
    required={
        "model": link("MODEL"),
        "ipadapter": link("IPADAPTER"),
        "image": link("IMAGE"),
        "weight": real(1.0, -1.0, 3.0, 0.05),
        "start_at": SHARE,
        "end_at": END,
        "weight_type": Choice(("standard", "prompt is more important", "style transfer")),
    },
    optional={"attn_mask": link("MASK")},
    outputs=("MODEL",),
    category="ipadapter",
    module=PACK,
)
def ipadapter(call: Any, model: Model, image: Pixels, weight: float, **_: Any) -> tuple[Any, ...]:
    return _anchored(model, image, weight)


@node(
    "IPAdapterAdvanced",
    required={
        "model": link("MODEL"),
        "ipadapter": link("IPADAPTER"),
        "image": link("IMAGE"),
        "weight": real(1.0, -1.0, 5.0, 0.05),
        "weight_type": Choice(WEIGHT_TYPES),
        "combine_embeds": Choice(("concat", "add", "subtract", "average", "norm average")),
        "start_at": SHARE,
        "end_at": END,
        "embeds_scaling": Choice(("V only", "K+V", "K+V w/ C penalty", "K+mean(V) w/ C penalty")),
    },
    optional={
        "image_negative": link("IMAGE"),
        "attn_mask": link("MASK"),
        "clip_vision": link("CLIP_VISION"),
    },
    outputs=("MODEL",),
    display="IPAdapter Advanced",
    category="ipadapter",
    module=PACK,
)
def ipadapter_advanced(
    call: Any, model: Model, image: Pixels, weight: float, **_: Any
) -> tuple[Any, ...]:
    return _anchored(model, image, weight)


FILM = {
    "width": whole(832, 16, 16384, 16),
    "height": whole(480, 16, 16384, 16),
    "length": whole(81, 1, 16384, 4),
    "batch_size": whole(1, 1, 4096),
}


def _size(width: int, height: int, length: int) -> tuple[int, int, int]:
    """What the model can do: sides in steps of 16 pixels, 1 + 4n frames."""
    return width // 16 * 16, height // 16 * 16, (length - 1) // 4 * 4 + 1


def _fitted(image: Pixels | None, width: int, height: int) -> Pixels | None:
    return None if image is None else resized(image[:1], width, height, crop="center")


def _film(
    width: int, height: int, length: int, start: Pixels | None, end: Pixels | None = None
) -> Latent:
    width, height, length = _size(width, height, length)
    return Latent(
        width,
        height,
        length=length,
        start=_fitted(start, width, height),
        end=_fitted(end, width, height),
    )


CONDITIONED = {
    "positive": link("CONDITIONING"),
    "negative": link("CONDITIONING"),
    "vae": link("VAE"),
}


@node(
    "WanImageToVideo",
    required={**CONDITIONED, **FILM},
    optional={"clip_vision_output": link("CLIP_VISION_OUTPUT"), "start_image": link("IMAGE")},
    outputs=("CONDITIONING", "CONDITIONING", "LATENT"),
    output_names=("positive", "negative", "latent"),
    category="conditioning/video_models",
    module=WAN,
    newer=True,
)
def wan_image_to_video(
    call: Any,
    positive: Conditioning,
    negative: Conditioning,
    width: int,
    height: int,
    length: int,
    start_image: Pixels | None = None,
    **_: Any,
) -> tuple[Any, ...]:
    return positive, negative, _film(width, height, length, start_image)


@node(
    "WanFirstLastFrameToVideo",
    required={**CONDITIONED, **FILM},
    optional={
        "clip_vision_start_image": link("CLIP_VISION_OUTPUT"),
        "clip_vision_end_image": link("CLIP_VISION_OUTPUT"),
        "start_image": link("IMAGE"),
        "end_image": link("IMAGE"),
    },
    outputs=("CONDITIONING", "CONDITIONING", "LATENT"),
    output_names=("positive", "negative", "latent"),
    category="conditioning/video_models",
    module=WAN,
    newer=True,
)
def wan_first_last_frame(
    call: Any,
    positive: Conditioning,
    negative: Conditioning,
    width: int,
    height: int,
    length: int,
    start_image: Pixels | None = None,
    end_image: Pixels | None = None,
    **_: Any,
) -> tuple[Any, ...]:
    return positive, negative, _film(width, height, length, start_image, end_image)


@node(
    "EmptyHunyuanLatentVideo",
    required={
        "width": whole(848, 16, 16384, 16),
        "height": whole(480, 16, 16384, 16),
        "length": whole(25, 1, 16384, 4),
        "batch_size": whole(1, 1, 4096),
    },
    outputs=("LATENT",),
    category="latent/video",
    module="comfy_extras.nodes_hunyuan",
)
def empty_film(
    call: Any, width: int, height: int, length: int, batch_size: int = 1
) -> tuple[Any, ...]:
    return (_film(width, height, length, None),)
