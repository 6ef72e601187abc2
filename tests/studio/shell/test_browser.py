"""The modules of the shell in a real browser, without the studio: static files and fake sockets."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

sync_api = pytest.importorskip("playwright.sync_api")
thumbhash = pytest.importorskip("thumbhash")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
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


@pytest.fixture
def trial(browser: sync_api.Browser, origin: str) -> Iterator[Try]:
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    trial = Try(context.new_page(), origin)
    yield trial
    context.close()
    assert trial.errors == []


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


def test_messages_become_events_and_old_versions_are_dropped(trial: Try) -> None:
    sockets = Sockets(trial.page)
    page = trial.open(FEED)
    until(page, "document.documentElement.dataset.connection === 'open'")
    assert sockets.all[0].url.endswith("/ws/live/?project=p1")
    until(page, "seen.some(([n]) => n === 'live-resync')")
    for version in (2, 1, 2, 3):
        sockets.all[0].send(f'{{"kind": "job.changed", "code": "a", "version": {version}}}')
    sockets.all[0].send('{"kind": "job.changed", "code": "b", "version": 1}')
    until(page, "seen.filter(([n]) => n === 'job-changed').length >= 4")
    got = page.evaluate(
        "seen.filter(([n]) => n === 'job-changed').map(([, d]) => d.code + d.version)"
    )
    assert got == ["a2", "a2", "a3", "b1"]  # an equal version may carry other figures


def test_progress_passes_within_a_version_but_not_from_an_older_one(trial: Try) -> None:
    sockets = Sockets(trial.page)
    page = trial.open(
        FEED
        + '<live-progress data-job="a"><i data-percent></i><progress></progress></live-progress>'
    )
    until(page, "seen.some(([n]) => n === 'live-resync')")
    send = '{{"kind": "job.{}", "code": "a", "version": {}, "permille": {}}}'.format
    for message in (send("changed", 4, 0), send("progress", 4, 250), send("progress", 4, 500)):
        sockets.all[0].send(message)
    until(page, "document.querySelector('[data-percent]').textContent === '50 %'")
    sockets.all[0].send(send("progress", 3, 990))
    page.wait_for_timeout(100)
    assert page.text_content("[data-percent]") == "50 %"


def test_notifications_show_as_toasts(trial: Try) -> None:
    sockets = Sockets(trial.page)
    page = trial.open(FEED)
    until(page, "seen.some(([n]) => n === 'live-resync')")
    sockets.all[0].send(
        '{"kind": "notification.created", "title": "Job failed", "label": "a lighthouse",'
        ' "about": "job.failed"}'
    )
    page.wait_for_selector("toast-message.danger[role=alert]")
    assert page.text_content("[data-toast-title]") == "Job failed"
    assert page.text_content("[data-toast-text]") == "a lighthouse"


def test_resyncs_after_reconnection_and_shows_the_state(trial: Try) -> None:
    sockets = Sockets(trial.page)
    page = trial.open(FEED)
    until(page, "seen.some(([n]) => n === 'live-resync')")
    sockets.all[0].close(code=1011)
    until(page, "document.querySelector('.connection').dataset.state === 'closed'")
    until(page, "seen.filter(([n]) => n === 'live-resync').length === 2")
    assert len(sockets.all) == 2
    assert page.text_content("[data-connection-text]") == "Live"


def test_many_resyncs_are_one(trial: Try) -> None:
    sockets = Sockets(trial.page)
    page = trial.open(FEED)
    until(page, "seen.some(([n]) => n === 'live-resync')")
    for _ in range(20):
        sockets.all[0].send('{"kind": "resync"}')
    page.wait_for_timeout(500)
    assert count(page, "live-resync") == 2


def test_stops_when_the_project_is_gone(trial: Try) -> None:
    sockets = Sockets(trial.page)
    page = trial.open(FEED)
    until(page, "document.documentElement.dataset.connection === 'open'")
    sockets.all[0].close(code=4404)
    until(page, "document.documentElement.dataset.connection === 'closed'")
    page.wait_for_timeout(1_500)
    assert len(sockets.all) == 1


def test_a_lost_session_reloads_the_page(trial: Try) -> None:
    sockets = Sockets(trial.page)
    page = trial.open(FEED)
    until(page, "document.documentElement.dataset.connection === 'open'")
    with page.expect_navigation():
        sockets.all[0].close(code=4401)


def test_polls_while_the_socket_is_down(trial: Try) -> None:
    trial.page.clock.install()
    Sockets(trial.page)
    page = trial.open(FEED)
    page.clock.run_for(1_000)
    page.evaluate(
        "() => { const feed = document.querySelector('live-feed');"
        " feed.connect = () => {}; feed.closed(1006); feed.attempts = 5; seen.length = 0; }"
    )
    page.clock.run_for(31_000)
    assert count(page, "live-resync") == 3


def test_fragments_refetch_on_live_events(trial: Try) -> None:
    sockets = Sockets(trial.page)
    asked = trial.answer("/tray/")
    page = trial.open(
        FEED
        + '<div hx-get="/tray/" hx-trigger="load, job-changed from:body, live-resync from:body">'
    )
    until(page, "seen.some(([n]) => n === 'live-resync')")
    page.wait_for_timeout(200)
    before = len(asked)
    sockets.all[0].send('{"kind": "job.changed", "code": "a"}')
    page.wait_for_timeout(300)
    assert len(asked) == before + 1
    assert asked[0].headers["hx-request"] == "true"


def test_an_open_menu_stays_open_when_its_content_is_refreshed(trial: Try) -> None:
    menu = '<details class="menu" data-menu><summary>Jobs {}</summary><p>{}</p></details>'
    trial.answer("/tray/", body=menu.format(2, "two run"))
    page = trial.open(
        '<div hx-get="/tray/" hx-swap="innerMorph" hx-trigger="job-changed from:body">'
        + menu.format(1, "one runs")
        + "</div>"
    )
    page.click("summary")
    page.evaluate("document.body.dispatchEvent(new CustomEvent('job-changed'))")
    until(page, "document.querySelector('summary').textContent === 'Jobs 2'")
    assert page.evaluate("document.querySelector('details').open")


@pytest.mark.parametrize("cookie", ["", "csrftoken=from-cookie"])
def test_changes_carry_the_csrf_token_and_reads_do_not(trial: Try, cookie: str) -> None:
    posts, gets = trial.answer("/change/"), trial.answer("/read/")
    page = trial.open(
        '<button id="a" hx-post="/change/">Post</button><button id="b" hx-get="/read/">Get</button>'
        '<form hx-boost="true" method="post" action="/change/"><button id="c">Send</button></form>'
    )
    page.evaluate("(cookie) => (document.cookie = cookie)", cookie)
    page.click("#a")
    page.click("#b")
    page.wait_for_timeout(200)
    page.click("#c")
    page.wait_for_timeout(200)
    wanted = "from-cookie" if cookie else "from-meta"
    assert [request.headers.get("x-csrftoken") for request in posts] == [wanted, wanted]
    assert "x-csrftoken" not in gets[0].headers


def test_toast_from_a_response(trial: Try) -> None:
    trial.answer(
        "/save/", headers={"HX-Trigger": '{"toast": {"text": "<b>Saved</b>", "level": "error"}}'}
    )
    page = trial.open('<button id="a" hx-post="/save/">Save</button>')
    page.click("#a")
    page.wait_for_selector("toast-message.danger[role=alert]")
    assert page.text_content("[data-toast-text]") == "<b>Saved</b>"
    page.click("[data-toast-dismiss]")
    assert page.query_selector("toast-message") is None


def test_error_fragments_are_shown(trial: Try) -> None:
    trial.answer("/save/", status=422, body='<p id="why">Too wide</p>')
    page = trial.open(
        '<form hx-post="/save/" hx-target="#out"><button>Save</button></form><p id="out">'
    )
    page.click("button")
    page.wait_for_selector("#out #why")
    trial.errors.clear()  # the browser's own line about the status


@pytest.mark.parametrize(("answer", "requests"), [("confirm", 1), ("cancel", 0)])
def test_confirmation_asks_in_the_page(trial: Try, answer: str, requests: int) -> None:
    asked = trial.answer("/delete/")
    page = trial.open('<button id="a" hx-post="/delete/" hx-confirm="Delete it?">Delete</button>')
    page.click("#a")
    assert page.text_content("#confirm-dialog h2") == "Delete it?"
    page.click(f"#confirm-dialog [value={answer}]")
    page.wait_for_timeout(200)
    assert len(asked) == requests


def test_keys(trial: Try) -> None:
    trial.answer("/create/")
    page = trial.open('<input data-key-target="search" id="q"><input id="other">')
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("g c?")
    assert page.input_value("#q") == "g c?"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    assert page.evaluate("document.getElementById('keys-dialog').open")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    assert page.get_attribute("html", "data-scheme") == "light"
    assert "appearance=obsidian.light" in page.evaluate("document.cookie")
    page.keyboard.press("g")
    with page.expect_navigation(url="**/create/"):
        page.keyboard.press("c")


def test_keys_can_be_turned_off(trial: Try) -> None:
    page = trial.open("")
    page.keyboard.press("?")
    page.uncheck("[data-keys-switch]")
    page.keyboard.press("Escape")
    page = trial.open("")
    page.keyboard.press("t")
    assert page.get_attribute("html", "data-scheme") == "dark"
    assert not page.is_checked("[data-keys-switch]")


def test_progress_moves_without_reload(trial: Try) -> None:
    page = trial.open(
        '<live-progress data-job="a" data-title><span data-stage></span><span data-percent></span>'
        '<span data-left></span><progress max="1000" aria-label="Job"></progress></live-progress>'
    )
    send = "(detail) => document.body.dispatchEvent(new CustomEvent('job-progress', {detail}))"
    page.evaluate(send, {"code": "b", "permille": 900})
    page.evaluate(send, {"code": "a", "permille": 420, "stage": "Painting", "left_ms": 12_000})
    assert page.evaluate("document.querySelector('progress').value") == 420
    for place, text in (("stage", "Painting"), ("percent", "42 %"), ("left", "12 s left")):
        assert page.text_content(f"[data-{place}]") == text
    assert page.title() == "42 % · Try"


def test_menu_closes_and_gives_the_focus_back(trial: Try) -> None:
    page = trial.open(
        '<details class="menu" data-menu><summary id="s">Menu</summary><div class="menu-list">'
        '<a class="menu-item" href="#1" id="one">One</a><a class="menu-item" href="#2" id="two">Two'
        '</a></div></details><p id="away">Away</p>'
    )
    page.click("#s")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.id") == "two"
    page.keyboard.press("Escape")
    assert page.evaluate("[document.activeElement.id, document.querySelector('details').open]") == [
        "s",
        False,
    ]
    page.click("#s")
    page.mouse.click(1100, 700)
    assert not page.evaluate("document.querySelector('details').open")


def test_panels_remember_their_width(trial: Try) -> None:
    body = (
        '<div class="workbench"><section class="panel">A</section><panel-resizer data-name="t">'
        '</panel-resizer><section class="panel">B</section></div>'
    )
    page = trial.open(body)
    handle = page.locator("panel-resizer")
    box = handle.bounding_box()
    assert box is not None
    page.mouse.move(box["x"], box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 5)
    page.mouse.up()
    assert handle.get_attribute("aria-valuenow") == "380"
    handle.focus()
    page.keyboard.press("ArrowLeft")
    page = trial.open(body)
    assert page.locator("panel-resizer").get_attribute("aria-valuenow") == "364"


def test_thumbhash_previews_show_the_picture(trial: Try) -> None:
    """Encoded by the library that makes the hashes, decoded by ours: red left, blue right."""
    width, height = 48, 32
    red, blue = [220, 30, 30, 255], [30, 60, 220, 255]
    pixels = (red * (width // 2) + blue * (width // 2)) * height
    encoded = thumbhash.rgba_to_thumb_hash(width, height, pixels)
    page = trial.open("")
    left, right = page.evaluate(
        """async (bytes) => {
          const { decode } = await import("/static/studio/shell/blur-up.js");
          const { width, height, pixels } = decode(Uint8Array.from(bytes));
          const at = (x) => [...pixels.slice(4 * (width * (height >> 1) + x)).slice(0, 4)];
          return [at(3), at(width - 4)];
        }""",
        encoded,
    )
    assert left[0] > 150 > 90 > left[2]
    assert right[2] > 150 > 90 > right[0]
