"""Django app of this package."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BillingConfig(AppConfig):
    """Models and start-up of this package."""

    name = "billing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect what must run after `migrate`, when a person is added, when a wallet is short."""
        from billing import kinds  # noqa: F401  (registers the kinds of event)
        from billing.ledger.signals import wallet_short
        from billing.plans.receivers import fill_unlimited_wallet, subscribe_newcomer
        from billing.plans.seeding import seed_plans
        from billing.prices.seeding import seed_price_book
        from studio.core.signals import user_created
        from studio.live import links

        post_migrate.connect(seed_price_book, sender=self, dispatch_uid="billing.prices")
        post_migrate.connect(seed_plans, sender=self, dispatch_uid="billing.plans")
        user_created.connect(subscribe_newcomer, dispatch_uid="billing.newcomer")
        for prefix in ("credits.", "charge.", "plan."):
            links.register(prefix, "billing:wallet", argument=links.Argument.NOTHING, icon="wallet")
        links.register("price.", "billing:prices", argument=links.Argument.NOTHING, icon="receipt")
        wallet_short.connect(fill_unlimited_wallet, dispatch_uid="billing.unlimited")
