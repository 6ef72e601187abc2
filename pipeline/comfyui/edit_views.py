"""Registering an instance, and changing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from pipeline.comfyui import queries, services
from pipeline.comfyui.forms import InstanceForm, initial_of
from pipeline.comfyui.models import Instance
from studio.core.access import require_admin
from studio.core.errors import DomainError
from studio.core.web import redirect, render_page

FORM = "pipeline/comfyui/form.html"


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Register a ComfyUI server."""
    require_admin(request.user)
    actor: Any = request.user
    form = InstanceForm(request.POST or None)
    made = _save(form, lambda values: services.register_instance(actor=actor, **values))
    if made is not None:
        return redirect(request, reverse("pipeline:worker", args=[made.worker.code]))
    status = 422 if form.is_bound else 200
    return render_page(request, FORM, {"form": form, "worker": None}, status=status)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: UUID) -> HttpResponse:
    """Change what was said at registration."""
    require_admin(request.user)
    actor: Any = request.user
    instance = queries.get_instance(code)
    form = InstanceForm(request.POST or None, initial=initial_of(instance))
    saved = _save(
        form,
        lambda values: services.change_instance(actor=actor, instance=instance, **values),
    )
    if saved is not None:
        return redirect(request, reverse("pipeline:worker", args=[code]))
    status = 422 if form.is_bound else 200
    context = {"form": form, "worker": instance.worker}
    return render_page(request, FORM, context, status=status)


def _save(form: InstanceForm, service: Callable[[dict[str, Any]], Instance]) -> Instance | None:
    """What the service made; None: the form says what is wrong, or was not sent."""
    if not form.is_valid():
        return None
    try:
        return service(form.values())
    except DomainError as refused:
        if refused.status not in (409, 422, 503):
            raise
        form.refuse(refused.fields, refused.detail)
        return None
