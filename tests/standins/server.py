"""A small server for ASGI-3 applications on 127.0.0.1, in a thread, that can also misbehave.

HTTP/1.1 is spoken by `h11`, websockets by the protocol layer of `websockets`. What an ordinary
server never does is the reason for this one: it cuts an answer in the middle, refuses connections
and comes back on the same port, and drops websockets without a close frame (1006).

    with serve(app) as served:
        httpx.get(served.url + "/status")
        served.stop()            # connections are refused, open ones are reset
        served.start()           # the same port answers again
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import sys
import threading
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any

from studio.core.outbound.addresses import OTHER_PROTOCOLS
from tests.standins.http1 import CutOff, HttpConnection
from tests.standins.sockets import WebSocketConnection

Message = dict[str, Any]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

# Below the range the kernel hands out to clients: a port that is closed for a while is not taken
# by somebody's outgoing connection, and a client can't connect to itself.
PORTS = range(20_000, 32_000)
WAIT_S = 10.0


class Served:
    """A running server: its address, and the switches of its failures.

    Attributes:
        url: `http://127.0.0.1:<port>`, without a slash at the end.
        errors: tracebacks of the application; empty in a sound test.
        websocket_limit: largest message of a client, bytes; a longer one closes the socket.
        connections: how many TCP connections were ever accepted.
    """

    def __init__(
        self, app: ASGIApp, port: int = 0, *, websocket_limit: int = 4 * 1024 * 1024
    ) -> None:
        self.app = app
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.websocket_limit = websocket_limit
        self.errors: list[str] = []
        self.connections = 0
        self.loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._sockets: set[WebSocketConnection] = set()
        self._thread = threading.Thread(target=self._run_loop, name="standin", daemon=True)
        self._thread.start()

    # -- switches; callable from any thread but the server's own -------------------------------

    def start(self) -> None:
        """Listen; nothing happens when it listens already."""
        self.call(self._listen())

    def stop(self) -> None:
        """Refuse connections and reset the open ones: what a killed process looks like."""
        self.call(self._stop())

    def drop_websockets(self) -> int:
        """Reset every open websocket without a close frame (1006); gives how many."""
        return self.call(self._drop_websockets())

    @property
    def websockets(self) -> int:
        """How many websockets are open now."""
        return len(self._sockets)

    @property
    def listening(self) -> bool:
        """Whether connections are accepted now."""
        return self._server is not None

    def call(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine on the server's loop and wait for its result, at most `WAIT_S`."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(WAIT_S)

    def close(self) -> None:
        """End the server and its thread."""
        if not self._thread.is_alive():
            return
        self.stop()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(WAIT_S)

    # -- inside the loop ------------------------------------------------------------------------

    def _run_loop(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(
                self._connected, "127.0.0.1", self.port, backlog=256
            )

    async def _stop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
        tasks = list(self._open)
        for task, writer in list(self._open.items()):
            reset(writer)
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=WAIT_S)

    async def _drop_websockets(self) -> int:
        dropped = list(self._sockets)
        for connection in dropped:
            connection.abort()
        return len(dropped)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = writer
        self.connections += 1
        try:
            await self._converse(reader, writer)
        except CutOff:
            pass  # closed below, after what is buffered went out
        except (ConnectionError, asyncio.CancelledError):
            reset(writer)
        finally:
            del self._open[task]
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        http = HttpConnection(reader, writer, self.port)
        while True:
            scope = await http.next_request()
            if scope is None:
                return
            if scope["type"] == "websocket":
                await self._websocket(http, scope)
                return
            try:
                await self.app(scope, http.receive, http.send)
            except (ConnectionError, asyncio.CancelledError):
                raise
            except Exception:
                self._failed()
                await http.fail()
            if not await http.finish():
                return

    async def _websocket(self, http: HttpConnection, scope: Scope) -> None:
        connection = WebSocketConnection(http, self.websocket_limit)
        self._sockets.add(connection)
        try:
            await connection.run(self.app, scope)
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception:
            self._failed()
            connection.abort()
        finally:
            self._sockets.discard(connection)

    def _failed(self) -> None:
        text = traceback.format_exc()
        self.errors.append(text)
        sys.stderr.write(text)


@contextlib.contextmanager
def serve(
    app: ASGIApp, port: int = 0, *, websocket_limit: int = 4 * 1024 * 1024
) -> Iterator[Served]:
    """Serve `app` while the block runs; port 0 picks a free one that stays the same.

    Lifespan messages are not sent. An application may `send({"type": "standin.cut"})` instead of
    (the rest of) its answer: the connection is reset at that point.
    """
    served = Served(app, port, websocket_limit=websocket_limit)
    try:
        served.start()
        yield served
    finally:
        served.close()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on, outside the range of outgoing connections."""
    for port in random.SystemRandom().sample(PORTS, 200):
        if port in OTHER_PROTOCOLS:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no free port for a stand-in")


def reset(writer: asyncio.StreamWriter) -> None:
    """Drop a connection at once: what is still buffered is lost."""
    if isinstance(writer.transport, asyncio.WriteTransport):
        writer.transport.abort()
