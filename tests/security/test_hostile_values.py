"""Every operation of the API meets hostile values in every parameter: a 4xx, never a 5xx."""

from __future__ import annotations

import copy
import importlib
import importlib.util
import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from studio.core.models import Project, User
from tests.support.access import DECLARED, Cast
from tests.support.addresses import METHODS, addresses, openapi_path

for package in ("studio", "assets", "billing", "pipeline"):
    if importlib.util.find_spec(f"tests.{package}.cast") is not None:
        importlib.import_module(f"tests.{package}.cast")

VALUES: list[Any] = [
    None,
    "\x00",
    "x" * 70_000,
    "9999-12-31T23:59:59-14:00",
    2**63,
    ["x"],
    {"a": {"\ud800": -1e308}},
]
IN_QUERY = ["\udcff", "²", "9" * 5000, "9999-12-31", "'"]
#: Whole bodies that are no document that anybody wants.
BODIES: list[bytes] = [
    b"",
    b"null",
    b"[]",
    b'"x"',
    b"[" * 100_000,
    b'{"a":' * 50 + b"1" + b"}" * 50,
    b'{"a": NaN}',
    b'{"a": 1e999}',
    b'{"a": ' + b"1" * 5000 + b"}",
    b'{"a": "\xff\xfe"}',
    b'{"parameters": {"prompt": "\\ud800"}}',
    b" " * (3 * 1024**2),
]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return found


@pytest.fixture
def cast(outsider: User, reviewer: User, creator: User, admin: User, project: Project) -> Cast:
    return Cast(None, outsider, reviewer, creator, admin, project)


@pytest.fixture
def client(admin: User) -> Client:
    """An Admin's: nothing is hidden behind a refusal."""
    found = Client(raise_request_exception=False)
    found.force_login(admin)
    return found


def operations(document: dict[str, Any], cast: Cast) -> Iterator[tuple[str, str, Any, Any]]:
    """Method, path, operation and the body that the access walk sends (or none)."""
    for address in addresses():
        item = document["paths"].get(openapi_path(address))
        if item is None or "events/" in address.route:  # a stream has no end to wait for
            continue
        declared = DECLARED.get(address.name)
        nowhere = dict.fromkeys(address.parameters, uuid.uuid4())
        path = address.path(declared.arguments(cast) if declared else nowhere)
        for method in METHODS:
            if method in item:
                make = declared.bodies.get(method.upper()) if declared else None
                yield method, path, item[method], make(cast) if make else {}


def properties(document: dict[str, Any], operation: Any) -> dict[str, Any]:
    """The members of an operation's JSON body; none when it takes no JSON."""
    content = operation.get("requestBody", {}).get("content", {})
    return members(document, content.get("application/json", {}).get("schema", {}))


def members(document: dict[str, Any], schema: Any) -> dict[str, Any]:
    """The members of an object's schema."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    found: dict[str, Any] = schema.get("properties", {})
    return found


def variants(
    document: dict[str, Any], path: str, operation: Any, body: Any
) -> Iterator[dict[str, Any]]:
    """The body with one member, or one member of a member, made hostile.

    A job's parameters are checked as those of its estimate are: they are tried there.
    """
    for name, schema in properties(document, operation).items():
        for value in VALUES:
            yield {**body, name: value}
        for inner in () if path.startswith("/api/v1/jobs/") else members(document, schema):
            known = body.get(name)
            outer = dict(known) if isinstance(known, Mapping) else {"prompt": "x"}
            for value in VALUES:
                yield {**body, name: {**outer, inner: value}}


def send(client: Client, method: str, path: str, content: bytes | None = None) -> str:
    """Nothing, or what went wrong; changes are undone."""
    one = copy.copy(client)
    undo = transaction.savepoint()
    try:
        response: Any = one.generic(
            method.upper(), path, content or b"", content_type="application/json"
        )
    finally:
        transaction.savepoint_rollback(undo)
    if response.status_code < 500 or response.status_code == 503:
        return ""
    return f"{method.upper()} {path[:120]} {(content or b'')[:160]!r}: {response.status_code}"


def test_bodies(document: dict[str, Any], cast: Cast, client: Client) -> None:
    wrong, sent = [], 0
    for method, path, operation, body in operations(document, cast):
        if not properties(document, operation):
            continue
        bodies = [
            json.dumps(v, default=str).encode() for v in variants(document, path, operation, body)
        ]
        for content in bodies:
            wrong.append(send(client, method, path, content))
            sent += 1
    assert not list(filter(None, wrong)), "\n".join(filter(None, wrong))
    assert sent > 300


@pytest.mark.parametrize("content", BODIES, ids=range(len(BODIES)))
def test_broken_documents(cast: Cast, client: Client, content: bytes) -> None:
    for path in ("/api/v1/jobs/create.image/", "/api/v1/projects/", "/api/v1/token/"):
        assert not send(client, "post", path, content)


def test_queries(document: dict[str, Any], cast: Cast, client: Client) -> None:
    wrong = []
    for method, path, operation, _ in operations(document, cast):
        names = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
        for value in IN_QUERY if method == "get" else ():
            query = urlencode(dict.fromkeys(names, value), errors="surrogateescape")
            wrong.append(send(client, method, f"{path}?{query}"))
            if "cursor" in names:  # the others are refused first
                wrong.append(
                    send(
                        client,
                        method,
                        path + "?" + urlencode({"cursor": "x:" + value}, errors="surrogateescape"),
                    )
                )
    assert not list(filter(None, wrong)), "\n".join(filter(None, wrong))


PAGES = (
    "/",
    "/wallet/",
    "/library/",
    "/library/upload/",
    "/jobs/",
    "/create/",
    "/projects/",
    "/people/",
)
NAMES = ("since", "until", "cursor", "q", "project", "job")


def test_addresses_of_pages(cast: Cast, client: Client) -> None:
    own = f"/projects/{cast.project.code}/"
    wrong = []
    for path in (*PAGES, own, f"{own}members/"):
        for name in NAMES:
            for value in ("²", "9999-12-31"):
                wrong.append(send(client, "get", f"{path}?{urlencode({name: value})}"))
    assert not list(filter(None, wrong)), "\n".join(filter(None, wrong))
