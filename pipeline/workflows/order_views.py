"""What is done to workflows from their pages: each calls one service and says what came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from pipeline.operations.catalogue import get_operation
from pipeline.workflows import queries, services
from pipeline.workflows.binding import bind_workflow, unbind_workflow
from pipeline.workflows.models import Workflow, WorkflowState
from pipeline.workflows.policy import instances_in_use, require_change
from pipeline.workflows.readiness import check_instance, check_version
from studio.core.access import require_admin
from studio.core.errors import Invalid
from studio.core.web import redirect, toast, trigger, wants_fragment

_STATES = {state.code: state for state in WorkflowState.Code}


@require_POST
def state(request: HttpRequest, code: UUID) -> HttpResponse:
    """Move a version on, or back."""
    actor: Any = request.user
    version = queries.get_version(actor, code)
    wanted = _STATES.get(request.POST.get("state", ""))
    if wanted is None:
        raise Invalid("There is no such state.", fields={"state": ["There is no such state."]})
    services.set_state(actor=actor, version=version, state=wanted)
    text = f"Version {version.number} is now: {wanted.label.lower()}"
    return _done(request, version.workflow, text, reverse("pipeline:workflow-version", args=[code]))


@require_POST
def check(request: HttpRequest, code: UUID) -> HttpResponse:
    """Check a version on every instance now."""
    actor: Any = request.user
    version = queries.get_version(actor, code)
    require_change(actor, version.workflow.project)
    ready = sum(not row.missing.exists() for row in check_version(version))
    text = f"Checked: ready on {ready} instance{'s' if ready != 1 else ''}"
    return _done(request, version.workflow, text, reverse("pipeline:workflow-version", args=[code]))


@require_POST
def check_all(request: HttpRequest) -> HttpResponse:
    """Check every version on every instance now."""
    require_admin(request.user)
    checked = sum(len(check_instance(instance)) for instance in instances_in_use())
    if not wants_fragment(request):
        return redirect(request, reverse("pipeline:readiness"))
    return toast(trigger(HttpResponse(), **{"workflow-changed": {}}), f"{checked} pairs checked")


@require_POST
def bind(request: HttpRequest, code: UUID) -> HttpResponse:
    """Let it serve an operation."""
    actor: Any = request.user
    workflow = queries.get_workflow(actor, code)
    operation = get_operation(request.POST.get("operation", ""))
    bind_workflow(actor=actor, workflow=workflow, operation=operation.code)
    return _done(request, workflow, f"It serves “{operation.title}” from now on")


@require_POST
def unbind(request: HttpRequest, code: UUID) -> HttpResponse:
    """Let it serve an operation no longer."""
    actor: Any = request.user
    workflow = queries.get_workflow(actor, code)
    operation = get_operation(request.POST.get("operation", ""))
    unbind_workflow(actor=actor, workflow=workflow, operation=operation.code)
    return _done(request, workflow, f"It serves “{operation.title}” no longer")


@require_POST
def archive(request: HttpRequest, code: UUID) -> HttpResponse:
    """Take it out of use."""
    actor: Any = request.user
    workflow = queries.get_workflow(actor, code)
    services.set_archived(actor=actor, workflow=workflow, archived=True)
    return _done(request, workflow, "It is archived")


@require_POST
def restore(request: HttpRequest, code: UUID) -> HttpResponse:
    """Bring it back into use."""
    actor: Any = request.user
    workflow = queries.get_workflow(actor, code)
    services.set_archived(actor=actor, workflow=workflow, archived=False)
    return _done(request, workflow, "It is in use again")


def _done(request: HttpRequest, workflow: Workflow, text: str, url: str = "") -> HttpResponse:
    """A passing message and a page that reads itself anew; without htmx, the page."""
    if not wants_fragment(request):
        return redirect(request, url or reverse("pipeline:workflow", args=[workflow.code]))
    response = HttpResponse()  # empty, so that an earlier problem goes from the page
    return toast(trigger(response, **{"workflow-changed": {"code": str(workflow.code)}}), text)
