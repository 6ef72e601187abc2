"""Wallets with known amounts, for the tests of billing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from billing.credits import MICROCREDITS
from billing.ledger.services import add_allowance
from billing.models import Plan, Subscription
from billing.plans.services import subscribe
from studio.core.models import User


@pytest.fixture(autouse=True)
def _empty_wallets(settings: object) -> None:
    """Newcomers start with nothing, on a plan that includes everything but is not unlimited."""
    settings.DEFAULT_PLAN = "bare"  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def bare_plan(request: pytest.FixtureRequest) -> Plan | None:
    """The plan of those newcomers."""
    if "transactional_db" in request.fixturenames:
        request.getfixturevalue("transactional_db")
    elif "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
    else:
        return None
    plan = Plan.objects.create(code="bare", title="Bare", monthly_microcredits=0, concurrent_jobs=2)
    plan.grants.create()
    return plan


@pytest.fixture
def fill() -> Callable[[User, int], None]:
    """`fill(user, credits)` puts whole credits into a wallet."""

    def fill(user: User, credits: int) -> None:
        add_allowance(user=user, amount_microcredits=credits * MICROCREDITS, memo="test")

    return fill


@pytest.fixture
def unlimited(creator: User) -> Subscription:
    """Gives the creator the unlimited plan."""
    return subscribe(actor=None, user=creator, plan=Plan.objects.get(code="studio"))
