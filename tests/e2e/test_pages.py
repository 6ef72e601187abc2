"""Every page in every look: accessible, quiet, self-contained, and no wider than the window."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest

from tests.e2e.browser import MARKS, Watch, sync_api
from tests.e2e.conftest import People
from tests.e2e.pages import PAGES, Page, fill, path_of
from tests.support.addresses import Address, addresses
from tests.support.studio import RunningStudio

pytestmark = MARKS
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
SERIOUS = ("serious", "critical")

#: The first look gets every rule; the others differ by colour only, the narrow one by layout.
LOOKS = (("obsidian", "light"), ("neon", "dark"), ("neon", "light"))
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 360, "height": 780}
EVERYTHING: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
COLOURS = EVERYTHING | {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
LAYOUT = EVERYTHING | {"rules": {"color-contrast": {"enabled": False}}}

#: Addresses that answer GET and are no pages: parts of one, files, what only acts.
NO_PAGES = {
    "healthz", "readyz", "logout", "appearance", "session-revoke", "sessions-revoke",
    "api-key-revoke", "project-archive", "member-role", "member-remove", "person-role",
    "person-active", "person-password", "notifications-unread", "notifications-read",
    "notification-open", "services",
    "signed-file", "thumb", "file", "library-change", "asset-tile", "asset-favourite",
    "asset-restore", "asset-retention", "asset-render",
    "balance", "pulse", "statement",
    "create-estimate", "create-results", "create-recent", "create-templates",
    "create-recommended", "create-vary", "create-renew", "create-favourite",
    "tray", "running", "provenance", "job-cancel", "job-pause", "job-resume", "job-retry",
    "job-priority", "job-again", "job-check", "api-schema",
}  # fmt: skip


@pytest.fixture(scope="module")
def places(studio: RunningStudio) -> dict[str, str]:
    return fill(studio)


class Eyes:
    """One page for each person, opened once and used for all addresses."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.opened: dict[str | None, tuple[sync_api.Page, Watch]] = {}

    def of(self, person: str | None) -> tuple[sync_api.Page, Watch]:
        if person not in self.opened:
            context = self.people.context(person)
            watch = Watch(context, {self.people.studio.url})
            self.opened[person] = (context.new_page(), watch)
        return self.opened[person]


@pytest.fixture(scope="module")
def eyes(people: People) -> Any:
    found = Eyes(people)
    yield found
    for page, _watch in found.opened.values():
        page.context.close()


def complaints(page: sync_api.Page, options: dict[str, Any]) -> list[str]:
    """What axe calls serious or critical."""
    result = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{found['id']}: {node['target']} {node.get('failureSummary', '').splitlines()[1:2]}"
        for found in result["violations"]
        if found["impact"] in SERIOUS
        for node in found["nodes"][:4]
    ]


def overflow(page: sync_api.Page) -> str:
    """How much wider than the window it is, and what sticks out."""
    found: str = page.evaluate(
        """() => {
          const root = document.scrollingElement;
          if (root.scrollWidth <= innerWidth) return '';
          const wide = [...document.querySelectorAll('body *')]
            .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
            .slice(0, 3).map((one) => `${one.tagName}.${one.className}`);
          return `${root.scrollWidth} px at ${innerWidth} px: ${wide.join(', ')}`;
        }"""
    )
    return found


def settle(page: sync_api.Page) -> None:
    """Until what the page asks for after loading is there."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")


@pytest.mark.parametrize("page_of", PAGES, ids=[page.name for page in PAGES])
def test_page(page_of: Page, places: dict[str, str], eyes: Eyes) -> None:
    page, watch = eyes.of(page_of.person)
    watch.expected = {f"status of {page_of.status}"}
    page.set_viewport_size(WIDE)
    answer = page.goto(path_of(page_of, places))
    assert answer is not None and answer.status == page_of.status
    settle(page)
    problems = {"1440 px": [text] if (text := overflow(page)) else []}
    page.evaluate(AXE)
    problems["obsidian dark"] = complaints(page, EVERYTHING)
    for theme, scheme in () if page_of.is_foreign else LOOKS:
        page.evaluate("(look) => Object.assign(document.documentElement.dataset, look)",
                      {"theme": theme, "scheme": scheme})  # fmt: skip
        problems[f"{theme} {scheme}"] = complaints(page, COLOURS)
    page.set_viewport_size(NARROW)
    problems["360 px"] = [text] if (text := overflow(page)) else []
    problems["360 px axe"] = complaints(page, LAYOUT)
    problems["page"] = watch.take()
    assert {look: found for look, found in problems.items() if found} == {}


def test_no_page_is_left_out() -> None:
    seen = {page.path.split("?")[0] for page in PAGES}

    def is_seen(address: Address) -> bool:
        names = dict.fromkeys(address.parameters, "*")
        pattern = address.path(names)
        return any(_like(pattern, path) for path in seen)

    missing = [
        address.name
        for address in addresses()
        if not address.is_api
        and not address.is_admin
        and address.name.split(":")[-1] not in NO_PAGES
        and not is_seen(address)
    ]
    assert missing == []
    stale = NO_PAGES - {address.name.split(":")[-1] for address in addresses()}
    assert not stale, json.dumps(sorted(stale))


def _like(pattern: str, path: str) -> bool:
    left, right = pattern.split("/"), path.split("/")
    return len(left) == len(right) and all(a in ("*", b) for a, b in zip(left, right, strict=True))
