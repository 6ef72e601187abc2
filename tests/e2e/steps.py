"""What people do in the studio, one step each."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pyvips

from tests.e2e.browser import PATIENCE_MS, sync_api

expect = sync_api.expect
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

#: Looks many times a second at what a person sees of a job on the Create page.
_WATCH = """() => {
  window.samples = [];
  const look = () => {
    const root = document.querySelector('#results live-job');
    if (!root) return;
    const now = {
      job: root.dataset.job,
      value: root.querySelector('progress')?.getAttribute('value') ?? null,
      percent: root.querySelector('[data-percent]')?.textContent ?? null,
      pictures: root.querySelectorAll('.result-tile:not(.waiting)').length,
      title: document.title,
    };
    const last = window.samples.at(-1);
    if (JSON.stringify(last) !== JSON.stringify(now)) window.samples.push(now);
  };
  window.watching = setInterval(look, 20);
}"""


def sign_in(page: sync_api.Page, url: str, person: dict[str, str]) -> None:
    """From any address to the page after signing in."""
    page.goto(f"{url}/login/")
    page.get_by_label("User name").fill(person["username"])
    page.get_by_label("Password").fill(person["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"^(?!.*/login/)"))


def until(page: sync_api.Page, condition: Callable[[], Any], what: str) -> Any:
    """Wait until the condition is true; its value. (Playwright's own way needs eval in the page.)

    Raises:
        AssertionError: it did not become true in time.
    """
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < deadline:
        if found := condition():
            return found
        page.wait_for_timeout(40)
    raise AssertionError(f"never: {what}")


@dataclass
class Making:
    """What was seen while a job ran."""

    job: str
    samples: list[dict[str, Any]] = field(default_factory=list)
    navigations: list[str] = field(default_factory=list)


def choose_template(page: sync_api.Page, name: str) -> None:
    """Through the dialog of templates."""
    page.locator("[data-dialog-open=template-dialog]").click()
    dialog = page.locator("#template-dialog")
    dialog.get_by_label("Find a template").fill(name)
    expect(dialog).to_contain_text(f"Suits “{name}”")
    dialog.get_by_role("button", name=re.compile(rf"^{name}\b")).first.click()
    expect(dialog).to_be_hidden()


def fill_in(page: sync_api.Page, project: str, prompt: str, variations: int) -> None:
    """Project, prompt and number, and wait for the price."""
    page.locator("#id_project").select_option(label=project)
    page.locator("#id_prompt").fill(prompt)
    page.locator("#id_variations").fill(str(variations))
    until(
        page,
        lambda: (
            page.locator("#create-button").is_enabled()
            and f"Create {variations}" in page.locator("#create-button").inner_text()
        ),
        "the button with its price",
    )


def make(page: sync_api.Page, press: Callable[[], None], variations: int) -> Making:
    """Press Create and watch, without touching anything, until all pictures are there."""
    navigations: list[str] = []

    def note(request: sync_api.Request) -> None:
        if request.is_navigation_request():
            navigations.append(request.url)

    page.on("request", note)
    before = page.locator("#results live-job")
    earlier = before.get_attribute("data-job") if before.count() else None
    page.evaluate("window.untouched = true")
    page.evaluate(_WATCH)
    press()
    until(
        page,
        lambda: page.evaluate(
            """([earlier, wanted]) => {
              const root = document.querySelector('#results live-job');
              return root && root.dataset.job !== earlier && !root.querySelector('progress')
                && root.querySelectorAll('.result-tile:not(.waiting) img').length === wanted;
            }""",
            [earlier, variations],
        ),
        f"{variations} pictures",
    )
    page.remove_listener("request", note)
    assert page.evaluate("window.untouched") is True, "the page was loaded again"
    samples = page.evaluate("clearInterval(window.watching), window.samples")
    job = page.locator("#results live-job").get_attribute("data-job")
    assert job
    mine = [sample for sample in samples if sample["job"] == job]
    return Making(job=job, samples=mine, navigations=navigations)


def assets_shown(page: sync_api.Page, within: str = "#results") -> list[str]:
    """Addresses of the assets in the results, in their order."""
    links = page.locator(f"{within} a.tile")
    return [links.nth(i).get_attribute("href") or "" for i in range(links.count())]


def files_shown(page: sync_api.Page, within: str = "#results") -> list[bytes]:
    """What the download links beside the pictures give, in their order."""
    links = page.locator(f"{within} a[aria-label^=Download]")
    found = [page.request.get(link.get_attribute("href") or "") for link in links.all()]
    assert all(answer.status == 200 for answer in found)
    return [answer.body() for answer in found]


def download(page: sync_api.Page, press: sync_api.Locator) -> bytes:
    """The file that the browser saves when this is pressed."""
    with page.expect_download() as waiting:
        press.click()
    return waiting.value.path().read_bytes()


@dataclass(frozen=True)
class Picture:
    """A decoded file."""

    width_px: int
    height_px: int
    pixels_sha256: str
    shades: float


def decode(content: bytes) -> Picture:
    """Size, and a hash of the pixels alone, whatever the file says besides them."""
    image = pyvips.Image.new_from_buffer(content, "", fail_on="warning")
    return Picture(
        width_px=image.width,
        height_px=image.height,
        pixels_sha256=hashlib.sha256(image.write_to_memory()).hexdigest(),
        shades=image.deviate(),
    )


def properties(page: sync_api.Page, within: str) -> dict[str, str]:
    """Terms and what stands beside them, of the list in this place."""
    rows = page.locator(f"{within} dl.properties > div")
    return {
        rows.nth(i).locator("dt").inner_text(): rows.nth(i).locator("dd").inner_text()
        for i in range(rows.count())
    }
