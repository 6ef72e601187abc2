"""Walks every address × {anonymous, outsider, reviewer, creator, admin} × every method.

Expectations are declared beside each package's tests (`tests/<package>/cast.py`); an address that
nobody declared fails here, and so does one that answers to a method that nobody declared.
"""

from __future__ import annotations

import copy
import functools
import importlib
import importlib.util
import json
from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from rest_framework.throttling import SimpleRateThrottle

from studio.core.models import Project, User
from tests.support.access import DECLARED, Cast, Declaration, Outcome, Persona, Rule
from tests.support.addresses import Address, addresses, api_operations, openapi_path

PACKAGES = ("studio", "assets", "billing", "pipeline")
for package in PACKAGES:
    if importlib.util.find_spec(f"tests.{package}.cast") is not None:
        importlib.import_module(f"tests.{package}.cast")

PAGES_AND_API = [address for address in addresses() if not address.is_admin]
ADMIN = [address for address in addresses() if address.is_admin]

#: Addresses of the admin that need more than a row: what they are, and what an Admin gets.
ODD_ADMIN = {
    "admin:login": Rule.ADMIN,
    "admin:autocomplete": None,  # wants the field that asks; refuses everybody without it
    "admin:view_on_site": None,  # no model of ours has an address of its own there
}


@pytest.fixture
def cast(outsider: User, reviewer: User, creator: User, admin: User, project: Project) -> Cast:
    return Cast(None, outsider, reviewer, creator, admin, project)


@pytest.fixture(autouse=True)
def _no_health_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """They close the connection that the test's transaction is in; who may ask is what counts."""

    async def readiness() -> dict[str, Any]:
        return {}

    monkeypatch.setattr("studio.ops.views.readiness", readiness)


@pytest.fixture(autouse=True)
def _no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk is faster than people are."""
    monkeypatch.setattr(SimpleRateThrottle, "allow_request", lambda *_: True)


@pytest.fixture
def cookies(cast: Cast) -> dict[Persona, SimpleCookie]:
    """A session of each."""
    found = {}
    for persona in Persona:
        client = Client()
        if user := cast.user(persona):
            client.force_login(user)
        found[persona] = client.cookies
    return found


@functools.cache
def _browser() -> Client:
    """One for all: each new one would load the middleware anew, and list the static files."""
    return Client(raise_request_exception=False)


def ask(
    method: str, path: str, cookie: SimpleCookie, body: Any = None, *, api: bool
) -> HttpResponseBase:
    """One request, whose changes are undone."""
    client = _browser()
    client.cookies = copy.deepcopy(cookie)
    options: dict[str, Any] = {"headers": {"Accept": "text/html, */*;q=0.5"}}
    if api or method not in ("GET", "POST"):
        options = {"content_type": "application/json", "headers": {"Accept": "application/json"}}
    data: Any = body if body is not None else {}
    if method != "GET" and options.get("content_type"):
        data = json.dumps(data)
    if method == "GET":
        options.pop("content_type", None)
        data = None
    undo = transaction.savepoint()
    try:
        response: HttpResponseBase = getattr(client, method.lower())(path, data, **options)
    finally:
        transaction.savepoint_rollback(undo)
    return response


def outcome(response: HttpResponseBase) -> Outcome:
    """What an answer means."""
    target = response.headers.get("Location", "")
    if response.status_code == 401 or target.startswith(settings.LOGIN_URL + "?next="):
        return Outcome.LOGIN
    if response.status_code == 403 or target.startswith(reverse("admin:login")):
        return Outcome.REFUSED
    by_status = {404: Outcome.HIDDEN, 405: Outcome.NO_METHOD}
    if response.status_code >= 500 and response.status_code != 503:
        return Outcome.BROKEN
    return by_status.get(response.status_code, Outcome.ALLOWED)


def check(
    declaration: Declaration,
    address: Address,
    path: str,
    cast: Cast,
    cookies: dict[Persona, SimpleCookie],
) -> Iterator[str]:
    """What is wrong at one address."""
    methods = {"GET", "POST"} if not address.is_api else {"GET", "POST", "PUT", "PATCH", "DELETE"}
    for method in sorted(methods | set(declaration.rules)):
        rule = declaration.rules.get(method)
        body = declaration.bodies[method](cast) if method in declaration.bodies else None
        # A method that an address does not have is asked for by the one who may do most.
        for persona in Persona if rule is not None else (Persona.ADMIN,):
            found = outcome(ask(method, path, cookies[persona], body, api=address.is_api))
            if rule is not None and found is not rule.expected(persona):
                expected = rule.expected(persona)
                yield f"{persona} {method} {path}: {found}, must be {expected} ({rule.name})"
            elif rule is None and found in (Outcome.ALLOWED, Outcome.BROKEN):
                yield f"{persona} {method} {path}: {found}, but the method is not declared"


def test_every_address_keeps_its_rule(cast: Cast, cookies: dict[Persona, SimpleCookie]) -> None:
    wrong = [
        f"{a.name} ({a.route}) is not declared" for a in PAGES_AND_API if a.name not in DECLARED
    ]
    known = [address for address in PAGES_AND_API if address.name in DECLARED]
    # Everything is made before the first request, for each request is undone.
    paths = {
        a: a.path(DECLARED[a.name].arguments(cast)) + DECLARED[a.name].query(cast) for a in known
    }
    for address, path in paths.items():
        wrong += check(DECLARED[address.name], address, path, cast, cookies)
    wrong += [
        f"{name} is declared, but is no address"
        for name in set(DECLARED) - {address.name for address in PAGES_AND_API}
    ]
    assert not wrong, "\n" + "\n".join(wrong)
    assert len(known) >= 45, f"only {len(known)} addresses were walked"


def test_every_api_operation_is_declared() -> None:
    by_path = {openapi_path(address): address for address in PAGES_AND_API if address.is_api}
    operations = api_operations()
    assert set(operations) <= set(by_path)
    wrong = []
    for path, methods in operations.items():
        declaration = DECLARED.get(by_path[path].name)
        declared = set(declaration.rules) if declaration else set()
        if declared != methods:
            wrong.append(
                f"{path}: the document says {sorted(methods)}, declared {sorted(declared)}"
            )
    undocumented = set(by_path) - set(operations)
    wrong += [f"{path} is not in the OpenAPI document" for path in sorted(undocumented)]
    assert not wrong, "\n" + "\n".join(wrong)
    assert sum(len(methods) for methods in operations.values()) >= 25


def admin_arguments(address: Address) -> dict[str, Any]:
    """Arguments for an address of the admin: a row where there is one."""
    if "object_id" not in address.parameters:
        return {}
    label = address.name.removeprefix("admin:")
    for model in apps.get_models():
        if label.startswith(f"{model._meta.app_label}_{model._meta.model_name}_"):
            row = model._default_manager.order_by("pk").first()
            return {"object_id": row.pk if row is not None else 0}
    return {"object_id": 0}


def test_the_admin_is_for_admins(cast: Cast, cookies: dict[Persona, SimpleCookie]) -> None:
    wrong = []
    walked = 0
    for address in ADMIN:
        rule = ODD_ADMIN.get(address.name, Rule.ADMIN)
        if rule is None or ("(?P" in address.route and "app_label" not in address.route):
            path = "/" + address.route.split("<")[0].split("(?P")[0]
        elif "(?P" in address.route:
            path = "/admin/studio/"
        else:
            path = address.path(admin_arguments(address))
        for persona in Persona:
            found = outcome(ask("GET", path, cookies[persona], api=False))
            expected = Rule.ADMIN.expected(persona)
            if persona is Persona.ADMIN and rule is None:
                fine = found in (Outcome.REFUSED, Outcome.HIDDEN)
            elif address.name == "admin:logout":
                fine = found is not Outcome.BROKEN  # sends everybody away, or wants a POST
            elif persona is Persona.ADMIN:
                fine = found is Outcome.ALLOWED or _may_not_add(address, found)
            else:
                fine = found is expected
            walked += 1
            if not fine:
                wrong.append(f"{persona} GET {path} ({address.name}): {found}, must be {expected}")
    assert not wrong, "\n" + "\n".join(wrong)
    assert walked >= 400, f"only {walked} requests were made"


def _may_not_add(address: Address, found: Outcome) -> bool:
    """Read-only rows: even Admins get no form to add, and no page to delete them."""
    return found is Outcome.REFUSED and address.name.endswith(("_add", "_delete"))
