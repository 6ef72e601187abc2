"""One path for everything that happens: event, notifications, live messages."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import connection, transaction
from django.utils import timezone

from studio.core.lookups import Codes
from studio.core.models import Project, User
from studio.live.models import Event, Notification


def project_group(code: uuid.UUID) -> str:
    """The live group of everyone who looks at a project."""
    return f"project.{code.hex}"


def user_group(user_id: int) -> str:
    """The live group of one person's open pages."""
    return f"user.{user_id}"


def studio_group() -> str:
    """The live group of everyone who is signed in: for what the whole studio may see."""
    return "studio"


def job_group(code: uuid.UUID) -> str:
    """The live group of everyone who follows one job."""
    return f"job.{code.hex}"


def publish(groups: Iterable[str], message: Mapping[str, Any]) -> None:
    """Send a small typed message to live groups once the transaction commits.

    Args:
        groups: group names; each receives the message once.
        message: `{"kind": "job.changed", "code": …, …}`, JSON values only, below 7 kB.
    """
    layer: Any = get_channel_layer()
    envelope = {"type": "live.message", "message": dict(message)}
    names = sorted(set(groups))
    if hasattr(layer, "notify_sync"):
        layer.notify_sync(names, envelope)
        return

    def send() -> None:
        for name in names:
            async_to_sync(layer.group_send)(name, envelope)

    transaction.on_commit(send)


def record_event(
    kind: Codes,
    *,
    project: Project | None = None,
    actor: User | None = None,
    subject_code: uuid.UUID | None = None,
    label: str = "",
    data: Mapping[str, Any] | None = None,
    notify: Iterable[User] = (),
) -> Event:
    """Record that something happened, in the caller's transaction, and tell those who watch.

    Args:
        kind: a registered kind.
        notify: people who get a notification besides the feed.

    Raises:
        RuntimeError: called outside a transaction (the event could outlive what it tells of).
    """
    if not connection.in_atomic_block:
        raise RuntimeError("record_event must be called inside the service's transaction.")
    event = Event.objects.create(
        kind_id=kind.value,
        project=project,
        actor=actor,
        subject_code=subject_code,
        label=label[:200],
        data=dict(data or {}),
    )
    message = {
        "kind": kind.code,
        "code": str(subject_code) if subject_code else None,
        "label": event.label,
        "project": str(project.code) if project else None,
        "event": event.pk,
    }
    if project is not None:
        publish([project_group(project.code)], message)
        publish(
            [project_group(project.code)], {"kind": "feed.changed", "project": message["project"]}
        )
    people = {user.pk: user for user in notify}
    if people:
        Notification.objects.bulk_create(Notification(user=u, event=event) for u in people.values())
        publish(
            [user_group(pk) for pk in people],
            {**message, "kind": "notification.created", "title": kind.label, "about": kind.code},
        )
    return event


def mark_notifications_read(
    *, actor: User, only: Notification | None = None, up_to: int | None = None
) -> int:
    """Mark a person's own notifications as read; returns how many were not.

    Args:
        only: just this one; it must belong to `actor`.
        up_to: those with this id and older, so that one that arrives meanwhile stays unread.
    """
    unread = Notification.objects.filter(user=actor, read_at=None)
    if only is not None:
        unread = unread.filter(pk=only.pk)
    if up_to is not None:
        unread = unread.filter(pk__lte=up_to)
    with transaction.atomic():
        found = unread.update(read_at=timezone.now())
        if found:
            publish([user_group(actor.pk)], {"kind": "notifications.read"})
    return found
