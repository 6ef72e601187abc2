"""How far a take is: one word for what its rows say together."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from django.db.models import QuerySet

from pipeline.jobs.models import Job, JobState
from pipeline.jobs.states import FINAL
from pipeline.scenes.gates import FAIL, failures, findings, worst
from pipeline.scenes.models import Take
from pipeline.scenes.recipe import GateRule


class Standing(enum.Enum):
    """Where a take stands."""

    MAKING = "is being made"
    MADE = "waits to be examined"
    EXAMINING = "is being examined"
    PASSED = "has passed"
    REFUSED = "does not pass a gate"
    FAILED = "could not be made"
    UNEXAMINED = "could not be examined"

    @property
    def is_open(self) -> bool:
        """Whether more will come by itself."""
        return self in (Standing.MAKING, Standing.MADE, Standing.EXAMINING)


def with_standing(takes: QuerySet[Take]) -> QuerySet[Take]:
    """With what `standing_of` reads: one query more than without."""
    return takes.select_related("job", "examination__job", "version").prefetch_related("measures")


def standing_of(take: Take, gates: Iterable[GateRule]) -> Standing:
    """Where a take stands; no query after `with_standing`."""
    if take.version_id is None:
        return Standing.MAKING if _may_deliver(take.job) else Standing.FAILED
    examination = getattr(take, "examination", None)
    if examination is None:
        return Standing.MADE
    if examination.frames is None:
        if examination.job.state_id not in FINAL:
            return Standing.EXAMINING
        return Standing.UNEXAMINED
    return Standing.REFUSED if worst(findings(take, gates)) == FAIL else Standing.PASSED


def reason(take: Take, gates: Iterable[GateRule]) -> str:
    """Why a take can't be used, and what a person can do: for a scene that has stopped."""
    name = f"Segment {take.segment.number}, take {take.number}"
    standing = standing_of(take, gates)
    if standing is Standing.REFUSED:
        said = " ".join(finding.sentence for finding in failures(findings(take, gates)))
        return (
            f"{name} does not pass: {said} Redo the segment with other settings, or select this "
            "take all the same; then resume."
        )
    job = take.job if standing is Standing.FAILED else take.examination.job
    word = "could not be made" if standing is Standing.FAILED else "could not be examined"
    return f"{name} {word}: {why(job)} Resume to try again, or redo it with other settings."


def why(job: Job) -> str:
    """What a job that ended badly said of it, as a sentence. One query."""
    if job.state_id == JobState.Code.CANCELLED or job.state_id not in FINAL:
        return "its job was cancelled."
    if job.state_id == JobState.Code.SUCCEEDED:
        return "its report can't be read."
    last = job.attempts.exclude(message="").order_by("-number").first()
    text = last.message.strip() if last is not None else ""
    if not text:
        line = job.history.filter(state_id=job.state_id).order_by("-number").first()
        text = line.message.strip() if line is not None else "its job failed"
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _may_deliver(job: Job) -> bool:
    """Whether a job may still bring its clip; after a success its version is on the way."""
    if job.state_id in FINAL:
        return job.state_id == JobState.Code.SUCCEEDED
    return job.cancel_requested_at is None
