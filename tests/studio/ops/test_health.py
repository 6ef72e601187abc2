"""The health pages: open to everybody, quick, and honest about each part."""

from __future__ import annotations

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.core.files.storage import FileSystemStorage
from django.db import connections

from studio.ops import health

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
async def _fresh(monkeypatch):
    monkeypatch.setattr(health, "_last", (0.0, {}))
    monkeypatch.setattr(health, "REUSE_SECONDS", 0.0)
    yield
    # the thread in which Django's middleware ran keeps its connection otherwise
    await sync_to_async(connections.close_all)()


async def test_healthz_asks_nobody(async_client):
    response = await async_client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"status": "up"}
    assert "no-store" in response["Cache-Control"]


async def test_readyz_tries_each_part(async_client):
    response = await async_client.get("/readyz")
    assert response.status_code == 200, response.content
    found = response.json()
    assert found["status"] == "ready"
    assert set(found["parts"]) == {"database", "broker", "storage", "channel_layer"}
    assert all(part["ok"] and part["ms"] >= 0 for part in found["parts"].values())


async def test_readyz_names_the_part_that_fails_and_keeps_its_secrets(async_client, monkeypatch):
    def fail() -> None:
        raise ConnectionError("password=secret host=db.internal")

    monkeypatch.setitem(health._SYNCHRONOUS, "broker", fail)
    response = await async_client.get("/readyz")
    assert response.status_code == 503
    found = response.json()["parts"]
    assert found["broker"]["error"] == "fails (ConnectionError)"
    assert found["database"]["ok"]
    assert b"secret" not in response.content


async def test_readyz_does_not_wait_for_ever(async_client, monkeypatch):
    async def hang() -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(health, "PART_SECONDS", 0.2)
    monkeypatch.setattr(health, "check_channel_layer", hang)
    response = await async_client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["parts"]["channel_layer"]["error"] == "no answer within 0.2 s"


async def test_unwritable_storage_is_not_ready(async_client, monkeypatch, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setattr(health, "default_storage", FileSystemStorage(location=blocked / "files"))
    response = await async_client.get("/readyz")
    assert response.status_code == 503
    assert not response.json()["parts"]["storage"]["ok"]


async def test_answers_are_reused_for_a_moment(async_client, monkeypatch):
    calls = []
    monkeypatch.setattr(health, "REUSE_SECONDS", 60.0)
    monkeypatch.setitem(health._SYNCHRONOUS, "broker", lambda: calls.append(1))
    for _number in range(3):
        await async_client.get("/readyz")
    assert len(calls) == 1


@pytest.mark.parametrize("page", ["/healthz", "/readyz"])
async def test_only_reading_is_allowed(async_client, page):
    assert (await async_client.post(page)).status_code == 405
