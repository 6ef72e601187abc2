"""Kinds of event that this package records (ids 300–399)."""

from __future__ import annotations

from studio.core.lookups import Codes
from studio.live.kinds import register


@register
class BillingEvents(Codes):
    """What happens to credits, prices and plans; holds and charges are told by their jobs."""

    CREDITS_GRANTED = 300, "credits.granted", "Credits given"
    CHARGE_REFUNDED = 301, "charge.refunded", "Charge refunded"
    PRICE_CHANGED = 310, "price.changed", "Price changed"
    PLAN_CHANGED = 320, "plan.changed", "Person's plan changed"
