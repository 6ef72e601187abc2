"""Projects and members, by service, page and API."""

from __future__ import annotations

import pytest

from studio.core import services
from studio.core.access import CapabilityCode, RoleCode, can, capabilities, require
from studio.core.errors import Conflict, Forbidden, Invalid, NotFound
from studio.core.models import Membership, Project, User
from tests.support.clients import signed_in

pytestmark = pytest.mark.django_db
JSON = "application/json"
VIEW, COMMENT, CREATE, APPROVE, MANAGE = CapabilityCode


# --- the access rule ------------------------------------------------------------------------------


@pytest.mark.parametrize("global_role", list(RoleCode))
@pytest.mark.parametrize("role", list(RoleCode))
def test_nobody_can_do_more_in_a_project_than_in_the_studio(
    admin: User,
    creator: User,
    outsider: User,
    project: Project,
    global_role: RoleCode,
    role: RoleCode,
) -> None:
    services.set_member(actor=creator, project=project, user=outsider, role=role)
    services.set_user_role(actor=admin, user=outsider, role=global_role)
    found = capabilities(outsider, project)
    if global_role == RoleCode.ADMIN:
        assert found == frozenset(CapabilityCode)
    elif RoleCode.REVIEWER in (global_role, role):
        assert found == {VIEW, COMMENT}
    else:
        assert found == {VIEW, COMMENT, CREATE, APPROVE}


def test_owners_manage_unless_they_are_reviewers(
    admin: User, creator: User, project: Project
) -> None:
    assert can(creator, MANAGE, project)
    services.set_user_role(actor=admin, user=creator, role=RoleCode.REVIEWER)
    assert not can(creator, MANAGE, project)


def test_inactive_people_can_do_nothing(admin: User, creator: User, project: Project) -> None:
    services.set_user_active(actor=admin, user=creator, active=False)
    assert capabilities(creator, project) == frozenset()
    assert not Project.objects.visible_to(creator).exists()


def test_invisible_and_forbidden_are_two_things(
    outsider: User, reviewer: User, project: Project
) -> None:
    with pytest.raises(NotFound):
        require(outsider, VIEW, project)
    with pytest.raises(Forbidden):
        require(reviewer, CREATE, project)
    require(reviewer, COMMENT, project)


def test_archived_projects_are_read_only(creator: User, project: Project) -> None:
    services.set_project_archived(actor=creator, project=project, archived=True)
    assert capabilities(creator, project) == {VIEW, MANAGE}
    with pytest.raises(Conflict, match="archived"):
        require(creator, CREATE, project)
    services.set_project_archived(actor=creator, project=project, archived=False)
    require(creator, CREATE, project)


# --- services -------------------------------------------------------------------------------------


def test_reviewers_make_no_projects(reviewer: User) -> None:
    with pytest.raises(Forbidden):
        services.create_project(actor=reviewer, name="Mine")


@pytest.mark.parametrize("name", ["", "  ", "x" * 121])
def test_names_are_checked(creator: User, name: str) -> None:
    with pytest.raises(Invalid):
        services.create_project(actor=creator, name=name)


def test_personal_projects_stay_personal(creator: User, outsider: User) -> None:
    own = Project.objects.get(owner=creator, memberships__user=creator)
    with pytest.raises(Conflict):
        services.set_project_archived(actor=creator, project=own, archived=True)
    with pytest.raises(Conflict):
        services.set_member(actor=creator, project=own, user=outsider, role=RoleCode.CREATOR)


def test_owners_stay_members(admin: User, creator: User, project: Project) -> None:
    with pytest.raises(Conflict):
        services.remove_member(actor=admin, project=project, user=creator)
    with pytest.raises(Conflict):
        services.set_member(actor=admin, project=project, user=creator, role=RoleCode.REVIEWER)


def test_members_may_leave_and_not_send_others_away(
    creator: User, reviewer: User, outsider: User, project: Project
) -> None:
    services.set_member(actor=creator, project=project, user=outsider, role=RoleCode.CREATOR)
    with pytest.raises(Forbidden):
        services.remove_member(actor=reviewer, project=project, user=outsider)
    services.remove_member(actor=reviewer, project=project, user=reviewer)
    assert not Membership.objects.filter(project=project, user=reviewer).exists()
    with pytest.raises(NotFound):
        services.remove_member(actor=creator, project=project, user=reviewer)


def test_nobody_is_added_twice(creator: User, project: Project) -> None:
    with pytest.raises(Conflict):
        services.add_member(actor=creator, project=project, username="REX", role=RoleCode.CREATOR)


# --- pages ----------------------------------------------------------------------------------------


def test_make_rename_archive_restore(creator: User) -> None:
    client = signed_in(creator)
    answer = client.post("/projects/", {"name": "  Night   train "})
    project = Project.objects.get(name="Night train")
    assert answer.headers["Location"] == f"/projects/{project.code}/"
    client.post(f"/projects/{project.code}/settings/", {"name": "Day train"})
    client.post(f"/projects/{project.code}/archive/")
    project.refresh_from_db()
    assert project.name == "Day train" and project.archived_at
    assert project not in client.get("/projects/").context["page"].rows
    assert b"Day train" in client.get("/projects/?archived=1").content
    assert b"everything stays readable" in client.get(f"/projects/{project.code}/").content
    client.post(f"/projects/{project.code}/archive/", {"restore": "1"})
    project.refresh_from_db()
    assert project.archived_at is None


def test_the_list_shows_ones_own_and_admins_all(
    admin: User, creator: User, outsider: User, project: Project
) -> None:
    def names(user: User, query: str = "") -> set[str]:
        page = signed_in(user).get(f"/projects/{query}").context["page"]
        return {project.name for project in page.rows}

    assert names(creator) == {"Lighthouse", "cleo's own"}
    assert names(outsider, "?all=1") == {"otto's own"}
    assert names(admin) == {"ada's own"}
    assert {"Lighthouse", "cleo's own", "ada's own", "otto's own"} <= names(admin, "?all=1")


def test_members_page(creator: User, reviewer: User, outsider: User, project: Project) -> None:
    client, path = signed_in(creator), f"/projects/{project.code}/members/"
    assert client.post(path, {"username": "OTTO", "role": "reviewer"}).status_code == 303
    assert b"otto" in client.get(path).content
    wrong = client.post(path, {"username": "nobody", "role": "reviewer"})
    assert wrong.status_code == 422 and b"Nobody in the studio" in wrong.content
    client.post(f"{path}{outsider.code}/role/", {"role": "creator"})
    assert Membership.objects.get(project=project, user=outsider).role_id == RoleCode.CREATOR
    assert client.post(f"{path}{outsider.code}/role/", {"role": "king"}).status_code == 422
    assert client.post(f"{path}{outsider.code}/remove/").status_code == 303
    assert client.post(f"{path}{outsider.code}/remove/").status_code == 404
    left = signed_in(reviewer).post(f"{path}{reviewer.code}/remove/")
    assert left.headers["Location"] == "/projects/"


def test_htmx_is_told_where_to_go(creator: User, project: Project) -> None:
    client = signed_in(creator, headers={"HX-Request": "true"})
    answer = client.post(f"/projects/{project.code}/archive/")
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == f"/projects/{project.code}/settings/"


def test_reviewers_see_no_controls(reviewer: User, project: Project) -> None:
    page = signed_in(reviewer).get(f"/projects/{project.code}/members/").content
    assert b"Add a member" not in page and b'name="role"' not in page
    assert b"New project" not in signed_in(reviewer).get("/projects/").content


# --- API ------------------------------------------------------------------------------------------


def test_the_api_of_projects(creator: User, outsider: User) -> None:
    client = signed_in(creator)
    made = client.post("/api/v1/projects/", {"name": "Night"}, content_type=JSON).json()
    path = f"/api/v1/projects/{made['code']}/"
    assert made["owner"]["username"] == "cleo" and made["kind"] == "shared"
    changed = client.patch(path, {"name": "Day", "archived": True}, content_type=JSON).json()
    assert changed["name"] == "Day" and changed["archived_at"]
    assert client.get("/api/v1/projects/?archived=true").json()["results"][0]["name"] == "Day"
    client.patch(path, {"archived": False}, content_type=JSON)
    body = {"username": "otto", "role": "reviewer"}
    added = client.post(f"{path}members/", body, content_type=JSON)
    assert added.status_code == 201 and added.json()["role"] == "reviewer"
    member = f"{path}members/{outsider.code}/"
    changed = client.patch(member, {"role": "creator"}, content_type=JSON).json()
    assert changed["role"] == "creator"
    rows = client.get(f"{path}members/").json()["results"]
    assert [row["user"]["username"] for row in rows] == ["cleo", "otto"]
    assert client.delete(member).status_code == 204
    assert client.delete(member).status_code == 404
    events = client.get(f"{path}events/").json()["results"]
    assert events[0]["kind"] == "member.removed"
    assert events[0]["page"] == f"/projects/{made['code']}/members/"
    only = client.get(f"{path}events/?kind=project.renamed").json()["results"]
    assert [event["data"] for event in only] == [{"before": "Night"}]


def test_who_may_not_change_learns_nothing_of_the_body(reviewer: User, project: Project) -> None:
    client = signed_in(reviewer)
    for body in ({}, {"name": ""}, {"name": "fine"}):
        answer = client.patch(f"/api/v1/projects/{project.code}/", body, content_type=JSON)
        assert answer.status_code == 403


def test_lookups_are_listed(creator: User) -> None:
    found = {row["name"]: row["rows"] for row in signed_in(creator).get("/api/v1/lookups/").json()}
    assert {"code": "reviewer", "label": "Reviewer"} in found["role"]
    assert found["event-kind"]
