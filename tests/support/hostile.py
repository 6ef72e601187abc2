"""Stored markup must come out as text: what a person typed never becomes an element.

title = hostile("asset")              # put it into everything that people can name
assert_harmless(client.get(page))     # the page shows it, and nothing of it runs
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

MARK = "xss-mark"


def hostile(name: str = "") -> str:
    """A short name that breaks out of text, attributes and scripts if anything lets it."""
    return f"{name}'\"><img src=x onerror=alert(1) {MARK}><b {MARK}>{{{{7*7}}}}"


class _Finder(HTMLParser):
    """Collects what would run."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.text: list[str] = []
        self.values: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if MARK in names:
            self.found.append(f"<{tag}> came from stored text")
        for name, value in attrs:
            self.values.append(value or "")
            if name.startswith("on") or name.startswith("hx-on"):
                self.found.append(f"<{tag} {name}>")
            scheme = (value or "").strip().lower()
            if name in ("href", "src", "action", "formaction") and scheme.startswith(
                ("javascript:", "data:text", "vbscript:")
            ):
                self.found.append(f"<{tag} {name}={value}>")
        if tag == "script" and "src" not in names:
            self.found.append("inline script")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def assert_harmless(response: Any, *, shows: bool = False) -> None:
    """Pass when nothing in an HTML response comes from stored text but text.

    Args:
        shows: the response must contain the hostile text, so that the check is about something.
    """
    page = response.content.decode()
    finder = _Finder()
    finder.feed(page)
    finder.close()
    assert not finder.found, finder.found
    assert f"{MARK}>49" not in "".join(finder.text), "a template was evaluated"
    if shows:
        assert MARK in "".join(finder.text) + "".join(finder.values), "does not show what is stored"
