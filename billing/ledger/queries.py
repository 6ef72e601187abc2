"""Reading the books: balances, statements, spending."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import QuerySet, Sum
from django.utils import timezone

from billing.ledger.links import Link, links_for
from billing.ledger.models import (
    Account,
    AccountKind,
    Balance,
    Entry,
    Hold,
    HoldState,
    TransferKind,
)
from studio.core.models import Project, User
from studio.core.paging import Page, keyset_page


@dataclass(frozen=True)
class StatementLine:
    """One line of a wallet's statement."""

    entry: Entry
    balance_after_microcredits: int
    link: Link | None

    @property
    def what(self) -> str:
        """What happened, in a word or two."""
        kind = self.entry.transfer.kind_id
        if kind == TransferKind.Code.SETTLE:
            return "Charge" if self.entry.amount_microcredits < 0 else "Hold returned"
        return self.entry.transfer.kind.label

    @property
    def about(self) -> str:
        """What it was for."""
        return self.link.label if self.link else self.entry.transfer.memo


@dataclass(frozen=True)
class StatementPage:
    """Lines of a statement, newest first, and the cursor of the next page (empty: the last)."""

    lines: list[StatementLine]
    next_cursor: str


def balance_of(user: User) -> int:
    """Microcredits in a person's wallet. Causes one query."""
    found = Balance.objects.filter(
        account__kind_id=AccountKind.Code.WALLET, account__user=user
    ).values_list("amount_microcredits", flat=True)
    return found.first() or 0


def held_of(user: User) -> int:
    """Microcredits set aside from a person's wallet for work under way. Causes one query."""
    found = Hold.objects.filter(
        wallet__kind_id=AccountKind.Code.WALLET, wallet__user=user, state_id=HoldState.Code.OPEN
    ).aggregate(total=Sum("amount_microcredits", default=0))
    return int(found["total"])


def spent_by(user: User, *, since: datetime) -> int:
    """Microcredits that a person's work was charged since then, less refunds. One query."""
    found = (
        wallet_entries(user)
        .filter(
            transfer__created_at__gte=since,
            transfer__kind__in=[TransferKind.Code.SETTLE, TransferKind.Code.CORRECTION],
        )
        # the other entry of a settlement is the hold coming back, equal to the hold's amount
        .exclude(transfer__kind=TransferKind.Code.SETTLE, amount_microcredits__gt=0)
        .aggregate(total=Sum("amount_microcredits", default=0))
    )
    return -int(found["total"])


def spent_in(project: Project) -> int:
    """Microcredits that a project's work was charged in all. Causes one query."""
    found = Balance.objects.filter(
        account__kind_id=AccountKind.Code.COST_CENTRE, account__project=project
    ).values_list("amount_microcredits", flat=True)
    return found.first() or 0


def month_start(moment: datetime | None = None) -> datetime:
    """The first instant of the month, UTC."""
    now = (moment or timezone.now()).astimezone(UTC)
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def wallet_entries(user: User) -> QuerySet[Entry]:
    """All entries on a person's wallet."""
    wallet = Account.objects.filter(kind_id=AccountKind.Code.WALLET, user=user)
    return Entry.objects.filter(account__in=wallet)


def statement_entries(user: User) -> QuerySet[Entry]:
    """Entries on a person's wallet with what a line shows."""
    return wallet_entries(user).select_related("transfer__kind", "transfer__actor__profile")


def statement(user: User, *, cursor: str = "", size: int = 50) -> StatementPage:
    """One page of a person's statement; four queries and those of the links' resolvers.

    Raises:
        Invalid: the cursor is damaged.
    """
    page = keyset_page(statement_entries(user), cursor=cursor, size=size)
    return StatementPage(statement_lines(user, page), page.next_cursor)


def statement_lines(
    user: User, page: Page[Entry], *, balance_microcredits: int | None = None
) -> list[StatementLine]:
    """The lines for a page of entries (newest first), with running balance and links.

    Args:
        balance_microcredits: the balance after the first entry, when the caller knows it.
    """
    if not page.rows:
        return []
    links = links_for({e.transfer.hold_id for e in page.rows if e.transfer.hold_id is not None})
    balance = balance_microcredits
    if balance is None:
        balance = _balance_after(user, page.rows[0])
    lines = []
    for entry in page.rows:
        hold_id = entry.transfer.hold_id
        link = links.get(hold_id) if hold_id is not None else None
        lines.append(StatementLine(entry, balance, link))
        balance -= entry.amount_microcredits
    return lines


def _balance_after(user: User, entry: Entry) -> int:
    # the index `entry_statement` carries the amounts, so the table is not touched
    found = wallet_entries(user).filter(pk__lte=entry.pk)
    return int(found.aggregate(total=Sum("amount_microcredits", default=0))["total"])


def whole_statement(user: User, *, size: int = 200) -> Iterator[StatementLine]:
    """Every line, newest first, read page by page so that memory stays flat."""
    cursor, balance = "", None
    while True:
        page = keyset_page(statement_entries(user), cursor=cursor, size=size)
        lines = statement_lines(user, page, balance_microcredits=balance)
        yield from lines
        if not page.next_cursor:
            return
        last = lines[-1]
        cursor = page.next_cursor
        balance = last.balance_after_microcredits - last.entry.amount_microcredits
