"""One studio and one browser for all tests of this folder.

Package scope, not session: Playwright's synchronous interface keeps an event loop in this thread,
which tests elsewhere must not find.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import steps
from tests.e2e.browser import PATIENCE_MS, Watch, chromium, sync_api
from tests.support.studio import RunningStudio

DESKTOP = {"width": 1440, "height": 900}


def run_studio(**env: str) -> Iterator[RunningStudio]:
    """A studio in a folder of its own, with the cast; ended and deleted after use."""
    # /tmp, whatever TMPDIR says: a unix socket's path has room for about 100 bytes
    parent = Path(tempfile.mkdtemp(prefix="e2e-", dir="/tmp"))
    parent.chmod(0o711)  # root's database runs as another account
    studio = RunningStudio(parent / "data", env=env)
    studio.folder.mkdir()
    try:
        studio.start()
        studio.make_cast()
        yield studio
    finally:
        if studio.process is not None and studio.process.poll() is None:
            studio.stop()
        shutil.rmtree(parent, ignore_errors=True)


sync_api.expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="package")
def browser() -> Iterator[sync_api.Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="package")
def studio() -> Iterator[RunningStudio]:
    yield from run_studio()


class People:
    """Signed-in browsers, one sign-in for each person."""

    def __init__(self, browser: sync_api.Browser, studio: RunningStudio) -> None:
        self.browser = browser
        self.studio = studio
        self._states: dict[str, Any] = {}

    def context(self, person: str | None, **options: Any) -> sync_api.BrowserContext:
        """A fresh context: with the person's session, or with none."""
        if person is not None and person not in self._states:
            with self.browser.new_context() as first:
                first.set_default_timeout(PATIENCE_MS)
                steps.sign_in(first.new_page(), self.studio.url, self.person(person))
                self._states[person] = first.storage_state()
        options = {
            "viewport": DESKTOP,
            "color_scheme": "dark",
            "reduced_motion": "reduce",
        } | options
        context = self.browser.new_context(
            base_url=self.studio.url, storage_state=self._states.get(person or ""), **options
        )
        context.set_default_timeout(PATIENCE_MS)
        return context

    def person(self, name: str) -> dict[str, str]:
        """User name, password and key."""
        found: dict[str, str] = self.studio.cast["people"][name]
        return found


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
