"""What happens while a job runs: cancel, two tabs, a lost connection, no mouse."""

from __future__ import annotations

import re

from tests.e2e import steps
from tests.e2e.browser import MARKS, sync_api
from tests.e2e.conftest import Opener
from tests.support.studio import RunningStudio

pytestmark = MARKS
expect = sync_api.expect


def percent(page: sync_api.Page) -> int:
    """What the page says of the job; 0 before it says anything."""
    text = page.locator("#job-live [data-percent]").all_inner_texts()
    return int(re.sub(r"\D", "", text[0]) or 0) if text else 0


def test_cancel_in_the_page(studio: RunningStudio, open_as: Opener) -> None:
    job = studio.submit("system.noop", {"outputs": 2, "seconds": 60})
    page = open_as("creator")
    page.goto(f"/jobs/{job}/")
    steps.until(page, lambda: percent(page) >= 1, "progress")
    page.get_by_role("button", name="Cancel", exact=True).click()
    head = page.locator(".job-head")
    expect(head).to_contain_text("Cancelled")
    expect(page.get_by_role("button", name="Cancel", exact=True)).to_have_count(0)
    expect(page.locator("section[aria-labelledby=job-cost]")).to_contain_text("0.00 credits")
    with studio.api() as api:
        assert api.get(f"jobs/{job}/").json()["state"] == "cancelled"


def test_two_tabs_see_the_same(studio: RunningStudio, open_as: Opener) -> None:
    job = studio.submit("system.noop", {"outputs": 2, "seconds": 40})
    tabs = [open_as("creator"), open_as("reviewer")]
    for page in tabs:
        page.goto(f"/jobs/{job}/")
    seen: list[set[int]] = [set(), set()]

    def look() -> bool:
        for page, percents in zip(tabs, seen, strict=True):
            percents.add(percent(page))
        return min(map(len, seen)) >= 4

    steps.until(tabs[0], look, "four steps in both tabs")
    assert abs(percent(tabs[0]) - percent(tabs[1])) <= 10
    assert tabs[1].get_by_role("button", name="Cancel", exact=True).count() == 0, "a reviewer"
    tabs[0].get_by_role("button", name="Cancel", exact=True).click()
    for page in tabs:
        expect(page.locator(".job-head")).to_contain_text("Cancelled")


def test_a_lost_connection_is_told_and_made_good(studio: RunningStudio, open_as: Opener) -> None:
    page = open_as("creator")
    job = studio.submit("system.noop", {"outputs": 1, "seconds": 8})
    sockets: list[sync_api.WebSocketRoute] = []
    refuse = False

    def pass_on(socket: sync_api.WebSocketRoute) -> None:
        if refuse:
            socket.close(code=1011)
            return
        sockets.append(socket)
        socket.connect_to_server()

    page.route_web_socket(re.compile(r"/ws/live/"), pass_on)
    page.goto(f"/jobs/{job}/")
    connection = page.locator("live-feed .connection")
    expect(connection).to_have_attribute("data-state", "open")
    refuse = True
    sockets[-1].close(code=1011)
    expect(connection).to_have_attribute("data-state", "closed")
    banner = page.locator("[data-offline-banner]")
    expect(banner).to_be_visible()
    # the job ends while nobody listens
    with studio.api() as api:
        steps.until(
            page,
            lambda: api.get(f"jobs/{job}/").json()["state"] == "succeeded",
            "the end of the job",
        )
    refuse = False
    expect(connection).to_have_attribute("data-state", "open")
    expect(banner).to_be_hidden()
    expect(page.locator(".job-head")).to_contain_text("Succeeded")


def test_a_network_that_is_away(open_as: Opener) -> None:
    page = open_as("creator", expected={"ERR_INTERNET_DISCONNECTED", "Failed to fetch"})
    page.goto("/jobs/")
    connection = page.locator("live-feed .connection")
    expect(connection).to_have_attribute("data-state", "open")
    page.context.set_offline(True)
    expect(connection).to_have_attribute("data-state", "closed")
    expect(page.locator("[data-offline-banner]")).to_be_visible()
    page.context.set_offline(False)
    expect(connection).to_have_attribute("data-state", "open")
    expect(page.locator("[data-offline-banner]")).to_be_hidden()


def test_creation_by_keyboard_alone(open_as: Opener) -> None:
    page = open_as("creator")
    page.goto("/")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url(re.compile(r"/create/"))
    expect(page.locator("#id_prompt")).to_be_focused()
    page.keyboard.type("Two pines on a hill, morning mist")
    tab_to(page, "id_variations")
    page.keyboard.press("Control+A")
    page.keyboard.type("1")
    tab_to(page, "id_random_seed")
    steps.until(page, lambda: page.locator("#create-button").is_enabled(), "a price")
    making = steps.make(page, lambda: page.keyboard.press("Control+Enter"), 1)
    assert making.navigations == []
    focus(page, "#results a.tile")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/library/{steps.UUID}/"))


def focused(page: sync_api.Page) -> str:
    found: str = page.evaluate("document.activeElement.id")
    return found


def tab_to(page: sync_api.Page, identifier: str) -> None:
    """Tab until this element has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if focused(page) == identifier:
            return
    raise AssertionError(f"Tab never comes to #{identifier}")


def focus(page: sync_api.Page, selector: str) -> None:
    """Tab until something that matches has the focus."""
    for _ in range(160):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never comes to {selector}")
