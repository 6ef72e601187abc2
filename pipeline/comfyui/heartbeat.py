"""Asks all instances how they are, every few seconds, and writes down what they say.

Network first, all at once and outside any transaction; then one short transaction for each. Only
one process does so at a time, whoever calls.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection, connections, transaction
from django.db.models import Count, F, QuerySet
from django.utils import timezone

from pipeline.comfyui.events import WorkerEvents
from pipeline.comfyui.health import Answer, Health, health_after
from pipeline.comfyui.live import publish_beat, publish_worker, state_of
from pipeline.comfyui.models import Instance, InstanceCatalogue, Vital
from pipeline.jobs.models import Worker, WorkerState
from pipeline.jobs.moves import hint_ready
from pipeline.providers.comfyui.answers import Inventory, Stats
from pipeline.providers.comfyui.http import CallFailed, ComfyHttp
from studio.live.services import record_event
from studio.ops.sweeper import every

log = logging.getLogger(__name__)
S = WorkerState.Code

AT_ONCE = 16
#: How old what is known of nodes and models may become.
CATALOGUE_AGE = timedelta(minutes=10)
#: Pause after a failure to tell what it has, in this process: that answer may be large.
RETRY_SECONDS = 60.0
_not_before: dict[int, float] = {}
_BEAT_LOCK = 0x5EEDF00B  # key of the advisory lock; any constant that nothing else uses
#: Largest number of a column of prompts.
_MOST_PROMPTS = 32_767
_TELLS = {
    S.ONLINE: WorkerEvents.WORKER_ONLINE,
    S.DEGRADED: WorkerEvents.WORKER_DEGRADED,
    S.OFFLINE: WorkerEvents.WORKER_OFFLINE,
}
#: States in which an instance takes work.
_TAKES = (S.ONLINE, S.DEGRADED)


@dataclass(frozen=True, slots=True)
class Question:
    """What is known of an instance before it is asked."""

    instance_id: int
    url: str
    wants_inventory: bool
    version: str | None
    argv: Any
    has_prefixes: bool


def beat_all() -> int:
    """Ask every instance once and store the answers; how many were asked.

    Does nothing while another process is at it.
    """
    with _alone() as is_alone:
        if not is_alone:
            return 0
        questions = [question_for(instance) for instance in _to_ask()]
        if not questions:
            return 0
        with ThreadPoolExecutor(min(AT_ONCE, len(questions)), "heartbeat") as pool:
            for answer in pool.map(ask, questions):
                if answer.inventory_failure:
                    _not_before[answer.instance_id] = time.monotonic() + RETRY_SECONDS
                store(answer)
        with transaction.atomic():
            publish_beat()
    return len(questions)


_beating = threading.Lock()


@every(5)
def beat_in_background() -> None:
    """As `beat_all`, in a thread of its own, for callers that must not wait for the network."""
    if not _beating.acquire(blocking=False):
        return  # the last round is not over

    def beat() -> None:
        try:
            beat_all()
        except DatabaseError as error:
            log.warning("Heartbeat of instances: %s", str(error).strip())
        finally:
            connections.close_all()
            _beating.release()

    threading.Thread(target=beat, name="heartbeat", daemon=True).start()


@every(600)
def prune_vitals() -> int:
    """Forget figures older than `VITALS_HOURS`; how many."""
    limit = timezone.now() - timedelta(hours=settings.VITALS_HOURS)
    return Vital.objects.filter(measured_at__lt=limit).delete()[0]


def refresh(instance: Instance) -> str:
    """Ask one instance now, for everything it has; why it could not tell, or nothing."""
    asked = _to_ask().get(pk=instance.pk)
    answer = ask(question_for(asked, wants_inventory=True))
    store(answer)
    return answer.failure or answer.inventory_failure


def question_for(instance: Instance, *, wants_inventory: bool = False) -> Question:
    """What to ask an instance of `_to_ask`: everything it has on first contact, then seldom."""
    age: Any = getattr(instance, "known_since", None)
    is_new = instance.worker.state_id in (S.UNKNOWN, S.OFFLINE)
    is_old = age is None or age < timezone.now() - CATALOGUE_AGE
    may_try = time.monotonic() >= _not_before.get(instance.pk, 0.0)
    return Question(
        instance_id=instance.pk,
        url=instance.url,
        wants_inventory=wants_inventory or (may_try and (is_new or is_old)),
        version=getattr(instance, "known_version", None),
        argv=(getattr(instance, "known_system", None) or {}).get("argv"),
        has_prefixes=bool(getattr(instance, "prefix_count", 0)),
    )


def ask(question: Question) -> Answer:
    """Ask one instance over the network; touches no database, so that any thread may."""
    try:
        with ComfyHttp(question.url) as http:
            stats = http.stats()
            queue = http.queue()
            known = question.version is not None
            is_other = known and (stats.version, stats.system.get("argv")) != (
                question.version,
                question.argv,
            )
            is_restarted = is_other or (question.has_prefixes and not http.has_history())
            inventory, failure = None, ""
            if question.wants_inventory or is_restarted:
                inventory, failure = _inventory(http)
            return Answer(
                question.instance_id, "", stats, queue, inventory, failure, bool(is_restarted)
            )
    except CallFailed as error:
        return Answer(question.instance_id, failure=str(error))


def _inventory(http: ComfyHttp) -> tuple[Inventory | None, str]:
    try:
        return http.inventory(), ""
    except CallFailed as error:
        return None, f"What it has is not known: {error}"


def store(answer: Answer) -> None:
    """Write an answer down: figures, what it has, its state; tell when the state has changed."""
    with transaction.atomic():
        instance = (
            Instance.objects.select_for_update(of=("self",))
            .select_related("worker")
            .filter(pk=answer.instance_id, retired_at=None)
            .first()
        )
        if instance is None:
            return  # retired or removed while it was asked
        if answer.stats is not None:
            _store_vital(instance, answer)
        if answer.stats is not None and answer.inventory is not None:
            _store_catalogue(instance, answer.inventory, answer.stats)
        if answer.is_restarted:
            instance.prefixes.all().delete()
            instance.restarted_at = timezone.now()
        knows = InstanceCatalogue.objects.filter(instance=instance).exists()
        before = Health(state_of(instance.worker), instance.failures, instance.message)
        after = health_after(before, answer, knows_nodes=knows)
        instance.failures, instance.message = after.failures, after.message
        instance.save(update_fields=["failures", "message", "restarted_at"])
        _store_state(instance.worker, before, after, is_heard=answer.stats is not None)


def _store_vital(instance: Instance, answer: Answer) -> None:
    stats = answer.stats
    assert stats is not None
    Vital.objects.create(
        instance=instance,
        measured_at=timezone.now(),
        latency_ms=stats.latency_ms,
        vram_total_bytes=stats.vram_total_bytes,
        vram_free_bytes=stats.vram_free_bytes,
        ram_total_bytes=stats.ram_total_bytes,
        ram_free_bytes=stats.ram_free_bytes,
        queue_running=min(_MOST_PROMPTS, len(answer.queue.running)),
        queue_pending=min(_MOST_PROMPTS, len(answer.queue.pending)),
    )


def _store_catalogue(instance: Instance, inventory: Inventory, stats: Stats) -> None:
    """What it has, by its hash: the large documents are written only when they are others."""
    document = json.dumps([inventory.object_info, inventory.model_files], sort_keys=True)
    sha256 = hashlib.sha256(document.encode()).hexdigest()
    common = {"version": stats.version, "system": stats.system, "fetched_at": timezone.now()}
    same = InstanceCatalogue.objects.filter(instance=instance, sha256=sha256)
    if not same.update(**common):
        InstanceCatalogue.objects.update_or_create(
            instance=instance,
            defaults={
                "object_info": inventory.object_info,
                "model_files": inventory.model_files,
                "sha256": sha256,
                **common,
            },
        )


def _store_state(worker: Worker, before: Health, after: Health, *, is_heard: bool) -> None:
    """Move the worker unless a person was faster; events and messages once for each change."""
    if is_heard:
        Worker.objects.filter(pk=worker.pk).update(heartbeat_at=timezone.now())
    if after.state == before.state:
        if after.message != before.message:
            publish_worker(worker)
        return
    here = Worker.objects.filter(pk=worker.pk, state_id=before.state)
    if not here.update(state_id=after.state):
        return
    worker.state_id = after.state
    record_event(
        _TELLS[after.state],
        subject_code=worker.code,
        label=worker.name,
        data={"message": after.message} if after.message else None,
    )
    publish_worker(worker)
    if after.state in _TAKES and before.state not in _TAKES:
        hint_ready()


def _to_ask() -> QuerySet[Instance]:
    """Instances in use, with what is known of them, but without the large documents."""
    return (
        Instance.objects.filter(retired_at=None)
        .select_related("worker")
        .annotate(
            known_since=F("catalogue__fetched_at"),
            known_version=F("catalogue__version"),
            known_system=F("catalogue__system"),
            prefix_count=Count("prefixes"),
        )
        .order_by("pk")
    )


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody else is at it; a lock of the session, for no transaction is open meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_BEAT_LOCK])
        row = cursor.fetchone()
    is_alone = bool(row and row[0])
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_BEAT_LOCK])
