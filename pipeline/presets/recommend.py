"""Which format suits: from the platform, the goal and the words of the prompt, with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.presets.models import Look, Platform, Template
from pipeline.presets.words import (
    EMPTY_WORDS,
    LOOK_WORDS,
    PLATFORM_WORDS,
    SHAPE_WORDS,
    SQUARE,
    TALL,
    WIDE,
    words_of,
)

#: Offered when nothing tells more, and first among equals.
POPULAR = (
    "instagram-feed-square",
    "instagram-story",
    "youtube-thumbnail",
    "web-hero",
    "pinterest-pin",
    "linkedin-post",
    "blog-header",
    "print-poster",
)
_A_PLATFORM = 2  # formats of one platform at most, unless it was named

_NAMED, _FORMAT, _GOAL, _SHAPE, _LOOK = 10.0, 6.0, 2.0, 1.5, 1.0


@dataclass(frozen=True)
class Recommendation:
    """A format, how well it suits (higher is better) and why, as a sentence."""

    template: Template
    score: float
    reason: str


def shape_of(width_px: int, height_px: int) -> str:
    """Tall, wide or square (within 10 %)."""
    ratio = width_px / height_px
    if ratio > 1.1:
        return WIDE
    return TALL if ratio < 0.9 else SQUARE


def recommend(
    templates: Iterable[Template],
    *,
    platform: str = "",
    goal: str = "",
    prompt: str = "",
    limit: int = 6,
) -> list[Recommendation]:
    """Formats that suit, best first; the popular ones when nothing tells more.

    Args:
        platform: where it goes, by its code, label or in words.
        goal: what it is for, in words.
        prompt: what the picture shows; where and shape words in it count too.
        limit: how many at most.
    """
    asked = words_of(f"{platform} {goal}")
    # “x” names the platform only where somebody says where it goes, not inside a prompt.
    told = [*asked, *(word for word in words_of(prompt) if word != "x")]
    named = {code for code, words in PLATFORM_WORDS.items() if words & set(told)}
    if found := _by_label(platform):
        named.add(found)
    rated = [_rate(template, named, told) for template in templates]
    rated = [r for r in rated if r.score > 0] or [
        Recommendation(r.template, 0, "Often used") for r in rated if r.template.code in POPULAR
    ]
    rated.sort(key=lambda r: (-r.score, _popularity(r.template), r.template.pk or 0))
    return _mixed(rated, named)[:limit]


def _rate(template: Template, named: set[Platform.Code], told: list[str]) -> Recommendation:
    score, reasons = 0.0, []
    here = Platform.Code(template.platform_id)
    formats = _format_words(template)
    # each word gives one reason
    left = [word for word in told if word in formats or word not in PLATFORM_WORDS[here]]
    if here in named:
        score += _NAMED
        reasons.append(f"made for {here.label}")
    if word := _take(left, formats):
        # “cover” says little when another platform was named
        score += _FORMAT if not named or here in named else _FORMAT / 3
        reasons.append(f"you mention “{word}”")
    goals = frozenset(words_of(template.goal)) - EMPTY_WORDS
    suits = [word for word in (_take(left, goals) for _ in range(3)) if word]
    if suits:
        score += _GOAL * len(suits)
        reasons.append(f"good for {' and '.join(suits[:2])}")
    shape = shape_of(template.width_px, template.height_px)
    if word := _take(left, SHAPE_WORDS[shape]):
        score += _SHAPE
        reasons.append(f"{shape} suits “{word}”")
    if word := _take(left, LOOK_WORDS.get(_look(template), frozenset())):
        score += _LOOK
        reasons.append(f"its look fits “{word}”")
    return Recommendation(template, score, _sentence(reasons))


def _look(template: Template) -> Look.Code:
    return Look.Code(template.look_id)


def _format_words(template: Template) -> frozenset[str]:
    return frozenset(words_of(template.title)) - EMPTY_WORDS - {"feed", "post", "2", "3"}


def _take(words: list[str], wanted: frozenset[str]) -> str:
    """The first word that is wanted, taken out of the list wherever it stands; empty for none."""
    found = next((word for word in words if word in wanted), "")
    words[:] = [word for word in words if word != found]
    return found


def _by_label(platform: str) -> Platform.Code | None:
    text = platform.strip().lower()
    return next((c for c in Platform.Code if text and text in (c.code, c.label.lower())), None)


def _popularity(template: Template) -> int:
    return POPULAR.index(template.code) if template.code in POPULAR else len(POPULAR)


def _mixed(rated: list[Recommendation], named: set[Platform.Code]) -> list[Recommendation]:
    seen: dict[int, int] = {}
    kept: list[Recommendation] = []
    rest: list[Recommendation] = []
    for item in rated:
        where = item.template.platform_id
        seen[where] = seen.get(where, 0) + 1
        (kept if where in named or seen[where] <= _A_PLATFORM else rest).append(item)
    return kept + rest


def _sentence(reasons: list[str]) -> str:
    text = ", ".join(reasons)
    return text[:1].upper() + text[1:]
