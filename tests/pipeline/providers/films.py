"""Films and recordings for tests of adapters: made, and looked at."""

from __future__ import annotations

import io
import wave
from fractions import Fraction
from pathlib import Path

import numpy as np

from pipeline.providers.base import InputFile
from pipeline.video.frames import Frame, VideoInfo, probe, read_frame
from tests.pipeline.providers.running import input_file


def recording_bytes(seconds: float, hz: int = 8000) -> bytes:
    """A tone as WAV."""
    tone = np.sin(np.arange(round(seconds * hz)) / hz * 2764) * 9000
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, hz, 0, "NONE", ""))
        file.writeframes(tone.astype("<i2").tobytes())
    return buffer.getvalue()


def recording(folder: Path, seconds: float) -> InputFile:
    """A tone as an input."""
    path = folder / "recording.wav"
    path.write_bytes(recording_bytes(seconds))
    return input_file(path, "audio", "audio/wav")


def looked_at(folder: Path, content: bytes) -> tuple[VideoInfo, Frame]:
    """What a film is, and its first picture."""
    path = folder / "looked-at.mp4"
    path.write_bytes(content)
    return probe(path), read_frame(path, 0)


def assert_take(
    folder: Path, content: bytes, frames: int, fps: Fraction, size: tuple[int, int], colour: int
) -> None:
    """The film is in the house encoding, exactly so long, and begins with a grey of this level."""
    info, first = looked_at(folder, content)
    assert (info.frames, info.fps, info.width_px, info.height_px) == (frames, fps, *size)
    assert (info.codec, info.pixel_format, info.is_constant_rate) == ("h264", "yuv420p", True)
    assert info.keyframes == tuple(range(0, frames, 12))
    assert not info.has_audio
    assert abs(float(first.mean()) - colour) < 3, "the first frame is the start frame"
