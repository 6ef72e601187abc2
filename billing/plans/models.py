"""Plans: how many credits a month, how much at once, and which providers for what."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from billing.ledger.models import Transfer
from billing.spans import one_at_a_time

__all__ = ["Allowance", "Plan", "PlanGrant", "Subscription"]


class Plan(models.Model):
    """A row states what people with this plan get.

    An unlimited plan never refuses for want of credits: what the wallet lacks is added when it is
    needed, so that everything is still counted.
    """

    code = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=80)
    monthly_microcredits = models.BigIntegerField()
    concurrent_jobs = models.PositiveSmallIntegerField()
    is_unlimited = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(monthly_microcredits__gte=0), name="plan_credits_not_negative"
            ),
            models.CheckConstraint(condition=Q(concurrent_jobs__gte=1), name="plan_runs_one_job"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def includes(self) -> list[str]:
        """What the plan includes, in words; a query unless `grants` is prefetched."""
        groups: dict[str, list[str]] = {}
        for grant in self.grants.all():
            groups.setdefault(grant.provider, []).append(grant.operation_group or "everything")
        return [
            f"{', '.join(found)} by {provider or 'any provider'}"
            for provider, found in groups.items()
        ]


class PlanGrant(models.Model):
    """A row states that a plan includes a group of operations by a provider.

    Both are codes of the operation catalogue; empty means any, so that ("", "local") is everything
    that the studio's own machine can do.
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="grants")
    operation_group = models.SlugField(max_length=60, blank=True, db_index=False)
    provider = models.SlugField(max_length=60, blank=True, db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "operation_group", "provider"], name="plan_grant_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation_group or 'everything'} by {self.provider or 'any provider'}"


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Subscriptions in time."""

    def active_at(self, moment: datetime) -> SubscriptionQuerySet:
        """Those running at this moment."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=moment), starts_at__lte=moment)


class Subscription(models.Model):
    """A row states that a person has a plan during a span of time."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="subscriptions"
    )
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="subscriptions")
    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="subscription_ends_after_it_starts",
            ),
            one_at_a_time("user", "starts_at", "ends_at", name="subscription_one_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.plan}"


class Allowance(models.Model):
    """A row states that a subscription's credits for one month were given, by which transfer."""

    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="allowances"
    )
    month = models.DateField(help_text="its first day, UTC")
    transfer = models.OneToOneField(Transfer, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "month"], name="allowance_once_a_month"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="allowance_month_is_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.subscription}, {self.month:%B %Y}"
