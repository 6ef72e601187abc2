"""One answer before anything is queued."""

from __future__ import annotations

import pytest

from billing.credits import MICROCREDITS as C
from billing.models import Plan, Subscription
from billing.plans.preflight import check
from billing.plans.services import subscribe
from billing.prices.quotes import quote
from studio.core.errors import PaymentRequired
from studio.core.services import set_project_archived

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(creator, project):
    def ask(*skus: str, milli: int = 1000, provider: str = "stability", group: str = "create"):
        quotes = [quote(sku_code=sku, quantity_milli=milli) for sku in skus]
        return check(
            user=creator,
            project=project,
            quotes=quotes,
            provider_code=provider,
            operation_group=group,
        )

    return ask


ULTRA, SKETCH = "create.image/stability/ultra", "create.image/local/sketch"


def test_allowed_with_the_figures(ask, creator, fill):
    fill(creator, 20)
    found = ask(ULTRA, ULTRA)
    assert found.allowed
    assert (found.amount_microcredits, found.credits) == (16 * C, "16")
    assert (found.balance_microcredits, found.balance_after_microcredits) == (20 * C, 4 * C)
    assert not found.is_upper_bound
    found.raise_if_refused()


def test_metered_work_shows_an_upper_bound(ask, creator, fill):
    fill(creator, 20)
    found = ask(SKETCH, milli=12_000)
    assert found.is_upper_bound
    assert found.credits == "≤ 1.2"


def test_every_reason_comes_with_a_remedy(ask, creator, project):
    subscribe(actor=None, user=creator, plan=Plan.objects.get(code="free"))
    set_project_archived(actor=creator, project=project, archived=True)
    found = ask(*[ULTRA] * 26, group="transform")
    assert [reason.code for reason in found.reasons] == [
        "not-in-plan",
        "project-archived",
        "balance",
    ]
    assert all(reason.text and reason.remedy for reason in found.reasons)
    assert found.balance_after_microcredits == -8 * C
    with pytest.raises(PaymentRequired) as caught:
        found.raise_if_refused()
    assert "Free" in caught.value.detail
    assert "208 credits" in caught.value.detail
    assert "another plan" in caught.value.remedy


def test_without_a_plan(ask, creator):
    Subscription.objects.filter(user=creator).delete()
    assert [reason.code for reason in ask(SKETCH).reasons] == ["no-plan", "balance"]


def test_an_unlimited_plan_never_lacks_credits(ask, creator, unlimited):
    found = ask(ULTRA, milli=10_000_000)
    assert found.allowed
    assert found.balance_after_microcredits == 0


def test_it_costs_three_queries_however_many_quotes(ask, django_assert_num_queries, creator, fill):
    fill(creator, 200)
    quotes = [quote(sku_code=ULTRA)] * 20
    from billing.plans import preflight
    from studio.core.models import Project

    project = Project.objects.filter(owner=creator).first()
    for some in (quotes[:2], quotes):
        with django_assert_num_queries(3):
            preflight.check(
                user=creator,
                project=project,
                quotes=some,
                provider_code="stability",
                operation_group="create",
            )
