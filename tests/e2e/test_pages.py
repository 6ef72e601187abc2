"""Every page in every look: accessible, quiet, self-contained, and no wider than the window."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from tests.e2e.browser import MARKS
from tests.e2e.line_pages import LINE_NO_PAGES
from tests.e2e.looking import LOOKS, look_at
from tests.e2e.pages import PAGES, fill
from tests.e2e.people import Eyes, People
from tests.e2e.provider_pages import PROVIDER_NO_PAGES
from tests.e2e.worker_pages import WORKER_NO_PAGES
from tests.e2e.workflow_pages import WORKFLOW_NO_PAGES
from tests.support.addresses import Address, addresses
from tests.support.studio import RunningStudio

pytestmark = MARKS
#: Addresses that answer GET and are no pages: parts of one, files, what only acts.
NO_PAGES = {
    "healthz", "readyz", "logout", "appearance", "session-revoke", "sessions-revoke",
    "api-key-revoke", "project-archive", "member-role", "member-remove", "person-role",
    "person-active", "person-password", "notifications-unread", "notifications-read",
    "notification-open",
    "signed-file", "thumb", "file", "library-change", "asset-tile", "asset-favourite",
    "asset-restore", "asset-retention", "asset-render",
    "balance", "pulse", "statement", "grant",
    "create-estimate", "create-results", "create-recent", "create-templates",
    "create-recommended", "create-vary", "create-renew", "create-favourite",
    "structured-check", "structured-light", "structured-ask", "structured-proposal",
    "structured-make",
    "tray", "running", "provenance", "job-cancel", "job-pause", "job-resume", "job-retry",
    "job-priority", "job-again", "job-check", "api-schema",
    "run-estimate", "run-results", "run-slot",
} | LINE_NO_PAGES | PROVIDER_NO_PAGES | WORKER_NO_PAGES | WORKFLOW_NO_PAGES  # fmt: skip


@pytest.fixture(scope="module")
def places(studio: RunningStudio) -> dict[str, str]:
    return fill(studio)


@pytest.fixture(scope="module")
def eyes(people: People) -> Any:
    found = Eyes(people)
    yield found
    for page, _watch in found.opened.values():
        page.context.close()


#: Pages that show all there is to show are looked at in every look; the others in one of the four,
#: by turns, unless LOOKS=all.
IN_EVERY_LOOK = ("styleguide",)


@pytest.mark.parametrize("number", range(len(PAGES)), ids=[page.name for page in PAGES])
def test_page(number: int, places: dict[str, str], eyes: Eyes) -> None:
    page_of = PAGES[number]
    page, watch = eyes.of(page_of.person)
    every = page_of.name in IN_EVERY_LOOK or os.environ.get("LOOKS") == "all"
    looks = LOOKS if every else LOOKS[number % len(LOOKS) :][:1]
    assert look_at(page, watch, page_of, places, looks) == {}


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
