"""Every error is said so that a person or a script can act on it."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from rest_framework.throttling import UserRateThrottle

from studio.core.errors import Invalid, LimitReached
from studio.core.middleware import problem_response
from studio.core.models import Project, User
from studio.shell import views
from tests.support.clients import signed_in

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture(autouse=True)
def _no_throttle_left() -> None:
    cache.clear()


def is_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The problem document of a response, which must be one."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = response.json()
    assert found["status"] == status
    assert found["type"] == f"urn:seedframe:problem:{code}"
    assert found["title"] and found["detail"] and found["instance"].startswith("/api/")
    assert "{" not in found["title"]
    return found


def test_unknown_addresses(client: Client, creator: User) -> None:
    is_problem(client.get("/api/v1/nothing/"), 404, "not-found")
    is_problem(signed_in(creator).get("/api/v1/projects/nothing/"), 404, "not-found")
    is_problem(client.get("/api/nothing"), 404, "not-found")


def test_what_one_may_not_see(outsider: User, project: Project) -> None:
    client = signed_in(outsider)
    found = is_problem(client.get(f"/api/v1/projects/{project.code}/"), 404, "not-found")
    unknown = client.get("/api/v1/projects/00000000-0000-4000-8000-000000000000/").json()
    same = ("type", "title", "status", "detail")
    assert [found[name] for name in same] == [unknown[name] for name in same]


def test_wrong_method(creator: User) -> None:
    response = signed_in(creator).delete("/api/v1/projects/")
    is_problem(response, 405, "method-not-allowed")
    assert "GET" in response.headers["Allow"]


def test_wrong_content_type(creator: User) -> None:
    response = signed_in(creator).post("/api/v1/projects/", "a=b", content_type="text/plain")
    is_problem(response, 415, "unsupported-media")


def test_broken_json(creator: User) -> None:
    response = signed_in(creator).post("/api/v1/projects/", "{", content_type=JSON)
    is_problem(response, 400, "bad-request")


@pytest.mark.parametrize("body", ["[]", "3", '"x"', "null", "{}", '{"name": ""}', '{"name": []}'])
def test_wrong_values(creator: User, body: str) -> None:
    response = signed_in(creator).post("/api/v1/projects/", body, content_type=JSON)
    found = is_problem(response, 422, "invalid")
    assert found["errors"]


def test_not_signed_in(client: Client) -> None:
    response = client.get("/api/v1/me/")
    is_problem(response, 401, "not-signed-in")
    assert "Bearer" in response.headers["WWW-Authenticate"]
    is_problem(client.get("/api/schema/"), 401, "not-signed-in")


def test_not_allowed(reviewer: User, project: Project) -> None:
    response = signed_in(reviewer).patch(
        f"/api/v1/projects/{project.code}/", {"name": "New"}, content_type=JSON
    )
    found = is_problem(response, 403, "forbidden")
    assert found["remedy"]


def test_a_session_without_token_changes_nothing(creator: User) -> None:
    client = signed_in(creator, enforce_csrf_checks=True)
    response = client.post("/api/v1/projects/", {"name": "New"}, content_type=JSON)
    found = is_problem(response, 403, "forbidden")
    assert "CSRF" in found["detail"]
    assert Project.objects.filter(name="New").count() == 0


def test_too_many_requests(creator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UserRateThrottle, "get_rate", lambda self: "3/min")
    client = signed_in(creator)
    for _ in range(3):
        assert client.get("/api/v1/me/").status_code == 200
    response = client.get("/api/v1/me/")
    is_problem(response, 429, "limit-reached")
    assert 1 <= int(response.headers["Retry-After"]) <= 61


def test_unforeseen_errors_tell_nothing_but_a_reference(
    creator: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("studio.core.api.projects.lookup_models", broken)
    monkeypatch.setattr("studio.core.views.projects.project_cards", broken)
    client = signed_in(creator, raise_request_exception=False)
    with caplog.at_level(logging.ERROR):
        found = is_problem(client.get("/api/v1/lookups/"), 500, "internal")
        page = client.get("/projects/")
    assert page.status_code == 500
    assert b"secret detail" not in page.content and b"Traceback" not in page.content
    assert "secret detail" not in str(found)
    assert found["reference"] in caplog.text and "secret detail" in caplog.text


def test_nul_characters_are_refused(creator: User) -> None:
    client = signed_in(creator)
    is_problem(client.get("/api/v1/projects/?archived=%00"), 400, "bad-request")
    assert client.get("/projects/?cursor=%00").status_code == 400
    body = {"name": "a\x00b"}
    is_problem(client.post("/api/v1/projects/", body, content_type=JSON), 422, "invalid")
    assert client.post("/projects/", body).status_code == 422


@pytest.mark.parametrize("cursor", ["x", "a:b", "W10:x", "é", "A" * 3000])
def test_damaged_cursors_are_refused(creator: User, cursor: str) -> None:
    client = signed_in(creator)
    is_problem(client.get("/api/v1/projects/", {"cursor": cursor}), 422, "invalid")
    assert client.get("/projects/", {"cursor": cursor}).status_code == 422


def test_page_sizes_are_checked(creator: User) -> None:
    client = signed_in(creator)
    is_problem(client.get("/api/v1/projects/?page_size=many"), 422, "invalid")
    assert client.get("/api/v1/projects/?page_size=100000").status_code == 200


def test_scripts_get_documents_and_people_get_pages(creator: User) -> None:
    client = signed_in(creator)
    page = client.get("/nothing/", headers={"Accept": "text/html"})
    assert page.status_code == 404 and b"<html" in page.content
    script = client.get("/nothing/", headers={"Accept": "application/json"})
    assert script.headers["Content-Type"] == "application/problem+json"
    fragment = client.get("/nothing/", headers={"HX-Request": "true"})
    assert fragment.status_code == 404
    assert b"<html" not in fragment.content and b'class="problem"' in fragment.content


def test_retry_after_reaches_the_browser(rf: RequestFactory) -> None:
    request = rf.get("/api/v1/x/")
    response = problem_response(request, LimitReached("Later.", retry_after_s=7))
    assert response.headers["Retry-After"] == "7"
    assert "Retry-After" not in problem_response(request, Invalid("x")).headers


def test_error_pages_of_django(rf: RequestFactory, creator: User) -> None:
    request = rf.get("/x/")
    request.user = creator
    assert views.bad_request(request).status_code == 400
    assert views.forbidden(request).status_code == 403
    fragment = rf.get("/x/", headers={"HX-Request": "true"})
    assert b"<html" not in views.server_error(fragment).content
