"""Reading the price book."""

from __future__ import annotations

from django.db.models import F, Q

from billing.prices.models import Price, PriceQuerySet


def price_list(*, search: str = "") -> PriceQuerySet:
    """Prices in force by code (annotated as `code`), with what a list shows; two queries.

    Args:
        search: part of the code or the title.
    """
    found = Price.objects.current().with_details().annotate(code=F("sku__code")).order_by("code")
    if search:
        found = found.filter(Q(sku__code__icontains=search) | Q(sku__title__icontains=search))
    return found
