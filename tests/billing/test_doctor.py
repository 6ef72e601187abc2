"""The doctor sees what got past the database's rules."""

from __future__ import annotations

import pytest

from billing.credits import MICROCREDITS as C
from billing.ledger.doctor import books_balance
from billing.ledger.services import open_hold, settle_hold
from billing.models import Plan, Sku, Subscription
from studio.ops import doctor
from tests.billing.refusals import run

pytestmark = pytest.mark.django_db
NAMES = ["ledger-balances", "ledger-holds", "ledger-sum", "ledger-transfers", "plans", "prices"]


@pytest.fixture
def books(creator, project, fill):
    fill(creator, 10)
    settle_hold(
        hold=open_hold(payer=creator, project=project, amount_microcredits=3 * C),
        amount_microcredits=2 * C,
    )
    open_hold(payer=creator, project=project, amount_microcredits=4 * C)
    run("SET CONSTRAINTS ALL IMMEDIATE")


def failing() -> set[str]:
    return {result.name for result in doctor.run(NAMES) if not result.ok}


def test_sound_books_pass(books):
    assert failing() == set()
    assert books_balance() == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (
            "UPDATE billing_entry SET amount_microcredits = 1 WHERE amount_microcredits = 2000000",
            {"ledger-sum", "ledger-transfers", "ledger-balances"},
        ),
        (
            "DELETE FROM billing_entry WHERE transfer_id = (SELECT min(id) FROM billing_transfer)",
            {"ledger-transfers", "ledger-balances"},
        ),
        (
            "UPDATE billing_balance SET amount_microcredits = amount_microcredits + 1",
            {"ledger-balances", "ledger-holds"},
        ),
        ("DELETE FROM billing_balance", {"ledger-balances"}),
        ("UPDATE billing_hold SET state_id = 3 WHERE state_id = 1", {"ledger-holds"}),
        ("UPDATE billing_price SET valid_until = now() - interval '1 second'", {"prices"}),
    ],
)
def test_damage_is_found(books, statement, found):
    run("SET LOCAL session_replication_role = replica")  # triggers off, as a wrong restore would
    run(statement)
    run("SET LOCAL session_replication_role = DEFAULT")
    assert failing() == found
    assert bool(books_balance()) == any(name.startswith("ledger") for name in found)


def test_people_without_a_plan_are_named(creator):
    Subscription.objects.filter(user=creator).delete()
    (result,) = doctor.run(["plans"])
    assert [finding.detail for finding in result.findings] == ["cleo has no plan."]


def test_a_missing_default_plan_is_told(settings):
    Plan.objects.filter(code="bare").delete()
    assert failing() == {"plans"}
    settings.DEFAULT_PLAN = "free"
    assert failing() == set()


def test_an_item_without_a_price_is_told():
    Sku.objects.create(code="a/b/c", title="x")
    assert failing() == {"prices"}
