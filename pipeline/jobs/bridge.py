"""The bridge: one process whose threads run the jobs of ComfyUI and of paid providers.

Such a job is waiting, not computing, so many fit into one process. The bridge sleeps on a
notification of the database; it looks by itself as well, for word may get lost.

When it is told to end it takes nothing new. Runs that are about to finish may, and a run whose
request is out without an id gets the whole grace, for its answer could never be asked for again.
Whatever runs on then is *handed over*: its attempt ends, its job goes back to the queue, the
provider goes on working, and the next attempt asks for the very same request. A bridge that is
killed leaves its attempts open; the next one, or the sweeper, ends them as lost, with the same
consequence.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import InterfaceError, OperationalError, connections
from django.db.models.functions import Now
from psycopg import sql

from pipeline.jobs.claim import claim_remote_job
from pipeline.jobs.context import patiently
from pipeline.jobs.finish import HANDED_OVER, LOST, end_attempt
from pipeline.jobs.models import Attempt, Worker, WorkerKind, WorkerState
from pipeline.jobs.run import AttemptRun
from pipeline.jobs.wake import CHANNEL, NEWS, STOP
from pipeline.providers.models import Provider
from studio.ops.postgres import conninfo

log = logging.getLogger(__name__)

APPLICATION_NAME = "seedframe bridge"
#: How soon it hears that it is to end.
LISTEN_S = 0.5
#: Without word it looks so often: while jobs wait for a place, and otherwise.
LOOK_S = (0.5, 5.0)
BEAT_S = 10.0
#: A job that nobody could take is looked at again after so long, or as soon as there is word.
PASSED_OVER_S = 3.0
#: What a bridge before this one left open is looked for during the first so many seconds.
INHERIT_S = 30.0
#: On a stop: for runs that are about to finish, and for those whose request has no id yet.
GRACE_S = (2.0, 15.0)


def bridge_worker() -> Worker:
    """The row of this machine's bridge, made on first use."""
    name = os.environ.get("SEEDFRAME_WORKER_NAME") or socket.gethostname()
    worker, _ = Worker.objects.get_or_create(
        name=f"{name}/bridge", defaults={"kind_id": WorkerKind.Code.BRIDGE.value}
    )
    return worker


class Bridge:
    """Claims remote jobs and runs each in a thread of its own.

    Args:
        stop: set to end it.
        threads: jobs at once.
        grace_s: on a stop, seconds for runs about to finish and for unanswered requests.
        beat: file that is touched in each round, by which a supervisor sees that it does not hang.
    """

    def __init__(
        self,
        stop: threading.Event,
        *,
        threads: int | None = None,
        grace_s: tuple[float, float] = GRACE_S,
        beat: Path | None = None,
    ) -> None:
        self.stop = stop
        self.threads = threads or settings.BRIDGE_THREADS
        self.grace_s = grace_s
        self.beat_file = beat
        self.runs: dict[threading.Thread, AttemptRun] = {}
        self._lock = threading.Lock()
        self._listener: psycopg.Connection[Any] | None = None
        self._passed_over: dict[int, float] = {}
        self._look_at = self._beat_at = 0.0
        self._inherit_until = time.monotonic() + INHERIT_S

    def run(self) -> None:
        """Work until told to stop, over restarts of the database."""
        self.worker = patiently(bridge_worker)
        pause = 0.1
        while not self.stop.is_set():
            if self.beat_file is not None:
                self.beat_file.touch()
            try:
                self._listen()
                self._beat()
                self._claim()
                connections.close_all()
                self._hear()
                pause = 0.1
            except (psycopg.OperationalError, OperationalError, InterfaceError) as error:
                log.warning("The bridge lost the database: %s", str(error).strip())
                self._lose_listener()
                connections.close_all()
                self.stop.wait(pause)
                pause = min(5.0, pause * 2)
        try:
            self._hand_over()
        finally:
            self._lose_listener()
            connections.close_all()

    # --- claiming -----------------------------------------------------------------------------

    def _claim(self) -> None:
        """Start runs as long as jobs are ready, somebody can take them, and a thread is free."""
        now = time.monotonic()
        if now < self._look_at:
            return
        self._passed_over = {pk: until for pk, until in self._passed_over.items() if until > now}
        while len(self._living()) < self.threads and not self.stop.is_set():
            decision = claim_remote_job(self.worker, self._passed_over)
            until = time.monotonic() + PASSED_OVER_S
            self._passed_over.update(dict.fromkeys(decision.passed_over, until))
            if decision.attempt is not None:
                self._start(decision.attempt)
            elif decision.is_last or not decision.passed_over:
                break
        self._look_at = time.monotonic() + LOOK_S[0 if self._passed_over else 1]

    def _start(self, attempt: Attempt) -> None:
        run = AttemptRun(attempt)
        thread = threading.Thread(
            target=self._work, args=(run,), name=f"job {attempt.job_id}", daemon=True
        )
        with self._lock:
            self.runs[thread] = run
        thread.start()

    def _work(self, run: AttemptRun) -> None:
        """A run in its own thread; a place is free when it ends."""
        try:
            run.run()
        except (OperationalError, InterfaceError):
            log.exception("%s: the database stayed away; its end is not written.", run.attempt)
        finally:
            connections.close_all()
            with self._lock:
                self.runs.pop(threading.current_thread(), None)
            self._look_at = 0.0

    def _living(self) -> list[AttemptRun]:
        with self._lock:
            return list(self.runs.values())

    # --- hearing ------------------------------------------------------------------------------

    def _listen(self) -> None:
        if self._listener is None:
            self._listener = psycopg.connect(conninfo(APPLICATION_NAME), autocommit=True)
            # LISTEN comes before the first look, so that no commit falls between the two.
            self._listener.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
            self._look_at = 0.0

    def _lose_listener(self) -> None:
        if self._listener is not None:
            self._listener.close()
        self._listener = None

    def _hear(self) -> None:
        """Wait for word, and pass it on."""
        for payload in self._words():
            if payload.startswith(STOP):
                for run in self._living():
                    if payload == f"{STOP}{run.job.pk}":
                        run.stop()
            elif payload.startswith(NEWS):
                for run in self._living():
                    if run.has_asked(payload.removeprefix(NEWS)):
                        run.wake()
            else:
                self._passed_over.clear()
                self._look_at = 0.0

    def _words(self) -> Iterator[str]:
        if self._listener is None:
            return
        timeout = LISTEN_S
        while words := list(self._listener.notifies(timeout=timeout, stop_after=1)):
            yield from (word.payload for word in words)
            timeout = 0.0

    def _beat(self) -> None:
        """Say that the bridge lives, and end what an earlier one left open."""
        now = time.monotonic()
        if now < self._beat_at:
            return
        if now < self._inherit_until:
            self._end_inherited()
        self._beat_at = now + (2.0 if now < self._inherit_until else BEAT_S)
        mine = Worker.objects.filter(pk=self.worker.pk)
        mine.update(heartbeat_at=Now())
        mine.exclude(state_id=WorkerState.Code.DRAINING).update(state_id=WorkerState.Code.ONLINE)

    def _end_inherited(self) -> None:
        """End attempts at remote jobs that were not heard of for three heartbeats."""
        silent_s = 3 * settings.JOB_HEARTBEAT_SECONDS
        silent = Attempt.objects.filter(
            ended_at=None, heartbeat_at__lt=Now() - timedelta(seconds=silent_s)
        ).exclude(job__offer__model__provider_id=Provider.Code.LOCAL.value)
        living = [run.attempt.pk for run in self._living()]
        for attempt in silent.exclude(pk__in=living).select_related("job", "worker"):
            if end_attempt(attempt, LOST):
                log.warning("%s on %s was lost.", attempt, attempt.worker)

    # --- ending -------------------------------------------------------------------------------

    def _hand_over(self) -> None:
        """Let runs finish within the grace, then end the attempts of all others."""
        began = answered = time.monotonic()
        short, long = self.grace_s
        while living := self._living():
            now = time.monotonic()
            if any(run.is_unanswered() for run in living):
                answered = now  # what comes then has to be stored, too
            if now - began > long or now - answered > short:
                break
            time.sleep(0.05)
        with self._lock:
            left = list(self.runs.items())
        for _, run in left:
            run.let_go()
        for _, run in left:
            try:
                if end_attempt(run.attempt, HANDED_OVER):
                    log.info("%s is handed over.", run.attempt)
            except (OperationalError, InterfaceError) as error:
                log.warning("%s stays open: %s", run.attempt, str(error).strip())
        for thread, _ in left:
            thread.join(timeout=0.5)
        Worker.objects.filter(pk=self.worker.pk).exclude(state_id=WorkerState.Code.DRAINING).update(
            state_id=WorkerState.Code.OFFLINE
        )
