"""A task that does nothing, sent through a queue to see whether it comes out at the other end.

It is answered when its row is gone: that takes the pusher, a worker, the monitor and the
acknowledgement. `kill -9` of an idle worker leaves the queue's lock held for ever, and django-q2
then takes no task while all its processes look well; `kill -9` of its monitor, and tasks run but
are never acknowledged. Nothing but a task shows either.
"""

from __future__ import annotations

import contextlib
import uuid
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.conf import Conf
from django_q.signing import SignedPackage

from studio.ops.folder import DataFolder


def _sign(token: str) -> Path:
    return DataFolder(settings.DATA_DIR).canaries / token


def answer(token: str) -> None:
    """The task itself: leave a sign that a worker of this machine has run it."""
    with contextlib.suppress(FileNotFoundError):  # no supervisor looks for it here
        _sign(token).touch()


@dataclass(frozen=True)
class Canary:
    """One canary on its way: the queue, its row there, and the name of its sign."""

    queue: str
    row: int
    token: str

    def has_run(self) -> bool:
        """Whether a worker of this machine has run it."""
        return _sign(self.token).exists()

    def is_answered(self) -> bool:
        """Whether it has gone all the way."""
        with connections[Conf.ORM].cursor() as cursor:
            cursor.execute("SELECT FROM django_q_ormq WHERE id = %s", [self.row])
            if cursor.fetchone() is not None:
                return False
        _sign(self.token).unlink(missing_ok=True)
        return True

    def withdraw(self) -> None:
        """Take it back."""
        get_broker(self.queue).delete(self.row)
        _sign(self.token).unlink(missing_ok=True)


def send(queue: str) -> Canary:
    """Put a canary into a queue."""
    token = uuid.uuid4().hex
    task = {
        "id": token,
        "name": "canary",
        "func": f"{__name__}.{answer.__name__}",
        "args": (token,),
        "kwargs": {},
        "started": timezone.now(),
        "ack_failure": True,
    }
    row: int = get_broker(queue).enqueue(SignedPackage.dumps(task))
    return Canary(queue, row, token)
