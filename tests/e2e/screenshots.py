"""Pictures of every page, to be looked at: `python -m tests.e2e.screenshots OUTDIR [NAME …]`.

Each page at 1440 and 390 px, dark and light, with content; and for somebody who has nothing yet.
The pages of `tests.e2e.pages` are the list; names restrict it. `tests.e2e.guide_images` makes the
pictures of the documentation.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.e2e.browser import chromium, sync_api
from tests.e2e.looking import settle
from tests.e2e.page import Page, path_of
from tests.e2e.pages import PAGES, fill
from tests.e2e.people import People, run_studio

SIZES: dict[str, dict[str, Any]] = {
    "1440": {"viewport": {"width": 1440, "height": 900}},
    "390": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}
TALLEST_PX = 2600
SCHEMES = ("dark", "light")
#: Pages that look different without content, as a newcomer sees them.
EMPTY = (
    "home", "create", "library", "jobs", "projects", "wallet", "notifications", "api-keys", "trash",
)  # fmt: skip


def jobs_to_do(names: list[str]) -> Iterator[tuple[str, Page, str | None]]:
    """File name, page and person of each picture."""
    for page in PAGES:
        if names and page.name not in names:
            continue
        yield page.name, page, page.person
        if page.name in EMPTY:
            yield f"{page.name}-empty", page, "outsider"


def shoot(
    people: People, places: Mapping[str, str], out: Path, names: list[str], theme: str = "obsidian"
) -> int:
    """Take the pictures; how many."""
    taken = 0
    contexts: dict[tuple[str | None, str, str], sync_api.Page] = {}
    for name, page_of, person in jobs_to_do(names):
        for width, options in SIZES.items():
            for scheme in SCHEMES:
                key = (person, width, scheme)
                if key not in contexts:
                    context = people.context(person, color_scheme=scheme, **options)
                    cookie = {"name": "appearance", "value": f"{theme}.{scheme}"}
                    context.add_cookies([cookie | {"url": people.studio.url}])
                    contexts[key] = context.new_page()
                page = contexts[key]
                take(page, path_of(page_of, places), out / f"{name}-{width}-{scheme}.png")
                taken += 1
    for page in contexts.values():
        page.context.close()
    return taken


def take(page: sync_api.Page, address: str, file: Path) -> None:
    """One picture: of the window, or on a phone of the whole page, as in a very tall window."""
    size = dict(page.viewport_size or {})
    page.goto(address)
    settle(page)
    if size["width"] < 600:
        whole = page.evaluate("document.scrollingElement.scrollHeight")
        page.set_viewport_size(size | {"height": max(size["height"], min(whole, TALLEST_PX))})
        settle(page)
    page.screenshot(path=file)
    page.set_viewport_size(size)


def main() -> None:
    """Start a studio, fill it, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUTDIR")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--theme", default="obsidian", choices=("obsidian", "neon"))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with run_studio() as studio, chromium() as browser:
        people = People(browser, studio)
        taken = shoot(people, fill(studio), given.out, given.names, given.theme)
    print(f"{taken} pictures in {given.out}")


if __name__ == "__main__":
    main()
