"""`manage.py encryption_key`: a key for `SEEDFRAME_ENCRYPTION_KEYS`."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import Fernet
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Prints a new key; nothing is stored."""

    help = "Prints a new key for SEEDFRAME_ENCRYPTION_KEYS."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one key."""
        self.stdout.write(Fernet.generate_key().decode())
