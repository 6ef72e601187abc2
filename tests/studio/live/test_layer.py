"""The relay between web processes: two layers stand for two processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections, transaction

from studio.live import layer as layer_module
from studio.live.layer import MAX_PAYLOAD_BYTES, MessageTooLarge, PostgresRelayLayer
from studio.ops.postgres import conninfo

pytestmark = pytest.mark.django_db(transaction=True)

HELLO = {"type": "live.message", "message": {"kind": "job.changed", "progress": 0.5}}
RESYNC = {"type": "live.resync"}


@pytest.fixture
async def layers() -> AsyncIterator[tuple[PostgresRelayLayer, PostgresRelayLayer]]:
    made = PostgresRelayLayer(capacity=5), PostgresRelayLayer(capacity=5)
    yield made
    for layer in made:
        await layer.close()
    await sync_to_async(connections.close_all)()


async def joined(layer: PostgresRelayLayer, *groups: str) -> str:
    channel = await layer.new_channel()
    for group in groups:
        await layer.group_add(group, channel)
    return channel


async def receive(layer: PostgresRelayLayer, channel: str, seconds: float = 3) -> dict[str, Any]:
    return await asyncio.wait_for(layer.receive(channel), seconds)


async def nothing_comes(layer: PostgresRelayLayer, channel: str) -> None:
    with pytest.raises(TimeoutError):
        await receive(layer, channel, 0.3)


async def end_sessions(name: str) -> int:
    """Cut the connections with this application name, as a restart of the server would."""
    async with await psycopg.AsyncConnection.connect(
        await sync_to_async(conninfo)("test"), autocommit=True
    ) as admin:
        rows = await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
            " AND datname = current_database()",
            [name],
        )
        return len(await rows.fetchall())


async def test_group_reaches_every_process_once(layers):
    here, there = layers
    a, b = await joined(here, "project.1"), await joined(there, "project.1")
    await here.group_send("project.1", HELLO)
    assert await receive(here, a) == HELLO
    assert await receive(there, b) == HELLO
    await nothing_comes(here, a)


async def test_other_groups_hear_nothing(layers):
    here, there = layers
    a, b = await joined(here, "project.1"), await joined(there, "project.2")
    await here.group_send("project.2", HELLO)
    assert await receive(there, b) == HELLO
    await nothing_comes(here, a)


async def test_socket_in_several_groups_gets_a_message_once(layers):
    here, _ = layers
    channel = await joined(here, "project.1", "user.7")
    await sync_to_async(here.notify_sync)(["project.1", "user.7"], HELLO)
    assert await receive(here, channel) == HELLO
    await nothing_comes(here, channel)


async def test_left_group_is_not_heard(layers):
    here, _ = layers
    channel = await joined(here, "project.1")
    await here.group_discard("project.1", channel)
    await here.group_send("project.1", HELLO)
    await nothing_comes(here, channel)


async def test_message_to_one_channel_of_another_process(layers):
    here, there = layers
    await here.new_channel()
    channel = await there.new_channel()
    await here.send(channel, HELLO)
    assert await receive(there, channel) == HELLO


async def test_notify_belongs_to_the_transaction(layers):
    here, _ = layers
    channel = await joined(here, "project.1")

    @sync_to_async
    def rolled_back() -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            here.notify_sync(["project.1"], {"type": "live.message", "message": "never"})
            raise ZeroDivisionError

    @sync_to_async
    def committed() -> bool:
        with transaction.atomic():
            here.notify_sync(["project.1"], HELLO)
            return connection.in_atomic_block

    await rolled_back()
    assert await committed()
    assert await receive(here, channel) == HELLO


async def test_too_large_a_message_is_refused_with_a_reason(layers):
    here, _ = layers
    await joined(here, "project.1")
    with pytest.raises(MessageTooLarge, match="fetch it"):
        await here.group_send("project.1", {"type": "x", "text": "ü" * (MAX_PAYLOAD_BYTES // 2)})


async def test_the_largest_message_fits(layers):
    here, _ = layers
    channel = await joined(here, "p")
    frame = len('{"g":["p"],"m":{"type":"x","text":""}}')
    message = {"type": "x", "text": "a" * (MAX_PAYLOAD_BYTES - frame)}
    await here.group_send("p", message)
    assert await receive(here, channel) == message


async def test_very_many_groups_are_split(layers):
    here, _ = layers
    groups = [f"project.{number:032d}" for number in range(500)]
    channel = await joined(here, groups[0])
    last = await joined(here, groups[-1])
    await sync_to_async(here.notify_sync)(groups, HELLO)
    assert await receive(here, channel) == HELLO
    assert await receive(here, last) == HELLO


async def test_bytes_and_unicode_survive(layers):
    here, _ = layers
    channel = await joined(here, "project.1")
    message = {"type": "x", "raw": b"\x00\xff", "text": "Grüße \x00 ▶", "none": None}
    await here.group_send("project.1", message)
    assert await receive(here, channel) == message


async def test_what_json_cannot_carry_is_refused(layers):
    here, _ = layers
    with pytest.raises(TypeError, match="can't carry set"):
        await here.group_send("project.1", {"type": "x", "wrong": {1, 2}})


async def test_lost_connection_comes_back_and_every_socket_resyncs(layers):
    here, _ = layers
    a, b = await joined(here, "project.1", "user.1"), await joined(here, "project.1")
    assert await end_sessions("seedframe live relay") == 1
    assert await receive(here, a, 10) == RESYNC
    assert await receive(here, b, 10) == RESYNC
    await here.group_send("project.1", HELLO)
    assert await receive(here, a) == HELLO  # and no second resync for the second group


async def test_lost_sender_is_replaced(layers):
    here, _ = layers
    channel = await joined(here, "project.1")
    await here.group_send("project.1", HELLO)
    assert await receive(here, channel) == HELLO
    assert await end_sessions("seedframe live sender") == 1
    await here.group_send("project.1", HELLO)
    assert await receive(here, channel) == HELLO


async def test_slow_socket_gets_a_resync_instead_of_a_long_queue(layers):
    here, _ = layers
    slow, quick = await joined(here, "project.1"), await joined(here, "project.1")
    for number in range(12):
        await here.group_send("project.1", {"type": "x", "number": number})
        assert (await receive(here, quick))["number"] == number
    assert here.channels[slow].qsize() <= 5
    assert await receive(here, slow) == RESYNC
    assert (await receive(here, slow))["type"] == "x"


async def test_abandoned_channel_is_forgotten(layers, monkeypatch):
    here, _ = layers
    dead, reader = await joined(here, "project.1"), await joined(here, "project.1")
    await here.group_send("project.1", HELLO)
    await receive(here, reader)
    here._read_at[dead] -= here.expiry + 1
    for _number in range(6):
        await here.group_send("project.1", HELLO)
        await receive(here, reader)
    assert dead not in here.channels
    assert dead not in here.groups["project.1"]


async def test_foreign_notifications_do_no_harm(layers, caplog):
    here, _ = layers
    channel = await joined(here, "project.1")
    async with await psycopg.AsyncConnection.connect(
        await sync_to_async(conninfo)("test"), autocommit=True
    ) as stranger:
        for payload in ("not json", "[]", '{"g":["project.1"]}'):
            await stranger.execute(
                "SELECT pg_notify(%s, %s)", [layer_module.NOTIFY_CHANNEL, payload]
            )
    await here.group_send("project.1", HELLO)
    assert await receive(here, channel) == HELLO
    assert caplog.text.count("is not ours") == 3


async def test_one_listening_connection_per_process(layers):
    here, _ = layers
    for _number in range(10):
        await joined(here, "project.1")
    assert await end_sessions("seedframe live relay") == 1
