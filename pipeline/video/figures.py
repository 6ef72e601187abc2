"""What is measured of every frame of a clip, in one pass over it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

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

__all__ = [
    "FrameFigures",
    "FrameMeter",
    "flicker_of",
    "measure_frames",
    "motion_around",
    "spread_evenly",
]

_SHARPNESS_SIDE_PX = 360


@dataclass(frozen=True)
class FrameFigures:
    """Figures of one frame.

    Attributes:
        number: its number in the clip.
        motion: `measures.motion_energy` from the frame before; 0 for the first one.
        step_levels: mean absolute difference to the frame before, levels; None for the first one.
        sharpness: variance of the Laplacian at a shorter side of at most 360 px.
        exposure: mean luma, lost shadows, lost highlights.
    """

    number: int
    motion: float
    step_levels: float | None
    sharpness: float
    exposure: Exposure


class FrameMeter:
    """Measures frames one after the other; holds the last one."""

    def __init__(self) -> None:
        self._flicker = FlickerMeter()
        self._last: Frame | None = None
        self.figures: list[FrameFigures] = []

    def add(self, frame: Frame) -> npt.NDArray[np.uint8]:
        """Measure the next frame; returns its grey values, full range, for further measures."""
        step = self._flicker.add(frame)
        grey = np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.uint8)
        small = working_grey(grey)
        still = self._last is None or np.array_equal(self._last, small)
        motion = 0.0 if self._last is None or still else flow_energy(flow(self._last, small))
        self._last = small
        self.figures.append(
            FrameFigures(
                number=len(self.figures),
                motion=motion,
                step_levels=step,
                sharpness=sharpness(working_grey(grey, _SHARPNESS_SIDE_PX)),
                exposure=exposure(grey),
            )
        )
        return grey


def measure_frames(frames: Iterable[Frame]) -> list[FrameFigures]:
    """Measure frames in order, in one pass."""
    meter = FrameMeter()
    for frame in frames:
        meter.add(frame)
    return meter.figures


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
