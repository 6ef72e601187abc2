"""Core nodes that take a part: of a batch, of a mask, of a picture's size, of a sampler's work."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from tests.standins.comfyui.catalogue import Choice, link, node, real, whole
from tests.standins.comfyui.nodes_images import METHODS, PLAIN
from tests.standins.comfyui.nodes_sampling import vae_encode
from tests.standins.comfyui.pixels import Conditioning, Model, Pixels, resized

IMAGE = link("IMAGE")


@node(
    "ImageFromBatch",
    required={
        "image": IMAGE,
        "batch_index": whole(0, 0, 4095),
        "length": whole(1, 1, 4096),
    },
    outputs=("IMAGE",),
    category="image/batch",
    module=PLAIN,
)
def image_from_batch(call: Any, image: Pixels, batch_index: int, length: int) -> tuple[Any, ...]:
    first = min(len(image) - 1, batch_index)
    return (image[first : first + min(len(image) - first, length)].copy(),)


@node(
    "ImageScaleToTotalPixels",
    required={
        "image": IMAGE,
        "upscale_method": Choice(METHODS),
        "megapixels": real(1.0, 0.01, 16.0, 0.01),
    },
    outputs=("IMAGE",),
    category="image/upscaling",
    module="comfy_extras.nodes_post_processing",
    newer=True,
)
def image_scale_to_total_pixels(
    call: Any, image: Pixels, upscale_method: str, megapixels: float
) -> tuple[Any, ...]:
    height, width = image.shape[1:3]
    factor = math.sqrt(megapixels * 1024 * 1024 / (width * height))
    return (resized(image, round(width * factor), round(height * factor), upscale_method),)


@node(
    "GrowMask",
    required={
        "mask": link("MASK"),
        "expand": whole(0, -16384, 16384, 1),
        "tapered_corners": ("BOOLEAN", {"default": True}),
    },
    outputs=("MASK",),
    display="Grow Mask",
    category="mask",
    module="comfy_extras.nodes_mask",
)
def grow_mask(call: Any, mask: Pixels, expand: int, tapered_corners: bool) -> tuple[Any, ...]:
    if not expand:
        return (mask,)
    spread = ImageFilter.MaxFilter if expand > 0 else ImageFilter.MinFilter
    size = 2 * min(abs(expand), 64) + 1
    grown = [np.asarray(Image.fromarray(one).filter(spread(size))) for one in mask]
    return (np.stack(grown),)


@node(
    "DifferentialDiffusion",
    required={"model": link("MODEL")},
    optional={"strength": real(1.0, 0.0, 1.0, 0.01)},
    outputs=("MODEL",),
    display="Differential Diffusion",
    category="_for_testing",
    module="comfy_extras.nodes_differential_diffusion",
    newer=True,
    experimental=True,
)
def differential_diffusion(call: Any, model: Model, strength: float = 1.0) -> tuple[Any, ...]:
    return (model,)


@node(
    "InpaintModelConditioning",
    required={
        "positive": link("CONDITIONING"),
        "negative": link("CONDITIONING"),
        "vae": link("VAE"),
        "pixels": IMAGE,
        "mask": link("MASK"),
        "noise_mask": (
            "BOOLEAN",
            {
                "default": True,
                "tooltip": "Add a noise mask to the latent so sampling will only happen within the"
                " mask. Might improve results or completely break things depending on the model.",
            },
        ),
    },
    outputs=("CONDITIONING", "CONDITIONING", "LATENT"),
    output_names=("positive", "negative", "latent"),
    category="conditioning/inpaint",
)
def inpaint_model_conditioning(
    call: Any,
    positive: Conditioning,
    negative: Conditioning,
    vae: Any,
    pixels: Pixels,
    mask: Pixels,
    noise_mask: bool = True,
) -> tuple[Any, ...]:
    (latent,) = vae_encode(call, pixels, vae)
    return positive, negative, replace(latent, mask=mask) if noise_mask else latent
