"""What scenes do when a job has ended: look at the scene whose job it was."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from pipeline.jobs.models import Job, JobState
from pipeline.jobs.signals import job_ended, job_replaced
from pipeline.scenes.models import BoundaryMeasurement, Bridge, Cut, Take, TakeExamination
from pipeline.scenes.services.cuts import tell_failed
from pipeline.scenes.takes import hint_advance


@receiver(job_ended, dispatch_uid="pipeline.scenes.job_ended")
def look_at_scene(job: Job, **_: Any) -> None:
    """Hint that there is something to do, in the transaction that ends the job."""
    if (scene_id := scene_of(job)) is None:
        return
    hint_advance(scene_id)
    if job.state_id != JobState.Code.SUCCEEDED:
        for cut in Cut.objects.filter(job=job).select_related("scene__character__project", "job"):
            tell_failed(cut)


@receiver(job_replaced, dispatch_uid="pipeline.scenes.job_replaced")
def follow_successor(job: Job, by: Job, **_: Any) -> None:
    """Let a take wait for the job that takes its failed job's place."""
    Take.objects.filter(job=job, version=None).update(job=by)


def scene_of(job: Job) -> int | None:
    """The id of the scene that a job works for; None for all other jobs. One query."""
    path = "boundary__left_take__segment__scene_id"
    rows = (
        Take.objects.filter(job=job)
        .order_by()
        .values_list("segment__scene_id")
        .union(
            TakeExamination.objects.filter(job=job).values_list("take__segment__scene_id"),
            BoundaryMeasurement.objects.filter(job=job).values_list(path),
            Bridge.objects.filter(job=job).order_by().values_list(path),
            Cut.objects.filter(job=job).values_list("scene_id"),
        )
    )
    found = next(iter(rows), None)
    return found[0] if found is not None else None
