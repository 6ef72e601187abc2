"""Where to begin: three requests that each teach something."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True)
class Example:
    """A prompt with template and style, and what it teaches."""

    title: str
    prompt: str
    template: str
    style: str
    teaches: str

    @property
    def query(self) -> str:
        """The query string with which the Create page has it filled in."""
        return urlencode({"prompt": self.prompt, "template": self.template, "style": self.style})


EXAMPLES = (
    Example(
        "A story for Instagram",
        "A lighthouse on a cliff at dusk, warm golden light, calm sea, gulls",
        "instagram-story",
        "cinematic",
        "A template sets the exact size, a style the look.",
    ),
    Example(
        "A header in watercolour",
        "Snowy mountains above a still lake, pine forest, morning mist, pale blue",
        "blog-header",
        "watercolour",
        "Place, light and colours in plain words are enough.",
    ),
    Example(
        "A poster in art deco",
        "City skyline at night with a full moon, black and gold, tall towers, stars",
        "print-poster",
        "art-deco",
        "Large formats are drawn smaller, then enlarged; the page says so first.",
    ),
)
