"""One row at a time per owner: a constraint on spans of time that may touch but not overlap."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    BigIntegerRangeField,
    DateTimeRangeField,
    RangeBoundary,
    RangeOperators,
)
from django.db.models import Func


class TimeSpan(Func):
    """The range of time between two columns; an empty end is open."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class IdSpan(Func):
    """The range that contains one id alone.

    Two of them overlap when the ids are equal, so that GiST compares ids without the extension
    `btree_gist`, which the embedded PostgreSQL does not carry.
    """

    function = "INT8RANGE"
    output_field = BigIntegerRangeField()


def one_at_a_time(owner: str, start: str, end: str, *, name: str) -> ExclusionConstraint:
    """Refuse rows of the same `owner` whose spans from `start` up to `end` overlap."""
    return ExclusionConstraint(
        name=name,
        expressions=[
            (
                IdSpan(owner, owner, RangeBoundary(inclusive_upper=True)),
                RangeOperators.OVERLAPS,
            ),
            (TimeSpan(start, end, RangeBoundary()), RangeOperators.OVERLAPS),
        ],
    )
