"""Filters of the pages of people and projects: `{% load people %}`."""

from __future__ import annotations

from django import template

from studio.core.access import RoleCode

register = template.Library()

#: Looked for in this order: each browser also names those it descends from.
_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("python", "A Python script"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@register.filter
def browser(agent: str) -> str:
    """A browser as its person knows it, such as “Firefox on Linux”, from what it says of itself."""
    name = next((label for mark, label in _BROWSERS if mark in agent), "")
    system = next((label for mark, label in _SYSTEMS if mark in agent), "")
    if name and system:
        return f"{name} on {system}"
    return name or system or "Unknown"


@register.filter
def role_label(role_id: int | None) -> str:
    """A role by its id; a dash for none."""
    return RoleCode(role_id).label if role_id else "–"
