"""What `manage.py` does before a command runs: the embedded database is there when it is needed."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from studio.ops.process import forks_die_with_parent

#: Commands that need no database, or look after it themselves.
WITHOUT = frozenset(
    {
        "help",
        "version",
        "--help",
        "-h",
        "--version",
        "up",
        "database",
        "check",
        "collectstatic",
        "findstatic",
        "makemigrations",
        "sqlmigrate",
        "startproject",
        "startapp",
        "test",
        "spectacular",
        "settings_table",
    }
)


def prepare(arguments: Sequence[str]) -> None:
    """Do what a command needs before Django runs it.

    Args:
        arguments: the command line, program name first.
    """
    try:
        settings.INSTALLED_APPS  # noqa: B018  (reads and checks the configuration)
    except ImproperlyConfigured as error:
        sys.exit(f"{error}")
    if arguments[1:2] == ["qcluster"]:
        # Killed task clusters would leave their workers behind.
        forks_die_with_parent()
    ensure_database(arguments)


def ensure_database(arguments: Sequence[str]) -> None:
    """Start the embedded database unless one is configured or the command needs none.

    It ends with the last process that uses it; under `manage.py up` it runs already, and the
    processes that `up` starts know its address.

    Args:
        arguments: the command line, program name first.
    """
    if len(arguments) < 2 or arguments[1] in WITHOUT or "--help" in arguments:
        return
    if not settings.EMBEDDED_DATABASE:
        return
    from studio.ops.account import AccountError
    from studio.ops.database import EmbeddedDatabaseError, embedded_url

    try:
        embedded_url(settings.DATA_DIR)
    except (EmbeddedDatabaseError, AccountError) as error:
        sys.exit(f"{error}")
