"""The library and its files."""

from django.apps import AppConfig


class AssetsConfig(AppConfig):
    """Models and start-up of this package."""

    name = "assets"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the kinds of event before the lookups are written."""
        from assets.library import events  # noqa: F401  (registers its kinds)
