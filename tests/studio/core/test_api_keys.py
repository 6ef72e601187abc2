"""API keys: hashed, limited by scopes, ended at once."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from studio.core import services
from studio.core.access import RoleCode
from studio.core.errors import Forbidden, Invalid, NotFound
from studio.core.models import ApiKey, ApiScope, Project, User
from tests.support.clients import signed_in, with_key

pytestmark = pytest.mark.django_db
READ, WRITE, ADMIN = ApiScope.Code.READ, ApiScope.Code.WRITE, ApiScope.Code.ADMIN


def test_only_the_digest_is_kept(creator: User) -> None:
    key, secret = services.create_api_key(actor=creator, name="farm", scopes=[READ])
    key.refresh_from_db()
    assert key.digest == hashlib.sha256(secret.encode()).hexdigest()
    row = str(ApiKey.objects.values().get(pk=key.pk))
    assert secret not in row and secret.removeprefix(f"sf_{key.prefix}_") not in row


def test_a_key_acts_for_its_person(creator: User) -> None:
    client = with_key(creator)
    assert client.get("/api/v1/me/").json()["username"] == "cleo"
    assert ApiKey.objects.get().last_used_at is not None


@pytest.mark.parametrize("secret", ["", "sf_unknown", "sf_a_b c", "' OR 1=1"])
def test_unknown_keys_are_refused(client: Client, secret: str) -> None:
    response = client.get("/api/v1/me/", headers={"Authorization": f"Api-Key {secret}"})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Api-Key")
    assert response.headers["Content-Type"] == "application/problem+json"


def test_revoked_keys_are_refused(creator: User) -> None:
    client = with_key(creator)
    services.revoke_api_key(actor=creator, key=ApiKey.objects.get())
    assert client.get("/api/v1/me/").status_code == 401


def test_expired_keys_are_refused(creator: User) -> None:
    client = with_key(creator)
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get("/api/v1/me/").status_code == 401


def test_keys_of_the_deactivated_are_refused(creator: User, admin: User) -> None:
    client = with_key(creator)
    services.set_user_active(actor=admin, user=creator, active=False)
    assert client.get("/api/v1/me/").status_code == 401


def test_reading_and_changing_are_two_scopes(creator: User, project: Project) -> None:
    path = f"/api/v1/projects/{project.code}/"
    reader, writer = with_key(creator, READ), with_key(creator, WRITE)
    assert reader.get(path).status_code == 200
    answer = reader.patch(path, {"name": "New"}, content_type="application/json")
    assert answer.status_code == 403
    assert "scope" in answer.json()["detail"]
    assert writer.get(path).status_code == 403
    answer = writer.patch(path, {"name": "New"}, content_type="application/json")
    assert answer.status_code == 200


def test_a_key_has_no_more_rights_than_its_person(reviewer: User, project: Project) -> None:
    client = with_key(reviewer, READ, WRITE, ApiScope.Code.SPEND)
    path = f"/api/v1/projects/{project.code}/"
    answer = client.patch(path, {"name": "New"}, content_type="application/json")
    assert answer.status_code == 403


def test_administration_needs_its_own_scope(admin: User) -> None:
    assert with_key(admin, READ, WRITE).get("/api/v1/users/").status_code == 403
    assert with_key(admin, ADMIN).get("/api/v1/users/").status_code == 200


def test_a_demoted_admins_key_administers_nothing(admin: User, creator: User) -> None:
    client = with_key(admin, READ, ADMIN)
    services.set_user_role(actor=admin, user=creator, role=RoleCode.ADMIN)
    services.set_user_role(actor=creator, user=admin, role=RoleCode.CREATOR)
    assert client.get("/api/v1/users/").status_code == 403


def test_keys_make_no_keys_and_change_no_password(admin: User) -> None:
    client = with_key(admin, READ, WRITE, ADMIN)
    body = {"name": "more", "scopes": ["admin"]}
    answer = client.post("/api/v1/me/api-keys/", body, content_type="application/json")
    assert answer.status_code == 403
    assert client.get("/api/v1/me/api-keys/").status_code == 403
    body = {"old": "x", "new": "y"}
    answer = client.post("/api/v1/me/password/", body, content_type="application/json")
    assert answer.status_code == 403
    assert ApiKey.objects.count() == 1


def test_keys_do_not_open_pages(creator: User) -> None:
    assert with_key(creator).get("/projects/").status_code == 302


def test_the_services_own_rules(creator: User, outsider: User) -> None:
    with pytest.raises(Forbidden):
        services.create_api_key(actor=creator, name="x", scopes=[ADMIN])
    with pytest.raises(Invalid):
        services.create_api_key(actor=creator, name=" ", scopes=[READ])
    with pytest.raises(Invalid):
        services.create_api_key(actor=creator, name="x", scopes=[])
    past = timezone.now() - timedelta(days=1)
    with pytest.raises(Invalid):
        services.create_api_key(actor=creator, name="x", scopes=[READ], expires_at=past)
    key, _ = services.create_api_key(actor=creator, name="x", scopes=[READ])
    with pytest.raises(NotFound):
        services.revoke_api_key(actor=outsider, key=key)


def test_the_database_refuses_what_is_no_digest(creator: User) -> None:
    with pytest.raises(IntegrityError, match="api_key_digest_is_sha256"), transaction.atomic():
        ApiKey.objects.create(user=creator, name="x", prefix="x", digest="sf_in_clear")


def test_the_page_shows_a_secret_once(creator: User) -> None:
    client = signed_in(creator)
    answer = client.post("/me/api-keys/", {"name": "farm", "scopes": ["read"], "days": "30"})
    secret = answer.context["made"]["secret"]
    assert secret.encode() in answer.content
    assert answer.headers["Cache-Control"].startswith("max-age=0")
    assert secret.encode() not in client.get("/me/api-keys/").content
    key = ApiKey.objects.get()
    assert timedelta(days=29) < key.expires_at - timezone.now() < timedelta(days=31)  # type: ignore[operator]
    assert (
        Client(headers={"Authorization": f"Api-Key {secret}"}).get("/api/v1/me/").status_code == 200
    )
    assert client.post(f"/me/api-keys/{key.code}/revoke/").status_code == 303
    assert b"Revoked" in client.get("/me/api-keys/").content


def test_only_admins_are_offered_the_admin_scope(creator: User, admin: User) -> None:
    assert b'value="admin"' not in signed_in(creator).get("/me/api-keys/").content
    assert b'value="admin"' in signed_in(admin).get("/me/api-keys/").content
    answer = signed_in(creator).post("/me/api-keys/", {"name": "x", "scopes": ["admin"]})
    assert answer.status_code == 422
    assert not ApiKey.objects.exists()


def test_the_api_makes_and_revokes_keys(creator: User) -> None:
    client = signed_in(creator)
    body = {"name": "farm", "scopes": ["read", "spend"]}
    answer = client.post("/api/v1/me/api-keys/", body, content_type="application/json")
    assert answer.status_code == 201
    made = answer.json()
    assert made["secret"].startswith("sf_")
    assert made["scopes"] == ["read", "spend"]
    listed = client.get("/api/v1/me/api-keys/").json()["results"]
    assert [key["code"] for key in listed] == [made["code"]]
    assert "secret" not in listed[0] and "digest" not in listed[0]
    assert client.delete(f"/api/v1/me/api-keys/{made['code']}/").status_code == 204
    assert client.get("/api/v1/me/api-keys/").json()["results"][0]["revoked_at"]
