"""What an API key may do goes by its scopes, whatever its person may do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from studio.core.models import ApiScope, User
from tests.support.addresses import Address, addresses, api_operations, openapi_path
from tests.support.clients import with_key

pytestmark = pytest.mark.django_db

ROOTS = (
    "characters", "seed-images", "variations", "scene-types", "scenes", "takes", "boundaries",
    "cuts", "deliveries", "workers", "workflows", "workflow-versions", "installs",
)  # fmt: skip
#: They change nothing: a POST, for what is asked is too long for an address.
QUESTIONS = {"api-scene-matrix"}
#: Each of these asks for a job.
SPENDING = (
    "seed-images/{0}/generate/", "seed-images/{0}/merge/", "variations/{0}/refine/",
    "variations/{0}/crop/", "variations/{0}/again/", "scenes/{0}/start/", "scenes/{0}/resume/",
    "scenes/{0}/redo/", "scenes/{0}/cuts/", "boundaries/{0}/heal/",
    "boundaries/{0}/measure-again/", "deliveries/", "deliveries/{0}/repeat/",
    "scenes/{0}/select/", "scenes/{0}/trim/", "scenes/{0}/undo/", "boundaries/{0}/use-bridge/",
)  # fmt: skip


def changes() -> Iterator[tuple[Address, str]]:
    """Every address of the production line with each method that changes something."""
    known = api_operations()
    for address in addresses():
        if not address.route.startswith(tuple(f"api/v1/{root}/" for root in ROOTS)):
            continue
        if address.name.rpartition(":")[2] in QUESTIONS:
            continue
        for method in known[openapi_path(address)] - {"GET"}:
            yield address, method


def ask(client: Client, method: str, path: str) -> int:
    answer: Any = client.generic(method, path, "{}", content_type="application/json")
    status: int = answer.status_code
    return status


def test_a_key_that_reads_changes_nothing(creator: User) -> None:
    client = with_key(creator)
    tried = 0
    for address, method in changes():
        arguments = dict.fromkeys(address.parameters, uuid4()) | {"number": 1, "key": "hair"}
        assert ask(client, method, address.path(arguments)) == 403, f"{method} {address.route}"
        tried += 1
    assert tried > 40


@pytest.mark.parametrize("path", SPENDING)
def test_only_a_key_that_spends_asks_for_jobs(creator: User, path: str) -> None:
    address = "/api/v1/" + path.format(uuid4())
    writing = with_key(creator, ApiScope.Code.READ, ApiScope.Code.WRITE)
    assert ask(writing, "POST", address) == 403
    spending = with_key(creator, *set(ApiScope.Code) - {ApiScope.Code.ADMIN})
    assert ask(spending, "POST", address) in (404, 422)
