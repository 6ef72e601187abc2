"""Signing in: who gets in, how guessing is slowed, where one ends up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from studio.core import services
from studio.core.models import FailedSignIn, Session, User
from studio.core.services.sessions import MOST_PER_ADDRESS, MOST_PER_NAME, WINDOW
from tests.conftest import PASSWORD
from tests.support.clients import signed_in

pytestmark = pytest.mark.django_db


def sign_in(client: Client, username: str = "cleo", password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/login/", {"username": username, "password": password, **more})


@pytest.mark.parametrize("name", ["cleo", "CLEO", " cleo "])
def test_name_and_password_let_in(client: Client, creator: User, name: str) -> None:
    response = sign_in(client, name)
    assert response.status_code == 303
    assert response.headers["Location"] == "/"
    assert client.get("/").status_code == 200
    session = Session.objects.get(user=creator)
    assert session.address == "127.0.0.1"
    assert session.signed_in_at and session.code


@pytest.mark.parametrize(
    ("name", "password"), [("cleo", "wrong"), ("nobody", PASSWORD), ("cleo", PASSWORD + " ")]
)
def test_all_wrong_pairs_look_alike(
    client: Client, creator: User, name: str, password: str
) -> None:
    response = sign_in(client, name, password)
    assert response.status_code == 422
    assert b"do not belong together" in response.content
    assert not Session.objects.filter(user=creator).exists()


def test_missing_fields_are_named(client: Client) -> None:
    response = client.post("/login/", {"username": "cleo"})
    assert response.status_code == 422
    assert b"This field is required" in response.content


def test_the_deactivated_stay_out(client: Client, creator: User, admin: User) -> None:
    services.set_user_active(actor=admin, user=creator, active=False)
    assert sign_in(client).status_code == 422


def test_signing_in_changes_the_session_key(client: Client, creator: User) -> None:
    client.get("/login/")
    client.session["planted"] = True
    before = client.session.session_key
    sign_in(client)
    assert client.session.session_key != before


# --- guessing -----------------------------------------------------------------------------------


def test_guessing_one_name_is_stopped(client: Client, creator: User) -> None:
    for _ in range(MOST_PER_NAME):
        assert sign_in(client, password="guess").status_code == 422
    response = sign_in(client)  # even the right password waits now
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= WINDOW.total_seconds()
    assert b"Too many wrong passwords" in response.content
    assert b"paused for 15 minutes" in response.content


def test_refused_tries_do_not_prolong_the_wait(client: Client, creator: User) -> None:
    for _ in range(MOST_PER_NAME + 5):
        sign_in(client, password="guess")
    assert FailedSignIn.objects.count() == MOST_PER_NAME


def test_case_does_not_make_another_name(client: Client, creator: User) -> None:
    for number in range(MOST_PER_NAME):
        sign_in(client, "cleo" if number % 2 else "CLEO", "guess")
    assert sign_in(client, "Cleo").status_code == 429


def test_others_are_not_locked_out(client: Client, creator: User, reviewer: User) -> None:
    for _ in range(MOST_PER_NAME):
        sign_in(client, password="guess")
    assert sign_in(client, "rex").status_code == 303
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert sign_in(elsewhere).status_code == 303


def test_guessing_many_names_from_one_address_is_stopped(client: Client, creator: User) -> None:
    for number in range(MOST_PER_ADDRESS):
        sign_in(client, f"name{number}", "guess")
    assert sign_in(client).status_code == 429


def test_the_wait_ends(client: Client, creator: User) -> None:
    for _ in range(MOST_PER_NAME):
        sign_in(client, password="guess")
    FailedSignIn.objects.update(created_at=timezone.now() - WINDOW - timedelta(seconds=1))
    assert sign_in(client).status_code == 303


def test_a_right_password_forgets_the_wrong_ones(client: Client, creator: User) -> None:
    for _ in range(MOST_PER_NAME - 1):
        sign_in(client, password="guess")
    assert sign_in(client).status_code == 303
    assert not FailedSignIn.objects.exists()


def test_forwarded_addresses_count_only_behind_our_proxies(settings: Any, creator: User) -> None:
    liar = Client(headers={"X-Forwarded-For": "198.51.100.7"})
    sign_in(liar, password="guess")
    assert FailedSignIn.objects.get().address == "127.0.0.1"
    settings.TRUSTED_PROXIES = 1
    behind = Client(headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.5"})
    sign_in(behind, password="guess")
    assert FailedSignIn.objects.filter(address="203.0.113.5").exists()


# --- where one ends up --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "https://testserver@evil.example/",
        " //evil.example",
        "\x00//evil.example",
    ],
)
def test_nobody_is_sent_to_another_site(client: Client, creator: User, wanted: str) -> None:
    assert sign_in(client, next=wanted).headers["Location"] == "/"


@pytest.mark.parametrize("wanted", ["/projects/", "/library/?q=a%20b", "/me/#keys"])
def test_one_gets_where_one_wanted(client: Client, creator: User, wanted: str) -> None:
    assert sign_in(client, next=wanted).headers["Location"] == wanted


def test_no_header_can_be_smuggled(client: Client, creator: User) -> None:
    response = sign_in(client, next="/x\r\nSet-Cookie: a=b")
    assert response.status_code == 303
    assert "\n" not in response.headers["Location"]
    assert "a" not in response.cookies


def test_pages_lead_to_the_login_and_back(client: Client, creator: User) -> None:
    response = client.get("/projects/?archived=1")
    assert response.status_code == 302
    assert response.headers["Location"] == "/login/?next=/projects/%3Farchived%3D1"


def test_fragments_lead_the_page_around_them_to_the_login(client: Client) -> None:
    response = client.get(
        "/me/notifications/unread/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/projects/?all=1"},
    )
    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/login/?next=/projects/%3Fall%3D1"


def test_the_login_page_sends_on_who_is_signed_in(creator: User) -> None:
    assert signed_in(creator).get("/login/?next=/me/").headers["Location"] == "/me/"


def test_forms_need_their_token(creator: User) -> None:
    client = Client(enforce_csrf_checks=True)
    response = sign_in(client)
    assert response.status_code == 403
    assert b"does not come from this studio" in response.content
    page = client.get("/login/")
    token = page.context["csrf_token"]
    assert sign_in(client, csrfmiddlewaretoken=str(token)).status_code == 303


def test_sign_in_from_another_site_is_refused(creator: User) -> None:
    client = Client(enforce_csrf_checks=True, headers={"Origin": "https://evil.example"})
    token = str(client.get("/login/").context["csrf_token"])
    assert sign_in(client, csrfmiddlewaretoken=token).status_code == 403


# --- out, and the password ----------------------------------------------------------------------


def test_signing_out_needs_a_post(creator: User) -> None:
    client = signed_in(creator)
    assert client.get("/logout/").status_code == 405
    assert client.get("/me/").status_code == 200
    assert client.post("/logout/").headers["Location"] == "/login/"
    assert client.get("/me/").status_code == 302
    assert not Session.objects.filter(user=creator).exists()


def test_a_one_time_password_opens_only_the_page_to_replace_it(admin: User) -> None:
    user, password = services.add_person(actor=admin, username="newcomer")
    client = Client()
    assert sign_in(client, "newcomer", password).status_code == 303
    for path in ("/", "/projects/", "/me/", "/me/api-keys/"):
        assert client.get(path).headers["Location"] == "/me/password/"
    assert client.get("/api/v1/me/").status_code == 403
    assert client.get("/me/password/").status_code == 200
    values = {"old": password, "new": "a-longer-phrase-7", "again": "a-longer-phrase-7"}
    assert client.post("/me/password/", values).headers["Location"] == "/"
    assert client.get("/").status_code == 200
    user.refresh_from_db()
    assert not user.must_change_password


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"old": "wrong", "new": "a-longer-phrase-7", "again": "a-longer-phrase-7"}, b"not it"),
        ({"old": PASSWORD, "new": PASSWORD, "again": PASSWORD}, b"present one"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, b"too short"),
        ({"old": PASSWORD, "new": "a-longer-phrase-7", "again": "another"}, b"another one"),
        ({"old": PASSWORD, "new": "12345678901234", "again": "12345678901234"}, b"numeric"),
    ],
)
def test_passwords_that_are_refused(creator: User, values: dict[str, str], message: bytes) -> None:
    client = signed_in(creator)
    response = client.post("/me/password/", values)
    assert response.status_code == 422
    assert message in response.content
    creator.refresh_from_db()
    assert creator.check_password(PASSWORD)


def test_a_new_password_ends_all_other_sessions(creator: User) -> None:
    here, there = signed_in(creator), signed_in(creator)
    values = {"old": PASSWORD, "new": "a-longer-phrase-7", "again": "a-longer-phrase-7"}
    assert here.post("/me/password/", values).status_code == 303
    assert here.get("/me/").status_code == 200
    assert there.get("/me/").status_code == 302
    assert Session.objects.filter(user=creator).count() == 1


def test_sessions_can_be_ended(creator: User, reviewer: User) -> None:
    here, there, foreign = signed_in(creator), signed_in(creator), signed_in(reviewer)
    page = here.get("/me/sessions/")
    assert page.content.count(b"This one") == 1
    target = Session.objects.get(session_key=there.session.session_key)
    assert foreign.post(f"/me/sessions/{target.code}/end/").status_code == 404
    assert there.get("/me/").status_code == 200
    assert here.post(f"/me/sessions/{target.code}/end/").status_code == 303
    assert there.get("/me/").status_code == 302
    assert here.get("/me/").status_code == 200


def test_the_page_of_sessions_does_not_show_their_keys(creator: User) -> None:
    here, there = signed_in(creator), signed_in(creator)
    page = here.get("/me/sessions/").content.decode()
    assert there.session.session_key not in page


def test_deactivation_ends_sessions_at_once(creator: User, admin: User) -> None:
    client = signed_in(creator)
    services.set_user_active(actor=admin, user=creator, active=False)
    assert client.get("/me/").status_code == 302


def test_the_last_visit_is_noted_now_and_then(creator: User) -> None:
    client = signed_in(creator)
    session = client.session
    past = timezone.now() - timedelta(hours=2)
    session[Session.FACTS] = session[Session.FACTS] | {"seen": past.isoformat()}
    session.save()
    client.get("/me/")
    row = Session.objects.get(user=creator)
    assert row.seen_at and row.seen_at > timezone.now() - timedelta(minutes=1)


def test_appearance_comes_with_the_person(client: Client, creator: User) -> None:
    answer = signed_in(creator).post("/me/appearance/", {"theme": "neon", "scheme": "dark"})
    assert answer.cookies["appearance"].value == "neon.dark"
    assert sign_in(client).cookies["appearance"].value == "neon.dark"
    assert signed_in(creator).post("/me/appearance/", {"theme": "pink"}).status_code == 422
    switch = {"theme": "obsidian", "scheme": "light"}
    answer = signed_in(creator).post("/me/appearance/", switch, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert sign_in(Client()).cookies["appearance"].value == "obsidian.light"
