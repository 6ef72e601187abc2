"""The feed of a project: what it says, filters, how it stays live."""

from __future__ import annotations

import re
import uuid

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from studio.core import services
from studio.core.access import RoleCode
from studio.core.models import Project, User
from studio.live import links
from studio.live.feed import as_line
from studio.live.kinds import StudioEvents, all_kinds
from studio.live.models import Event
from studio.live.services import record_event
from studio.live.views import LINES, MOST_LIVE
from tests.support.clients import signed_in

pytestmark = pytest.mark.django_db


def happen(project: Project, actor: User, times: int = 1) -> Event:
    """Something happens in the project; returns the last event."""
    with transaction.atomic():
        for number in range(times):
            event = record_event(
                StudioEvents.PROJECT_RENAMED, project=project, actor=actor, label=f"name {number}"
            )
    return event


def shown(content: bytes) -> list[int]:
    """Ids of the events on a page."""
    return [int(found) for found in re.findall(rb'id="event-(\d+)"', content)]


def test_lines_say_who_did_what_and_lead_there(creator: User, project: Project) -> None:
    event = Event.objects.for_feed().get(kind=StudioEvents.MEMBER_ADDED, project=project)
    line = as_line(event)
    assert (line.who, line.what, line.about, line.detail) == (
        "cleo",
        "Member added",
        "rex",
        "as Reviewer",
    )
    assert line.url == f"/projects/{project.code}/members/"
    page = signed_in(creator).get(f"/projects/{project.code}/").content.decode()
    assert f'href="{line.url}"' in page


def test_newest_first_and_older_on_request(creator: User, project: Project) -> None:
    happen(project, creator, LINES + 5)
    client = signed_in(creator)
    page = client.get(f"/projects/{project.code}/")
    first = shown(page.content)
    assert len(first) == LINES and first == sorted(first, reverse=True)
    cursor = page.context["next_cursor"]
    fragment = client.get(
        f"/projects/{project.code}/", {"cursor": cursor}, headers={"HX-Request": "true"}
    )
    assert b"<html" not in fragment.content
    rest = shown(fragment.content)
    assert not set(first) & set(rest)
    total = Event.objects.filter(project=project).count()
    assert len(first) + len(rest) == total
    # Without scripts the same address is a whole page.
    assert shown(client.get(f"/projects/{project.code}/", {"cursor": cursor}).content) == rest


def test_the_live_part_grows_and_loses_nothing(creator: User, project: Project) -> None:
    happen(project, creator, LINES + 5)
    client, path = signed_in(creator), f"/projects/{project.code}/"
    page = client.get(path)
    oldest = page.context["oldest"]
    assert f"since={oldest}" in page.content.decode()
    newest = happen(project, creator, 3).pk
    part = client.get(path, {"since": oldest}, headers={"HX-Request": "true"})
    lines = shown(part.content)
    assert lines[0] == newest and lines[-1] == oldest and len(lines) == LINES + 3
    assert f"since={oldest}" in part.content.decode()


def test_a_live_part_that_has_grown_too_long_starts_anew(creator: User, project: Project) -> None:
    oldest = happen(project, creator).pk
    happen(project, creator, MOST_LIVE)
    part = signed_in(creator).get(
        f"/projects/{project.code}/", {"since": oldest}, headers={"HX-Request": "true"}
    )
    assert part.status_code == 204 and part.headers["HX-Refresh"] == "true"


@pytest.mark.parametrize("since", ["x", "-1", "1e9", "9" * 30, "²"])
def test_nonsense_is_no_error(creator: User, project: Project, since: str) -> None:
    page = signed_in(creator).get(f"/projects/{project.code}/", {"since": since})
    assert page.status_code in (200, 204)


def test_filters(creator: User, admin: User, project: Project) -> None:
    renamed = happen(project, admin)
    client, path = signed_in(creator), f"/projects/{project.code}/"
    assert shown(client.get(path, {"kind": "project.renamed"}).content) == [renamed.pk]
    assert shown(client.get(path, {"person": str(admin.code)}).content) == [renamed.pk]
    both = {"kind": "member.added", "person": str(admin.code)}
    empty = client.get(path, both)
    assert shown(empty.content) == [] and b"Nothing like that has happened" in empty.content
    assert shown(client.get(path, {"person": "nobody"}).content) == []
    page = client.get(path)
    assert [kind.code for kind in page.context["kinds"]] == [
        "project.created",
        "project.renamed",
        "member.added",
    ]
    assert [person.username for person in page.context["people"]] == ["ada", "cleo"]


def test_filtering_swaps_the_feed_only(creator: User, project: Project) -> None:
    part = (
        signed_in(creator)
        .get(f"/projects/{project.code}/?kind=member.added", headers={"HX-Request": "true"})
        .content.decode()
    )
    assert part.strip().startswith('<div id="feed">')
    assert "kind=member.added&amp;since=" in part


def test_home_shows_only_ones_own_projects(
    creator: User, outsider: User, admin: User, project: Project
) -> None:
    event = happen(project, creator)
    assert event.pk in shown(signed_in(creator).get("/").content)
    assert event.pk in shown(signed_in(admin).get("/").content)
    assert event.pk not in shown(signed_in(outsider).get("/").content)


def test_events_of_the_studio_are_for_admins(admin: User, creator: User) -> None:
    services.set_user_role(actor=admin, user=creator, role=RoleCode.REVIEWER)
    event = Event.objects.get(kind=StudioEvents.USER_ROLE_CHANGED)
    assert event.pk in shown(signed_in(admin).get("/").content)
    assert event.pk not in shown(signed_in(creator).get("/").content)


def test_what_happened_can_not_be_changed(creator: User, project: Project) -> None:
    event = happen(project, creator)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(label="else")


@pytest.mark.django_db(transaction=True)
def test_events_belong_into_a_transaction(creator: User, project: Project) -> None:
    with pytest.raises(RuntimeError, match="inside the service's transaction"):
        record_event(StudioEvents.PROJECT_RENAMED, project=project, actor=creator)


def test_every_link_leads_somewhere() -> None:
    for link in links.registered():
        arguments = [] if link.argument is links.Argument.NOTHING else [uuid.uuid4()]
        assert reverse(link.url_name, args=arguments)
        matching = [kind for kind in all_kinds() if kind.code.startswith(link.prefix)]
        assert matching, f"no kind of event starts with {link.prefix}"
    assert len(links.registered()) >= 4


def test_the_longest_prefix_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_links", {})
    links.register("job.", "studio:home")
    links.register("job.failed", "studio:projects")
    assert links.link_for("job.failed").url_name == "studio:projects"  # type: ignore[union-attr]
    assert links.link_for("job.finished").url_name == "studio:home"  # type: ignore[union-attr]
    assert links.link_for("asset.made") is None
