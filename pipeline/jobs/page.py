"""What the page of one job shows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.urls import reverse

from assets.models import Version
from billing.models import Hold
from billing.prices.quotes import explain
from pipeline.jobs.matching import explain_wait
from pipeline.jobs.models import (
    DerivationKind,
    Job,
    JobDependency,
    JobDerivation,
    JobEvent,
    JobInput,
)
from pipeline.jobs.queries import Comparison, compare_outputs, for_list
from pipeline.jobs.shown import ShownFile, ShownJob, show_file, show_jobs
from pipeline.operations.catalogue import CATALOGUE


@dataclass(frozen=True)
class Parameter:
    """One line of the table of parameters."""

    title: str
    name: str
    value: str
    unit: str
    is_default: bool


@dataclass(frozen=True)
class ShownInput:
    """One file that went in."""

    role: str
    file: ShownFile
    sha256: str


@dataclass(frozen=True)
class ShownComparison:
    """One output beside the one it repeats."""

    number: int
    ours: ShownFile | None
    theirs: ShownFile | None
    tier: str
    distance_bits: int | None

    @property
    def tone(self) -> str:
        """The colour word of the outcome."""
        tones = {"identical file": "success", "identical pixels": "success", "near": "warning"}
        return tones.get(self.tier, "danger")


def load_job(user: Any, code: UUID) -> Job:
    """A job with all that its page shows.

    Raises:
        NotFound: there is none for this person.
    """
    jobs: Any = for_list(Job.objects.select_related("recipe", "price__unit", "price__sku"))
    jobs = jobs.prefetch_related("attempts__environment", "price__factors")
    found: Job = jobs.get_visible(user, code=code)
    return found


def job_context(user: Any, shown: ShownJob) -> dict[str, Any]:
    """Everything on the page of a job besides the job itself."""
    job = shown.job
    source = source_of(user, job)
    return {
        "shown": shown,
        "history": list(_history(job)),
        "attempts": sorted(job.attempts.all(), key=lambda a: -a.number),
        "parameters": parameters_of(job),
        "inputs": inputs_of(job),
        "needs": list(_needs(job)),
        "source": source,
        "derived": list(_derived(user, job)),
        "wait": explain_wait(job),
        "selection": getattr(job, "selection", None),
        "comparisons": comparisons_of(job, source),
        "recipe_text": pretty(job.recipe.document),
        "price": price_of(job),
        "held_microcredits": held_in_all(job),
        "recall_url": recall_url(job),
    }


def recall_url(job: Job) -> str:
    """The page with all that this job was asked for filled in; empty for the studio's own steps."""
    spec = CATALOGUE.get(job.offer.operation.code)
    if spec is None or not spec.is_listed:
        return ""
    if spec.code == "create.image":
        return f"{reverse('pipeline:create')}?job={job.code}"
    return f"{reverse('pipeline:run', args=[spec.code])}?job={job.code}"


def show_job(user: Any, code: UUID) -> ShownJob:
    """A job as its page shows it.

    Raises:
        NotFound: there is none for this person.
    """
    return show_jobs(user, [load_job(user, code)])[0]


def parameters_of(job: Job) -> list[Parameter]:
    """The parameters in the order of the declaration, then what it no longer declares."""
    spec = CATALOGUE.get(job.offer.operation.code)
    declared = spec.parameters.model_fields if spec else {}
    found = []
    for name, field in declared.items():
        if name not in job.parameters:
            continue
        extra: Any = field.json_schema_extra or {}
        value = job.parameters[name]
        default = None if field.is_required() else field.default
        title = field.title or name
        found.append(Parameter(title, name, _text(value), extra.get("unit", ""), value == default))
    rest = [name for name in job.parameters if name not in declared]
    return found + [Parameter(n, n, _text(job.parameters[n]), "", False) for n in rest]


def inputs_of(job: Job) -> list[ShownInput]:
    """The files that went in. One query and one for the files."""
    rows = JobInput.objects.filter(job=job).select_related("role").order_by("role", "position")
    rows = rows.prefetch_related(Prefetch("version", Version.objects.for_detail()))
    return [ShownInput(r.role.label, show_file(r.version), r.version.blob.sha256) for r in rows]


def source_of(user: Any, job: Job) -> JobDerivation | None:
    """The job that this one came from, if this person may see it."""
    found = JobDerivation.objects.filter(job=job).select_related("source__project", "kind").first()
    visible = found and Job.objects.visible_to(user).filter(pk=found.source_id).exists()
    return found if visible else None


def comparisons_of(job: Job, derivation: JobDerivation | None) -> list[ShownComparison]:
    """For a repeat that has ended: each output beside the one it repeats. Two queries."""
    repeats = (DerivationKind.Code.DETERMINISM_CHECK, DerivationKind.Code.MAKE_AGAIN)
    if derivation is None or derivation.kind_id not in repeats or not job.is_final:
        return []
    return [_shown_comparison(item) for item in compare_outputs(job, derivation.source)]


def _shown_comparison(item: Comparison) -> ShownComparison:
    return ShownComparison(
        number=item.position + 1,
        ours=show_file(item.ours) if item.ours else None,
        theirs=show_file(item.theirs) if item.theirs else None,
        tier=item.tier,
        distance_bits=item.distance_bits,
    )


def held_in_all(job: Job) -> int:
    """Microcredits that were ever set aside for the job. One query."""
    return sum(Hold.objects.filter(job_hold__job=job).values_list("amount_microcredits", flat=True))


def price_of(job: Job) -> str:
    """The price that the job was quoted, in words. No query."""
    return explain(job.price, 1000, job.parameters).removeprefix("1 × ")


def pretty(document: Any) -> str:
    """A document as people read it."""
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True)


def _history(job: Job) -> Any:
    return JobEvent.objects.filter(job=job).select_related("kind", "state").order_by("-number")


def _needs(job: Job) -> Any:
    return JobDependency.objects.filter(job=job).select_related("needs__state").order_by("id")


def _derived(user: Any, job: Job) -> Any:
    visible = Job.objects.visible_to(user)
    rows = JobDerivation.objects.filter(source=job, job__in=visible)
    return rows.select_related("job__state", "job__offer__model", "kind").order_by("-id")[:20]


def _text(value: Any) -> str:
    if value is None:  # left to the model: a row would only say so
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list):
        return pretty(value)
    return str(value)
