"""The icon sprite: one SVG file of symbols, made from the drawings in `studio/shell/icons/`."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

DRAWINGS = Path(__file__).with_name("icons")
_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg">\n'
    "<!-- Lucide, ISC licence (studio/shell/icons/LICENSE). Made by `manage.py icons`. -->\n"
)


def names() -> list[str]:
    """Names of the drawings, in order."""
    return sorted(path.stem for path in DRAWINGS.glob("*.svg"))


def compile_sprite() -> str:
    """The sprite: a `<symbol>` per drawing, its name as id; stroke and size come from the page."""
    return _HEAD + "".join(map(_symbol, names())) + "</svg>\n"


def _symbol(name: str) -> str:
    match = _BODY.search((DRAWINGS / f"{name}.svg").read_text(encoding="utf-8"))
    if match is None:
        raise ValueError(f"{name}.svg holds no drawing")
    body = "".join(line.strip() for line in match[1].splitlines()).replace(" />", "/>")
    return f'<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>\n'


def sprite() -> Path:
    """Where the sprite lives."""
    return Path(settings.BASE_DIR) / "static" / "studio" / "shell" / "icons.svg"
