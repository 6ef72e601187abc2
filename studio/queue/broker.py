"""A broker for django-q2 on PostgreSQL that wakes by LISTEN/NOTIFY instead of polling.

Enqueueing is an INSERT and a NOTIFY in the caller's transaction: a rollback removes both. The
process that hands tasks to the workers claims rows with SKIP LOCKED on a connection of its own,
and sleeps on that same connection until a commit wakes it.
"""

from __future__ import annotations

import logging
import os
import time
from typing import Any

import psycopg
from django.db import Error as DjangoDatabaseError
from django.db import connections
from django.db.models import QuerySet
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ
from psycopg import sql

from studio.ops.postgres import conninfo
from studio.queue import busy, forks

log = logging.getLogger(__name__)

forks.install()
busy.install()

#: All times are the database's: a clock that differs on a worker's machine delays no task.
_CLAIM = """
UPDATE django_q_ormq
   SET lock = statement_timestamp() + make_interval(secs => %s)
 WHERE id IN (SELECT id FROM django_q_ormq
               WHERE key = %s AND lock <= statement_timestamp()
               ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING id, payload
"""
_ENQUEUE = """
WITH task AS (INSERT INTO django_q_ormq (key, payload, lock)
              VALUES (%s, %s, statement_timestamp()) RETURNING id)
SELECT id, pg_notify(%s, '') FROM task
"""
ACKNOWLEDGE_SECONDS = 15.0


def wake_channel(key: str) -> str:
    """The database's notification channel on which commits announce tasks of this queue."""
    return f"seedframe_tasks_{key}"[:63]


class PostgresBroker(ORM):
    """The queue in django-q2's own table, `django_q_ormq`."""

    # Class attributes, for django-q2 restores pickled brokers without calling __init__.
    _listener: psycopg.Connection[Any] | None = None
    _listener_pid = 0
    _failures = 0

    @staticmethod
    def get_connection(list_key: str | None = None) -> QuerySet[OrmQ]:
        """The queue's rows; unlike the base class it leaves Django's connection open."""
        rows: QuerySet[OrmQ] = OrmQ.objects.using(Conf.ORM)
        return rows

    def enqueue(self, task: str) -> int:
        """Add a signed task; it runs once the caller's transaction commits. Returns the row."""
        key = self.list_key or Conf.CLUSTER_NAME
        with connections[Conf.ORM].cursor() as cursor:
            cursor.execute(_ENQUEUE, [key, task, wake_channel(key)])
            pk: int = cursor.fetchone()[0]
        return pk

    def dequeue(self) -> list[tuple[int, str]] | None:
        """Claim the tasks that are due, waiting up to POLL seconds for one.

        While the database is away it waits and answers None: an exception would end the pusher,
        and django-q2 lets ten seconds pass before it starts another.
        """
        try:
            listener = self._listen()
            found = self._claim(listener)
            if not found and any(True for _ in listener.notifies(timeout=Conf.POLL, stop_after=1)):
                found = self._claim(listener)
        except psycopg.OperationalError as error:
            self._lose_listener(error)
            return None
        if self._failures:
            log.warning("The queue %s has its database back.", self.list_key)
            self._failures = 0
        return found or None

    def _claim(self, listener: psycopg.Connection[Any]) -> list[tuple[int, str]]:
        rows = listener.execute(_CLAIM, [Conf.RETRY, self.list_key, Conf.BULK]).fetchall()
        return sorted((pk, payload) for pk, payload in rows)

    def _listen(self) -> psycopg.Connection[Any]:
        """This process's own connection; one that was inherited over a fork is left alone."""
        if self._listener is None or self._listener_pid != os.getpid():
            listener = psycopg.connect(
                conninfo(f"seedframe tasks {self.list_key}"), autocommit=True
            )
            # LISTEN comes before the first look, so that no commit falls between the two.
            channel = sql.Identifier(wake_channel(self.list_key))
            listener.execute(sql.SQL("LISTEN {}").format(channel))
            self._listener, self._listener_pid = listener, os.getpid()
        return self._listener

    def _lose_listener(self, error: psycopg.OperationalError) -> None:
        if not self._failures:
            log.warning("The queue %s lost its database: %s", self.list_key, str(error).strip())
        if self._listener is not None and self._listener_pid == os.getpid():
            self._listener.close()
        self._listener = None
        self._failures += 1
        time.sleep(min(0.05 * 2**self._failures, Conf.POLL))

    def delete(self, task_id: int) -> None:
        """Remove a task that is done.

        While the database is away it is tried again for a while: a task that is not removed is
        delivered a second time. (That does no harm, but wakes somebody for nothing.)
        """
        end = time.monotonic() + ACKNOWLEDGE_SECONDS
        while True:
            try:
                self.get_connection().filter(pk=task_id).delete()
                return
            except DjangoDatabaseError:
                connection = connections[Conf.ORM]
                if connection.in_atomic_block or time.monotonic() > end:
                    raise
                connection.close()
                time.sleep(0.5)

    def ping(self) -> bool:
        """Whether the queue's table can be read."""
        with connections[Conf.ORM].cursor() as cursor:
            cursor.execute("SELECT FROM django_q_ormq LIMIT 1")
        return True

    def info(self) -> str:
        """The broker's name for django-q2's monitor."""
        return "PostgreSQL, LISTEN/NOTIFY"
