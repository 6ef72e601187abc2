"""Tags for formats and looks: `{% load presets %}`."""

from __future__ import annotations

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pipeline.presets import queries
from pipeline.presets.models import Template

register = template.Library()
_SIDE = 20


@register.simple_tag
def aspect_box(width_px: int, height_px: int) -> SafeString:
    """A small outline in the proportion of a size."""
    scale = _SIDE / max(width_px, height_px)
    width, height = max(4.0, width_px * scale), max(4.0, height_px * scale)
    return format_html(
        '<svg class="aspect-box" viewBox="0 0 24 24" aria-hidden="true">'
        '<rect x="{}" y="{}" width="{}" height="{}" rx="1.5"/></svg>',
        *(f"{value:.1f}" for value in (12 - width / 2, 12 - height / 2, width, height)),
    )


@register.filter
def template_name(item: Template) -> str:
    """What people call a format: “Instagram story”."""
    return queries.template_name(item)


@register.filter
def aspect_text(item: Template) -> str:
    """The proportion of a format: “9:16”."""
    return queries.aspect_text(item.width_px, item.height_px)


@register.simple_tag
def style_picture(code: str) -> str:
    """Address of a style's small picture; empty where there is none."""
    name = f"pipeline/styles/{code}.webp"
    try:
        return str(staticfiles_storage.url(name))
    except ValueError:  # a style added since the pictures were made
        return ""
