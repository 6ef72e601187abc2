"""Do the books balance? Checks for `manage.py doctor`."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from billing.ledger.models import Account, AccountKind, Balance, Entry, Hold, HoldState, Transfer
from studio.ops.doctor import Finding, register

_REMEDY = "Keep a backup of this state, and find what wrote past the database's rules."


def books_balance() -> list[str]:
    """Every finding about the books; an empty list means that they balance.

    Reads every entry several times: not for a request.
    """
    checks = (check_sum, check_transfers, check_balances, check_holds)
    return [finding.detail for check in checks for finding in check()]


@register("ledger-sum")
def check_sum() -> Iterator[Finding]:
    """All entries of the ledger together sum to zero."""
    total = Entry.objects.aggregate(total=Sum("amount_microcredits", default=0))["total"]
    if total:
        yield Finding(f"All entries together sum to {total} microcredits, not to 0.", _REMEDY)


@register("ledger-transfers")
def check_transfers() -> Iterator[Finding]:
    """Every transfer has two entries or more, which sum to zero."""
    wrong = Transfer.objects.annotate(
        entry_count=Count("entries"), total=Coalesce(Sum("entries__amount_microcredits"), Value(0))
    ).filter(~Q(total=0) | Q(entry_count__lt=2))
    for transfer in wrong.iterator():
        yield Finding(
            f"Transfer {transfer.code} has {transfer.entry_count} entries with the sum "
            f"{transfer.total} microcredits.",
            _REMEDY,
        )


@register("ledger-balances")
def check_balances() -> Iterator[Finding]:
    """Every balance is the sum of its account's entries."""
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
    owners = "account__kind", "account__user", "account__project"
    for balance in wrong.select_related(*owners).iterator():
        yield Finding(
            f"The balance of “{balance.account}” says {balance.amount_microcredits} "
            f"microcredits, its entries sum to {balance.booked}.",
            _REMEDY,
        )
    without = Account.objects.filter(kind__may_go_negative=False, balance=None)
    for account in without.select_related("kind", "user", "project").iterator():
        yield Finding(f"“{account}” has no balance.", _REMEDY)


@register("ledger-holds")
def check_holds() -> Iterator[Finding]:
    """Every project's holds account has the sum of its open holds."""
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
    for balance in wrong.select_related("account__kind", "account__project").iterator():
        yield Finding(
            f"“{balance.account}” has {balance.amount_microcredits} microcredits, the open holds "
            f"of the project sum to {balance.held}.",
            _REMEDY,
        )
