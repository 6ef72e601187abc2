"""`manage.py demo`: demo content, made by the packages that know what to show."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string


class Command(BaseCommand):
    """Calls each function that SEEDFRAME_DEMO_BUILDERS names."""

    help = "Makes the demo content; what is there already stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        """Build in the order of the setting: a later builder may use what an earlier one made."""
        for path in settings.SEEDFRAME_DEMO_BUILDERS:
            self.stdout.write(f"{path} …")
            import_string(path)()
