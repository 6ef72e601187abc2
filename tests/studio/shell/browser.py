"""A page of one's own in a real browser: static files, fake answers and fake sockets."""

from __future__ import annotations

import http.server
import shutil

import pytest

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

#: What each module that opens a browser sets as its `pytestmark`.
MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

HTMX = "/static/vendor/htmx-4.0.1/htmx.min.js"
STYLES = ["reset", "tokens", "type", "layout", "components", "forms", "tables", "utilities"]
PAGE = """<!doctype html><html lang="en" data-theme="obsidian" data-scheme="dark"><head>
<title>Try</title><meta name="csrf-token" content="from-meta">
<meta name="htmx-config" content='{{"includeIndicatorCSS": false, "morphIgnore": ["open"]}}'>
{styles}<script defer src="{htmx}"></script>
<script type="module" src="/static/studio/shell/app.js"></script></head><body>
<main>{body}</main><div class="toasts" id="toasts"></div>
<template id="toast-template"><toast-message class="toast">
<svg><use data-sprite="/static/studio/shell/icons.svg"></use></svg>
<strong data-toast-title></strong><p data-toast-text></p><button data-toast-dismiss>x</button>
</toast-message></template>
<dialog id="confirm-dialog"><form method="dialog"><h2></h2><button value="cancel">No</button>
<button value="confirm">Yes</button></form></dialog>
<dialog id="keys-dialog"><ul><li data-keys="g c" data-key-action="go" data-key-url="/create/"></li>
<li data-keys="/" data-key-action="focus-search"></li>
<li data-keys="?" data-key-action="show-keys"></li>
<li data-keys="t" data-key-action="switch-scheme"></li></ul>
<input type="checkbox" data-keys-switch checked></dialog></body></html>"""
FEED = """<live-feed src="/ws/live/" data-project="p1"><span class="connection" data-state="">
<span data-connection-text></span></span></live-feed>
<div data-offline-banner hidden>Offline</div>"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


class Try:
    """A page with a body of one's own, under the content security policy of the studio."""

    def __init__(self, page: sync_api.Page, origin: str) -> None:
        self.page = page
        self.origin = origin
        self.errors: list[str] = []
        page.add_init_script(
            "window.seen = []; for (const name of ['live-resync', 'job-changed'])"
            " document.addEventListener(name, (event) => seen.push([name, event.detail]));"
        )
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda m: m.type == "error" and self.errors.append(m.text))

    def open(self, body: str) -> sync_api.Page:
        styles = "".join(
            f'<link rel="stylesheet" href="/static/studio/shell/{name}.css">' for name in STYLES
        )
        html = PAGE.format(body=body, htmx=HTMX, styles=styles)
        policy = "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self' ws:"
        self.page.route(
            f"{self.origin}/try/",
            lambda route: route.fulfill(
                body=html,
                content_type="text/html",
                headers={"Content-Security-Policy": policy},
            ),
        )
        self.page.goto(f"{self.origin}/try/")
        return self.page

    def answer(self, path: str, **reply: object) -> list[sync_api.Request]:
        asked: list[sync_api.Request] = []

        def respond(route: sync_api.Route) -> None:
            asked.append(route.request)
            route.fulfill(**({"body": "<p>fresh</p>", "content_type": "text/html"} | reply))

        self.page.route(f"{self.origin}{path}", respond)
        return asked


class Sockets:
    """The server's side of the sockets that the page opens."""

    def __init__(self, page: sync_api.Page) -> None:
        self.all: list[sync_api.WebSocketRoute] = []
        page.route_web_socket("**/ws/live/**", lambda socket: self.all.append(socket))


def until(page: sync_api.Page, condition: str) -> None:
    """Wait for a condition; Playwright's own way needs eval, which the policy forbids."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"never true: {condition}")


def count(page: sync_api.Page, name: str) -> int:
    return page.evaluate("(name) => seen.filter(([n]) => n === name).length", name)
