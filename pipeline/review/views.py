"""The pages of a take, a boundary and a cut: watch, judge, decide."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from pipeline.review import pages
from pipeline.review.models import VerdictKind
from pipeline.review.services import approve_final, give_verdict
from pipeline.scenes.models import Bridge, Cut, HealMethod, Take
from pipeline.scenes.queries import first_number
from pipeline.scenes.services.boundaries import heal_boundary
from pipeline.scenes.services.cuts import set_poster
from pipeline.scenes.services.edits import drop_bridge, use_bridge
from studio.core.errors import Conflict, Invalid, NotFound
from studio.core.web import redirect, render_page, toast, wants_fragment, whole_number


@require_safe
def take(request: HttpRequest, code: UUID) -> HttpResponse:
    """One take, alone or beside another of its segment (`?with=`)."""
    found = pages.get_take(request.user, code)
    context = pages.take_context(request.user, found, request.GET.get("with", ""))
    return render_page(request, "pipeline/review/take.html", context, part="side")


@require_safe
def boundary(request: HttpRequest, code: UUID) -> HttpResponse:
    """Where two takes meet: their frames, scores, and bridges."""
    found = pages.get_boundary(request.user, code)
    context = pages.boundary_context(request.user, found)
    return render_page(request, "pipeline/review/boundary.html", context, part="side")


@require_safe
def cut(request: HttpRequest, code: UUID) -> HttpResponse:
    """One cut: watch it, judge it, declare it final."""
    found = pages.get_cut(request.user, code)
    context = pages.cut_context(request.user, found)
    pending = request.headers.get("HX-Target") == "body"  # the file has come: show all of it
    return render_page(
        request, "pipeline/review/cut.html", context, part=None if pending else "side"
    )


@require_POST
def take_verdict(request: HttpRequest, code: UUID) -> HttpResponse:
    """Say what one thinks of a take."""
    return _judge(request, pages.get_take(request.user, code))


@require_POST
def cut_verdict(request: HttpRequest, code: UUID) -> HttpResponse:
    """Say what one thinks of a cut."""
    return _judge(request, pages.get_cut(request.user, code))


def _judge(request: HttpRequest, subject: Take | Cut) -> HttpResponse:
    actor: Any = request.user
    note = request.POST.get("note", "")
    problem: dict[str, Any] = {}
    try:
        kind = VerdictKind.Code.by_code(request.POST.get("kind", ""))
        give_verdict(actor=actor, subject=subject, kind=kind, note=note)
    except KeyError as error:
        raise Invalid("Say approved, changes, rejected or pending.") from error
    except Invalid as error:
        if not wants_fragment(request):
            raise
        problem = {"note": note, "note_error": error.detail}
    return _side(request, subject, "" if problem else "Verdict recorded", **problem)


@require_POST
def approve(request: HttpRequest, code: UUID) -> HttpResponse:
    """Declare a cut final."""
    actor: Any = request.user
    found = pages.get_cut(request.user, code)
    try:
        approve_final(actor=actor, cut=found, note=request.POST.get("note", ""))
    except Conflict as error:
        if not wants_fragment(request):
            raise
        return _side(request, found, "", approve_error=error.detail)
    return _side(request, pages.get_cut(request.user, code), "The cut is final")


@require_POST
def poster(request: HttpRequest, code: UUID) -> HttpResponse:
    """Choose the frame that stands for a cut; counted as people count."""
    actor: Any = request.user
    found = pages.get_cut(request.user, code)
    given = whole_number(request.POST.get("frame", ""))
    if given is None:
        raise Invalid("A frame is a whole number.", fields={"frame": ["Give a whole number."]})
    frame = given - first_number(found.scene.character.project_id)
    set_poster(actor=actor, cut=found, frame=frame)
    return _side(request, found, "Poster frame set")


@require_POST
def heal(request: HttpRequest, code: UUID) -> HttpResponse:
    """Ask for a bridge."""
    actor: Any = request.user
    found = pages.get_boundary(request.user, code)
    try:
        method = HealMethod.Code.by_code(request.POST.get("method", HealMethod.Code.AUTO.code))
    except KeyError as error:
        raise Invalid("There is no such method.") from error
    heal_boundary(actor=actor, boundary=found, method=method)
    return _boundary_side(request, code, "A bridge is being made")


@require_POST
def use(request: HttpRequest, code: UUID) -> HttpResponse:
    """Use a bridge (`bridge`), or take the one in use away."""
    actor: Any = request.user
    found = pages.get_boundary(request.user, code)
    scene = found.left_take.segment.scene
    given = request.POST.get("bridge", "")
    if not given:
        drop_bridge(actor=actor, scene=scene, boundary=found)
        return _boundary_side(request, code, "The bridge is taken away")
    number = whole_number(given) or 0
    bridge = Bridge.objects.filter(boundary=found, number=number).first()
    if bridge is None:
        raise NotFound("This boundary has no such bridge.")
    use_bridge(actor=actor, scene=scene, bridge=bridge)
    return _boundary_side(request, code, "The bridge is used")


def _boundary_side(request: HttpRequest, code: UUID, said: str) -> HttpResponse:
    found = pages.get_boundary(request.user, code)
    if not wants_fragment(request):
        return redirect(request, pages.url_of(found))
    context = pages.boundary_context(request.user, found)
    response = render_page(request, "pipeline/review/boundary.html", context, part="side")
    return toast(response, said)


def _side(request: HttpRequest, subject: Take | Cut, said: str, **more: Any) -> HttpResponse:
    if not wants_fragment(request):
        return redirect(request, pages.url_of(subject))
    is_cut = isinstance(subject, Cut)
    build: Any = pages.cut_context if is_cut else pages.take_context
    template = f"pipeline/review/{'cut' if is_cut else 'take'}.html"
    context = build(request.user, subject) | more
    status = 422 if "note_error" in more else 409 if "approve_error" in more else 200
    response = render_page(request, template, context, part="side", status=status)
    return toast(response, said) if said else response
