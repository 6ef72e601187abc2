"""Bringing a job's parameters back into the form."""

from __future__ import annotations

from typing import Any

from pipeline.create.forms import ASPECT, EXACT, TEMPLATE
from pipeline.jobs.models import Job
from pipeline.operations.create_image import ASPECTS


def initial_from(job: Job, *, with_seed: bool = True) -> dict[str, Any]:
    """The values of the Create form that make this job again.

    Args:
        with_seed: the random seed too; without it, each making is another picture.
    """
    values: dict[str, Any] = dict(job.parameters)
    for name in ("style_prompt", "style_preset"):
        values.pop(name, None)
    size = (values.get("width_px", 0), values.get("height_px", 0))
    aspects = {wanted: name for name, wanted in ASPECTS.items()}
    if values.get("template"):
        values["format"] = TEMPLATE
    elif size in aspects:
        values |= {"format": ASPECT, "aspect": aspects[size]}
    else:
        values["format"] = EXACT
    values["project"] = str(job.project.code)
    values["model"] = f"{job.offer.model.provider.code}/{job.offer.model.code}"
    if with_seed:
        values["random_seed"] = job.random_seed
    return values


def initial_from_query(query: Any) -> dict[str, Any]:
    """Values of the form given in the page's address: `?prompt=…&template=…&style=…`."""
    names = ("prompt", "negative_prompt", "style", "quality", "variations", "aspect", "random_seed")
    values: dict[str, Any] = {name: query[name] for name in names if query.get(name)}
    if "aspect" in values:
        values["format"] = ASPECT
    if template := query.get("template"):
        values |= {"format": TEMPLATE, "template": template}
    return values
