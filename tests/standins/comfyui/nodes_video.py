"""Core nodes for films, and the test nodes of the machine that the transcripts were taken from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.standins.comfyui.catalogue import (
    Blocked,
    Choice,
    Expanded,
    Lists,
    Shown,
    link,
    node,
    real,
    whole,
)
from tests.standins.comfyui.nodes_saving import PREFIX_TIP, SAVED
from tests.standins.comfyui.pixels import Pixels, Video, encoded, read_video, write_video

FILMS = "comfy_extras.nodes_video"
TESTS = "custom_nodes.test_nodes"
IMAGE = link("IMAGE")


@node(
    "CreateVideo",
    required={
        "images": link("IMAGE", "The images to create a video from."),
        "fps": real(30.0, 1.0, 120.0, 1.0),
    },
    optional={"audio": link("AUDIO", "The audio to add to the video.")},
    outputs=("VIDEO",),
    display="Create Video",
    category="image/video",
    module=FILMS,
    description="Create a video from images.",
    newer=True,
)
def create_video(call: Any, images: Pixels, fps: float, audio: Any = None) -> tuple[Any, ...]:
    return (Video(images, fps),)


def _film_path(call: Any, prefix: str, frames: Pixels, extension: str) -> tuple[Path, Shown]:
    height, width = frames.shape[1:3]
    folder, name, number, subfolder = call.folders.next_path(
        "output", prefix, width=width, height=height
    )
    path = folder / f"{name}_{number:05}_.{extension}"
    file = {"filename": path.name, "subfolder": subfolder, "type": "output"}
    return path, Shown({"images": [file], "animated": (True,)})


@node(
    "SaveVideo",
    required={
        "video": link("VIDEO", "The video to save."),
        "filename_prefix": (
            "STRING",
            {"tooltip": PREFIX_TIP, "default": "video/ComfyUI", "multiline": False},
        ),
        "format": Choice(
            ("auto", "mp4"), {"tooltip": "The format to save the video as.", "default": "auto"}
        ),
        "codec": Choice(
            ("auto", "h264"), {"tooltip": "The codec to use for the video.", "default": "auto"}
        ),
    },
    hidden=SAVED,
    display="Save Video",
    category="image/video",
    module=FILMS,
    description="Saves the input images to your ComfyUI output directory.",
    output_node=True,
    newer=True,
)
def save_video(call: Any, video: Video, filename_prefix: str, format: str, codec: str) -> Shown:
    path, shown = _film_path(call, filename_prefix, video.frames, "mp4")
    write_video(path, video.frames, video.fps, "libx264", 12)
    return shown


@node(
    "SaveWEBM",
    required={
        "images": IMAGE,
        "filename_prefix": ("STRING", {"default": "ComfyUI", "multiline": False}),
        "codec": Choice(("vp9", "av1")),
        "fps": real(24.0, 0.01, 1000.0, 0.01),
        "crf": real(32.0, 0.0, 63.0, 1.0),
    },
    hidden=SAVED,
    category="image/video",
    module=FILMS,
    output_node=True,
    newer=True,
    experimental=True,
)
def save_webm(
    call: Any, images: Pixels, filename_prefix: str, codec: str, fps: float, crf: float
) -> Shown:
    path, shown = _film_path(call, filename_prefix, images, "webm")
    encoder = {"vp9": "libvpx-vp9", "av1": "libsvtav1"}[codec]
    write_video(path, images, fps, encoder, crf)
    return shown


def _known_film(lists: Lists, file: str) -> Any:
    path = lists.folders.annotated(file)  # type: ignore[attr-defined]
    return True if path.is_file() else f"Invalid video file: {file}"


@node(
    "LoadVideo",
    required={"file": Choice(lambda lists: lists.input_names("video"), {"video_upload": True})},
    outputs=("VIDEO",),
    display="Load Video",
    category="image/video",
    module=FILMS,
    newer=True,
    check=_known_film,
    checked=("file",),
    changes=lambda lists, file, **_: lists.folders.annotated(file).stat().st_mtime_ns,
)
def load_video(call: Any, file: str) -> tuple[Any, ...]:
    return (read_video(call.folders.annotated(file)),)


@node(
    "GetVideoComponents",
    required={"video": link("VIDEO", "The video to extract components from.")},
    outputs=("IMAGE", "AUDIO", "FLOAT"),
    output_names=("images", "audio", "fps"),
    display="Get Video Components",
    category="image/video",
    module=FILMS,
    newer=True,
)
def get_video_components(call: Any, video: Video) -> tuple[Any, ...]:
    return video.frames, None, video.fps


@node(
    "SlowProgress",
    required={
        "steps": whole(10, 1, 10000),
        "delay": real(0.2, 0.0, 60.0),
        "preview": Choice(("none", "JPEG", "PNG")),
        "size": whole(16, 1, 1024),
        "seed": whole(0, 0, 9223372036854775808),
    },
    optional={"image": IMAGE},
    outputs=("IMAGE",),
    display="Slow Progress (test)",
    category="test",
    module=TESTS,
)
def slow_progress(
    call: Any,
    steps: int,
    delay: float,
    preview: str,
    size: int,
    seed: int,
    image: Pixels | None = None,
) -> tuple[Any, ...]:
    random = np.random.default_rng(seed)
    for step in range(steps):
        call.sleep(delay * call.time_scale)
        shown = None
        if preview != "none":
            shade = np.full((size, size, 3), step * 255 // steps, dtype=np.uint8)
            shown = (preview, encoded(shade, preview))
        call.progress(step + 1, steps, shown)
    return (random.integers(0, 256, (1, size, size, 3), dtype=np.uint8),)


@node(
    "SleepNoProgress",
    required={"image": IMAGE, "seconds": real(1.0, 0.0, 600.0)},
    outputs=("IMAGE",),
    display="Sleep (test)",
    category="test",
    module=TESTS,
)
def sleep_no_progress(call: Any, image: Pixels, seconds: float) -> tuple[Any, ...]:
    call.sleep(seconds * call.time_scale)
    return (image,)


class OutOfMemoryError(RuntimeError):
    """What torch raises when the memory of the graphics card is full."""

    __module__ = "torch"


@node(
    "RaiseError",
    required={
        "image": IMAGE,
        "message": ("STRING", {"default": "boom"}),
        "kind": Choice(("ValueError", "OOM")),
    },
    outputs=("IMAGE",),
    display="Raise Error (test)",
    category="test",
    module=TESTS,
)
def raise_error(call: Any, image: Pixels, message: str, kind: str) -> tuple[Any, ...]:
    raise OutOfMemoryError(message) if kind == "OOM" else ValueError(message)


@node(
    "BlockExecution",
    required={"image": IMAGE, "message": ("STRING", {"default": ""})},
    outputs=("IMAGE",),
    display="Block Execution (test)",
    category="test",
    module=TESTS,
)
def block_execution(call: Any, image: Pixels, message: str) -> tuple[Any, ...]:
    return (Blocked(message or None),)


@node(
    "ShowTextTest",
    required={"text": ("STRING", {"default": ""})},
    display="Show Text (test)",
    category="test",
    module=TESTS,
    output_node=True,
)
def show_text(call: Any, text: str) -> Shown:
    call.text(f"note: {text}")
    return Shown({"text": [text]})


@node(
    "ExpandPreview",
    required={"steps": whole(3, 1, 100)},
    outputs=("IMAGE",),
    display="Expand Preview (test)",
    category="test",
    module=TESTS,
)
def expand_preview(call: Any, steps: int) -> Expanded:
    slow = {"steps": steps, "delay": 0.1, "preview": "none", "size": 16, "seed": 0}
    return Expanded(
        {
            "1": {"class_type": "SlowProgress", "inputs": slow},
            "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}},
        },
        (("1", 0),),
    )
