"""A server to speak to, an instance that is registered there, and a job that runs on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from pipeline.comfyui import heartbeat
from pipeline.comfyui.models import Instance
from pipeline.comfyui.services import register_instance
from pipeline.jobs.models import Attempt, JobState, ProviderRequest, Worker
from pipeline.jobs.moves import move
from pipeline.jobs.submit import JobRequest, submit_job
from studio.core.models import Project, User
from tests.pipeline.comfyui.fake import Fake
from tests.standins.server import Served, serve


@pytest.fixture(autouse=True)
def _forget_pauses() -> None:
    heartbeat._not_before.clear()


@pytest.fixture
def fake() -> Fake:
    return Fake()


@pytest.fixture
def served(fake: Fake) -> Iterator[Served]:
    with serve(fake.app) as server:
        yield server
    assert not server.errors


@pytest.fixture
def instance(admin: User, served: Served) -> Instance:
    """Registered, and not asked yet."""
    return register_instance(
        actor=admin, name="render-1", url=served.url, tags=["24gb"], capacity=3
    )


RunOn = Callable[[Worker, str], Attempt]


@pytest.fixture
def run_on(creator: User, project: Project) -> RunOn:
    """A job with an open attempt on a worker, which has sent a prompt with this id."""

    def run(worker: Worker, prompt_id: str) -> Attempt:
        job = submit_job(
            actor=creator,
            project=project,
            request=JobRequest(
                operation="create.image",
                parameters={"prompt": f"a lighthouse, {prompt_id}", "variations": 1},
                reuse=False,
            ),
        )
        assert move(job, JobState.Code.DISPATCHED)
        attempt = Attempt.objects.create(job=job, number=1, worker=worker, process_id=1)
        assert move(job, JobState.Code.RUNNING)
        ProviderRequest.objects.create(attempt=attempt, position=0, request_id=prompt_id)
        return attempt

    return run
