"""The supervisor: keeps the database and the processes running, and ends them in good order."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from types import FrameType

import psutil

from studio.ops.account import AccountError
from studio.ops.childlog import Terminal, truncate_when_large
from studio.ops.children import Child, Spec
from studio.ops.database import EmbeddedDatabase, EmbeddedDatabaseError
from studio.ops.folder import DataFolder
from studio.ops.leftovers import remember
from studio.ops.watch import BeatWatch, ClusterWatch, Watch, WebWatch
from studio.queue import busy

TICK_SECONDS = 0.2
GRACE_SECONDS = 20.0
#: How long a cluster that was replaced may finish the tasks that it is working on.
DRAIN_SECONDS = 6 * 3600.0
#: A cluster that is asked to end and does no work ends within about two seconds, or never.
IDLE_SECONDS = 5.0


class Interrupted(BaseException):
    """A signal to stop arrived while the studio was starting."""


class Signals:
    """Ctrl-C, SIGTERM and SIGHUP: the first asks, the second insists.

    They are counted and looked at between steps. Only inside `interruptible` does one raise at
    once: raised while a process is started, it would be swallowed by the hooks of the fork and
    leave the lock of `logging` held for ever.
    """

    def __init__(self) -> None:
        self.count = 0
        self._raising = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._arrived)

    def _arrived(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        if self._raising:
            self._raising = False
            raise Interrupted

    def check(self) -> None:
        """Between two steps.

        Raises:
            Interrupted: a signal has arrived.
        """
        if self.count:
            raise Interrupted

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """A long step that starts no process: a signal ends it at once.

        Raises:
            Interrupted: a signal has arrived.
        """
        self._raising = True
        try:
            self.check()
            yield
        finally:
            self._raising = False


class Supervisor:
    """Processes of one studio on one machine.

    Args:
        folder: its data folder.
        terminal: where to say what happens.
        signals: how it is told to stop.
        grace_seconds: how long tasks may take to finish when all is stopped.
    """

    def __init__(
        self,
        folder: DataFolder,
        terminal: Terminal,
        signals: Signals,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        self.folder = folder
        self.terminal = terminal
        self.signals = signals
        #: The embedded database, if that is used; set once it is ours.
        self.database: EmbeddedDatabase | None = None
        self.grace_seconds = grace_seconds
        self.children: list[Child] = []
        self._draining: list[tuple[Child, float]] = []
        self._complaints: queue.SimpleQueue[tuple[Child, str]] = queue.SimpleQueue()
        self._stop_watches = threading.Event()
        self._watches: list[Watch] = []
        self._database_retry_at = 0.0

    # --- starting -----------------------------------------------------------------------------

    def add(self, spec: Spec) -> Child:
        """Start a process and keep it running."""
        child = Child(spec, self.folder.logs, self.terminal)
        self.children.append(child)
        child.start()
        self._remember()
        if spec.beat is not None:
            self.watch(
                BeatWatch(
                    spec.name,
                    spec.beat,
                    lambda: child.pid,
                    self._stop_watches,
                    self._complainer(child),
                )
            )
        if spec.cluster:
            self.watch(
                ClusterWatch(
                    spec.cluster,
                    spec.workers,
                    self.folder.busy,
                    lambda: child.pid,
                    self._stop_watches,
                    self._complainer(child),
                )
            )
        return child

    def watch_web(self, child: Child, make: Callable[..., WebWatch]) -> None:
        """Look after the web process; `make` gets the stop event and where to complain."""
        self.watch(make(stop=self._stop_watches, complain=self._complainer(child)))

    def watch(self, watch: Watch) -> None:
        """Let a watch run until we stop."""
        self._watches.append(watch)
        watch.start()

    def _complainer(self, child: Child) -> Callable[[str], None]:
        return lambda reason: self._complaints.put((child, reason))

    def _remember(self) -> None:
        alive = [c.identity for c in self.children if c.identity is not None]
        alive += [c.identity for c, _ in self._draining if c.identity is not None]
        remember(self.folder.run / "children.json", alive)

    # --- running ------------------------------------------------------------------------------

    def run(self, also: Callable[[], None]) -> None:
        """Keep everything running, and call `also` at each look, until a signal arrives."""
        next_logs = time.monotonic()
        while not self.signals.count:
            self.tend()
            also()
            if time.monotonic() > next_logs:
                truncate_when_large(self.folder.logs / "postgres.log")
                next_logs = time.monotonic() + 60
            time.sleep(TICK_SECONDS)

    def tend(self) -> None:
        """One look at everything."""
        if os.getpid() == 1:
            self._reap_strangers()
        self._tend_database()
        started = [child for child in self.children if child.tend()]
        if started:
            self._remember()
        while not self._complaints.empty():
            child, reason = self._complaints.get()
            self._replace(child, reason)
        self._tend_drains()

    def _reap_strangers(self) -> None:
        """As the first process of a container we inherit the orphans of all others."""
        ours = {c.process.pid for c in self.children if c.process is not None}
        ours |= {c.process.pid for c, _ in self._draining if c.process is not None}
        for orphan in psutil.Process().children():
            if orphan.pid not in ours and orphan.status() == psutil.STATUS_ZOMBIE:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(orphan.pid, os.WNOHANG)

    def _tend_database(self) -> None:
        database = self.database
        if database is None or database.pid() is not None:
            return
        if time.monotonic() < self._database_retry_at:
            return
        self.terminal.say("The database ended; starting it again.")
        try:
            database.start()
            self.terminal.say("The database is back.")
        except (EmbeddedDatabaseError, AccountError) as error:
            self.terminal.say(f"The database does not start, trying again in 10 s. {error}")
            self._database_retry_at = time.monotonic() + 10

    def _replace(self, child: Child, reason: str) -> None:
        """Start a successor at once; the old one may finish the tasks that it is working on."""
        self.terminal.say(f"{child.spec.name} {reason}; starting it anew.")
        if child.pid is None:
            return
        working = bool(child.spec.cluster) and self._is_working(child)
        old = child.replace()
        if working:
            old.ask_to_end()
            self._draining.append((old, time.monotonic()))
        else:
            # At once: what it still took from the queue would be lost in it.
            old.kill()
        self._remember()

    def _tend_drains(self) -> None:
        for old, since in list(self._draining):
            waited = time.monotonic() - since
            idle = waited > IDLE_SECONDS and not self._is_working(old)
            if not old.has_ended() and not idle and waited < DRAIN_SECONDS:
                continue
            old.kill()
            self._draining.remove((old, since))
            self.terminal.note(f"{old.spec.name}: the old processes are gone")
            self._remember()

    def _is_working(self, child: Child) -> bool:
        """Whether any of a cluster's processes is at a task."""
        if child.process is None:
            return False
        try:
            family = psutil.Process(child.process.pid).children(recursive=True)
        except psutil.Error:
            return False
        marks = busy.read_marks(self.folder.busy, [p.pid for p in family])
        return any(at_work for at_work, _ in marks.values())

    # --- stopping -----------------------------------------------------------------------------

    def stop(self) -> None:
        """End web, task clusters and bridge, the rest, the database, in this order, bounded time.

        Tasks get `grace_seconds` to finish; what is still running then is killed, and the sweeper
        of the next start finds its jobs. A further signal kills at once.
        """
        self._stop_watches.set()
        asked = self.signals.count
        old = [child for child, _ in self._draining]
        clusters = [c for c in self.children if c.spec.cluster or c.spec.drains]
        web = [c for c in self.children if c.spec.name == "web"]
        rest = [c for c in self.children if c not in clusters and c not in web]
        for group, seconds in ((web, 5.0), (clusters + old, self.grace_seconds), (rest, 5.0)):
            self._end(group, seconds, asked)
        (self.folder.run / "children.json").unlink(missing_ok=True)
        if self.database is not None:
            try:
                self.database.stop(seconds=20 if self.signals.count <= asked else 1)
            except (EmbeddedDatabaseError, OSError) as error:
                self.terminal.say(f"The database could not be stopped: {error}")

    def _end(self, group: Sequence[Child], seconds: float, asked: int) -> None:
        for child in group:
            child.ask_to_end()
        start = time.monotonic()
        told = False
        while alive := [c for c in group if not c.has_ended()]:
            waited = time.monotonic() - start
            insists = self.signals.count > max(asked, 1)
            if insists or waited > seconds:
                break
            working = [c for c in alive if c.spec.cluster and self._is_working(c)]
            idle = not working and all(c.spec.cluster for c in alive)
            if waited > IDLE_SECONDS and idle:
                break
            if working and waited > 1.5 and not told:
                told = True
                self.terminal.say(
                    f"Tasks may finish for {seconds:g} s; Ctrl-C again ends them at once."
                )
            time.sleep(0.05)
        for child in group:
            if not child.has_ended():
                self.terminal.note(f"{child.spec.name} did not end by itself; killing it")
            child.kill()
            child.finish_log()
