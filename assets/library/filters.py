"""What a list of the library is narrowed down to: read from the address, applied to the rows."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from urllib.parse import urlencode

from django.db.models import Subquery

from assets.library.models import Origin, RetentionClass
from assets.library.queries import AssetQuerySet
from assets.storage.models import AssetKind
from studio.core.errors import Invalid
from studio.core.models import Project, User

MAX_QUERY = 200
NEWEST_FIRST = ("-id",)
#: With days an index by time is read, so that old days are found as fast as today.
NEWEST_FIRST_BY_TIME = ("-created_at", "-id")
T = TypeVar("T")


@dataclass(frozen=True)
class AssetFilters:
    """Filters of a list; the names are those of the query parameters. None and "": no filter.

    `since` and `until` are days in UTC, both included. `trash` shows what lies in the trash
    instead of what does not. `steps` adds what was made between two steps of the studio.
    """

    project: uuid.UUID | None = None
    kind: AssetKind.Code | None = None
    origin: Origin.Code | None = None
    retention: RetentionClass.Code | None = None
    creator: uuid.UUID | None = None
    since: date | None = None
    until: date | None = None
    q: str = ""
    favourite: bool = False
    trash: bool = False
    steps: bool = False

    @classmethod
    def read(cls, query: Mapping[str, str]) -> AssetFilters:
        """The filters that a query string asks for; what it says besides is ignored.

        Raises:
            Invalid: naming each value that is not right.
        """
        problems: dict[str, list[str]] = {}
        found = cls(
            project=_read(query, "project", uuid.UUID, "a project's code", problems),
            kind=_read(query, "kind", _kind, "a kind of asset", problems),
            origin=_read(query, "origin", _origin, "an origin", problems),
            retention=_read(query, "retention", _retention, "a retention class", problems),
            creator=_read(query, "creator", uuid.UUID, "a person's code", problems),
            since=_read(query, "since", _day, "a day, as 2026-01-31", problems),
            until=_read(query, "until", _day, "a day, as 2026-01-31", problems),
            q=query.get("q", "").replace("\x00", "").strip()[:MAX_QUERY],
            favourite=bool(_read(query, "favourite", _yes, "1 or 0", problems)),
            trash=bool(_read(query, "trash", _yes, "1 or 0", problems)),
            steps=bool(_read(query, "steps", _yes, "1 or 0", problems)),
        )
        if problems:
            raise Invalid("Some filters are not right.", fields=problems)
        return found

    @property
    def order(self) -> tuple[str, ...]:
        """Newest first, by the columns of the index that serves these filters."""
        return NEWEST_FIRST_BY_TIME if self.has_days and not self.q else NEWEST_FIRST

    @property
    def has_days(self) -> bool:
        """Whether days limit the list."""
        return self.since is not None or self.until is not None

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the project and the trash limits the list."""
        return self != AssetFilters(project=self.project, trash=self.trash)

    def parameters(self, **changes: str) -> dict[str, str]:
        """The query parameters that say this, and no others; `changes` replace some ("": drop)."""
        found = {
            "q": self.q,
            "project": str(self.project or ""),
            "kind": self.kind.code if self.kind else "",
            "origin": self.origin.code if self.origin else "",
            "retention": self.retention.code if self.retention else "",
            "creator": str(self.creator or ""),
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "favourite": "1" if self.favourite else "",
            "trash": "1" if self.trash else "",
            "steps": "1" if self.steps else "",
        }
        return {name: value for name, value in (found | changes).items() if value}

    def query(self, **changes: str) -> str:
        """`parameters` as a query string."""
        return urlencode(self.parameters(**changes))

    def apply(self, assets: AssetQuerySet, user: User) -> AssetQuerySet:
        """Those of `assets` that fit; `user` is whose favourites count. Makes no query."""
        found = self.narrow(assets, user)
        if self.project is not None:
            of_code = Project.objects.filter(code=self.project).values("pk")
            found = found.filter(project=Subquery(of_code))
        return found

    def narrow(self, assets: AssetQuerySet, user: User) -> AssetQuerySet:
        """As `apply`, whatever the project."""
        assets = assets.trashed() if self.trash else assets.present()
        if not (self.steps or self.trash):
            assets = assets.filter(is_step=False)
        if self.kind is not None:
            assets = assets.of_kind(self.kind)
        if self.origin is not None:
            assets = assets.from_origin(self.origin)
        if self.retention is not None:
            assets = assets.of_class(self.retention)
        if self.creator is not None:
            # Looked up once: a join would stand between the planner and the index.
            of_code = User.objects.filter(code=self.creator).values("pk")
            assets = assets.filter(created_by=Subquery(of_code))
        if self.has_days:
            end = self.until and self.until + timedelta(days=1)
            assets = assets.created_between(_midnight(self.since), _midnight(end))
        if self.q:
            assets = assets.matching(self.q)
        if self.favourite:
            assets = assets.favourites_of(user)
        return assets


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, tzinfo=UTC) if day is not None else None


def _day(text: str) -> date:
    """A day that has one after it: the last of all can't be the end of a span."""
    found = date.fromisoformat(text)
    if found == date.max:
        raise ValueError(text)
    return found


def _kind(text: str) -> AssetKind.Code:
    return AssetKind.Code(AssetKind.Code.by_code(text))


def _origin(text: str) -> Origin.Code:
    return Origin.Code(Origin.Code.by_code(text))


def _retention(text: str) -> RetentionClass.Code:
    return RetentionClass.Code(RetentionClass.Code.by_code(text))


def _yes(text: str) -> bool:
    return {"1": True, "true": True, "0": False, "false": False}[text.lower()]


def _read(
    query: Mapping[str, str],
    name: str,
    parse: Callable[[str], T],
    wanted: str,
    problems: dict[str, list[str]],
) -> T | None:
    """One value; a wrong one is noted in `problems`."""
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        return parse(text)
    except (ValueError, KeyError, OverflowError):
        problems[name] = [f"This should be {wanted}."]
        return None
