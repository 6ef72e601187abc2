"""How a boundary stands: what is known of it, whether it may be shown, what a person must decide.

Nothing of this is stored: it follows from the boundary's measurement, its bridges and whether the
scene uses one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Prefetch, QuerySet

from pipeline.jobs.models import Attempt, Job, JobState
from pipeline.scenes.models import Boundary, BoundaryMeasurement, Bridge, BridgeResult

#: A join this much below its threshold is still fair.
FAIR_BELOW = 0.10
_ENDED_BADLY = (JobState.Code.FAILED, JobState.Code.CANCELLED)


class JoinState(StrEnum):
    """What is going on at a boundary."""

    WAITING = "waiting"  # not measured, and nothing measures it yet
    MEASURING = "measuring"
    GOOD = "good"
    HEALING = "healing"
    HEALED = "healed"
    FLAGGED = "flagged"  # a person must decide


class Grade(StrEnum):
    """How well two takes join, for colours."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class JoinStanding:
    """How a boundary stands.

    Attributes:
        state: what is going on.
        grade: how well it joins, with the bridge if one is used.
        score: 0–1; of the passage when a bridge is used, else of the join; None: not known.
        reason: a sentence for people: why it is flagged, or what the bridge did; may be empty.
    """

    state: JoinState
    grade: Grade
    score: float | None
    reason: str = ""


UNKNOWN = JoinStanding(JoinState.WAITING, Grade.UNKNOWN, None)


def with_details(boundaries: QuerySet[Boundary]) -> QuerySet[Boundary]:
    """With all that `standing` reads: four queries, however many boundaries."""
    attempts = Prefetch("job__attempts", Attempt.objects.order_by("number"))
    bridges = Bridge.objects.select_related(
        "job", "method", "result__method_used", "result__version"
    )
    return boundaries.select_related("measurement__job").prefetch_related(
        Prefetch("measurement__job__attempts", Attempt.objects.order_by("number")),
        Prefetch("bridges", bridges.prefetch_related(attempts).order_by("number")),
    )


def measurement_of(boundary: Boundary) -> BoundaryMeasurement | None:
    """The boundary's measurement, if one was asked for."""
    found: BoundaryMeasurement | None = getattr(boundary, "measurement", None)
    return found


def result_of(bridge: Bridge) -> BridgeResult | None:
    """What a bridge became, if its job is done."""
    found: BridgeResult | None = getattr(bridge, "result", None)
    return found


def standing(boundary: Boundary | None, bridge_id: int | None, threshold: float) -> JoinStanding:
    """How a boundary stands; no query for boundaries loaded by `with_details`.

    Args:
        boundary: None when nobody has looked at it yet.
        bridge_id: the bridge that the scene uses there.
        threshold: score from which on a join is good, 0–1.
    """
    found = measurement_of(boundary) if boundary is not None else None
    if boundary is None or found is None:
        return UNKNOWN
    bridges = list(boundary.bridges.all())
    if (healed := _healed(bridges, bridge_id, threshold)) is not None:
        return healed
    if found.job.state_id in _ENDED_BADLY:
        return JoinStanding(JoinState.FLAGGED, Grade.UNKNOWN, None, job_says(found.job))
    if found.boundary_score is None:
        return JoinStanding(JoinState.MEASURING, Grade.UNKNOWN, None)
    score = found.boundary_score
    grade = Grade.GOOD if found.is_passed else grade_of(score, threshold)
    if bridges and _is_to_come(bridges[-1]):
        return JoinStanding(JoinState.HEALING, grade, score)
    if found.is_passed:
        return JoinStanding(JoinState.GOOD, grade, score)
    return JoinStanding(JoinState.FLAGGED, grade, score, _why_not_healed(bridges, score, threshold))


def grade_of(score: float, threshold: float) -> Grade:
    """The colour of a score."""
    if score >= threshold:
        return Grade.GOOD
    return Grade.FAIR if score >= threshold - FAIR_BELOW else Grade.POOR


def job_says(job: Job) -> str:
    """Why a job did not succeed, a sentence for people."""
    if job.state_id == JobState.Code.CANCELLED:
        return f"“{job}” was cancelled."
    said = [attempt.message for attempt in job.attempts.all() if attempt.message]
    return said[-1] if said else f"“{job}” failed before it began."


def _is_to_come(bridge: Bridge) -> bool:
    """Whether a bridge is being made, or has been and is about to be written down."""
    return result_of(bridge) is None and bridge.job.state_id not in _ENDED_BADLY


def _healed(bridges: list[Bridge], bridge_id: int | None, threshold: float) -> JoinStanding | None:
    used = next((bridge for bridge in bridges if bridge.pk == bridge_id), None)
    result = result_of(used) if used is not None else None
    if result is None:
        return None
    after = result.after_score
    # it was kept because it is better; that alone makes it fair
    grade = Grade.GOOD if after >= threshold else Grade.FAIR
    return JoinStanding(JoinState.HEALED, grade, after, result.reason)


def _why_not_healed(bridges: list[Bridge], score: float, threshold: float) -> str:
    below = f"The join scores {score:.2f}, below {threshold:.2f}."
    if not bridges:
        return below
    if any(result.is_better for bridge in bridges if (result := result_of(bridge)) is not None):
        return f"{below} A bridge that is better is there, but not used."
    last = bridges[-1]
    result = result_of(last)
    return f"{below} {result.reason if result is not None else job_says(last.job)}"
