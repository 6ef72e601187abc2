"""Watching what a running process can't tell: a cluster that takes no tasks, a web that hangs.

Each watch runs in a thread of the supervisor and asks it for a restart; only the main thread
starts processes.
"""

from __future__ import annotations

import http.client
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from django.db import Error as DatabaseError
from django.db import connections

from studio.queue import busy, canary

log = logging.getLogger(__name__)

CANARY_EVERY_SECONDS = 4.0
CANARY_LIMIT_SECONDS = 8.0
#: A cluster that has just started gets longer; and a predecessor that drains may still claim
#: tasks for a second, in which the first canary would get lost.
STARTING_SECONDS = 20.0
FIRST_CANARY_SECONDS = 3.0
WEB_EVERY_SECONDS = 10.0
WEB_LIMIT_SECONDS = 60.0


class Watch(threading.Thread):
    """A loop that ends when told; `complain(reason)` asks for a restart of what is watched."""

    def __init__(self, name: str, stop: threading.Event, complain: Callable[[str], None]) -> None:
        super().__init__(name=f"watch of {name}", daemon=True)
        self.stop_event = stop
        self.complain = complain

    def pause(self, seconds: float) -> bool:
        """Wait; whether the watch should go on."""
        return not self.stop_event.wait(seconds)


class ClusterWatch(Watch):
    """Sends canaries through one queue.

    An unanswered canary alone is no fault: all workers may be at work for an hour, or a long line
    of short tasks may be before it. The cluster is stuck when its canary is overdue, fewer workers
    are busy than it has, and no worker has begun a task since the last look.

    Args:
        cluster: the queue.
        workers: processes that run its tasks.
        marks: folder of the busy marks.
        pid: asks for the number of the cluster's process; None while it does not run.
    """

    def __init__(
        self,
        cluster: str,
        workers: int,
        marks: Path,
        pid: Callable[[], int | None],
        stop: threading.Event,
        complain: Callable[[str], None],
    ) -> None:
        super().__init__(cluster, stop, complain)
        self.cluster = cluster
        self.workers = workers
        self.marks = marks
        self.pid = pid
        self.answered_at: float | None = None

    def run(self) -> None:
        """Send, wait, judge, until told to stop."""
        while self.pause(CANARY_EVERY_SECONDS if self.answered_at else FIRST_CANARY_SECONDS):
            try:
                self._send_and_wait()
            except DatabaseError as error:  # its restart is somebody else's business
                log.info("No canary for %s: %s", self.cluster, error)
                self.pause(2)
            finally:
                connections.close_all()

    def _send_and_wait(self) -> None:
        pid = self.pid()
        if pid is None:
            return
        row = canary.send(self.cluster)
        limit = CANARY_LIMIT_SECONDS if self.answered_at else STARTING_SECONDS
        due = time.monotonic() + limit
        before: dict[int, int] = {}
        while self.pause(0.25):
            if self.pid() != pid:  # restarted meanwhile: the canary may have died with it
                canary.withdraw(self.cluster, row)
                return
            if canary.is_answered(row):
                self.answered_at = time.time()
                return
            if time.monotonic() < due:
                continue
            at_work, now = self._tasks(pid)
            if at_work < self.workers and now == before:
                canary.withdraw(self.cluster, row)
                self.answered_at = None
                self.complain(f"took no task for {limit:g} s though a worker is idle")
                return
            before, due = now, time.monotonic() + 2

    def _tasks(self, pid: int) -> tuple[int, dict[int, int]]:
        """How many workers are busy, and the tasks each has begun."""
        try:
            family = [p.pid for p in psutil.Process(pid).children(recursive=True)]
        except psutil.Error:
            family = []
        busy.forget_dead(self.marks)
        found = busy.read_marks(self.marks, family)
        return sum(at_work for at_work, _ in found.values()), {p: n for p, (_, n) in found.items()}


class WebWatch(Watch):
    """Asks the web process for a sign of life.

    Args:
        connect: makes a connection to it.
        headers: headers by which it takes the request for one of its own.
    """

    def __init__(
        self,
        connect: Callable[[], http.client.HTTPConnection],
        headers: dict[str, str],
        stop: threading.Event,
        complain: Callable[[str], None],
    ) -> None:
        super().__init__("web", stop, complain)
        self.connect = connect
        self.headers = headers

    def run(self) -> None:
        """Ask every ten seconds; a minute without an answer is a fault."""
        last = time.monotonic()
        while self.pause(WEB_EVERY_SECONDS):
            if get(self.connect(), "/healthz", self.headers) == 200:
                last = time.monotonic()
            elif time.monotonic() - last > WEB_LIMIT_SECONDS:
                self.complain(f"gave no answer for {WEB_LIMIT_SECONDS:g} s")
                last = time.monotonic()


def get(connection: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> int:
    """The status of a GET, or 0 when there is no answer."""
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        response.read()
        return response.status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
