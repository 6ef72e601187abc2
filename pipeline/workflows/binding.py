"""Workflows that serve operations: bound by an Admin, offered like any other provider's model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from billing.models import Price, Sku, Unit
from billing.prices.services import write_price
from pipeline.operations.catalogue import get_operation
from pipeline.operations.declaration import OfferSpec, OperationSpec
from pipeline.operations.models import Operation
from pipeline.operations.offers import ensure_offer
from pipeline.providers.models import Provider
from pipeline.workflows.events import WorkflowEvents, publish_workflow
from pipeline.workflows.fitting import ignored_names, misfits
from pipeline.workflows.models import (
    Workflow,
    WorkflowBinding,
    WorkflowState,
    WorkflowVersion,
)
from pipeline.workflows.parameters import parameters_of
from pipeline.workflows.policy import require_change
from studio.core.errors import Conflict, Invalid
from studio.core.models import User
from studio.live.services import record_event

PROVIDER = Provider.Code.COMFYUI.code
#: The operation that runs any workflow, with values of its own.
RUN = "comfyui.run"
#: Whose price a new offer begins with, where its operation has none for own ComfyUI.
DEFAULT_SKU = f"{RUN}/{PROVIDER}/workflow"


def production_version(workflow: Workflow) -> WorkflowVersion | None:
    """The version that runs when nobody names one. One query."""
    return workflow.versions.filter(state_id=WorkflowState.Code.PRODUCTION).first()


def bind_workflow(*, actor: User, workflow: Workflow, operation: str) -> WorkflowBinding:
    """Let a workflow of the studio serve an operation, by its version in production.

    It becomes an offer with a price of its own, which begins as that of own ComfyUI.

    Raises:
        NotFound, Forbidden, Conflict: by the access rule; it belongs to one project; no version
            is in production.
        Invalid: the graph does not fit the operation, and why.
    """
    require_change(actor, workflow.project)
    if workflow.project is not None:
        raise Conflict(
            "Only workflows of the whole studio can serve operations, for those are everybody's.",
            remedy="Run it by “Run a workflow”, or have an Admin import it for the studio.",
        )
    spec = get_operation(operation)
    version = production_version(workflow)
    if version is None or workflow.archived_at is not None:
        raise Conflict(
            f"“{workflow.name}” has no version in production.", remedy="Put a tested one there."
        )
    _require_fit(spec, version)
    with transaction.atomic():
        sku = ensure_offer(spec, _offer_spec(spec, workflow, version)).sku
        _ensure_price(sku)
        row = Operation.objects.get(code=spec.code)
        binding, made = WorkflowBinding.objects.get_or_create(
            workflow=workflow, operation=row, defaults={"created_by": actor}
        )
        if made:
            _tell(WorkflowEvents.WORKFLOW_BOUND, actor, workflow, spec.code)
    return binding


def unbind_workflow(*, actor: User, workflow: Workflow, operation: str) -> None:
    """Offer a workflow for an operation no longer; jobs that name it keep it.

    Raises:
        NotFound, Forbidden, Conflict: by the access rule.
    """
    require_change(actor, workflow.project)
    with transaction.atomic():
        gone, _ = workflow.bindings.filter(operation__code=operation).delete()
        if gone:
            _tell(WorkflowEvents.WORKFLOW_UNBOUND, actor, workflow, operation)


def check_bindings(version: WorkflowVersion) -> None:
    """Pass where a version can serve all that its workflow serves.

    Raises:
        Conflict: it can't, and why.
    """
    bound = version.workflow.bindings.values_list("operation__code", flat=True)
    problems = [
        problem
        for code in bound
        for problem in misfits(get_operation(code), parameters_of(version))
    ]
    if problems:
        raise Conflict(
            f"The workflow serves operations that this version does not fit. {problems[0]}",
            remedy="Change the mapping, or unbind the workflow first.",
        )


def workflow_offers(specs: Sequence[OperationSpec]) -> Mapping[str, Sequence[OfferSpec]]:
    """The offers of workflows for operations: a source of `pipeline.operations.offers`.

    However many operations, one query, and two more where there are any.
    """
    versions = (
        WorkflowVersion.objects.filter(
            state_id=WorkflowState.Code.PRODUCTION,
            workflow__archived_at=None,
            workflow__project=None,
            workflow__bindings__operation__code__in=[spec.code for spec in specs],
        )
        .annotate(serves=F("workflow__bindings__operation__code"))
        .select_related("workflow")
        .prefetch_related("parameters__targets")
        .order_by("workflow_id")
    )
    by_code = {spec.code: spec for spec in specs}
    found: dict[str, list[OfferSpec]] = {}
    for version in versions:
        spec = by_code[version.serves]
        found.setdefault(spec.code, []).append(_offer_spec(spec, version.workflow, version))
    return found


def most_milli() -> int:
    """The most GPU time that one output takes, in thousandths of a second: the estimate's bound."""
    return int(settings.COMFYUI_MOST_SECONDS) * 1000


def _offer_spec(spec: OperationSpec, workflow: Workflow, version: WorkflowVersion) -> OfferSpec:
    return OfferSpec(
        provider=PROVIDER,
        model=workflow.slug,
        title=workflow.name,
        version=str(version.number),
        sku=f"{spec.code}/{PROVIDER}/{workflow.slug}",
        most_milli=lambda parameters: most_milli(),
        note=(workflow.description or "A workflow of this studio, on its own ComfyUI.")[:300],
        ignores=ignored_names(spec, parameters_of(version)),
    )


def _require_fit(spec: OperationSpec, version: WorkflowVersion) -> None:
    problems = misfits(spec, parameters_of(version))
    if problems:
        raise Invalid(
            f"“{version.workflow.name}” does not fit “{spec.title}”. {problems[0]}",
            remedy="Change the mapping in a new version.",
            fields={"operation": problems},
        )


def _ensure_price(sku: Sku) -> None:
    """Give an item that has no price the one of own ComfyUI: of its operation, or of any run."""
    now = timezone.now()
    current = Price.objects.valid_at(now)
    if current.filter(sku=sku).exists():
        return
    likes = [f"{sku.operation}/{PROVIDER}/workflow", DEFAULT_SKU]
    found = {
        price.sku.code: price
        for price in current.filter(sku__code__in=likes)
        .select_related("sku")
        .prefetch_related("factors")
    }
    model = next((found[code] for code in likes if code in found), None)
    if model is None:
        raise Conflict(
            "The price book has no price for own ComfyUI.",
            remedy=f"An Admin sets a price for “{DEFAULT_SKU}”.",
        )
    write_price(
        sku=sku,
        unit=Unit.Code(model.unit_id),
        amount_microcredits=model.amount_microcredits,
        minimum_quantity_milli=model.minimum_quantity_milli,
        factors={(f.parameter, f.value): f.multiplier_permille for f in model.factors.all()},
        cost=None,
        valid_from=now,
    )


def _tell(kind: WorkflowEvents, actor: User, workflow: Workflow, operation: str) -> None:
    record_event(
        kind,
        actor=actor,
        subject_code=workflow.code,
        label=workflow.name,
        data={"operation": operation},
    )
    publish_workflow(workflow)
