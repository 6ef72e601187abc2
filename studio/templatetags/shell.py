"""Tags and filters of the shell's components: `{% load shell %}`."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from studio.shell import navigation, states

register = template.Library()
MICROCREDITS = 1_000_000
_TONES = {"error": "danger", "debug": "info"}
_TONE_ICONS = {
    "success": "circle-check",
    "warning": "triangle-alert",
    "danger": "circle-alert",
    "info": "info",
}


@register.simple_tag
def sprite() -> str:
    """Address of the icon sprite."""
    return static("studio/shell/icons.svg")


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """An icon of the sprite: `{% icon "search" %}`; `size` is s, l or xl.

    It is hidden from assistive technology unless it has a `label`.
    """
    hidden = SafeString('aria-hidden="true"')
    meaning = format_html('role="img" aria-label="{}"', label) if label else hidden
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" {}><use href="{}#{}"></use></svg>',
        f" {size}" if size else "",
        meaning,
        sprite(),
        name,
    )


@register.simple_tag
def shell_url(name: str) -> str:
    """Address of a fixed destination: home, create, library, jobs, projects, wallet and so on."""
    return navigation.DESTINATIONS[name].url


@register.simple_tag
def state_chip(code: str, label: str = "") -> SafeString:
    """A state as a chip with icon and words: `{% state_chip state.code state.label %}`."""
    look = states.look(code)
    return format_html(
        '<span class="chip {}" data-state="{}">{}{}</span>',
        look.classes,
        code,
        icon(look.icon),
        label or code.replace("-", " ").replace("_", " ").capitalize(),
    )


@register.inclusion_tag("studio/components/field.html")
def field(bound: BoundField, unit: str = "", optional: bool = True) -> dict[str, Any]:
    """A form field with label, unit, help and errors: `{% field form.width unit="px" %}`."""
    return {
        "field": bound,
        "unit": unit,
        "optional": optional and not bound.field.required,
        "kind": getattr(bound.field.widget, "input_type", "text"),
    }


@register.simple_tag
def when(moment: datetime | None) -> SafeString:
    """A moment as a person says it (“3 min ago”), exact on hover, kept up to date."""
    if moment is None:
        return SafeString("")
    return format_html(
        '<relative-time datetime="{}">{}</relative-time>',
        moment.isoformat(timespec="seconds"),
        moment.strftime("%Y-%m-%d %H:%M UTC"),
    )


@register.filter
def initials(name: str) -> str:
    """Up to two letters that stand for a name."""
    words = name.replace(".", " ").replace("_", " ").split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def tone(level: str) -> str:
    """The colour word (info, success, warning, danger) of a message level."""
    word = _TONES.get(level, level)
    return word if word in _TONE_ICONS else "info"


@register.filter
def tone_icon(word: str) -> str:
    """The icon of a colour word."""
    return _TONE_ICONS.get(word, "info")


@register.filter
def credits(microcredits: int | None) -> str:
    """Micro-credits as credits: two decimals, or as many as the amount has."""
    if microcredits is None:
        return "–"
    amount = f"{Decimal(microcredits) / MICROCREDITS:,.6f}".rstrip("0")
    return amount + "0" * (2 - len(amount.partition(".")[2]))


@register.filter
def size_bytes(count: int | None) -> str:
    """A number of bytes as people say it: 1.4 MB (powers of 1000)."""
    if count is None:
        return "–"
    if count < 1000:
        return f"{count} B"
    size = count / 1000
    units = iter(("kB", "MB", "GB"))
    # 999.95 would be rounded to 1000: the next unit says it better.
    while size >= 999.95 and (unit := next(units, "")):
        size /= 1000
    unit = next(units, "TB")
    return f"{size:.0f} {unit}" if size >= 100 else f"{size:.1f} {unit}"


@register.filter
def duration_ms(milliseconds: int | None) -> str:
    """A length of time: 840 ms, 12.4 s, 3 min 05 s, 2 h 10 min."""
    if milliseconds is None:
        return "–"
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"
