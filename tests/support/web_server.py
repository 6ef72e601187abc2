"""A small real web server that answers as a test says: for what callers make of odd answers."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Call:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    """What is answered. `cut` bytes are sent of the body, then the connection ends."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    close: bool = False
    delay_s: float = 0.0
    endless: bool = False


@dataclass
class WebServer:
    """Its address, what was asked, and what is answered next (the last reply repeats)."""

    url: str
    calls: list[Call] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    sent: int = 0

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def next_reply(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextlib.contextmanager
def serving(reply: Callable[[Call], Reply] | None = None) -> Iterator[WebServer]:
    """A server on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            call = Call(self.command, self.path, headers, self.rfile.read(length))
            here.calls.append(call)
            answer = reply(call) if reply else here.next_reply()
            time.sleep(answer.delay_s)
            if answer.close:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.endless:
                self.end_headers()
                self._stream_without_end()
                return
            if "content-length" not in answer.headers:
                self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body if answer.cut is None else answer.body[: answer.cut])
            if answer.cut is not None:
                self.wfile.flush()
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_DELETE = _answer

        def _stream_without_end(self) -> None:
            self.close_connection = True
            with contextlib.suppress(OSError):
                while True:
                    self.wfile.write(b"x" * 65536)
                    here.sent += 65536

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    here = WebServer(f"http://127.0.0.1:{server.server_port}", replies=[Reply()])
    threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    ).start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
