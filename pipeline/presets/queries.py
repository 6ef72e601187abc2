"""Reading templates and styles."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from math import gcd

from pipeline.presets.models import Style, StyleGroup, Template
from pipeline.presets.recommend import Recommendation, recommend
from pipeline.presets.words import words_of

_COMMON_ASPECTS = ((1, 1), (5, 4), (4, 3), (3, 2), (16, 10), (16, 9), (2, 1), (21, 9))
_NEAR = 0.005


@dataclass(frozen=True)
class TemplateGroup:
    """The formats of one platform."""

    label: str
    templates: list[Template]


@dataclass(frozen=True)
class StyleFamily:
    """The looks of one family."""

    label: str
    styles: list[Style]


def all_templates() -> list[Template]:
    """Every format with platform, look and quality, platform by platform. One query."""
    return list(
        Template.objects.select_related("platform", "look", "quality").order_by(
            "platform__ordinal", "id"
        )
    )


def find_templates(text: str) -> list[Template]:
    """Formats for which each word of the text begins a word of name, goal, size or shape.

    One query.
    """
    wanted = words_of(text)
    return [t for t in all_templates() if _matches(wanted, _findable(t))]


def group_templates(templates: list[Template]) -> list[TemplateGroup]:
    """Formats by platform, in their order. No query when they come from this module."""
    return [
        TemplateGroup(label, list(found))
        for label, found in groupby(templates, key=lambda t: t.platform.label)
    ]


def recommended_templates(
    *, platform: str = "", goal: str = "", prompt: str = "", limit: int = 6
) -> list[Recommendation]:
    """Formats that suit, best first, each with the reason. One query."""
    return recommend(all_templates(), platform=platform, goal=goal, prompt=prompt, limit=limit)


def style_families() -> list[StyleFamily]:
    """Every look, family by family. One query."""
    styles = Style.objects.order_by("group__ordinal", "id")
    return [
        StyleFamily(StyleGroup.Code(group_id).label, list(found))
        for group_id, found in groupby(styles, key=lambda style: style.group_id)
    ]


def template_name(template: Template) -> str:
    """What people call it: “Instagram story”, “Poster 2:3”."""
    title = template.title
    if template.platform.code == "print":
        return title
    return f"{template.platform.label} {title[0].lower()}{title[1:]}"


def aspect_text(width_px: int, height_px: int) -> str:
    """The proportion as people write it: `9:16`, or `1.91:1` where whole numbers say little.

    Common ones are named from half a per cent on: 1256 × 836 is `3:2`.
    """
    divisor = gcd(width_px, height_px)
    across, down = width_px // divisor, height_px // divisor
    if max(across, down) <= 32:
        return f"{across}:{down}"
    ratio = width_px / height_px
    for one, other in _COMMON_ASPECTS:
        if abs(ratio * other / one - 1) < _NEAR:
            return f"{one}:{other}"
        if abs(ratio * one / other - 1) < _NEAR:
            return f"{other}:{one}"
    return f"{ratio:.2f}:1" if ratio >= 1 else f"1:{1 / ratio:.2f}"


def _findable(template: Template) -> list[str]:
    size = f"{template.width_px} {template.height_px} {template.width_px}x{template.height_px}"
    shape = aspect_text(template.width_px, template.height_px)
    return [
        *words_of(
            f"{template.platform.label} {template.platform.code} {template.title} {template.goal}"
            f" {template.look.label} {template.quality.label} {template.code} {size} {shape}"
        ),
        *words_of(
            {"x": "twitter tweet", "web": "website homepage"}.get(template.platform.code, "")
        ),
    ]


def _matches(wanted: list[str], findable: list[str]) -> bool:
    return all(any(word.startswith(part) for word in findable) for part in wanted)
