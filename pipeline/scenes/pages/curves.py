"""Drift and flicker over a scene as drawings: points, bands of segments, thresholds, and words.

A drawing is 1000 × 100 units, which the template stretches; positions of bands and labels are
percentages, so that text keeps its shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.scenes.models import Measure, TakeSample
from pipeline.scenes.recipe import GateRule

WIDTH, HEIGHT = 1000.0, 100.0


@dataclass(frozen=True)
class Span:
    """The frames of a take that the scene shows, [start, stop), and whose they are."""

    take_id: int
    number: int
    start: int
    stop: int


@dataclass(frozen=True)
class Band:
    """One segment on the axis, in percent of the width, with its worst figure in words."""

    number: int
    left_percent: str
    width_percent: str
    middle_percent: str
    is_odd: bool
    mean: str
    worst: str


@dataclass(frozen=True)
class Threshold:
    """A gate as a line: how far down, in units of the drawing, and what it says."""

    y: str
    percent: str
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
    summary: str


def curves(
    spans: Sequence[Span], samples: Iterable[TakeSample], gates: Iterable[GateRule]
) -> list[Curve]:
    """Drift and flicker over what the scene shows; nothing without samples."""
    by_take: dict[int, list[TakeSample]] = {}
    for sample in samples:
        by_take.setdefault(sample.take_id, []).append(sample)
    if not spans or not by_take:
        return []
    rules = {rule.measure_id: rule for rule in gates}
    drift = [(s, [(x.frame, x.drift_score) for x in by_take.get(s.take_id, [])]) for s in spans]
    flicker = [
        (s, [(x.frame, x.flicker_score) for x in by_take.get(s.take_id, [])]) for s in spans
    ]
    return [
        _curve(
            "drift", "Drift from Seed A", "0 is the portrait itself; lower is better.",
            drift, [rules.get(Measure.Code.DRIFT_MAX), rules.get(Measure.Code.DRIFT_MEAN)],
        ),
        _curve(
            "flicker", "Temporal steadiness", "1 is perfectly steady; higher is better.",
            flicker, [rules.get(Measure.Code.FLICKER)],
        ),
    ]  # fmt: skip


def _curve(
    code: str,
    title: str,
    help_text: str,
    series: list[tuple[Span, list[tuple[int, float]]]],
    rules: list[GateRule | None],
) -> Curve:
    shown = [
        (span, [(f, v) for f, v in points if span.start <= f < span.stop])
        for span, points in series
    ]
    values = [value for _, points in shown for _, value in points]
    limits = [x for r in rules if r for x in (r.least_score, r.most_score) if x is not None]
    top = max([*values, *limits, 0.05]) * 1.1
    low = 0.0
    if code == "flicker" and values:
        low, top = min([*values, *limits]) - 0.02, max([*values, *limits, 1.0])
    total = sum(span.stop - span.start for span, _ in shown)
    lines, bands, at = [], [], 0
    for order, (span, points) in enumerate(shown):
        lines.append(_line(points, span, at, total, low, top))
        bands.append(_band(span, points, at, total, order))
        at += span.stop - span.start
    thresholds = [t for rule in rules if rule for t in _thresholds(rule, low, top)]
    return Curve(
        code, title, help_text, [line for line in lines if line], bands, thresholds,
        f"{top:.2f}", _summary(title, shown),
    )  # fmt: skip


def _line(
    points: list[tuple[int, float]], span: Span, at: int, total: int, low: float, top: float
) -> str:
    return " ".join(
        f"{(at + frame - span.start) / total * WIDTH:.1f},{_down(value, low, top):.1f}"
        for frame, value in points
    )


def _down(value: float, low: float, top: float) -> float:
    """How far below the upper edge a value lies."""
    share = (value - low) / (top - low) if top > low else 0.0
    return HEIGHT * (1 - min(1.0, max(0.0, share)))


def _band(
    span: Span, points: list[tuple[int, float]], at: int, total: int, order: int
) -> Band:
    left, width = at / total * 100, (span.stop - span.start) / total * 100
    values = [value for _, value in points]
    return Band(
        number=span.number,
        left_percent=f"{left:.3f}%",
        width_percent=f"{width:.3f}%",
        middle_percent=f"{left + width / 2:.3f}%",
        is_odd=order % 2 == 0,
        mean=f"{sum(values) / len(values):.3f}" if values else "–",
        worst=f"{min(values):.3f} to {max(values):.3f}" if values else "–",
    )


def _thresholds(rule: GateRule, low: float, top: float) -> list[Threshold]:
    from_level = "stop" if rule.level_id == 2 else "warn"
    found = []
    for score, word in ((rule.least_score, "below"), (rule.most_score, "above")):
        if score is None:
            continue
        y = _down(score, low, top)
        label = Measure.Code(rule.measure_id).label.lower()
        words = f"{from_level} {word} {score:g} ({label})"
        found.append(Threshold(f"{y:.1f}", f"{y:.1f}%", words, from_level == "stop"))
    return found


def _summary(title: str, shown: list[tuple[Span, list[tuple[int, float]]]]) -> str:
    """The curve in a sentence, for those who don't see it."""
    worst: tuple[float, int, int] | None = None
    values = []
    for span, points in shown:
        for frame, value in points:
            values.append(value)
            if worst is None or value > worst[0]:
                worst = (value, span.number, frame)
    if worst is None:
        return f"{title}: not measured yet."
    value, number, frame = worst
    return (
        f"{title}: {min(values):.3f} to {max(values):.3f}, {sum(values) / len(values):.3f} on "
        f"average; highest at frame {frame} of segment {number}."
    )
