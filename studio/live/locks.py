"""Who is changing what: one lock a thing, held for a minute at a time, renewed while one works.

A lock tells others to wait; what keeps updates from being lost is the check of versions in each
service. So a lock that runs out, or that an Admin breaks, never costs anybody's work.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import connection, models, transaction
from django.utils import timezone

from studio.core.access import CapabilityCode, require, require_admin
from studio.core.errors import Conflict
from studio.core.models import Project, User
from studio.live.models import Lock
from studio.live.services import project_group, publish

LOCK_SECONDS = 60

# One statement: the second of two people who come at the same moment gets no row.
_TAKE = """
INSERT INTO studio_lock (subject_code, project_id, holder_id, acquired_at, expires_at)
VALUES (%(subject)s, %(project)s, %(holder)s, %(now)s, %(until)s)
ON CONFLICT (subject_code) DO UPDATE SET
    holder_id = excluded.holder_id,
    project_id = excluded.project_id,
    acquired_at = CASE WHEN studio_lock.holder_id = excluded.holder_id
        AND studio_lock.expires_at > excluded.acquired_at
        THEN studio_lock.acquired_at ELSE excluded.acquired_at END,
    expires_at = excluded.expires_at
WHERE studio_lock.holder_id = excluded.holder_id OR studio_lock.expires_at <= excluded.acquired_at
RETURNING id, acquired_at
"""


def acquire_lock(
    *, actor: User, project: Project, subject_code: uuid.UUID, seconds: int = LOCK_SECONDS
) -> Lock:
    """Take the lock of a thing, or renew one's own.

    Args:
        subject_code: the code of the thing, which belongs to `project`.
        seconds: how long it holds unless it is renewed.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: somebody else holds it; the message names them.
    """
    require(actor, CapabilityCode.CREATE, project)
    now = timezone.now()
    until = now + timedelta(seconds=seconds)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                _TAKE,
                {
                    "subject": subject_code,
                    "project": project.pk,
                    "holder": actor.pk,
                    "now": now,
                    "until": until,
                },
            )
            row = cursor.fetchone()
        if row is not None:
            lock = Lock.objects.select_related("project", "holder").get(pk=row[0])
            if row[1] == now:  # new, not renewed
                _tell(lock.project, subject_code, str(actor))
            return lock
    refuse_if_held(actor=actor, subject_code=subject_code)
    raise Conflict("Somebody else was just editing this.", remedy="Try again.")


def release_lock(*, actor: User, subject_code: uuid.UUID) -> bool:
    """Give one's own lock back; whether there was one."""
    return _drop(Lock.objects.filter(subject_code=subject_code, holder=actor))


def break_lock(*, actor: User, subject_code: uuid.UUID) -> bool:
    """Take a lock away from whoever holds it; whether there was one.

    Raises:
        Forbidden: for all but Admins.
    """
    require_admin(actor)
    return _drop(Lock.objects.filter(subject_code=subject_code))


def holder(subject_code: uuid.UUID) -> Lock | None:
    """The lock that stands on a thing, with its holder. One query."""
    return (
        Lock.objects.filter(subject_code=subject_code, expires_at__gt=timezone.now())
        .select_related("holder")
        .first()
    )


def refuse_if_held(*, actor: User, subject_code: uuid.UUID) -> None:
    """Pass unless somebody else holds the lock of a thing. One query.

    Raises:
        Conflict: somebody else does; the message names them.
    """
    lock = holder(subject_code)
    if lock is not None and lock.holder_id != actor.pk:
        raise Conflict(
            f"{lock.holder} is editing this; your change was not made.",
            remedy="Wait until they are done, or ask them.",
        )


def _drop(locks: models.QuerySet[Lock]) -> bool:
    with transaction.atomic():
        lock = locks.select_related("project").first()
        if lock is None:
            return False
        lock.delete()
        _tell(lock.project, lock.subject_code, "")
        return True


def _tell(project: Project, subject_code: uuid.UUID, name: str) -> None:
    message = {"kind": "lock.changed", "code": str(subject_code), "holder": name}
    publish([project_group(project.code)], message)
