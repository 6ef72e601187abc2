"""The pages of deliveries: all of them, a new one, one of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pipeline.delivery import queries, services
from pipeline.delivery.forms import DeliveryForm
from pipeline.delivery.models import Delivery
from pipeline.jobs.rights import projects_allowing
from studio.core.access import CapabilityCode, require
from studio.core.errors import DomainError
from studio.core.models import Project
from studio.core.paging import keyset_page
from studio.core.web import redirect, render_page, toast

PAGE = 50


@require_safe
def deliveries(request: HttpRequest) -> HttpResponse:
    """All deliveries that one sees, or those of one project (`?project=`), newest first."""
    project = _project(request)
    found: Any = Delivery.objects.visible_to(request.user)
    if project is not None:
        found = found.filter(project=project)
    page = keyset_page(queries.for_list(found), cursor=request.GET.get("cursor", ""), size=PAGE)
    context = {
        "rows": [(row, list(row.packages.all())[-1:]) for row in page.rows],
        "next_cursor": page.next_cursor,
        "project": project,
        "projects": projects_allowing(request.user, CapabilityCode.APPROVE),
        "finals": queries.final_cuts(request.user, project)[:PAGE],
    }
    return render_page(request, "pipeline/delivery/list.html", context, part="rows")


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, code: UUID) -> HttpResponse:
    """Make a delivery of final cuts of a project."""
    project = Project.objects.get_visible(request.user, code=code)
    require(request.user, CapabilityCode.APPROVE, project)
    cuts = queries.final_cuts(request.user, project)
    form = DeliveryForm(request.POST or None, cuts=cuts)
    error: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            made = _create(request, project, form.cleaned_data)
            return redirect(request, reverse("pipeline:delivery", args=[made.code]))
        except DomainError as refused:
            if refused.status not in (402, 409, 422):
                raise
            error = refused
    status = error.status if error else 422 if form.is_bound else 200
    context = {"project": project, "form": form, "cuts": cuts[:200], "error": error}
    context["chosen"] = set(form.data.getlist("cuts")) if form.is_bound else set()  # type: ignore[attr-defined]
    return render_page(request, "pipeline/delivery/new.html", context, status=status)


@require_safe
def delivery(request: HttpRequest, code: UUID) -> HttpResponse:
    """One delivery: what is in it, its packages, its manifest."""
    found = queries.get_delivery(request.user, code)
    context = _shown(request, found)
    return render_page(request, "pipeline/delivery/delivery.html", context, part="live")


@require_POST
def repeat(request: HttpRequest, code: UUID) -> HttpResponse:
    """Pack it again."""
    actor: Any = request.user
    found = queries.get_delivery(request.user, code)
    services.repeat_delivery(actor=actor, delivery=found)
    response = redirect(request, reverse("pipeline:delivery", args=[code]))
    return toast(response, "It is being packed again")


def _project(request: HttpRequest) -> Project | None:
    given = request.GET.get("project", "")
    return Project.objects.get_visible(request.user, code=_uuid(given)) if given else None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def _create(request: HttpRequest, project: Project, data: dict[str, Any]) -> Delivery:
    actor: Any = request.user
    return services.create_delivery(
        actor=actor,
        project=project,
        cuts=list(data["cuts"]),
        title=data["title"],
        recipient=data["recipient"],
        note=data["note"],
        naming_template=data["naming_template"],
    )


def _shown(request: HttpRequest, found: Delivery) -> dict[str, Any]:
    packages = list(found.packages.all())
    done = [package for package in packages if package.version is not None]
    latest = done[-1] if done else None
    identical = len({package.version.blob.sha256 for package in done if package.version}) <= 1
    return {
        "delivery": found,
        "project": found.project,
        "items": list(found.items.all()),
        "packages": packages,
        "latest": latest,
        "manifest": queries.manifest_of(latest) if latest is not None else [],
        "is_identical": identical and len(done) > 1,
        "may_deliver": queries.may_deliver(request.user, found.project),
    }
