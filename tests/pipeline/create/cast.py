"""Who may use the page that runs any operation, and the structured prompt editor."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from pipeline.imaging.structured import StructuredPrompt, to_document, to_text
from pipeline.jobs.models import Job
from pipeline.jobs.submit import JobRequest, submit_job
from pipeline.operations import offers
from tests.assets.cast import version
from tests.support.access import Cast, Rule, declare, provide


def operation(cast: Cast) -> dict[str, Any]:
    return {"code": "seed.crop"}


def role(cast: Cast) -> dict[str, Any]:
    return {"code": "seed.crop", "role": "base"}


def picture(cast: Cast) -> dict[str, Any]:
    return {"version": cast.make(version).code}


def form(cast: Cast) -> dict[str, Any]:
    """What the page sends."""
    return {
        "project": str(cast.project.code),
        "input.base": str(cast.make(version).code),
        "offer": "local/crop",
        "left_px": 0,
        "top_px": 0,
        "width_px": 8,
        "height_px": 8,
    }


#: The project is a choice in the form, among those the person may create in; see test_run.
declare("pipeline:run", operation, GET=Rule.SIGNED_IN, POST=Rule.SIGNED_IN, bodies={"POST": form})
declare("pipeline:run-estimate", operation, POST=Rule.SIGNED_IN, bodies={"POST": form})
declare("pipeline:run-slot", role, GET=Rule.SIGNED_IN)
declare(
    "pipeline:run-choose",
    role,
    query=lambda cast: f"?project={cast.project.code}",
    GET=Rule.VIEW,
)
declare("pipeline:send-to", picture, GET=Rule.VIEW)


def document(cast: Cast) -> dict[str, Any]:
    """What the structured prompt editor sends."""
    return {
        "project": str(cast.project.code),
        "way": "words",
        "words": "a boat",
        "edited": "raw",
        "document": to_text(to_document(StructuredPrompt("a boat"))),
        "model": "local/sketch",
    }


@provide
def described(cast: Cast) -> Job:
    """A job that makes a document; nobody has begun it."""
    with patch.object(offers, "USABLE", []):
        request = JobRequest(operation="prompt.structure", parameters={"prompt": "a boat"})
        return submit_job(actor=cast.creator, project=cast.project, request=request)


#: The project is a choice in the form, among those the person may create in; see test_structured.
declare("pipeline:structured", GET=Rule.SIGNED_IN, POST=Rule.SIGNED_IN, bodies={"POST": document})
for name in ("check", "ask", "make"):
    declare(f"pipeline:structured-{name}", POST=Rule.SIGNED_IN, bodies={"POST": document})
declare("pipeline:structured-light", POST=Rule.SIGNED_IN)
declare(
    "pipeline:structured-proposal",
    lambda cast: {"job": cast.make(described).code},
    POST=Rule.VIEW,
    bodies={"POST": document},
)
