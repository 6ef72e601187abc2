"""Writes the default plans into a studio that has none."""

from __future__ import annotations

from typing import Any

from django.db import connections, transaction

from billing.credits import MICROCREDITS
from billing.plans.defaults import PLANS
from billing.plans.models import Plan, PlanGrant


def seed_plans(using: str = "default", **_: Any) -> None:
    """Add the default plans when there is no plan at all (after `migrate`)."""
    if PlanGrant._meta.db_table not in connections[using].introspection.table_names():
        return
    plans = Plan.objects.using(using)
    with transaction.atomic(using=using):
        if plans.exists():
            return
        for line in PLANS:
            plan = plans.create(
                code=line.code,
                title=line.title,
                monthly_microcredits=line.credits * MICROCREDITS,
                concurrent_jobs=line.concurrent_jobs,
                is_unlimited=line.is_unlimited,
            )
            PlanGrant.objects.using(using).bulk_create(
                PlanGrant(plan=plan, operation_group=group, provider=provider)
                for group, provider in line.grants
            )
