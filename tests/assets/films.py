"""Small videos, written with PyAV as other programs would write them."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Any

import av
import numpy as np

from tests.support.burned import burn


def film(
    container: str = "mp4",
    *,
    frames: int = 9,
    width: int = 160,
    height: int = 96,
    fps: Fraction | int = 25,
    codec: str = "libx264",
    sound: bool = False,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    **metadata: str,
) -> bytes:
    """A video whose frames carry their number; green, getting brighter."""
    target = io.BytesIO()
    with av.open(target, "w", format=container, options=container_options or {}) as out:
        out.metadata.update(metadata)
        stream: Any = out.add_stream(codec, rate=fps, options=options or {})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        audio: Any = out.add_stream("aac", rate=48000) if sound else None
        out.start_encoding()  # so that a video without frames has its headers
        for number in range(frames):
            picture = np.full((height, width, 3), (20, 60 + number * 15, 40), np.uint8)
            frame = av.VideoFrame.from_ndarray(burn(picture, number), format="rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if audio is not None:
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 4096), np.float32), "fltp", "mono")
            silence.sample_rate = 48000
            out.mux(audio.encode(silence))
            out.mux(audio.encode(None))
    return target.getvalue()


def sound_only() -> bytes:
    """An MP4 with a sound track alone."""
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as out:
        audio: Any = out.add_stream("aac", rate=48000)
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 4096), np.float32), "fltp", "mono")
        silence.sample_rate = 48000
        out.mux(audio.encode(silence))
        out.mux(audio.encode(None))
    return target.getvalue()
