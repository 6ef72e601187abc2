"""A bound workflow runs over real HTTP and sockets, on the instance that still has half of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.comfyui.models import CachedPrefix, Instance
from pipeline.comfyui.services import refresh_instance, register_instance
from pipeline.imaging.seeds import variant_seed
from pipeline.jobs.bridge import bridge_worker
from pipeline.jobs.claim import claim_remote_job
from pipeline.jobs.models import Job, JobState
from pipeline.jobs.run import AttemptRun
from pipeline.jobs.submit import JobRequest, submit_job
from pipeline.workflows.binding import bind_workflow
from studio.core.models import Project, User
from tests.pipeline.workflows.conftest import production
from tests.standins.comfyui import ComfyStandIn

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def servers() -> Iterator[list[ComfyStandIn]]:
    with ComfyStandIn() as one, ComfyStandIn() as two:
        yield [one, two]


def run_next() -> Job:
    attempt = claim_remote_job(bridge_worker()).attempt
    assert attempt is not None
    AttemptRun(attempt).run()
    return Job.objects.get(pk=attempt.job_id)


def test_a_picture_by_a_bound_workflow(
    admin: User, creator: User, project: Project, servers: list[ComfyStandIn]
) -> None:
    for number, server in enumerate(servers, 1):
        instance = register_instance(actor=admin, name=f"render-{number}", url=server.url)
        refresh_instance(actor=admin, instance=instance)
    workflow = production(admin, "sdxl-text-to-image")
    bind_workflow(actor=admin, workflow=workflow, operation="create.image")

    def ask(random_seed: int) -> Job:
        request = JobRequest(
            operation="create.image",
            provider="comfyui",
            model=workflow.slug,
            parameters={
                "prompt": "a lighthouse",
                "width_px": 250,
                "height_px": 130,
                "steps": 2,
                "variations": 1,
                "random_seed": random_seed,
            },
            reuse=False,
        )
        submit_job(actor=creator, project=project, request=request)
        return run_next()

    first = ask(5)
    attempt = first.attempts.get()
    assert first.state_id == JobState.Code.SUCCEEDED, attempt.message + attempt.detail
    output = first.outputs.get()
    image = output.version.blob.image
    assert (image.width_px, image.height_px) == (250, 130), "exactly what was asked for"
    sent = servers[0].prompts[0].graph
    assert sent["5"]["inputs"]["seed"] == variant_seed(5, 0) % 2**53
    assert sent["4"]["inputs"]["width"] == 256
    assert output.notes["nodes_cached"] == 0 and output.notes["nodes_run"] == 8
    kept = CachedPrefix.objects.filter(instance__worker__name="render-1")
    assert kept.count() == 7

    second = ask(6)
    assert second.attempts.get().worker == Instance.objects.get(url=servers[0].url).worker
    # checkpoint, both prompts, empty latent: another seed begins at the sampler
    assert second.outputs.get().notes["nodes_cached"] == 4
    assert servers[1].prompts == []
