"""Chromium, and what a page must not do while it is looked at."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]

#: What each module that opens a browser sets as its `pytestmark`.
MARKS = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None, reason=f"no Chromium here (looked for {', '.join(NAMES)})"
    ),
]

#: What Chromium says when a person goes on before the page's socket is open.
LEFT_EARLY = "WebSocket is closed before the connection is established"

#: Longest wait for one thing on a page; generous, for machines that do much else.
PATIENCE_MS = 30_000


@contextlib.contextmanager
def chromium() -> Iterator[sync_api.Browser]:
    """A browser without a window."""
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Watch:
    """Notes everything that must not happen in a context: script errors, breaches of the content
    security policy, messages on the console, requests to other hosts, answers of 500 and above.
    """

    context: sync_api.BrowserContext
    origins: set[str]
    problems: list[str] = field(default_factory=list)
    #: Words of messages that a test provokes.
    expected: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.context.on("weberror", lambda error: self.note("script", str(error.error)))
        self.context.on("console", self._console)
        self.context.on("request", self._request)
        self.context.on("response", self._response)

    def note(self, kind: str, text: str) -> None:
        """Add a problem."""
        self.problems.append(f"{kind}: {text}")

    def _console(self, message: sync_api.ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        if any(text in message.text for text in (LEFT_EARLY, *self.expected)):
            return
        self.note(f"console {message.type}", f"{message.text} ({message.location.get('url', '')})")

    def _request(self, request: sync_api.Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("data", "blob", "about"):
            return
        if f"{parts.scheme}://{parts.netloc}" not in self.origins:
            self.note("foreign request", request.url)

    def _response(self, response: sync_api.Response) -> None:
        if response.status >= 500:
            self.note("server error", f"{response.status} {response.url}")

    def take(self) -> list[str]:
        """The problems so far; forgets them."""
        found, self.problems = self.problems, []
        return found
