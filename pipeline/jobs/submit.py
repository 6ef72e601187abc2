"""From a request to a job: check, price, pre-flight, hold, record, hint. One way in for all."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from assets.models import LineageRole, Version
from billing.ledger.services import open_hold
from billing.plans.preflight import Preflight, check
from billing.prices.quotes import Quote
from pipeline.jobs.events import JobEvents
from pipeline.jobs.models import (
    DerivationKind,
    IdempotencyKey,
    Job,
    JobDependency,
    JobDerivation,
    JobEventKind,
    JobHold,
    JobInput,
    JobOutput,
    JobState,
    Priority,
    Recipe,
    Selection,
)
from pipeline.jobs.moves import add_history, hint_ready, move, publish_job
from pipeline.jobs.recipes import recipe_document, save_recipe
from pipeline.jobs.requests import JobRequest, find_inputs, find_needs
from pipeline.jobs.selection import Choice, choose_offer, quote_offer
from pipeline.operations.catalogue import get_operation
from pipeline.operations.declaration import (
    MAX_RANDOM_SEED,
    OfferSpec,
    OperationSpec,
    Parameters,
)
from pipeline.operations.fitting import check_fits
from pipeline.operations.models import Offer
from pipeline.operations.offers import Request as OfferRequest
from pipeline.operations.offers import check_request, why_unusable
from studio.core.access import CapabilityCode, require, require_admin
from studio.core.errors import Conflict, Invalid, LimitReached
from studio.core.models import Project, User
from studio.live.services import record_event

__all__ = ["JobRequest", "Plan", "find_reusable", "plan_job", "submit_job"]


@dataclass(frozen=True)
class Plan:
    """A checked request: what would run, and what it would cost."""

    spec: OperationSpec
    offer: OfferSpec
    parameters: Parameters
    quote: Quote
    preflight: Preflight
    inputs: list[tuple[LineageRole.Code, Version]] = field(default_factory=list)
    choice: Choice | None = None

    @property
    def document(self) -> dict[str, Any]:
        """The parameters as stored: after defaults, without the random seed."""
        return self.parameters.model_dump(mode="json", exclude={"random_seed"})


def plan_job(*, actor: User, project: Project, request: JobRequest) -> Plan:
    """Check a request and price it, without doing anything: what estimates show.

    Raises:
        NotFound, Forbidden: by the access rule (create; Admin for urgent).
        Conflict: the project is archived.
        Invalid: with messages by field.
    """
    require(actor, CapabilityCode.CREATE, project)
    if request.priority == Priority.Code.URGENT:
        require_admin(actor)
    spec = get_operation(request.operation)
    parameters = spec.clean(request.parameters)
    inputs = find_inputs(actor, project, spec, request.inputs)
    choice = None
    if request.choose is not None and not request.provider and not request.model:
        choice = choose_offer(
            actor=actor,
            project=project,
            spec=spec,
            parameters=parameters,
            inputs=inputs,
            rule=request.choose,
        )
        offer = choice.offer
        check_request(OfferRequest(actor, project, spec, offer, parameters, inputs))
    else:
        offer = spec.offer(request.provider, request.model)
        # before the general answer, for it says node by node what is missing
        check_request(OfferRequest(actor, project, spec, offer, parameters, inputs))
        if reason := why_unusable(offer, actor):
            raise Invalid(reason, fields={"provider": [reason]})
        check_fits(spec, offer, parameters, inputs)
    price = quote_offer(offer, parameters)
    preflight = check(
        user=actor,
        project=project,
        quotes=[price],
        provider_code=offer.provider,
        operation_group=spec.group.code,
    )
    return Plan(spec, offer, parameters, price, preflight, inputs, choice)


def submit_job(*, actor: User, project: Project, request: JobRequest) -> Job:
    """Make a job of a request; the same idempotency key never makes two.

    Raises:
        NotFound, Forbidden, Conflict, Invalid: as `plan_job`.
        PaymentRequired: plan, limits or balance do not allow it.
        Conflict: the idempotency key was used for another request.
    """
    if request.idempotency_key and (earlier := _by_key(actor, project, request)):
        return earlier
    plan = plan_job(actor=actor, project=project, request=request)
    seed = plan.parameters.random_seed
    given = seed is not None
    if seed is None:
        seed = secrets.randbelow(MAX_RANDOM_SEED + 1)
    document = recipe_document(
        plan.spec,
        plan.offer,
        plan.document,
        seed,
        [(role.code, version.blob.sha256) for role, version in plan.inputs],
    )
    try:
        with transaction.atomic():
            recipe = save_recipe(document)
            source = find_reusable(project, recipe, same_seed=given) if request.reuse else None
            if source is not None:
                job = _reuse(actor, project, request, plan, source)
            else:
                plan.preflight.raise_if_refused()
                _check_queue(actor)
                job = _record(actor, project, request, plan, seed, recipe)
            if request.idempotency_key:
                IdempotencyKey.objects.create(
                    user=actor,
                    key=request.idempotency_key,
                    request_sha256=request.digest(project),
                    job=job,
                )
    except IntegrityError as error:
        # Two requests with one key at the same moment: the other one was first.
        if "idempotency_key_once" in str(error) and (earlier := _by_key(actor, project, request)):
            return earlier
        raise
    return job


def _check_queue(actor: User) -> None:
    """Nobody fills the queue alone.

    Raises:
        LimitReached: the person has as many unfinished jobs as one may have.
    """
    most = settings.PERSON_UNFINISHED_JOBS
    if Job.objects.unfinished().filter(creator=actor)[most - 1 : most].exists():
        raise LimitReached(
            f"You have {most:,} jobs that have not ended; no more can wait.",
            remedy="Wait for some to end, or cancel some.",
        )


def find_reusable(project: Project, recipe: Recipe, *, same_seed: bool) -> Job | None:
    """The latest identical success of the project that is complete and not too old."""
    since = timezone.now() - timedelta(days=settings.RESULT_CACHE_DAYS)
    jobs = Job.objects.filter(
        project=project,
        state_id=JobState.Code.SUCCEEDED,
        ended_at__gte=since,
        outputs_expected__gt=0,
    )
    if same_seed:
        jobs = jobs.filter(recipe=recipe)
    else:
        jobs = jobs.filter(recipe__agnostic_sha256=recipe.agnostic_sha256)
    complete = jobs.exclude(outputs__version__asset__deleted_at__isnull=False)
    made = complete.exclude(derivation__kind_id=DerivationKind.Code.CACHE_HIT)
    return made.order_by("-ended_at").first()


def _record(
    actor: User, project: Project, request: JobRequest, plan: Plan, seed: int, recipe: Recipe
) -> Job:
    needs = find_needs(actor, project, request.needs)
    state = _first_state(request.start_at, needs)
    job = _create(actor, project, request, plan, seed, recipe, state)
    if plan.quote.amount_microcredits:
        hold = open_hold(
            payer=actor,
            project=project,
            amount_microcredits=plan.quote.amount_microcredits,
            memo=str(job)[:200],
        )
        if hold is not None:
            JobHold.objects.create(job=job, hold=hold)
    JobInput.objects.bulk_create(
        JobInput(job=job, role_id=role.value, position=position, version=version)
        for position, (role, version) in enumerate(plan.inputs)
    )
    JobDependency.objects.bulk_create(JobDependency(job=job, needs=need) for need in needs)
    if request.derived_from is not None:
        source, kind = request.derived_from
        JobDerivation.objects.create(job=job, source=source, kind_id=kind.value)
    add_history(job, JobEventKind.Code.STATE, state.label, state=state)
    record_event(
        JobEvents.JOB_SUBMITTED,
        project=project,
        actor=actor,
        subject_code=job.code,
        label=str(job),
        data={"operation": plan.spec.code},
    )
    publish_job(job)
    if state == JobState.Code.QUEUED:
        hint_ready(job.pk)
    return job


def _reuse(actor: User, project: Project, request: JobRequest, plan: Plan, source: Job) -> Job:
    """A job that ends at once with the results of `source`; nothing is made, nothing is charged."""
    job = _create(
        actor, project, request, plan, source.random_seed, source.recipe, JobState.Code.QUEUED
    )
    JobDerivation.objects.create(
        job=job, source=source, kind_id=DerivationKind.Code.CACHE_HIT.value
    )
    JobOutput.objects.bulk_create(
        JobOutput(
            job=job,
            position=output.position,
            version_id=output.version_id,
            random_seed=output.random_seed,
            quantity_milli=0,
            elapsed_ms=0,
            notes=output.notes,
        )
        for output in source.outputs.all()
    )
    move(job, JobState.Code.SUCCEEDED, "An identical earlier result is reused, free of charge")
    record_event(
        JobEvents.JOB_REUSED, project=project, actor=actor, subject_code=job.code, label=str(job)
    )
    return job


def _create(
    actor: User,
    project: Project,
    request: JobRequest,
    plan: Plan,
    seed: int,
    recipe: Recipe,
    state: JobState.Code,
) -> Job:
    offer = Offer.objects.get(
        operation__code=plan.spec.code,
        model__provider__code=plan.offer.provider,
        model__code=plan.offer.model,
    )
    job = Job.objects.create(
        project=project,
        creator=actor,
        offer=offer,
        state_id=state.value,
        priority_id=request.priority.value,
        loss_policy_id=request.loss_policy.value,
        title=(plan.spec.title_of(plan.parameters) or plan.spec.title)[:200],
        parameters=plan.document,
        random_seed=seed,
        outputs_expected=plan.parameters.outputs_expected(),
        recipe=recipe,
        price=plan.quote.price,
        start_at=request.start_at,
        may_fall_back=request.may_fall_back,
    )
    if plan.choice is not None:
        Selection.objects.create(job=job, rule_id=plan.choice.rule.value, reason=plan.choice.reason)
    return job


def _first_state(start_at: datetime | None, needs: Sequence[Job]) -> JobState.Code:
    if start_at is not None and start_at > timezone.now():
        return JobState.Code.SCHEDULED
    if any(need.state_id != JobState.Code.SUCCEEDED for need in needs):
        return JobState.Code.WAITING
    return JobState.Code.QUEUED


def _by_key(actor: User, project: Project, request: JobRequest) -> Job | None:
    known = (
        IdempotencyKey.objects.filter(user=actor, key=request.idempotency_key)
        .select_related("job__project", "job__creator")
        .first()
    )
    if known is None:
        return None
    if known.request_sha256 != request.digest(project):
        raise Conflict(
            "This idempotency key was used for another request.", remedy="Use a new key."
        )
    return known.job
