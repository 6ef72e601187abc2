"""Locks of segments: taken when somebody opens the edit panel, renewed while it is open."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from pipeline.scenes.models import Segment
from studio.core.access import CapabilityCode, require, require_admin
from studio.core.errors import Conflict
from studio.core.web import render_page
from studio.live import locks

NOTE = "pipeline/scenes/lock_note.html"


def _segment(request: HttpRequest, code: UUID) -> Segment:
    segments: Any = Segment.objects.select_related("scene__character__project")
    found: Segment = segments.get_visible(request.user, code=code)
    require(request.user, CapabilityCode.CREATE, found.scene.character.project)
    return found


@require_POST
def take(request: HttpRequest, code: UUID) -> HttpResponse:
    """Take or renew the lock of a segment; the answer says who holds it if somebody else does."""
    user: Any = request.user
    segment = _segment(request, code)
    project = segment.scene.character.project
    try:
        locks.acquire_lock(actor=user, project=project, subject_code=segment.code)
        held_by = None
    except Conflict:
        held_by = locks.holder(segment.code)
    context = {"segment": segment, "held_by": held_by, "may_break": user.is_admin}
    return render_page(request, NOTE, context)


@require_POST
def release(request: HttpRequest, code: UUID) -> HttpResponse:
    """Give one's own lock back."""
    user: Any = request.user
    locks.release_lock(actor=user, subject_code=_segment(request, code).code)
    return HttpResponse(status=204)


@require_POST
def break_open(request: HttpRequest, code: UUID) -> HttpResponse:
    """Take the lock away from whoever holds it; for Admins."""
    user: Any = request.user
    require_admin(user)
    segment = _segment(request, code)
    locks.break_lock(actor=user, subject_code=segment.code)
    return take(request, code)
