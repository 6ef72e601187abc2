"""What can be done to a scene as a whole: start, pause, resume, cancel, and render a cut."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from pipeline.scenes.models import CodecProfile
from pipeline.scenes.services import cuts, scenes
from pipeline.scenes.views.common import answer, scene_of
from studio.core.errors import Invalid


@require_POST
def start(request: HttpRequest, code: UUID) -> HttpResponse:
    """Begin with the first segment."""
    return _act(request, code, scenes.start_scene, "Started")


@require_POST
def pause(request: HttpRequest, code: UUID) -> HttpResponse:
    """Finish what runs and begin nothing more."""
    return _act(request, code, scenes.pause_scene, "Paused; what runs is finished")


@require_POST
def resume(request: HttpRequest, code: UUID) -> HttpResponse:
    """Go on where it stopped."""
    return _act(request, code, scenes.resume_scene, "Going on")


@require_POST
def cancel(request: HttpRequest, code: UUID) -> HttpResponse:
    """Stop; finished takes stay."""
    return _act(request, code, scenes.cancel_scene, "Cancelled; finished takes stay")


def _act(request: HttpRequest, code: UUID, service: Any, said: str) -> HttpResponse:
    scene = scene_of(request, code, to_change=True)
    service(actor=request.user, scene=scene)
    return answer(request, scene, said)


@require_POST
def render_cut(request: HttpRequest, code: UUID) -> HttpResponse:
    """Render the scene as it stands, by a codec profile or by the project's own."""
    user: Any = request.user
    scene = scene_of(request, code, to_change=True)
    name = request.POST.get("profile", "")
    try:
        profile = CodecProfile.Code.by_code(name) if name else None
    except KeyError as error:
        raise Invalid("There is no such codec profile.") from error
    cut = cuts.render_cut(actor=user, scene=scene, profile=profile)
    return answer(request, scene, f"Cut {cut.number} is being rendered")
