"""`manage.py database`: the embedded database by itself, for service managers and for psql."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from argparse import REMAINDER, ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from studio.ops.account import AccountError
from studio.ops.address import url
from studio.ops.database import EmbeddedDatabase, EmbeddedDatabaseError, embedded_url
from studio.ops.programs import ProgramsMissing, binaries
from studio.ops.supervisor import Signals


class Command(BaseCommand):
    """Runs, stops or talks to the cluster in the data folder."""

    help = (
        "run: keep the embedded database running (for a service manager); stop: shut it down;"
        " url: print its DATABASE_URL; psql: open it, starting it if need be."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("action", choices=["run", "stop", "url", "psql"])
        parser.add_argument("rest", nargs=REMAINDER, help="arguments of psql")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        try:
            getattr(self, f"_{options['action']}")(options["rest"])
        except (EmbeddedDatabaseError, AccountError, ProgramsMissing) as error:
            raise CommandError(str(error)) from error

    def _url(self, rest: list[str]) -> None:
        self.stdout.write(url(settings.DATA_DIR))

    def _stop(self, rest: list[str]) -> None:
        EmbeddedDatabase(settings.DATA_DIR).stop()

    def _psql(self, rest: list[str]) -> None:
        address = embedded_url(settings.DATA_DIR) if settings.EMBEDDED_DATABASE else None
        command = [str(binaries() / "psql"), address or os.environ["DATABASE_URL"], *rest]
        sys.exit(subprocess.call(command))

    def _run(self, rest: list[str]) -> None:
        signals = Signals()
        database = EmbeddedDatabase(settings.DATA_DIR, tied=True)
        try:
            database.start()
            self.stdout.write(f"The database runs: {url(settings.DATA_DIR)}")
            while not signals.count:
                if database.pid() is None:
                    self.stdout.write("The database ended; starting it again.")
                    database.start()
                time.sleep(0.5)
        finally:
            database.stop()
