"""Reading plans."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from billing.plans.models import Plan, Subscription
from studio.core.models import User


def current_plan(user: User, *, at: datetime | None = None) -> Plan | None:
    """The plan that a person has now. Causes one query."""
    return (
        Plan.objects.filter(
            subscriptions__in=Subscription.objects.active_at(at or timezone.now()).filter(user=user)
        )
    ).first()


def all_plans() -> QuerySet[Plan]:
    """Every plan with its grants, the smallest first; two queries."""
    return Plan.objects.prefetch_related("grants").order_by(
        "is_unlimited", "monthly_microcredits", "pk"
    )


def plan_includes(plan: Plan, *, operation_group: str, provider: str) -> bool:
    """Whether the plan has the provider for this group of operations. Causes one query."""
    return plan.grants.filter(
        operation_group__in=["", operation_group], provider__in=["", provider]
    ).exists()
