"""Do the books balance? Each check yields a sentence about everything that is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from billing.ledger.models import Account, AccountKind, Balance, Entry, Hold, HoldState, Transfer


def books_balance() -> list[str]:
    """Every finding about the books; an empty list means that they balance.

    Reads every entry several times: for `manage.py doctor`, not for a request.
    """
    return [
        *_sum_is_zero(),
        *_transfers_are_balanced(),
        *_balances_are_sums(),
        *_holds_match(),
    ]


def _sum_is_zero() -> Iterator[str]:
    total = Entry.objects.aggregate(total=Sum("amount_microcredits", default=0))["total"]
    if total:
        yield f"All entries together sum to {total} microcredits instead of 0."


def _transfers_are_balanced() -> Iterator[str]:
    wrong = Transfer.objects.annotate(
        entry_count=Count("entries"), total=Coalesce(Sum("entries__amount_microcredits"), Value(0))
    ).filter(~Q(total=0) | Q(entry_count__lt=2))
    for transfer in wrong[:100]:
        yield (
            f"Transfer {transfer.code} has {transfer.entry_count} entries with the sum "
            f"{transfer.total} microcredits."
        )


def _balances_are_sums() -> Iterator[str]:
    booked = (
        Entry.objects.filter(account=OuterRef("account"))
        .order_by()
        .values("account")
        .annotate(total=Sum("amount_microcredits"))
        .values("total")
    )
    wrong = Balance.objects.annotate(booked=Coalesce(Subquery(booked), Value(0))).exclude(
        amount_microcredits=F("booked")
    )
    for balance in wrong.select_related("account__kind", "account__user", "account__project")[:100]:
        yield (
            f"The balance of “{balance.account}” says {balance.amount_microcredits} "
            f"microcredits, its entries sum to {balance.booked}."
        )
    without = Account.objects.filter(kind__may_go_negative=False, balance=None)
    for account in without.select_related("kind", "user", "project")[:100]:
        yield f"“{account}” has no balance."


def _holds_match() -> Iterator[str]:
    held = (
        Hold.objects.filter(project=OuterRef("account__project"), state_id=HoldState.Code.OPEN)
        .order_by()
        .values("project")
        .annotate(total=Sum("amount_microcredits"))
        .values("total")
    )
    wrong = (
        Balance.objects.filter(account__kind_id=AccountKind.Code.HOLDS)
        .annotate(held=Coalesce(Subquery(held), Value(0)))
        .exclude(amount_microcredits=F("held"))
    )
    for balance in wrong.select_related("account__kind", "account__project")[:100]:
        yield (
            f"“{balance.account}” has {balance.amount_microcredits} microcredits, the open holds "
            f"of the project sum to {balance.held}."
        )
