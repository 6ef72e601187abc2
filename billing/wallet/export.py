"""A statement as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from billing.credits import credits_number
from billing.ledger.queries import StatementLine, whole_statement
from studio.core.models import User

HEAD = ("time (UTC)", "what", "for", "credits", "balance", "by", "transfer")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class _Echo:
    """Gives each line back instead of writing it anywhere."""

    def write(self, value: str) -> str:
        return value


def statement_csv(user: User) -> Iterator[str]:
    """The lines of a person's whole statement, newest first."""
    writer = csv.writer(_Echo())
    yield writer.writerow(HEAD)
    for line in whole_statement(user):
        yield writer.writerow(_cells(line))


def _cells(line: StatementLine) -> list[str]:
    transfer = line.entry.transfer
    return [
        transfer.created_at.strftime("%Y-%m-%d %H:%M:%S"),
        line.what,
        plain_text(line.about),
        credits_number(line.entry.amount_microcredits),
        credits_number(line.balance_after_microcredits),
        plain_text(transfer.actor.username) if transfer.actor else "",
        str(transfer.code),
    ]


def plain_text(value: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(_FORMULA) else value
