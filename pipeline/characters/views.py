"""Pages of characters: the list, one character, what can be done to it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pipeline.characters import panels, queries, services
from pipeline.characters.forms import CharacterForm, NewCharacterForm, NotesForm
from pipeline.characters.listing import CharacterFilters, Listing
from pipeline.characters.models import Character
from pipeline.characters.shown import show_characters
from pipeline.create.queries import creatable_projects
from studio.core.access import CapabilityCode, capabilities, require
from studio.core.errors import Invalid
from studio.core.models import Project
from studio.core.paging import row_id
from studio.core.web import redirect, render_page, toast, trigger, wants_fragment

PAGE = "pipeline/characters/character.html"
LIST = "pipeline/characters/list.html"


@require_http_methods(["GET", "HEAD", "POST"])
def characters(request: HttpRequest) -> HttpResponse:
    """Characters of all one's projects or of one, newest first; a POST adds one."""
    user: Any = request.user
    form = None
    projects = creatable_projects(user)
    if request.method == "POST":
        form = NewCharacterForm(request.POST, projects=projects)
        made = _create(request, form) if form.is_valid() else None
        if made is not None:
            return redirect(request, queries.page_url(made))
    listing = Listing(user, CharacterFilters.read(request.GET))
    page = listing.page(request.GET.get("cursor", ""))
    context = {
        "rows": show_characters(page.rows),
        "page": page,
        "query": listing.filters.query(),
        "filters": listing.filters,
        "project": listing.project,
    }
    if wants_fragment(request) and request.GET.get("cursor"):
        return render_page(request, LIST, context, part="rows")
    if wants_fragment(request) and request.headers.get("HX-Target", "").endswith("results"):
        return render_page(request, LIST, context, part="results")
    initial = {"project": str(listing.project.code)} if listing.project else {}
    context |= {
        "form": form or NewCharacterForm(projects=projects, initial=initial),
        "projects": listing.projects(),
        "may_create": bool(projects),
    }
    return render_page(request, LIST, context, status=422 if form else 200)


def _create(request: HttpRequest, form: NewCharacterForm) -> Character | None:
    user: Any = request.user
    values = form.cleaned_data
    project = Project.objects.get_visible(user, code=values["project"])
    try:
        return services.create_character(
            actor=user, project=project, name=values["name"], slate_code=values["slate_code"]
        )
    except Invalid as error:
        form.add_problem(error)
        return None


@require_safe
def character(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """One character; the part `head` looks again by itself."""
    found = load(request, code)
    context = page_context(request, found)
    if wants_fragment(request):
        return render_page(request, PAGE, context, part="head")
    return render_page(request, PAGE, context)


def load(request: HttpRequest, code: uuid.UUID) -> Character:
    """A character that this person may see, with its project.

    Raises:
        NotFound: there is none, or it is not for this person.
    """
    rows = queries.for_list(Character.objects.all())
    found: Character = rows.get_visible(request.user, code=code)
    return found


def page_context(request: HttpRequest, found: Character) -> dict[str, Any]:
    """What the frame of a character's page shows; its parts fetch themselves."""
    granted = capabilities(request.user, found.project)
    may_create = CapabilityCode.CREATE in granted
    return {
        "character": found,
        "project": found.project,
        "badges": queries.readiness(found),
        "may_create": may_create,
        "may_change": may_create and found.archived_at is None,
        "panels": [(panel, panel.url(found.code)) for panel in panels.registered()],
    }


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Name and slate code, in a dialog."""
    user: Any = request.user
    found = load(request, code)
    require(user, CapabilityCode.CREATE, found.project)
    initial = {"name": found.name, "slate_code": found.slate_code}
    form = CharacterForm(request.POST or None, initial=initial, auto_id="edit-%s")
    if request.method == "POST" and form.is_valid():
        try:
            services.update_character(
                actor=user,
                character=found,
                name=form.cleaned_data["name"],
                slate_code=form.cleaned_data["slate_code"] or found.slate_code,
                expected_version=_version(request.POST),
            )
            return redirect(request, queries.page_url(found))
        except Invalid as error:
            form.add_problem(error)
    context = {"character": found, "project": found.project, "form": form}
    status = Invalid.status if form.errors else 200
    return render_page(
        request, "pipeline/characters/edit.html", context, part="dialog", status=status
    )


@require_http_methods(["GET", "HEAD", "POST"])
def notes(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """The notes: as a part of the page, and their change."""
    user: Any = request.user
    found = load(request, code)
    form = NotesForm(request.POST or None, initial={"notes": found.notes}, auto_id="notes-%s")
    saved = False
    if request.method == "POST" and form.is_valid():
        try:
            found = services.update_character(
                actor=user,
                character=found,
                notes=form.cleaned_data["notes"],
                expected_version=_version(request.POST),
            )
            saved = True
        except Invalid as error:
            form.add_problem(error)
    if saved and not wants_fragment(request):
        return redirect(request, queries.page_url(found, "notes"))
    may = CapabilityCode.CREATE in capabilities(user, found.project)
    context = {
        "character": found,
        "project": found.project,
        "form": form,
        "may_change": may and found.archived_at is None,
    }
    status = Invalid.status if form.errors else 200
    response = render_page(
        request, "pipeline/characters/notes.html", context, part="panel", status=status
    )
    return toast(response, "Notes saved") if saved else response


def _version(data: QueryDict) -> int | None:
    """The version that the person saw, as the form carries it."""
    return row_id(data.get("version", ""))


@require_POST
def archive(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Put the character away; `restore=1` brings it back."""
    user: Any = request.user
    found = load(request, code)
    if request.POST.get("restore"):
        services.restore_character(actor=user, character=found)
        messages.success(request, f"“{found}” is back.")
        return redirect(request, queries.page_url(found))
    services.archive_character(actor=user, character=found)
    messages.success(request, f"“{found}” is archived.")
    return redirect(request, reverse("pipeline:characters"))


def changed(found: Character, said: str) -> HttpResponse:
    """The answer to a change whose parts of the page look again by themselves."""
    response = HttpResponse(status=204)
    trigger(response, **{"character-changed": {"code": str(found.code)}})
    return toast(response, said)
