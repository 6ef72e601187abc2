"""Keyset paging: any depth at the same speed, stable while rows are added, never a count."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import models
from django.db.models import Q

from studio.core.errors import Invalid

M = TypeVar("M", bound=models.Model)


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
    rows = list(queryset.filter(_after(cursor, order)).order_by(*order)[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    return Page(rows, encode_cursor(rows[-1], order) if more else "")


def encode_cursor(row: models.Model, order: tuple[str, ...]) -> str:
    """The cursor that points behind `row`."""
    values = [getattr(row, name.lstrip("-")) for name in order]
    plain = [v.isoformat() if isinstance(v, datetime) else v for v in values]
    return base64.urlsafe_b64encode(json.dumps([list(order), plain]).encode()).decode().rstrip("=")


def _after(cursor: str, order: tuple[str, ...]) -> Q:
    if not cursor:
        return Q()
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        names, values = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, binascii.Error, TypeError) as error:
        raise Invalid(
            "This page address is damaged.", remedy="Start from the first page."
        ) from error
    if (
        tuple(names) != order
        or len(values) != len(order)
        or any(not isinstance(value, str | int | float) for value in values)
    ):
        raise Invalid("This page address is of another order.", remedy="Start from the first page.")
    # (a, b) after (x, y)  ⇔  a > x or (a = x and b > y); each comparison in its own direction.
    condition = Q()
    for index, name in enumerate(order):
        field = name.lstrip("-")
        equal = {order[i].lstrip("-"): values[i] for i in range(index)}
        side = "lt" if name.startswith("-") else "gt"
        condition |= Q(**equal, **{f"{field}__{side}": values[index]})
    return condition


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
