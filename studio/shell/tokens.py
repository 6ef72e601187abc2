"""Design tokens: one document of names and values, compiled to CSS custom properties.

`tokens.json` holds what does not change with the theme (`base`: space, radius, type, motion,
z-index), the colours of each theme in its dark and light scheme (`themes`), and which foreground
may stand on which background (`contrast`). A page chooses with two attributes of `<html>`:
`data-theme` (obsidian, neon) and `data-scheme` (dark, light, auto: as the system prefers).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, TypedDict

from django.conf import settings

SOURCE = Path(__file__).with_name("tokens.json")
DEFAULT_THEME = "obsidian"
SCHEMES = ("dark", "light")
TEXT_MINIMUM = 4.5
INTERFACE_MINIMUM = 3.0
_COLOUR = re.compile(r"#[0-9a-f]{6}(?:[0-9a-f]{2})?")

Colours = dict[str, str]


class Tokens(TypedDict):
    """The document as it stands in `tokens.json`."""

    base: dict[str, dict[str, str]]
    themes: dict[str, dict[str, Colours]]
    contrast: dict[str, list[list[str]]]


class Pair(NamedTuple):
    """A foreground on a background, in one theme and scheme, and the ratio that it needs."""

    theme: str
    scheme: str
    foreground: str
    background: str
    minimum: float
    ratio: float


def load(path: Path = SOURCE) -> Tokens:
    """The token document.

    Raises:
        ValueError: a scheme lacks a colour that another has, or a value is no #rrggbb(aa).
    """
    document: Tokens = json.loads(path.read_text(encoding="utf-8"))
    names = set(document["themes"][DEFAULT_THEME][SCHEMES[0]])
    for theme, schemes in document["themes"].items():
        for scheme in SCHEMES:
            colours = schemes[scheme]
            if set(colours) != names:
                odd = ", ".join(sorted(set(colours) ^ names))
                raise ValueError(f"{theme}/{scheme}: these colours are not in every scheme: {odd}")
            for name, value in colours.items():
                if not _COLOUR.fullmatch(value):
                    raise ValueError(f"{theme}/{scheme}: {name} is no colour: {value}")
    return document


def compile_css(document: Tokens) -> str:
    """The style sheet: base tokens on `:root`, each theme's colours as `light-dark()` pairs."""
    rules = [
        "/* Made from studio/shell/tokens.json by `manage.py tokens`; change it there. */",
        _rule(":root", _base(document["base"])),
        ":root, [data-scheme=auto] { color-scheme: light dark; }",
        "[data-scheme=dark] { color-scheme: dark; }",
        "[data-scheme=light] { color-scheme: light; }",
    ]
    for theme, schemes in document["themes"].items():
        selector = f"[data-theme={theme}]"
        if theme == DEFAULT_THEME:
            selector = f":root, {selector}"
        dark, light = schemes["dark"], schemes["light"]
        rules.append(_rule(selector, {name: _pair(light[name], dark[name]) for name in dark}))
    still = {f"motion-{name}": "0.01ms" for name in ("fast", "normal", "slow")}
    rules.append("@media (prefers-reduced-motion: reduce) {\n" + _rule("  :root", still) + "\n}")
    return "\n".join(rules) + "\n"


def _base(groups: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {
        f"{group}-{name}": value
        for group, values in groups.items()
        for name, value in values.items()
    }


def _pair(light: str, dark: str) -> str:
    return light if light == dark else f"light-dark({light}, {dark})"


def _rule(selector: str, properties: Mapping[str, str]) -> str:
    body = "".join(f"  --{name}: {value};\n" for name, value in properties.items())
    return f"{selector} {{\n{body}}}"


def luminance(colour: str) -> float:
    """Relative luminance of an opaque `#rrggbb`, 0 (black) to 1 (white), as WCAG defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """WCAG contrast ratio of two opaque colours, 1 to 21."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def pairs(document: Tokens) -> Iterator[Pair]:
    """Every declared foreground on background, in every theme and scheme, with its ratio."""
    minimums = {"text": TEXT_MINIMUM, "interface": INTERFACE_MINIMUM}
    for theme, schemes in document["themes"].items():
        for scheme, colours in schemes.items():
            for kind, rows in document["contrast"].items():
                for foreground, backgrounds in rows:
                    for background in backgrounds.split():
                        ratio = contrast(colours[foreground], colours[background])
                        yield Pair(theme, scheme, foreground, background, minimums[kind], ratio)


def stylesheet() -> Path:
    """Where the compiled style sheet lives."""
    return Path(settings.BASE_DIR) / "static" / "studio" / "shell" / "tokens.css"
