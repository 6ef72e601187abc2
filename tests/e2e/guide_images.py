"""Makes the pictures of the documentation: `python -m tests.e2e.guide_images docs/images`.

A studio of its own, filled with work that looks like work; `create.png` is the first thing that
the README shows. The others are small WebP files.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path

import pyvips

from tests.e2e import steps
from tests.e2e.browser import chromium, sync_api
from tests.e2e.looking import settle
from tests.e2e.pages import wait
from tests.e2e.people import People, run_studio
from tests.support.studio import RunningStudio

CREATE_MOST_BYTES, GUIDE_MOST_BYTES = 400_000, 150_000
GUIDE_WIDTH_PX = 1200
PROMPT = "A lighthouse on a cliff at dusk, warm golden light, calm sea, three gulls"
NAMES = {"creator": "Cleo Marsh", "reviewer": "Rex Okafor"}
#: Prompt, template, style and how many.
WORK = (
    ("A small sailing boat on a misty lake, birch forest", "pinterest-pin", "watercolour", 2),
    ("A desert road towards a low red sun, long shadows", "web-hero", "", 2),
    ("City skyline at night, full moon, tall towers, stars", "youtube-thumbnail", "neon-punk", 2),
    ("Snowy mountains above a still lake, pine forest, morning mist", "blog-header", "", 1),
    ("A red barn on a green hill, white clouds, two birch trees", "instagram-feed-square", "", 2),
    ("Autumn forest by a river, orange leaves", "instagram-feed-square", "oil-painting", 2),
)


def prepare(studio: RunningStudio, people: People) -> None:
    """Names and work."""
    for person, name in NAMES.items():
        page = people.context(person).new_page()
        page.goto("/me/")
        page.get_by_label("Display name").fill(name)
        page.get_by_role("button", name="Save").first.click()
        sync_api.expect(page.get_by_text("Saved.")).to_be_visible()
        page.context.close()
    with studio.api() as api:
        for prompt, template, style, number in WORK:
            chosen = {"prompt": prompt, "template": template, "style": style}
            wait(api, studio.submit("create.image", {**chosen, "variations": number}))


def save(page: sync_api.Page, file: Path, width_px: int | None = None) -> None:
    """The window as a file that is small enough."""
    page.mouse.move(720, 880)
    settle(page)
    page.wait_for_timeout(600)
    picture = pyvips.Image.new_from_buffer(page.screenshot(), "")
    if width_px:
        picture = picture.resize(width_px / picture.width)
    most = CREATE_MOST_BYTES if file.suffix == ".png" else GUIDE_MOST_BYTES
    for quality in (92, 85, 75, 60, 40):
        if file.suffix == ".png":
            content = picture.pngsave_buffer(
                palette=True, Q=quality, effort=10, compression=9, dither=0.6
            )
        else:
            content = picture.webpsave_buffer(Q=quality, effort=6)
        if len(content) <= most:
            break
    assert len(content) <= most, f"{file.name} has {len(content)} bytes"
    file.write_bytes(content)
    print(f"{file.name}: {picture.width} × {picture.height} px, {len(content):,} bytes")


def shoot_create(page: sync_api.Page, out: Path) -> str:
    """The Create page while it works and when it is done; the job."""
    page.goto("/create/")
    steps.choose_template(page, "Instagram story")
    steps.fill_in(page, "Lighthouse", PROMPT, 4)

    def press() -> None:
        page.locator("#create-button").click()
        steps.until(
            page, lambda: page.locator("#results [data-asset]").count() >= 2, "two pictures"
        )
        save(page, out / "guide-progress.webp", GUIDE_WIDTH_PX)

    making = steps.make(page, press, 4)
    page.locator("#id_prompt").blur()
    page.locator(".result-head").scroll_into_view_if_needed()
    save(page, out / "create.png")
    return making.job


def main() -> None:
    """Start a studio, work in it, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUTDIR")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    with run_studio() as studio, chromium() as browser:
        people = People(browser, studio)
        prepare(studio, people)
        page = people.context("creator").new_page()
        job = shoot_create(page, out)
        asset = steps.assets_shown(page)[0]
        shots: tuple[tuple[str, str, Callable[[sync_api.Page], object]], ...] = (
            ("formats", "/create/", _search),
            ("library", "/library/", _nothing),
            ("asset", asset, _show_provenance),
            ("job", f"/jobs/{job}/", _nothing),
            ("wallet", "/wallet/", _nothing),
            ("project", f"/projects/{studio.cast['project']}/", _nothing),
            ("keys", "/library/", lambda page: page.keyboard.press("?")),
        )
        for name, address, act in shots:
            page.goto(address)
            settle(page)
            act(page)
            save(page, out / f"guide-{name}.webp", GUIDE_WIDTH_PX)


def _nothing(page: sync_api.Page) -> None:
    """The page as it is."""


def _search(page: sync_api.Page) -> None:
    page.locator("[data-dialog-open=template-dialog]").click()
    page.get_by_label("Find a template").fill("story")
    sync_api.expect(page.locator("#template-dialog")).to_contain_text(re.compile("Suits “story”"))


def _show_provenance(page: sync_api.Page) -> None:
    panel = page.locator("section[aria-label=Provenance]")
    sync_api.expect(panel).to_contain_text("Recipe SHA-256")
    panel.evaluate("panel => panel.closest('.asset-panel').scrollIntoView({block: 'start'})")


if __name__ == "__main__":
    main()
