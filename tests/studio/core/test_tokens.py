"""Tokens: what is accepted, and how fast changes take effect."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from studio.core import services
from studio.core.access import RoleCode
from studio.core.models import User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_throttle_left() -> None:
    cache.clear()


def obtain(client: Client, username: str = "cleo", password: str = PASSWORD) -> Any:
    body = {"username": username, "password": password}
    return client.post("/api/v1/token/", body, content_type="application/json")


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(path, body, content_type="application/json")


def me(client: Client, token: str) -> Any:
    return client.get("/api/v1/me/", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def tokens(client: Client, creator: User) -> dict[str, str]:
    found: dict[str, str] = obtain(client).json()
    return found


def test_name_and_password_give_tokens(client: Client, tokens: dict[str, str]) -> None:
    assert set(tokens) == {"access", "refresh"}
    assert me(client, tokens["access"]).json()["username"] == "cleo"


def test_wrong_password_is_a_problem(client: Client, creator: User) -> None:
    response = obtain(client, password="wrong")
    assert response.status_code == 401
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["type"] == "urn:seedframe:problem:not-signed-in"


def test_tokens_tell_nothing_but_the_code(tokens: dict[str, str], creator: User) -> None:
    claims = jwt.decode(tokens["access"], options={"verify_signature": False})
    assert claims["sub"] == str(creator.code)
    assert set(claims) == {"token_type", "exp", "iat", "jti", "sub", "stamp"}
    assert creator.password not in str(claims)


def test_refresh_tokens_are_not_kept_in_clear(tokens: dict[str, str]) -> None:
    assert list(OutstandingToken.objects.values_list("token", flat=True)) == [""]


# --- forged ---------------------------------------------------------------------------------------


def claims(creator: User, **more: Any) -> dict[str, Any]:
    now = datetime.now(tz=UTC)
    return {
        "token_type": "access",
        "exp": now + timedelta(minutes=5),
        "iat": now,
        "jti": "0" * 32,
        "sub": str(creator.code),
        "stamp": creator.get_session_auth_hash()[:32],
        **more,
    }


def test_a_well_made_token_is_accepted(client: Client, creator: User) -> None:
    """So that the refusals below are for the reason that their names say."""
    good = jwt.encode(claims(creator), settings.SECRET_KEY, algorithm="HS256")
    assert me(client, good).status_code == 200


@pytest.mark.parametrize("name", ["none", "NONE", "None"])
def test_unsigned_tokens_are_refused(client: Client, creator: User, name: str) -> None:
    unsigned = jwt.encode(claims(creator), None, algorithm="none")
    assert me(client, unsigned).status_code == 401
    header, payload, _ = unsigned.split(".")
    assert me(client, f"{header}.{payload}.").status_code == 401


def test_another_key_is_refused(client: Client, creator: User) -> None:
    forged = jwt.encode(claims(creator), "another-key-that-is-long-enough-000", algorithm="HS256")
    assert me(client, forged).status_code == 401


def test_another_algorithm_is_refused(client: Client, creator: User) -> None:
    forged = jwt.encode(claims(creator), settings.SECRET_KEY, algorithm="HS512")
    assert me(client, forged).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"exp": datetime(2020, 1, 1, tzinfo=UTC)},
        {"token_type": "refresh"},
        {"sub": "00000000-0000-4000-8000-000000000000"},
        {"stamp": "0" * 32},
        {"stamp": None},
    ],
    ids=["expired", "wrong type", "nobody", "other password", "no password"],
)
def test_tokens_with_other_claims_are_refused(
    client: Client, creator: User, change: dict[str, Any]
) -> None:
    forged = jwt.encode(claims(creator, **change), settings.SECRET_KEY, algorithm="HS256")
    response = me(client, forged)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"]


def test_a_changed_payload_is_refused(client: Client, tokens: dict[str, str], admin: User) -> None:
    head, _, signature = tokens["access"].split(".")
    other = jwt.encode(claims(admin), "x" * 40, algorithm="HS256").split(".")[1]
    assert me(client, f"{head}.{other}.{signature}").status_code == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Bearer x", "Bearer ..", "Basic eDp5"])
def test_malformed_headers_are_refused(client: Client, header: str) -> None:
    response = client.get("/api/v1/me/", headers={"Authorization": header})
    assert response.status_code == 401


# --- changes take effect at once ------------------------------------------------------------------


def test_a_role_holds_from_the_next_request(client: Client, admin: User, creator: User) -> None:
    access = obtain(client, "ada").json()["access"]
    headers = {"Authorization": f"Bearer {access}"}
    assert client.get("/api/v1/users/", headers=headers).status_code == 200
    services.set_user_role(actor=admin, user=creator, role=RoleCode.ADMIN)
    services.set_user_role(actor=creator, user=admin, role=RoleCode.REVIEWER)
    assert client.get("/api/v1/users/", headers=headers).status_code == 403


def test_deactivation_ends_tokens(
    client: Client, tokens: dict[str, str], admin: User, creator: User
) -> None:
    services.set_user_active(actor=admin, user=creator, active=False)
    assert me(client, tokens["access"]).status_code == 401
    answer = post(client, "/api/v1/token/refresh/", refresh=tokens["refresh"])
    assert answer.status_code == 401


def test_a_new_password_ends_tokens(client: Client, tokens: dict[str, str], creator: User) -> None:
    services.change_password(user=creator, old=PASSWORD, new="a-longer-phrase-7")
    assert me(client, tokens["access"]).status_code == 401
    answer = post(client, "/api/v1/token/refresh/", refresh=tokens["refresh"])
    assert answer.status_code == 401


def test_one_time_passwords_give_no_tokens(client: Client, admin: User) -> None:
    _, password = services.add_person(actor=admin, username="newcomer")
    assert obtain(client, "newcomer", password).status_code == 403


# --- renewing and revoking ------------------------------------------------------------------------


def test_a_refresh_token_is_good_once(client: Client, tokens: dict[str, str]) -> None:
    first = post(client, "/api/v1/token/refresh/", refresh=tokens["refresh"])
    assert first.status_code == 200
    assert me(client, first.json()["access"]).status_code == 200
    second = post(client, "/api/v1/token/refresh/", refresh=tokens["refresh"])
    assert second.status_code == 401
    again = post(client, "/api/v1/token/refresh/", refresh=first.json()["refresh"])
    assert again.status_code == 200


def test_a_revoked_refresh_token_is_of_no_use(client: Client, tokens: dict[str, str]) -> None:
    assert post(client, "/api/v1/token/revoke/", refresh=tokens["refresh"]).status_code == 204
    answer = post(client, "/api/v1/token/refresh/", refresh=tokens["refresh"])
    assert answer.status_code == 401
    assert post(client, "/api/v1/token/revoke/", refresh=tokens["refresh"]).status_code == 401


def test_an_access_token_can_not_renew(client: Client, tokens: dict[str, str]) -> None:
    answer = post(client, "/api/v1/token/refresh/", refresh=tokens["access"])
    assert answer.status_code == 401
    assert post(client, "/api/v1/token/refresh/", refresh="nonsense").status_code == 401
    assert post(client, "/api/v1/token/refresh/").status_code == 422


def test_guessing_is_limited(client: Client, creator: User) -> None:
    answers = [obtain(client, password="guess") for _ in range(12)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert answers[-1].json()["type"] == "urn:seedframe:problem:limit-reached"
