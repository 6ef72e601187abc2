"""Django app of this package."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Models and start-up of this package."""

    name = "billing"
    default_auto_field = "django.db.models.BigAutoField"
