"""Lists of the ground cost the same whatever their length."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction

from studio.core import services
from studio.core.access import RoleCode
from studio.core.models import ApiKey, ApiScope, Membership, Project, Session, User
from studio.live.kinds import StudioEvents
from studio.live.models import Event, Notification
from studio.live.services import record_event
from tests.support.clients import signed_in
from tests.support.query_counts import assert_recorded_queries

pytestmark = pytest.mark.django_db
Grow = Callable[[int], object]


@pytest.fixture
def more_projects(creator: User) -> Grow:
    def grow(rows: int) -> None:
        for number in range(Project.objects.filter(owner=creator).count(), rows):
            services.create_project(actor=creator, name=f"Project {number}")

    return grow


@pytest.fixture
def more_people() -> Grow:
    def grow(rows: int) -> None:
        for number in range(User.objects.count(), rows):
            services.create_user(actor=None, username=f"person{number}", password=None)

    return grow


@pytest.fixture
def more_members(creator: User, project: Project, more_people: Grow) -> Grow:
    def grow(rows: int) -> None:
        more_people(rows)
        for user in User.objects.exclude(memberships__project=project)[:rows]:
            if Membership.objects.filter(project=project).count() < rows:
                services.set_member(
                    actor=creator, project=project, user=user, role=RoleCode.REVIEWER
                )

    return grow


@pytest.fixture
def more_events(creator: User, project: Project, more_people: Grow) -> Grow:
    def grow(rows: int) -> None:
        more_people(rows)
        people = list(User.objects.all())
        with transaction.atomic():
            for number in range(Event.objects.filter(project=project).count(), rows):
                record_event(
                    StudioEvents.PROJECT_RENAMED,
                    project=project,
                    actor=people[number % len(people)],
                    label=f"name {number}",
                    notify=[creator],
                )

    return grow


@pytest.fixture
def more_notifications(creator: User, project: Project, more_events: Grow) -> Grow:
    def grow(rows: int) -> None:
        more_events(rows + Event.objects.filter(project=project).count())

    return grow


@pytest.fixture
def more_keys(creator: User) -> Grow:
    def grow(rows: int) -> None:
        for number in range(ApiKey.objects.count(), rows):
            scopes = [ApiScope.Code.READ, ApiScope.Code.WRITE]
            services.create_api_key(actor=creator, name=f"key {number}", scopes=scopes)

    return grow


@pytest.fixture
def more_sessions(creator: User) -> Grow:
    def grow(rows: int) -> None:
        for _ in range(Session.objects.count(), rows):
            signed_in(creator)

    return grow


LISTS = [
    ("studio/home", "creator", "/", "more_events"),
    ("studio/home (projects)", "creator", "/", "more_projects"),
    ("studio/projects", "creator", "/projects/", "more_projects"),
    ("studio/projects (all)", "admin", "/projects/?all=1", "more_projects"),
    ("studio/project", "creator", "/projects/{project}/", "more_events"),
    ("studio/members", "creator", "/projects/{project}/members/", "more_members"),
    ("studio/people", "admin", "/people/", "more_people"),
    ("studio/sessions", "creator", "/me/sessions/", "more_sessions"),
    ("studio/api-keys", "creator", "/me/api-keys/", "more_keys"),
    ("studio/notifications", "creator", "/me/notifications/", "more_notifications"),
    ("api/me/api-keys", "creator", "/api/v1/me/api-keys/", "more_keys"),
    ("api/users", "admin", "/api/v1/users/", "more_people"),
    ("api/projects", "creator", "/api/v1/projects/", "more_projects"),
    ("api/members", "creator", "/api/v1/projects/{project}/members/", "more_members"),
    ("api/events", "creator", "/api/v1/projects/{project}/events/", "more_events"),
    ("api/notifications", "creator", "/api/v1/notifications/", "more_notifications"),
    ("admin/users", "admin", "/admin/studio/user/", "more_people"),
    ("admin/projects", "admin", "/admin/studio/project/", "more_projects"),
    ("admin/memberships", "admin", "/admin/studio/membership/", "more_members"),
    ("admin/api-keys", "admin", "/admin/studio/apikey/", "more_keys"),
    ("admin/sessions", "admin", "/admin/studio/session/", "more_sessions"),
    ("admin/events", "admin", "/admin/studio/event/", "more_events"),
    ("admin/notifications", "admin", "/admin/studio/notification/", "more_notifications"),
]


@pytest.mark.parametrize(("name", "who", "path", "grower"), LISTS, ids=[row[0] for row in LISTS])
def test_lists(
    name: str, who: str, path: str, grower: str, project: Project, request: pytest.FixtureRequest
) -> None:
    client = signed_in(request.getfixturevalue(who))
    grow: Grow = request.getfixturevalue(grower)
    assert_recorded_queries(name, lambda: client.get(path.format(project=project.code)), grow)


def test_the_bell_costs_the_same(creator: User, project: Project, more_notifications: Grow) -> None:
    client = signed_in(creator)
    assert_recorded_queries(
        "studio/bell", lambda: client.get("/me/notifications/unread/"), more_notifications
    )
    assert Notification.objects.of(creator).count() >= 20
