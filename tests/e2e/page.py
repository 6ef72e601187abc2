"""One page of the product, as tests and screenshots name it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """One page. `path` has the names of what it is about in braces; see `Content.places`."""

    name: str
    path: str
    person: str | None = "admin"
    status: int = 200
    #: A page of another maker (admin site, API documentation): looked at, not restyled.
    is_foreign: bool = False


def path_of(page: Page, places: Mapping[str, str]) -> str:
    """The page's address, with what it is about filled in."""
    return re.sub(r"{(\w+)}", lambda match: places[match[1]], page.path)
