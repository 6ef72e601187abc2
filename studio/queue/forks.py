"""Connections and forks: a child must not touch what its parent has open.

Django's pool of connections lives in threads, which a fork does not copy: a child that inherits
one would wait for ever for a connection. So every forked process starts without any.
"""

from __future__ import annotations

import os
from typing import Any

from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

#: Kept for ever, for closing them would tell the server that the parent is done.
_inherited: list[Any] = []
_installed = False


def install() -> None:
    """Forget inherited connections in every process that this one forks from now on."""
    global _installed
    if not _installed:
        _installed = True
        os.register_at_fork(after_in_child=_forget)


def _forget() -> None:
    pools: dict[str, Any] = DatabaseWrapper._connection_pools  # type: ignore[attr-defined]
    _inherited.append(dict(pools))
    pools.clear()
    for connection in connections.all(initialized_only=True):
        _inherited.append(connection.connection)
        connection.connection = None
        connection.in_atomic_block = False
        connection.savepoint_ids = []
        connection.needs_rollback = False
