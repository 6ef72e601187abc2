"""People: adding them, their roles, keeping them out; by page, API and admin alike."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from studio.core import services
from studio.core.access import RoleCode
from studio.core.errors import Conflict, Forbidden, Invalid
from studio.core.models import Project, Session, User
from studio.live.models import Event
from tests.conftest import PASSWORD
from tests.support.clients import signed_in

pytestmark = pytest.mark.django_db
JSON = "application/json"


def test_a_person_comes_with_a_project_of_their_own(creator: User) -> None:
    project = Project.objects.get(owner=creator)
    assert project.is_personal
    assert project.memberships.get().user == creator
    with pytest.raises(IntegrityError, match="project_one_personal"), transaction.atomic():
        Project.objects.create(name="x", owner=creator, kind_id=project.kind_id)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": "x" * 61}, "username"),
        ({"username": "new", "email": "no address"}, "email"),
        ({"username": "new", "display_name": "x" * 121}, "display_name"),
    ],
)
def test_malformed_names_are_refused(admin: User, values: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        services.add_person(actor=admin, **values)
    assert field in caught.value.fields


def test_names_and_addresses_are_unique_whatever_their_case(admin: User, creator: User) -> None:
    with pytest.raises(Conflict) as caught:
        services.add_person(actor=admin, username="CLEO")
    assert "username" in caught.value.fields
    services.add_person(actor=admin, username="one", email="a@example.com")
    with pytest.raises(Conflict) as caught:
        services.add_person(actor=admin, username="two", email="A@Example.com")
    assert "email" in caught.value.fields
    with pytest.raises(Conflict):
        services.set_email(user=creator, email="A@example.com")


def test_only_admins_administer(creator: User, reviewer: User) -> None:
    for act in (
        lambda: services.add_person(actor=creator, username="x"),
        lambda: services.set_user_role(actor=creator, user=reviewer, role=RoleCode.ADMIN),
        lambda: services.set_user_role(actor=creator, user=creator, role=RoleCode.ADMIN),
        lambda: services.set_user_active(actor=creator, user=reviewer, active=False),
        lambda: services.reset_password(actor=creator, user=reviewer),
    ):
        with pytest.raises(Forbidden):
            act()
    reviewer.refresh_from_db()
    assert reviewer.role_id == RoleCode.REVIEWER and reviewer.is_active


def test_an_admin_remains(admin: User, creator: User) -> None:
    with pytest.raises(Conflict):
        services.set_user_role(actor=admin, user=admin, role=RoleCode.CREATOR)
    with pytest.raises(Conflict):
        services.set_user_active(actor=admin, user=admin, active=False)
    services.set_user_role(actor=admin, user=creator, role=RoleCode.ADMIN)
    services.set_user_role(actor=admin, user=admin, role=RoleCode.CREATOR)
    admin.refresh_from_db()
    assert not admin.is_admin


def test_an_inactive_admin_does_not_count(admin: User, creator: User) -> None:
    services.set_user_role(actor=admin, user=creator, role=RoleCode.ADMIN)
    services.set_user_active(actor=admin, user=creator, active=False)
    with pytest.raises(Conflict):
        services.set_user_role(actor=admin, user=admin, role=RoleCode.CREATOR)


def test_what_is_done_is_on_record_once(admin: User, creator: User) -> None:
    for _ in range(2):
        services.set_user_role(actor=admin, user=creator, role=RoleCode.REVIEWER)
        services.set_user_active(actor=admin, user=creator, active=False)
    kinds = Event.objects.filter(subject_code=creator.code).values_list("kind__code", flat=True)
    assert sorted(kinds) == ["user.created", "user.deactivated", "user.role-changed"]


def test_a_one_time_password_ends_what_was_open(admin: User, creator: User) -> None:
    client = signed_in(creator)
    password = services.reset_password(actor=admin, user=creator)
    assert not Session.objects.filter(user=creator).exists()
    assert client.get("/me/").status_code == 302
    creator.refresh_from_db()
    assert creator.must_change_password and creator.check_password(password)


def test_the_command_of_django_makes_a_whole_person() -> None:
    user = User.objects.create_superuser("root", PASSWORD)
    assert user.is_admin
    assert user.profile.display_name == "root"
    assert Project.objects.filter(owner=user).exists()


# --- page -----------------------------------------------------------------------------------------


def test_the_page_adds_a_person(admin: User) -> None:
    client = signed_in(admin)
    values = {"username": "nora", "display_name": "Nora", "email": "", "role": "reviewer"}
    answer = client.post("/people/", values)
    password = answer.context["made"]["password"]
    assert password.encode() in answer.content
    assert password.encode() not in client.get("/people/").content
    nora = User.objects.get(username="nora")
    assert nora.role_id == RoleCode.REVIEWER
    assert Client().login(username="nora", password=password)


def test_the_page_says_what_is_wrong(admin: User, creator: User) -> None:
    answer = signed_in(admin).post("/people/", {"username": "cleo", "role": "creator"})
    assert answer.status_code == 422
    assert b"This user name is taken" in answer.content
    assert signed_in(admin).post("/people/", {"username": "x", "role": "king"}).status_code == 422


def test_the_page_changes_roles_and_lets_in(admin: User, creator: User) -> None:
    client = signed_in(admin)
    client.post(f"/people/{creator.code}/role/", {"role": "reviewer"})
    client.post(f"/people/{creator.code}/active/", {})
    creator.refresh_from_db()
    assert creator.role_id == RoleCode.REVIEWER and not creator.is_active
    client.post(f"/people/{creator.code}/active/", {"active": "1"})
    creator.refresh_from_db()
    assert creator.is_active
    assert client.post(f"/people/{admin.code}/active/", {}).status_code == 409


def test_the_page_finds_people(admin: User, creator: User, reviewer: User) -> None:
    found = signed_in(admin).get("/people/?q=LEO").context["page"].rows
    assert [user.username for user in found] == ["cleo"]


def test_the_page_gives_one_time_passwords(admin: User, creator: User) -> None:
    answer = signed_in(admin).post(f"/people/{creator.code}/password/")
    creator.refresh_from_db()
    assert creator.check_password(answer.context["made"]["password"])


# --- API ------------------------------------------------------------------------------------------


def test_the_api_adds_and_changes_people(admin: User) -> None:
    client = signed_in(admin)
    body = {"username": "nora", "role": "reviewer", "email": "nora@example.com"}
    answer = client.post("/api/v1/users/", body, content_type=JSON)
    assert answer.status_code == 201
    made = answer.json()
    assert made["password"] and made["role"] == "reviewer" and made["must_change_password"]
    path = f"/api/v1/users/{made['code']}/"
    change = {"role": "creator", "is_active": False}
    changed = client.patch(path, change, content_type=JSON).json()
    assert changed["role"] == "creator" and changed["is_active"] is False
    assert "password" not in client.get(path).json()
    assert client.get("/api/v1/users/?q=nor").json()["results"][0]["username"] == "nora"


def test_the_api_default_role_is_creator(admin: User) -> None:
    answer = signed_in(admin).post("/api/v1/users/", {"username": "x"}, content_type=JSON)
    assert answer.json()["role"] == "creator"


def test_one_changes_oneself_by_the_api(creator: User) -> None:
    client = signed_in(creator)
    body = {"display_name": "Cleo P.", "email": "cleo@example.com", "role": "admin"}
    found = client.patch("/api/v1/me/", body, content_type=JSON).json()
    assert found["display_name"] == "Cleo P." and found["role"] == "creator"
    body = {"old": PASSWORD, "new": "a-longer-phrase-7"}
    assert client.post("/api/v1/me/password/", body, content_type=JSON).status_code == 204
    creator.refresh_from_db()
    assert creator.check_password("a-longer-phrase-7") and not creator.is_admin


def test_profile_page(creator: User) -> None:
    client = signed_in(creator)
    answer = client.post("/me/", {"display_name": " Cleo   P. ", "email": "cleo@example.com"})
    assert answer.status_code == 303
    creator.profile.refresh_from_db()
    assert creator.profile.display_name == "Cleo P."
    assert client.post("/me/", {"display_name": ""}).status_code == 422
