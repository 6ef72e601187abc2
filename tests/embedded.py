"""Gives a test run a PostgreSQL of its own; a pytest plugin (`-p tests.embedded`).

With DATABASE_URL set, that server is used instead. The address is put into the environment before
Django's settings are read; the cluster is started when collection is done, and deleted at the end.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from studio.ops import database

#: Says that the database in the environment is one of ours.
_OURS = "SEEDFRAME_TEST_DATABASE"
#: Names the folder that data folders of whole studios are copied from; see `tests.support.studio`.
PREPARED = "SEEDFRAME_TEST_PREPARED"

_made: dict[str, Path] = {}
_running: list[database.EmbeddedDatabase] = []

#: A test's database may be lost in a power cut.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def _folder() -> Path:
    # /tmp, whatever TMPDIR says: a unix socket's path has room for about 100 bytes
    made = Path(tempfile.mkdtemp(prefix="sf-test-", dir="/tmp")).resolve()
    made.chmod(0o711)  # root's database runs as another account
    return made


def pytest_addoption(parser: pytest.Parser) -> None:
    """Set the environment: the first hook of all, before pytest-django reads the settings."""
    if PREPARED not in os.environ:
        _made["prepared"] = _folder()
        os.environ[PREPARED] = str(_made["prepared"])
    # Migrations and models make millions of objects that live on: looking through them for
    # garbage at the usual rate takes a tenth of a run.
    gc.set_threshold(100_000, 50, 50)
    # Each process of a parallel run has a cluster and a folder of its own.
    inherited = os.environ.get("PYTEST_XDIST_WORKER") and os.environ.get(_OURS)
    if "SEEDFRAME_DATA" not in os.environ or inherited:
        _made["data"] = _folder()
        os.environ["SEEDFRAME_DATA"] = str(_made["data"])
    if "DATABASE_URL" not in os.environ or inherited:
        os.environ[_OURS] = "1"
        _made["database"] = _folder()
        os.environ["DATABASE_URL"] = database.url(_made["database"])


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Start the cluster, unless tests are only listed."""
    if "database" in _made and session.items and not session.config.option.collectonly:
        server = database.EmbeddedDatabase(_made["database"], settings=FAST, tied=True)
        server.start()
        _running.append(server)


def pytest_unconfigure() -> None:
    """Stop the cluster and delete what was made."""
    while _running:
        _running.pop().stop()
    while _made:
        shutil.rmtree(_made.popitem()[1], ignore_errors=True)
