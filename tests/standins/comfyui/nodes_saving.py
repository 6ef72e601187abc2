"""Core nodes that show and save pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.standins.comfyui.catalogue import Choice, Shown, link, node, real, whole
from tests.standins.comfyui.pixels import Pixels, animated, encoded, png

SAVED = {"prompt": "PROMPT", "extra_pnginfo": "EXTRA_PNGINFO"}
PREFIX_TIP = (
    "The prefix for the file to save. This may include formatting information such as "
    "%date:yyyy-MM-dd% or %Empty Latent Image.width% to include values from nodes."
)
IMAGE = link("IMAGE")
ANIMATION = "comfy_extras.nodes_images"


def _file(path: Path, subfolder: str, kind: str) -> dict[str, str]:
    return {"filename": path.name, "subfolder": subfolder, "type": kind}


def _saved(call: Any, images: Pixels, prefix: str, kind: str) -> Shown:
    height, width = images.shape[1:3]
    folder, name, number, subfolder = call.folders.next_path(
        kind, prefix, width=width, height=height
    )
    files = []
    for index, frame in enumerate(images):
        path = folder / f"{name.replace('%batch_num%', str(index))}_{number + index:05}_.png"
        path.write_bytes(png(frame, call.graph, call.extra_pnginfo))
        files.append(_file(path, subfolder, kind))
    return Shown({"images": files})


@node(
    "SaveImage",
    required={
        "images": link("IMAGE", "The images to save."),
        "filename_prefix": ("STRING", {"default": "ComfyUI", "tooltip": PREFIX_TIP}),
    },
    hidden=SAVED,
    display="Save Image",
    category="image",
    description="Saves the input images to your ComfyUI output directory.",
    output_node=True,
)
def save_image(call: Any, images: Pixels, filename_prefix: str = "ComfyUI") -> Shown:
    return _saved(call, images, filename_prefix, "output")


@node(
    "PreviewImage",
    required={"images": IMAGE},
    hidden=SAVED,
    display="Preview Image",
    category="image",
    description="Saves the input images to your ComfyUI output directory.",
    output_node=True,
)
def preview_image(call: Any, images: Pixels) -> Shown:
    return _saved(call, images, f"ComfyUI_temp_{call.suffix}", "temp")


@node(
    "SaveImageWebsocket",
    required={"images": IMAGE},
    category="api/image",
    module="custom_nodes.websocket_image_save",
    output_node=True,
    changes=lambda lists, **_: object(),
)
def save_image_websocket(call: Any, images: Pixels) -> Shown:
    for index, frame in enumerate(images):
        call.progress(index, len(images), ("PNG", encoded(frame, "PNG", compress_level=1)))
    return Shown(None)


def _save_moving(call: Any, images: Pixels, prefix: str, content: bytes, extension: str) -> Shown:
    height, width = images.shape[1:3]
    folder, name, number, subfolder = call.folders.next_path(
        "output", prefix, width=width, height=height
    )
    path = folder / f"{name}_{number:05}_.{extension}"
    path.write_bytes(content)
    return Shown({"images": [_file(path, subfolder, "output")], "animated": (True,)})


@node(
    "SaveAnimatedWEBP",
    required={
        "images": IMAGE,
        "filename_prefix": ("STRING", {"default": "ComfyUI"}),
        "fps": real(6.0, 0.01, 1000.0, 0.01),
        "lossless": ("BOOLEAN", {"default": True}),
        "quality": whole(80, 0, 100),
        "method": Choice(("default", "fastest", "slowest")),
    },
    hidden=SAVED,
    category="image/animation",
    module=ANIMATION,
    output_node=True,
)
def save_animated_webp(
    call: Any,
    images: Pixels,
    filename_prefix: str,
    fps: float,
    lossless: bool,
    quality: int,
    method: str,
) -> Shown:
    effort = {"default": 4, "fastest": 0, "slowest": 6}[method]
    content = animated(images, "WEBP", fps, lossless=lossless, quality=quality, method=effort)
    return _save_moving(call, images, filename_prefix, content, "webp")


@node(
    "SaveAnimatedPNG",
    required={
        "images": IMAGE,
        "filename_prefix": ("STRING", {"default": "ComfyUI"}),
        "fps": real(6.0, 0.01, 1000.0, 0.01),
        "compress_level": whole(4, 0, 9),
    },
    hidden=SAVED,
    category="image/animation",
    module=ANIMATION,
    output_node=True,
)
def save_animated_png(
    call: Any, images: Pixels, filename_prefix: str, fps: float, compress_level: int
) -> Shown:
    content = animated(images, "PNG", fps, compress_level=compress_level)
    return _save_moving(call, images, filename_prefix, content, "png")
