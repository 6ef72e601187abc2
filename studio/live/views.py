"""The activity of a project, and one's notifications."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from studio.core.errors import NotFound
from studio.core.paging import keyset_page, row_id
from studio.core.views.projects import frame, visible_project
from studio.core.web import redirect, render_page, wants_fragment
from studio.live.feed import as_line, filtered, kinds_in, people_in
from studio.live.links import event_url
from studio.live.models import Notification
from studio.live.services import mark_notifications_read

LINES = 40
#: The live part grows with what happens while the page is open; beyond this it starts anew.
MOST_LIVE = 200


@require_safe
def project(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """What happened in a project, newest first, live.

    `?cursor=` is the next older page. `?since=<id>` is the live part: everything down to the event
    with that id, so that lines which arrive push none off the page.
    """
    found = visible_project(request, code)
    kind, person = request.GET.get("kind", ""), request.GET.get("person", "")
    events = filtered(found, kind=kind, person=person)
    since, cursor = row_id(request.GET.get("since", "")), request.GET.get("cursor", "")
    live = since is not None
    if live:
        events = events.filter(pk__gte=since)
    page = keyset_page(events, cursor=cursor, size=MOST_LIVE if live else LINES)
    if live and page.next_cursor:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    chosen = urlencode({k: v for k, v in (("kind", kind), ("person", person)) if v})
    context: dict[str, Any] = {
        "lines": [as_line(event) for event in page.rows],
        "next_cursor": page.next_cursor,
        "oldest": since if live else (page.rows[-1].pk if page.rows else 0),
        "chosen": chosen,
        "older": bool(cursor),
    }
    if not (wants_fragment(request) and (live or cursor)):
        context |= frame(request, found, "activity")
        context |= {"kinds": kinds_in(found), "people": people_in(found)}
        context |= {"kind": kind, "person": person}
    context["project"] = found
    part = "lines" if live or cursor else "feed"
    return render_page(request, "studio/live/project.html", context, part=part)


@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """What one is told of, newest first, live."""
    unread = request.GET.get("unread") == "1"
    found = Notification.objects.of(request.user)
    shown = found.unread() if unread else found
    cursor = request.GET.get("cursor", "")
    page = keyset_page(shown.for_list(), cursor=cursor)
    context = {
        "items": [(row, as_line(row.event)) for row in page.rows],
        "next_cursor": page.next_cursor,
        "newest": page.rows[0].pk if page.rows else 0,
        "unread": unread,
        "older": bool(cursor),
        "section": "notifications",
    }
    part = "items" if cursor else "list"
    return render_page(request, "studio/live/notifications.html", context, part=part)


@require_safe
def unread_count(request: HttpRequest) -> HttpResponse:
    """The bell of the top bar, with the number of unread notifications (99 at most)."""
    some = Notification.objects.of(request.user).unread().order_by("-pk")[:100]
    count = len(some.values_list("pk", flat=True))
    return render_page(request, "studio/live/bell.html", {"count": count})


@require_POST
def notification_open(request: HttpRequest, number: int) -> HttpResponse:
    """Mark one as read and go to what it is about."""
    user: Any = request.user
    found = Notification.objects.of(user).for_list().filter(pk=number).first()
    if found is None:
        raise NotFound("There is no such notification.")
    mark_notifications_read(actor=user, only=found)
    return redirect(request, event_url(found.event) or reverse("studio:notifications"))


@require_POST
def notifications_read(request: HttpRequest) -> HttpResponse:
    """Mark all as read, down from the newest one that the page showed."""
    user: Any = request.user
    mark_notifications_read(actor=user, up_to=row_id(request.POST.get("newest", "")))
    return redirect(request, reverse("studio:notifications"))
