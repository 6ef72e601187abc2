"""`manage.py up`: everything, with one command."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from studio.ops.up import Options, run

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8000


class Command(BaseCommand):
    """Parses the options; the work is in `studio.ops.up`."""

    help = (
        "Starts the whole studio: database, web, task clusters. Ctrl-C stops all of it. Exit code 3"
        " says that it runs already in this data folder."
    )
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--demo", action="store_true", help="add demo content")
        parser.add_argument("--host", default=DEFAULT_HOST, help=f"address ({DEFAULT_HOST})")
        parser.add_argument(
            "--port", type=int, help=f"port ({DEFAULT_PORT}, or the next free one)", default=None
        )
        parser.add_argument("--workers", type=int, help="processes that run jobs", default=None)
        parser.add_argument(
            "--grace",
            type=float,
            default=20.0,
            help="seconds that running tasks may take to finish when stopping (20)",
        )
        parser.add_argument(
            "--verbose", action="store_true", help="show every line of the processes"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop."""
        port = options["port"]
        code = run(
            Options(
                host=options["host"].strip("[]"),
                port=DEFAULT_PORT if port is None else port,
                port_given=port is not None,
                demo=options["demo"],
                workers=options["workers"],
                grace_seconds=options["grace"],
                verbose=options["verbose"],
            )
        )
        sys.exit(code)
