"""Scene types: the list, the form, the page of one, upgrades of scenes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pipeline.scenes.forms import SceneTypeForm
from pipeline.scenes.forms.gates import gate_initial
from pipeline.scenes.models import Scene, SceneType, SceneTypeVersion
from pipeline.scenes.pages import recipes, types
from pipeline.scenes.recipe import resolve
from pipeline.scenes.services.scenes import upgrade_scene
from pipeline.scenes.services.types import add_type_version, create_scene_type, type_differences
from pipeline.scenes.slots import check_slots
from studio.core.access import CapabilityCode, can, require
from studio.core.errors import Conflict, DomainError, Invalid, NotFound
from studio.core.models import Project
from studio.core.web import redirect, render_page, toast

LIST = "pipeline/scenes/types.html"
FORM = "pipeline/scenes/type_form.html"
PAGE = "pipeline/scenes/type.html"


@require_safe
def scene_types(request: HttpRequest) -> HttpResponse:
    """The scene types of all projects that one sees, or of one."""
    chosen = request.GET.get("project", "")
    page = types.types_page(request.user, chosen, request.GET.get("cursor", ""))
    context = {
        "types": page.rows,
        "next": page.next_cursor,
        "chosen": chosen,
        "projects": types.visible_projects(request.user),
        "may_create": bool(types.creatable(request.user)),
        "is_later": bool(request.GET.get("cursor")),
    }
    return render_page(request, LIST, context, part="rows")


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form of a new scene type; a choice of the parent or of the offer makes it anew."""
    user: Any = request.user
    project = _project(request)
    require(user, CapabilityCode.CREATE, project)
    form = _form(request, project)
    if request.method == "POST" and "redraw" not in request.POST and form.is_valid():
        try:
            made = create_scene_type(
                actor=user,
                project=project,
                name=form.cleaned_data["name"],
                values=form.recipe_values(),
                parent=_parent(project, form.cleaned_data["parent"]),
            )
            return redirect(request, reverse("pipeline:scene-type", args=[made.scene_type.code]))
        except (Invalid, Conflict) as error:
            form.add_problem(error)
    return _show_form(request, form, project, None)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, code: UUID) -> HttpResponse:
    """The form of the next version of a scene type."""
    user: Any = request.user
    found = types.load_type(user, code)
    require(user, CapabilityCode.CREATE, found.project)
    form = _form(request, found.project, types.newest_version(found))
    if request.method == "POST" and "redraw" not in request.POST and form.is_valid():
        try:
            add_type_version(
                actor=user,
                scene_type=found,
                values=form.recipe_values(),
                parent=_parent(found.project, form.cleaned_data["parent"]),
            )
            return redirect(request, reverse("pipeline:scene-type", args=[code]))
        except (Invalid, Conflict) as error:
            form.add_problem(error)
    return _show_form(request, form, found.project, found)


def _form(
    request: HttpRequest, project: Project, version: SceneTypeVersion | None = None
) -> SceneTypeForm:
    sent = request.POST if request.method == "POST" else None
    initial: dict[str, Any] = {}
    if version is not None:
        initial = recipes.form_initial(version) | gate_initial(version.gates.all())
    chosen = sent.get("parent", "") if sent is not None else initial.get("parent", "")
    parent = _parent(project, chosen or request.GET.get("parent", ""))
    if parent is not None:
        initial["parent"] = str(parent.scene_type.code)
    return SceneTypeForm(
        sent,
        initial=initial,
        parents=types.parent_choices(project, version.scene_type if version else None),
        inherited=recipes.inherited_from(parent) if parent else None,
        named=version is None,
    )


def _show_form(
    request: HttpRequest, form: SceneTypeForm, project: Project, scene_type: SceneType | None
) -> HttpResponse:
    redrawn = "redraw" in request.POST
    if redrawn:
        form.errors.clear()
    context = {
        "form": form,
        "project": project,
        "scene_type": scene_type,
        "slots": types.slot_chips(project),
        "problems": slot_problems(form["prompt"].value() or "", project) if form.is_bound else [],
    }
    failed = request.method == "POST" and not redrawn
    return render_page(request, FORM, context, part="form", status=422 if failed else 200)


@require_POST
def slots(request: HttpRequest) -> HttpResponse:
    """Whether the slots of a prompt are known: 200, or 422 with what is wrong."""
    project = _project(request)
    require(request.user, CapabilityCode.CREATE, project)
    text = f"{request.POST.get('prompt', '')} {request.POST.get('negative_prompt', '')}"
    problems = slot_problems(text[:8000], project)
    template = "pipeline/scenes/type_slots.html"
    context = {"problems": problems}
    return render_page(request, template, context, status=422 if problems else 200)


def slot_problems(text: str, project: Project) -> list[str]:
    """What is wrong with the slots of a template, in words."""
    try:
        check_slots(text, project)
    except Invalid as error:
        said = [message for messages in error.fields.values() for message in messages]
        return said or [f"{error.detail} {error.remedy}".strip()]
    return []


@require_safe
def scene_type(request: HttpRequest, code: UUID) -> HttpResponse:
    """One scene type: its recipe, its versions, the scenes that use older ones."""
    found = types.load_type(request.user, code)
    versions = types.versions_of(found)
    recipe = resolve(versions[0])
    context = {
        "scene_type": found,
        "project": found.project,
        "version": versions[0],
        "recipe": recipe,
        "groups": recipes.recipe_lines(recipe),
        "offer": recipes.offer_words(recipe),
        "gates": recipes.gate_lines(recipe),
        "extra": recipes.extra_lines(recipe),
        "history": recipes.version_history(versions[:20]),
        "behind": _behind(found, versions),
        "may_create": can(request.user, CapabilityCode.CREATE, found.project),
    }
    return render_page(request, PAGE, context, part="live")


def _behind(found: SceneType, versions: list[SceneTypeVersion]) -> list[dict[str, Any]]:
    """Scenes on older versions, grouped by version, with what an upgrade changes."""
    newest = versions[0]
    by_number: dict[int, list[Scene]] = {}
    for scene in types.scenes_of(found, behind=newest.number):
        by_number.setdefault(scene.type_version.number, []).append(scene)
    older = {version.number: version for version in versions}
    return [
        {
            "version": older[number],
            "scenes": scenes,
            "changes": recipes.shown_changes(type_differences(older[number], newest)),
        }
        for number, scenes in sorted(by_number.items(), reverse=True)
    ]


@require_POST
def upgrade(request: HttpRequest, code: UUID) -> HttpResponse:
    """Bring the chosen scenes to the newest version; each for itself, and told if refused."""
    user: Any = request.user
    found = types.load_type(user, code)
    require(user, CapabilityCode.CREATE, found.project)
    newest = types.newest_version(found)
    wanted = [types.uuid_of(text) for text in request.POST.getlist("scene")][:100]
    scenes = Scene.objects.filter(type_version__scene_type=found, code__in=wanted)
    refused = []
    for scene in scenes.select_related("character__project", "type_version"):
        try:
            upgrade_scene(
                actor=user, scene=scene, type_version=newest, expected_version=scene.version
            )
        except DomainError as error:
            refused.append(f"{scene}: {error.detail}")
    if not wanted:
        raise Invalid("Choose at least one scene.")
    response = redirect(request, reverse("pipeline:scene-type", args=[code]))
    return toast(response, " ".join(refused), "warning") if refused else response


def _project(request: HttpRequest) -> Project:
    """The project that the address names, else the first one to create in."""
    if code := request.GET.get("project") or request.POST.get("project"):
        return Project.objects.get_visible(request.user, code=types.uuid_of(code))
    found = types.creatable(request.user)
    if not found:
        raise NotFound(
            "There is no project in which you may make scene types.",
            remedy="Ask a project's owner or an Admin for the role Creator.",
        )
    return found[0]


def _parent(project: Project, code: str) -> SceneTypeVersion | None:
    """The newest version of the chosen parent, of the same project."""
    if not code:
        return None
    parent = SceneType.objects.filter(project=project, code=types.uuid_of(code)).first()
    if parent is None:
        raise NotFound("There is no such scene type in this project.")
    return types.newest_version(parent)
