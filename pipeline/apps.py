"""The production line and the engine that runs it."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PipelineConfig(AppConfig):
    """Keeps the catalogue's rows in step with the code."""

    name = "pipeline"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register kinds of event, and connect what must run after `migrate`."""
        from pipeline.jobs import events, links  # noqa: F401  (register their kinds and links)
        from pipeline.operations.sync import sync_catalogue
        from pipeline.presets.services import sync_presets

        post_migrate.connect(sync_catalogue, sender=self, dispatch_uid="pipeline.catalogue")
        post_migrate.connect(sync_presets, sender=self, dispatch_uid="pipeline.presets")
