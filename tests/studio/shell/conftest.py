"""The browser of the shell's tests, and its page."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.studio.shell.browser import CHROMIUM, Quiet, Try, sync_api


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    handler = functools.partial(Quiet, directory=Path(settings.BASE_DIR))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_api.sync_playwright() as play:
        found = play.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield found
        found.close()


@pytest.fixture
def trial(browser: sync_api.Browser, origin: str) -> Iterator[Try]:
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    trial = Try(context.new_page(), origin)
    yield trial
    context.close()
    assert trial.errors == []
