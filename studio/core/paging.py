"""Keyset paging: any depth at the same speed, stable while rows are added, never a count."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db import models
from django.db.models import Q

from studio.core.errors import Invalid

M = TypeVar("M", bound=models.Model)

#: Cursors are signed, so that the values in them are always ones that a row had.
_signer = signing.Signer(salt="studio.core.paging")
_ID_DIGITS = 18


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of rows, with the cursor of the next (empty: this is the last)."""

    rows: list[M]
    next_cursor: str


def keyset_page(
    queryset: models.QuerySet[M],
    *,
    cursor: str = "",
    size: int = 50,
    order: tuple[str, ...] = ("-id",),
) -> Page[M]:
    """Rows after `cursor` in `order`.

    Args:
        order: field names, `-` for descending; the last one must be unique. All must be columns of
            the queryset's own table or annotations, and not null.
        size: rows a page, 1–200.

    Raises:
        Invalid: the cursor was not made by this function for the same order.
    """
    rows = list(queryset.filter(after_cursor(cursor, order)).order_by(*order)[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    return Page(rows, encode_cursor(rows[-1], order) if more else "")


def encode_cursor(row: models.Model, order: tuple[str, ...]) -> str:
    """The cursor that points behind `row`."""
    values = [getattr(row, name.lstrip("-")) for name in order]
    plain = [
        v.isoformat() if isinstance(v, datetime) else str(v) if isinstance(v, uuid.UUID) else v
        for v in values
    ]
    return _signer.sign_object([list(order), plain])


def after_cursor(cursor: str, order: tuple[str, ...], *, backwards: bool = False) -> Q:
    """The condition for rows behind the cursor's row in `order`, or before it (`backwards`).

    Raises:
        Invalid: the cursor was not made for this order.
    """
    if not cursor:
        return Q()
    try:
        names, values = _signer.unsign_object(cursor)
    except (signing.BadSignature, ValueError) as error:
        raise Invalid(
            "This page address is damaged.", remedy="Start from the first page."
        ) from error
    if tuple(names) != order:
        raise Invalid("This page address is of another order.", remedy="Start from the first page.")
    # (a, b) after (x, y)  ⇔  a > x or (a = x and b > y); each comparison in its own direction.
    condition = Q()
    for index, name in enumerate(order):
        field = name.lstrip("-")
        equal = {order[i].lstrip("-"): values[i] for i in range(index)}
        condition |= Q(**equal, **{f"{field}__{_side(name, backwards)}": values[index]})
    if len(order) > 1:
        # Implied by the above, but an index can start from it: without it, page n reads n pages.
        condition &= Q(**{f"{order[0].lstrip('-')}__{_side(order[0], backwards)}e": values[0]})
    return condition


def _side(name: str, backwards: bool) -> str:
    """`lt` or `gt`: on which side of a value the rows lie."""
    return "lt" if name.startswith("-") is not backwards else "gt"


def row_id(text: str) -> int | None:
    """The id of a row as an address carries it; None when it is no such number.

    Only digits of ASCII, and no more than a bigint has: `"²".isdigit()` is true, and Python
    refuses to read a number of 5,000 digits.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _ID_DIGITS else None


def page_size(value: Any, *, default: int = 50, most: int = 200) -> int:
    """A page size from a request: `default` when absent, held within 1 and `most`.

    Raises:
        Invalid: not a whole number.
    """
    if value in (None, ""):
        return default
    try:
        return max(1, min(most, int(value)))
    except (TypeError, ValueError) as error:
        raise Invalid("The page size must be a whole number.") from error
