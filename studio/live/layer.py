"""The channel layer: groups in memory, and one LISTEN connection per web process as the relay.

A message to a group is a NOTIFY; every web process hears it and hands it to its own sockets. So
there is no other server, no connection per socket, and a message published inside a transaction
is delivered when that commits and never otherwise. Delivery is at most once: after anything that
may have lost messages (a database restart, a socket that reads too slowly) the sockets concerned
get `{"type": "live.resync"}`, and their pages read everything again.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import random
import time
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

import psycopg
from asgiref.sync import sync_to_async
from channels.layers import InMemoryChannelLayer
from django.db import connection
from psycopg import AsyncConnection, sql

from studio.ops.postgres import conninfo

log = logging.getLogger(__name__)

NOTIFY_CHANNEL = "seedframe_live"
#: PostgreSQL takes payloads shorter than 8000 bytes.
MAX_PAYLOAD_BYTES = 7999
RESYNC: Mapping[str, Any] = {"type": "live.resync"}
#: How long a socket waits for the relay when it opens; if that is down, a resync comes later.
LISTEN_WAIT_SECONDS = 5.0
PROBE_SECONDS = 30.0
BACKOFF_SECONDS = (0.1, 5.0)


class MessageTooLarge(ValueError):
    """A live message carries ids and figures, not documents; the page fetches the rest."""


class PostgresRelayLayer(InMemoryChannelLayer):
    """Groups and queues of this process, joined with those of all others by LISTEN/NOTIFY.

    Args:
        expiry: seconds after which a channel that nobody reads counts as left behind.
        capacity: messages that wait for one channel; beyond, they are dropped for a resync.
        notify_channel: the database's channel, for several studios on one database.
    """

    def __init__(
        self,
        expiry: int = 60,
        capacity: int = 100,
        notify_channel: str = NOTIFY_CHANNEL,
        **options: Any,
    ) -> None:
        super().__init__(expiry=expiry, capacity=capacity, **options)
        self.notify_channel = notify_channel
        self.process_id = ""
        self._read_at: dict[str, float] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._relay: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()
        self._sender: AsyncConnection[Any] | None = None
        self._sending = asyncio.Lock()

    # --- sending ------------------------------------------------------------------------------

    def notify_sync(self, groups: Iterable[str], message: Mapping[str, Any]) -> None:
        """Send a message to groups from synchronous code, in the caller's transaction.

        A channel that is in several of the groups gets it once.

        Raises:
            MessageTooLarge: it does not fit into a notification.
        """
        for payload in self._payloads(list(groups), message):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_notify(%s, %s)", [self.notify_channel, payload])

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        """Send a message to a group, in this process and all others.

        Raises:
            MessageTooLarge: it does not fit into a notification.
        """
        self.require_valid_group_name(group)
        for payload in self._payloads([group], message):
            await self._notify(payload)

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        """Send a message to one channel, which may be another process's.

        Raises:
            MessageTooLarge: it is for another process and does not fit into a notification.
        """
        self.require_valid_channel_name(channel)
        owner = channel.partition("!")[0].rpartition(".")[2] if "!" in channel else ""
        if not owner or owner == self.process_id:
            self._put(channel, message)
        else:
            await self._notify(_encode({"c": channel, "m": message}))

    def _payloads(self, groups: list[str], message: Mapping[str, Any]) -> list[str]:
        """The notifications that carry one message: usually one, more for very many groups."""
        if not groups:
            return []
        for group in groups:
            self.require_valid_group_name(group)
        try:
            return [_encode({"g": groups, "m": message})]
        except MessageTooLarge:
            if len(groups) == 1:
                raise
        half = len(groups) // 2
        return self._payloads(groups[:half], message) + self._payloads(groups[half:], message)

    async def _notify(self, payload: str) -> None:
        if asyncio.get_running_loop() is not self._loop:
            # Not the loop that serves sockets: async_to_sync in a service, most likely, where
            # Django's own connection keeps the message inside the transaction.
            await sync_to_async(self._notify_by_django)(payload)
            return
        async with self._sending:
            for attempt in (1, 2):  # the connection may have died since the last message
                try:
                    if self._sender is None or self._sender.closed:
                        self._sender = await AsyncConnection.connect(
                            conninfo("seedframe live sender"), autocommit=True
                        )
                    query = "SELECT pg_notify(%s, %s)"
                    await self._sender.execute(query, [self.notify_channel, payload])
                    return
                except psycopg.OperationalError as error:
                    self._sender = None
                    if attempt == 2:
                        log.warning("A live message was lost, the database is away: %s", error)

    def _notify_by_django(self, payload: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [self.notify_channel, payload])

    # --- receiving ----------------------------------------------------------------------------

    async def new_channel(self, prefix: str = "specific") -> str:
        """A name for one socket's own channel; starts the relay with the first one."""
        await self._ensure_relay()
        return f"{prefix.rstrip('.')}.{self.process_id}!{uuid.uuid4().hex[:16]}"

    async def group_add(self, group: str, channel: str) -> None:
        """Let a channel of this process hear a group."""
        if asyncio.get_running_loop() is self._loop:
            await self._ensure_relay()
        await super().group_add(group, channel)

    async def receive(self, channel: str) -> dict[str, Any]:
        """The next message of a channel, waiting for it."""
        self.require_valid_channel_name(channel)
        queue = self._queue(channel)
        self._read_at[channel] = time.monotonic()
        try:
            found: dict[str, Any] = await queue.get()
            return found
        finally:
            self._read_at[channel] = time.monotonic()
            if queue.empty():
                self.channels.pop(channel, None)
                self._read_at.pop(channel, None)

    def _queue(self, channel: str) -> asyncio.Queue[dict[str, Any]]:
        queue: asyncio.Queue[dict[str, Any]] | None = self.channels.get(channel)
        if queue is None:
            queue = asyncio.Queue(maxsize=self.get_capacity(channel))
            self.channels[channel] = queue
            self._read_at[channel] = time.monotonic()
        return queue

    def _put(self, channel: str, message: Mapping[str, Any]) -> None:
        """Queue a message for a channel; if it doesn't keep up, a resync replaces what waits."""
        queue = self._queue(channel)
        # A copy, for Channels adds to the message; shallow, for consumers only read the rest.
        if not queue.full():
            queue.put_nowait(dict(message))
            return
        while not queue.empty():
            queue.get_nowait()
        if time.monotonic() - self._read_at[channel] > self.expiry:
            # Nobody has read for a minute: its consumer ended without leaving its groups.
            self.channels.pop(channel, None)
            self._read_at.pop(channel, None)
            self._remove_from_groups(channel)
            return
        queue.put_nowait(dict(RESYNC))

    def _clean_expired(self) -> None:
        """Nothing expires by age: queues are bounded, and an open page stays in its groups."""

    # --- the relay ----------------------------------------------------------------------------

    async def _ensure_relay(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is not loop or self._relay is None or self._relay.done():
            if self._loop is not loop:
                # The first socket, or a new event loop: what belonged to an old one is dead.
                self._loop, self.process_id = loop, uuid.uuid4().hex[:12]
                self._listening, self._sending, self._sender = asyncio.Event(), asyncio.Lock(), None
                await self.flush()
            self._relay = loop.create_task(self._relay_until_cancelled(), name="live relay")
        if not self._listening.is_set():
            try:
                await asyncio.wait_for(self._listening.wait(), LISTEN_WAIT_SECONDS)
            except TimeoutError:
                log.warning("The live relay is not connected; pages will resync when it is.")

    async def _relay_until_cancelled(self) -> None:
        """Relay as long as the event loop lives; then leave no connection behind."""
        try:
            await self._listen_for_ever()
        finally:
            self._listening.clear()
            if self._sender is not None:
                await self._sender.close()
                self._sender = None

    async def _listen_for_ever(self) -> None:
        """Keep one LISTEN connection, and tell all sockets to resync after each gap."""
        delay, gap = BACKOFF_SECONDS[0], False
        while True:
            try:
                async with await AsyncConnection.connect(
                    conninfo("seedframe live relay"), autocommit=True
                ) as listener:
                    await listener.execute(
                        sql.SQL("LISTEN {}").format(sql.Identifier(self.notify_channel))
                    )
                    self._listening.set()
                    if gap:
                        log.warning("The live relay is back; every page resyncs.")
                        self.resync_all()
                    delay, gap = BACKOFF_SECONDS[0], True
                    while True:
                        async for notification in listener.notifies(timeout=PROBE_SECONDS):
                            self._deliver(notification.payload)
                        await listener.execute("SELECT 1")  # raises when the server is gone
            except (psycopg.Error, OSError) as error:
                if self._listening.is_set():
                    log.warning("The live relay lost the database: %s", str(error).strip())
                self._listening.clear()
                gap = True
            await asyncio.sleep(delay * random.uniform(0.7, 1.3))
            delay = min(delay * 2, BACKOFF_SECONDS[1])

    def _deliver(self, payload: str) -> None:
        """Hand one notification to the channels of this process that it is for."""
        try:
            found = _decode(payload)
            message, channel = found["m"], found.get("c")
            groups = found.get("g", ())
        except (ValueError, KeyError, TypeError) as error:
            log.error("A notification on %s is not ours: %r", self.notify_channel, error)
            return
        if channel is not None:
            if channel.partition("!")[0].endswith(f".{self.process_id}"):
                self._put(channel, message)
            return
        channels: dict[str, None] = {}
        for group in groups:
            channels.update(dict.fromkeys(self.groups.get(group, ())))
        for name in channels:
            self._put(name, message)

    def resync_all(self) -> None:
        """Tell every socket of this process that it may have missed something."""
        channels = {name for members in self.groups.values() for name in members}
        for name in channels:
            self._put(name, RESYNC)

    @property
    def is_listening(self) -> bool:
        """Whether the relay is connected (False as well while no socket has asked for it)."""
        return self._listening.is_set()

    async def flush(self) -> None:
        """Forget all channels and groups of this process."""
        await super().flush()
        self._read_at = {}

    async def close(self) -> None:
        """End the relay and its connections."""
        if self._relay is not None:
            self._relay.cancel()
            await asyncio.gather(self._relay, return_exceptions=True)
            self._relay = None


def _encode(found: dict[str, Any]) -> str:
    text = json.dumps(found, separators=(",", ":"), ensure_ascii=False, default=_encode_bytes)
    size = len(text.encode())
    if size > MAX_PAYLOAD_BYTES:
        raise MessageTooLarge(
            f"A live message of {size} bytes is too large (at most {MAX_PAYLOAD_BYTES}). Send the"
            " code of what changed, and let the page fetch it."
        )
    return text


def _encode_bytes(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"__b64__": base64.b64encode(value).decode()}
    raise TypeError(f"A live message can't carry {type(value).__name__}: {value!r}")


def _decode(text: str) -> dict[str, Any]:
    found = json.loads(text, object_hook=_decode_bytes)
    if not isinstance(found, dict):
        raise TypeError("not an object")
    return found


def _decode_bytes(found: dict[str, Any]) -> Any:
    if found.keys() == {"__b64__"}:
        return base64.b64decode(found["__b64__"])
    return found
