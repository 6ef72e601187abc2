"""Tags for jobs: `{% load jobs %}`."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pipeline.jobs import queries, rights
from pipeline.jobs.matching import explain_wait
from pipeline.jobs.models import Job
from pipeline.providers.models import Provider
from studio.templatetags.shell import duration_ms

register = template.Library()


register.filter("detail_for", lambda attempt, user: rights.detail_for(user, attempt))
register.filter("stand_in_for", lambda job, user: queries.stand_in_for(user, job))


@register.filter
def away_wait(job: Job) -> str:
    """Why a job that is queued for somebody else than this machine does not run yet; or empty."""
    return explain_wait(job) if job.offer.model.provider_id != Provider.Code.LOCAL.value else ""


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
