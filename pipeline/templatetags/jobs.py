"""Tags for jobs: `{% load jobs %}`."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pipeline.jobs import rights
from studio.templatetags.shell import duration_ms

register = template.Library()


register.filter("detail_for", lambda attempt, user: rights.detail_for(user, attempt))


@register.simple_tag
def elapsed(since: datetime | None) -> SafeString:
    """How long something has been going on; the page counts on."""
    if since is None:
        return SafeString("")
    so_far = round((timezone.now() - since).total_seconds() * 1000)
    return format_html(
        '<elapsed-time datetime="{}">{}</elapsed-time>',
        since.isoformat(timespec="milliseconds"),
        duration_ms(max(0, so_far)),
    )
