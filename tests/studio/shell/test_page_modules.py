"""The modules of fields, keys, menus, dialogs and messages, in a real browser."""

from __future__ import annotations

import pytest

from tests.studio.shell.browser import MARKS, Try, until

thumbhash = pytest.importorskip("thumbhash")
pytestmark = MARKS


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
    until(page, "!document.getElementById('keys-dialog').open")
    page.wait_for_timeout(300)  # keys that come before the dialog is off the screen reach nobody
    page.keyboard.press("t")
    until(page, "document.documentElement.dataset.scheme === 'light'")
    assert "appearance=obsidian.light" in page.evaluate("document.cookie")
    with page.expect_navigation(url="**/create/"):
        page.keyboard.type("gc")  # the second key counts for a moment only


def test_theme_is_kept_with_the_person(trial: Try) -> None:
    saved = trial.answer("/me/appearance/", status=204, body="")
    page = trial.open(
        '<theme-switch data-save="/me/appearance/"><input type="radio" name="theme" value="neon">'
        '<input type="radio" name="scheme" value="light"></theme-switch>'
    )
    page.check("[value=neon]")
    page.check("[value=light]")
    page.wait_for_timeout(700)
    assert page.evaluate("document.cookie") == "appearance=neon.light"
    assert [request.post_data for request in saved] == ["theme=neon&scheme=light"]
    assert saved[0].headers["x-csrftoken"] == "from-meta"


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
