"""Administration of people, for Admins."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from studio.core import services
from studio.core.access import RoleCode, require_admin
from studio.core.errors import DomainError, Invalid, NotFound
from studio.core.forms import PersonForm, RoleForm
from studio.core.models import User
from studio.core.paging import keyset_page
from studio.core.queries import people as everybody
from studio.core.web import redirect, render_page


@never_cache
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Everybody; a new person's one-time password is on the answer to the form, nowhere else."""
    actor: Any = request.user
    require_admin(actor)
    form = PersonForm(request.POST or None)
    made: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            person, secret = services.add_person(actor=actor, **form.cleaned_data)
        except DomainError as error:
            form.add_problem(error)
        else:
            made, form = {"person": person, "password": secret}, PersonForm()
    return _page(request, form, made)


def _page(request: HttpRequest, form: PersonForm, made: dict[str, Any]) -> HttpResponse:
    found = everybody()
    if wanted := request.GET.get("q", "").strip():
        found = found.filter(
            Q(username__icontains=wanted)
            | Q(email__icontains=wanted)
            | Q(profile__display_name__icontains=wanted)
        )
    page = keyset_page(found, cursor=request.GET.get("cursor", ""), order=("username", "id"))
    context = {"page": page, "form": form, "made": made, "q": wanted, "roles": list(RoleCode)}
    context["more_query"] = f"{urlencode({'q': wanted})}&" if wanted else ""
    status = Invalid.status if form.errors else 200
    return render_page(request, "studio/core/people.html", context, part="rows", status=status)


def _person(code: uuid.UUID) -> User:
    found = everybody().filter(code=code).first()
    if found is None:
        raise NotFound("There is no such person.")
    return found


@require_POST
def person_role(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Give a person another global role."""
    actor: Any = request.user
    require_admin(actor)
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise Invalid("There is no such role.")
    person, role = _person(code), form.cleaned_data["role"]
    services.set_user_role(actor=actor, user=person, role=role)
    messages.success(request, f"{person.username} is {role.label} now.")
    return redirect(request, reverse("studio:people"))


@require_POST
def person_active(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Keep a person out, or (`active=1`) let them in again."""
    actor: Any = request.user
    require_admin(actor)
    person, active = _person(code), request.POST.get("active") == "1"
    services.set_user_active(actor=actor, user=person, active=active)
    messages.success(request, f"{person.username} {'may sign in again' if active else 'is out'}.")
    return redirect(request, reverse("studio:people"))


@never_cache
@require_POST
def person_password(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Give a person a one-time password, shown on this answer and nowhere else."""
    actor: Any = request.user
    require_admin(actor)
    person = _person(code)
    secret = services.reset_password(actor=actor, user=person)
    return _page(request, PersonForm(), {"person": person, "password": secret})
