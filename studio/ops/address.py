"""Where the embedded database is: known from the data folder's path, whether it runs or not."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from urllib.parse import quote

from studio.ops.folder import DataFolder

DATABASE = "seedframe"
USER = "postgres"
PORT = "5432"
#: `sun_path` holds 104 bytes on macOS and 108 on Linux, with a closing zero.
SOCKET_PATH_BYTES = 103


def socket_folder(data: Path) -> Path:
    """The folder of the cluster's unix socket: the cluster's own, or one with a short name.

    It depends on the data folder's path alone, so that every process finds the same.
    """
    own = DataFolder(data).postgres
    if len(os.fsencode(own / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_BYTES:
        return own
    return Path("/tmp") / f"seedframe-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"


def address(data: Path) -> dict[str, str]:
    """Connection parameters (libpq names) of the cluster in this data folder, running or not."""
    return {"dbname": DATABASE, "user": USER, "host": str(socket_folder(data)), "port": PORT}


def url(data: Path) -> str:
    """The address in the form of `DATABASE_URL`."""
    found = address(data)
    host = quote(found["host"], safe="")
    return f"postgresql:///{DATABASE}?host={host}&port={PORT}&user={USER}"
