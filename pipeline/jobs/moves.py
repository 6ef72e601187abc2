"""How a job changes: one guarded move of state, one line of history, one live message."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import F
from django.utils import timezone

from pipeline.jobs.models import Job, JobEventKind, JobState, JobStateTransition
from pipeline.jobs.signals import job_ended
from pipeline.jobs.states import FINAL
from pipeline.jobs.wake import wake_bridges
from pipeline.providers.models import Provider
from studio.core.errors import Conflict
from studio.core.tasks import enqueue
from studio.live.services import job_group, project_group, publish, user_group

_WAYS_IN: dict[int, list[int]] = {}
for _from, _to in JobStateTransition.allowed:
    if _from is not None:
        _WAYS_IN.setdefault(int(_to), []).append(int(_from))


def lock_job(job: Job) -> Job:
    """The job's row, read anew and locked until the transaction ends."""
    return (
        Job.objects.select_for_update(of=("self",))
        .select_related("project", "creator", "offer__operation", "offer__model__provider")
        .get(pk=job.pk)
    )


def move(job: Job, to: JobState.Code, message: str = "", **fields: Any) -> bool:
    """Move a job to a state if its present state allows that.

    Call inside a transaction. On success the job's history has a line and watchers are told.

    Returns:
        False when the job is in a state from which there is no such way; nothing was changed.
    """
    fields["ended_at"] = timezone.now() if to in FINAL else None
    moved = Job.objects.filter(pk=job.pk, state_id__in=_WAYS_IN[to]).update(
        state_id=to.value, version=F("version") + 1, **fields
    )
    if not moved:
        return False
    job.refresh_from_db(fields=["state", "version", *fields])
    add_history(job, JobEventKind.Code.STATE, message or to.label, state=to)
    publish_job(job)
    if to in FINAL:
        job_ended.send(sender=Job, job=job)
    return True


def move_or_conflict(job: Job, to: JobState.Code, message: str = "", **fields: Any) -> None:
    """As `move`.

    Raises:
        Conflict: the present state does not allow it.
    """
    if not move(job, to, message, **fields):
        job.refresh_from_db(fields=["state"])
        state = JobState.Code(job.state_id).label.lower()
        raise Conflict(f"This job is {state}; it can't become “{to.label.lower()}” from there.")


# Number and line in one statement; the caller holds the job's row, so numbers have no gaps.
_ADD_HISTORY = """
INSERT INTO pipeline_jobevent (job_id, number, kind_id, state_id, message, created_at)
SELECT %(job)s, coalesce(max(number), 0) + 1, %(kind)s, %(state)s, %(message)s, clock_timestamp()
FROM pipeline_jobevent WHERE job_id = %(job)s
"""


def add_history(
    job: Job, kind: JobEventKind.Code, message: str, state: JobState.Code | None = None
) -> None:
    """Add a line to the job's history; the caller holds the job's row."""
    with connection.cursor() as cursor:
        cursor.execute(
            _ADD_HISTORY,
            {
                "job": job.pk,
                "kind": kind.value,
                "state": state.value if state else None,
                "message": message[:300],
            },
        )


def publish_job(job: Job, kind: str = "job.changed", **figures: Any) -> None:
    """Tell everyone who watches this job, its project or its creator."""
    publish(
        [job_group(job.code), project_group(job.project.code), user_group(job.creator_id)],
        {
            "kind": kind,
            "code": str(job.code),
            "project": str(job.project.code),
            "state": JobState.Code(job.state_id).code,
            "version": job.version,
            **figures,
        },
    )


def hint_ready(job_id: int | None = None) -> None:
    """Tell whoever may run it that a job, or any, may be ready; sent with the transaction."""
    local = job_id is not None and is_local(job_id)
    if job_id is None or local:
        enqueue("pipeline.jobs.run.run_ready", job_id, cluster="jobs")
    if not local:
        wake_bridges()


def is_local(job_id: int) -> bool:
    """Whether a job is run by the task cluster of this machine. One query."""
    return Job.objects.filter(
        pk=job_id, offer__model__provider_id=Provider.Code.LOCAL.value
    ).exists()
