"""The head of a wallet, for page and API."""

from __future__ import annotations

from dataclasses import dataclass

from billing.ledger.queries import balance_of, held_of, month_start, spent_by
from billing.plans.models import Plan
from billing.plans.queries import current_plan
from studio.core.models import User


@dataclass(frozen=True)
class WalletSummary:
    """What a person has, has set aside, has spent this month (UTC), and on which plan."""

    balance_microcredits: int
    held_microcredits: int
    spent_this_month_microcredits: int
    plan: Plan | None


def wallet_summary(user: User) -> WalletSummary:
    """The figures of a person's wallet. Causes four queries."""
    return WalletSummary(
        balance_microcredits=balance_of(user),
        held_microcredits=held_of(user),
        spent_this_month_microcredits=spent_by(user, since=month_start()),
        plan=current_plan(user),
    )
