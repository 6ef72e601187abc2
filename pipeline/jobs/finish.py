"""How an attempt ends: outputs are recorded once, credits are settled once, dependents go on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.text import slugify

from assets.library.services import add_asset
from assets.models import Blob, LineageRole, MediaType, Origin, RetentionClass, Version
from billing.credits import credits_text
from billing.ledger.services import release_hold, settle_hold
from billing.models import AccountKind, Entry, Hold, HoldState, TransferKind
from billing.prices.quotes import charge_for
from pipeline.jobs.events import JobEvents
from pipeline.jobs.fallback import fall_back
from pipeline.jobs.models import (
    Attempt,
    AttemptOutcome,
    ErrorClass,
    Job,
    JobEventKind,
    JobOutput,
    JobState,
    LossPolicy,
)
from pipeline.jobs.moves import add_history, hint_ready, lock_job, move, publish_job
from pipeline.operations.catalogue import is_step
from pipeline.providers.base import Produced
from pipeline.providers.documents import clean, unsigned
from studio.core.lookups import Codes
from studio.live.services import record_event

#: Longest detail that is kept of an attempt, characters.
MOST_DETAIL = 20_000


@dataclass(frozen=True)
class Ending:
    """How an attempt ended, and what it says about it.

    `is_certain` is False when a request may have run although its answer was lost, or may still
    run.
    """

    outcome: AttemptOutcome.Code
    error_class: ErrorClass.Code | None = None
    message: str = ""
    detail: str = ""
    is_certain: bool = True


SUCCEEDED = Ending(AttemptOutcome.Code.SUCCEEDED)
CANCELLED = Ending(AttemptOutcome.Code.CANCELLED, message="Cancelled")
LOST = Ending(
    AttemptOutcome.Code.LOST,
    ErrorClass.Code.WORKER_LOST,
    "The worker was lost: its process ended or stopped answering.",
)
#: A worker that is told to end gives up what it can't finish in time; that is no loss.
HANDED_OVER = Ending(
    AttemptOutcome.Code.HANDED_OVER,
    message="The studio was stopped meanwhile; the job is taken up again where it stood.",
)


class AttemptOver(Exception):
    """The attempt was ended by somebody else meanwhile; what it makes is no longer wanted."""


def record_output(attempt: Attempt, produced: Produced, blob: Blob) -> Version | None:
    """Record one finished output; its bytes are in the store.

    Returns:
        The new version, or None when this position was delivered before (a repeat after a lost
        connection): nothing is doubled.

    Raises:
        AttemptOver: the attempt is no longer the job's open one.
    """
    with transaction.atomic():
        job = lock_job(attempt.job)
        if not Attempt.objects.filter(pk=attempt.pk, ended_at=None).exists():
            raise AttemptOver
        if JobOutput.objects.filter(job=job, position=produced.position).exists():
            return None
        provider = job.offer.model.provider
        version = add_asset(
            actor=job.creator,
            project=job.project,
            blob=blob,
            title=job.title[:180] or job.offer.operation.title,
            caption=str(job.parameters.get("prompt", "")),
            origin=Origin.Code.by_code(provider.code),
            retention_class=RetentionClass.Code.SUPPORTING,
            file_name=_file_name(job, produced.position, blob),
            is_step=is_step(job.offer.operation.code),
            inputs=[
                (item.version, LineageRole.Code(item.role_id))
                for item in job.inputs.select_related("version")
            ],
        )
        JobOutput.objects.create(
            job=job,
            position=produced.position,
            version=version,
            random_seed=produced.random_seed,
            quantity_milli=produced.quantity_milli,
            elapsed_ms=produced.elapsed_ms,
            notes=dict(produced.notes),
        )
        add_history(
            job,
            JobEventKind.Code.OUTPUT,
            f"Output {produced.position + 1} of {job.outputs_expected} stored",
        )
        publish_job(job, "job.output", position=produced.position)
        return version


def _file_name(job: Job, position: int, blob: Blob) -> str:
    """What a download of the output is called."""
    extension = MediaType.extras[MediaType.Code(blob.media_type_id)]["extension"]
    stem = slugify(job.title)[:60].strip("-") or slugify(job.offer.operation.code) or "output"
    return f"{stem}-{position + 1}.{extension}"


def end_attempt(attempt: Attempt, ending: Ending) -> bool:
    """Close an attempt, move its job on and settle what was delivered, all at once.

    Returns:
        False when the attempt had ended already; nothing was changed.
    """
    ending = replace(ending, message=_storable(ending.message), detail=_storable(ending.detail))
    with transaction.atomic():
        job = lock_job(attempt.job)
        closed = Attempt.objects.filter(pk=attempt.pk, ended_at=None).update(
            ended_at=timezone.now(),
            outcome_id=ending.outcome.value,
            error_class_id=ending.error_class.value if ending.error_class else None,
            message=ending.message,
            detail=ending.detail,
        )
        if not closed:
            return False
        state = _state_after(job, ending)
        moved = move(job, state, ending.message)
        if moved and job.is_final:
            _settle(job)
            fall_back(job, attempt, ending.error_class, is_certain=ending.is_certain)
            _tell(job, ending)
            release_dependents(job)
        if Job.objects.filter(state_id=JobState.Code.QUEUED).exists():
            hint_ready()  # this worker, and perhaps a cap, is free for the next job
    return True


def _storable(text: str) -> str:
    """What somebody else's words are kept as: without signatures, and as a column holds them."""
    return str(clean(unsigned(text[:MOST_DETAIL])))


def fail_unstarted(job: Job, message: str) -> None:
    """End a job that never ran, because what it depends on can't be had; its credits go back."""
    with transaction.atomic():
        job = lock_job(job)
        if move(job, JobState.Code.FAILED, message):
            _settle(job)
            _tell(job, Ending(AttemptOutcome.Code.FAILED, ErrorClass.Code.POLICY, message))
            release_dependents(job)


def cancel_unstarted(job: Job) -> bool:
    """End a job that nobody works on; its credits go back. The caller holds the job's row."""
    if not move(job, JobState.Code.CANCELLED, cancel_requested_at=timezone.now()):
        return False
    _settle(job)
    _tell(job, CANCELLED)
    release_dependents(job)
    return True


def release_dependents(job: Job) -> None:
    """Let the jobs go on that waited for this one, or end them when it did not succeed."""
    waiting = Job.objects.filter(needs__needs=job, state_id=JobState.Code.WAITING)
    for dependent in waiting.order_by("id"):
        release_if_ready(dependent)


def release_if_ready(job: Job) -> None:
    """Queue a waiting job whose needs have all succeeded; fail it when one never will."""
    needs = Job.objects.filter(needed_by__job=job)
    ended_badly = needs.filter(state_id__in=(JobState.Code.FAILED, JobState.Code.CANCELLED))
    if (bad := ended_badly.first()) is not None:
        word = JobState.Code(bad.state_id).label.lower()
        fail_unstarted(job, f"It waited for a job that is {word}: {bad}"[:300])
    elif not needs.exclude(state_id=JobState.Code.SUCCEEDED).exists():
        with transaction.atomic():
            if move(lock_job(job), JobState.Code.QUEUED, "All it waited for is there"):
                hint_ready(job.pk)


def _state_after(job: Job, ending: Ending) -> JobState.Code:
    if ending.outcome == AttemptOutcome.Code.SUCCEEDED:
        return JobState.Code.SUCCEEDED
    if ending.outcome == AttemptOutcome.Code.FAILED:
        return JobState.Code.FAILED
    if ending.outcome == AttemptOutcome.Code.CANCELLED or job.cancel_requested_at is not None:
        return JobState.Code.CANCELLED
    if job.outputs.count() >= job.outputs_expected > 0:
        return (
            JobState.Code.SUCCEEDED
            if job.state_id == JobState.Code.RUNNING
            else (JobState.Code.QUEUED)
        )
    if ending.outcome == AttemptOutcome.Code.HANDED_OVER:
        return JobState.Code.QUEUED
    losses = job.attempts.filter(outcome=AttemptOutcome.Code.LOST).count()
    may_requeue = job.loss_policy_id == LossPolicy.Code.REQUEUE
    if may_requeue and losses <= settings.JOB_MAX_WORKER_LOSSES:
        return JobState.Code.QUEUED
    return JobState.Code.FAILED


def _settle(job: Job) -> None:
    """Charge what was delivered and not charged before, and give the rest of the hold back."""
    open_hold = job.holds.filter(hold__state_id=HoldState.Code.OPEN).select_related("hold").first()
    if open_hold is None:
        return
    used = job.outputs.aggregate(total=Sum("quantity_milli"))["total"] or 0
    earlier = _booked(job, transfer__kind_id=TransferKind.Code.SETTLE)
    total = charge_for(job.price, used, job.parameters)
    amount = min(max(0, total - earlier), open_hold.hold.amount_microcredits)
    if amount:
        settle_hold(hold=open_hold.hold, amount_microcredits=amount, memo=str(job)[:200])
    else:
        release_hold(hold=open_hold.hold, memo=str(job)[:200])
    add_history(job, JobEventKind.Code.COST, f"Charged {credits_text(amount)} credits")


def charged_microcredits(job: Job) -> int:
    """What the job has cost so far, less refunds. Causes one query."""
    return _booked(job)


def held_microcredits(job: Job) -> int:
    """What is set aside for the job now. Causes one query."""
    held = Hold.objects.filter(job_hold__job=job, state_id=HoldState.Code.OPEN)
    return held.aggregate(total=Sum("amount_microcredits"))["total"] or 0


def _booked(job: Job, **which: Any) -> int:
    charges = Entry.objects.filter(
        transfer__hold__job_hold__job=job,
        account__kind_id=AccountKind.Code.COST_CENTRE,
        **which,
    )
    return charges.aggregate(total=Sum("amount_microcredits"))["total"] or 0


_EVENT: dict[int, Codes] = {
    JobState.Code.SUCCEEDED: JobEvents.JOB_SUCCEEDED,
    JobState.Code.FAILED: JobEvents.JOB_FAILED,
    JobState.Code.CANCELLED: JobEvents.JOB_CANCELLED,
}


def _tell(job: Job, ending: Ending) -> None:
    failed = job.state_id == JobState.Code.FAILED
    record_event(
        _EVENT[job.state_id],
        project=job.project,
        actor=job.creator,
        subject_code=job.code,
        label=str(job),
        data={"message": ending.message} if ending.message else None,
        notify=[job.creator] if failed else [],
    )
