"""What stand-ins of film services deliver: real films that begin with a given picture."""

from __future__ import annotations

import io
import math
from fractions import Fraction
from functools import lru_cache

import av
import numpy as np
from PIL import Image

from tests.standins.painting import paint

Size = tuple[int, int]
SOUND_HZ = 44_100


@lru_cache(maxsize=8)
def film(
    picture: bytes | None,
    size: Size,
    seconds: float,
    *,
    fps: int = 24,
    seed: int = 1,
    sound: bool = False,
) -> bytes:
    """An MP4: the picture, over which a light bar moves; a tone where it has sound."""
    if picture is None:
        base = np.asarray(paint(size, seed))
    else:
        with Image.open(io.BytesIO(picture)) as opened:
            base = np.asarray(opened.convert("RGB").resize(size))
    count = round(seconds * fps)
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as target:
        stream = target.add_stream(
            "libx264", rate=fps, options={"preset": "ultrafast", "crf": "18"}
        )
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        voice = target.add_stream("aac", rate=SOUND_HZ, layout="mono") if sound else None
        for number in range(count):
            frame = base.copy()
            left = (size[0] - 8) * number // max(1, count - 1)
            if number:
                frame[:, left : left + 8] = 255
            shown = av.VideoFrame.from_ndarray(frame, format="rgb24")
            shown.pts, shown.time_base = number, Fraction(1, fps)
            target.mux(stream.encode(shown))
        target.mux(stream.encode(None))
        if voice is not None:
            for first in range(0, round(seconds * SOUND_HZ), 1024):
                times = np.arange(first, first + 1024) / SOUND_HZ
                wave = (np.sin(times * 440 * 2 * math.pi) * 0.2).astype(np.float32)[None]
                heard = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
                heard.sample_rate, heard.pts = SOUND_HZ, first
                target.mux(voice.encode(heard))
            target.mux(voice.encode(None))
    return buffer.getvalue()


def seconds_of_sound(content: bytes) -> float | None:
    """How long a recording is; None when it is none."""
    try:
        with av.open(io.BytesIO(content)) as source:
            if not source.streams.audio:
                return None
            frames = source.decode(source.streams.audio[0])
            return sum(frame.samples / frame.sample_rate for frame in frames)
    except av.error.FFmpegError:
        return None
