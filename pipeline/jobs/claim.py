"""Which job is next: urgency first, then fair shares between projects and between people.

One worker decides at a time (a transaction-scoped advisory lock), so caps hold exactly; a decision
takes a few milliseconds.
"""

from __future__ import annotations

import os
import socket

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from pipeline.jobs.models import Attempt, Job, JobState, Worker, WorkerState
from pipeline.jobs.moves import move
from pipeline.jobs.states import ACTIVE

_CLAIM_LOCK = 0x5EEDF001  # key of the advisory lock; any constant that nothing else uses

# A project at its cap has no ready job; within an urgency the project with the fewest running jobs
# goes first, then the one that was served longest ago, and inside it the person likewise. Only
# the last starts are looked at: who is not among them waited longest.
_NEXT_JOB = """
WITH recent AS (
    SELECT j.project_id, j.creator_id, a.id AS served
    FROM (SELECT id, job_id FROM pipeline_attempt ORDER BY id DESC LIMIT 500) a
    JOIN pipeline_job j ON j.id = a.job_id
),
project_served AS (SELECT project_id, max(served) AS served FROM recent GROUP BY 1),
person_served AS (SELECT project_id, creator_id, max(served) AS served FROM recent GROUP BY 1, 2),
running AS (
    SELECT project_id, creator_id, count(*) AS jobs
    FROM pipeline_job WHERE state_id = ANY(%(active)s) GROUP BY 1, 2
),
project_running AS (SELECT project_id, sum(jobs) AS jobs FROM running GROUP BY 1),
person_running AS (SELECT creator_id, sum(jobs) AS jobs FROM running GROUP BY 1),
heads AS (
    SELECT DISTINCT ON (j.priority_id, j.project_id, j.creator_id)
        j.id, j.priority_id, j.project_id, j.creator_id
    FROM pipeline_job j
    WHERE j.state_id = %(queued)s
    ORDER BY j.priority_id, j.project_id, j.creator_id, j.id
)
SELECT h.id
FROM heads h
JOIN pipeline_priority p ON p.id = h.priority_id
LEFT JOIN project_running pr ON pr.project_id = h.project_id
LEFT JOIN person_running ur ON ur.creator_id = h.creator_id
LEFT JOIN project_served ps ON ps.project_id = h.project_id
LEFT JOIN person_served us ON us.project_id = h.project_id AND us.creator_id = h.creator_id
LEFT JOIN billing_subscription sub ON sub.user_id = h.creator_id
    AND sub.starts_at <= now() AND (sub.ends_at IS NULL OR sub.ends_at > now())
LEFT JOIN billing_plan plan ON plan.id = sub.plan_id
WHERE coalesce(pr.jobs, 0) < %(project_cap)s
  AND coalesce(ur.jobs, 0) < coalesce(plan.concurrent_jobs, 2147483647)
ORDER BY p.ordinal, coalesce(pr.jobs, 0), coalesce(ps.served, 0), coalesce(us.served, 0), h.id
LIMIT 1
"""


def this_worker() -> Worker:
    """The row of the task cluster that this process belongs to, made on first use."""
    name = os.environ.get("SEEDFRAME_WORKER_NAME") or f"{socket.gethostname()}/jobs"
    worker, _ = Worker.objects.get_or_create(name=name)
    return worker


def claim_job(worker: Worker) -> Attempt | None:
    """Take the next ready job for this worker and open an attempt on it.

    Returns:
        The open attempt, or None when nothing is ready or the worker takes no work.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CLAIM_LOCK])
            if Worker.objects.filter(pk=worker.pk, state=WorkerState.Code.DRAINING).exists():
                return None
            cursor.execute(
                _NEXT_JOB,
                {
                    "active": [int(state) for state in ACTIVE],
                    "queued": int(JobState.Code.QUEUED),
                    "project_cap": settings.PROJECT_RUNNING_JOBS,
                },
            )
            row = cursor.fetchone()
        if row is None:
            return None
        job = Job.objects.select_related("project", "creator", "offer").get(pk=row[0])
        if not move(job, JobState.Code.DISPATCHED, f"Taken by {worker.name}"):
            return None  # cancelled or paused in this very moment; the next hint looks again
        Worker.objects.filter(pk=worker.pk).update(
            heartbeat_at=timezone.now(), state_id=WorkerState.Code.ONLINE
        )
        return Attempt.objects.create(
            job=job,
            number=job.attempts.count() + 1,
            worker=worker,
            process_id=os.getpid(),
        )
