"""Who may use the addresses of the pipeline: Create, jobs, the catalogue, their API."""

from __future__ import annotations

from typing import Any

from assets.storage.store import ingest_bytes
from pipeline.jobs.claim import claim_job, this_worker
from pipeline.jobs.finish import SUCCEEDED, end_attempt, record_output
from pipeline.jobs.models import Job, JobState
from pipeline.jobs.moves import move
from pipeline.jobs.submit import JobRequest, submit_job
from pipeline.operations.catalogue import CATALOGUE
from pipeline.providers.base import Produced
from tests.assets.cast import version
from tests.assets.pictures import png
from tests.pipeline.characters import cast as characters
from tests.pipeline.comfyui import cast as comfyui
from tests.pipeline.comfyui.installs import cast as installs
from tests.pipeline.create import cast as create
from tests.pipeline.providers import cast as providers
from tests.pipeline.review import cast as review
from tests.pipeline.scenes import cast_edits, cast_pages, cast_scenes
from tests.pipeline.seeds import cast as seeds
from tests.pipeline.workflows import cast as workflows
from tests.support.access import DECLARED, Cast, Rule, declare, provide

#: Slices that declare their addresses themselves.
__all__ = [
    "cast_edits",
    "cast_pages",
    "cast_scenes",
    "characters",
    "comfyui",
    "create",
    "installs",
    "providers",
    "review",
    "seeds",
    "workflows",
]

SIGNED_IN, VIEW, CREATE = Rule.SIGNED_IN, Rule.VIEW, Rule.CREATE


def _submit(cast: Cast, **parameters: Any) -> Job:
    request = JobRequest(
        operation="create.image",
        parameters={"prompt": cast.text, "variations": 1, **parameters},
        reuse=False,
    )
    return submit_job(actor=cast.creator, project=cast.project, request=request)


@provide
def finished_job(cast: Cast) -> Job:
    """A job with one picture, made by the services that a worker calls."""
    job = _submit(cast)
    attempt = claim_job(this_worker())
    assert attempt is not None
    assert move(attempt.job, JobState.Code.RUNNING)
    picture = Produced(0, png(), "image/png", 1, 1000, 10)
    record_output(attempt, picture, ingest_bytes(picture.content, "image/png"))
    assert end_attempt(attempt, SUCCEEDED)
    job.refresh_from_db()
    return job


@provide
def queued_job(cast: Cast) -> Job:
    """A job that nobody has begun; made after the finished one, or that would be claimed."""
    cast.make(finished_job)
    return _submit(cast, random_seed=2)


def done(cast: Cast) -> dict[str, Any]:
    return {"code": cast.make(finished_job).code}


def waiting(cast: Cast) -> dict[str, Any]:
    return {"code": cast.make(queued_job).code}


def picture_of(cast: Cast) -> dict[str, Any]:
    return {"version": cast.make(finished_job).outputs.get().version.code}


def form(cast: Cast) -> dict[str, Any]:
    """What the Create page sends."""
    return {"project": str(cast.project.code), "prompt": cast.text, "variations": 1}


def body(cast: Cast) -> dict[str, Any]:
    return {
        "project": str(cast.project.code),
        "parameters": {"prompt": cast.text, "variations": 1},
    }


def take_body(cast: Cast) -> dict[str, Any]:
    return {
        "project": str(cast.project.code),
        "parameters": {"frames": 2, "width_px": 64, "height_px": 64},
        "inputs": [{"role": "start-frame", "version": str(cast.make(version).code)}],
    }


def noop_body(cast: Cast) -> dict[str, Any]:
    return {"project": str(cast.project.code), "parameters": {}}


# --- Create -------------------------------------------------------------------------------------
#: The project is a choice in the form, among those the person may create in; see test_page.
declare("pipeline:create", GET=SIGNED_IN, POST=SIGNED_IN, bodies={"POST": form})
declare("pipeline:create-estimate", POST=SIGNED_IN, bodies={"POST": form})
declare("pipeline:create-results", query=lambda cast: f"?job={done(cast)['code']}", GET=VIEW)
declare(
    "pipeline:run-results",
    lambda cast: {"code": "create.image"},
    query=lambda cast: f"?job={done(cast)['code']}",
    GET=VIEW,
)
declare("pipeline:create-recent", GET=SIGNED_IN)
declare("pipeline:create-templates", GET=SIGNED_IN)
declare("pipeline:create-recommended", GET=SIGNED_IN)
declare(
    "pipeline:create-compare",
    query=lambda cast: f"?v={picture_of(cast)['version']}&v={picture_of(cast)['version']}",
    GET=VIEW,
)
declare("pipeline:create-vary", picture_of, POST=CREATE)
declare("pipeline:create-renew", lambda cast: {"job": done(cast)["code"]}, POST=CREATE)
declare("pipeline:create-favourite", picture_of, POST=VIEW)

# --- jobs ---------------------------------------------------------------------------------------
declare("pipeline:jobs", GET=SIGNED_IN)
declare("pipeline:pulse", GET=SIGNED_IN)
declare("pipeline:tray", GET=SIGNED_IN)
declare("pipeline:running", GET=SIGNED_IN)
declare("pipeline:provenance", picture_of, GET=VIEW)
declare("pipeline:job", done, GET=VIEW)
declare("pipeline:job-cancel", waiting, POST=CREATE)
declare("pipeline:job-pause", waiting, POST=CREATE)
declare("pipeline:job-resume", waiting, POST=CREATE)
declare("pipeline:job-retry", done, POST=CREATE)
declare(
    "pipeline:job-priority",
    waiting,
    POST=CREATE,
    bodies={"POST": lambda cast: {"priority": "background"}},
)
declare("pipeline:job-again", done, POST=CREATE)
declare("pipeline:job-check", done, POST=CREATE)
declare("pipeline:operations", GET=SIGNED_IN)
declare("pipeline:operation", lambda cast: {"code": "create.image"}, GET=SIGNED_IN)

# --- API ----------------------------------------------------------------------------------------
declare("api-operations", GET=SIGNED_IN)
declare("api-operation", lambda cast: {"operation": "create.image"}, GET=SIGNED_IN)
declare("api-templates", GET=SIGNED_IN)
declare("api-styles", GET=SIGNED_IN)
declare("api-jobs", GET=SIGNED_IN)
declare("api-job", done, GET=VIEW)
declare("api-job-history", done, GET=VIEW)
declare("api-job-events", done, GET=VIEW)
declare("api-job-cancel", waiting, POST=CREATE)
declare("api-job-pause", waiting, POST=CREATE)
declare("api-job-resume", waiting, POST=CREATE)
declare("api-job-retry", done, POST=CREATE)
declare("api-job-again", done, POST=CREATE)
declare("api-job-check", done, POST=CREATE)
declare(
    "api-job-priority",
    waiting,
    POST=CREATE,
    bodies={"POST": lambda cast: {"priority": "background"}},
)
declare("api-submit-create-image", POST=CREATE, bodies={"POST": body})
declare("api-estimate-create-image", POST=CREATE, bodies={"POST": body})
declare("api-submit-transform-image_to_video", POST=CREATE, bodies={"POST": take_body})
declare("api-estimate-transform-image_to_video", POST=CREATE, bodies={"POST": take_body})
declare("api-submit-system-noop", POST=CREATE, bodies={"POST": noop_body})
declare("api-estimate-system-noop", POST=CREATE, bodies={"POST": noop_body})
#: All others are refused for this body only after it was asked whether the person may create.
for _code in CATALOGUE.keys() - {"create.image", "transform.image_to_video", "system.noop"}:
    _name = _code.replace(".", "-")
    if f"api-submit-{_name}" in DECLARED:
        continue  # by the slice that uses it
    declare(f"api-submit-{_name}", POST=CREATE, bodies={"POST": noop_body})
    declare(f"api-estimate-{_name}", POST=CREATE, bodies={"POST": noop_body})
