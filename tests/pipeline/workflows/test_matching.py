"""Requests that nobody can run are refused; jobs go to who can, has room, and keeps most."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assets.library.services import add_asset
from assets.models import Origin, RetentionClass, Version
from assets.storage.store import ingest_bytes
from pipeline.comfyui.models import CachedPrefix, Instance
from pipeline.imaging.seeds import variant_seed
from pipeline.jobs.matching import explain_wait as explain_job
from pipeline.jobs.models import Attempt, AttemptOutcome, Job, JobState, WorkerState
from pipeline.jobs.moves import move
from pipeline.jobs.submit import JobRequest, plan_job, submit_job
from pipeline.providers.base import ErrorClass, InputFile, ProviderError, RunRequest
from pipeline.workflows.binding import bind_workflow
from pipeline.workflows.matching import choose_instance, explain_wait, prompts_in_flight
from pipeline.workflows.models import Workflow, WorkflowState
from pipeline.workflows.orders import file_hashes, graphs_of, order_of
from pipeline.workflows.prefixes import prefix_hashes
from pipeline.workflows.running import remember_prefixes, target_for
from pipeline.workflows.services import add_version, set_state
from pipeline.workflows.usage import recent_jobs, uses_of
from studio.core.errors import Conflict, DomainError, Invalid, NotFound, Unavailable
from studio.core.models import Project, User
from tests.pipeline.workflows.conftest import (
    AddInstance,
    fixture,
    make,
    production,
    without_class,
)

pytestmark = pytest.mark.django_db
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


# --- refused before it is queued ----------------------------------------------------------------


def test_nobody_is_there(submit: Submit, bound: Instance) -> None:
    Instance.objects.update(retired_at=bound.worker.created_at)
    with pytest.raises(Unavailable, match="No ComfyUI instance"):
        submit()


def test_nobody_has_it(submit: Submit, bound: Instance, add_instance: AddInstance) -> None:
    bound.catalogue.delete()
    add_instance("poor", info=without_class("KSampler", "VAEDecode"))
    with pytest.raises(Invalid, match="No instance has what") as caught:
        submit()
    said = caught.value.fields["workflow"]
    assert "poor: KSampler" in said and any("render-1" in line for line in said)
    assert Job.objects.count() == 0
    add_instance("offline", state=WorkerState.Code.OFFLINE)
    assert submit().state_id == JobState.Code.QUEUED, "it will wait for the one that is off"


def test_estimates_are_of_gpu_seconds(creator: User, project: Project, bound: Instance) -> None:
    request = JobRequest(
        operation="create.image",
        provider="comfyui",
        model=SDXL,
        parameters={"prompt": "a fox", "variations": 2},
    )
    plan = plan_job(actor=creator, project=project, request=request)
    assert plan.quote.price.unit.code == "gpu_second"
    assert plan.quote.quantity_milli == 2 * 900_000 and plan.quote.is_upper_bound


# --- any workflow, with values ------------------------------------------------------------------


def run(**fields: Any) -> dict[str, Any]:
    parameters = {"workflow": SDXL, "values": {"prompt": "a fox"}, **fields}
    return {"operation": "comfyui.run", "model": "", "parameters": parameters}


def test_values_are_checked_and_stored_with_the_version(submit: Submit, bound: Instance) -> None:
    job = submit(**run(values={"prompt": "a fox", "width_px": 500}))
    assert job.parameters["version"] == 1
    stored = job.parameters["values"]
    assert (stored["prompt"], stored["width_px"], stored["width_px_up_8"]) == ("a fox", 500, 504)
    assert stored["steps"] == 30, "as it was then, whatever the default becomes"
    assert job.title == "a fox"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"values": {"prompt": "x", "steps": 0}}, "values.steps"),
        ({"values": {"prompt": "x", "colour": 1}}, "values.colour"),
        ({"values": {"prompt": "x", "random_seed": 1}}, "values.random_seed"),
        ({"values": {}}, "values.prompt"),
        ({"values": 3}, "values"),
        ({"workflow": 3}, "workflow"),
        ({"version": "one"}, "version"),
    ],
)
def test_values_that_do_not_fit(
    submit: Submit, bound: Instance, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        submit(**run(**fields))
    assert field in caught.value.fields


def test_workflows_that_cannot_be_named(
    submit: Submit, bound: Instance, creator: User, outsider: User, project: Project, admin: User
) -> None:
    for fields in ({"workflow": "nowhere"}, {"version": 9}, {"workflow": "sdxl-inpaint"}):
        with pytest.raises(NotFound):
            submit(**run(**fields))
    graph = dict(Workflow.objects.get(slug=SDXL).versions.get().graph)
    mine = make(creator, graph, project=project)
    submit(**run(workflow=mine.workflow.slug, version=1))
    from studio.core.services import create_project

    theirs = create_project(actor=outsider, name="Elsewhere")
    request = JobRequest(
        operation="comfyui.run",
        parameters={"workflow": mine.workflow.slug, "version": 1, "values": {"prompt": "x"}},
    )
    with pytest.raises(NotFound, match="not shared with you"):
        submit_job(actor=outsider, project=theirs, request=request)
    set_state(actor=creator, version=mine, state=WorkflowState.Code.RETIRED)
    with pytest.raises(Conflict, match="retired"):
        submit(**run(workflow=mine.workflow.slug, version=1))


def test_files_are_asked_for(
    submit: Submit, bound: Instance, admin: User, creator: User, project: Project
) -> None:
    production(admin, "sdxl-image-to-image")
    fields = run(workflow="sdxl-image-to-image")
    with pytest.raises(Invalid, match="needed as base image"):
        submit(**fields)
    job = submit(**fields, inputs=[("base", picture(creator, project).code)])
    assert order_of(job).files == {"base": 1}


# --- who takes it -------------------------------------------------------------------------------


def test_only_who_is_up_has_all_and_has_room(
    submit: Submit, bound: Instance, add_instance: AddInstance
) -> None:
    job = submit()
    assert choose_instance(job) == bound.worker
    bound.worker.state_id = WorkerState.Code.DRAINING
    bound.worker.save()
    assert choose_instance(job) is None
    assert explain_wait(job) == "It waits for render-1, which could run it (draining)."
    add_instance("poor", info=without_class("KSampler"))
    assert choose_instance(job) is None
    rich = add_instance("rich", state=WorkerState.Code.DEGRADED, capacity=1)
    assert choose_instance(job) == rich.worker
    other = submit(parameters={"prompt": "two", "variations": 2})
    attempt = start(other, rich)
    assert prompts_in_flight([rich]) == {rich.worker_id: 2}
    assert choose_instance(job) is None
    assert explain_wait(job) == "It waits for room on rich."
    attempt.outcome_id, attempt.ended_at = AttemptOutcome.Code.FAILED, attempt.started_at
    attempt.save()
    assert choose_instance(job) == rich.worker
    assert explain_wait(job) == ""


def test_needs_are_tags_and_memory(
    admin: User, submit: Submit, bound: Instance, add_instance: AddInstance
) -> None:
    workflow = Workflow.objects.get(slug=SDXL)
    first = workflow.versions.get()
    from pipeline.workflows.parameters import parameters_of

    add_instance("big", tags=("fast",), vram_bytes=80 * 10**9)
    version = add_version(
        actor=admin,
        workflow=workflow,
        graph=first.graph,
        parameters=parameters_of(first),
        needs=["fast"],
        least_vram_bytes=48 * 10**9,
    )
    old = submit()
    for state in (WorkflowState.Code.TESTED, WorkflowState.Code.PRODUCTION):
        set_state(actor=admin, version=version, state=state)
    job = submit()
    worker = choose_instance(job)
    assert worker is not None and worker.name == "big"
    assert order_of(old).version == first, "what was accepted for a version runs that version"
    Instance.objects.filter(worker__name="big").update(retired_at=worker.created_at)
    assert choose_instance(job) is None
    assert "render-1 lacks fast, 48.0 GB of video memory" in explain_wait(job)


def test_the_longest_kept_beginning_goes_first(
    submit: Submit, bound: Instance, add_instance: AddInstance
) -> None:
    cold, warm, warmer = (add_instance(name) for name in ("cold", "warm", "warmer"))
    job = submit()
    order = order_of(job)
    graph = order.graph(variant_seed(job.random_seed, 0), fixture()["object_info"])
    hashes = prefix_hashes(graph, file_hashes(job))

    def keep(instance: Instance, *nodes: str) -> None:
        for node_id in nodes:
            CachedPrefix.objects.create(instance=instance, sha256=hashes[node_id], nodes=1)

    assert choose_instance(job) == bound.worker, "equal: the first"
    start(submit(), bound)
    assert choose_instance(job) == cold.worker, "equal: the one with least to do"
    keep(warm, "1", "2")
    keep(warmer, "1", "2", "3")
    assert choose_instance(job) == warmer.worker
    start(submit(), warmer)
    assert choose_instance(job) == warmer.worker, "what it keeps is worth more than its turn"


def test_jobs_that_can_run_nowhere_end_with_a_reason(submit: Submit, bound: Instance) -> None:
    job = submit()
    Workflow.objects.get(slug=SDXL).versions.all().delete()
    worker = choose_instance(job)
    assert worker == bound.worker, "whoever takes it tells why"
    assert "can't run" in explain_wait(job)
    with pytest.raises(ProviderError, match="no version 1") as caught:
        target_for(start(job, bound), request_of(job))
    assert caught.value.error_class == ErrorClass.INPUT


def test_the_page_of_a_job_says_why_it_waits(submit: Submit, bound: Instance) -> None:
    from pipeline.jobs.bridge import bridge_worker

    bridge_worker()
    job = submit()
    bound.worker.state_id = WorkerState.Code.OFFLINE
    bound.worker.save()
    assert explain_job(job) == "It waits for render-1, which could run it (offline)."


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
    assert target.graphs == graphs_of(job, order_of(job), fixture()["object_info"])
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
    graph = graphs_of(ended, order_of(ended), fixture()["object_info"])[0]
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
