"""Requests that nobody can run are refused; jobs go to who can, has room, and keeps most."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.comfyui.models import CachedPrefix, Instance
from pipeline.imaging.seeds import variant_seed
from pipeline.jobs.matching import explain_wait as explain_job
from pipeline.jobs.models import AttemptOutcome, Job, JobState, WorkerState
from pipeline.jobs.submit import JobRequest, plan_job, submit_job
from pipeline.providers.base import ErrorClass, ProviderError
from pipeline.workflows.matching import choose_instance, explain_wait, prompts_in_flight
from pipeline.workflows.models import Workflow, WorkflowState
from pipeline.workflows.orders import file_hashes, order_of
from pipeline.workflows.prefixes import prefix_hashes
from pipeline.workflows.running import target_for
from pipeline.workflows.services import add_version, set_state
from studio.core.errors import Conflict, Invalid, NotFound, Unavailable
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
    fixture,
    make,
    production,
    without_class,
)

pytestmark = pytest.mark.django_db


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
            CachedPrefix.objects.create(instance=instance, sha256=hashes[node_id])

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
