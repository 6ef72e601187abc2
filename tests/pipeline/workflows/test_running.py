"""Graphs as they are sent, what servers keep of them afterwards, and who uses a workflow."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.comfyui.models import Instance
from pipeline.imaging.seeds import variant_seed
from pipeline.jobs.models import Attempt, AttemptOutcome, Job, JobState
from pipeline.jobs.moves import move
from pipeline.providers.base import ProviderError
from pipeline.workflows.binding import bind_workflow
from pipeline.workflows.models import Workflow
from pipeline.workflows.orders import file_hashes, order_of
from pipeline.workflows.running import remember_prefixes, target_for
from pipeline.workflows.usage import recent_jobs, uses_of
from studio.core.errors import DomainError
from studio.core.models import Project, User
from tests.pipeline.workflows.asking import (
    SDXL,
    Submit,
    picture,
    request_of,
    run,
    start,
)
from tests.pipeline.workflows.conftest import (
    AddInstance,
    production,
)

pytestmark = pytest.mark.django_db


# --- how it is sent -----------------------------------------------------------------------------


def test_each_output_has_a_graph_with_its_own_seed(submit: Submit, bound: Instance) -> None:
    bound.rate_permille = 500
    bound.save()
    job = submit(
        parameters={
            "prompt": "a fox",
            "style": "",
            "negative_prompt": "blur",
            "width_px": 500,
            "height_px": 300,
            "guidance": 5.5,
            "steps": 12,
            "variations": 3,
        }
    )
    target = target_for(start(job, bound), request_of(job))
    assert (target.url, target.gpu_milli, target.output_node) == (bound.url, 500, "8")
    assert list(target.graphs) == [0, 1, 2]
    for position, graph in target.graphs.items():
        sampler = graph["5"]["inputs"]
        assert sampler["seed"] == variant_seed(job.random_seed, position) % 2**53
        assert (sampler["steps"], sampler["cfg"]) == (12, 5.5)
        assert graph["3"]["inputs"]["text"] == "blur"
        assert graph["4"]["inputs"]["width"] == 504 and graph["7"]["inputs"]["width"] == 500
    assert json.dumps(target.graphs[0])


def test_anchor_seed_frames_and_end_frame_arrive(
    admin: User, submit: Submit, bound: Instance, creator: User, project: Project
) -> None:
    for slug in ("wan-image-to-video", "wan-first-last-frame"):
        bind_workflow(
            actor=admin, workflow=production(admin, slug), operation="transform.image_to_video"
        )
    shades = [picture(creator, project, shade).code for shade in (1, 2)]
    parameters = {
        "prompt": "she turns",
        "frames": 40,
        "fps_num": 24,
        "width_px": 640,
        "height_px": 360,
        "anchor_weight": 0.7,
        "random_seed": 99,
    }
    anchored = submit(
        "wan-image-to-video",
        operation="transform.image_to_video",
        parameters=parameters,
        inputs=[("start-frame", shades[0]), ("reference", shades[1])],
    )
    graph = target_for(start(anchored, bound), request_of(anchored)).graphs[0]
    assert graph["10"]["inputs"]["blend_factor"] == 0.7
    assert graph["9"]["inputs"]["image"] == "input:reference:0"
    assert graph["20"]["inputs"]["seed"] == variant_seed(99, 0) % 2**53
    assert graph["15"]["inputs"]["length"] == 41 and graph["22"]["inputs"]["length"] == 40
    ended = submit(
        "wan-first-last-frame",
        operation="transform.image_to_video",
        parameters=parameters,
        inputs=[("start-frame", shades[0]), ("end-frame", shades[1])],
    )
    graph = target_for(start(ended, bound), request_of(ended)).graphs[0]
    assert graph["9"]["inputs"]["image"] == "input:end-frame:0"
    hashes = file_hashes(ended)
    assert set(hashes) == {"input:start-frame:0", "input:end-frame:0"}
    assert len(set(hashes.values())) == 2


def test_attempts_on_instances_that_went_away(submit: Submit, bound: Instance) -> None:
    job = submit()
    attempt = start(job, bound)
    Instance.objects.update(retired_at=bound.worker.created_at)
    with pytest.raises(ProviderError, match="no longer registered"):
        target_for(attempt, request_of(job))


# --- what is kept afterwards --------------------------------------------------------------------


def finish(job: Job, instance: Instance) -> None:
    attempt = start(job, instance)
    Attempt.objects.filter(pk=attempt.pk).update(
        ended_at=attempt.started_at, outcome_id=AttemptOutcome.Code.SUCCEEDED
    )
    assert move(job, JobState.Code.SUCCEEDED)


def test_what_a_server_keeps_is_its_last_graph(submit: Submit, bound: Instance) -> None:
    finish(submit(), bound)
    first = set(bound.prefixes.values_list("sha256", flat=True))
    assert len(first) == 7, "all but the node that writes the file"
    finish(submit(parameters={"prompt": "a wolf", "variations": 1}), bound)
    second = set(bound.prefixes.values_list("sha256", flat=True))
    assert len(second) == 7
    assert len(first & second) == 3, "checkpoint, negative prompt and empty latent"


def test_a_larger_cache_keeps_more_and_none_keeps_nothing(
    admin: User, submit: Submit, add_instance: AddInstance
) -> None:
    large = add_instance("large", system={"argv": ["main.py", "--cache-lru", "50"]})
    none = add_instance("none", system={"argv": ["main.py", "--cache-none"]})
    bind_workflow(actor=admin, workflow=production(admin, SDXL), operation="create.image")
    for prompt in ("a fox", "a wolf"):
        for instance in (large, none):
            finish(submit(parameters={"prompt": prompt, "variations": 1}), instance)
    assert large.prefixes.count() > 7 and none.prefixes.count() == 0


def test_failures_leave_no_trace(submit: Submit, bound: Instance) -> None:
    job = submit()
    start(job, bound)
    assert move(job, JobState.Code.FAILED)
    assert remember_prefixes(job) == 0 and bound.prefixes.count() == 0


def test_nothing_of_this_raises_where_a_job_is_strange(submit: Submit, bound: Instance) -> None:
    job = submit()
    Workflow.objects.get(slug=SDXL).versions.all().delete()
    finish(job, bound)
    assert bound.prefixes.count() == 0
    with pytest.raises(DomainError):
        order_of(job)


# --- who uses it --------------------------------------------------------------------------------


def test_uses(
    submit: Submit, bound: Instance, admin: User, outsider: User, django_assert_num_queries: Any
) -> None:
    workflow = Workflow.objects.get(slug=SDXL)
    first, second = submit(), submit(**run())
    with django_assert_num_queries(3):
        uses = uses_of(workflow, admin)
    assert [(use.kind, use.label, use.count) for use in uses] == [("Operation", "Create image", 1)]
    assert recent_jobs(workflow, admin) == [second, first]
    assert recent_jobs(workflow, outsider) == []
    assert uses_of(workflow, outsider)[0].count == 0
