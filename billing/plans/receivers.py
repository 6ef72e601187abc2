"""What plans do when something happens below them."""

from __future__ import annotations

from typing import Any

from billing.ledger.services import add_allowance
from billing.plans.queries import current_plan
from billing.plans.services import default_plan, subscribe
from studio.core.models import User


def subscribe_newcomer(*, user: User, **_: Any) -> None:
    """Everybody has a plan from the start (receiver of `user_created`)."""
    subscribe(actor=None, user=user, plan=default_plan())


def fill_unlimited_wallet(*, user: User, shortage_microcredits: int, **_: Any) -> None:
    """An unlimited plan adds what a wallet lacks, when it lacks it (receiver of `wallet_short`)."""
    plan = current_plan(user)
    if plan is not None and plan.is_unlimited:
        add_allowance(
            user=user, amount_microcredits=shortage_microcredits, memo=f"{plan.title}, unlimited"
        )
