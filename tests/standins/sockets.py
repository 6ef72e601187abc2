"""One websocket: the protocol layer of `websockets` between a TCP connection and an ASGI app."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

from tests.standins.http1 import READ_BYTES, HttpConnection

ABNORMAL = 1006


class WebSocketConnection:
    """Runs an application's websocket until one side closes it."""

    def __init__(self, http: HttpConnection, limit: int) -> None:
        self._reader = http.reader
        self._writer = http.writer
        self._protocol = ServerProtocol(max_size=limit)
        self._protocol.receive_data(http.raw_request)
        first, *self._early = self._protocol.events_received()
        assert isinstance(first, Request)
        self._request = first
        self._inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._inbox.put_nowait({"type": "websocket.connect"})
        self._pump: asyncio.Task[None] | None = None
        self._parts: list[bytes] = []
        self._is_text = False
        self._answered = False

    async def run(self, app: Callable[..., Awaitable[None]], scope: dict[str, Any]) -> None:
        """Serve the application; what it leaves open is closed with 1000."""
        wanted = self._request.headers.get("Sec-WebSocket-Protocol", "")
        scope["subprotocols"] = [name.strip() for name in wanted.split(",") if name.strip()]
        try:
            await app(scope, self._inbox.get, self.send)
            if not self._answered:
                await self._reject(403)
            elif self._protocol.state is State.OPEN:
                self._protocol.send_close(1000)
                await self._flush()
        finally:
            if self._pump is not None:
                self._pump.cancel()

    def abort(self) -> None:
        """Drop the TCP connection without a close frame: the client sees 1006."""
        self._writer.transport.abort()
        self._inbox.put_nowait({"type": "websocket.disconnect", "code": ABNORMAL})

    async def send(self, message: dict[str, Any]) -> None:
        """Pass an application's message on; waits while the client does not read."""
        kind = message["type"]
        if kind == "websocket.accept":
            await self._accept()
        elif kind == "websocket.close" and not self._answered:
            await self._reject(403)
        elif self._protocol.state is not State.OPEN:
            raise ConnectionResetError("the websocket is closed")
        elif kind == "websocket.close":
            self._protocol.send_close(message.get("code", 1000), message.get("reason", ""))
            await self._flush()
        elif kind == "websocket.send":
            if message.get("bytes") is not None:
                self._protocol.send_binary(message["bytes"])
            else:
                self._protocol.send_text(message["text"].encode())
            await self._flush()
        elif kind == "standin.cut":
            self.abort()
        else:
            raise RuntimeError(f"unknown message {kind}")

    async def _accept(self) -> None:
        response = self._protocol.accept(self._request)
        self._protocol.send_response(response)
        self._answered = True
        await self._flush()
        if response.status_code != 101:
            raise ConnectionResetError("not a websocket handshake")
        self._pump = asyncio.create_task(self._read())

    async def _reject(self, status: int) -> None:
        self._answered = True
        self._protocol.send_response(self._protocol.reject(status, ""))
        await self._flush()

    async def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._writer.write(data)
            elif self._writer.can_write_eof():
                self._writer.write_eof()
        await self._writer.drain()

    async def _read(self) -> None:
        """Read for as long as the connection lives; pings are answered by the protocol."""
        self._take(self._early)
        try:
            while True:
                data = await self._reader.read(READ_BYTES)
                if data:
                    self._protocol.receive_data(data)
                else:
                    self._protocol.receive_eof()
                self._take(self._protocol.events_received())
                await self._flush()
                if not data or self._protocol.state is State.CLOSED:
                    break
        except ConnectionError:
            pass
        code = self._protocol.close_code if self._protocol.close_rcvd else ABNORMAL
        self._inbox.put_nowait({"type": "websocket.disconnect", "code": code})

    def _take(self, events: list[Any]) -> None:
        for frame in events:
            if not isinstance(frame, Frame):
                continue
            if frame.opcode is Opcode.CLOSE:
                code = self._protocol.close_code or ABNORMAL
                self._inbox.put_nowait({"type": "websocket.disconnect", "code": code})
            if frame.opcode not in {Opcode.TEXT, Opcode.BINARY, Opcode.CONT}:
                continue
            if frame.opcode is not Opcode.CONT:
                self._parts, self._is_text = [], frame.opcode is Opcode.TEXT
            self._parts.append(bytes(frame.data))
            if frame.fin:
                whole = b"".join(self._parts)
                content = {"text": whole.decode()} if self._is_text else {"bytes": whole}
                self._inbox.put_nowait({"type": "websocket.receive", **content})
