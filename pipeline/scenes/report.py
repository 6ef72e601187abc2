"""The report of `video.examine`, read from the notes of its output."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.scenes.models import Measure


@dataclass(frozen=True)
class Score:
    """A figure, and which model or formula spoke."""

    score: float
    method: str


@dataclass(frozen=True)
class Sample:
    """A frame that was looked at: how far it is from Seed A, how much moves, how steady it is."""

    frame: int
    drift: float
    motion: float
    flicker: float


@dataclass(frozen=True)
class Report:
    """What an examination found."""

    frames: int
    end_frame: int
    end_reason: str
    scores: dict[Measure.Code, Score]
    samples: tuple[Sample, ...]


def read_report(notes: Mapping[str, Any]) -> Report | None:
    """The report in the notes of an output; None when they hold none that can be used.

    Measures that this studio does not know are left out, and so are figures that are no numbers:
    what could not be measured is absent, never zero.
    """
    frames, end_frame = notes.get("frames"), notes.get("end_frame")
    if not isinstance(frames, int) or not isinstance(end_frame, int):
        return None
    if not 0 <= end_frame < frames:
        return None
    return Report(
        frames=frames,
        end_frame=end_frame,
        end_reason=str(notes.get("reason") or "")[:200],
        scores=_scores(notes.get("measures") or {}, notes.get("models") or {}),
        samples=_samples(notes.get("curve") or ()),
    )


#: Measures that a model speaks for, by the name of its kind in the report.
_SPOKEN_BY = {
    Measure.Code.DRIFT_MEAN: "likeness",
    Measure.Code.DRIFT_MAX: "likeness",
    Measure.Code.LIKENESS_MIN: "likeness",
}


def _scores(figures: Mapping[str, Any], models: Mapping[str, Any]) -> dict[Measure.Code, Score]:
    found = {}
    for measure in Measure.Code:
        number = _number(figures.get(measure.code))
        if number is not None:
            method = str(models.get(_SPOKEN_BY.get(measure, "")) or "")
            found[measure] = Score(number, method[:60])
    return found


def _samples(curve: Sequence[Sequence[Any]]) -> tuple[Sample, ...]:
    """The points of the curve: frame, drift, motion, steadiness."""
    found: dict[int, Sample] = {}
    for row in curve:
        figures = [_number(value) for value in row[1:4]]
        if isinstance(row[0], int) and row[0] >= 0 and len(figures) == 3:
            drift, motion, flicker = figures
            if drift is not None and motion is not None and flicker is not None:
                found[row[0]] = Sample(row[0], drift, motion, flicker)
    return tuple(found[frame] for frame in sorted(found))


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None
