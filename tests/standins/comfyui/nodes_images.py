"""Core nodes that load and change pictures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from tests.standins.comfyui.catalogue import Choice, Lists, link, node, real, whole
from tests.standins.comfyui.pixels import (
    Pixels,
    read_image,
    resized,
)

METHODS = ("nearest-exact", "bilinear", "area", "bicubic", "lanczos")
INPUT_IMAGES = Choice(lambda lists: lists.input_names("image"), {"image_upload": True})
IMAGE = link("IMAGE")
MASK = link("MASK")
POST = "comfy_extras.nodes_post_processing"
PLAIN = "comfy_extras.nodes_images"


def _known(lists: Lists, image: str) -> Any:
    path = lists.folders.annotated(image)  # type: ignore[attr-defined]
    return True if path.is_file() else f"Invalid image file: {image}"


def _bytes_of(lists: Lists, image: str, **_: Any) -> str:
    return lists.folders.hash(image)  # type: ignore[attr-defined]


@node(
    "LoadImage",
    required={"image": INPUT_IMAGES},
    outputs=("IMAGE", "MASK"),
    display="Load Image",
    category="image",
    check=_known,
    checked=("image",),
    changes=_bytes_of,
)
def load_image(call: Any, image: str) -> tuple[Any, ...]:
    return read_image(call.folders.annotated(image))


@node(
    "LoadImageMask",
    required={"image": INPUT_IMAGES, "channel": Choice(("alpha", "red", "green", "blue"))},
    outputs=("MASK",),
    display="Load Image (as Mask)",
    category="mask",
    check=_known,
    checked=("image",),
    changes=_bytes_of,
)
def load_image_mask(call: Any, image: str, channel: str) -> tuple[Any, ...]:
    pixels, mask = read_image(call.folders.annotated(image))
    if channel == "alpha":
        return (mask,)
    return (pixels[..., ("red", "green", "blue").index(channel)],)


@node(
    "EmptyImage",
    required={
        "width": whole(512, 1, 16384, 1),
        "height": whole(512, 1, 16384, 1),
        "batch_size": whole(1, 1, 4096),
        "color": whole(0, 0, 0xFFFFFF, 1, display="color"),
    },
    outputs=("IMAGE",),
    category="image",
)
def empty_image(call: Any, width: int, height: int, batch_size: int, color: int) -> tuple[Any, ...]:
    colour = np.array([color >> 16 & 255, color >> 8 & 255, color & 255], dtype=np.uint8)
    return (np.broadcast_to(colour, (batch_size, height, width, 3)).copy(),)


@node(
    "ImageScale",
    required={
        "image": IMAGE,
        "upscale_method": Choice(METHODS),
        "width": whole(512, 0, 16384, 1),
        "height": whole(512, 0, 16384, 1),
        "crop": Choice(("disabled", "center")),
    },
    outputs=("IMAGE",),
    display="Upscale Image",
    category="image/upscaling",
)
def image_scale(
    call: Any, image: Pixels, upscale_method: str, width: int, height: int, crop: str
) -> tuple[Any, ...]:
    if width == 0 and height == 0:
        return (image,)
    old_height, old_width = image.shape[1:3]
    width = width or max(1, round(old_width * height / old_height))
    height = height or max(1, round(old_height * width / old_width))
    return (resized(image, width, height, upscale_method, crop),)


@node(
    "ImageScaleBy",
    required={
        "image": IMAGE,
        "upscale_method": Choice(METHODS),
        "scale_by": real(1.0, 0.01, 8.0, 0.01),
    },
    outputs=("IMAGE",),
    display="Upscale Image By",
    category="image/upscaling",
)
def image_scale_by(
    call: Any, image: Pixels, upscale_method: str, scale_by: float
) -> tuple[Any, ...]:
    height, width = image.shape[1:3]
    return (resized(image, round(width * scale_by), round(height * scale_by), upscale_method),)


@node(
    "ImageInvert",
    required={"image": IMAGE},
    outputs=("IMAGE",),
    display="Invert Image",
    category="image",
)
def image_invert(call: Any, image: Pixels) -> tuple[Any, ...]:
    return (255 - image,)


@node(
    "ImageBatch",
    required={"image1": IMAGE, "image2": IMAGE},
    outputs=("IMAGE",),
    display="Batch Images",
    category="image",
)
def image_batch(call: Any, image1: Pixels, image2: Pixels) -> tuple[Any, ...]:
    height, width = image1.shape[1:3]
    return (np.concatenate([image1, resized(image2, width, height, crop="center")]),)


@node(
    "RepeatImageBatch",
    required={"image": IMAGE, "amount": whole(1, 1, 4096)},
    outputs=("IMAGE",),
    category="image/batch",
    module=PLAIN,
)
def repeat_image_batch(call: Any, image: Pixels, amount: int) -> tuple[Any, ...]:
    return (np.concatenate([image] * amount),)


@node(
    "ImageCrop",
    required={
        "image": IMAGE,
        "width": whole(512, 1, 16384, 1),
        "height": whole(512, 1, 16384, 1),
        "x": whole(0, 0, 16384, 1),
        "y": whole(0, 0, 16384, 1),
    },
    outputs=("IMAGE",),
    display="Image Crop",
    category="image/transform",
    module=PLAIN,
)
def image_crop(
    call: Any, image: Pixels, width: int, height: int, x: int, y: int
) -> tuple[Any, ...]:
    x, y = min(x, image.shape[2] - 1), min(y, image.shape[1] - 1)
    return (image[:, y : y + height, x : x + width],)


def _filtered(image: Pixels, method: ImageFilter.Filter) -> Pixels:
    return np.stack([np.asarray(Image.fromarray(frame).filter(method)) for frame in image])


@node(
    "ImageBlur",
    required={
        "image": IMAGE,
        "blur_radius": whole(1, 1, 31, 1),
        "sigma": real(1.0, 0.1, 10.0, 0.1),
    },
    outputs=("IMAGE",),
    category="image/postprocessing",
    module=POST,
    newer=True,
)
def image_blur(call: Any, image: Pixels, blur_radius: int, sigma: float) -> tuple[Any, ...]:
    if math.isnan(sigma):  # accepted, and black
        return (np.zeros_like(image),)
    return (_filtered(image, ImageFilter.GaussianBlur(min(sigma, blur_radius))),)


@node(
    "ImageSharpen",
    required={
        "image": IMAGE,
        "sharpen_radius": whole(1, 1, 31, 1),
        "sigma": real(1.0, 0.1, 10.0, 0.01),
        "alpha": real(1.0, 0.0, 5.0, 0.01),
    },
    outputs=("IMAGE",),
    category="image/postprocessing",
    module=POST,
    newer=True,
)
def image_sharpen(
    call: Any, image: Pixels, sharpen_radius: int, sigma: float, alpha: float
) -> tuple[Any, ...]:
    return (_filtered(image, ImageFilter.UnsharpMask(sigma, int(alpha * 100), 0)),)


@node(
    "ImageBlend",
    required={
        "image1": IMAGE,
        "image2": IMAGE,
        "blend_factor": real(0.5, 0.0, 1.0, 0.01),
        "blend_mode": Choice(
            ("normal", "multiply", "screen", "overlay", "soft_light", "difference")
        ),
    },
    outputs=("IMAGE",),
    category="image/postprocessing",
    module=POST,
    newer=True,
)
def image_blend(
    call: Any, image1: Pixels, image2: Pixels, blend_factor: float, blend_mode: str
) -> tuple[Any, ...]:
    a = image1.astype(np.float32) / 255
    b = resized(image2, image1.shape[2], image1.shape[1]).astype(np.float32) / 255
    mixed = {
        "normal": b,
        "multiply": a * b,
        "screen": 1 - (1 - a) * (1 - b),
        "overlay": np.where(a <= 0.5, 2 * a * b, 1 - 2 * (1 - a) * (1 - b)),
        "soft_light": (1 - 2 * b) * a * a + 2 * b * a,
        "difference": np.abs(a - b),
    }[blend_mode]
    return (np.rint((a * (1 - blend_factor) + mixed * blend_factor) * 255).astype(np.uint8),)


@node(
    "ImageCompositeMasked",
    required={
        "destination": IMAGE,
        "source": IMAGE,
        "x": whole(0, 0, 16384, 1),
        "y": whole(0, 0, 16384, 1),
        "resize_source": ("BOOLEAN", {"default": False}),
    },
    optional={"mask": MASK},
    outputs=("IMAGE",),
    category="image",
    module="comfy_extras.nodes_mask",
)
def image_composite_masked(
    call: Any,
    destination: Pixels,
    source: Pixels,
    x: int,
    y: int,
    resize_source: bool,
    mask: Pixels | None = None,
) -> tuple[Any, ...]:
    height, width = destination.shape[1:3]
    if resize_source:
        source = resized(source, width, height)
    results = []
    for index, under in enumerate(destination):
        base = Image.fromarray(under)
        over = Image.fromarray(source[index % len(source)])
        cover = None
        if mask is not None:
            cover = Image.fromarray(mask[index % len(mask)]).resize(over.size)
        base.paste(over, (x, y), cover)
        results.append(np.asarray(base))
    return (np.stack(results),)


@node(
    "ImageAddNoise",
    required={
        "image": IMAGE,
        "seed": whole(0, 0, 0xFFFFFFFFFFFFFFFF, control_after_generate=True),
        "strength": real(0.5, 0.0, 1.0, 0.01),
    },
    outputs=("IMAGE",),
    category="image",
    module=PLAIN,
)
def image_add_noise(call: Any, image: Pixels, seed: int, strength: float) -> tuple[Any, ...]:
    noise = np.random.default_rng(seed).standard_normal(image.shape, dtype=np.float32)
    return (np.clip(image + noise * (255 * strength), 0, 255).astype(np.uint8),)


@node(
    "ImageToMask",
    required={"image": IMAGE, "channel": Choice(("red", "green", "blue", "alpha"))},
    outputs=("MASK",),
    display="Convert Image to Mask",
    category="mask",
    module="comfy_extras.nodes_mask",
)
def image_to_mask(call: Any, image: Pixels, channel: str) -> tuple[Any, ...]:
    return (image[..., ("red", "green", "blue").index(channel)],)


@node(
    "MaskToImage",
    required={"mask": MASK},
    outputs=("IMAGE",),
    display="Convert Mask to Image",
    category="mask",
    module="comfy_extras.nodes_mask",
)
def mask_to_image(call: Any, mask: Pixels) -> tuple[Any, ...]:
    return (np.repeat(mask[..., None], 3, axis=3),)
