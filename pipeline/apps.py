"""The production line and the engine that runs it."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PipelineConfig(AppConfig):
    """Keeps the catalogue's rows in step with the code."""

    name = "pipeline"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register kinds of event, and connect what must run after `migrate`."""
        # These register their kinds of event, links and receivers.
        from pipeline.characters import events as character_events  # noqa: F401
        from pipeline.characters import links as character_links  # noqa: F401
        from pipeline.comfyui import events as comfyui_events  # noqa: F401
        from pipeline.comfyui import links as comfyui_links  # noqa: F401
        from pipeline.comfyui.installs import events as install_events  # noqa: F401
        from pipeline.comfyui.installs import links as install_links  # noqa: F401
        from pipeline.create import links as create_links  # noqa: F401
        from pipeline.delivery import events as delivery_events  # noqa: F401
        from pipeline.delivery import links as delivery_links  # noqa: F401
        from pipeline.delivery import receivers as delivery_receivers  # noqa: F401
        from pipeline.engines import receivers as engine_receivers  # noqa: F401
        from pipeline.jobs import events, links  # noqa: F401
        from pipeline.operations.sync import sync_catalogue
        from pipeline.presets.services import sync_presets
        from pipeline.providers import events as provider_events  # noqa: F401
        from pipeline.providers import links as provider_links  # noqa: F401
        from pipeline.review import events as review_events  # noqa: F401
        from pipeline.review import links as review_links  # noqa: F401
        from pipeline.scenes import events as scene_events  # noqa: F401
        from pipeline.scenes import links as scene_links  # noqa: F401
        from pipeline.scenes import receivers as scene_receivers  # noqa: F401
        from pipeline.scenes import usage as scene_usage  # noqa: F401
        from pipeline.seeds import events as seed_events  # noqa: F401
        from pipeline.seeds import links as seed_links  # noqa: F401
        from pipeline.seeds import receivers as seed_receivers  # noqa: F401
        from pipeline.workflows import events as workflow_events  # noqa: F401
        from pipeline.workflows import hooks as workflow_hooks
        from pipeline.workflows import links as workflow_links  # noqa: F401
        from pipeline.workflows.installing import install_ready_workflows

        workflow_hooks.register()
        post_migrate.connect(sync_catalogue, sender=self, dispatch_uid="pipeline.catalogue")
        post_migrate.connect(sync_presets, sender=self, dispatch_uid="pipeline.presets")
        post_migrate.connect(
            install_ready_workflows, sender=self, dispatch_uid="pipeline.workflows"
        )
