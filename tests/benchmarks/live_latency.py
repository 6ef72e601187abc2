"""Event → browser socket, the studio's web process against a bare LISTEN relay, in one run.

    python -m tests.benchmarks.live_latency [--messages 200]

The studio's side is whole: `publish` in a transaction, NOTIFY, the channel layer, the consumer,
daphne, a websocket of a signed-in person. The baseline is the least that could do it: one LISTEN
connection whose notifications go to all sockets of a plain websocket server. A latency is the
time from before the commit to one socket's receipt; 1 and 50 sockets, each side in turn.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from studio.ops import database
from studio.ops.process import die_with_parent, kill_group
from tests.benchmarks.queue_latency import percentiles

RAW_CHANNEL = "raw_relay"


def child(*command: str, handle: int | None = None) -> subprocess.Popen[bytes]:
    """Start a server that ends with us."""
    return subprocess.Popen(
        [sys.executable, *command],
        pass_fds=() if handle is None else (handle,),
        start_new_session=True,
        preexec_fn=die_with_parent(),
    )


class Audience:
    """Sockets that note when each message arrives.

    Args:
        sockets: open connections.
        unwrap: gets the sequence number out of a received document, or None for another message.
    """

    def __init__(self, sockets: list[ClientConnection]) -> None:
        self.sockets = sockets
        self.arrived: asyncio.Queue[tuple[int, int]] = asyncio.Queue()
        self.readers = [asyncio.create_task(self._read(s)) for s in sockets]

    async def _read(self, connection: ClientConnection) -> None:
        async for text in connection:
            at = time.monotonic_ns()
            number = json.loads(text).get("number")
            if number is not None:
                self.arrived.put_nowait((number, at))

    async def hear(self, number: int, send: Callable[[], None]) -> list[float]:
        """Send one message; milliseconds until each socket had it."""
        began = time.monotonic_ns()
        await asyncio.to_thread(send)
        found: list[float] = []
        while len(found) < len(self.sockets):
            which, at = await asyncio.wait_for(self.arrived.get(), 10)
            if which == number:
                found.append((at - began) / 1e6)
        return found

    async def close(self) -> None:
        """Hang up."""
        for connection in self.sockets:
            await connection.close()
        await asyncio.gather(*self.readers, return_exceptions=True)


async def open_sockets(port: int, path: str, count: int, cookie: str) -> list[ClientConnection]:
    """Connect, waiting for the server to come up."""
    headers = {"Cookie": f"sessionid={cookie}"}
    origin = Origin(f"http://127.0.0.1:{port}")
    found: list[ClientConnection] = []
    end = time.monotonic() + 60
    while len(found) < count:
        try:
            found.append(
                await connect(
                    f"ws://127.0.0.1:{port}{path}",
                    origin=origin,
                    additional_headers=headers,
                    open_timeout=20,
                )
            )
        except OSError:
            if time.monotonic() > end:
                raise
            await asyncio.sleep(0.2)
    return found


def send_by_studio(user_id: int, number: int) -> None:
    """Publish as a service does: inside a transaction, delivered on commit."""
    from django.db import transaction

    from studio.live.services import publish, user_group

    with transaction.atomic():
        publish([user_group(user_id)], {"kind": "job.changed", "number": number, "progress": 0.5})


def send_raw(number: int) -> None:
    """The same message for the baseline, over the same connection."""
    from django.db import connection, transaction

    text = json.dumps({"kind": "job.changed", "number": number, "progress": 0.5})
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [RAW_CHANNEL, text])


async def measure(
    ports: dict[str, int], cookie: str, user_id: int, sockets: int, messages: int
) -> dict[str, list[float]]:
    """Latencies of both sides, message by message in turn."""
    sides = {
        "studio": Audience(await open_sockets(ports["studio"], "/ws/live/", sockets, cookie)),
        "raw": Audience(await open_sockets(ports["raw"], "/", sockets, cookie)),
    }
    await asyncio.sleep(2)  # until the groups are joined
    found: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(messages + 5):
        for name, audience in sides.items():

            def send(name: str = name, number: int = number) -> None:
                send_by_studio(user_id, number) if name == "studio" else send_raw(number)

            latencies = await audience.hear(number, send)
            if number >= 5:
                found[name] += latencies
            await asyncio.sleep(random.uniform(0.01, 0.03))
    for audience in sides.values():
        await audience.close()
    return found


def prepare() -> tuple[str, int]:
    """Database, a person, a session; returns the session's cookie and the person's id."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from studio.core.services import create_user

    call_command("migrate", verbosity=0)
    user = create_user(actor=None, username="watcher", password="a-long-bench-password")
    client = Client(HTTP_HOST="localhost")
    client.force_login(user)
    return client.cookies["sessionid"].value, user.pk


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=200)
    messages = parser.parse_args().messages
    with tempfile.TemporaryDirectory(prefix="sf-bench-", dir="/tmp") as folder:
        data = Path(folder).resolve()
        data.chmod(0o711)
        server = database.EmbeddedDatabase(data, tied=True)
        server.start()
        os.environ |= {
            "SEEDFRAME_DATA": folder,
            "DATABASE_URL": database.url(data),
            "DJANGO_SETTINGS_MODULE": "studio.conf.settings",
        }
        cookie, user_id = prepare()
        listening = {name: socket.create_server(("127.0.0.1", 0)) for name in ("studio", "raw")}
        ports = {name: found.getsockname()[1] for name, found in listening.items()}
        web, raw = (found.fileno() for found in listening.values())
        application = "studio.conf.asgi:application"
        servers = [
            child("-m", "daphne", "--verbosity", "0", "--fd", str(web), application, handle=web),
            child("-m", "tests.benchmarks.raw_relay", str(raw), RAW_CHANNEL, handle=raw),
        ]
        try:
            for sockets in (1, 50):
                found = asyncio.run(measure(ports, cookie, user_id, sockets, messages))
                results = {name: percentiles(values) for name, values in found.items()}
                for name, (p50, p95) in results.items():
                    print(f"{sockets:3} sockets  {name:6}  p50 {p50:6.2f} ms   p95 {p95:6.2f} ms")
                print(
                    f"{sockets:3} sockets  ratio   p50 "
                    f"{results['studio'][0] / results['raw'][0]:6.2f}×    p95 "
                    f"{results['studio'][1] / results['raw'][1]:6.2f}×   (studio / raw)"
                )
        finally:
            for process in servers:
                kill_group(process.pid)
                process.wait()
            from django.db import connections

            connections.close_all()
            server.stop()


if __name__ == "__main__":
    main()
