"""Which job is next: urgency first, then fair shares between projects and between people.

One worker decides at a time (a transaction-scoped advisory lock), so caps hold exactly; a decision
takes a few milliseconds. The task cluster takes jobs of this machine's own provider, a bridge those
of all others; each side has its own share of a project, so that films made far away do not keep
their frames from being measured here.

A job that no worker can take now is passed over and looked at again soon: it keeps its place, and
nobody behind it waits for it.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from pipeline.jobs.matching import choose_worker, most_jobs
from pipeline.jobs.models import Attempt, Job, JobState, Worker, WorkerKind, WorkerState
from pipeline.jobs.moves import move
from pipeline.jobs.states import ACTIVE
from pipeline.providers.models import Provider

log = logging.getLogger(__name__)

_CLAIM_LOCK = 0x5EEDF001  # key of the advisory lock; any constant that nothing else uses

#: So many jobs are looked at in one decision, and so many of one person's for one offer.
MOST_HEADS, MOST_OF_ONE = 20, 4

# A project at its cap has no ready job; within an urgency the project with the fewest running jobs
# goes first, then the one that was served longest ago, and inside it the person likewise. Only
# the last starts are looked at: who is not among them waited longest.
_NEXT_JOBS = """
WITH offer AS (
    SELECT o.id, m.provider_id, m.provider_id = %(local)s AS is_local
    FROM pipeline_offer o JOIN pipeline_providermodel m ON m.id = o.model_id
),
recent AS (
    SELECT j.project_id, j.creator_id, a.id AS served
    FROM (SELECT id, job_id FROM pipeline_attempt ORDER BY id DESC LIMIT 500) a
    JOIN pipeline_job j ON j.id = a.job_id
),
project_served AS (SELECT project_id, max(served) AS served FROM recent GROUP BY 1),
person_served AS (SELECT project_id, creator_id, max(served) AS served FROM recent GROUP BY 1, 2),
running AS (
    SELECT j.project_id, j.creator_id, o.is_local, o.provider_id, count(*) AS jobs
    FROM pipeline_job j JOIN offer o ON o.id = j.offer_id
    WHERE j.state_id = ANY(%(active)s) GROUP BY 1, 2, 3, 4
),
project_running AS (
    SELECT project_id, sum(jobs) AS jobs FROM running
    WHERE is_local = %(is_local)s GROUP BY 1
),
person_running AS (SELECT creator_id, sum(jobs) AS jobs FROM running GROUP BY 1),
full_provider AS (
    SELECT r.provider_id FROM running r
    JOIN unnest(%(providers)s::int[], %(most_jobs)s::int[]) AS cap(provider_id, jobs)
        ON cap.provider_id = r.provider_id
    GROUP BY r.provider_id, cap.jobs HAVING sum(r.jobs) >= cap.jobs
),
heads AS (
    SELECT j.id, j.priority_id, j.project_id, j.creator_id, row_number() OVER (
        PARTITION BY j.priority_id, j.project_id, j.creator_id, j.offer_id ORDER BY j.id
    ) AS place
    FROM pipeline_job j JOIN offer o ON o.id = j.offer_id
    WHERE j.state_id = %(queued)s AND o.is_local = %(is_local)s
      AND NOT j.id = ANY(%(passed_over)s)
      AND NOT o.provider_id IN (SELECT provider_id FROM full_provider)
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
WHERE h.place <= %(most_of_one)s
  AND coalesce(pr.jobs, 0) < %(project_cap)s
  AND coalesce(ur.jobs, 0) < coalesce(plan.concurrent_jobs, 2147483647)
ORDER BY p.ordinal, coalesce(pr.jobs, 0), coalesce(ps.served, 0), coalesce(us.served, 0), h.id
LIMIT %(most)s
"""


@dataclass(frozen=True)
class Decision:
    """What came of one look at the queue.

    `passed_over` are jobs that nobody can take now; `is_last` says that no other job is ready.
    """

    attempt: Attempt | None
    passed_over: Sequence[int]
    is_last: bool


def this_worker() -> Worker:
    """The row of the task cluster that this process belongs to, made on first use."""
    name = os.environ.get("SEEDFRAME_WORKER_NAME") or f"{socket.gethostname()}/jobs"
    worker, _ = Worker.objects.get_or_create(name=name)
    return worker


def claim_job(worker: Worker) -> Attempt | None:
    """Take the next ready job of this machine's own and open an attempt on it.

    Returns:
        The open attempt, or None when nothing is ready or the worker takes no work.
    """
    with transaction.atomic():
        if not _may_decide(worker):
            return None
        for job in _heads(is_local=True, most=1):
            return _take(job, worker)
    return None


def claim_remote_job(bridge: Worker, passed_over: Collection[int] = ()) -> Decision:
    """Take the next ready job that some worker can run through this bridge.

    Args:
        bridge: the bridge that will run it; where the provider has workers of its own, the
            attempt is one of theirs.
        passed_over: jobs that need not be looked at again.
    """
    refused: list[int] = []
    with transaction.atomic():
        if not _may_decide(bridge):
            return Decision(None, (), True)
        heads = _heads(is_local=False, most=MOST_HEADS, passed_over=passed_over)
        for job in heads:
            worker = _chosen(job, bridge)
            attempt = _take(job, worker) if worker is not None else None
            if attempt is not None:
                return Decision(attempt, refused, False)
            refused.append(job.pk)
    return Decision(None, refused, len(heads) < MOST_HEADS)


def _chosen(job: Job, bridge: Worker) -> Worker | None:
    """The worker for a job; None as well where what servers told of themselves makes no sense.

    One job that can't be decided about must not keep all others from running.
    """
    try:
        return choose_worker(job, bridge)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        log.exception("No worker can be chosen for job %s.", job.pk)
        return None


def _may_decide(worker: Worker) -> bool:
    """Wait for one's turn to decide; False when the worker takes no work."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CLAIM_LOCK])
    return not Worker.objects.filter(pk=worker.pk, state=WorkerState.Code.DRAINING).exists()


def _heads(*, is_local: bool, most: int, passed_over: Collection[int] = ()) -> list[Job]:
    """The jobs to look at, in the order of their turn."""
    remote = [provider for provider in Provider.Code if provider != Provider.Code.LOCAL]
    with connection.cursor() as cursor:
        cursor.execute(
            _NEXT_JOBS,
            {
                "active": [int(state) for state in ACTIVE],
                "queued": int(JobState.Code.QUEUED),
                "local": int(Provider.Code.LOCAL),
                "is_local": is_local,
                "providers": [int(provider) for provider in remote],
                "most_jobs": [most_jobs(provider) for provider in remote],
                "project_cap": settings.PROJECT_RUNNING_JOBS,
                "passed_over": list(passed_over),
                "most": most,
                "most_of_one": MOST_OF_ONE,
            },
        )
        order = [pk for (pk,) in cursor.fetchall()]
    found = Job.objects.select_related(
        "project", "creator", "offer__operation", "offer__model__provider"
    ).in_bulk(order)
    return [found[pk] for pk in order]


def _take(job: Job, worker: Worker) -> Attempt | None:
    """Open an attempt; None when the job was cancelled or paused in this very moment."""
    if not move(job, JobState.Code.DISPATCHED, f"Taken by {worker.name}"):
        return None
    if worker.kind_id == WorkerKind.Code.CLUSTER:
        Worker.objects.filter(pk=worker.pk).update(
            heartbeat_at=timezone.now(), state_id=WorkerState.Code.ONLINE
        )
    return Attempt.objects.create(
        job=job,
        number=job.attempts.count() + 1,
        worker=worker,
        process_id=os.getpid(),
    )
