"""Reading jobs: what lists and pages need, loaded in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, QuerySet

from assets.models import Version
from pipeline.imaging.measures import hamming64
from pipeline.jobs.models import Attempt, DerivationKind, Job, JobOutput, JobState
from pipeline.jobs.states import FINAL


def for_list(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """With what a line of a list shows."""
    return jobs.select_related(
        "project",
        "creator__profile",
        "state",
        "priority",
        "offer__operation",
        "offer__model__provider",
        "derivation__kind",
        "selection",
    ).prefetch_related(
        Prefetch("attempts", Attempt.objects.select_related("worker", "error_class", "outcome")),
        outputs_with_files(),
    )


def outputs_with_files() -> Prefetch[str, QuerySet[JobOutput], str]:
    """Outputs with version, asset and picture, in order."""
    return Prefetch(
        "outputs",
        JobOutput.objects.select_related(
            "version__asset",
            "version__blob__media_type",
            "version__blob__image",
        ).order_by("position"),
    )


def queue_counts(jobs: QuerySet[Job]) -> dict[str, int]:
    """How many unfinished jobs there are in each state, by code."""
    rows = (
        jobs.exclude(state_id__in=FINAL)
        .order_by()
        .values_list("state_id")
        .annotate(count=Count("id"))
    )
    found = dict(rows)
    return {s.code: found.get(int(s), 0) for s in JobState.Code if s not in FINAL}


@dataclass(frozen=True)
class Comparison:
    """How an output compares with the output it repeats.

    `tier` is `identical file`, `identical pixels`, `near` (pHash distance ≤ 4 of 64 bits),
    `different`, or `missing`.
    """

    position: int
    ours: Version | None
    theirs: Version | None
    tier: str
    distance_bits: int | None


def stand_in_for(user: Any, job: Job) -> Job | None:
    """The job that took the place of a failed one, if this person may see it. One query."""
    found = Job.objects.visible_to(user).filter(
        derivation__source=job, derivation__kind_id=DerivationKind.Code.FALLBACK
    )
    return found.select_related("offer__model", "state").first()


def compare_outputs(job: Job, source: Job) -> list[Comparison]:
    """Each output of a repeat beside the one it repeats. Causes two queries."""
    ours = {o.position: o.version for o in _outputs(job)}
    theirs = {o.position: o.version for o in _outputs(source)}
    found = []
    for position in sorted(ours.keys() | theirs.keys()):
        left, right = ours.get(position), theirs.get(position)
        tier, distance = _tier(left, right)
        found.append(Comparison(position, left, right, tier, distance))
    return found


def _outputs(job: Job) -> QuerySet[JobOutput]:
    return job.outputs.select_related("version__asset", "version__blob__image")


def _tier(left: Version | None, right: Version | None) -> tuple[str, int | None]:
    if left is None or right is None:
        return "missing", None
    if left.blob_id == right.blob_id:
        return "identical file", 0
    mine, other = getattr(left.blob, "image", None), getattr(right.blob, "image", None)
    if mine is None or other is None:
        return "different", None
    distance = hamming64(mine.phash & (2**64 - 1), other.phash & (2**64 - 1))
    if mine.pixel_sha256 == other.pixel_sha256:
        return "identical pixels", distance
    return ("near" if distance <= 4 else "different"), distance
