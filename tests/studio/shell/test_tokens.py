"""Colours can be read in every theme, and the committed style sheet is the compiled one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from studio.shell import tokens

STYLES = Path(settings.BASE_DIR) / "static" / "studio" / "shell"


def test_committed_css_is_in_step() -> None:
    assert tokens.stylesheet().read_text(encoding="utf-8") == tokens.compile_css(tokens.load())


def test_every_declared_pair_meets_wcag_aa_in_all_four() -> None:
    pairs = list(tokens.pairs(tokens.load()))
    assert {(p.theme, p.scheme) for p in pairs} == {
        (theme, scheme) for theme in ("obsidian", "neon") for scheme in ("dark", "light")
    }
    assert len(pairs) > 200
    assert not [p for p in pairs if p.ratio < p.minimum]


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.478), ("#abcdef", "#abcdef", 1.0)],
)
def test_contrast_is_that_of_wcag(first: str, second: str, ratio: float) -> None:
    assert tokens.contrast(first, second) == pytest.approx(ratio, abs=0.001)


def test_each_foreground_of_a_style_has_a_declared_pair() -> None:
    """Whatever colour the style sheets write text in was checked against some background."""
    declared = {row[0] for rows in tokens.load()["contrast"].values() for row in rows}
    css = "".join(path.read_text(encoding="utf-8") for path in STYLES.glob("*.css"))
    used = set(re.findall(r"(?<![-\w])color: var\(--([\w-]+)\)", css)) - {"tone", "line-strong"}
    assert len(used) > 8
    assert used - {"accent"} <= declared


def test_every_custom_property_in_use_is_defined() -> None:
    defined: set[str] = set()
    used: dict[str, str] = {}
    for path in STYLES.glob("*.css"):
        css = path.read_text(encoding="utf-8")
        defined |= set(re.findall(r"--([\w-]+):", css))
        used |= {
            name: path.name
            for name, default in re.findall(r"var\(--([\w-]+)(,)?", css)
            if not default
        }
    assert len(used) > 40
    assert {name: file for name, file in used.items() if name not in defined} == {}


def test_a_scheme_without_a_colour_is_refused(tmp_path: Path) -> None:
    document = json.loads(tokens.SOURCE.read_text(encoding="utf-8"))
    del document["themes"]["neon"]["light"]["danger"]
    path = tmp_path / "tokens.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ValueError, match=r"neon/light: these colours.*danger"):
        tokens.load(path)


def test_check_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stale = tmp_path / "tokens.css"
    stale.write_text("old", encoding="utf-8")
    monkeypatch.setattr(tokens, "stylesheet", lambda: stale)
    with pytest.raises(CommandError, match=r"run `manage\.py tokens`"):
        call_command("tokens", "--check")
    call_command("tokens")
    call_command("tokens", "--check")


def test_colours_that_cannot_be_read_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    document = tokens.load()
    document["themes"]["obsidian"]["dark"]["text"] = "#333333"
    monkeypatch.setattr(tokens, "load", lambda: document)
    with pytest.raises(CommandError, match="obsidian/dark: text on canvas has"):
        call_command("tokens", "--check")
