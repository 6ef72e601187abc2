"""What a person is told of, and what is read."""

from __future__ import annotations

import re

import pytest
from django.db import transaction

from studio.core import services
from studio.core.access import RoleCode
from studio.core.models import Project, User
from studio.live.kinds import StudioEvents
from studio.live.models import Notification
from studio.live.services import mark_notifications_read, record_event
from tests.support.clients import signed_in

pytestmark = pytest.mark.django_db


def tell(user: User, project: Project, times: int = 1) -> Notification:
    """The person is told of something; returns the last notification."""
    with transaction.atomic():
        for _ in range(times):
            record_event(
                StudioEvents.PROJECT_RENAMED, project=project, actor=None, notify=[user, user]
            )
    found = Notification.objects.of(user).order_by("pk").last()
    assert found is not None
    return found


def test_who_is_added_to_a_project_is_told(reviewer: User, project: Project) -> None:
    row = Notification.objects.of(reviewer).get()
    assert row.event.kind_id == StudioEvents.MEMBER_ADDED
    page = signed_in(reviewer).get("/me/notifications/").content
    assert b"Member added" in page and b"Lighthouse" in page


def test_nobody_is_told_what_they_did_themselves(creator: User, project: Project) -> None:
    assert not Notification.objects.of(creator).exists()


def test_the_bell_counts(reviewer: User, project: Project) -> None:
    client = signed_in(reviewer)
    assert b"1 unread" in client.get("/me/notifications/unread/").content
    tell(reviewer, project, 120)
    assert b"99+" in client.get("/me/notifications/unread/").content
    client.post("/me/notifications/read/")
    assert b"unread" not in client.get("/me/notifications/unread/").content


def test_opening_marks_as_read_and_leads_there(reviewer: User, project: Project) -> None:
    row = Notification.objects.of(reviewer).get()
    answer = signed_in(reviewer).post(f"/me/notifications/{row.pk}/open/")
    assert answer.headers["Location"] == f"/projects/{project.code}/members/"
    row.refresh_from_db()
    assert row.read_at


def test_marking_all_stops_at_what_was_shown(reviewer: User, project: Project) -> None:
    shown = tell(reviewer, project)
    later = tell(reviewer, project)
    signed_in(reviewer).post("/me/notifications/read/", {"newest": shown.pk})
    unread = Notification.objects.of(reviewer).unread()
    assert [row.pk for row in unread] == [later.pk]


def test_notifications_are_nobody_elses(
    admin: User, outsider: User, reviewer: User, project: Project
) -> None:
    row = Notification.objects.of(reviewer).get()
    for user in (admin, outsider):
        client = signed_in(user)
        assert client.post(f"/me/notifications/{row.pk}/open/").status_code == 404
        assert client.post(f"/api/v1/notifications/{row.pk}/read/").status_code == 404
        assert client.get("/api/v1/notifications/").json()["results"] == []
        assert mark_notifications_read(actor=user, only=row) == 0
    row.refresh_from_db()
    assert row.read_at is None


def test_only_unread_on_request(reviewer: User, project: Project) -> None:
    mark_notifications_read(actor=reviewer)
    row = tell(reviewer, project)
    page = signed_in(reviewer).get("/me/notifications/?unread=1")
    assert [item.pk for item, _ in page.context["items"]] == [row.pk]


def test_pages(reviewer: User, project: Project) -> None:
    tell(reviewer, project, 60)
    client = signed_in(reviewer)
    page = client.get("/me/notifications/")
    fragment = client.get(
        "/me/notifications/",
        {"cursor": page.context["next_cursor"]},
        headers={"HX-Request": "true"},
    )
    assert b"<html" not in fragment.content and b"Mark all" not in fragment.content
    first = {row.pk for row, _ in page.context["items"]}
    rest = {int(found) for found in re.findall(rb"notifications/(\d+)/open/", fragment.content)}
    assert not first & rest
    assert len(first | rest) == Notification.objects.of(reviewer).count()


def test_the_api(reviewer: User, creator: User, project: Project) -> None:
    client = signed_in(reviewer)
    tell(reviewer, project, 2)
    rows = client.get("/api/v1/notifications/?unread=true").json()["results"]
    assert len(rows) == 3
    assert rows[0]["event"]["project"] == str(project.code)
    assert client.post(f"/api/v1/notifications/{rows[1]['id']}/read/").status_code == 204
    body = {"up_to": rows[0]["id"]}
    answer = client.post("/api/v1/notifications/read/", body, content_type="application/json")
    assert answer.json() == {"marked": 2}
    for wrong in ({}, {"up_to": 0}, {"up_to": "x"}):
        answer = client.post("/api/v1/notifications/read/", wrong, content_type="application/json")
        assert answer.status_code == 422


def test_a_removed_member_keeps_no_way_in(creator: User, reviewer: User, project: Project) -> None:
    """The notification stays, the project's page does not open any more."""
    services.remove_member(actor=creator, project=project, user=reviewer)
    client = signed_in(reviewer)
    assert client.get("/me/notifications/").status_code == 200
    assert client.get(f"/projects/{project.code}/").status_code == 404
    services.set_member(actor=creator, project=project, user=reviewer, role=RoleCode.REVIEWER)
    assert Notification.objects.of(reviewer).count() == 2
