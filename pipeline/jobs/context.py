"""What an adapter can say and ask while it runs: the engine's side of `RunContext`.

A context belongs to one attempt in one process. Its methods are called by the adapter's thread;
progress and the wish to stop are shared with the heartbeat beside it.
"""

from __future__ import annotations

import base64
import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F

from pipeline.jobs.finish import AttemptOver
from pipeline.jobs.models import Attempt, Job, ProviderRequest
from pipeline.jobs.moves import publish_job
from pipeline.jobs.previews import shrink
from pipeline.providers.base import Cancelled

log = logging.getLogger(__name__)
R = TypeVar("R")

DATABASE_PATIENCE_S = 45.0  # a restart of the database takes a few seconds
PREVIEW_EVERY_S = 0.5


def patiently(work: Callable[[], R], patience_s: float = DATABASE_PATIENCE_S) -> R:
    """Do database work that is safe to repeat, through a restart of the database.

    Raises:
        OperationalError, InterfaceError: the database stayed away for `patience_s` seconds.
    """
    deadline = time.monotonic() + patience_s
    pause = 0.1
    while True:
        try:
            return work()
        except (OperationalError, InterfaceError) as error:
            if time.monotonic() > deadline or connection.in_atomic_block:
                raise
            log.warning("The database is away, trying again: %s", str(error).strip())
            connection.close()
            time.sleep(pause)
            pause = min(2.0, pause * 2)


def release_connection() -> None:
    """Give this thread's connection back to the pool: a run that waits needs none."""
    if not connection.in_atomic_block:
        connection.close()


def _write(work: Callable[[], object]) -> None:
    """Database work of a run that goes back to waiting for somebody's answer."""
    try:
        patiently(work)
    finally:
        release_connection()


class AttemptContext:
    """The context of one attempt."""

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self.job: Job = attempt.job
        self._stop = threading.Event()  # the adapter is to stop
        self._over = threading.Event()  # the attempt is no longer ours; the request goes on
        self._woken = threading.Event()  # the adapter is to look at one of these, or at news
        self._lock = threading.Lock()
        self._permille = 0
        self._stage = ""
        self._previewed_at = 0.0
        self._asked: dict[int, str] = {}
        self._key_digest = ""
        self._keys_before: dict[str, str] = {}  # by the ids of earlier attempts' requests

    # --- the adapter's side -------------------------------------------------------------------

    def progress(self, fraction: float, stage: str) -> None:
        """Remember how far it is; the pages are told at most eight times a second."""
        with self._lock:
            self._permille = max(self._permille, round(1000 * min(1.0, max(0.0, fraction))))
            self._stage = stage[:120]

    def cancelled(self) -> bool:
        """Whether the run is to stop.

        Raises:
            AttemptOver: the attempt was ended elsewhere. That is no wish to stop: whoever takes
                the job up asks for the same request, so it must not be cancelled.
        """
        if self._over.is_set():
            raise AttemptOver
        return self._stop.is_set()

    def submitting(self, position: int, request_id: str = "") -> None:
        """Record that an output is asked for, before anything is sent.

        Raises:
            AttemptOver: the attempt was ended elsewhere; nothing must be sent for it.
        """
        _write(lambda: self._record(position, request_id))
        self._remember(position, request_id)

    def submitted(self, position: int, request_id: str) -> None:
        """Record the id that the provider gave."""
        _write(
            lambda: ProviderRequest.objects.filter(
                attempt_id=self.attempt.pk, position=position
            ).update(request_id=request_id)
        )
        self._remember(position, request_id)

    def not_submitted(self, position: int) -> None:
        """Record that nothing was taken after all."""
        _write(
            lambda: ProviderRequest.objects.filter(
                attempt_id=self.attempt.pk, position=position
            ).delete()
        )
        self._forget(position)

    def retried(self) -> None:
        """Count a repeat of a request that is safe to repeat."""
        _write(
            lambda: Attempt.objects.filter(pk=self.attempt.pk).update(
                transport_retries=F("transport_retries") + 1
            )
        )

    def preview(self, content: bytes, media_type: str) -> None:
        """Show a small picture of what is in the making, at most twice a second.

        What is no picture, or comes too fast, is left out: a preview is no result.
        """
        now = time.monotonic()
        if now - self._previewed_at < PREVIEW_EVERY_S:
            return
        self._previewed_at = now
        small = shrink(content)
        if small is None:
            log.info("%s: a preview of type %s was no picture.", self.attempt, media_type)
            return
        text = base64.b64encode(small).decode()
        try:
            publish_job(self.job, "job.preview", image=f"data:image/jpeg;base64,{text}")
        except (OperationalError, InterfaceError) as error:
            log.warning("Preview without database: %s", str(error).strip())
        finally:
            release_connection()

    def wait(self, seconds: float) -> None:
        """Sleep; wake when the run is to stop or there is news of one of its requests.

        Raises:
            Cancelled: the run is to stop.
            AttemptOver: the attempt was ended elsewhere.
        """
        release_connection()
        if not self.cancelled():
            self._woken.wait(max(0.0, seconds))
            self._woken.clear()
        if self.cancelled():
            raise Cancelled

    # --- the engine's side --------------------------------------------------------------------

    def stop(self) -> None:
        """Ask the run to stop."""
        self._stop.set()
        self._woken.set()

    def let_go(self) -> None:
        """Drop the run where it stands; what the provider is making goes on there."""
        self._over.set()
        self._woken.set()

    def wake(self) -> None:
        """Let a run that waits look at once."""
        self._woken.set()

    def has_asked(self, request_id: str) -> bool:
        """Whether the run waits for this request of a provider."""
        with self._lock:
            return bool(request_id) and request_id in self._asked.values()

    def is_unanswered(self) -> bool:
        """Whether a request is out whose id is not known: cut off now, its result is lost."""
        with self._lock:
            return "" in self._asked.values()

    def known_by(self, key_digest: str, before: Mapping[str, str]) -> None:
        """Note which key the run uses, and with which ones earlier attempts' requests were made."""
        self._key_digest, self._keys_before = key_digest, dict(before)

    def _forget(self, position: int) -> None:
        """The output is stored: nothing is awaited for it any more."""
        with self._lock:
            self._asked.pop(position, None)

    def _record(self, position: int, request_id: str) -> None:
        with transaction.atomic():
            # The row of the attempt is held, so that it is not ended elsewhere in between.
            alive = Attempt.objects.select_for_update(of=("self",), no_key=True)
            if not alive.filter(pk=self.attempt.pk, ended_at=None).exists():
                raise AttemptOver
            ProviderRequest.objects.update_or_create(
                attempt_id=self.attempt.pk,
                position=position,
                defaults={
                    "request_id": request_id,
                    "key_digest": self._keys_before.get(request_id, self._key_digest),
                },
            )

    def _remember(self, position: int, request_id: str) -> None:
        with self._lock:
            self._asked[position] = request_id
