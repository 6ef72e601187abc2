"""The page of a scene."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from pipeline.scenes.pages.scene import shown_board
from pipeline.scenes.views.common import scene_of
from studio.core.web import render_page, wants_fragment

PAGE = "pipeline/scenes/scene.html"


@require_safe
def scene(request: HttpRequest, code: UUID) -> HttpResponse:
    """A scene; for htmx the part `top` (head and timeline), or with `?part=rest` what follows."""
    found = scene_of(request, code)
    part = "rest" if request.GET.get("part") == "rest" else "top"
    board = shown_board(request.user, found, rest=part == "rest" or not wants_fragment(request))
    context = {"board": board, "project": found.character.project}
    return render_page(request, PAGE, context, part=part)
