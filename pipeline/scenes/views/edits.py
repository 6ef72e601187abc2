"""Changes of a scene's arrangement: takes, trims, order, and the way through its history."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from pipeline.scenes.models import Placement, Take
from pipeline.scenes.queries import first_number
from pipeline.scenes.services import edits
from pipeline.scenes.views.common import (
    answer,
    code_in,
    number_in,
    scene_of,
    seen_version,
    segment_of,
)
from studio.core.errors import Conflict, NotFound


@require_POST
def select(request: HttpRequest, code: UUID) -> HttpResponse:
    """Show another take of a segment."""
    user: Any = request.user
    scene = scene_of(request, code, to_change=True)
    takes = Take.objects.select_related("segment", "examination")
    take = takes.filter(segment__scene=scene, code=code_in(request, "take")).first()
    if take is None:
        raise NotFound("This scene has no such take.")
    edits.select_take(actor=user, scene=scene, take=take, expected_version=seen_version(request))
    return answer(request, scene, f"Segment {take.segment.number} shows take {take.number}")


@require_POST
def trim(request: HttpRequest, code: UUID) -> HttpResponse:
    """Show a take from a first to a last frame, both shown, numbered as the project counts."""
    user: Any = request.user
    scene = scene_of(request, code, to_change=True)
    zero = first_number(scene.character.project_id)
    segment = segment_of(request, scene)
    edits.trim_take(
        actor=user,
        scene=scene,
        segment=segment,
        in_frame=number_in(request, "in_frame", "The first frame", least=zero) - zero,
        out_frame=number_in(request, "last_frame", "The last frame", least=zero) - zero + 1,
        expected_version=seen_version(request),
    )
    return answer(request, scene, f"Segment {segment.number} trimmed")


@require_POST
def move(request: HttpRequest, code: UUID) -> HttpResponse:
    """Put a segment earlier or later: `by` places, or to the place `to` (from 1)."""
    user: Any = request.user
    scene = scene_of(request, code, to_change=True)
    segment = segment_of(request, scene)
    placements = Placement.objects.filter(edit=scene.edit_id).select_related("segment")
    order = [placement.segment for placement in placements.order_by("position")]
    if segment not in order:
        raise Conflict("This segment is not shown in the scene as it stands.")
    at = order.index(segment)
    wanted = _wanted_place(request, at)
    order.insert(max(0, min(wanted, len(order) - 1)), order.pop(at))
    edits.reorder_segments(
        actor=user, scene=scene, segments=order, expected_version=seen_version(request)
    )
    return answer(request, scene)


def _wanted_place(request: HttpRequest, at: int) -> int:
    steps = {"earlier": -1, "later": 1}
    if (by := request.POST.get("by", "")) in steps:
        return at + steps[by]
    return number_in(request, "to", "The place") - 1


@require_POST
def remove(request: HttpRequest, code: UUID) -> HttpResponse:
    """Leave a segment out of the scene; its takes stay."""
    user: Any = request.user
    scene = scene_of(request, code, to_change=True)
    segment = segment_of(request, scene)
    edits.remove_segment(
        actor=user, scene=scene, segment=segment, expected_version=seen_version(request)
    )
    return answer(request, scene, f"Segment {segment.number} removed; undo brings it back")


@require_POST
def undo(request: HttpRequest, code: UUID) -> HttpResponse:
    """Back to the edit before."""
    return _travel(request, code, edits.undo)


@require_POST
def redo(request: HttpRequest, code: UUID) -> HttpResponse:
    """Forward again."""
    return _travel(request, code, edits.redo_edit)


def _travel(request: HttpRequest, code: UUID, service: Any) -> HttpResponse:
    scene = scene_of(request, code, to_change=True)
    service(actor=request.user, scene=scene, expected_version=seen_version(request))
    return answer(request, scene)


@require_POST
def jump(request: HttpRequest, code: UUID) -> HttpResponse:
    """Take up any edit of the history."""
    user: Any = request.user
    scene = scene_of(request, code, to_change=True)
    edit = scene.edits.filter(number=number_in(request, "edit", "The edit")).first()
    if edit is None:
        raise NotFound("The history of this scene has no such edit.")
    edits.jump_to(actor=user, scene=scene, edit=edit, expected_version=seen_version(request))
    return answer(request, scene, f"Back at: {edit}")
