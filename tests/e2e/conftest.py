"""One studio and one browser for all tests of this folder.

Package scope, not session: Playwright's synchronous interface keeps an event loop in this thread,
which tests elsewhere must not find.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.browser import PATIENCE_MS, Watch, chromium, sync_api
from tests.e2e.people import People, run_studio
from tests.support.studio import RunningStudio

sync_api.expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="package")
def browser() -> Iterator[sync_api.Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="package")
def studio() -> Iterator[RunningStudio]:
    with run_studio() as found:
        yield found


@pytest.fixture(scope="package")
def people(browser: sync_api.Browser, studio: RunningStudio) -> People:
    return People(browser, studio)


Opener = Callable[..., sync_api.Page]


@pytest.fixture
def open_as(people: People) -> Iterator[Opener]:
    """Opens a page as a person; whatever goes wrong in it fails the test."""
    watches: list[Watch] = []

    def open_as(person: str | None, *, expected: set[str] | None = None, **options: Any) -> Any:
        context = people.context(person, **options)
        watches.append(Watch(context, {people.studio.url}, expected=expected or set()))
        return context.new_page()

    yield open_as
    for watch in watches:
        watch.context.close()
    assert [problem for watch in watches for problem in watch.problems] == []
