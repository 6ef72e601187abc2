"""What something costs: the same whole-number arithmetic for the estimate and for the charge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from billing.credits import credits_text
from billing.prices.models import Price, PriceFactor
from studio.core.errors import NotFound

#: What a result from the cache costs.
CACHE_HIT_SKU = "system.cache_hit/local/cache"
#: Charges are whole hundredths of a credit.
STEP_MICROCREDITS = 10_000


@dataclass(frozen=True)
class Quote:
    """What a quantity of something costs at a price, and why.

    `is_upper_bound`: the unit is metered, so the charge may be less; otherwise it is the charge.
    """

    price: Price
    quantity_milli: int
    amount_microcredits: int
    is_upper_bound: bool
    explanation: str

    @property
    def credits(self) -> str:
        """The amount as people read it."""
        return credits_text(self.amount_microcredits)


def current_price(sku_code: str, *, at: datetime | None = None) -> Price:
    """The price in force for an item, with unit and factors (two queries).

    Raises:
        NotFound: the price book has none.
    """
    found = Price.objects.valid_at(at or timezone.now()).filter(sku__code=sku_code)
    price = found.with_details().first()
    if price is None:
        raise NotFound(
            f"The price book has no price for “{sku_code[:120]}”.",
            remedy="An Admin sets prices in the administration.",
        )
    return price


def quote(
    *,
    sku_code: str,
    quantity_milli: int = 1000,
    parameters: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Quote:
    """What this much of an item costs now.

    Args:
        quantity_milli: thousandths of the price's unit; of a metered unit the most it can be.
        parameters: the job's parameters, which the price's factors look at.

    Raises:
        NotFound: the price book has no price for the item.
        ValueError: a negative quantity.
    """
    return quote_at(current_price(sku_code, at=at), quantity_milli, parameters or {})


def quote_at(price: Price, quantity_milli: int, parameters: Mapping[str, Any]) -> Quote:
    """What this much costs at a given price."""
    return Quote(
        price=price,
        quantity_milli=quantity_milli,
        amount_microcredits=charge_for(price, quantity_milli, parameters),
        is_upper_bound=price.unit.is_metered,
        explanation=explain(price, quantity_milli, parameters),
    )


def charge_for(price: Price, quantity_milli: int, parameters: Mapping[str, Any]) -> int:
    """Microcredits for a quantity at a price: multiplied out first, rounded up once.

    Nothing costs nothing; anything above zero costs at least the price's minimum quantity. A charge
    is a whole number of hundredths of a credit, so that every figure a person reads is exact.

    Raises:
        ValueError: a negative quantity.
    """
    amount, divisor = _multiplied_out(price, quantity_milli, parameters)
    return -(-amount // (divisor * STEP_MICROCREDITS)) * STEP_MICROCREDITS


def _multiplied_out(
    price: Price, quantity_milli: int, parameters: Mapping[str, Any]
) -> tuple[int, int]:
    """The exact amount in microcredits, as a fraction."""
    if quantity_milli < 0:
        raise ValueError("A quantity can't be negative.")
    if quantity_milli == 0:
        return 0, 1
    amount = price.amount_microcredits * max(quantity_milli, price.minimum_quantity_milli)
    divisor = 1000
    for factor in factors_for(price, parameters):
        amount *= factor.multiplier_permille
        divisor *= 1000
    return amount, divisor


def factors_for(price: Price, parameters: Mapping[str, Any]) -> list[PriceFactor]:
    """The factors that these parameters bring in, by name."""
    given = {name: _text(value) for name, value in parameters.items()}
    found = [f for f in price.factors.all() if given.get(f.parameter) == f.value]
    return sorted(found, key=lambda factor: factor.parameter)


def explain(price: Price, quantity_milli: int, parameters: Mapping[str, Any]) -> str:
    """The calculation in words: `4 × 3 credits per image × 1.5 (quality premium)`."""
    counted = max(quantity_milli, price.minimum_quantity_milli) if quantity_milli else 0
    text = f"{_milli(counted)} × {credits_text(price.amount_microcredits)} credits"
    text += f" per {price.unit.label}"
    if counted > quantity_milli:
        text += f" (at least {_milli(counted)})"
    for factor in factors_for(price, parameters):
        text += f" × {_milli(factor.multiplier_permille)} ({factor.parameter} {factor.value})"
    amount, divisor = _multiplied_out(price, quantity_milli, parameters)
    return text + (", rounded up" if amount % (divisor * STEP_MICROCREDITS) else "")


def _milli(value: int) -> str:
    return f"{Decimal(value) / 1000:f}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(getattr(value, "value", value))
