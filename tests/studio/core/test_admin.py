"""The admin: it changes by the services, and looks at history without changing it."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib import admin as site
from django.test import Client

from studio.core import services
from studio.core.access import RoleCode
from studio.core.models import ApiKey, ApiScope, Membership, Project, Session, User
from studio.live.kinds import StudioEvents
from studio.live.models import Event
from tests.support.clients import signed_in

pytestmark = pytest.mark.django_db


def act(client: Client, model: str, action: str, *rows: int) -> str:
    """Run an action on rows; returns the page that follows."""
    answer = client.post(
        f"/admin/studio/{model}/", {"action": action, "_selected_action": rows}, follow=True
    )
    return str(answer.content.decode())


def test_every_model_is_shown_with_search_or_filter() -> None:
    shown = {
        model: row
        for model, row in site.site._registry.items()
        if model._meta.app_label == "studio"
    }
    missing = {
        model.__name__ for model in apps.get_app_config("studio").get_models() if model not in shown
    }
    assert missing == {"ApiKeyScope"}  # part of its key
    for model, row in shown.items():
        assert row.search_fields or row.list_filter, model


def test_people_are_added_with_a_one_time_password(admin: User) -> None:
    answer = signed_in(admin).post(
        "/admin/studio/user/add/",
        {"username": "nora", "display_name": "Nora", "email": "", "role": RoleCode.REVIEWER},
    )
    nora = User.objects.get(username="nora")
    password = answer.context_data["password"]
    assert nora.check_password(password) and nora.must_change_password
    assert nora.profile.display_name == "Nora"
    assert Project.objects.filter(owner=nora).exists()
    assert Event.objects.filter(kind=StudioEvents.USER_CREATED, subject_code=nora.code).exists()


def test_what_a_service_refuses_is_shown(admin: User, creator: User) -> None:
    client = signed_in(admin)
    values = {"display_name": "Ada", "email": "", "role": RoleCode.CREATOR, "is_active": "on"}
    answer = client.post(f"/admin/studio/user/{admin.pk}/change/", values, follow=True)
    assert b"left without an Admin" in answer.content
    admin.refresh_from_db()
    assert admin.is_admin


def test_people_are_changed_by_the_services(admin: User, creator: User) -> None:
    values = {"display_name": "C.", "email": "c@example.com", "role": RoleCode.REVIEWER}
    client = signed_in(creator)
    signed_in(admin).post(f"/admin/studio/user/{creator.pk}/change/", values)
    creator.refresh_from_db()
    assert creator.role_id == RoleCode.REVIEWER and not creator.is_active
    assert creator.email == "c@example.com" and creator.profile.display_name == "C."
    assert client.get("/me/").status_code == 302
    kinds = Event.objects.filter(subject_code=creator.code).values_list("kind", flat=True)
    assert {StudioEvents.USER_ROLE_CHANGED, StudioEvents.USER_DEACTIVATED} <= set(kinds)


def test_actions_on_people(admin: User, creator: User) -> None:
    client, theirs = signed_in(admin), signed_in(creator)
    assert "1 signed out" in act(client, "user", "end_sessions", creator.pk)
    assert theirs.get("/me/").status_code == 302
    page = act(client, "user", "deactivate", admin.pk, creator.pk)
    assert "1 deactivated" in page and "left without an Admin" in page
    assert "1 let in again" in act(client, "user", "reactivate", creator.pk)


def test_projects_and_members(admin: User, creator: User, reviewer: User, project: Project) -> None:
    client = signed_in(admin)
    client.post(f"/admin/studio/project/{project.pk}/change/", {"name": "New name"})
    act(client, "project", "archive", project.pk)
    project.refresh_from_db()
    assert project.name == "New name" and project.archived_at
    act(client, "project", "restore", project.pk)
    client.post("/admin/studio/project/add/", {"name": "Another"})
    assert Project.objects.get(name="Another").owner == admin
    row = Membership.objects.get(project=project, user=reviewer)
    client.post(f"/admin/studio/membership/{row.pk}/change/", {"role": RoleCode.CREATOR})
    row.refresh_from_db()
    assert row.role_id == RoleCode.CREATOR
    owner = Membership.objects.get(project=project, user=creator)
    page = act(client, "membership", "take_out", row.pk, owner.pk)
    assert "1 taken out" in page and "The owner stays" in page
    values = {"project": project.pk, "user": reviewer.pk, "role": RoleCode.REVIEWER}
    client.post("/admin/studio/membership/add/", values)
    row = Membership.objects.get(project=project, user=reviewer)
    client.post(f"/admin/studio/membership/{row.pk}/delete/", {"post": "yes"})
    assert not Membership.objects.filter(pk=row.pk).exists()
    assert Event.objects.filter(kind=StudioEvents.MEMBER_REMOVED).count() == 2


def test_keys_can_be_revoked_and_not_read(admin: User, creator: User) -> None:
    key, _ = services.create_api_key(actor=creator, name="farm", scopes=[ApiScope.Code.READ])
    client = signed_in(admin)
    page = client.get(f"/admin/studio/apikey/{key.pk}/change/").content.decode()
    assert key.digest not in page and "farm" in page
    act(client, "apikey", "revoke", key.pk)
    assert ApiKey.objects.get().revoked_at


def test_no_page_has_a_session_key_in_its_address(admin: User, creator: User) -> None:
    signed_in(creator)
    key = Session.objects.get(user=creator).session_key
    client = signed_in(admin)
    page = client.get("/admin/studio/session/").content.decode()
    assert "cleo" in page and key not in page
    answer = client.get(f"/admin/studio/session/{key}/change/", follow=True)
    assert answer.redirect_chain


@pytest.mark.parametrize("model", ["event", "notification", "failedsignin", "eventkind", "role"])
def test_history_is_read_only(admin: User, project: Project, model: str) -> None:
    client = signed_in(admin)
    assert client.get(f"/admin/studio/{model}/").status_code == 200
    assert client.get(f"/admin/studio/{model}/add/").status_code == 403
    page = client.get("/admin/studio/event/").content
    assert b"delete_selected" not in page


def test_one_way_in(client: Client, creator: User, admin: User) -> None:
    assert client.get("/admin/").headers["Location"] == "/login/?next=/admin/"
    assert client.get("/admin/login/").headers["Location"].startswith("/login/?next=")
    answer = client.post("/admin/login/", {"username": "ada", "password": "guess"})
    assert answer.headers["Location"].startswith("/login/")
    assert signed_in(creator).get("/admin/", follow=True).status_code == 403
    own = signed_in(admin)
    assert own.get("/admin/password_change/").headers["Location"] == "/me/password/"
    assert own.post("/admin/logout/").headers["Location"] == "/login/"
    assert own.get("/admin/").status_code == 302
