"""Takes as the page of a scene shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pipeline.jobs.models import Job
from pipeline.scenes.gates import FAIL, PASS, Finding, figure
from pipeline.scenes.models import Measure
from pipeline.scenes.pages.thumbs import Thumbs
from pipeline.scenes.queries import JobProgress, ShownTake, latest_attempt
from pipeline.scenes.standing import Standing
from studio.core.models import User
from studio.shell.navigation import reverse_or_empty

_LOOKS = {
    Standing.MAKING: ("queued", "Being made"),
    Standing.MADE: ("waiting", "To be examined"),
    Standing.EXAMINING: ("running", "Being examined"),
    Standing.PASSED: ("finished", "Passed"),
    Standing.REFUSED: ("rejected", "Gate not met"),
    Standing.FAILED: ("failed", "Failed"),
    Standing.UNEXAMINED: ("failed", "Not examined"),
}


@dataclass(frozen=True)
class ShownFinding:
    """What a gate says, with its colour word and icon."""

    tone: str
    icon: str
    sentence: str


@dataclass(frozen=True)
class ShownProgress:
    """How far a job is, for `<live-progress>`."""

    code: UUID
    fraction: float
    stage: str


@dataclass(frozen=True)
class ShownVerdict:
    """What was last said of a take or cut."""

    code: str
    label: str


@dataclass(frozen=True)
class TakeLine:
    """A take below its segment, and in the panel; frames are numbered as people count them."""

    code: UUID
    number: int
    url: str
    thumb_url: str
    look: str
    word: str
    is_selected: bool
    can_select: bool
    job: ShownProgress | None
    verdict: ShownVerdict | None
    by: str
    created_at: datetime
    findings: list[ShownFinding] = field(default_factory=list)
    measures: list[tuple[str, str]] = field(default_factory=list)
    reason: str = ""
    end_frame: int | None = None
    end_reason: str = ""


def take_line(shown: ShownTake, thumbs: Thumbs, first_frame: int) -> TakeLine:
    """A take of a board as a line. No query."""
    take, standing = shown.take, shown.standing
    look, word = _LOOKS[standing]
    found: Any = getattr(take, "examination", None)
    done = found is not None and found.end_frame is not None
    failed = {Standing.FAILED: take.job, Standing.UNEXAMINED: found and found.job}.get(standing)
    return TakeLine(
        code=take.code,
        number=take.number,
        url=reverse_or_empty("pipeline:take", take.code),
        thumb_url=thumbs.url(found.end_picture if done else take.start_image),
        look=look,
        word=word,
        is_selected=shown.is_selected,
        can_select=done,
        job=shown_progress(shown.progress, word) if standing.is_open else None,
        verdict=verdict_of(take.verdicts.all()),  # type: ignore[attr-defined]
        by=person(take.created_by),
        created_at=take.created_at,
        findings=shown_findings(shown.findings),
        measures=[
            (row.measure.label, figure(Measure.Code(row.measure_id), row.score))
            for row in sorted(shown.measures, key=lambda row: row.measure.ordinal)
        ],
        reason=job_failure(failed) if failed else "",
        end_frame=found.end_frame + first_frame if done else None,
        end_reason=found.end_reason if done else "",
    )


def shown_progress(progress: JobProgress | None, doing: str) -> ShownProgress | None:
    """How far a job is; None when none is under way. `doing` is said until the job says more."""
    if progress is None:
        return None
    return ShownProgress(progress.job.code, progress.fraction, progress.stage or doing)


def job_failure(job: Job) -> str:
    """Why a job did not succeed; its attempts are loaded."""
    last = latest_attempt(job)
    said = last.message if last is not None else ""
    return said or "Its job was cancelled, or failed before it began."


def shown_findings(found: Iterable[Finding]) -> list[ShownFinding]:
    """The findings that a person should see: warnings and fails."""
    return [
        ShownFinding("danger", "circle-x", f.sentence)
        if f.verdict == FAIL
        else ShownFinding("warning", "triangle-alert", f.sentence)
        for f in found
        if f.verdict != PASS
    ]


def verdict_of(verdicts: Iterable[Any]) -> ShownVerdict | None:
    """The verdict that counts: the latest; none while nobody has spoken. No query if loaded."""
    last = max(verdicts, key=lambda verdict: verdict.pk, default=None)
    if last is None or last.kind.code == "pending":
        return None
    return ShownVerdict(last.kind.code, last.kind.label)


def person(user: User) -> str:
    """What a person is called; their profile is loaded."""
    return user.profile.display_name or user.username
