"""Changing the price book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from billing.credits import MICROCREDITS, MOST_CREDITS, credits_text
from billing.kinds import BillingEvents
from billing.prices.models import Currency, Price, PriceFactor, Sku, Unit
from studio.core.access import require_admin
from studio.core.errors import Invalid
from studio.core.models import User
from studio.live.services import record_event


@dataclass(frozen=True)
class Cost:
    """What a provider asks of the studio for one unit, in millionths of a currency."""

    currency: Currency.Code
    micro: int


def set_price(
    *,
    actor: User,
    sku: Sku,
    unit: Unit.Code,
    amount_microcredits: int,
    minimum_quantity_milli: int = 0,
    factors: Mapping[tuple[str, str], int] | None = None,
    cost: Cost | None = None,
) -> Price:
    """End the item's present price and begin a new one, now.

    Args:
        factors: permille by (parameter, value); they replace those of the present price.

    Raises:
        Forbidden: `actor` is no Admin.
        Invalid: a negative or absurd figure.
    """
    require_admin(actor)
    if not 0 <= amount_microcredits <= MOST_CREDITS * MICROCREDITS or minimum_quantity_milli < 0:
        message = "A price is 0 to 1,000,000,000 credits, a minimum not below zero."
        raise Invalid(message, fields={"amount": [message]})
    with transaction.atomic():
        Sku.objects.select_for_update().get(pk=sku.pk)
        now = timezone.now()
        Price.objects.filter(sku=sku, valid_until=None).update(valid_until=now)
        price = write_price(
            sku=sku,
            unit=unit,
            amount_microcredits=amount_microcredits,
            minimum_quantity_milli=minimum_quantity_milli,
            factors=factors or {},
            cost=cost,
            valid_from=now,
        )
        record_event(
            BillingEvents.PRICE_CHANGED,
            actor=actor,
            label=f"{sku.code}: {credits_text(amount_microcredits)} per {unit.label}",
            data={"sku": sku.code, "microcredits": amount_microcredits, "unit": unit.code},
        )
    return price


def write_price(
    *,
    sku: Sku,
    unit: Unit.Code,
    amount_microcredits: int,
    minimum_quantity_milli: int,
    factors: Mapping[tuple[str, str], int],
    cost: Cost | None,
    valid_from: datetime,
) -> Price:
    """Insert a price and its factors, inside the caller's transaction."""
    price = Price.objects.create(
        sku=sku,
        unit_id=unit,
        amount_microcredits=amount_microcredits,
        minimum_quantity_milli=minimum_quantity_milli,
        valid_from=valid_from,
        cost_currency_id=cost.currency if cost else None,
        cost_micro=cost.micro if cost else None,
    )
    PriceFactor.objects.bulk_create(
        PriceFactor(price=price, parameter=parameter, value=value, multiplier_permille=permille)
        for (parameter, value), permille in sorted(factors.items())
    )
    return price
