"""Word to the bridges: a notification of the database, sent with the caller's transaction.

A bridge looks by itself every few seconds; word only makes it quick.
"""

from __future__ import annotations

from django.db import connection

#: Channel of the database's notifications on which every bridge listens.
CHANNEL = "seedframe_bridge"
STOP, NEWS = "stop:", "news:"


def wake_bridges() -> None:
    """Something may be ready, or a place is free: look again."""
    _notify("")


def tell_stop(job_id: int) -> None:
    """A job is to be cancelled: whoever runs it stops at once."""
    _notify(f"{STOP}{job_id}")


def tell_news(request_id: str) -> None:
    """A provider has news of its request, as told by a webhook: whoever waits for it looks."""
    _notify(f"{NEWS}{request_id}")


def _notify(payload: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])
