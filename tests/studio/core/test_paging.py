"""Keyset pages: complete, without doubles, stable while rows come and go."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra.django import TestCase

from studio.core.errors import Invalid
from studio.core.models import FailedSignIn, Project, User
from studio.core.paging import encode_cursor, keyset_page, page_size

ORDERS = [("username", "id"), ("-username", "id"), ("username", "-id")]


class Pages(TestCase):
    """Rows with equal values in the leading column."""

    @settings(max_examples=30, deadline=None)
    @given(
        names=some.lists(some.sampled_from("abc"), max_size=25),
        size=some.integers(1, 7),
        order=some.sampled_from(ORDERS),
    )
    def test_all_rows_once_and_in_order(
        self, names: list[str], size: int, order: tuple[str, ...]
    ) -> None:
        FailedSignIn.objects.all().delete()
        for name in names:
            FailedSignIn.objects.create(username=name, address="127.0.0.1")
        expected = list(FailedSignIn.objects.order_by(*order).values_list("pk", flat=True))
        found: list[int] = []
        cursor, more = "", True
        while more:
            page = keyset_page(FailedSignIn.objects.all(), cursor=cursor, size=size, order=order)
            found += [row.pk for row in page.rows]
            cursor, more = page.next_cursor, bool(page.next_cursor)
        assert found == expected


@pytest.mark.django_db
def test_rows_that_come_meanwhile_move_nothing(creator: User) -> None:
    Project.objects.create(name="second", owner=creator)
    first = keyset_page(Project.objects.all(), size=1, order=("id",))
    for n in range(3):
        Project.objects.create(name=f"new {n}", owner=creator)
    rest = keyset_page(Project.objects.all(), cursor=first.next_cursor, size=50, order=("id",))
    found = [project.pk for project in [*first.rows, *rest.rows]]
    assert len(set(found)) == len(found) == Project.objects.count()


@pytest.mark.django_db
def test_cursors_belong_to_their_order_and_can_not_be_forged(creator: User) -> None:
    row = Project.objects.get(owner=creator)
    cursor = encode_cursor(row, ("-id",))
    for wrong, order in ((cursor, ("name", "id")), (cursor[:-1], ("-id",)), ("WyJ", ("-id",))):
        with pytest.raises(Invalid):
            keyset_page(Project.objects.all(), cursor=wrong, order=order)


@pytest.mark.parametrize(
    ("value", "size"), [(None, 50), ("", 50), ("7", 7), ("0", 1), ("-3", 1), ("999", 200)]
)
def test_sizes_are_held_within_limits(value: str | None, size: int) -> None:
    assert page_size(value) == size


def test_sizes_must_be_numbers() -> None:
    with pytest.raises(Invalid):
        page_size("ten")
