"""How a page is looked at: axe in every theme, its width, what the browser complains of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import axe_playwright_python

from tests.e2e.browser import Watch, sync_api
from tests.e2e.page import Page, path_of

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
SERIOUS = ("serious", "critical")

#: The first look of a page gets every rule; others differ by colour only, the narrow by layout.
LOOKS = (("obsidian", "dark"), ("obsidian", "light"), ("neon", "dark"), ("neon", "light"))
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 360, "height": 780}
EVERYTHING: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
COLOURS = EVERYTHING | {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
LAYOUT = EVERYTHING | {"rules": {"color-contrast": {"enabled": False}}}

#: Another look, without asking the studio. Colours are there when no transition is left: one that
#: is inherited passes from parent to child by one transition after the other.
DRESS = """async (look) => {
  Object.assign(document.documentElement.dataset, look);
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const moving = () => document.getAnimations().some((one) => one instanceof CSSTransition);
  await frame();
  for (let left = 100; left && (await frame(), moving()); left -= 1);
}"""


def complaints(page: sync_api.Page, options: dict[str, Any]) -> list[str]:
    """What axe calls serious or critical."""
    result = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{found['id']}: {node['target']} {node.get('failureSummary', '').splitlines()[1:2]}"
        for found in result["violations"]
        if found["impact"] in SERIOUS
        for node in found["nodes"][:4]
    ]


def overflow(page: sync_api.Page) -> list[str]:
    """How much wider than the window it is, and what sticks out."""
    found: list[str] = page.evaluate(
        """() => {
          const root = document.scrollingElement;
          if (root.scrollWidth <= innerWidth) return [];
          const wide = [...document.querySelectorAll('body *')]
            .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
            .slice(0, 3).map((one) => `${one.tagName}.${one.className}`);
          return [`${root.scrollWidth} px at ${innerWidth} px: ${wide.join(', ')}`];
        }"""
    )
    return found


def settle(page: sync_api.Page) -> None:
    """Until what the page asks for after loading is there."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")


def look_at(
    page: sync_api.Page,
    watch: Watch,
    page_of: Page,
    places: Mapping[str, str],
    looks: Sequence[tuple[str, str]] = LOOKS,
) -> dict[str, list[str]]:
    """Everything that is wrong with a page, by the look in which it is wrong."""
    watch.expected = {f"status of {page_of.status}"}
    page.set_viewport_size(WIDE)
    answer = page.goto(path_of(page_of, places))
    assert answer is not None and answer.status == page_of.status, answer
    settle(page)
    problems = {"1440 px": overflow(page)}
    page.evaluate(AXE)
    rules = EVERYTHING
    for theme, scheme in looks:
        if not page_of.is_foreign:
            page.evaluate(DRESS, {"theme": theme, "scheme": scheme})
        problems[f"{theme} {scheme}"] = complaints(page, rules)
        rules = COLOURS
    page.set_viewport_size(NARROW)
    problems["360 px"] = overflow(page)
    problems["360 px axe"] = complaints(page, LAYOUT)
    problems["page"] = watch.take()
    return {look: found for look, found in problems.items() if found}
