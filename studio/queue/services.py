"""Keeping the queue's tables small."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django_q.models import Failure, OrmQ

from studio.ops.sweeper import every

FAILURES_KEPT = 1000
FAILURES_DAYS = 30
#: Far beyond the longest `retry`: such a row is claimed by nobody any more.
ABANDONED_DAYS = 7


@every(seconds=600)
def prune_failures() -> int:
    """Delete records of failed tasks beyond the last thousand or older than 30 days.

    django-q2 bounds only its successes (of which we keep none).

    Returns:
        How many were deleted.
    """
    old = Failure.objects.filter(stopped__lt=timezone.now() - timedelta(days=FAILURES_DAYS))
    deleted: int = old.delete()[0]
    beyond = Failure.objects.order_by("-stopped").values_list("stopped", flat=True)
    limit = beyond[FAILURES_KEPT : FAILURES_KEPT + 1].first()
    if limit is not None:
        deleted += Failure.objects.filter(stopped__lte=limit).delete()[0]
    return deleted


@every(seconds=3600)
def prune_abandoned() -> int:
    """Delete tasks of queues that no cluster has served for a week; returns how many.

    A task is a hint, so nothing is lost: the sweeper finds the work itself.
    """
    limit = timezone.now() - timedelta(days=ABANDONED_DAYS)
    deleted: int = OrmQ.objects.filter(lock__lt=limit).delete()[0]
    return deleted
