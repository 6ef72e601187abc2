"""Bodies of the API of wallet, prices and plans. Money is whole microcredits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from billing.credits import MICROCREDITS
from billing.ledger.queries import StatementLine
from billing.models import Plan, PlanGrant, Price, PriceFactor, Subscription, TransferKind, Unit
from billing.wallet.summary import WalletSummary
from studio.core.api.fields import CodeField
from studio.core.api.serializers import PersonSerializer


class PlanNameSerializer(serializers.ModelSerializer[Plan]):
    """Which plan."""

    class Meta:
        model = Plan
        fields = ["code", "title", "is_unlimited"]
        read_only_fields = fields


class WalletSerializer(serializers.Serializer[WalletSummary]):
    """The figures of a wallet."""

    balance_microcredits = serializers.IntegerField(help_text="1 credit = 1,000,000 microcredits")
    held_microcredits = serializers.IntegerField(help_text="set aside for work under way")
    spent_this_month_microcredits = serializers.IntegerField(help_text="since the 1st, UTC")
    plan = PlanNameSerializer(allow_null=True)


class StatementLineSerializer(serializers.Serializer[StatementLine]):
    """One entry on a wallet."""

    transfer = serializers.UUIDField(source="entry.transfer.code")
    kind = CodeField(TransferKind.Code, source="entry.transfer.kind_id")
    created_at = serializers.DateTimeField(source="entry.transfer.created_at")
    what = serializers.CharField()
    about = serializers.CharField()
    link = serializers.SerializerMethodField(help_text="page of what it was for, or null")
    amount_microcredits = serializers.IntegerField(source="entry.amount_microcredits")
    balance_after_microcredits = serializers.IntegerField()

    def get_link(self, line: StatementLine) -> str | None:
        """Path of the page."""
        return line.link.url if line.link else None


class PriceFactorSerializer(serializers.ModelSerializer[PriceFactor]):
    """By how much a parameter's value multiplies a price."""

    class Meta:
        model = PriceFactor
        fields = ["parameter", "value", "multiplier_permille"]
        read_only_fields = fields


class PriceSerializer(serializers.ModelSerializer[Price]):
    """A price in force. The queryset loads `sku` and `factors` and annotates `code`."""

    sku = serializers.CharField(source="sku.code", help_text="<operation>/<provider>/<model>")
    title = serializers.CharField(source="sku.title")
    unit = CodeField(Unit.Code, source="unit_id")
    is_metered = serializers.BooleanField(source="unit.is_metered")
    factors = PriceFactorSerializer(many=True)

    class Meta:
        model = Price
        fields = [
            "sku",
            "title",
            "unit",
            "is_metered",
            "amount_microcredits",
            "minimum_quantity_milli",
            "factors",
            "valid_from",
        ]
        read_only_fields = fields


class PlanGrantSerializer(serializers.ModelSerializer[PlanGrant]):
    """A group of operations by a provider; empty means any."""

    class Meta:
        model = PlanGrant
        fields = ["operation_group", "provider"]
        read_only_fields = fields


class PlanSerializer(serializers.ModelSerializer[Plan]):
    """A plan. The queryset prefetches `grants`."""

    grants = PlanGrantSerializer(many=True)

    class Meta:
        model = Plan
        fields = [
            "code",
            "title",
            "monthly_microcredits",
            "concurrent_jobs",
            "is_unlimited",
            "grants",
        ]
        read_only_fields = fields


class NewGrantSerializer(serializers.Serializer[Any]):
    """Who gets how many credits, and why."""

    user = serializers.UUIDField(help_text="the person's code")
    credits = serializers.DecimalField(
        max_digits=16, decimal_places=6, min_value=Decimal(1) / MICROCREDITS
    )
    memo = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class GrantSerializer(serializers.Serializer[Any]):
    """Credits that were given, and what the person has now."""

    transfer = serializers.UUIDField()
    user = PersonSerializer()
    amount_microcredits = serializers.IntegerField()
    balance_microcredits = serializers.IntegerField()


class NewSubscriptionSerializer(serializers.Serializer[Any]):
    """Who gets which plan from now on."""

    user = serializers.UUIDField(help_text="the person's code")
    plan = serializers.SlugField(max_length=40, help_text="the plan's code")


class SubscriptionSerializer(serializers.ModelSerializer[Subscription]):
    """A person's plan."""

    user = PersonSerializer()
    plan = PlanNameSerializer()

    class Meta:
        model = Subscription
        fields = ["user", "plan", "starts_at", "ends_at"]
        read_only_fields = fields
