"""Whatever people typed comes out as text, on every page that the walk knows."""

from __future__ import annotations

import pytest
from django.test import Client

from studio.core import services
from studio.core.models import Membership, Project, User
from tests.architecture.test_access_walk import PAGES_AND_API
from tests.support.access import DECLARED, Cast
from tests.support.clients import signed_in
from tests.support.hostile import assert_harmless, hostile


@pytest.fixture
def hostile_cast(
    outsider: User, reviewer: User, creator: User, admin: User, project: Project
) -> Cast:
    """The cast with names that try to break out; packages name what they make by `cast.text`."""
    for user in (outsider, reviewer, creator, admin):
        services.set_display_name(user=user, display_name=hostile(user.username))
    services.rename_project(actor=creator, project=project, name=hostile("project"))
    project.refresh_from_db()
    return Cast(None, outsider, reviewer, creator, admin, project, text=hostile("text"))


def get(client: Client, path: str) -> object:
    return client.get(path, headers={"Accept": "text/html, */*;q=0.5"})


def test_no_page_runs_what_is_stored(hostile_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    async def readiness() -> dict[str, object]:
        return {}

    monkeypatch.setattr("studio.ops.views.readiness", readiness)
    client = signed_in(hostile_cast.creator)
    pages = 0
    known = [a for a in PAGES_AND_API if a.name in DECLARED and "GET" in DECLARED[a.name].rules]
    for address in known:
        declaration = DECLARED[address.name]
        path = address.path(declaration.arguments(hostile_cast)) + declaration.query(hostile_cast)
        response = get(client, path)
        kind = response.headers.get("Content-Type", "")  # type: ignore[attr-defined]
        if kind.startswith("text/html"):
            pages += 1
            assert_harmless(response)
    assert pages >= 12


@pytest.mark.parametrize(
    "path",
    ["/", "/projects/", "/projects/{code}/", "/projects/{code}/members/", "/me/"],
)
def test_these_pages_show_what_is_stored(hostile_cast: Cast, path: str) -> None:
    client = signed_in(hostile_cast.creator)
    response = get(client, path.format(code=hostile_cast.project.code))
    assert_harmless(response, shows=True)


def test_the_admin_shows_what_is_stored(hostile_cast: Cast) -> None:
    client = signed_in(hostile_cast.admin)
    row = Membership.objects.filter(project=hostile_cast.project).first()
    assert row is not None
    for path in (
        "/admin/studio/project/",
        f"/admin/studio/project/{hostile_cast.project.pk}/change/",
        f"/admin/studio/membership/{row.pk}/change/",
        "/admin/studio/event/",
        "/people/",
    ):
        assert_harmless(get(client, path), shows=True)


def test_the_check_finds_what_it_looks_for() -> None:
    """A page that lets markup through must fail."""

    class Page:
        content = f"<p>{hostile('x')}</p>".encode()

    with pytest.raises(AssertionError, match="came from stored text"):
        assert_harmless(Page())
