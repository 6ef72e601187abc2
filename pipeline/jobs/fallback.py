"""Another provider takes the place of one that failed, where the person has allowed it.

Only where all that was asked of the failed one is over: no second provider is paid beside one that
may still finish what it was sent, and bill it.

The failed job stays failed, and its credits go back before the next ones are held, but for those
of outputs that it had delivered. The same request, less those outputs, goes to the best offer of a
provider that was not tried before, by the rule that chose the first one, else by quality; so a
chain ends with the last provider.
"""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction
from django.db.models import Q

from pipeline.jobs.models import (
    Attempt,
    AttemptOutcome,
    DerivationKind,
    ErrorClass,
    Job,
    JobDependency,
    JobEventKind,
    JobState,
    ProviderRequest,
    Selection,
    SelectionRule,
)
from pipeline.jobs.moves import add_history
from pipeline.jobs.requests import find_inputs, request_from
from pipeline.jobs.selection import Choice, choose_offer
from pipeline.jobs.signals import job_replaced
from pipeline.jobs.submit import submit_job
from pipeline.operations.catalogue import get_operation
from pipeline.providers.keys import PAID
from studio.core.errors import DomainError

#: Failures that another provider may not have; what is wrong with the request stays wrong.
FALLS_BACK = frozenset(
    {ErrorClass.Code.PROVIDER, ErrorClass.Code.TIMEOUT, ErrorClass.Code.WORKER_LOST}
)

#: Parameters that say how many outputs are asked for.
COUNTS = ("variations", "outputs")


def fall_back(
    job: Job,
    attempt: Attempt,
    error_class: ErrorClass.Code | None,
    *,
    is_certain: bool = True,
) -> Job | None:
    """Ask another provider for what this failed job was to make.

    Called in the transaction that ends the job, after its credits went back. Not for a job that
    was to be cancelled, nor where a request of it may have run after all, or still runs.

    Args:
        is_certain: what was asked of the provider is over.

    Returns:
        The job that takes its place, or None; why there is none, the job's history says.
    """
    if not job.may_fall_back or job.state_id != JobState.Code.FAILED:
        return None
    if error_class not in FALLS_BACK or job.cancel_requested_at is not None:
        return None
    is_lost = error_class == ErrorClass.Code.WORKER_LOST
    if not is_certain or (is_lost and _may_run(job, attempt)):
        add_history(
            job,
            JobEventKind.Code.REQUEST,
            f"No other provider is asked: {job.offer.model.provider} may still finish what it was"
            " sent, and bill it. Look at the account there, then send it again by hand.",
        )
        return None
    try:
        with transaction.atomic():
            made = _submit(job)
    except DomainError as error:
        text = f"No other provider takes its place: {error.detail}"
        add_history(job, JobEventKind.Code.REQUEST, text)
        return None
    job_replaced.send(sender=Job, job=job, by=made)
    return made


def _may_run(job: Job, attempt: Attempt) -> bool:
    """Whether a request for an output that is missing may run on without its worker.

    At a paid provider every one that was sent; on the studio's own machines, where a prompt that
    nobody waits for costs no money, only one whose id is not known.
    """
    lost = (AttemptOutcome.Code.LOST, AttemptOutcome.Code.HANDED_OVER)
    sent = ProviderRequest.objects.filter(
        Q(attempt=attempt) | Q(attempt__outcome__in=lost), attempt__job=job
    ).exclude(position__in=job.outputs.values("position"))
    if job.offer.model.provider_id not in PAID:
        sent = sent.filter(request_id="")
    return sent.exists()


def _submit(job: Job) -> Job:
    """The same request at the best offer that is left.

    Raises:
        DomainError: none is left, or the person may not or can't pay for it.
    """
    choice = _choose(job)
    request = replace(
        request_from(job, kind=DerivationKind.Code.FALLBACK, **_rest(job)),
        provider=choice.offer.provider,
        model=choice.offer.model,
        may_fall_back=True,
        choose=None,
    )
    made = submit_job(actor=job.creator, project=job.project, request=request)
    failed = job.offer.model
    reason = f"{failed.title} failed. {choice.reason}"[:300]
    Selection.objects.create(job=made, rule_id=choice.rule.value, reason=reason)
    # Who waits for the failed job waits for this one.
    waiting = JobDependency.objects.filter(needs=job, job__state_id=JobState.Code.WAITING)
    waiting.update(needs=made)
    add_history(made, JobEventKind.Code.REQUEST, f"Takes the place of a job that failed: {job}")
    add_history(job, JobEventKind.Code.REQUEST, f"{choice.offer.title} takes its place")
    return made


def _rest(job: Job) -> dict[str, int]:
    """How many outputs are still wanted: what was delivered is kept, and paid for, once."""
    delivered = job.outputs.count()
    for name in COUNTS if delivered else ():
        if job.parameters.get(name) == job.outputs_expected > delivered:
            return {name: job.outputs_expected - delivered}
    return {}


def _choose(job: Job) -> Choice:
    spec = get_operation(job.offer.operation.code)
    request = request_from(job, kind=DerivationKind.Code.FALLBACK, **_rest(job))
    chosen = Selection.objects.filter(job=job).first()
    return choose_offer(
        actor=job.creator,
        project=job.project,
        spec=spec,
        parameters=spec.clean(request.parameters),
        inputs=find_inputs(job.creator, job.project, spec, request.inputs),
        rule=SelectionRule.Code(chosen.rule_id) if chosen else SelectionRule.Code.QUALITY,
        without=_tried(job),
    )


def _tried(job: Job) -> set[str]:
    """The providers of this job and of those in whose place it stands."""
    tried: set[str] = set()
    step: Job | None = job
    while step is not None:
        tried.add(step.offer.model.provider.code)
        step = (
            Job.objects.filter(derived__job=step, derived__kind_id=DerivationKind.Code.FALLBACK)
            .select_related("offer__model__provider")
            .first()
        )
    return tried
