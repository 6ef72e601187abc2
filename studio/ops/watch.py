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
#: Until its workers are there, a cluster may take this long: on a machine with ten times too much
#: to do, starting takes half a minute, and restarting it then would only make it longer.
BOOTING_SECONDS = 180.0
FIRST_CANARY_SECONDS = 3.0
WEB_EVERY_SECONDS = 10.0
WEB_LIMIT_SECONDS = 60.0
BEAT_EVERY_SECONDS = 5.0
BEAT_LIMIT_SECONDS = 90.0


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
    of short tasks may be before it. The cluster is stuck when its canary is overdue and either

    - a worker has run it, but nobody acknowledges it; or
    - fewer workers are busy than it has, and none has begun a task since the last look.

    Besides, a dead process that its parent does not bury shows that the parent hangs.

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
        self.is_settled = False
        self._unburied: set[int] = set()

    def run(self) -> None:
        """Send, wait, judge, until told to stop."""
        while self.pause(CANARY_EVERY_SECONDS if self.is_settled else FIRST_CANARY_SECONDS):
            try:
                if (pid := self.pid()) is not None:
                    self._look_at(pid)
            except DatabaseError as error:  # its restart is somebody else's business
                log.info("No canary for %s: %s", self.cluster, error)
                self.pause(2)
            finally:
                connections.close_all()

    def _look_at(self, pid: int) -> None:
        fault = self._has_unburied(pid) or self._send_and_wait(pid)
        if fault:
            self.is_settled = False
            self._unburied = set()
            self.complain(fault)

    def _has_unburied(self, pid: int) -> str:
        """The fault if a process has been dead since the last look."""
        dead = {child.pid for child in _family(pid) if _is_dead(child)}
        still, self._unburied = dead & self._unburied, dead
        return "hangs over a dead worker" if still else ""

    def _send_and_wait(self, pid: int) -> str:
        """The fault that a canary shows, or nothing."""
        bird = canary.send(self.cluster)
        limit = CANARY_LIMIT_SECONDS if self.is_settled else STARTING_SECONDS
        began = time.monotonic()
        due, ran_at = began + limit, 0.0
        before: dict[int, int] = {}
        while self.pause(0.25):
            if self.pid() != pid:  # restarted meanwhile: the canary may have died with it
                bird.withdraw()
                return ""
            if bird.is_answered():
                self.is_settled = True
                return ""
            now = time.monotonic()
            if bird.has_run():
                ran_at = ran_at or now
                if now - ran_at > limit:
                    bird.withdraw()
                    return f"ran a task but did not acknowledge it within {limit:g} s"
                continue
            if now < due:
                continue
            at_work, begun = self._tasks(pid)
            if not begun and now - began < BOOTING_SECONDS:
                continue
            if at_work < self.workers and begun == before:
                bird.withdraw()
                return f"took no task for {limit:g} s though a worker is idle"
            before, due = begun, now + 2
        return ""

    def _tasks(self, pid: int) -> tuple[int, dict[int, int]]:
        """How many workers are busy, and the tasks each has begun."""
        busy.forget_dead(self.marks)
        found = busy.read_marks(self.marks, [child.pid for child in _family(pid)])
        return sum(at_work for at_work, _ in found.values()), {p: n for p, (_, n) in found.items()}


def _family(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def _is_dead(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


class BeatWatch(Watch):
    """Looks whether a process still touches its file.

    Args:
        path: the file.
        pid: asks for the process's number; None while it does not run.
    """

    def __init__(
        self,
        name: str,
        path: Path,
        pid: Callable[[], int | None],
        stop: threading.Event,
        complain: Callable[[str], None],
    ) -> None:
        super().__init__(name, stop, complain)
        self.path = path
        self.pid = pid

    def run(self) -> None:
        """Look every five seconds; a minute and a half without a touch is a fault."""
        known: int | None = None
        last, seen = time.monotonic(), 0.0
        while self.pause(BEAT_EVERY_SECONDS):
            pid = self.pid()
            touched = self.path.stat().st_mtime if self.path.exists() else 0.0
            if pid is None or pid != known or touched != seen:
                known, last, seen = pid, time.monotonic(), touched
            elif time.monotonic() - last > BEAT_LIMIT_SECONDS:
                self.complain(f"gave no sign of life for {BEAT_LIMIT_SECONDS:g} s")
                last = time.monotonic()


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
