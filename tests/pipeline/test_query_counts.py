"""Lists of jobs and of the catalogue cost the same whatever their length."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings

from assets.storage.store import ingest_bytes
from pipeline.jobs.claim import claim_job, this_worker
from pipeline.jobs.finish import SUCCEEDED, end_attempt, record_output
from pipeline.jobs.models import Job, JobState
from pipeline.jobs.moves import move
from pipeline.jobs.submit import JobRequest, submit_job
from pipeline.providers.base import Produced
from studio.core.models import Project, User
from tests.assets.pictures import png
from tests.support.clients import signed_in
from tests.support.query_counts import assert_recorded_queries

pytestmark = pytest.mark.django_db
Grow = Callable[[int], None]


@pytest.fixture(autouse=True)
def _room_for_many(settings: Any) -> None:
    """The number of jobs under way is another test's business."""
    for name in dir(django_settings):
        if name.startswith("PROJECT_") and name.endswith("_JOBS"):
            setattr(settings, name, 1000)


@pytest.fixture
def more_jobs(creator: User, project: Project) -> Grow:
    """Jobs with one picture each; the last one of each growth waits."""

    def grow(rows: int) -> None:
        for number in range(Job.objects.count(), rows):
            request = JobRequest(
                operation="create.image",
                parameters={"prompt": "a lighthouse", "variations": 1, "random_seed": number},
                reuse=False,
            )
            submit_job(actor=creator, project=project, request=request)
            if number % 2 == 0:
                finish(number)

    return grow


def finish(number: int) -> None:
    """Do what a worker does with the next job."""
    attempt = claim_job(this_worker())
    assert attempt is not None
    assert move(attempt.job, JobState.Code.RUNNING)
    content = png(64 + number, 64)
    picture = Produced(0, content, "image/png", number, 1000, 10)
    record_output(attempt, picture, ingest_bytes(content, "image/png"))
    assert end_attempt(attempt, SUCCEEDED)


LISTS = [
    ("pipeline/jobs", "/jobs/"),
    ("pipeline/jobs of a project", "/jobs/?project={project}"),
    ("pipeline/tray", "/jobs/tray/"),
    ("pipeline/pulse", "/jobs/pulse/"),
    ("pipeline/create", "/create/"),
    ("pipeline/create, recent", "/create/recent/"),
    ("api/jobs", "/api/v1/jobs/"),
    ("admin/jobs", "/admin/pipeline/job/"),
]


@pytest.mark.parametrize(("name", "path"), LISTS, ids=[name for name, _ in LISTS])
def test_lists_of_jobs(
    name: str, path: str, creator: User, admin: User, project: Project, more_jobs: Grow
) -> None:
    client = signed_in(admin if path.startswith("/admin/") else creator)
    assert_recorded_queries(name, lambda: client.get(path.format(project=project.code)), more_jobs)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("pipeline/operations", "/operations/"),
        ("pipeline/templates", "/create/templates/"),
        ("api/operations", "/api/v1/operations/"),
        ("api/templates", "/api/v1/templates/"),
        ("api/styles", "/api/v1/styles/"),
    ],
)
def test_the_catalogue(name: str, path: str, creator: User) -> None:
    """Its rows come with the code: as many as there are, in a number of queries on record."""
    client = signed_in(creator)
    assert_recorded_queries(name, lambda: client.get(path), lambda rows: None)
