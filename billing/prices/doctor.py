"""Can everything be priced? A check for `manage.py doctor`."""

from __future__ import annotations

from collections.abc import Iterator

from billing.prices.models import Price, Sku
from studio.ops.doctor import Finding, register


@register("prices")
def check_prices() -> Iterator[Finding]:
    """Every item of the price list has a price in force."""
    priced = Price.objects.current().values("sku")
    for sku in Sku.objects.exclude(pk__in=priced).order_by("code"):
        yield Finding(f"“{sku.code}” has no price.", remedy="Set one in the administration.")
