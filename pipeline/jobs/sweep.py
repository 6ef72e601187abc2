"""What keeps a job's promises when processes die: run every few seconds by the sweeper."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from pipeline.jobs.finish import LOST, end_attempt, release_if_ready
from pipeline.jobs.models import Attempt, Job, JobState, Worker, WorkerKind, WorkerState
from pipeline.jobs.moves import hint_ready, lock_job, move
from pipeline.providers.models import Provider

log = logging.getLogger(__name__)

HINT_AFTER = timedelta(seconds=5)
SILENT_AFTER = timedelta(seconds=120)
MOST_AT_ONCE = 100


def sweep() -> None:
    """End lost attempts, start what is due, release what waits, repeat hints that were lost."""
    end_lost_attempts()
    start_due_jobs()
    release_waiting_jobs()
    repeat_hints()
    mark_silent_workers()


def end_lost_attempts() -> int:
    """Close attempts that were not heard of for the heartbeat limit; how many."""
    limit = timedelta(seconds=settings.JOB_HEARTBEAT_LIMIT_SECONDS)
    # The database's clock decides, as it did when the heartbeat was written by another machine.
    silent = Attempt.objects.filter(ended_at=None, heartbeat_at__lt=Now() - limit)
    ended = 0
    for attempt in silent.select_related("job", "worker")[:MOST_AT_ONCE]:
        if end_attempt(attempt, LOST):
            log.warning("%s on %s was lost.", attempt, attempt.worker)
            ended += 1
    return ended


def start_due_jobs() -> int:
    """Queue scheduled jobs whose time has come; how many."""
    due = Job.objects.filter(state_id=JobState.Code.SCHEDULED, start_at__lte=timezone.now())
    started = 0
    for job in due.order_by("start_at")[:MOST_AT_ONCE]:
        with transaction.atomic():
            locked = lock_job(job)
            unmet = Job.objects.filter(needed_by__job=job).exclude(state_id=JobState.Code.SUCCEEDED)
            to = JobState.Code.WAITING if unmet.exists() else JobState.Code.QUEUED
            if move(locked, to, "Its time has come"):
                started += 1
                hint_ready(job.pk)
    return started


def release_waiting_jobs() -> None:
    """Look again at jobs that wait, in case the word that they may go on was lost."""
    ready = Job.objects.filter(state_id=JobState.Code.WAITING).exclude(
        needs__needs__state_id__in=[
            s
            for s in JobState.Code
            if s not in (JobState.Code.SUCCEEDED, JobState.Code.FAILED, JobState.Code.CANCELLED)
        ]
    )
    for job in ready.order_by("id")[:MOST_AT_ONCE]:
        release_if_ready(job)


def repeat_hints() -> int:
    """Send a hint for jobs that stand ready for a while; a hint too many does nothing."""
    waiting = Job.objects.filter(
        state_id=JobState.Code.QUEUED,
        created_at__lt=timezone.now() - HINT_AFTER,
        offer__model__provider_id=Provider.Code.LOCAL.value,  # bridges look by themselves
    ).order_by("priority", "id")[: settings.Q_CLUSTER["workers"]]
    for job in waiting:
        hint_ready(job.pk)
    return len(waiting)


def mark_silent_workers() -> None:
    """Call workers offline that no process has spoken for; drain stays as a person set it.

    A task cluster speaks only when it takes a job: idle or busy it is not silent, but it is when
    jobs of this machine stand ready and nobody takes them.
    """
    limit = timezone.now() - SILENT_AFTER
    silent = Worker.objects.filter(heartbeat_at__lt=limit, state=WorkerState.Code.ONLINE)
    ready = Job.objects.filter(
        state_id=JobState.Code.QUEUED,
        created_at__lt=limit,
        offer__model__provider_id=Provider.Code.LOCAL.value,
    )
    spared = Q(kind=WorkerKind.Code.CLUSTER)
    if ready.exists():
        spared &= Q(Exists(Attempt.objects.filter(worker=OuterRef("pk"), ended_at=None)))
    silent.exclude(spared).update(state_id=WorkerState.Code.OFFLINE)
