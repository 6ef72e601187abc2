"""Django app of this package."""

from django.apps import AppConfig


class AssetsConfig(AppConfig):
    """Models and start-up of this package."""

    name = "assets"
    default_auto_field = "django.db.models.BigAutoField"
