"""`manage.py sweeper`: the process that finds what others have left undone."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from studio.ops.sweeper import INTERVAL_SECONDS, Sweeper


class Command(BaseCommand):
    """Runs the sweeps; of several sweepers on one database one works and the others wait."""

    help = "Runs the functions that SEEDFRAME_SWEEPERS names, again and again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--interval",
            type=float,
            default=INTERVAL_SECONDS,
            help=f"seconds between two sweeps ({INTERVAL_SECONDS:g})",
        )
        parser.add_argument("--once", action="store_true", help="sweep once and end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep until told to stop."""
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        Sweeper(stop, interval_seconds=options["interval"]).run(once=options["once"])
