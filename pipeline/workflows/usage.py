"""Who uses a workflow: operations, jobs, and what slices above add."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max

from pipeline.jobs.models import Job
from pipeline.operations.models import Offer
from pipeline.providers.models import Provider
from pipeline.workflows.binding import DEFAULT_SKU
from pipeline.workflows.models import Workflow

#: Of the jobs that run any workflow, so many are looked at.
MOST_RUNS = 500


@dataclass(frozen=True)
class Use:
    """Something that uses a workflow.

    Args:
        kind: in a word: “Operation”, “Scene type”.
        url: where it is shown; empty: nowhere.
        count: how often it has.
    """

    kind: str
    label: str
    url: str = ""
    count: int = 0
    last_at: datetime | None = None


#: What slices above know: a user sees only what that user may.
USERS: list[Callable[[Workflow, Any], Iterable[Use]]] = []


def uses_of(workflow: Workflow, user: Any) -> list[Use]:
    """Who uses a workflow, as far as `user` may see. Two queries and those of the slices above."""
    jobs = Job.objects.visible_to(user).filter(offer__in=offers_of(workflow))
    counted = (
        jobs.order_by()
        .values_list("offer__operation__code", "offer__operation__title")
        .annotate(jobs=Count("pk"), last=Max("created_at"))
    )
    found = {
        code: Use("Operation", title, count=count, last_at=last)
        for code, title, count, last in counted
    }
    for code, title in workflow.bindings.values_list("operation__code", "operation__title"):
        found.setdefault(code, Use("Operation", title))
    uses = [found[code] for code in sorted(found)]
    for users in USERS:
        uses += users(workflow, user)
    return uses


def recent_jobs(workflow: Workflow, user: Any, limit: int = 20) -> list[Job]:
    """The last jobs that ran a workflow, newest first, of those that `user` may see. Two queries.

    Which workflow a “Run a workflow” ran is in its parameters, which are no column to search by: so
    the last ones of all are looked at.
    """
    visible = Job.objects.visible_to(user).select_related("state", "project", "offer__operation")
    served = list(visible.filter(offer__in=offers_of(workflow)).order_by("-pk")[:limit])
    runs = visible.filter(offer__sku__code=DEFAULT_SKU).order_by("-pk")[:MOST_RUNS]
    served += [job for job in runs if job.parameters.get("workflow") == workflow.slug]
    return sorted(served, key=lambda job: -job.pk)[:limit]


def offers_of(workflow: Workflow) -> Any:
    """The offers by which a workflow serves operations, or did."""
    return Offer.objects.filter(
        model__provider_id=Provider.Code.COMFYUI.value, model__code=workflow.slug
    )
