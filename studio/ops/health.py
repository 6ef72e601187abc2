"""Whether this process can serve: each thing that it stands on is tried, with a time limit."""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from channels.layers import get_channel_layer
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connections
from django_q.brokers import get_broker
from django_q.conf import Conf

from studio.ops.postgres import conninfo

log = logging.getLogger(__name__)

PART_SECONDS = 3.0
#: Probes that come faster than this get the last answer: the page is open to everybody.
REUSE_SECONDS = 1.0


@dataclass(frozen=True)
class Part:
    """The result for one part; `error` says what is wrong without saying where things are."""

    ok: bool
    ms: float
    error: str = ""


def check_database() -> None:
    """Connect and ask; raises when it does not answer or can't be written."""
    info = conninfo("seedframe readiness", connect_seconds=2)
    with psycopg.connect(info, autocommit=True) as connection:
        row = connection.execute("SELECT pg_is_in_recovery()").fetchone()
        if row is None or row[0]:
            raise psycopg.OperationalError("the server is a read-only standby")


def check_broker() -> None:
    """The queue answers; raises otherwise."""
    try:
        if not get_broker().ping():
            raise ConnectionError("the broker does not answer")
    finally:
        connections[Conf.ORM or "default"].close()


def check_storage() -> None:
    """Files can be written (data folder) or looked up (S3); raises otherwise."""
    if isinstance(default_storage, FileSystemStorage) or hasattr(default_storage, "location"):
        folder = Path(str(getattr(default_storage, "location", "")))
        if folder.is_absolute():
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=folder, prefix=".ready-") as file:
                file.write(b"ready")
                file.flush()
            return
    # one request that changes nothing and costs next to nothing
    default_storage.exists(".ready")


async def check_channel_layer() -> None:
    """A message to a group comes back; raises otherwise."""
    layer: Any = get_channel_layer()
    channel = await layer.new_channel()
    group = f"ready.{uuid.uuid4().hex}"
    await layer.group_add(group, channel)
    try:
        await layer.group_send(group, {"type": "ready"})
        await layer.receive(channel)
    finally:
        await layer.group_discard(group, channel)


#: What is tried: synchronous functions run in threads.
_SYNCHRONOUS: dict[str, Callable[[], None]] = {
    "database": check_database,
    "broker": check_broker,
    "storage": check_storage,
}
_last: tuple[float, dict[str, Part]] = (0.0, {})


async def readiness() -> dict[str, Part]:
    """Try everything at once; takes at most about three seconds."""
    global _last
    at, parts = _last
    if parts and time.monotonic() - at < REUSE_SECONDS:
        return parts
    tries: dict[str, Awaitable[None]] = {
        name: asyncio.to_thread(check) for name, check in _SYNCHRONOUS.items()
    }
    tries["channel_layer"] = check_channel_layer()
    found = await asyncio.gather(*(_try(name, work) for name, work in tries.items()))
    parts = dict(zip(tries, found, strict=True))
    _last = (time.monotonic(), parts)
    return parts


async def _try(name: str, work: Awaitable[None]) -> Part:
    start = time.perf_counter()
    error = ""
    try:
        await asyncio.wait_for(work, PART_SECONDS)
    except TimeoutError:
        error = f"no answer within {PART_SECONDS:g} s"
    except Exception as problem:  # whatever a driver raises, the part is not ready
        log.warning("Not ready: %s: %s", name, problem)
        error = f"fails ({type(problem).__name__})"
    return Part(not error, round((time.perf_counter() - start) * 1000, 1), error)
