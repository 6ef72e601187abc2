"""The websockets of the stand-in: who is connected, and one loop that sends to all of them.

One loop for everybody is what a real server has: a client that stops reading stops it for all.
"""

from __future__ import annotations

import asyncio
import json
import struct
import uuid
from typing import Any
from urllib.parse import parse_qs

from tests.standins.server import Receive, Scope, Send

PREVIEW = 1
TEXT = 3
PREVIEW_WITH_METADATA = 4
FORMATS = {"JPEG": 1, "PNG": 2}


class Hub:
    """Sockets by client id; `client_id` and `last_node` belong to the prompt that runs."""

    def __init__(self, features: dict[str, Any]) -> None:
        self.features = features
        self.client_id: str | None = None
        self.last_node: str | None = None
        self.sockets: dict[str, Send] = {}
        self.flags: dict[str, dict[str, Any]] = {}
        self.sent = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._messages: asyncio.Queue[tuple[dict[str, Any], str | None]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._flowing: asyncio.Event = asyncio.Event()
        self._flowing.set()
        self._closed = False

    def attach(self) -> None:
        """Remember the loop of the server; called with each request."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._task = self._loop.create_task(self._publish())

    def close(self) -> None:
        """Send nothing more, to nobody; from any thread."""
        self._closed = True
        if self._loop is not None and self._task is not None:
            self._loop.call_soon_threadsafe(self._task.cancel)

    def hold(self) -> None:
        """Send nothing until `release`: what a client that does not read does to all others."""
        self._later(self._flowing.clear)

    def release(self) -> None:
        """Send again, first of all what waited."""
        self._later(self._flowing.set)

    def _later(self, work: Any, *values: Any) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(work, *values)

    # -- events; from any thread -----------------------------------------------------------------

    def event(self, kind: str, data: dict[str, Any], client: str | None) -> None:
        """Send a JSON event to one client, or to all of them without one."""
        self._put({"text": json.dumps({"type": kind, "data": data})}, client)

    def binary(self, event: int, content: bytes, client: str | None) -> None:
        """Send a binary event."""
        self._put({"bytes": struct.pack(">I", event) + content}, client)

    def preview(self, format_: str, image: bytes, client: str | None) -> None:
        """Send a preview without metadata."""
        self.binary(PREVIEW, struct.pack(">I", FORMATS[format_]) + image, client)

    def preview_with_metadata(
        self, metadata: dict[str, Any], format_: str, image: bytes, client: str | None
    ) -> None:
        """Send a preview that says whose it is."""
        told = json.dumps({**metadata, "image_type": f"image/{format_.lower()}"}).encode()
        self.binary(PREVIEW_WITH_METADATA, struct.pack(">I", len(told)) + told + image, client)

    def text(self, node: str, text: str, client: str | None) -> None:
        """Send a line of text for a node."""
        name = node.encode()
        self.binary(TEXT, struct.pack(">I", len(name)) + name + text.encode(), client)

    def wants_metadata(self, client: str | None) -> bool:
        """Whether a client asked for previews with metadata."""
        return bool(self.flags.get(client or "", {}).get("supports_preview_metadata"))

    def _put(self, message: dict[str, Any], client: str | None) -> None:
        if not self._closed:
            self._later(self._messages.put_nowait, (message, client))

    async def _publish(self) -> None:
        while True:
            message, client = await self._messages.get()
            await self._flowing.wait()
            if client is None:
                receivers = list(self.sockets.values())
            else:
                receivers = [self.sockets[client]] if client in self.sockets else []
            for send in receivers:
                await self._send(send, message)

    async def _send(self, send: Send, message: dict[str, Any]) -> None:
        try:
            await send({"type": "websocket.send", **message})
            self.sent += 1
        except ConnectionError:
            pass  # the client left; its own coroutine notices

    # -- one client ------------------------------------------------------------------------------

    async def serve(self, scope: Scope, receive: Receive, send: Send, remaining: int) -> None:
        """Serve a client until it leaves; `remaining` is the length of the queue."""
        await receive()
        await send({"type": "websocket.accept"})
        query = parse_qs(scope["query_string"].decode("ascii"))
        client = query.get("clientId", [""])[0]
        if client:
            self.sockets.pop(client, None)
        else:
            client = uuid.uuid4().hex
        self.sockets[client] = send
        self.flags[client] = {}
        try:
            status = {"status": {"exec_info": {"queue_remaining": remaining}}, "sid": client}
            await self._send(send, {"text": json.dumps({"type": "status", "data": status})})
            if self.client_id == client and self.last_node is not None:
                told = {"type": "executing", "data": {"node": self.last_node}}
                await self._send(send, {"text": json.dumps(told)})
            await self._listen(client, receive, send)
        finally:
            # As in a real server: whoever leaves takes the id with him, even when another
            # socket has it by now.
            self.sockets.pop(client, None)
            self.flags.pop(client, None)

    async def _listen(self, client: str, receive: Receive, send: Send) -> None:
        first = True
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            flags = _flags(message.get("text")) if first else None
            first = False
            if flags is not None:
                self.flags[client] = flags
                told = {"type": "feature_flags", "data": self.features}
                await self._send(send, {"text": json.dumps(told)})


def _flags(text: str | None) -> dict[str, Any] | None:
    try:
        message = json.loads(text or "")
    except ValueError:
        return None
    if isinstance(message, dict) and message.get("type") == "feature_flags":
        return dict(message.get("data") or {})
    return None
