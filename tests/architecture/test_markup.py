"""Templates hold to the policy of the browser, and to their size."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
MOST_LINES = 75

#: What no template may contain, and why.
FORBIDDEN = {
    r"<script(?![^>]*\ssrc=)": "inline script",
    r"<style": "inline style sheet",
    r"\sstyle\s*=": "style attribute",
    r"\shx-on|\son[a-z]+\s*=": "script in an attribute",
    r"javascript:": "script in an address",
    r"\bjs:|hx-vars|hx-eval": "htmx value that is evaluated",
    r"hx-trigger=\"[^\"]*\[": "htmx trigger filter, which is evaluated",
    r"\|\s*safe\b|autoescape off|safeseq": "unescaped text",
    r"https?://(?!www\.w3\.org/)": "another origin",
}
#: Pages whose addresses are text for people, not references.
MAY_SHOW_ADDRESSES = {"studio/core/secret_once.html"}


@pytest.mark.parametrize(
    "path", TEMPLATES, ids=lambda p: p.relative_to(ROOT / "templates").as_posix()
)
def test_template(path: Path) -> None:
    text = path.read_text()
    name = path.relative_to(ROOT / "templates").as_posix()
    assert text.startswith("{#"), "opens with a comment that says what it expects"
    assert len(text.splitlines()) <= MOST_LINES
    code = re.sub(r"\{#.*?#\}|<code>.*?</code>|<pre.*?</pre>", "", text, flags=re.DOTALL)
    for pattern, what in FORBIDDEN.items():
        if what == "another origin" and name in MAY_SHOW_ADDRESSES:
            continue
        assert not re.search(pattern, code), what


def test_there_are_templates() -> None:
    assert len(TEMPLATES) >= 35


def test_python_does_not_bypass_escaping() -> None:
    files = [
        p
        for name in ("studio", "assets", "billing", "pipeline")
        for p in (ROOT / name).rglob("*.py")
    ]
    bypassing = [p.relative_to(ROOT).as_posix() for p in files if "mark_safe" in p.read_text()]
    assert not bypassing
    assert len(files) >= 60
