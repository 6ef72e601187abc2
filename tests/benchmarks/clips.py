"""Takes for the benchmarks of cuts: a picture that drifts, in the house encoding."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from pipeline.video.assemble import Piece
from pipeline.video.encoding import write_video
from tests.support.burned import burn

FPS = Fraction(24)


def make_take(folder: Path, take: int, frames: int, size: tuple[int, int]) -> Piece:
    """Write a take and return the piece that shows all of it."""
    noise = np.random.default_rng(take).integers(0, 256, (size[1], size[0], 3)).astype(np.uint8)
    soft = cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 6), None, 30, 225, cv2.NORM_MINMAX)
    grain = np.random.default_rng(take + 1000).normal(0, 2, (*soft.shape[:2], 1))
    picture = np.clip(soft + grain, 0, 255).astype(np.uint8)
    path = folder / f"take-{take:04}.mp4"
    moving = (burn(np.roll(picture, 2 * n, axis=1), take * 200 + n) for n in range(frames))
    write_video(path, moving, fps=FPS)
    return Piece(path, 0, frames, f"take {take}")
