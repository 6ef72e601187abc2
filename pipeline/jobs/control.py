"""What people do to a job that exists: cancel, pause, resume, send again, repeat, reorder."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from billing.ledger.services import open_hold
from billing.plans.preflight import check
from billing.prices.quotes import quote_at
from pipeline.jobs.events import JobEvents
from pipeline.jobs.finish import cancel_unstarted, release_if_ready
from pipeline.jobs.models import DerivationKind, Job, JobEventKind, JobHold, JobState, Priority
from pipeline.jobs.moves import (
    add_history,
    hint_ready,
    lock_job,
    move_or_conflict,
    publish_job,
)
from pipeline.jobs.requests import request_from
from pipeline.jobs.states import PENDING
from pipeline.jobs.submit import submit_job
from pipeline.jobs.wake import tell_stop
from pipeline.operations.catalogue import get_operation
from studio.core.access import CapabilityCode, require, require_admin
from studio.core.errors import Conflict
from studio.core.models import User
from studio.live.services import record_event


def cancel_job(*, actor: User, job: Job) -> None:
    """Stop a job: at once when nobody works on it, else as soon as its worker hears of it.

    Outputs that are finished stay, and only they are charged.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: it has ended.
    """
    require(actor, CapabilityCode.CREATE, job.project)
    with transaction.atomic():
        locked = lock_job(job)
        if locked.is_final:
            word = JobState.Code(locked.state_id).label.lower()
            raise Conflict(f"This job has already ended: {word}.")
        if locked.state_id in PENDING:
            cancel_unstarted(locked)
        elif locked.cancel_requested_at is None:
            Job.objects.filter(pk=job.pk).update(cancel_requested_at=timezone.now())
            add_history(locked, JobEventKind.Code.REQUEST, f"{actor} asks to cancel")
            tell_stop(job.pk)
            publish_job(locked)


def pause_job(*, actor: User, job: Job) -> None:
    """Keep a job that has not started from starting.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: it has started, ended or is paused.
    """
    require(actor, CapabilityCode.CREATE, job.project)
    with transaction.atomic():
        move_or_conflict(lock_job(job), JobState.Code.PAUSED, f"Paused by {actor}")


def resume_job(*, actor: User, job: Job) -> None:
    """Let a paused job go on from where it stood.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: it is not paused.
    """
    require(actor, CapabilityCode.CREATE, job.project)
    with transaction.atomic():
        locked = lock_job(job)
        if locked.state_id != JobState.Code.PAUSED:
            raise Conflict("This job is not paused.")
        if locked.start_at is not None and locked.start_at > timezone.now():
            to = JobState.Code.SCHEDULED
        elif (
            Job.objects.filter(needed_by__job=job)
            .exclude(state_id=JobState.Code.SUCCEEDED)
            .exists()
        ):
            to = JobState.Code.WAITING
        else:
            to = JobState.Code.QUEUED
        move_or_conflict(locked, to, f"Resumed by {actor}")
        if to == JobState.Code.QUEUED:
            hint_ready(job.pk)
    if to == JobState.Code.WAITING:
        release_if_ready(locked)  # what it waits for may have ended while it was paused


def retry_job(*, actor: User, job: Job) -> None:
    """Send a failed or cancelled job to the queue again, for the outputs that are missing.

    It keeps the price that it was quoted; the credits for what is missing are held anew, from
    the wallet of whoever sends it: nobody in a project spends what is another's.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: it has not failed and was not cancelled.
        PaymentRequired: plan, limits or balance do not allow it.
    """
    require(actor, CapabilityCode.CREATE, job.project)
    spec = get_operation(job.offer.operation.code)
    offer = spec.offer(job.offer.model.provider.code, job.offer.model.code)
    parameters = spec.clean(job.parameters)
    with transaction.atomic():
        locked = lock_job(job)
        if locked.state_id not in (JobState.Code.FAILED, JobState.Code.CANCELLED):
            raise Conflict("Only a failed or cancelled job can be sent again.")
        missing = max(0, locked.outputs_expected - locked.outputs.count())
        price = quote_at(
            locked.price,
            offer.most_milli(parameters) * missing,
            parameters.model_dump(mode="json"),
        )
        check(
            user=actor,
            project=locked.project,
            quotes=[price],
            provider_code=offer.provider,
            operation_group=spec.group.code,
        ).raise_if_refused()
        if price.amount_microcredits:
            hold = open_hold(
                payer=actor,
                project=locked.project,
                amount_microcredits=price.amount_microcredits,
                memo=str(locked)[:200],
            )
            if hold is not None:
                JobHold.objects.create(job=locked, hold=hold)
        move_or_conflict(
            locked, JobState.Code.QUEUED, f"Sent again by {actor}", cancel_requested_at=None
        )
        record_event(
            JobEvents.JOB_RETRIED,
            project=locked.project,
            actor=actor,
            subject_code=locked.code,
            label=str(locked),
        )
        hint_ready(job.pk)


def repeat_job(*, actor: User, job: Job, kind: DerivationKind.Code) -> Job:
    """Run the same recipe again with the cache bypassed: "make again", or a determinism check.

    Raises:
        As `submit_job`.
    """
    return submit_job(actor=actor, project=job.project, request=request_from(job, kind=kind))


def set_priority(*, actor: User, job: Job, priority: Priority.Code) -> None:
    """Let a job that has not started go earlier or later; urgent is for Admins.

    Raises:
        NotFound, Forbidden: by the access rule (create; Admin for urgent).
        Conflict: it has started or ended.
    """
    require(actor, CapabilityCode.CREATE, job.project)
    if priority == Priority.Code.URGENT:
        require_admin(actor)
    with transaction.atomic():
        locked = lock_job(job)
        if locked.state_id not in PENDING:
            raise Conflict("This job has started; its place in the queue no longer matters.")
        Job.objects.filter(pk=job.pk).update(priority_id=priority.value)
        add_history(
            locked, JobEventKind.Code.REQUEST, f"{actor} sets the priority to {priority.label}"
        )
        publish_job(locked)
