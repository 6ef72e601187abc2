"""`manage.py doctor`: is everything as it should be?"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.ops import doctor


class Command(BaseCommand):
    """Runs the checks and prints what they found."""

    help = "Checks the studio's integrity. Exit code 1 says that something is wrong."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("names", nargs="*", help="checks to run (default: all but deep ones)")
        parser.add_argument("--deep", action="store_true", help="read every file, too")
        parser.add_argument("--json", action="store_true", help="print one JSON document")
        parser.add_argument("--list", action="store_true", help="print the checks and end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, print, and exit by the result."""
        if options["list"]:
            for entry in doctor.discover():
                deep = " (deep)" if entry.deep else ""
                self.stdout.write(f"{entry.name:<14} {entry.title}{deep}")
            return
        try:
            results = doctor.run(options["names"], deep=options["deep"])
        except KeyError as error:
            raise CommandError(f"There is no check {error}; see `doctor --list`.") from error
        ok = all(result.ok for result in results)
        if options["json"]:
            document = {"ok": ok, "checks": [result.as_document() for result in results]}
            self.stdout.write(json.dumps(document, indent=1))
        else:
            self._print(results)
        if not ok:
            sys.exit(1)

    def _print(self, results: list[doctor.Result]) -> None:
        for result in results:
            mark = self.style.SUCCESS("ok   ") if result.ok else self.style.ERROR("WRONG")
            self.stdout.write(f"{mark} {result.name:<14} {result.title} ({result.ms:.0f} ms)")
            for finding in result.findings:
                sign = "✗" if finding.is_problem else "·"
                self.stdout.write(f"        {sign} {finding.detail}")
                if finding.remedy:
                    self.stdout.write(f"          → {finding.remedy}")
        wrong = sum(not result.ok for result in results)
        self.stdout.write(f"{len(results)} checks, {wrong} wrong.")
