"""How a version came to be: the job behind it, its recipe, its inputs, its cost."""

from __future__ import annotations

from typing import Any

from assets.models import Version
from pipeline.jobs.models import Attempt, Job, JobOutput
from pipeline.jobs.page import inputs_of, load_job, parameters_of, pretty, recall_url
from pipeline.jobs.shown import ShownJob, show_jobs


def provenance_context(user: Any, version: Version) -> dict[str, Any] | None:
    """What the provenance of a version shows, or None when no job made it."""
    output = maker_of(version)
    if output is None:
        return None
    shown: ShownJob = show_jobs(user, [load_job(user, output.job.code)])[0]
    attempt = _attempt_of(shown.job, output)
    return {
        "version": version,
        "shown": shown,
        "output": output,
        "attempt": attempt,
        "parameters": parameters_of(shown.job),
        "inputs": inputs_of(shown.job),
        "recipe": shown.job.recipe,
        "recipe_text": pretty(shown.job.recipe.document),
        "environment_text": (
            pretty(attempt.environment.document) if attempt and attempt.environment else ""
        ),
        "recall_url": recall_url(shown.job),
    }


def maker_of(version: Version) -> JobOutput | None:
    """The output as which a version was made, not one that hands it out again. One query.

    A job and its files belong to the same project: who sees the one sees the other.
    """
    outputs = JobOutput.objects.filter(version=version).select_related(
        "job__project", "job__offer__operation", "job__offer__model__provider"
    )
    return outputs.order_by("id").first()


def _attempt_of(job: Job, output: JobOutput) -> Attempt | None:
    """The attempt during which an output was delivered."""
    attempts = sorted(job.attempts.all(), key=lambda attempt: attempt.number)
    before = [a for a in attempts if a.started_at <= output.created_at]
    return next(reversed(before or attempts), None)
