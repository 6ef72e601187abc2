"""Drift and flicker over a scene as drawings: points, bands of segments, thresholds, and words.

A drawing is 1000 × 100 units, which the template stretches; positions of bands and labels are
percentages, so that text keeps its shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.scenes.curves import Point, Series, scene_curves
from pipeline.scenes.models import GateLevel, Measure, TakeSample
from pipeline.scenes.recipe import GateRule
from pipeline.scenes.services.cuts import PlannedPiece

WIDTH, HEIGHT = 1000.0, 100.0
#: A gate further than this many times the figures from them is told in words only.
FAR = 4
#: Title, what its figures mean, and which way is worse, by measure.
_DRAWN = {
    Measure.Code.DRIFT_MAX: (
        "drift", "Drift from Seed A", "0 is the portrait itself; lower is better.",
    ),
    Measure.Code.FLICKER: (
        "flicker", "Temporal steadiness", "1 is perfectly steady; higher is better.",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Span:
    """The frames of a take that the scene shows, [start, stop), and whose they are."""

    take_id: int
    number: int
    start: int
    stop: int


@dataclass(frozen=True)
class Band:
    """One segment on the axis, in percent of the width, with its figures in words."""

    number: int
    left_percent: str
    width_percent: str
    middle_percent: str
    is_odd: bool
    mean: str
    reach: str


@dataclass(frozen=True)
class Threshold:
    """A gate as a line: how far down (empty: outside the drawing), and what it says."""

    y: str
    words: str
    is_stop: bool


@dataclass(frozen=True)
class Curve:
    """One measure over the scene."""

    code: str
    title: str
    help: str
    lines: list[str]
    bands: list[Band]
    thresholds: list[Threshold]
    top: str
    bottom: str
    summary: str


@dataclass(frozen=True)
class _Scale:
    """From frames and figures to the drawing."""

    frames: int
    low: float
    high: float

    def x(self, frame: int) -> float:
        return frame / max(1, self.frames) * WIDTH

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return HEIGHT * (1 - min(1.0, max(0.0, share)))


def curves(
    spans: Sequence[Span], samples: Iterable[TakeSample], gates: Iterable[GateRule]
) -> list[Curve]:
    """Drift and flicker over what the scene shows; nothing while nothing is measured."""
    pieces, at = [], 0
    for span in spans:
        pieces.append(PlannedPiece(span.take_id, None, span.start, span.stop, at))
        at += span.stop - span.start
    found = scene_curves(pieces, samples, gates)
    numbers = [span.number for span in spans]
    return [
        _curve(series, pieces, numbers)
        for series in found
        if series.measure in _DRAWN and series.points
    ]


def _curve(series: Series, pieces: Sequence[PlannedPiece], numbers: Sequence[int]) -> Curve:
    code, title, help_text = _DRAWN[series.measure]
    scale = _scale(series, sum(piece.frames for piece in pieces))
    by_piece = [
        [p for p in series.points if 0 <= p.frame - piece.start_frame < piece.frames]
        for piece in pieces
    ]
    bands = [
        _band(number, piece, points, scale, order)
        for order, (number, piece, points) in enumerate(zip(numbers, pieces, by_piece, strict=True))
    ]
    return Curve(
        code=code,
        title=title,
        help=help_text,
        lines=[_line(points, scale) for points in by_piece if points],
        bands=bands,
        thresholds=[line for rule in series.gates for line in _thresholds(rule, scale)],
        top=f"{scale.high:.2f}",
        bottom=f"{scale.low:.2f}",
        summary=_summary(title, series, numbers, by_piece),
    )


def _scale(series: Series, frames: int) -> _Scale:
    """From 0 for drift, up to 1 for steadiness; gates far from all figures don't flatten them."""
    values = [point.score for point in series.points]
    limits = [
        score
        for rule in series.gates
        for score in (rule.least_score, rule.most_score)
        if score is not None
    ]
    if series.measure == Measure.Code.FLICKER:
        high = max([1.0, *values])
        reach = max(0.02, (high - min(values)) * FAR)
        low = min([*values, *(limit for limit in limits if limit >= high - reach)])
        return _Scale(frames, low - (high - low) * 0.15 - 0.005, high)
    top = max([*values, 0.05])
    return _Scale(frames, 0.0, max([top, *(limit for limit in limits if limit <= top * FAR)]) * 1.1)


def _line(points: Sequence[Point], scale: _Scale) -> str:
    return " ".join(f"{scale.x(p.frame):.1f},{scale.y(p.score):.1f}" for p in points)


def _band(
    number: int, piece: PlannedPiece, points: Sequence[Point], scale: _Scale, order: int
) -> Band:
    left = piece.start_frame / max(1, scale.frames) * 100
    width = piece.frames / max(1, scale.frames) * 100
    values = [point.score for point in points]
    return Band(
        number=number,
        left_percent=f"{left:.3f}%",
        width_percent=f"{width:.3f}%",
        middle_percent=f"{left + width / 2:.3f}%",
        is_odd=order % 2 == 0,
        mean=f"{sum(values) / len(values):.3f}" if values else "–",
        reach=f"{min(values):.3f} to {max(values):.3f}" if values else "–",
    )


def _thresholds(rule: GateRule, scale: _Scale) -> list[Threshold]:
    level = GateLevel.Code(rule.level_id)
    label = Measure.Code(rule.measure_id).label.lower()
    return [
        Threshold(
            y=f"{scale.y(score):.1f}" if scale.low <= score <= scale.high else "",
            words=f"{level.label.lower()} {side} {score:g} ({label})",
            is_stop=level == GateLevel.Code.FAIL,
        )
        for score, side in ((rule.least_score, "below"), (rule.most_score, "above"))
        if score is not None
    ]


def _summary(
    title: str, series: Series, numbers: Sequence[int], by_piece: Sequence[Sequence[Point]]
) -> str:
    """The curve in a sentence, for those who don't see it."""
    lower_is_worse = series.measure == Measure.Code.FLICKER
    pick = min if lower_is_worse else max
    number, worst = pick(
        ((n, p) for n, points in zip(numbers, by_piece, strict=True) for p in points),
        key=lambda pair: pair[1].score,
    )
    values = [point.score for point in series.points]
    return (
        f"{title}: {min(values):.3f} to {max(values):.3f}, {sum(values) / len(values):.3f} on "
        f"average; {'lowest' if lower_is_worse else 'highest'} in segment {number}, "
        f"frame {worst.take_frame} of its take."
    )
