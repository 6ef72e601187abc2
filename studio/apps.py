"""The ground everything stands on."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class StudioConfig(AppConfig):
    """Keeps the rows of every app's lookups in step with the code."""

    name = "studio"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect what must run after `migrate`."""
        from studio.core import receivers  # noqa: F401  (connects itself)
        from studio.core.api import schema  # noqa: F401  (registers itself)
        from studio.core.lookups import sync_lookups
        from studio.core.services import sync_role_capabilities

        post_migrate.connect(sync_lookups, dispatch_uid="studio.lookups")
        post_migrate.connect(
            sync_role_capabilities, sender=self, dispatch_uid="studio.role_capabilities"
        )
