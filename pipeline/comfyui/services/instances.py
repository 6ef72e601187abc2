"""The list of instances: registering, changing, removing, retiring and bringing back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.db import IntegrityError, transaction
from django.utils import timezone

from pipeline.comfyui.events import WorkerEvents
from pipeline.comfyui.live import publish_worker
from pipeline.comfyui.managed import managed_installations
from pipeline.comfyui.models import Instance, InstanceTag
from pipeline.jobs.models import Attempt, Worker, WorkerKind, WorkerState
from studio.core import outbound
from studio.core.access import require_admin
from studio.core.errors import Conflict, Invalid
from studio.core.models import User
from studio.live.services import record_event

MAX_TAGS = 20
MAX_RATE_PERMILLE = 1_000_000
_TAG = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def register_instance(
    *,
    actor: User,
    name: str,
    url: str,
    capacity: int = 2,
    tags: Iterable[str] = (),
    rate_permille: int = 1000,
    install_name: str = "",
) -> Instance:
    """Add a ComfyUI server; it takes work as soon as it has answered a heartbeat.

    Args:
        url: its address; only http and https, without a user name; private networks are allowed.
        capacity: how many prompts of ours may lie in its queue at once, 1 to 100.
        tags: what workflows can ask for: lower-case letters, digits, `-` and `_`.
        rate_permille: what a GPU second there counts, in thousandths of the price book's.
        install_name: its entry in the file of managed installations; empty: not managed.

    Raises:
        Forbidden: `actor` is no Admin.
        Invalid: a value does not fit, or the name or address is taken.
    """
    require_admin(actor)
    fields = _checked(name, url, capacity, tags, rate_permille, install_name)
    try:
        with transaction.atomic():
            worker = Worker.objects.create(
                name=fields["name"],
                kind_id=WorkerKind.Code.COMFYUI,
                state_id=WorkerState.Code.UNKNOWN,
            )
            instance = Instance.objects.create(
                worker=worker,
                owner=actor,
                **{key: fields[key] for key in ("url", "capacity", "rate_permille")},
                install_name=fields["install_name"],
            )
            _set_tags(instance, fields["tags"])
            _tell(WorkerEvents.WORKER_REGISTERED, actor, worker)
    except IntegrityError as error:
        raise _taken(fields) from error
    return instance


def change_instance(*, actor: User, instance: Instance, **changes: Any) -> Instance:
    """Change what was said at registration; what is not named in `changes` stays.

    Another address makes it unknown again until it answers there.

    Raises:
        Forbidden, Invalid: as for `register_instance`.
    """
    require_admin(actor)
    now: dict[str, Any] = {
        "name": instance.worker.name,
        "url": instance.url,
        "capacity": instance.capacity,
        "tags": [tag.tag for tag in instance.tags.all()],
        "rate_permille": instance.rate_permille,
        "install_name": instance.install_name,
    }
    fields = _checked(**(now | changes))
    try:
        with transaction.atomic():
            locked = Instance.objects.select_for_update().get(pk=instance.pk)
            worker = Worker.objects.select_for_update().get(pk=locked.worker_id)
            if fields["url"] != locked.url:
                _forget(locked, worker)
            for key in ("url", "capacity", "rate_permille", "install_name"):
                setattr(locked, key, fields[key])
            locked.save()
            worker.name = fields["name"]
            worker.save(update_fields=["name"])
            _set_tags(locked, fields["tags"])
            _tell(WorkerEvents.WORKER_UPDATED, actor, worker)
    except IntegrityError as error:
        raise _taken(fields) from error
    return locked


def remove_instance(*, actor: User, instance: Instance) -> bool:
    """Take an instance off the list: without a trace if it never ran a job, else retire it.

    Returns:
        Whether it was removed; False: it is retired and keeps its history.

    Raises:
        Forbidden: `actor` is no Admin.
        Conflict: a job of ours still runs there.
    """
    require_admin(actor)
    with transaction.atomic():
        locked = Instance.objects.select_for_update().get(pk=instance.pk)
        worker = Worker.objects.select_for_update().get(pk=locked.worker_id)
        attempts = Attempt.objects.filter(worker=worker)
        if attempts.filter(ended_at=None).exists():
            raise Conflict(
                f"Jobs are still running on “{worker.name}”.",
                remedy="Drain it and wait for them, or cancel them.",
            )
        if attempts.exists():
            locked.retired_at = timezone.now()
            locked.save(update_fields=["retired_at"])
            worker.state_id = WorkerState.Code.OFFLINE
            worker.save(update_fields=["state"])
            locked.prefixes.all().delete()
            _tell(WorkerEvents.WORKER_RETIRED, actor, worker)
            return False
        locked.delete()
        record_event(WorkerEvents.WORKER_REMOVED, actor=actor, label=worker.name)
        publish_worker(worker)
        worker.delete()
    return True


def restore_instance(*, actor: User, instance: Instance) -> None:
    """Bring a retired instance back; it takes work as soon as it answers.

    Raises:
        Forbidden: `actor` is no Admin.
        Conflict: it is not retired, or its address was registered anew meanwhile.
    """
    require_admin(actor)
    try:
        with transaction.atomic():
            locked = Instance.objects.select_for_update().get(pk=instance.pk)
            worker = Worker.objects.select_for_update().get(pk=locked.worker_id)
            if locked.retired_at is None:
                raise Conflict(f"“{worker.name}” is not retired.")
            locked.retired_at = None
            locked.save(update_fields=["retired_at"])
            _forget(locked, worker)
            _tell(WorkerEvents.WORKER_RESTORED, actor, worker)
    except IntegrityError as error:
        raise Conflict(f"Another worker is registered at {instance.url}.") from error


def check_address(url: str) -> str:
    """An instance's address as it is stored, if the studio may call it.

    Raises:
        Invalid: it is no plain http(s) address, or leads where the studio must not go.
    """
    try:
        parts = urlsplit(url.strip())
        plain = parts.scheme in ("http", "https") and bool(parts.hostname)
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise _wrong("url", "This is no address.") from error
    if not plain or parts.username is not None or parts.query or parts.fragment:
        raise _wrong("url", "An address such as http://render-1:8188, without user name or query.")
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
    found = urlunsplit((parts.scheme, f"{host}{port}", parts.path.rstrip("/"), "", ""))
    if len(found) > 300:
        raise _wrong("url", "At most 300 characters.")
    try:
        outbound.check_url(found, allow_private=True)
    except outbound.UnsafeAddress as error:
        raise _wrong("url", str(error)) from error
    return found


def _checked(
    name: str,
    url: str,
    capacity: int,
    tags: Iterable[str],
    rate_permille: int,
    install_name: str,
) -> dict[str, Any]:
    """The values as they are stored; asks the network for the address, so no transaction is open.

    Raises:
        Invalid: naming the field that is wrong.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= 120:
        raise _wrong("name", "1 to 120 characters.")
    if not 1 <= capacity <= 100:
        raise _wrong("capacity", "1 to 100 prompts.")
    if not 0 <= rate_permille <= MAX_RATE_PERMILLE:
        raise _wrong("rate_permille", f"0 to {MAX_RATE_PERMILLE}.")
    chosen = sorted({tag.strip().lower() for tag in tags if tag.strip()})
    if bad := next((tag for tag in chosen if not _TAG.fullmatch(tag)), None):
        raise _wrong("tags", f"“{bad[:40]}” is no tag: letters, digits, - and _, at most 40.")
    if len(chosen) > MAX_TAGS:
        raise _wrong("tags", f"At most {MAX_TAGS} tags.")
    if install_name and install_name not in managed_installations():
        raise _wrong("install_name", "There is no such entry in the file of installations.")
    return {
        "name": name,
        "url": check_address(url),
        "capacity": capacity,
        "tags": chosen,
        "rate_permille": rate_permille,
        "install_name": install_name,
    }


def _forget(instance: Instance, worker: Worker) -> None:
    """Nothing is known of it until it answers; what a person drained stays drained."""
    instance.failures, instance.message = 0, ""
    instance.save(update_fields=["failures", "message"])
    instance.prefixes.all().delete()
    Worker.objects.filter(pk=worker.pk).exclude(state_id=WorkerState.Code.DRAINING).update(
        state_id=WorkerState.Code.UNKNOWN
    )
    worker.refresh_from_db(fields=["state"])


def _set_tags(instance: Instance, tags: list[str]) -> None:
    instance.tags.exclude(tag__in=tags).delete()
    present = set(instance.tags.values_list("tag", flat=True))
    InstanceTag.objects.bulk_create(
        InstanceTag(instance=instance, tag=tag) for tag in tags if tag not in present
    )


def _tell(kind: WorkerEvents, actor: User, worker: Worker) -> None:
    record_event(kind, actor=actor, subject_code=worker.code, label=worker.name)
    publish_worker(worker)


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(message, fields={field: [message]})


def _taken(fields: dict[str, Any]) -> Invalid:
    """Which of the two unique values somebody else has."""
    holder = Instance.objects.filter(url=fields["url"], retired_at=None).exclude(
        worker__name=fields["name"]
    )
    if other := holder.select_related("worker").first():
        return _wrong("url", f"“{other.worker.name}” is registered at this address.")
    return _wrong("name", "Another worker has this name, or had it and is retired.")
