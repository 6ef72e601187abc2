"""The price book: what can be bought, in which unit, at which price and when.

A price is never changed: a new one takes its place, and a job keeps the one it was quoted.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from billing.credits import MICRO_USD_PER_CREDIT, MICROCREDITS
from billing.spans import one_at_a_time
from studio.core.lookups import Codes, Lookup

__all__ = ["Currency", "Price", "PriceFactor", "Sku", "Unit"]


class Unit(Lookup):
    """A row states that things are sold by this unit.

    How much of a metered unit is used is known only at the end, so that its estimates are upper
    bounds; all other estimates are what is charged.
    """

    class Code(Codes):
        """Labels are the singular."""

        IMAGE = 1, "image", "image"
        MEGAPIXEL = 2, "megapixel", "megapixel"
        SECOND_OF_VIDEO = 3, "second_of_video", "second of video"
        CPU_SECOND = 4, "cpu_second", "CPU second"
        GPU_SECOND = 5, "gpu_second", "GPU second"
        STEP = 6, "step", "step"
        REQUEST = 7, "request", "request"

    extras = {
        member: {"is_metered": member.code in ("cpu_second", "gpu_second")} for member in Code
    }
    is_metered = models.BooleanField()


class Currency(Lookup):
    """A row states that providers may bill in this currency."""

    class Code(Codes):
        """ISO 4217, by its numeric code."""

        USD = 840, "USD", "US dollar"
        EUR = 978, "EUR", "Euro"


class Sku(models.Model):
    """A row states that something can be bought: an operation by one provider's model.

    The code reads `<operation>/<provider>/<model>`.
    """

    code = models.CharField(max_length=120, unique=True)
    title = models.CharField(max_length=120)

    class Meta:
        verbose_name = "price list item"
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[a-z0-9_.-]+/[a-z0-9_.-]+/[a-zA-Z0-9_.-]+$"),
                name="sku_code_has_three_parts",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def operation(self) -> str:
        """Code of the operation."""
        return self.code.split("/")[0]

    @property
    def provider(self) -> str:
        """Code of the provider."""
        return self.code.split("/")[1]


class PriceQuerySet(models.QuerySet["Price"]):
    """Prices in time."""

    def valid_at(self, moment: object) -> PriceQuerySet:
        """Prices in force at this moment."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gt=moment), valid_from__lte=moment)

    def current(self) -> PriceQuerySet:
        """Prices in force now."""
        return self.valid_at(timezone.now())

    def with_details(self) -> PriceQuerySet:
        """With what a price list shows; two queries."""
        return self.select_related("sku", "unit", "cost_currency").prefetch_related("factors")


class Price(models.Model):
    """A row states what one unit of an item costs during a span of time, and what it costs us.

    Quantities are thousandths of the unit. No provider's cost means that it is not known.
    """

    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="prices")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    amount_microcredits = models.BigIntegerField(help_text="per unit")
    minimum_quantity_milli = models.PositiveIntegerField(
        default=0, help_text="less than this is charged as this"
    )
    valid_from = models.DateTimeField(default=timezone.now)
    valid_until = models.DateTimeField(null=True, blank=True)
    cost_currency = models.ForeignKey(
        Currency, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    cost_micro = models.BigIntegerField(
        null=True, blank=True, help_text="per unit, in millionths of the currency"
    )

    objects = PriceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_microcredits__gte=0), name="price_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="price_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(cost_currency__isnull=True, cost_micro__isnull=True)
                | Q(cost_currency__isnull=False, cost_micro__isnull=False, cost_micro__gte=0),
                name="price_cost_whole_or_unknown",
            ),
            one_at_a_time("sku", "valid_from", "valid_until", name="price_one_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.sku}: {self.amount_microcredits} microcredits per {self.unit}"

    @property
    def margin_percent(self) -> int | None:
        """What the studio keeps of the price; None: the cost is not known in US dollars."""
        if self.cost_micro is None or self.cost_currency_id != Currency.Code.USD:
            return None
        price_micro_usd = self.amount_microcredits * MICRO_USD_PER_CREDIT // MICROCREDITS
        if price_micro_usd == 0:
            return None
        return round((price_micro_usd - self.cost_micro) * 100 / price_micro_usd)


class PriceFactor(models.Model):
    """A row states by how many thousandths a price is multiplied when a parameter has a value."""

    price = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="factors")
    parameter = models.CharField(max_length=60)
    value = models.CharField(max_length=60)
    multiplier_permille = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["price", "parameter", "value"], name="price_factor_once"
            ),
            models.CheckConstraint(
                condition=~Q(parameter="") & ~Q(value=""), name="price_factor_named"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.parameter} = {self.value}: × {self.multiplier_permille / 1000:g}"
