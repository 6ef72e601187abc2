"""The list of scenes, the scene matrix, and the scenes on the page of a character."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from pipeline.characters.models import Character
from pipeline.scenes.forms.scenes import SceneForm
from pipeline.scenes.models import SceneState
from pipeline.scenes.pages import lists, matrix, types
from pipeline.scenes.services.scenes import create_scene, create_scenes
from studio.core.access import CapabilityCode, can, require
from studio.core.errors import Conflict, Invalid, NotFound
from studio.core.models import Project
from studio.core.web import redirect, render_page

LIST = "pipeline/scenes/list.html"
NEW = "pipeline/scenes/new.html"
MATRIX = "pipeline/scenes/matrix.html"
PANEL = "pipeline/scenes/character_panel.html"


@require_safe
def scenes(request: HttpRequest) -> HttpResponse:
    """The scenes of all projects that one sees, newest first."""
    filters = lists.SceneFilters.from_query(request.GET)
    cursor = request.GET.get("cursor", "")
    rows, following = lists.scenes_page(request.user, filters, cursor)
    context = {
        "rows": rows,
        "next": following,
        "filters": filters,
        "projects": types.visible_projects(request.user),
        "characters": lists.characters_in(request.user, filters.project)[:500],
        "states": list(SceneState.Code),
        "may_create": bool(types.creatable(request.user)),
    }
    return render_page(request, LIST, context, part="rows" if cursor else "live")


@require_http_methods(["GET", "HEAD", "POST"])
def scene_matrix(request: HttpRequest) -> HttpResponse:
    """Characters × scene types of a project: what exists, what can be made, what it costs."""
    user: Any = request.user
    project = _project(request)
    require(user, CapabilityCode.CREATE, project)
    choice = matrix.Choice.from_query(request.POST if request.method == "POST" else request.GET)
    if request.method == "POST":
        pairs = matrix.wanted_pairs(project, request.POST.getlist("cell"))
        if not pairs:
            raise Invalid("Choose at least one cell of the matrix.")
        create_scenes(actor=user, project=project, pairs=pairs)
        return redirect(request, f"{reverse('pipeline:scenes')}?project={project.code}")
    context = {
        "project": project,
        "chosen": str(project.code),
        "projects": types.visible_projects(user),
        "choice": choice,
        **matrix.matrix_context(user, project, choice),
    }
    return render_page(request, MATRIX, context, part="matrix")


@require_http_methods(["GET", "HEAD", "POST"])
def new_scene(request: HttpRequest) -> HttpResponse:
    """One scene of a character by a scene type, however many of the kind there are already."""
    user: Any = request.user
    project = _project(request)
    require(user, CapabilityCode.CREATE, project)
    form = SceneForm(
        request.POST if request.method == "POST" else None,
        initial={
            "character": request.GET.get("character"),
            "type_version": request.GET.get("type"),
        },
        characters=matrix.open_characters(project),
        versions=matrix.newest_versions(matrix.open_types(project)),
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = create_scene(actor=user, **form.cleaned_data)
            return redirect(request, reverse("pipeline:scene", args=[made.code]))
        except (Invalid, Conflict) as error:
            form.add_problem(error)
    context = {"form": form, "project": project}
    return render_page(request, NEW, context, part="form", status=422 if form.is_bound else 200)


def _project(request: HttpRequest) -> Project:
    if code := request.GET.get("project") or request.POST.get("project"):
        return Project.objects.get_visible(request.user, code=types.uuid_of(code))
    if code := request.GET.get("character"):
        characters: Any = Character.objects.select_related("project")
        named: Character = characters.get_visible(request.user, code=types.uuid_of(code))
        return named.project
    found = matrix.default_project(request.user)
    if found is None:
        raise NotFound("You are in no project yet.", remedy="Ask to be added to one.")
    return found


@require_safe
def of_character(request: HttpRequest, code: UUID) -> HttpResponse:
    """The scenes of a character, for its page."""
    character, rows = lists.scenes_of_character(request.user, code)
    context = {
        "character": character,
        "rows": rows,
        "may_create": can(request.user, CapabilityCode.CREATE, character.project),
    }
    return render_page(request, PANEL, context)
