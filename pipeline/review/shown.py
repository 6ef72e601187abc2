"""What the pages of takes, boundaries and cuts show of their files and figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from assets.models import Version
from pipeline.scenes.gates import Finding, figure, findings
from pipeline.scenes.joins import result_of
from pipeline.scenes.models import (
    Boundary,
    Bridge,
    Cut,
    Measure,
    Take,
)
from pipeline.scenes.recipe import Recipe

#: Frames on each side of a join that the inspector steps through.
AROUND_FRAMES = 12


@dataclass(frozen=True)
class ShownClip:
    """A clip for `<frame-player>`; frames are counted from `first` for people."""

    id: str
    label: str
    url: str
    frames: int
    fps_num: int
    fps_den: int
    first: int = 0
    poster_url: str = ""

    @property
    def last(self) -> int:
        """The last frame, 0-based."""
        return self.frames - 1

    @property
    def last_number(self) -> int:
        """The number of the last frame as people count."""
        return self.first + self.frames - 1

    @property
    def first_to_last(self) -> str:
        """The numbers that frames have."""
        return f"{self.first}–{self.last_number}"


@dataclass(frozen=True)
class ShownMeasure:
    """A line of the table of measures."""

    label: str
    value: str
    method: str
    finding: Finding | None

    @property
    def chip(self) -> str:
        """The state whose look the line has."""
        return self.finding.verdict.code if self.finding is not None else "pass"

    @property
    def word(self) -> str:
        """What the chip says."""
        return {"pass": "In range", "warn": "Warning", "fail": "Stops the scene"}[self.chip]


def file_url(version: Version) -> str:
    """Where a version's bytes are served to those who may see it."""
    named = [version.code, version.file_name] if version.file_name else [version.code]
    return reverse("assets:file", args=named)


def clip_of_take(take: Take, recipe: Recipe, first: int) -> ShownClip | None:
    """A take for the player; None while it is not examined."""
    found = getattr(take, "examination", None)
    if take.version is None or found is None or found.frames is None:
        return None
    return ShownClip(
        id=f"player-{take.code}",
        label=f"Take {take.number}",
        url=file_url(take.version),
        frames=found.frames,
        fps_num=recipe.fps_num,
        fps_den=recipe.fps_den,
        first=first,
    )


def clip_of_cut(cut: Cut, recipe: Recipe, first: int) -> ShownClip | None:
    """A cut for the player; None while it is not rendered, or where no browser could play it."""
    if cut.version is None or cut.version.blob.media_type.code != "video/mp4":
        return None
    return ShownClip(
        id=f"player-{cut.code}",
        label=f"Cut {cut.number}",
        url=file_url(cut.version),
        frames=cut.frames,
        fps_num=recipe.fps_num,
        fps_den=recipe.fps_den,
        first=first,
    )


def measures_of(take: Take, recipe: Recipe) -> list[ShownMeasure]:
    """The measures of a take with the gates they stand before. Two queries."""
    rows = list(take.measures.select_related("measure").order_by("measure__ordinal"))
    judged = {finding.measure: finding for finding in findings(take, recipe.gates)}
    return [
        ShownMeasure(
            label=row.measure.label,
            value=figure(Measure.Code(row.measure_id), row.score),
            method=row.method,
            finding=judged.get(Measure.Code(row.measure_id)),
        )
        for row in rows
    ]


def join_of(boundary: Boundary, bridge: Bridge | None) -> list[tuple[str, int]]:
    """What a cut shows around a measured boundary: (side, frame of that side's clip), in order."""
    found: Any = boundary.measurement
    left_end, right_start = int(found.left_frame), int(found.right_frame)
    through: list[tuple[str, int]] = []
    result = result_of(bridge) if bridge is not None else None
    if result is not None:
        left_end, right_start = result.left_frame, result.right_frame
        through = [("bridge", frame) for frame in range(result.frames)]
    first = max(0, left_end - AROUND_FRAMES)
    right: Any = boundary.right_take.examination
    last = min(right_start + AROUND_FRAMES, int(right.frames))
    return [
        *(("left", frame) for frame in range(first, left_end)),
        *through,
        *(("right", frame) for frame in range(right_start, last)),
    ]


def scores_of(boundary: Boundary) -> list[tuple[str, str]]:
    """The figures of a measured boundary, for people."""
    found: Any = getattr(boundary, "measurement", None)
    if found is None or found.boundary_score is None:
        return []
    grain = f"{found.grain_ratio:.2f}×" if found.grain_ratio is not None else "not measured"
    return [
        ("Score", f"{found.boundary_score:.3f}"),
        ("Structure (SSIM)", f"{found.ssim_score:.3f}"),
        ("Perceptual hash", f"{found.phash_distance} of 64 bits differ"),
        ("Motion agreement", f"{found.motion_score:.3f}"),
        ("Grain, right to left", grain),
        ("Left take until frame", str(found.left_frame)),
        ("Right take from frame", str(found.right_frame)),
    ]
