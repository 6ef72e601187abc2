"""Back office of billing, slice by slice. Money is read-only; actions call services."""

from billing.ledger import admin as ledger
from billing.plans import admin as plans
from billing.prices import admin as prices
from studio.core.back_office import register_lookups

register_lookups("billing")

__all__ = ["ledger", "plans", "prices"]
