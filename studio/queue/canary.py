"""A task that does nothing, sent through a queue to see whether it comes out at the other end.

It is answered when its row is gone: that takes the pusher, a worker, the monitor and the
acknowledgement. `kill -9` of an idle worker leaves the queue's lock held for ever, and django-q2
then takes no task while all its processes look well; nothing but a task shows it.
"""

from __future__ import annotations

import uuid

from django.db import connections
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.conf import Conf
from django_q.signing import SignedPackage


def answer() -> None:
    """The canary itself."""


def send(cluster: str) -> int:
    """Put a canary into a queue; returns its row."""
    task = {
        "id": uuid.uuid4().hex,
        "name": "canary",
        "func": f"{__name__}.{answer.__name__}",
        "args": (),
        "kwargs": {},
        "started": timezone.now(),
        "ack_failure": True,
    }
    row: int = get_broker(cluster).enqueue(SignedPackage.dumps(task))
    return row


def is_answered(row: int) -> bool:
    """Whether the canary has gone through."""
    with connections[Conf.ORM].cursor() as cursor:
        cursor.execute("SELECT FROM django_q_ormq WHERE id = %s", [row])
        return cursor.fetchone() is None


def withdraw(cluster: str, row: int) -> None:
    """Take a canary back that nobody answered."""
    get_broker(cluster).delete(row)
