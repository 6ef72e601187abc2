"""The pages of installations: all of them, planning one, one of them and what is decided there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pipeline.comfyui.installs import queries, services
from pipeline.comfyui.installs.forms import PlanForm
from pipeline.comfyui.models import InstallState
from pipeline.comfyui.page import is_admin
from pipeline.comfyui.queries import get_instance
from studio.core.errors import DomainError
from studio.core.web import redirect, render_page, toast, trigger, wants_fragment

S = InstallState.Code
MOST_PLANS = 100
FORM = "pipeline/comfyui/installs/new.html"


@require_safe
def installs(request: HttpRequest) -> HttpResponse:
    """The last installations."""
    context = {"plans": queries.all_plans()[:MOST_PLANS], "most": MOST_PLANS}
    return render_page(request, "pipeline/comfyui/installs/list.html", context, part="live")


@require_safe
def install(request: HttpRequest, code: UUID) -> HttpResponse:
    """One installation; its log and where on the machine it goes are for Admins."""
    plan = queries.get_plan(code)
    user: Any = request.user
    admin = is_admin(user)
    waits = plan.state_id == S.PLANNED
    goes_on = plan.state_id in (S.APPROVED, S.RUNNING)
    context = {
        "plan": plan,
        "worker": plan.instance.worker,
        "log": plan.log if admin else "",
        "may_approve": waits and admin,
        "may_discard": waits and (admin or plan.requested_by_id == user.pk),
        "may_stop": goes_on and admin and plan.stopped_by_id is None,
        "waits": waits,
        "goes_on": goes_on,
        "has_failed": plan.state_id in (S.ROLLED_BACK, S.FAILED),
    }
    return render_page(request, "pipeline/comfyui/installs/install.html", context, part="live")


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Plan an installation; `?worker=` and `?node=`, once for each, fill the form."""
    actor: Any = request.user
    services.require_planner(actor)
    initial = {
        "worker": request.GET.get("worker", ""),
        "nodes": "\n".join(request.GET.getlist("node"))[:20_000],
    }
    form = PlanForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            plan = services.plan_nodes(
                actor=actor, instance=form.instance(), node_classes=form.classes()
            )
            return redirect(request, reverse("pipeline:install", args=[plan.code]))
        except DomainError as refused:
            if refused.status not in (409, 422, 503):
                raise
            form.refuse(f"{refused.detail} {refused.remedy}".strip())
    context = {"form": form, "has_workers": bool(form.instances)}
    return render_page(request, FORM, context, status=422 if form.is_bound else 200)


@require_safe
def panel(request: HttpRequest, code: UUID) -> HttpResponse:
    """The last installations on one worker; for one that is not managed, that it is not."""
    instance = get_instance(code)
    plans = queries.all_plans().filter(instance=instance)[:5]
    is_managed = bool(instance.install_name)
    context = {"worker": instance.worker, "plans": plans, "is_managed": is_managed}
    return render_page(request, "pipeline/comfyui/installs/panel.html", context)


@require_POST
def approve(request: HttpRequest, code: UUID) -> HttpResponse:
    """Let it be carried out."""
    return _decide(request, code, services.approve_plan, "It begins")


@require_POST
def discard(request: HttpRequest, code: UUID) -> HttpResponse:
    """Give it up."""
    return _decide(request, code, services.discard_plan, "Discarded")


@require_POST
def stop(request: HttpRequest, code: UUID) -> HttpResponse:
    """Stop it and undo what it has done."""
    return _decide(request, code, services.stop_plan, "It stops and is undone")


def _decide(
    request: HttpRequest, code: UUID, service: Callable[..., None], text: str
) -> HttpResponse:
    service(actor=request.user, plan=queries.get_plan(code))
    if not wants_fragment(request):
        return redirect(request, reverse("pipeline:install", args=[code]))
    response = HttpResponse()  # empty, so that an earlier problem goes from the page
    return toast(trigger(response, **{"install-changed": {"code": str(code)}}), text)
