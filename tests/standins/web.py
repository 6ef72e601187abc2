"""The little that a stand-in needs to answer requests: a request, a reply, a table of routes."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from tests.standins.multipart import Part, parse_multipart
from tests.standins.server import ASGIApp, Receive, Scope, Send


@dataclass(frozen=True)
class Request:
    """A whole request, kept as it came.

    `path` is decoded, `headers` have names in small letters (the last of a name counts), `query`
    gives the last value of a name and `query_pairs` all in order.
    """

    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes

    @cached_property
    def query_pairs(self) -> list[tuple[str, str]]:
        """Every `name=value` of the address, in order."""
        return parse_qsl(self.query_string, keep_blank_values=True)

    @cached_property
    def query(self) -> dict[str, str]:
        """The last value of each name of the address."""
        return dict(self.query_pairs)

    @property
    def content_type(self) -> str:
        """The Content-Type header, empty when there is none."""
        return self.headers.get("content-type", "")

    def json(self) -> Any:
        """The body as JSON; raises ValueError when it is none."""
        return json.loads(self.body)

    @cached_property
    def parts(self) -> list[Part]:
        """The parts of a multipart body; raises MultipartError for anything else."""
        return parse_multipart(self.content_type, self.body)

    def part(self, name: str) -> Part | None:
        """The first part of that name."""
        return next((part for part in self.parts if part.name == name), None)

    @cached_property
    def fields(self) -> dict[str, str]:
        """The plain fields of a multipart body, as text."""
        return {part.name: part.text for part in self.parts if part.filename is None}


@dataclass(frozen=True)
class Reply:
    """An answer. `body` may be text, bytes or anything JSON can say; None is an empty body."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str | None = None

    @property
    def content(self) -> bytes:
        """The bytes of the body."""
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        if isinstance(self.body, str):
            return self.body.encode()
        return json.dumps(self.body).encode()

    @property
    def media_type(self) -> str:
        """The content type: as given, else by the kind of body; empty for an empty one."""
        if self.content_type is not None:
            return self.content_type
        if self.body is None:
            return ""
        if isinstance(self.body, bytes):
            return "application/octet-stream"
        if isinstance(self.body, str):
            return "text/plain; charset=utf-8"
        return "application/json; charset=utf-8"


Handler = Callable[..., Reply | Awaitable[Reply]]


class Routes:
    """An ASGI application made of handlers: `@routes.on("GET", "/jobs/{code}")`.

    A handler gets the `Request` and the named pieces of the path as keyword arguments (`{name}`
    is one segment, `{name:path}` any number), and gives a `Reply`, directly or awaited.
    """

    def __init__(self) -> None:
        self._table: list[tuple[str, re.Pattern[str], Handler]] = []

    def on(self, method: str, path: str) -> Callable[[Handler], Handler]:
        """Register a handler; the first that fits answers."""
        pattern = re.sub(r"\\{(\w+):path\\}", r"(?P<\1>.+)", re.escape(path))
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", pattern)

        def register(handler: Handler) -> Handler:
            self._table.append((method, re.compile(pattern), handler))
            return handler

        return register

    async def answer(self, request: Request) -> Reply:
        """What the handlers say: 404 for no path, 405 for another method."""
        known = False
        for method, pattern, handler in self._table:
            match = pattern.fullmatch(request.path)
            if not match:
                continue
            known = True
            if request.method in {method, "HEAD" if method == "GET" else method}:
                reply = handler(request, **match.groupdict())
                return reply if isinstance(reply, Reply) else await reply
        if known:
            return Reply(405, "405: Method Not Allowed")
        return Reply(404, "404: Not Found")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request; websockets are refused."""
        if scope["type"] != "http":
            await receive()
            await send({"type": "websocket.close"})
            return
        await send_reply(send, await self.answer(await read_request(scope, receive)))


async def read_request(scope: Scope, receive: Receive) -> Request:
    """Read the whole body; raises ConnectionResetError when the client leaves before its end."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionResetError("the client left in its request")
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return Request(
        method=scope["method"],
        path=scope["path"],
        query_string=scope["query_string"].decode("ascii"),
        headers={n.decode("latin-1").lower(): v.decode("latin-1") for n, v in scope["headers"]},
        body=bytes(body),
    )


async def send_reply(send: Send, reply: Reply) -> None:
    """Send an answer with its length."""
    content = reply.content
    headers = {"Content-Length": str(len(content)), **reply.headers}
    if reply.media_type:
        headers["Content-Type"] = reply.media_type
    pairs = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": pairs})
    await send({"type": "http.response.body", "body": content, "more_body": False})


__all__ = ["ASGIApp", "Handler", "Reply", "Request", "Routes", "read_request", "send_reply"]
