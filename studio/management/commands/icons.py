"""`manage.py icons`: put the icon drawings together in one sprite."""

from typing import Any

from django.core.management.base import BaseCommand

from studio.shell import icons


class Command(BaseCommand):
    """Writes static/studio/shell/icons.svg from the drawings in studio/shell/icons/."""

    help = "Put the drawings of studio/shell/icons together in static/studio/shell/icons.svg."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Compile the sprite."""
        icons.sprite().write_text(icons.compile_sprite(), encoding="utf-8")
        self.stdout.write(f"{len(icons.names())} icons.")
