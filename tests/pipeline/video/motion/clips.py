"""Small clips for the tests of motion."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import cv2
import numpy as np
from skimage import data

from pipeline.video.motion import MotionSpec, Synthesis, prepare

WIDTH, HEIGHT, FRAMES = 160, 120, 24
STILL = MotionSpec(kind="hold", strength=0)


@cache
def portrait(width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """The astronaut, head and shoulders."""
    part = data.astronaut()[:330, :440]
    return cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA)


@cache
def coffee() -> np.ndarray:
    """A cup without a face."""
    return cv2.resize(data.coffee(), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)


def planned(start: np.ndarray | None = None, frames: int = FRAMES, **wanted: Any) -> Synthesis:
    """A plan for a small clip."""
    start = portrait() if start is None else start
    wanted = {
        "fps": Fraction(24),
        "width_px": start.shape[1],
        "height_px": start.shape[0],
        "random_seed": 1,
    } | wanted
    return prepare(start, frames, **wanted)


def clip(*args: Any, **wanted: Any) -> list[np.ndarray]:
    """The frames of a small clip."""
    return list(planned(*args, **wanted).frames())


def grey(frame: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)


def change(a: np.ndarray, b: np.ndarray) -> float:
    """Mean absolute difference, levels."""
    return float(np.abs(a.astype(np.int16) - b).mean())
