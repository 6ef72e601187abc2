"""Ways from other slices to jobs: from the feed, from assets, from a wallet's statement."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.urls import reverse

from assets.library import panels
from billing.ledger.links import Link, register_resolver
from pipeline.jobs.models import JobHold
from studio.live.links import register

register("job.", "pipeline:job", icon="list-checks")
panels.register("Provenance", "pipeline:provenance", icon="workflow", order=10)


@register_resolver
def jobs_of_holds(hold_ids: Collection[int]) -> Mapping[int, Link]:
    """The jobs that holds paid for. One query."""
    rows = JobHold.objects.filter(hold_id__in=hold_ids).values_list(
        "hold_id", "job__code", "job__title", "job__offer__operation__title"
    )
    return {
        hold_id: Link(url=reverse("pipeline:job", args=[code]), label=title or operation)
        for hold_id, code, title, operation in rows
    }
