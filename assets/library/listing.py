"""Lists of the library: newest first, any depth at the same speed, over any number of projects.

An index gives one project's assets in order, and a person sees many. Asking for `project IN (…)`
leaves two bad choices: to walk through everybody's assets until enough of one's own are met (325 ms
of a million for a member of small projects), or to sort all of one's own. So each project gives
its first few from its index, and those are merged: what a page costs depends on the number of
projects, not on the number of assets. `tests/benchmarks/library_page.py` measures it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, Func, OuterRef, Q

from assets.library.filters import AssetFilters
from assets.library.models import Asset
from assets.library.queries import AssetQuerySet
from studio.core.models import Project, User
from studio.core.paging import Page, after_cursor, encode_cursor

PAGE_SIZE = 60
#: A search with no more matches than this reads them all; one with more walks from the newest on,
#: and meets the next page soon. The planner does not know how rare a rare word is: left to choose,
#: it walked through a million assets to find none (240 ms).
FEW_MATCHES = 500


class _Unnest(Func):
    """The elements of an array of primary keys, as rows."""

    function = "unnest"
    set_returning = True
    output_field = BigIntegerField()


class Listing:
    """What a person sees of the library through some filters.

    Args:
        user: whose projects and favourites count.

    Raises:
        NotFound: the project that the filters name is not visible to `user`.
    """

    def __init__(self, user: User, filters: AssetFilters) -> None:
        self.user = user
        self.filters = filters
        self.order = filters.order
        self.project: Project | None = None
        if filters.project is not None:
            self.project = Project.objects.get_visible(user, code=filters.project)

    def page(
        self,
        *,
        cursor: str = "",
        size: int = PAGE_SIZE,
        newer: bool = False,
        tiles: bool = False,
    ) -> Page[Asset]:
        """A page of assets with all that a list shows.

        Causes 3 queries, with a search text 4 or 5, however many rows there are.

        Args:
            cursor: continue behind the row that it points at; with `newer`: the rows before it.
            size: rows a page, 1–200.
            tiles: load what a tile shows, and no more.

        Raises:
            Invalid: the cursor was not made for this order.
        """
        ids = self._ids(after_cursor(cursor, self.order, backwards=newer), size + 1)
        more = len(ids) > size
        rows = load(self.user, ids[:size], tiles=tiles)
        return Page(rows, encode_cursor(rows[-1], self.order) if more and rows else "")

    def includes(self, asset: Asset) -> bool:
        """Whether an asset, visible to the person, belongs in this list. Causes a query."""
        if self.project is not None and asset.project_id != self.project.pk:
            return False
        found = self.filters.narrow(Asset.objects.filter(pk=asset.pk), self.user)
        return found.exists()

    def neighbours(self, asset: Asset) -> tuple[Asset | None, Asset | None]:
        """The assets before and after one in this list, nothing but their codes loaded."""
        cursor = encode_cursor(asset, self.order)
        found = []
        for backwards in (True, False):
            condition = after_cursor(cursor, self.order, backwards=backwards)
            ids = self._ids(condition, 1, backwards=backwards)
            found.append(Asset.objects.only("code").filter(pk__in=ids).first() if ids else None)
        return found[0], found[1]

    def _ids(self, condition: Q, limit: int, *, backwards: bool = False) -> list[int]:
        """Primary keys of the first `limit` assets; `backwards`: of the last."""
        order = _flipped(self.order) if backwards else self.order
        if self.filters.q:
            found = self._matches().filter(condition)
        else:
            found = self._from_indexes(condition, order, limit)
        return list(found.order_by(*order).values_list("pk", flat=True)[:limit])

    def _from_indexes(self, condition: Q, order: Sequence[str], limit: int) -> AssetQuerySet:
        """The assets that fit and fulfil `condition`, at least the first `limit` of them."""
        fitting = self.filters.narrow(Asset.objects.filter(condition), self.user)
        if self.project is not None:
            return fitting.in_project(self.project)
        if self.filters.favourite:
            # Few to begin with, and looked up one by one.
            return fitting.visible_to(self.user)
        if self.user.is_admin and self.filters == AssetFilters():
            # Everything: the primary key has the order.
            return fitting
        firsts = fitting.filter(project_id=OuterRef("pk")).order_by(*order).values("pk")[:limit]
        each = Project.objects.visible_to(self.user).order_by()
        return Asset.objects.all().in_ids(each.values_list(_Unnest(ArraySubquery(firsts))))

    def _matches(self) -> AssetQuerySet:
        """The assets that fit, the search text among the filters.

        They are listed like all others, newest first: most pictures that match were made from much
        the same words, and relevance would have to be worked out for every match before the first
        could be shown.
        """
        fitting = self.filters.narrow(Asset.objects.all(), self.user)
        if self.project is not None:
            fitting = fitting.in_project(self.project)
        elif not self.user.is_admin:
            # As a list of numbers, of which the planner knows how many assets each has.
            mine: Any = list(Project.objects.visible_to(self.user).values_list("pk", flat=True))
            fitting = fitting.filter(project_id__in=mine)
        some = list(fitting.order_by().values_list("pk", flat=True)[: FEW_MATCHES + 1])
        return fitting if len(some) > FEW_MATCHES else Asset.objects.filter(pk__in=some)


def load(user: User, ids: Sequence[int], *, tiles: bool = False) -> list[Asset]:
    """The assets with these primary keys, in this order, with what a list or a tile shows."""
    assets = Asset.objects.filter(pk__in=ids)
    found = {a.pk: a for a in (assets.for_tiles(user) if tiles else assets.for_list(user))}
    # One may have been deleted between the two queries.
    return [found[pk] for pk in ids if pk in found]


def _flipped(order: Sequence[str]) -> tuple[str, ...]:
    return tuple(name[1:] if name.startswith("-") else f"-{name}" for name in order)
