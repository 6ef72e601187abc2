"""Writes the default price book into a studio that does not have it yet."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import connections, transaction

from billing.credits import parse_credits
from billing.prices.defaults import PRICE_BOOK, Line
from billing.prices.models import Currency, Price, PriceFactor, Sku


def seed_price_book(using: str = "default", **_: Any) -> None:
    """Add items that are missing, and a price to items that never had one (after `migrate`).

    A price that exists, current or past, is left alone: it may be an Admin's.
    """
    if Price._meta.db_table not in connections[using].introspection.table_names():
        return
    lines = {line.sku: line for line in PRICE_BOOK}
    with transaction.atomic(using=using):
        skus = Sku.objects.using(using)
        skus.bulk_create(
            [Sku(code=line.sku, title=line.title) for line in PRICE_BOOK], ignore_conflicts=True
        )
        unpriced = skus.filter(code__in=lines, prices=None).order_by("pk")
        prices = Price.objects.using(using).bulk_create(
            [_price(sku, lines[sku.code]) for sku in unpriced]
        )
        PriceFactor.objects.using(using).bulk_create(
            PriceFactor(price=price, parameter=parameter, value=value, multiplier_permille=permille)
            for price in prices
            for (parameter, value), permille in lines[price.sku.code].factors.items()
        )


def _price(sku: Sku, line: Line) -> Price:
    return Price(
        sku=sku,
        unit_id=line.unit,
        amount_microcredits=parse_credits(line.credits),
        minimum_quantity_milli=line.minimum,
        cost_currency_id=None if line.usd is None else Currency.Code.USD,
        cost_micro=None if line.usd is None else int(Decimal(line.usd) * 1_000_000),
    )
