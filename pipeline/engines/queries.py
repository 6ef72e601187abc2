"""How offers have done lately: shares of success and times, from the attempts of jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Q
from django.utils import timezone

from pipeline.jobs.models import Attempt, AttemptOutcome, ErrorClass
from pipeline.providers.models import Provider

HEALTH_DAYS = 7
#: Failures that say nothing of the provider: the request was not one it takes, or may take.
NOT_ITS_FAULT = (ErrorClass.Code.INPUT, ErrorClass.Code.POLICY)


class Median(Aggregate):
    """The middle value, as PostgreSQL finds it."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(frozen=True)
class Health:
    """Attempts of the last days at one offer that succeeded or failed by the provider's fault.

    `median_ms` is the middle length of those that succeeded; None when none did.
    """

    attempts: int
    succeeded: int
    median_ms: int | None

    @property
    def percent(self) -> int:
        """Share of success, 0–100."""
        return round(100 * self.succeeded / self.attempts)

    @property
    def level(self) -> str:
        """How that is to be judged: good, fair or poor."""
        return "good" if self.percent >= 95 else "fair" if self.percent >= 75 else "poor"


Key = tuple[str, str, str]


def health_by_offer() -> dict[Key, Health]:
    """Health by (operation, provider, model); offers that nobody used are not in it. One query."""
    good = Q(outcome_id=AttemptOutcome.Code.SUCCEEDED)
    bad = Q(outcome_id__in=[AttemptOutcome.Code.FAILED, AttemptOutcome.Code.LOST]) & ~Q(
        error_class_id__in=[code.value for code in NOT_ITS_FAULT]
    )
    length = ExpressionWrapper(F("ended_at") - F("started_at"), output_field=DurationField())
    rows: Any = (
        Attempt.objects.filter(good | bad)
        .filter(ended_at__gte=timezone.now() - timedelta(days=HEALTH_DAYS))
        .values("job__offer__operation__code", "job__offer__model__provider_id")
        .annotate(
            model=F("job__offer__model__code"),
            attempts=Count("pk"),
            succeeded=Count("pk", filter=good),
            median=Median(length, filter=good, output_field=DurationField()),
        )
    )
    return {
        (
            row["job__offer__operation__code"],
            Provider.Code(row["job__offer__model__provider_id"]).code,
            row["model"],
        ): Health(
            row["attempts"],
            row["succeeded"],
            None if row["median"] is None else round(row["median"].total_seconds() * 1000),
        )
        for row in rows
    }
