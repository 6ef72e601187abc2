"""Connections to the database beside Django's: for LISTEN, advisory locks and health checks."""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.conninfo import make_conninfo

#: What Django passes to psycopg that is no parameter of libpq.
_NOT_LIBPQ = frozenset(
    {"cursor_factory", "context", "prepare_threshold", "server_side_binding", "row_factory"}
)
#: A server that vanished (power, network) is noticed after about half a minute, not two hours.
_KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}


def conninfo(name: str, *, alias: str = DEFAULT_DB_ALIAS, connect_seconds: int = 5) -> str:
    """The connection string of the configured (or the tests') database.

    LISTEN needs a session of its own: DATABASE_URL must not lead through a transaction pooler.

    Args:
        name: what `pg_stat_activity` shows as the application.
        connect_seconds: how long to wait for a connection.
    """
    parameters: dict[str, Any] = connections[alias].get_connection_params()
    kept = {k: v for k, v in parameters.items() if k not in _NOT_LIBPQ and v is not None}
    return make_conninfo(
        **kept | _KEEPALIVE | {"application_name": name, "connect_timeout": connect_seconds}
    )
