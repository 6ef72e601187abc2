"""The sweeper: one process per database that calls each slice's sweep in turn.

A sweep is a function without arguments, named in SEEDFRAME_SWEEPERS, that looks in the database
for what somebody died over and sets it right. It must be quick, and right to repeat.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import psycopg
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connections
from django.utils.module_loading import import_string

from studio.ops.postgres import conninfo

log = logging.getLogger(__name__)

INTERVAL_SECONDS = 2.0
#: Any number, as long as nobody else uses it for an advisory lock.
LOCK_KEY = 7_305_221_001
BACKOFF_SECONDS = (0.5, 10.0)

Sweep = TypeVar("Sweep", bound=Callable[[], Any])


def every(seconds: float) -> Callable[[Sweep], Sweep]:
    """Mark a sweep that need not run at each round, but once in so many seconds."""

    def mark(sweep: Sweep) -> Sweep:
        sweep.every_seconds = seconds  # type: ignore[attr-defined]
        return sweep

    return mark


class Sweeper:
    """Calls the sweeps while it holds the lock that makes it the only one.

    Args:
        stop: set to end it.
        interval_seconds: pause between two rounds.
    """

    def __init__(
        self, stop: threading.Event, *, interval_seconds: float = INTERVAL_SECONDS
    ) -> None:
        self.stop = stop
        self.interval_seconds = interval_seconds
        self.sweeps: list[Callable[[], Any]] = [
            import_string(path) for path in settings.SEEDFRAME_SWEEPERS
        ]
        self._due: dict[Callable[[], Any], float] = {}
        self._lock: psycopg.Connection[Any] | None = None

    def run(self, *, once: bool = False) -> None:
        """Sweep until told to stop, over database restarts; with `once`, one round."""
        delay = BACKOFF_SECONDS[0]
        while not self.stop.is_set():
            try:
                if self._is_leader():
                    self.sweep()
                delay, pause = BACKOFF_SECONDS[0], self.interval_seconds
            except psycopg.Error as error:
                if delay == BACKOFF_SECONDS[0]:
                    log.warning("The sweeper lost the database: %s", str(error).strip())
                self._lose_lock()
                pause, delay = delay, min(delay * 2, BACKOFF_SECONDS[1])
            if once:
                break
            self.stop.wait(pause)
        self._lose_lock()

    def _is_leader(self) -> bool:
        """Whether this process holds the lock; it does as long as its session lives."""
        if self._lock is None:
            self._lock = psycopg.connect(conninfo("seedframe sweeper"), autocommit=True)
        row = self._lock.execute(
            # asking again for a lock that the session holds would count it twice
            "SELECT CASE WHEN EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory'"
            " AND pid = pg_backend_pid() AND granted) THEN true ELSE pg_try_advisory_lock(%s) END",
            [LOCK_KEY],
        ).fetchone()
        return bool(row and row[0])

    def _lose_lock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def sweep(self) -> None:
        """One round. A sweep that fails is logged and does not keep the others from their turn."""
        now = time.monotonic()
        for sweep in self.sweeps:
            if now < self._due.get(sweep, 0.0):
                continue
            self._due[sweep] = now + getattr(sweep, "every_seconds", 0.0)
            try:
                sweep()
            except DatabaseError as error:
                log.error("Sweep %s: %s", sweep.__qualname__, str(error).strip())
                connections.close_all()
            except Exception:  # one slice's mistake must not stop the recovery of all others
                log.exception("Sweep %s failed", sweep.__qualname__)
        connections.close_all()
