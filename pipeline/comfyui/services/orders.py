"""Orders to an instance: drain, interrupt, free memory, clear the queue, look again, restart."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from pipeline.comfyui import heartbeat
from pipeline.comfyui.events import WorkerEvents
from pipeline.comfyui.live import publish_worker
from pipeline.comfyui.managed import run_restart
from pipeline.comfyui.models import Instance
from pipeline.jobs.models import ProviderRequest, Worker, WorkerState
from pipeline.jobs.workers import set_worker_draining
from pipeline.providers.comfyui.http import CallFailed, ComfyHttp
from studio.core.access import require_admin
from studio.core.errors import Conflict, Unavailable
from studio.core.models import User
from studio.live.services import record_event


def drain_instance(*, actor: User, instance: Instance, draining: bool) -> None:
    """Let an instance finish what it has and take nothing new, or take work again.

    Raises:
        Forbidden: `actor` is no Admin.
        Conflict: it is retired.
    """
    require_admin(actor)
    _require_in_use(instance)
    with transaction.atomic():
        set_worker_draining(actor=actor, worker=instance.worker, draining=draining)
        worker = Worker.objects.get(pk=instance.worker_id)
        publish_worker(worker)


def interrupt_instance(*, actor: User, instance: Instance) -> str:
    """Stop what of ours runs there; prompts of others go on.

    Returns:
        The id of the prompt that was told to stop.

    Raises:
        Forbidden: `actor` is no Admin.
        Conflict: nothing of ours runs there, or it is retired.
        Unavailable: it does not answer.
    """
    require_admin(actor)
    _require_in_use(instance)

    def order(http: ComfyHttp) -> list[str]:
        ours = our_prompts(instance, http.queue().running)
        for prompt_id in ours:
            http.interrupt(prompt_id)
        return ours

    stopped = _talk(instance, order)
    if not stopped:
        raise Conflict("Nothing of ours runs on this worker.")
    _tell(WorkerEvents.WORKER_INTERRUPTED, actor, instance)
    return stopped[0]


def free_memory(*, actor: User, instance: Instance) -> None:
    """Let an instance unload its models and forget cached results.

    Raises:
        Forbidden: `actor` is no Admin.
        Conflict: it is retired.
        Unavailable: it does not answer.
    """
    require_admin(actor)
    _require_in_use(instance)

    def order(http: ComfyHttp) -> list[str]:
        http.free()
        return []

    _talk(instance, order)
    with transaction.atomic():
        instance.prefixes.all().delete()
        _tell(WorkerEvents.WORKER_FREED, actor, instance)


def clear_queue(*, actor: User, instance: Instance, everything: bool = False) -> int:
    """Take what waits out of an instance's queue: ours, or with `everything` also that of others.

    Returns:
        How many prompts were taken out.

    Raises:
        Forbidden: `actor` is no Admin.
        Conflict: nothing waits there, or it is retired.
        Unavailable: it does not answer.
    """
    require_admin(actor)
    _require_in_use(instance)

    def order(http: ComfyHttp) -> list[str]:
        waiting = http.queue().pending
        if everything:
            http.clear()
            return waiting
        ours = our_prompts(instance, waiting)
        if ours:
            http.delete(*ours)
        return ours

    taken = _talk(instance, order)
    if not taken:
        raise Conflict(f"Nothing{'' if everything else ' of ours'} waits on this worker.")
    _tell(WorkerEvents.WORKER_CLEARED, actor, instance)
    return len(taken)


def refresh_instance(*, actor: User, instance: Instance) -> None:
    """Ask an instance at once how it is and what it has.

    Raises:
        Forbidden: `actor` is no Admin.
        Conflict: it is retired.
        Unavailable: it does not answer, or does not tell what it has.
    """
    require_admin(actor)
    _require_in_use(instance)
    if failure := heartbeat.refresh(instance):
        raise Unavailable(f"“{instance.worker.name}” was asked: {failure}")


def restart_instance(*, actor: User, instance: Instance) -> None:
    """Run the restart command that the file of managed installations has for it.

    Raises:
        Forbidden: `actor` is no Admin.
        Conflict: it is retired.
        Unavailable: there is no command, or it failed.
    """
    require_admin(actor)
    _require_in_use(instance)
    run_restart(instance.install_name)
    with transaction.atomic():
        locked = Instance.objects.select_for_update().get(pk=instance.pk)
        locked.restarted_at = timezone.now()
        locked.failures, locked.message = 0, "It was told to restart."
        locked.save(update_fields=["restarted_at", "failures", "message"])
        locked.prefixes.all().delete()
        here = Worker.objects.filter(pk=locked.worker_id)
        here.exclude(state_id=WorkerState.Code.DRAINING).update(state_id=WorkerState.Code.UNKNOWN)
        instance.worker.refresh_from_db(fields=["state"])
        _tell(WorkerEvents.WORKER_RESTARTED, actor, instance)


def our_prompts(instance: Instance, prompt_ids: list[str]) -> list[str]:
    """Those of `prompt_ids` that a job of ours has sent there, in their order. One query."""
    known = set(
        ProviderRequest.objects.filter(
            attempt__worker_id=instance.worker_id, request_id__in=prompt_ids
        ).values_list("request_id", flat=True)
    )
    return [prompt_id for prompt_id in prompt_ids if prompt_id in known]


def _require_in_use(instance: Instance) -> None:
    if instance.retired_at is not None:
        raise Conflict(
            f"“{instance.worker.name}” is retired.", remedy="Bring it back before you use it."
        )


def _talk(instance: Instance, order: Callable[[ComfyHttp], list[str]]) -> list[str]:
    try:
        with ComfyHttp(instance.url) as http:
            return order(http)
    except CallFailed as error:
        raise Unavailable(
            f"“{instance.worker.name}” can't be told: {error}",
            remedy="Look at whether ComfyUI runs there.",
        ) from error


def _tell(kind: WorkerEvents, actor: User, instance: Instance) -> None:
    with transaction.atomic():
        record_event(
            kind, actor=actor, subject_code=instance.worker.code, label=instance.worker.name
        )
        publish_worker(instance.worker)
