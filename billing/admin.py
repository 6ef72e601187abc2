"""Back office of billing, slice by slice. Money is read-only; actions call services."""

from billing.ledger import admin as ledger_admin
from billing.plans import admin as plans_admin
from billing.prices import admin as prices_admin

__all__ = ["ledger_admin", "plans_admin", "prices_admin"]
