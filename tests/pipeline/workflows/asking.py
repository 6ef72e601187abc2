"""Jobs for bound workflows: asked for, begun, ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assets.library.services import add_asset
from assets.models import Origin, RetentionClass, Version
from assets.storage.store import ingest_bytes
from pipeline.comfyui.models import Instance
from pipeline.jobs.models import Attempt, Job, JobState
from pipeline.jobs.moves import move
from pipeline.jobs.submit import JobRequest, submit_job
from pipeline.providers.base import InputFile, RunRequest
from pipeline.workflows.binding import bind_workflow
from studio.core.models import Project, User
from tests.pipeline.workflows.conftest import (
    AddInstance,
    production,
)

SDXL = "sdxl-text-to-image"
Submit = Callable[..., Job]


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    storage = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "files"},
    }
    settings.STORAGES = {**settings.STORAGES, "default": storage}


@pytest.fixture
def submit(creator: User, project: Project) -> Submit:
    """Ask for pictures by the bound SDXL workflow."""

    def ask(model: str = SDXL, **fields: Any) -> Job:
        fields.setdefault("parameters", {"prompt": "a fox", "variations": 1})
        fields.setdefault("operation", "create.image")
        request = JobRequest(provider="comfyui", model=model, reuse=False, **fields)
        return submit_job(actor=creator, project=project, request=request)

    return ask


@pytest.fixture
def bound(admin: User, add_instance: AddInstance) -> Instance:
    """One instance, and SDXL in production for pictures."""
    instance = add_instance()
    bind_workflow(actor=admin, workflow=production(admin, SDXL), operation="create.image")
    return instance


def picture(creator: User, project: Project, shade: int = 0) -> Version:
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (16, 16), (shade, 0, 0)).save(out, "PNG")
    return add_asset(
        actor=creator,
        project=project,
        title="Portrait",
        origin=Origin.Code.UPLOAD,
        retention_class=RetentionClass.Code.SOURCE,
        blob=ingest_bytes(out.getvalue(), "image/png"),
    )


def start(job: Job, instance: Instance) -> Attempt:
    assert move(job, JobState.Code.DISPATCHED)
    attempt = Attempt.objects.create(job=job, number=1, worker=instance.worker, process_id=1)
    assert move(job, JobState.Code.RUNNING)
    return attempt


def request_of(job: Job, *inputs: InputFile) -> RunRequest:
    return RunRequest(
        job.offer.operation.code,
        job.offer.model.code,
        job.parameters,
        job.random_seed,
        range(job.outputs_expected),
        inputs,
    )


def run(**fields: Any) -> dict[str, Any]:
    parameters = {"workflow": SDXL, "values": {"prompt": "a fox"}, **fields}
    return {"operation": "comfyui.run", "model": "", "parameters": parameters}
