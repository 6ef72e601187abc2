"""Models of this package, slice by slice."""

from billing.ledger.models import *  # noqa: F403
from billing.plans.models import *  # noqa: F403
from billing.prices.models import *  # noqa: F403
