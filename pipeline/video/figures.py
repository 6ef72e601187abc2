"""What is measured of every frame of a clip, in one pass over it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.imaging.measures import sharpness
from pipeline.video.measures import (
    Exposure,
    FlickerMeter,
    Frame,
    exposure,
    flow,
    flow_energy,
    working_grey,
)

__all__ = ["FrameFigures", "flicker_of", "measure_frames", "motion_around", "spread_evenly"]

_SHARPNESS_SIDE_PX = 360
#: A frame is black when at least this share of it has a luma of at most 25 (FFmpeg's blackdetect).
BLACK_SHARE, BLACK_LEVEL = 0.98, 25
#: A frame is frozen when it differs from the one before by at most this (−60 dB, freezedetect).
FROZEN_LEVELS = 0.001 * 255


@dataclass(frozen=True)
class FrameFigures:
    """Figures of one frame.

    Attributes:
        number: its number in the clip.
        motion: `measures.motion_energy` from the frame before; 0 for the first one.
        step_levels: mean absolute difference to the frame before, levels; None for the first one.
        sharpness: variance of the Laplacian at a shorter side of at most 360 px.
        exposure: mean luma, lost shadows, lost highlights.
        is_black: nearly all of it is black.
        is_frozen: it shows what the frame before showed.
    """

    number: int
    motion: float
    step_levels: float | None
    sharpness: float
    exposure: Exposure
    is_black: bool
    is_frozen: bool


def measure_frames(frames: Iterable[Frame]) -> Iterator[FrameFigures]:
    """Measure frames in order, one at a time; holds two of them."""
    meter = FlickerMeter()
    last: Frame | None = None
    for number, frame in enumerate(frames):
        step = meter.add(frame)
        grey = np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.uint8)
        small = working_grey(grey)
        still = last is None or np.array_equal(last, small)
        motion = 0.0 if last is None or still else flow_energy(flow(last, small))
        last = small
        dark = int(np.count_nonzero(grey <= BLACK_LEVEL))
        yield FrameFigures(
            number=number,
            motion=motion,
            step_levels=step,
            sharpness=sharpness(working_grey(grey, _SHARPNESS_SIDE_PX)),
            exposure=exposure(grey),
            is_black=dark >= BLACK_SHARE * grey.size,
            is_frozen=step is not None and step <= FROZEN_LEVELS,
        )


def flicker_of(figures: Sequence[FrameFigures]) -> float:
    """Return VBench's temporal flickering of measured frames, as `measures.flicker`."""
    steps = [item.step_levels for item in figures if item.step_levels is not None]
    return 1 - (sum(steps) / len(steps) / 255 if steps else 0.0)


def motion_around(figures: Sequence[FrameFigures]) -> list[float]:
    """Return how much moves around each frame: the mean of the steps to it and away from it.

    The first and last frame have one step only. A clip of one frame gives [0].
    """
    steps = [item.motion for item in figures[1:]]
    if not steps:
        return [0.0] * len(figures)
    into, out_of = [steps[0], *steps], [*steps, steps[-1]]
    return [(a + b) / 2 for a, b in zip(into, out_of, strict=True)]


def spread_evenly(total: int, count: int) -> list[int]:
    """Return at most ``count`` frame numbers spread over ``total`` frames, first and last with it.

    Raises:
        ValueError: there is no frame, or none is asked for.
    """
    if total < 1 or count < 1:
        raise ValueError("at least one frame of at least one is taken")
    return sorted({round(place) for place in np.linspace(0, total - 1, min(count, total)).tolist()})
