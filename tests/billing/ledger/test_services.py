"""Holds, settlements, releases, grants, refunds."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from billing.credits import MICROCREDITS
from billing.ledger.doctor import books_balance
from billing.ledger.posting import grants_account
from billing.ledger.queries import balance_of, held_of, month_start, spent_by, spent_in
from billing.ledger.services import (
    charged_microcredits,
    grant_credits,
    open_hold,
    refund_charge,
    release_hold,
    settle_hold,
)
from billing.models import Balance, Entry, Hold, HoldState, Transfer, TransferKind
from studio.core.errors import Conflict, Forbidden, Invalid, PaymentRequired
from studio.live.models import Event, Notification

pytestmark = pytest.mark.django_db
C = MICROCREDITS


def test_hold_then_settle_charges_and_returns_the_rest(creator, project, fill):
    fill(creator, 10)
    hold = open_hold(payer=creator, project=project, amount_microcredits=8 * C, memo="four images")
    assert (balance_of(creator), held_of(creator), spent_in(project)) == (2 * C, 8 * C, 0)
    transfer = settle_hold(hold=hold, amount_microcredits=5 * C, memo="four images")
    assert transfer is not None
    assert transfer.kind_id == TransferKind.Code.SETTLE
    assert (balance_of(creator), held_of(creator), spent_in(project)) == (5 * C, 0, 5 * C)
    assert spent_by(creator, since=month_start()) == 5 * C
    assert charged_microcredits(hold) == 5 * C
    assert books_balance() == []


def test_release_gives_everything_back(creator, project, fill):
    fill(creator, 10)
    hold = open_hold(payer=creator, project=project, amount_microcredits=8 * C)
    assert release_hold(hold=hold, memo="failed") is not None
    assert (balance_of(creator), held_of(creator), spent_in(project)) == (10 * C, 0, 0)
    hold.refresh_from_db()
    assert hold.state_id == HoldState.Code.RELEASED


@pytest.mark.parametrize("first", ["settle", "release"])
@pytest.mark.parametrize("second", ["settle", "release"])
def test_a_hold_ends_once(creator, project, fill, first, second):
    fill(creator, 10)
    hold = open_hold(payer=creator, project=project, amount_microcredits=8 * C)
    stale = Hold.objects.get(pk=hold.pk)
    ends = {
        "settle": lambda h: settle_hold(hold=h, amount_microcredits=3 * C),
        "release": lambda h: release_hold(hold=h),
    }
    assert ends[first](hold) is not None
    before = (Transfer.objects.count(), balance_of(creator))
    assert ends[second](stale) is None
    assert (Transfer.objects.count(), balance_of(creator)) == before


def test_settling_nothing_and_everything(creator, project, fill):
    fill(creator, 10)
    for amount in (0, 4 * C):
        hold = open_hold(payer=creator, project=project, amount_microcredits=4 * C)
        settle_hold(hold=hold, amount_microcredits=amount)
    assert balance_of(creator) == 6 * C
    assert books_balance() == []


@pytest.mark.parametrize("amount", [-1, 8 * C + 1])
def test_a_charge_fits_its_hold(creator, project, fill, amount):
    fill(creator, 10)
    hold = open_hold(payer=creator, project=project, amount_microcredits=8 * C)
    with pytest.raises(Invalid):
        settle_hold(hold=hold, amount_microcredits=amount)
    assert held_of(creator) == 8 * C


def test_a_wallet_is_not_overdrawn(creator, project, fill):
    fill(creator, 10)
    with pytest.raises(PaymentRequired) as caught:
        open_hold(payer=creator, project=project, amount_microcredits=10 * C + 1)
    assert "10.000001 credits" in caught.value.detail
    assert caught.value.remedy
    assert not Hold.objects.exists()
    assert open_hold(payer=creator, project=project, amount_microcredits=10 * C) is not None
    assert balance_of(creator) == 0


def test_nothing_needs_no_hold(creator, project):
    assert open_hold(payer=creator, project=project, amount_microcredits=0) is None
    with pytest.raises(Invalid):
        open_hold(payer=creator, project=project, amount_microcredits=-1)


def test_an_unlimited_plan_adds_exactly_what_lacks(creator, project, unlimited):
    had = balance_of(creator)
    hold = open_hold(payer=creator, project=project, amount_microcredits=had + 7)
    assert hold is not None
    assert balance_of(creator) == 0
    added = Entry.objects.filter(transfer__kind=TransferKind.Code.PLAN_ALLOWANCE).order_by("-pk")[0]
    assert added.amount_microcredits == 7
    assert books_balance() == []


def test_grants_are_for_admins(admin, creator):
    with pytest.raises(Forbidden):
        grant_credits(actor=creator, user=creator, amount_microcredits=C)
    grant_credits(actor=admin, user=creator, amount_microcredits=5 * C, memo="welcome")
    assert balance_of(creator) == 5 * C
    event = Event.objects.get(kind__code="credits.granted")
    assert event.actor == admin
    assert Notification.objects.get(event=event).user == creator


@pytest.mark.parametrize("amount", [0, -C, 1_000_000_001 * C])
def test_grants_have_a_sane_amount(admin, creator, amount):
    with pytest.raises(Invalid):
        grant_credits(actor=admin, user=creator, amount_microcredits=amount)


def test_a_refund_is_at_most_the_charge(admin, creator, project, fill):
    fill(creator, 10)
    hold = open_hold(payer=creator, project=project, amount_microcredits=8 * C)
    with pytest.raises(Conflict):
        refund_charge(actor=admin, hold=hold, amount_microcredits=C)
    settle_hold(hold=hold, amount_microcredits=6 * C)
    with pytest.raises(Forbidden):
        refund_charge(actor=creator, hold=hold, amount_microcredits=C)
    refund_charge(actor=admin, hold=hold, amount_microcredits=4 * C, memo="blurred")
    with pytest.raises(Conflict):
        refund_charge(actor=admin, hold=hold, amount_microcredits=2 * C + 1)
    assert balance_of(creator) == 8 * C
    assert spent_in(project) == spent_by(creator, since=month_start()) == 2 * C
    assert books_balance() == []


def test_a_failed_transaction_leaves_no_trace(creator, project, fill):
    from django.db import transaction

    fill(creator, 10)
    with pytest.raises(RuntimeError), transaction.atomic():
        open_hold(payer=creator, project=project, amount_microcredits=8 * C)
        raise RuntimeError
    assert balance_of(creator) == 10 * C
    assert books_balance() == []


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["grant", "hold", "settle", "release", "refund"]),
        st.integers(0, 3),
        st.integers(1, 2_000_000),
    ),
    max_size=25,
)


@hypothesis_settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_whatever_happens_the_books_balance(admin, creator, reviewer, project, steps):
    people, holds = [creator, reviewer], []
    for what, which, amount in steps:
        user = people[which % 2]
        hold = holds[which % len(holds)] if holds else None
        before = Transfer.objects.count()
        try:
            if what == "grant":
                grant_credits(actor=admin, user=user, amount_microcredits=amount)
            elif what == "hold":
                holds.append(open_hold(payer=user, project=project, amount_microcredits=amount))
            elif hold and what == "settle":
                settle_hold(hold=hold, amount_microcredits=min(amount, hold.amount_microcredits))
            elif hold and what == "release":
                release_hold(hold=hold)
            elif hold and what == "refund":
                refund_charge(actor=admin, hold=hold, amount_microcredits=amount)
        except (PaymentRequired, Conflict):
            assert Transfer.objects.count() == before
        assert not Balance.objects.filter(amount_microcredits__lt=0).exists()
    assert books_balance() == []
    given = -sum(
        Entry.objects.filter(account=grants_account()).values_list("amount_microcredits", flat=True)
    )
    assert given == sum(balance_of(u) + held_of(u) for u in people) + spent_in(project)
