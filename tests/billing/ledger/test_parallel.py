"""Many people and processes at once, on connections of their own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from billing.credits import MICROCREDITS as C
from billing.ledger.doctor import books_balance
from billing.ledger.posting import cost_centre_of, holds_of
from billing.ledger.queries import balance_of, held_of
from billing.ledger.services import open_hold, release_hold, settle_hold
from billing.models import Hold, HoldState, Plan
from billing.plans.services import subscribe
from studio.core.errors import PaymentRequired


def in_parallel(calls: list[Callable[[], object]]) -> list[object]:
    """Run all calls at the same moment, each in a thread with its own connection."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return call()
        except PaymentRequired as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_fifty_holds_against_a_wallet_for_ten(transactional_db, creator, project, fill):
    fill(creator, 10)

    def hold() -> Hold | None:
        return open_hold(payer=creator, project=project, amount_microcredits=C)

    found = in_parallel([hold] * 50)
    assert sum(isinstance(item, Hold) for item in found) == 10
    assert sum(isinstance(item, PaymentRequired) for item in found) == 40
    assert (balance_of(creator), held_of(creator)) == (0, 10 * C)
    assert books_balance() == []


def test_a_hold_ended_by_many_ends_once(transactional_db, creator, project, fill):
    fill(creator, 10)
    hold = open_hold(payer=creator, project=project, amount_microcredits=4 * C)
    calls = [
        lambda: settle_hold(hold=Hold.objects.get(pk=hold.pk), amount_microcredits=C),
        lambda: release_hold(hold=Hold.objects.get(pk=hold.pk)),
    ] * 6
    assert sum(item is not None for item in in_parallel(calls)) == 1
    assert books_balance() == []


def test_holding_and_settling_each_others_work_never_deadlocks(
    transactional_db, creator, reviewer, project, fill
):
    # the project's accounts come first, so that locking in another order would show
    holds_of(project), cost_centre_of(project)
    subscribe(actor=None, user=creator, plan=Plan.objects.get(code="studio"))
    fill(reviewer, 100)

    def work(user: object, amount: int) -> Callable[[], None]:
        def call() -> None:
            for _ in range(5):
                hold = open_hold(payer=user, project=project, amount_microcredits=amount)
                settle_hold(hold=hold, amount_microcredits=amount // 2)

        return call

    # the creator's holds exceed the month's credits, so that the plan adds to the wallet meanwhile
    in_parallel([work(creator, 6_000 * C), work(reviewer, 2 * C)] * 6)
    assert not Hold.objects.filter(state=HoldState.Code.OPEN).exists()
    assert Hold.objects.count() == 60
    assert books_balance() == []
