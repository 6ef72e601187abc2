"""`manage.py settings_table`: the table of environment variables in `docs/operations.md`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from studio.conf.env import ROOT, Env

DOCUMENT = ROOT / "docs" / "operations.md"
BEGIN, END = "<!-- settings: begin -->", "<!-- settings: end -->"


def _default(value: Any) -> str:
    if isinstance(value, Path):
        return f"`{value.relative_to(ROOT)}`" if value.is_relative_to(ROOT) else f"`{value}`"
    if isinstance(value, tuple):
        return f"`{','.join(value)}`"
    return f"`{value}`" if value not in ("", None) else "–"


def table() -> str:
    """The variables, their defaults and meanings, as Markdown."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for field in Env.model_fields.values():
        meaning = (field.description or "").replace("|", "\\|")
        lines.append(f"| `{field.alias}` | {_default(field.default)} | {meaning} |")
    return "\n".join(lines)


class Command(BaseCommand):
    """Prints the table, or writes it into the document."""

    help = "Prints the table of environment variables; --write puts it into docs/operations.md."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--write", action="store_true", help="update docs/operations.md")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print or write."""
        if not options["write"]:
            self.stdout.write(table())
            return
        before, _, rest = DOCUMENT.read_text().partition(BEGIN)
        _, _, after = rest.partition(END)
        DOCUMENT.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}")
