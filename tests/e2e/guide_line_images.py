"""Pictures of the guide's chapter on cuts: `python -m tests.e2e.guide_line_images docs/images`.

A studio of its own with the demo project “First light”; dark and light by turns, so that both are
seen. `tests.e2e.guide_images` makes the other pictures.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path

from tests.e2e.browser import chromium, sync_api
from tests.e2e.guide_images import save
from tests.e2e.line_pages import fill_line
from tests.e2e.looking import settle
from tests.e2e.people import People, run_studio

WIDTH_PX = 1100


def _nothing(page: sync_api.Page) -> None:
    """The page as it is."""


def _show_bridge(page: sync_api.Page) -> None:
    page.locator("input[name=look][value=side]").check()
    sync_api.expect(page.locator("boundary-inspector")).to_have_attribute(
        "data-drawn", re.compile("^side")
    )


def _play_a_little(page: sync_api.Page) -> None:
    sync_api.expect(page.locator("frame-player.is-ready")).to_be_visible()
    page.locator("[data-player-goto]").first.fill("12")
    page.keyboard.press("Enter")
    page.locator("h1").click()


def _own_prompt(page: sync_api.Page) -> None:
    page.get_by_label("Name", exact=True).fill("Launch morning, closer")
    for name in ("own-width_px", "own-height_px"):
        page.locator(f"input[name={name}]").check()


def _top_of_panel(page: sync_api.Page) -> None:
    page.locator("segment-panel").evaluate("panel => panel.scrollIntoView({block: 'center'})")


SHOTS: tuple[tuple[str, str, str, Callable[[sync_api.Page], object]], ...] = (
    ("character", "/characters/{character}/", "dark", _nothing),
    ("checks", "/variations/{portrait}/", "light", _nothing),
    ("recipe", "/scene-types/new/?project={line}&parent={scene_type}", "dark", _own_prompt),
    ("scene", "/scenes/{scene}/", "dark", _nothing),
    ("segment", "/scenes/{scene}/segments/{segment}/", "light", _top_of_panel),
    ("take", "/takes/{take}/", "dark", _play_a_little),
    ("boundary", "/boundaries/{boundary}/", "light", _show_bridge),
    ("cut", "/cuts/{cut}/", "dark", _play_a_little),
    ("delivery", "/deliveries/{delivery}/", "light", _nothing),
)


def shoot(people: People, places: dict[str, str], out: Path) -> None:
    """Take the pictures."""
    for name, address, scheme, act in SHOTS:
        context = people.context("admin", color_scheme=scheme)
        cookie = {"name": "appearance", "value": f"obsidian.{scheme}", "url": people.studio.url}
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(address.format(**places))
        settle(page)
        act(page)
        save(page, out / f"guide-{name}.png", WIDTH_PX)
        context.close()


def main() -> None:
    """Start a studio, make the demo in it, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUTDIR")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    with run_studio() as studio, chromium() as browser:
        done = studio.manage("demo")
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        shoot(People(browser, studio), fill_line(studio), out)


if __name__ == "__main__":
    main()
