"""What the tests of the pages share: signed-in browsers' requests, and small pictures made here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client

from pipeline.imaging.sketch import SketchSpec
from pipeline.jobs.claim import claim_job, this_worker
from pipeline.jobs.models import Job
from pipeline.jobs.run import AttemptRun
from pipeline.jobs.submit import JobRequest, submit_job
from studio.core.models import Project, User

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }


@pytest.fixture(autouse=True)
def _quick_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain pictures instead of sketches; no heartbeat, whose connection sees no test's rows."""

    def plain(spec: SketchSpec, **_: Any) -> np.ndarray:
        colour = np.random.default_rng(spec.random_seed).integers(0, 255, 3, np.uint8)
        return np.tile(colour, (spec.height_px, spec.width_px, 1))

    monkeypatch.setattr("pipeline.imaging.sketch.compose", plain)
    monkeypatch.setattr(AttemptRun, "_heartbeat", lambda self: None)


@pytest.fixture
def web() -> Callable[[User], Client]:
    """A client that is signed in as somebody."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def run_all() -> None:
    """Claim and run jobs here until none is ready."""
    while (attempt := claim_job(this_worker())) is not None:
        AttemptRun(attempt).run()


@pytest.fixture
def make(creator: User, project: Project) -> Callable[..., Job]:
    """Make small pictures: `make(prompt="a boat", variations=2)`; `run=False` leaves it queued."""

    def make_pictures(*, run: bool = True, reuse: bool = False, **parameters: Any) -> Job:
        values = {"prompt": "a boat", "width_px": 64, "height_px": 96, "variations": 1}
        values |= {"quality": "draft", **parameters}
        request = JobRequest(operation="create.image", parameters=values, reuse=reuse)
        job = submit_job(actor=creator, project=project, request=request)
        if run:
            run_all()
        return Job.objects.get(pk=job.pk)

    return make_pictures
