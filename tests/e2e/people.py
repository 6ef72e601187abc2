"""A studio of one's own, and people who are signed in to it."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.e2e import steps
from tests.e2e.browser import PATIENCE_MS, Watch, sync_api
from tests.support.studio import RunningStudio

DESKTOP = {"width": 1440, "height": 900}


@contextlib.contextmanager
def run_studio(**env: str) -> Iterator[RunningStudio]:
    """A studio in a folder of its own, with the cast; ended and deleted after use."""
    # /tmp, whatever TMPDIR says: a unix socket's path has room for about 100 bytes
    parent = Path(tempfile.mkdtemp(prefix="e2e-", dir="/tmp"))
    parent.chmod(0o711)  # root's database runs as another account
    studio = RunningStudio(parent / "data", env=env)
    try:
        studio.start()
        studio.make_cast()
        yield studio
    finally:
        if studio.process is not None and studio.process.poll() is None:
            studio.stop()
        shutil.rmtree(parent, ignore_errors=True)


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


class Eyes:
    """One page for each person, opened once and used for all addresses."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.opened: dict[str | None, tuple[sync_api.Page, Watch]] = {}

    def of(self, person: str | None) -> tuple[sync_api.Page, Watch]:
        if person not in self.opened:
            # with less motion every element has a (very short) transition for everything
            context = self.people.context(person, reduced_motion="no-preference")
            watch = Watch(context, {self.people.studio.url})
            self.opened[person] = (context.new_page(), watch)
        return self.opened[person]
