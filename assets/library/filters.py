"""What narrows a list of the library down, as it stands in the address of the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from assets.library.models import Asset, Favourite, Origin, RetentionClass
from assets.storage.models import AssetKind

if TYPE_CHECKING:
    from assets.library.queries import AssetQuerySet
    from studio.core.lookups import Codes
    from studio.core.models import Project, User

NEWEST_FIRST = ("-id",)
#: With dates an index by time is read, so that old days are found as fast as today.
BY_DATE = ("-created_at", "-id")


@dataclass(frozen=True, slots=True)
class LibraryFilters:
    """A narrowing of the library; without arguments: all that is not in the trash.

    Args:
        since, until: first and last day, both included, in UTC.
        trash: what lies in the trash, instead of what does not.
    """

    text: str = ""
    project: Project | None = None
    kind: Codes | None = None
    origin: Codes | None = None
    creator: User | None = None
    retention: Codes | None = None
    since: date | None = None
    until: date | None = None
    favourites: bool = False
    trash: bool = False

    @property
    def order(self) -> tuple[str, ...]:
        """Newest first, always; by the columns of the index that serves these filters."""
        return BY_DATE if self.has_dates and not self.text else NEWEST_FIRST

    @property
    def has_dates(self) -> bool:
        """Whether days limit the list."""
        return self.since is not None or self.until is not None

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the project and the trash limits the list."""
        return bool(
            self.text
            or self.kind
            or self.origin
            or self.creator
            or self.retention
            or self.has_dates
            or self.favourites
        )

    @property
    def query(self) -> str:
        """The canonical query string: only what is set, always in the same order."""
        return urlencode(self.parameters())

    def parameters(self) -> dict[str, str]:
        """What the address says, by name of the parameter."""
        found = {
            "q": self.text,
            "project": str(self.project.code) if self.project else "",
            "kind": self.kind.code if self.kind else "",
            "origin": self.origin.code if self.origin else "",
            "creator": str(self.creator.code) if self.creator else "",
            "retention": self.retention.code if self.retention else "",
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "favourites": "1" if self.favourites else "",
            "trash": "1" if self.trash else "",
        }
        return {name: value for name, value in found.items() if value}

    def narrow(self, assets: AssetQuerySet, user: User) -> AssetQuerySet:
        """Those of `assets` that fit, whatever project they are in. No query is made."""
        found = assets.trashed() if self.trash else assets.present()
        if self.kind is not None:
            found = found.of_kind(AssetKind.Code(self.kind))
        if self.origin is not None:
            found = found.from_origin(Origin.Code(self.origin))
        if self.creator is not None:
            found = found.by_creator(self.creator)
        if self.retention is not None:
            found = found.of_class(RetentionClass.Code(self.retention))
        if self.has_dates:
            found = found.created_between(_start(self.since), _end(self.until))
        if self.favourites:
            found = found.in_ids(Favourite.objects.filter(user=user).values("asset_id"))
        if self.text:
            found = found.matching(self.text)
        return found

    def fits(self, asset: Asset, user: User) -> bool:
        """Whether one asset belongs in the list. Causes a query."""
        if self.project is not None and asset.project_id != self.project.pk:
            return False
        return self.narrow(Asset.objects.filter(pk=asset.pk), user).exists()


def _start(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, UTC) if day else None


def _end(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, UTC) + timedelta(days=1) if day else None


