"""The one way to hand work to the task processes."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django_q.models import OrmQ
from django_q.tasks import async_task

#: Queue of jobs, and of quick background work on files.
JOBS, MEDIA = "jobs", "media"


def enqueue(function: str, *args: Any, cluster: str = JOBS) -> str:
    """Run `function(*args)` in a task process after the caller's transaction commits.

    A task is a hint, not a promise: it may run twice, late, or not at all, so it must look up in
    the database what is to be done and claim it. A rollback takes it back.

    Args:
        function: dotted path, such as `pipeline.jobs.tasks.run_next_job`.
        args: small values that can be pickled: ids, not models.
        cluster: the queue: `jobs` or `media`.

    Returns:
        django-q2's id of the task.
    """
    task_id: str = async_task(function, *args, cluster=cluster)
    return task_id


def backlog(cluster: str = JOBS) -> int:
    """How many tasks of a queue wait for a process. One query."""
    return int(OrmQ.objects.filter(key=cluster, lock__lte=timezone.now()).count())
