"""The statement and the price list cost the same whatever their length."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from billing.ledger.services import grant_credits
from billing.models import Entry
from studio.core.models import User
from tests.support.clients import signed_in
from tests.support.query_counts import assert_recorded_queries

pytestmark = pytest.mark.django_db
Grow = Callable[[int], None]


@pytest.fixture
def more_entries(admin: User, creator: User) -> Grow:
    def grow(rows: int) -> None:
        for number in range(Entry.objects.count() // 2, rows):
            grant_credits(
                actor=admin, user=creator, amount_microcredits=1_000_000, memo=f"gift {number}"
            )

    return grow


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("billing/wallet", "/wallet/"),
        ("billing/balance", "/wallet/balance/"),
        ("billing/pulse", "/wallet/pulse/"),
        ("billing/statement as CSV", "/wallet/statement.csv"),
        ("billing/prices", "/wallet/prices/"),
        ("api/wallet", "/api/v1/wallet/"),
        ("api/statement", "/api/v1/wallet/statement/"),
        ("api/plans", "/api/v1/plans/"),
        ("admin/transfers", "/admin/billing/transfer/"),
    ],
)
def test_lists(name: str, path: str, creator: User, admin: User, more_entries: Grow) -> None:
    client = signed_in(admin if path.startswith("/admin/") else creator)
    assert_recorded_queries(name, lambda: client.get(path), more_entries)


def test_a_page_of_prices_costs_the_same_for_2_and_for_20(creator: User) -> None:
    client, sizes = signed_in(creator), [2]

    def page() -> object:
        answer = client.get(f"/api/v1/prices/?page_size={sizes[-1]}")
        assert len(answer.json()["results"]) == sizes[-1]
        return answer

    assert_recorded_queries("api/prices", page, sizes.append)
