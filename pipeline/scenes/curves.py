"""Drift and flicker over a scene, at the frame numbers of its cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.scenes.models import Measure, TakeSample
from pipeline.scenes.recipe import GateRule
from pipeline.scenes.services.cuts import PlannedPiece


@dataclass(frozen=True)
class Point:
    """A figure at a frame of the cut, sampled at a frame of a take."""

    frame: int
    take_id: int
    take_frame: int
    score: float


@dataclass(frozen=True)
class Series:
    """One measure over the cut, with the gates that look at it."""

    measure: Measure.Code
    points: list[Point]
    gates: list[GateRule]


#: What is drawn: the measure that names the curve, the column of a sample, the gates beside it.
CURVES = (
    (Measure.Code.DRIFT_MAX, "drift_score", (Measure.Code.DRIFT_MEAN, Measure.Code.DRIFT_MAX)),
    (Measure.Code.FLICKER, "flicker_score", (Measure.Code.FLICKER,)),
    (Measure.Code.MOTION_MEAN, "motion_score", (Measure.Code.MOTION_MEAN,)),
)


def scene_curves(
    pieces: Sequence[PlannedPiece], samples: Iterable[TakeSample], gates: Iterable[GateRule]
) -> list[Series]:
    """What was measured on the takes, where the cut shows it; samples not shown are left out."""
    by_take: dict[int, list[TakeSample]] = {}
    for sample in samples:
        by_take.setdefault(sample.take_id, []).append(sample)
    rules = list(gates)
    shown = [
        (piece, sample)
        for piece in pieces
        if piece.take_id is not None
        for sample in sorted(by_take.get(piece.take_id, []), key=lambda sample: sample.frame)
        if piece.in_frame <= sample.frame < piece.out_frame
    ]
    return [
        Series(
            measure,
            [
                Point(
                    piece.start_frame + sample.frame - piece.in_frame,
                    sample.take_id,
                    sample.frame,
                    getattr(sample, column),
                )
                for piece, sample in shown
            ],
            [rule for rule in rules if rule.measure_id in watched],
        )
        for measure, column, watched in CURVES
    ]


def samples_of(pieces: Iterable[PlannedPiece]) -> list[TakeSample]:
    """The samples of the takes that pieces show. One query."""
    takes = {piece.take_id for piece in pieces if piece.take_id is not None}
    return list(TakeSample.objects.filter(take_id__in=takes).order_by("take", "frame"))
