"""Drift: how far a take departs from a reference picture, over its frames.

``drift = 1 − likeness``, with `pipeline.imaging.likeness`: on the face where one is found, by the
whole picture's appearance where none is. 0 is the reference itself; a curve that rises says that
the take loses its character.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.imaging.likeness import Portrait, compare, portrait
from pipeline.video.measures import Frame


@dataclass(frozen=True)
class DriftPoint:
    """The drift of one sampled frame.

    Attributes:
        frame: its number.
        drift: 0 … 1.
        likeness: 1 − drift.
        model: which measure spoke.
    """

    frame: int
    drift: float
    likeness: float
    model: str


@dataclass(frozen=True)
class Drift:
    """The curve over the sampled frames, and the portraits it was made from."""

    points: tuple[DriftPoint, ...]
    portraits: tuple[Portrait, ...]

    @property
    def mean(self) -> float:
        """Mean drift over the samples."""
        return sum(point.drift for point in self.points) / len(self.points)

    @property
    def most(self) -> float:
        """Largest drift of a sample."""
        return max(point.drift for point in self.points)

    @property
    def least_likeness(self) -> float:
        """Smallest likeness of a sample."""
        return min(point.likeness for point in self.points)

    @property
    def models(self) -> tuple[str, ...]:
        """The measures that spoke, by name."""
        return tuple(sorted({point.model for point in self.points}))


def drift_curve(
    samples: Sequence[tuple[int, Frame | Portrait]], reference: Frame | Portrait | None = None
) -> Drift:
    """Measure the drift of sampled frames.

    Args:
        samples: (frame number, frame or its portrait), in order, at least one.
        reference: the picture to stay alike, or its portrait; None compares with the first sample.

    Raises:
        ValueError: there is no sample.
    """
    if not samples:
        raise ValueError("at least one frame is needed to measure drift")
    portraits = [_portrait(frame) for _number, frame in samples]
    against = portraits[0] if reference is None else _portrait(reference)
    points = []
    for (number, _frame), seen in zip(samples, portraits, strict=True):
        found = compare(against, seen)
        value = min(1.0, max(0.0, found.value))
        points.append(DriftPoint(number, round(1 - value, 4), round(value, 4), found.model))
    return Drift(tuple(points), tuple(portraits))


def _portrait(picture: Frame | Portrait) -> Portrait:
    return picture if isinstance(picture, Portrait) else portrait(picture)
