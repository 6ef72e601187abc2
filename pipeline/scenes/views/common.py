"""What the views of a scene share: fetching it, reading what a form sent, answering an action."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from pipeline.scenes.models import Scene, Segment
from studio.core.access import CapabilityCode, require
from studio.core.errors import Invalid, NotFound
from studio.core.web import redirect, toast, trigger, wants_fragment, whole_number


def scene_of(request: HttpRequest, code: UUID, *, to_change: bool = False) -> Scene:
    """The scene of an address, with what its services need.

    Raises:
        NotFound: there is none for this person.
        Forbidden: it is to be changed, and the role does not allow that.
    """
    scenes: Any = Scene.objects.select_related(
        "character__project", "type_version__scene_type", "state", "edit", "created_by__profile"
    )
    found: Scene = scenes.get_visible(request.user, code=code)
    if to_change:
        require(request.user, CapabilityCode.CREATE, found.character.project)
    return found


def segment_of(request: HttpRequest, scene: Scene, name: str = "segment") -> Segment:
    """The segment that a form names.

    Raises:
        NotFound: the scene has none of this code.
    """
    found = scene.segments.filter(code=code_in(request, name)).first()
    if found is None:
        raise NotFound("This scene has no such segment.")
    return found


def code_in(request: HttpRequest, name: str) -> UUID:
    """A code that a form sent.

    Raises:
        NotFound: it is missing or damaged.
    """
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError as error:
        raise NotFound("What this is about was not said, or is no longer there.") from error


def number_in(request: HttpRequest, name: str, label: str, *, least: int = 0) -> int:
    """A whole number that a form sent, `least` or more.

    Raises:
        Invalid: it is none.
    """
    number = whole_number(request.POST.get(name, "").strip())
    if number is None or number < least:
        message = f"{label} must be a whole number, {least} or more."
        raise Invalid(message, fields={name: [message]})
    return number


def seen_version(request: HttpRequest) -> int | None:
    """The version of the scene that the person saw, as the form carries it."""
    return whole_number(request.POST.get("version", ""))


def answer(request: HttpRequest, scene: Scene, said: str = "") -> HttpResponse:
    """After an action: the fragments of the page look again; without htmx back to the page."""
    if not wants_fragment(request):
        return redirect(request, reverse("pipeline:scene", args=[scene.code]))
    response = trigger(HttpResponse(status=204), **{"scene-changed": {"code": str(scene.code)}})
    return toast(response, said) if said else response
