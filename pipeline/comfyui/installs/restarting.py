"""The instance while nodes are installed on it: emptied first, started anew, asked what it has."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from pipeline.comfyui import heartbeat
from pipeline.comfyui.live import publish_worker
from pipeline.comfyui.managed import run_restart
from pipeline.comfyui.models import Instance
from pipeline.jobs.models import Attempt, Worker, WorkerState
from pipeline.providers.comfyui.http import CallFailed, ComfyHttp
from studio.core.errors import Unavailable

PAUSE_SECONDS = 0.5


class NotReady(Exception):
    """The instance did not become what it should; the text is for people."""


def hold(instance: Instance) -> bool:
    """Give it nothing new; False: a person had said so already, and will say when it ends."""
    draining = WorkerState.Code.DRAINING
    here = Worker.objects.filter(pk=instance.worker_id).exclude(state_id=draining)
    return _set_state(instance, here.update(state_id=draining))


def release(instance: Instance) -> None:
    """Give it work again, as soon as it answers; a person's own decision meanwhile stays."""
    here = Worker.objects.filter(pk=instance.worker_id, state_id=WorkerState.Code.DRAINING)
    _set_state(instance, here.update(state_id=WorkerState.Code.UNKNOWN))
    heartbeat.refresh(instance)


def _set_state(instance: Instance, changed: int) -> bool:
    with transaction.atomic():
        publish_worker(Worker.objects.get(pk=instance.worker_id))
    return bool(changed)


def wait_until_idle(instance: Instance, stop: Callable[[], None]) -> None:
    """Wait until nothing runs there: our jobs, and prompts of others.

    Raises:
        NotReady: it was not idle within `INSTALL_DRAIN_SECONDS`.
    """
    deadline = time.monotonic() + settings.INSTALL_DRAIN_SECONDS
    while _is_busy(instance):
        stop()
        if time.monotonic() > deadline:
            seconds = settings.INSTALL_DRAIN_SECONDS
            raise NotReady(f"Something still ran there after {seconds} s; a restart would end it.")
        time.sleep(PAUSE_SECONDS)


def _is_busy(instance: Instance) -> bool:
    if Attempt.objects.filter(worker_id=instance.worker_id, ended_at=None).exists():
        return True
    try:
        with ComfyHttp(instance.url) as http:
            return bool(http.queue().prompts)
    except CallFailed:
        return False  # what does not answer runs nothing for us


def classes_of(instance: Instance) -> list[str]:
    """The node classes that it has now; none if it does not answer."""
    try:
        with ComfyHttp(instance.url) as http:
            return sorted(http.inventory().object_info)
    except CallFailed:
        return []


def restart(instance: Instance) -> None:
    """Run its restart command; what it had in memory is gone.

    Raises:
        NotReady: there is no command, or it failed.
    """
    try:
        run_restart(instance.install_name)
    except Unavailable as error:
        raise NotReady(error.detail) from error
    instance.prefixes.all().delete()
    Instance.objects.filter(pk=instance.pk).update(restarted_at=timezone.now())


def wait_for_classes(
    instance: Instance, wanted: Collection[str], stop: Callable[[], None] = lambda: None
) -> None:
    """Wait until it answers and has these node classes.

    What answers at first may still be the server from before, so that it is given
    `INSTALL_SETTLE_SECONDS` before what is missing counts as missing.

    Raises:
        NotReady: it does not answer within `INSTALL_START_SECONDS`, or answers without them.
    """
    deadline = time.monotonic() + settings.INSTALL_START_SECONDS
    answered: float | None = None
    while True:
        stop()
        try:
            with ComfyHttp(instance.url) as http:
                http.stats()
                missing = sorted(set(wanted) - http.inventory().object_info.keys())
        except CallFailed as error:
            answered, why = None, str(error)
        else:
            if not missing:
                return
            answered = answered or time.monotonic()
            why = f"It does not have {', '.join(missing[:5])}."
            if time.monotonic() - answered >= settings.INSTALL_SETTLE_SECONDS:
                raise NotReady(f"ComfyUI has started without the nodes. {why}")
        if time.monotonic() > deadline:
            seconds = settings.INSTALL_START_SECONDS
            raise NotReady(f"ComfyUI was not ready {seconds} s after its restart. {why}")
        time.sleep(min(PAUSE_SECONDS, settings.INSTALL_SETTLE_SECONDS))
