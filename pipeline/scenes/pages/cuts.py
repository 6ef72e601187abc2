"""Cuts as lines of the page of a scene."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pipeline.jobs.models import JobState
from pipeline.scenes.models import Cut
from pipeline.scenes.pages.takes import (
    ShownProgress,
    ShownVerdict,
    person,
    shown_progress,
    verdict_of,
)
from pipeline.scenes.queries import SceneBoard, job_progress
from studio.shell.navigation import reverse_or_empty


@dataclass(frozen=True)
class ShownCut:
    """A cut with its state; `is_current`: it shows the scene as it stands."""

    code: UUID
    number: int
    url: str
    look: str
    word: str
    job: ShownProgress | None
    verdict: ShownVerdict | None
    profile: str
    frames: int
    is_current: bool
    is_final: bool
    created_at: datetime
    by: str


def shown_cuts(board: SceneBoard) -> list[ShownCut]:
    """The cuts of a scene, newest first. No query."""
    return [_shown(cut, board.scene.edit_id) for cut in board.cuts]


def _shown(cut: Cut, edit_id: int | None) -> ShownCut:
    is_there = cut.version_id is not None
    state = JobState.Code(cut.job.state_id)
    return ShownCut(
        code=cut.code,
        number=cut.number,
        url=reverse_or_empty("pipeline:cut", cut.code),
        look="finished" if is_there else state.code,
        word="Rendered" if is_there else state.label,
        job=None if is_there else shown_progress(job_progress(cut.job), "Rendering"),
        verdict=verdict_of(cut.verdicts.all()),  # type: ignore[attr-defined]
        profile=cut.profile.label,
        frames=cut.frames,
        is_current=cut.edit_id == edit_id,
        is_final=getattr(cut, "final_approval", None) is not None,
        created_at=cut.created_at,
        by=person(cut.created_by),
    )
