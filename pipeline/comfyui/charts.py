"""Figures of an instance over time, as drawings and as a table.

A drawing is 1000 × 100 units, which the template stretches. Times without an answer are gaps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Avg, DateTimeField, DurationField, F, Func, Max, Value
from django.utils import timezone

from pipeline.comfyui.models import Instance, Vital
from studio.templatetags.shell import duration_ms, size_bytes

WIDTH, HEIGHT = 1000.0, 100.0
#: Spans that can be looked at: hours, and the length of a step in seconds (120 steps each).
STEPS = {1: 30, 6: 180, 24: 720}
_ORIGIN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Step:
    """Means of a step (latency: the longest): bytes, milliseconds, prompts."""

    at: datetime
    vram_used_bytes: int
    vram_total_bytes: int
    ram_used_bytes: int
    ram_total_bytes: int
    queue: float
    latency_ms: int


@dataclass(frozen=True, slots=True)
class Chart:
    """One figure over the span: lines as points, the top of the axis, a sentence."""

    code: str
    title: str
    lines: list[str]
    top: str
    now: str
    summary: str


@dataclass(frozen=True, slots=True)
class _Kind:
    code: str
    title: str
    read: Callable[[Step], float]
    ceiling: Callable[[Sequence[Step]], float]
    words: Callable[[float], str]


def _bytes(value: float) -> str:
    return size_bytes(int(value))


def _prompts(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _ms(value: float) -> str:
    return duration_ms(int(value))


_KINDS = (
    _Kind(
        "vram", "Video memory",
        lambda s: s.vram_used_bytes, lambda all_: max(s.vram_total_bytes for s in all_), _bytes,
    ),
    _Kind(
        "ram", "Memory",
        lambda s: s.ram_used_bytes, lambda all_: max(s.ram_total_bytes for s in all_), _bytes,
    ),
    _Kind(
        "queue", "Prompts in its queue",
        lambda s: s.queue, lambda all_: max(4.0, *(s.queue for s in all_)), _prompts,
    ),
    _Kind(
        "latency", "Time to answer",
        lambda s: s.latency_ms, lambda all_: max(100.0, *(s.latency_ms * 1.1 for s in all_)), _ms,
    ),
)  # fmt: skip


def steps_of(instance: Instance, hours: int) -> list[Step]:
    """Figures of the last `hours` (a key of `STEPS`), oldest first. One query."""
    step = timedelta(seconds=STEPS[hours])
    since = timezone.now() - timedelta(hours=hours)
    bucket = Func(
        Value(step, output_field=DurationField()),
        F("measured_at"),
        Value(_ORIGIN, output_field=DateTimeField()),
        function="date_bin",
        output_field=DateTimeField(),
    )
    rows = (
        Vital.objects.filter(instance=instance, measured_at__gte=since)
        .order_by()
        .annotate(at=bucket)
        .values("at")
        .annotate(
            vram_free=Avg("vram_free_bytes"),
            vram_total=Max("vram_total_bytes"),
            ram_free=Avg("ram_free_bytes"),
            ram_total=Max("ram_total_bytes"),
            queue=Avg(F("queue_running") + F("queue_pending")),
            latency=Max("latency_ms"),
        )
        .order_by("at")
    )
    return [
        Step(
            at=row["at"],
            vram_used_bytes=max(0, row["vram_total"] - int(row["vram_free"])),
            vram_total_bytes=row["vram_total"],
            ram_used_bytes=max(0, row["ram_total"] - int(row["ram_free"])),
            ram_total_bytes=row["ram_total"],
            queue=float(row["queue"]),
            latency_ms=row["latency"],
        )
        for row in rows
    ]


def charts(steps: Sequence[Step], hours: int) -> list[Chart]:
    """Drawings of the four figures; nothing where nothing was measured."""
    if not steps:
        return []
    runs = _runs(steps, hours)
    return [_chart(kind, steps, runs, hours) for kind in _KINDS]


def _runs(steps: Sequence[Step], hours: int) -> list[list[Step]]:
    """Steps that follow each other without a gap."""
    gap = timedelta(seconds=STEPS[hours] * 2)
    runs: list[list[Step]] = [[steps[0]]]
    for step in steps[1:]:
        if step.at - runs[-1][-1].at >= gap:
            runs.append([])
        runs[-1].append(step)
    return runs


def _chart(kind: _Kind, steps: Sequence[Step], runs: Sequence[Sequence[Step]], hours: int) -> Chart:
    ceiling = kind.ceiling(steps) or 1.0
    start = timezone.now() - timedelta(hours=hours)

    def point(step: Step) -> tuple[float, float]:
        elapsed = (step.at - start) / timedelta(hours=hours)
        share = min(1.0, kind.read(step) / ceiling)
        return min(1.0, max(0.0, elapsed)) * WIDTH, HEIGHT * (1 - share)

    values = [kind.read(step) for step in steps]
    low, high = kind.words(min(values)), kind.words(max(values))
    mean, latest = kind.words(sum(values) / len(values)), kind.words(values[-1])
    return Chart(
        code=kind.code,
        title=kind.title,
        lines=[_line([point(step) for step in run]) for run in runs],
        top=kind.words(ceiling),
        now=latest,
        summary=f"{kind.title}: {latest} now, {low} to {high}, {mean} on average",
    )


def _line(points: Sequence[tuple[float, float]]) -> str:
    """The points of a polyline; a single one is drawn as a short dash."""
    if len(points) == 1:
        x, y = points[0]
        points = [(max(0.0, x - 4), y), (min(WIDTH, x + 4), y)]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
