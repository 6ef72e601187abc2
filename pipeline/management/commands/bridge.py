"""`manage.py bridge`: the process that runs the jobs of ComfyUI and of paid providers."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from pipeline.jobs.bridge import GRACE_S, Bridge


class Command(BaseCommand):
    """Runs remote jobs; several bridges on one database share the work."""

    help = "Runs the jobs of ComfyUI and of paid providers until told to stop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--threads",
            type=int,
            default=settings.BRIDGE_THREADS,
            help=f"jobs at once ({settings.BRIDGE_THREADS}: SEEDFRAME_BRIDGE_THREADS)",
        )
        parser.add_argument(
            "--grace",
            type=float,
            default=GRACE_S[1],
            help=f"seconds that an answer may be waited for on a stop ({GRACE_S[1]:g})",
        )
        parser.add_argument("--beat", type=Path, help="file to touch while all is well")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until told to stop; a second signal ends it at once."""
        stop = threading.Event()

        def ask(number: int, frame: Any) -> None:
            if stop.is_set():
                raise SystemExit(1)
            stop.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, ask)
        Bridge(
            stop,
            threads=max(1, options["threads"]),
            grace_s=(min(GRACE_S[0], options["grace"]), options["grace"]),
            beat=options["beat"],
        ).run()
