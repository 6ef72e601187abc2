"""Checks of the engine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection
from django.db.models.functions import Now

from pipeline.jobs.bridge import APPLICATION_NAME
from pipeline.jobs.models import Job, JobState
from pipeline.providers.models import Provider
from studio.ops.doctor import Finding, register

_LONG = timedelta(hours=1)


@register("bridge")
def check_bridge() -> Iterator[Finding]:
    """A bridge runs, and no remote job waits for long without knowing why."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = %s",
            [APPLICATION_NAME],
        )
        (running,) = cursor.fetchone()
    waiting = Job.objects.filter(state_id=JobState.Code.QUEUED).exclude(
        offer__model__provider_id=Provider.Code.LOCAL.value
    )
    count = waiting.count()
    if not running:
        yield Finding(
            f"No bridge runs now; {count:,} jobs of ComfyUI and of paid providers wait for one.",
            remedy="Start the studio with `up`, or `manage.py bridge`.",
            is_problem=count > 0,
        )
    late = waiting.filter(created_at__lt=Now() - _LONG).count()
    if running and late:
        yield Finding(
            f"{late:,} remote jobs have waited for more than an hour.",
            remedy="The page of each says what it waits for.",
            is_problem=False,
        )
