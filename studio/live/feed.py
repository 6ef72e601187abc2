"""The activity feed: events as lines that a person reads, each with the way to what it is about."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef

from studio.core.access import RoleCode
from studio.core.models import Project, User
from studio.live.links import event_url, link_for
from studio.live.models import Event, EventKind, EventQuerySet


@dataclass(frozen=True)
class Line:
    """One line of a feed."""

    event: Event
    who: str
    what: str
    about: str
    detail: str
    url: str
    icon: str


def as_line(event: Event) -> Line:
    """The line for an event loaded by `for_feed`. Causes no query."""
    link = link_for(event.kind.code)
    return Line(
        event=event,
        who=_called(event.actor),
        what=event.kind.label,
        about=event.label,
        detail=_detail(event.data),
        url=event_url(event),
        icon=link.icon if link else "activity",
    )


def _called(user: User | None) -> str:
    if user is None:
        return "The studio"
    profile = getattr(user, "profile", None)
    return profile.display_name if profile else user.username


def _detail(data: dict[str, Any]) -> str:
    """The few facts of an event that belong on its line."""
    if code := data.get("role"):
        return f"as {RoleCode.by_code(code).label}"
    if before := data.get("before"):
        return f"was “{before}”"
    return str(data.get("detail", ""))


def latest_lines(user: Any, number: int) -> list[Line]:
    """The newest lines of all projects that a person sees."""
    events = Event.objects.visible_to(user).for_feed().order_by("-pk")[:number]
    return [as_line(event) for event in events]


def filtered(project: Project, *, kind: str = "", person: str = "") -> EventQuerySet:
    """A project's events, if wished of one kind (its code) or by one person (a UUID)."""
    events = Event.objects.filter(project=project).for_feed()
    if kind:
        events = events.filter(kind__code=kind)
    if person:
        try:
            events = events.filter(actor__code=uuid.UUID(person))
        except ValueError:
            return events.none()
    return events


def kinds_in(project: Project) -> list[EventKind]:
    """Kinds of which the project has an event; one index probe a kind."""
    some = Event.objects.filter(project=project, kind=OuterRef("pk"))
    return list(EventKind.objects.filter(Exists(some)))


def people_in(project: Project) -> list[User]:
    """People who did something in the project, by name; one index probe a person."""
    some = Event.objects.filter(project=project, actor=OuterRef("pk"))
    found = User.objects.filter(Exists(some)).select_related("profile")
    return list(found.order_by("profile__display_name", "pk"))
