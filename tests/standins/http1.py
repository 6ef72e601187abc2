"""One HTTP/1.1 connection: requests become ASGI scopes, ASGI messages become bytes."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import unquote

import h11

READ_BYTES = 256 * 1024


class CutOff(ConnectionAbortedError):
    """The application asked to cut its answer; what it sent before is on its way."""


class HttpConnection:
    """Speaks HTTP on one TCP connection, one request after the other.

    `reader`, `writer` and `raw_request` are what a websocket goes on with.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int
    ) -> None:
        self.reader = reader
        self.writer = writer
        self.port = port
        self.raw_request = b""
        self._h11 = h11.Connection(h11.SERVER, max_incomplete_event_size=256 * 1024)
        self._started: dict[str, Any] | None = None
        self._sent_head = False
        self._method = ""
        self._gone = False

    async def next_request(self) -> dict[str, Any] | None:
        """The scope of the next request; None when the client went away."""
        while True:
            try:
                event = self._h11.next_event()
            except h11.RemoteProtocolError as error:
                await self._refuse(error)
                return None
            if event is h11.NEED_DATA:
                self._h11.receive_data(await self.reader.read(READ_BYTES))
            elif isinstance(event, h11.Request):
                self._started, self._sent_head = None, False
                self._method = event.method.decode("ascii")
                return self._scope(event)
            else:  # ConnectionClosed, PAUSED
                return None

    def _scope(self, event: h11.Request) -> dict[str, Any]:
        path, _, query = event.target.partition(b"?")
        headers = [(name, value) for name, value in event.headers]
        is_websocket = (b"upgrade", b"websocket") in {(n, v.lower()) for n, v in headers}
        scope: dict[str, Any] = {
            "type": "websocket" if is_websocket else "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": event.http_version.decode("ascii"),
            "scheme": "ws" if is_websocket else "http",
            "path": unquote(path.decode("ascii")),
            "raw_path": path,
            "query_string": query,
            "root_path": "",
            "headers": headers,
            "client": self.writer.get_extra_info("peername"),
            "server": ("127.0.0.1", self.port),
            "extensions": {"standin.cut": {}},
        }
        if is_websocket:
            lines = [event.method + b" " + event.target + b" HTTP/1.1"]
            lines += [name + b": " + value for name, value in headers]
            trailing, _ = self._h11.trailing_data
            self.raw_request = b"\r\n".join(lines) + b"\r\n\r\n" + trailing
        else:
            scope["method"] = self._method
        return scope

    async def receive(self) -> dict[str, Any]:
        """The application's next message: body, its end, or that the client left."""
        if self._gone:
            return {"type": "http.disconnect"}
        if self._h11.they_are_waiting_for_100_continue:
            await self._write(
                h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue")
            )
        while True:
            if self._h11.their_state is h11.SEND_BODY:
                event = self._h11.next_event()
                if isinstance(event, h11.Data):
                    return {"type": "http.request", "body": bytes(event.data), "more_body": True}
                if isinstance(event, h11.EndOfMessage):
                    return {"type": "http.request", "body": b"", "more_body": False}
            data = await self.reader.read(READ_BYTES)
            if not data:
                self._gone = True
                return {"type": "http.disconnect"}
            self._h11.receive_data(data)

    async def send(self, message: dict[str, Any]) -> None:
        """Pass an application's message on."""
        if message["type"] == "http.response.start":
            self._started = message
        elif message["type"] == "http.response.body":
            await self._send_body(message.get("body", b""), bool(message.get("more_body")))
        elif message["type"] == "standin.cut":
            await self._cut()
        else:
            raise RuntimeError(f"unknown message {message['type']}")

    async def _send_body(self, body: bytes, more: bool) -> None:
        await self._head()
        if body and self._method != "HEAD":
            await self._write(h11.Data(data=body))
        if not more:
            await self._write(h11.EndOfMessage())

    async def _head(self) -> None:
        if self._sent_head:
            return
        if self._started is None:
            raise RuntimeError("a body before http.response.start")
        self._sent_head = True
        headers = [(bytes(n), bytes(v)) for n, v in self._started.get("headers", ())]
        await self._write(h11.Response(status_code=self._started["status"], headers=headers))

    async def _cut(self) -> None:
        """Let what was sent arrive, then drop the connection without the rest."""
        if self._started is not None:
            await self._head()
        raise CutOff

    async def _write(self, event: Any) -> None:
        data = self._h11.send(event)
        if data:
            self.writer.write(data)
            await self.writer.drain()

    async def fail(self) -> None:
        """Answer 500 for an application that raised; cut when its answer had begun."""
        if self._sent_head:
            raise ConnectionAbortedError("the application failed in its answer")
        body = b"500 Internal Server Error\n\nServer got itself in trouble"
        self._started = {
            "status": 500,
            "headers": [
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"content-length", str(len(body)).encode()),
            ],
        }
        await self._send_body(body, more=False)

    async def finish(self) -> bool:
        """Read what is left of the request; whether the connection serves another one."""
        while self._h11.their_state is h11.SEND_BODY and not self._gone:
            await self.receive()
        if self._gone or self._h11.our_state is not h11.DONE:
            return False
        if self._h11.their_state is not h11.DONE:
            return False
        self._h11.start_next_cycle()
        return True

    async def _refuse(self, error: h11.RemoteProtocolError) -> None:
        if self._h11.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            return
        body = str(error).encode()
        headers = [
            ("content-type", "text/plain"),
            ("content-length", str(len(body))),
            ("connection", "close"),
        ]
        status = error.error_status_hint or 400
        await self._write(h11.Response(status_code=status, headers=headers))
        await self._write(h11.Data(data=body))
        await self._write(h11.EndOfMessage())
