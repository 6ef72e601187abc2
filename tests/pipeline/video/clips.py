"""Small clips for the tests of video: a drifting texture with its frame numbers burned in."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from pipeline.video.encoding import TAKE, CodecProfile, write_video
from tests.support.burned import burn

WIDTH, HEIGHT = 160, 96
RATES = [Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30)]


def texture(seed: int, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """A soft colourful picture."""
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)
    soft = cv2.GaussianBlur(noise, (0, 0), 4)
    return cv2.normalize(soft, None, 30, 225, cv2.NORM_MINMAX).astype(np.uint8)


def moving(take: int, frames: int, width: int = WIDTH, height: int = HEIGHT) -> Iterator:
    """Frames of a take: number n carries the code take * 1000 + n."""
    picture = texture(take, width, height)
    for number in range(frames):
        yield burn(np.roll(picture, number, axis=1), take * 1000 + number)


def make_take(
    folder: Path,
    take: int,
    frames: int,
    fps: Fraction = Fraction(24),
    profile: CodecProfile = TAKE,
    **size: int,
) -> Path:
    """Write a take and return its path."""
    path = folder / f"take{take}-{frames}{profile.suffix}"
    write_video(path, moving(take, frames, **size), profile, fps=fps)
    return path
