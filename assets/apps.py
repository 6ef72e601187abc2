"""The library and its files."""

from django.apps import AppConfig


class AssetsConfig(AppConfig):
    """Models and start-up of this package."""

    name = "assets"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the kinds of event before the lookups are written, and where they lead."""
        from assets.library import events, links  # noqa: F401  (they register themselves)
