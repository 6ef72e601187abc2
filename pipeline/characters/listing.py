"""Lists of characters: newest first, of all one's projects or of one."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q

from pipeline.characters.models import Character
from pipeline.characters.queries import for_list
from studio.core.errors import Invalid
from studio.core.models import Project
from studio.core.paging import Page, keyset_page

PAGE_SIZE = 40
PROJECTS_SHOWN = 200
MAX_QUERY = 120


@dataclass(frozen=True)
class CharacterFilters:
    """Filters of a list; the names are those of the query parameters."""

    project: uuid.UUID | None = None
    q: str = ""
    archived: bool = False

    @classmethod
    def read(cls, query: Mapping[str, str]) -> CharacterFilters:
        """The filters that a query string asks for.

        Raises:
            Invalid: the project is no code.
        """
        text = query.get("project", "").strip()
        try:
            project = uuid.UUID(text) if text else None
        except ValueError as error:
            message = "This should be a project's code."
            raise Invalid(message, fields={"project": [message]}) from error
        words = query.get("q", "").replace("\x00", "").strip()[:MAX_QUERY]
        return cls(project, words, query.get("archived") in ("1", "true"))

    def query(self) -> str:
        """The query string that says this, ready for one more parameter."""
        found = {
            "project": str(self.project or ""),
            "q": self.q,
            "archived": "1" if self.archived else "",
        }
        text = urlencode({key: value for key, value in found.items() if value})
        return f"{text}&" if text else ""


class Listing:
    """What a person sees of the characters through some filters.

    Raises:
        NotFound: the project that the filters name is not visible to `user`.
    """

    def __init__(self, user: Any, filters: CharacterFilters) -> None:
        self.user = user
        self.filters = filters
        self.project: Project | None = None
        if filters.project is not None:
            self.project = Project.objects.get_visible(user, code=filters.project)

    def rows(self) -> Any:
        """The characters that fit, unordered."""
        found = for_list(Character.objects.visible_to(self.user))
        found = found.filter(archived_at__isnull=not self.filters.archived)
        if self.project is not None:
            found = found.filter(project=self.project)
        for word in self.filters.q.split():
            found = found.filter(Q(name__icontains=word) | Q(slate_code__icontains=word))
        return found

    def page(self, cursor: str = "", size: int = PAGE_SIZE) -> Page[Character]:
        """One page of them. One query."""
        page: Page[Character] = keyset_page(self.rows(), cursor=cursor, size=size)
        return page

    def projects(self) -> list[Project]:
        """Projects to choose from. One query."""
        rows = Project.objects.visible_to(self.user).open().order_by("name", "pk")
        return list(rows[:PROJECTS_SHOWN])
