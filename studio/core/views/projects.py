"""Pages of projects: list, settings, members."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from studio.core import services
from studio.core.access import CapabilityCode, RoleCode, capabilities
from studio.core.errors import DomainError, Invalid, NotFound
from studio.core.forms import MemberForm, ProjectForm, RoleForm
from studio.core.models import Project, User
from studio.core.paging import keyset_page
from studio.core.queries import members_of, project_cards
from studio.core.web import redirect, render_page

ORDER = ("name", "id")


def visible_project(request: HttpRequest, code: uuid.UUID) -> Project:
    """The project of a page.

    Raises:
        NotFound: there is none, or it is not for this person.
    """
    seen = Project.objects.select_related("owner__profile")
    return seen.get_visible(request.user, code=code)


def frame(request: HttpRequest, project: Project, section: str) -> dict[str, Any]:
    """What the head of every page of a project needs."""
    found = capabilities(request.user, project)
    return {
        "project": project,
        "section": section,
        "may_manage": CapabilityCode.MANAGE in found,
    }


@require_http_methods(["GET", "POST"])
def projects(request: HttpRequest) -> HttpResponse:
    """One's projects (Admins: all of them on request), and the form for another."""
    user: Any = request.user
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            project = services.create_project(actor=user, name=form.cleaned_data["name"])
        except Invalid as error:
            form.add_problem(error)
        else:
            return redirect(request, reverse("studio:project", args=[project.code]))
    archived = request.GET.get("archived") == "1"
    everybodys = user.is_admin and request.GET.get("all") == "1"
    found = project_cards(user, archived=archived, everybodys=everybodys)
    page = keyset_page(found, cursor=request.GET.get("cursor", ""), order=ORDER)
    context = {
        "page": page,
        "form": form,
        "archived": archived,
        "everybodys": everybodys,
        "query": ("all=1&" if everybodys else "") + ("archived=1&" if archived else ""),
        "may_create": user.role_id != RoleCode.REVIEWER,
    }
    status = Invalid.status if form.errors else 200
    return render_page(request, "studio/core/projects.html", context, part="rows", status=status)


@require_http_methods(["GET", "POST"])
def project_settings(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Rename, archive, restore."""
    user: Any = request.user
    project = visible_project(request, code)
    services.require_manage(actor=user, project=project)
    form = ProjectForm(request.POST or None, initial={"name": project.name})
    if request.method == "POST" and form.is_valid():
        try:
            services.rename_project(actor=user, project=project, name=form.cleaned_data["name"])
        except Invalid as error:
            form.add_problem(error)
        else:
            messages.success(request, "Saved.")
            return redirect(request, reverse("studio:project-settings", args=[code]))
    context = {**frame(request, project, "settings"), "form": form}
    status = Invalid.status if form.errors else 200
    return render_page(request, "studio/core/project_settings.html", context, status=status)


@require_POST
def project_archive(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Put a project away, or (`restore=1`) bring it back."""
    user: Any = request.user
    project = visible_project(request, code)
    archived = request.POST.get("restore") != "1"
    services.set_project_archived(actor=user, project=project, archived=archived)
    messages.success(request, f"“{project.name}” is {'archived' if archived else 'restored'}.")
    return redirect(request, reverse("studio:project-settings", args=[code]))


@require_http_methods(["GET", "POST"])
def members(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Who belongs to the project; those who manage it add people by user name."""
    user: Any = request.user
    project = visible_project(request, code)
    form = MemberForm(request.POST or None)
    if request.method == "POST":
        services.require_manage(actor=user, project=project)
        if form.is_valid():
            try:
                services.add_member(actor=user, project=project, **form.cleaned_data)
            except DomainError as error:
                form.add_problem(error)
            else:
                messages.success(request, f"{form.cleaned_data['username']} is in.")
                return redirect(request, reverse("studio:project-members", args=[code]))
    page = keyset_page(members_of(project), cursor=request.GET.get("cursor", ""), order=("id",))
    context = {
        **frame(request, project, "members"),
        "page": page,
        "form": form,
        "roles": list(RoleCode),
    }
    status = Invalid.status if form.errors else 200
    return render_page(request, "studio/core/members.html", context, part="rows", status=status)


def _member(project: Project, user_code: uuid.UUID) -> User:
    found = members_of(project).filter(user__code=user_code).first()
    if found is None:
        raise NotFound("There is no such member.")
    return found.user


@require_POST
def member_role(request: HttpRequest, code: uuid.UUID, user_code: uuid.UUID) -> HttpResponse:
    """Give a member another role."""
    actor: Any = request.user
    project = visible_project(request, code)
    services.require_manage(actor=actor, project=project)
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise Invalid("There is no such role.")
    user, role = _member(project, user_code), form.cleaned_data["role"]
    services.set_member(actor=actor, project=project, user=user, role=role)
    messages.success(request, f"{user.username} is {role.label} now.")
    return redirect(request, reverse("studio:project-members", args=[code]))


@require_POST
def member_remove(request: HttpRequest, code: uuid.UUID, user_code: uuid.UUID) -> HttpResponse:
    """Take a person out of the project, or leave it."""
    actor: Any = request.user
    project = visible_project(request, code)
    user = _member(project, user_code)
    services.remove_member(actor=actor, project=project, user=user)
    if user.pk == actor.pk and not actor.is_admin:
        messages.success(request, f"You have left “{project.name}”.")
        return redirect(request, reverse("studio:projects"))
    messages.success(request, f"{user.username} is out of the project.")
    return redirect(request, reverse("studio:project-members", args=[code]))
