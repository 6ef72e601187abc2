"""Django app of this package."""

from django.apps import AppConfig


class PipelineConfig(AppConfig):
    """Models and start-up of this package."""

    name = "pipeline"
    default_auto_field = "django.db.models.BigAutoField"
