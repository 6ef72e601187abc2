"""The modules of the Create page in a real browser: pickers, steppers, seeds, comparing, live."""

from __future__ import annotations

import pytest

from tests.studio.shell.browser import MARKS, Try, until
from tests.studio.shell.conftest import browser, origin, trial

__all__ = ["browser", "origin", "trial"]
pytestmark = MARKS

MODULE = '<script type="module" src="/static/pipeline/create/create.js"></script>'
STYLE = '<link rel="stylesheet" href="/static/pipeline/create/create.css">'


@pytest.fixture
def show(trial: Try):
    """Open a page with this body and the modules of the Create page."""

    def opened(body: str):
        page = trial.open(STYLE + body + MODULE)
        until(page, "Boolean(customElements.get('pick-into'))")
        return page

    return opened


def test_a_picture_chooses_for_the_select(show) -> None:
    page = show(
        """<select id="s"><option value="">None</option><option value="b">B</option></select>
        <picked-style data-for="s"></picked-style>
        <dialog id="style-list" open><pick-into data-for="s"><button data-value=""><i>n</i></button>
        <button data-value="b"><b>B!</b></button></pick-into></dialog>"""
    )
    page.click("[data-value=b]")
    assert page.input_value("#s") == "b"
    assert page.get_attribute("[data-value=b]", "aria-pressed") == "true"
    assert page.get_attribute('[data-value=""]', "aria-pressed") == "false"
    assert page.text_content("picked-style") == "B!"
    assert not page.evaluate("document.getElementById('style-list').open")
    page.select_option("#s", "")
    assert page.get_attribute('[data-value=""]', "aria-pressed") == "true"


def test_pictures_that_come_later_are_marked(show) -> None:
    page = show(
        """<select id="s"><option value="a" selected>A</option></select>
        <pick-into data-for="s"></pick-into>"""
    )
    page.evaluate(
        "document.querySelector('pick-into').innerHTML ="
        ' \'<button data-value="a" aria-pressed="false">A</button>\''
    )
    page.wait_for_selector('[data-value=a][aria-pressed="true"]')


def test_arrows_go_through_the_pictures(show) -> None:
    buttons = "".join(f'<button class="pick" data-value="{n}">{n}</button>' for n in range(6))
    page = show(
        f"""<select id="s"></select>
        <pick-into class="pick-grid featured" data-for="s">{buttons}</pick-into>"""
    )
    page.focus('[data-value="0"]')
    seen = []
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
        seen.append(page.evaluate("document.activeElement.dataset.value"))
    assert seen == ["1", "5", "4", "0"]


def test_a_template_switches_format_and_quality(show) -> None:
    page = show(
        """<input type="radio" name="format" value="template">
        <input type="radio" name="format" value="aspect" checked>
        <input type="radio" name="quality" value="standard" checked>
        <input type="radio" name="quality" value="premium">
        <select id="t"><option value="">None</option>
        <option value="x" data-width="100" data-height="200" data-quality="premium">X</option>
        </select><picked-template data-for="t"></picked-template>"""
    )
    page.select_option("#t", "x")
    assert page.is_checked("[value=template]")
    assert page.is_checked("[value=premium]")
    box = page.locator("picked-template rect")
    assert (box.get_attribute("width"), box.get_attribute("height")) == ("10", "20")


def test_styles_are_found_by_words(show) -> None:
    page = show(
        """<input data-filter="l"><div id="l">
        <section data-filter-group id="g"><b data-words="oil thick paint">Oil</b></section>
        <section data-filter-group id="h"><b data-words="ink thin">Ink</b></section>
        <p data-filter-none hidden>none</p></div>"""
    )
    page.fill("input", "Thick pai")
    assert page.is_visible("#g")
    assert page.is_hidden("#h")
    page.fill("input", "zebra")
    assert page.is_visible("[data-filter-none]")


def test_the_stepper_stays_within_its_limits(show) -> None:
    page = show(
        """<number-stepper><button data-step="-1">-</button>
        <input id="n" type="number" min="1" max="3" value="2"><button data-step="1">+</button>
        </number-stepper>"""
    )
    page.click("[data-step='1']")
    assert page.input_value("#n") == "3"
    assert page.is_disabled("[data-step='1']")
    for _ in range(2):
        page.click("[data-step='-1']")
    assert page.input_value("#n") == "1"
    assert page.is_disabled("[data-step='-1']")


def test_dice_and_lock_of_the_random_seed(show) -> None:
    page = show(
        """<div id="results"><live-job data-job="j" data-seed="4711"></live-job></div>
        <seed-field><input id="s" type="number"><button data-seed-dice>d</button>
        <button data-seed-lock>l</button></seed-field>"""
    )
    page.click("[data-seed-lock]")
    assert page.input_value("#s") == "4711"
    assert page.get_attribute("[data-seed-lock]", "aria-pressed") == "true"
    page.click("[data-seed-lock]")
    assert page.input_value("#s") == ""
    drawn = set()
    for _ in range(5):
        page.click("[data-seed-dice]")
        drawn.add(int(page.input_value("#s")))
    assert len(drawn) == 5
    assert all(0 <= seed <= 2**53 - 1 for seed in drawn)


def test_control_enter_submits_unless_the_button_is_off(show) -> None:
    page = show(
        """<create-bench><form id="create-form" action="/nowhere/"><textarea id="id_prompt">
        </textarea><button id="create-button">Go</button></form>
        <input id="other" form="create-form"><div id="results"></div></create-bench>"""
    )
    page.evaluate(
        "document.getElementById('create-form').addEventListener('submit', (event) => {"
        " event.preventDefault(); window.sent = (window.sent ?? 0) + 1; })"
    )
    page.focus("#other")
    page.keyboard.press("Control+Enter")
    assert page.evaluate("window.sent") == 1
    page.evaluate("document.getElementById('create-button').disabled = true")
    page.keyboard.press("Control+Enter")
    assert page.evaluate("window.sent") == 1


def test_an_error_goes_when_its_field_changes(show) -> None:
    page = show(
        """<create-bench><input id="a" aria-invalid="true"><span id="a_error">Wrong.</span>
        <input id="b" aria-invalid="true"><span id="b_error">Wrong.</span></create-bench>"""
    )
    page.fill("#a", "right")
    assert page.get_attribute("#a", "aria-invalid") is None
    assert page.locator("#a_error").count() == 0
    assert page.locator("#b_error").count() == 1


TILES = "".join(
    f'<li class="result-tile"><a href="#{n}" id="a{n}">{n}</a>'
    f'<input type="checkbox" data-compare value="v{n}"></li>'
    for n in range(5)
)


def test_two_to_four_pictures_can_be_compared(trial: Try, show) -> None:
    asked = trial.answer("/compare/**", body="<p>compared</p>")
    page = show(
        f"""<live-job data-job="j"><button data-compare-open disabled>Compare
        <span data-compare-count hidden></span></button>
        <compare-picker data-url="/compare/"><ul>{TILES}</ul></compare-picker></live-job>
        <dialog id="dialog"></dialog>"""
    )
    page.focus("#a0")
    page.keyboard.press("c")
    assert page.is_disabled("[data-compare-open]")
    for number in (1, 2, 3):
        page.check(f"[value=v{number}]")
    page.click("[value=v4]")
    assert not page.is_checked("[value=v4]")  # four at most
    assert page.text_content("[data-compare-count]") == "4"
    page.click("[data-compare-open]")
    page.wait_for_selector("#dialog p", state="attached")
    assert asked[0].url.endswith("/compare/?v=v0&v=v1&v=v2&v=v3")


def test_the_wipe_moves_by_keys(show) -> None:
    page = show(
        """<wipe-compare class="comparison" data-mode="side"><button data-mode="side">s</button>
        <button data-mode="wipe">w</button><div class="comparison-stage"><figure></figure>
        <figure></figure><label class="wipe-handle"><input type="range" min="0" max="100"
        value="50" data-wipe></label></div></wipe-compare>"""
    )
    edge = "document.querySelector('wipe-compare').style.getPropertyValue('--edge')"
    page.keyboard.press("w")
    assert page.get_attribute("wipe-compare", "data-mode") == "wipe"
    assert page.evaluate(edge) == "50%"
    page.keyboard.press("ArrowRight")
    assert page.evaluate(edge) == "51%"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(edge) == "49%"
    page.keyboard.press("s")
    assert page.get_attribute("button[data-mode=side]", "aria-pressed") == "true"


def test_a_live_job_refreshes_for_its_own_messages_only(show) -> None:
    page = show('<live-job data-job="j"><p data-asset="a"></p></live-job>')
    page.evaluate(
        "window.times = 0; document.querySelector('live-job')"
        ".addEventListener('refresh', () => window.times++)"
    )

    def send(name: str, code: str) -> None:
        page.evaluate(
            "([name, code]) => document.body.dispatchEvent("
            "new CustomEvent(name, {detail: {code}}))",
            [name, code],
        )
        page.wait_for_timeout(200)

    send("job-changed", "other")
    send("asset-rendered", "other")
    assert page.evaluate("window.times") == 0
    send("job-output", "j")
    send("asset-rendered", "a")
    assert page.evaluate("window.times") == 2
