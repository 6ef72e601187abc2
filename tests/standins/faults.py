"""Failures on request, and a record of everything that was asked.

faults, recorder = Faults(), Recorder()
with serve(scripted(app, faults, recorder)) as served:
    faults.add(status=429, headers={"Retry-After": "2"}, times=2, path="/v1/jobs*")
    ...
    assert recorder.last.json() == {...}
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from tests.standins.server import ASGIApp, Message, Receive, Scope, Send
from tests.standins.web import Reply, Request, read_request, send_reply


@dataclass
class Fault:
    """One scripted misbehaviour; see `Faults.add` for what each word means."""

    path: str = "*"
    method: str = "*"
    times: int | None = 1
    skip: int = 0
    status: int | None = None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str | None = None
    delay_s: float = 0.0
    truncate_bytes: int | None = None
    cut: bool = False
    handled: bool = False
    used: int = 0

    def fits(self, request: Request) -> bool:
        """Whether it is about this request."""
        return fnmatchcase(request.path, self.path) and self.method in {"*", request.method}


class Faults:
    """The failures still to come, the oldest first; may be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, **words: Any) -> Fault:
        """Script the answer of the next fitting request.

        Args:
            **words: `path` and `method`: a pattern such as `/v1/*`, default all. `times`: how
                many requests, default 1, None for all. `skip`: let so many fitting ones pass
                first. `status`, `body`, `headers`: answer this instead of the application;
                without a status the application answers and only the words below apply.
                `handled=True`: the application does the work and its answer is thrown away.
                `content_type`: another type than the true one. `delay_s`: wait before the
                answer, seconds. `truncate_bytes`: send so much of the body (its length is
                announced whole) and cut. `cut=True`: cut before any answer.
        """
        fault = Fault(**words)
        with self._lock:
            self._waiting.append(fault)
        return fault

    def clear(self) -> None:
        """Forget what has not happened yet."""
        with self._lock:
            self._waiting.clear()

    @property
    def waiting(self) -> int:
        """How many failures are still to come; those for all requests count as one."""
        return len(self._waiting)

    def take(self, request: Request) -> Fault | None:
        """The failure for this request; it is used up by that."""
        with self._lock:
            for fault in self._waiting:
                if not fault.fits(request):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.used += 1
                if fault.times is not None and fault.used >= fault.times:
                    self._waiting.remove(fault)
                return fault
        return None


class Recorder:
    """Every request that arrived, in order."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    @property
    def last(self) -> Request:
        """The latest request; AssertionError when there was none."""
        assert self.requests, "no request arrived"
        return self.requests[-1]

    def find(self, method: str = "*", path: str = "*") -> list[Request]:
        """The requests of a method and a path pattern."""
        return [
            request
            for request in self.requests
            if method in {"*", request.method} and fnmatchcase(request.path, path)
        ]

    def clear(self) -> None:
        """Begin anew."""
        self.requests.clear()


def scripted(app: ASGIApp, faults: Faults, recorder: Recorder | None = None) -> ASGIApp:
    """`app` with failures and a record before it; websockets pass through."""

    async def serve_request(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        request = await read_request(scope, receive)
        if recorder is not None:
            recorder.requests.append(request)
        fault = faults.take(request)
        if fault is None:
            await app(scope, _replay(request, receive), send)
            return
        await _misbehave(app, fault, request, scope, receive, send)

    return serve_request


async def _misbehave(
    app: ASGIApp, fault: Fault, request: Request, scope: Scope, receive: Receive, send: Send
) -> None:
    collected: list[Message] = []

    async def collect(message: Message) -> None:
        collected.append(message)

    if fault.handled or (fault.status is None and not fault.cut):
        await app(scope, _replay(request, receive), collect)
    await asyncio.sleep(fault.delay_s)
    if fault.cut:
        await send({"type": "standin.cut"})
        return
    if fault.status is None:
        reply = _collected_reply(collected)
    else:
        reply = Reply(fault.status, fault.body, fault.headers)
    if fault.content_type is not None or (fault.headers and fault.status is None):
        reply = Reply(
            reply.status,
            reply.content,
            {**reply.headers, **fault.headers},
            fault.content_type or reply.media_type,
        )
    if fault.truncate_bytes is None:
        await send_reply(send, reply)
    else:
        await _truncate(send, reply, fault.truncate_bytes)


async def _truncate(send: Send, reply: Reply, kept_bytes: int) -> None:
    """Announce the whole length, send the beginning, cut."""

    async def short(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": message["body"][:kept_bytes], "more_body": True}
        await send(message)

    await send_reply(short, reply)
    await send({"type": "standin.cut"})


def _collected_reply(messages: list[Message]) -> Reply:
    start = next(m for m in messages if m["type"] == "http.response.start")
    headers = {n.decode("latin-1").title(): v.decode("latin-1") for n, v in start["headers"]}
    content_type = headers.pop("Content-Type", "")
    headers.pop("Content-Length", None)
    body = b"".join(m.get("body", b"") for m in messages if m["type"] == "http.response.body")
    return Reply(start["status"], body, headers, content_type)


def _replay(request: Request, receive: Receive) -> Receive:
    """A `receive` that gives the body which was read already, then goes on with the real one."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": request.body, "more_body": False}

    return again
