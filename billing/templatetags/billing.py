"""Filters of the wallet's pages: `{% load billing %}`."""

from __future__ import annotations

from decimal import Decimal

from django import template

from studio.templatetags.shell import credits as credits_shown

register = template.Library()


@register.filter
def signed_credits(microcredits: int) -> str:
    """A change of a wallet: `+8.00`, `−5.00`."""
    return ("−" if microcredits < 0 else "+") + credits_shown(abs(microcredits))


@register.filter
def permille(value: int) -> str:
    """A multiplier in thousandths as people write it: `1.5`."""
    return f"{Decimal(value) / 1000:f}"


@register.filter
def milli(value: int) -> str:
    """A quantity in thousandths of its unit: `5`."""
    return permille(value)


@register.filter
def micro(value: int | None) -> str:
    """Millionths of a currency: `0.08`; an unknown amount is a dash."""
    return "–" if value is None else f"{(Decimal(value) / 1_000_000).normalize():f}"
