"""The panel below the timeline: one segment with its takes, or redoing of segments."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pipeline.scenes.forms.redo import RedoForm
from pipeline.scenes.models import Scene, Segment
from pipeline.scenes.pages.redo import price_of_redo
from pipeline.scenes.pages.scene import ShownBoard, shown_board
from pipeline.scenes.pages.types import slot_chips, uuid_of
from pipeline.scenes.recipe import resolve
from pipeline.scenes.services.redo import redo_segments
from pipeline.scenes.views.common import answer, scene_of, seen_version
from studio.core.errors import Invalid, NotFound
from studio.core.web import render_page, trigger, wants_fragment

SCENE = "pipeline/scenes/scene.html"
SEGMENT = "pipeline/scenes/panel.html"
TAKES = "pipeline/scenes/panel_takes.html"
REDO = "pipeline/scenes/redo.html"


@require_safe
def segment(request: HttpRequest, code: UUID, segment: UUID) -> HttpResponse:
    """One segment: for htmx the panel or only its takes, else the scene with the panel open."""
    scene = scene_of(request, code)
    board = shown_board(request.user, scene, rest=not wants_fragment(request))
    column = next((c for c in [*board.columns, *board.removed] if c.code == segment), None)
    if column is None:
        raise NotFound("This scene has no such segment.")
    context = {
        "board": board,
        "column": column,
        "may_change": board.may_change,
        "project": scene.character.project,
        "panel": SEGMENT,
    }
    if not wants_fragment(request):
        return render_page(request, SCENE, context)
    template = TAKES if request.GET.get("part") == "takes" else SEGMENT
    return render_page(request, template, context)


@require_http_methods(["GET", "HEAD", "POST"])
def redo_takes(request: HttpRequest, code: UUID) -> HttpResponse:
    """The form that redoes the chosen segments; sent, it makes new takes of each."""
    user: Any = request.user
    scene = scene_of(request, code, to_change=True)
    query = request.POST if request.method == "POST" else request.GET
    chosen = _chosen(scene, query.getlist("segment"))
    sent = request.POST if request.method == "POST" else None
    form = RedoForm(sent, recipe=resolve(scene.type_version))
    if request.method == "POST" and form.is_valid():
        try:
            made = redo_segments(
                actor=user,
                scene=scene,
                segments=chosen,
                changes=form.changes(),
                same_seed=form.cleaned_data["seed"] == "same",
                count=form.cleaned_data["count"],
                select=form.cleaned_data["select"],
                expected_version=seen_version(request),
            )
            said = "1 take asked for" if len(made) == 1 else f"{len(made)} takes asked for"
            return trigger(answer(request, scene, said), **{"panel-done": {}})
        except Invalid as error:
            form.add_problem(error)
    return _show_redo(request, scene, chosen, form)


def _chosen(scene: Scene, codes: list[str]) -> list[Segment]:
    """The segments that were chosen, by number.

    Raises:
        NotFound: one of them is not of this scene.
        Invalid: none was chosen.
    """
    wanted = {uuid_of(text) for text in codes[:200]}
    if not wanted:
        raise Invalid("Choose at least one segment.", fields={"segment": ["Choose one."]})
    found = list(scene.segments.filter(code__in=wanted).order_by("number"))
    if len(found) != len(wanted):
        raise NotFound("This scene has no such segment.")
    return found


def _show_redo(
    request: HttpRequest, scene: Scene, chosen: list[Segment], form: RedoForm
) -> HttpResponse:
    context = {
        "form": form,
        "chosen": chosen,
        "numbers": ", ".join(str(item.number) for item in chosen),
        "slots": slot_chips(scene.character.project),
        "price": price_of_redo(form, chosen),
        "scene": scene,
        "project": scene.character.project,
        "panel": REDO,
    }
    status = 422 if form.is_bound else 200
    if wants_fragment(request):
        return render_page(request, REDO, context, status=status)
    board: ShownBoard = shown_board(request.user, scene)
    return render_page(request, SCENE, context | {"board": board}, status=status)


@require_POST
def redo_price(request: HttpRequest, code: UUID) -> HttpResponse:
    """What the form as it stands would cost."""
    scene = scene_of(request, code, to_change=True)
    chosen = _chosen(scene, request.POST.getlist("segment"))
    form = RedoForm(request.POST, recipe=resolve(scene.type_version))
    context = {"price": price_of_redo(form, chosen)}
    return render_page(request, "pipeline/scenes/redo_price.html", context)
