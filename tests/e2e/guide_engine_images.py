"""Pictures of the guide on engines: `python -m tests.e2e.guide_engine_images docs/images`.

A studio of its own with a stand-in for ComfyUI, prepared by the steps of `test_engines_story`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from tests.e2e.browser import chromium, sync_api
from tests.e2e.guide_images import save
from tests.e2e.looking import settle
from tests.e2e.pages import wait
from tests.e2e.people import People, run_studio
from tests.e2e.test_engines_story import (
    WORKFLOW,
    Story,
    bind,
    create,
    import_workflow,
    put_into_production,
    register,
    try_out,
)
from tests.standins.comfyui import ComfyStandIn
from tests.support.studio import RunningStudio

WIDTH_PX = 1100
PROMPTS = ("A harbour in fog", "A pier at dawn", "A red sail on a calm sea", "Dunes at noon")
DOCUMENT = {
    "short_description": "A keeper paints the door of a lighthouse at dusk.",
    "objects": [
        {
            "description": "A man of sixty in a wool coat, brush in hand",
            "location": "left foreground",
            "relationship": "stands at the door",
            "relative_size": "large",
            "shape_and_color": "dark blue coat, grey beard",
        }
    ],
    "background_setting": "A white tower on a cliff above a calm sea",
}


def prepare(studio: RunningStudio, people: People, server: ComfyStandIn) -> Story:
    """An instance, a workflow in production, and some work that it has done."""
    told = Story(server)
    for person, acts in (
        ("admin", (register, import_workflow, try_out, put_into_production, bind)),
        ("creator", (create,)),
    ):
        page = people.context(person).new_page()
        for act in acts:
            act(told, page)
        page.context.close()
    with studio.api() as api:
        model = next(
            offer["model"]
            for offer in api.get("operations/create.image/").json()["offers"]
            if offer["title"] == WORKFLOW
        )
        for prompt in PROMPTS:
            chosen = {"provider": "comfyui", "model": model}
            wait(api, studio.submit("create.image", {"prompt": prompt}, **chosen))
    return told


def _nothing(page: sync_api.Page) -> None:
    """The page as it is."""


def _write_document(page: sync_api.Page) -> None:
    raw = page.locator("#structured-raw")
    page.get_by_role("radio", name="Both").check()
    raw.fill(json.dumps(json.loads(raw.input_value()) | DOCUMENT, indent=2))
    page.get_by_role("radio", name="Form").check()
    page.locator("#part-lighting").scroll_into_view_if_needed()


def shoot(people: People, told: Story, out: Path) -> None:
    """Take the pictures, dark and light by turns."""
    shots: tuple[tuple[str, str, str, Callable[[sync_api.Page], object]], ...] = (
        ("worker", told.worker_url, "dark", _nothing),
        ("workflow", told.version_url, "light", _nothing),
        ("engines", "/providers/", "dark", _nothing),
        ("structured", "/create/structured/", "dark", _write_document),
    )
    for name, address, scheme, act in shots:
        context = people.context("admin", color_scheme=scheme)
        cookie = {"name": "appearance", "value": f"obsidian.{scheme}", "url": people.studio.url}
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(address)
        settle(page)
        act(page)
        save(page, out / f"guide-{name}.png", WIDTH_PX)
        context.close()


def main() -> None:
    """Start a studio and a server, work with them, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUTDIR")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    with (
        ComfyStandIn(step_seconds=0.1) as server,
        run_studio() as studio,
        chromium() as browser,
    ):
        people = People(browser, studio)
        shoot(people, prepare(studio, people, server), out)


if __name__ == "__main__":
    main()
