"""A scene of the production line whose takes a bound workflow makes, over real HTTP and sockets."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from PIL import Image

from assets.storage.store import local_copy
from pipeline.comfyui.services import refresh_instance, register_instance
from pipeline.imaging.seeds import variant_seed
from pipeline.jobs.bridge import bridge_worker
from pipeline.jobs.claim import claim_job, claim_remote_job, this_worker
from pipeline.jobs.models import Job
from pipeline.jobs.run import AttemptRun
from pipeline.jobs.signals import job_replaced
from pipeline.jobs.submit import submit_job
from pipeline.scenes.engine import advance
from pipeline.scenes.models import Scene, SceneState, Take
from pipeline.scenes.receivers import scene_of
from pipeline.scenes.recipe import resolve
from pipeline.scenes.requests import TakeOrder, take_request
from pipeline.scenes.services.cuts import render_cut
from pipeline.scenes.services.generation import resume_scene
from pipeline.video.encoding import TAKE
from pipeline.video.frames import probe, read_frame
from pipeline.workflows.binding import bind_workflow
from pipeline.workflows.readiness import check_instance
from studio.core.models import Project, User
from tests.pipeline.scenes.stage import begun, cast_character, fresh, still_heartbeat
from tests.pipeline.workflows.conftest import production
from tests.standins.comfyui import ComfyStandIn

pytestmark = pytest.mark.django_db

WAN = "wan-image-to-video"
RECIPE: dict[str, Any] = {
    "offer": {"operation": "transform.image_to_video", "provider": "comfyui", "model": WAN},
    "width_px": 160,
    "height_px": 90,
    "fps_num": 24,
    "fps_den": 1,
    "target_frames": 36,
    "tolerance_frames": 2,
    "segment_min_frames": 10,
    "segment_max_frames": 14,
    "anchor_weight_permille": 375,
    "prompt": "{name} looks up",
    "negative_prompt": "no second {name}",
    "extra": {},
}


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    still_heartbeat(monkeypatch)


@pytest.fixture
def server() -> Iterator[ComfyStandIn]:
    with ComfyStandIn(step_seconds=0.0) as running:
        yield running


@pytest.fixture
def scene(admin: User, creator: User, project: Project, server: ComfyStandIn) -> Scene:
    """A scene of three segments that was started; a workflow of the studio makes its takes."""
    instance = register_instance(actor=admin, name="render-1", url=server.url)
    refresh_instance(actor=admin, instance=instance)
    workflow = production(admin, WAN)
    bind_workflow(actor=admin, workflow=workflow, operation="transform.image_to_video")
    return begun(creator, cast_character(creator, project), **RECIPE)


def play(scene: Scene, most_jobs: int = 60) -> Scene:
    """Engine, local worker and bridge in turn until nothing is left."""
    advance(scene.pk)
    for _ in range(most_jobs):
        attempt = claim_job(this_worker()) or claim_remote_job(bridge_worker()).attempt
        if attempt is None:
            break
        AttemptRun(attempt).run()
        advance(scene.pk)
    return fresh(scene)


def takes_of(scene: Scene) -> list[Take]:
    found = Take.objects.filter(segment__scene=scene).select_related("job", "version__blob")
    return list(found.order_by("segment__number", "number"))


def of_class(graph: dict[str, Any], name: str) -> dict[str, Any]:
    """The inputs of the only node of a class."""
    (found,) = [node["inputs"] for node in graph.values() if node["class_type"] == name]
    return dict(found)


def test_a_scene_from_its_first_take_to_its_cut(
    creator: User, scene: Scene, server: ComfyStandIn
) -> None:
    scene = play(scene)
    assert scene.state_id == SceneState.Code.READY, scene.stop_reason
    takes = takes_of(scene)
    assert len(takes) == len(server.prompts) == 3
    assert len({take.job.random_seed for take in takes}) == 3
    anchor = local_copy(scene.seed_a.blob).read_bytes()
    for take, prompt in zip(takes, server.prompts, strict=True):
        check_graph(take, prompt.graph, server, anchor)
        check_clip(take)
    for left, right in pairwise(takes):
        assert right.start_image == left.examination.end_picture
    cut = render_cut(actor=creator, scene=scene)
    play(scene)
    cut.refresh_from_db()
    assert cut.version is not None, cut.job.attempts.last().message
    notes = cut.job.outputs.get().notes
    assert notes["encoded"] == 0 and notes["copied"] == cut.frames, "takes are joined as they are"
    assert probe(local_copy(cut.version.blob)).frames == cut.frames


def check_graph(take: Take, graph: dict[str, Any], server: ComfyStandIn, anchor: bytes) -> None:
    """All that the scene type, the scene and the chain decide has arrived in the graph."""
    asked = take.job.parameters
    assert of_class(graph, "ImageBlend")["blend_factor"] == asked["anchor_weight"] == 0.375
    assert of_class(graph, "KSampler")["seed"] == variant_seed(take.job.random_seed, 0) % 2**53
    texts = [n["inputs"]["text"] for n in graph.values() if n["class_type"] == "CLIPTextEncode"]
    assert sorted(texts) == ["Mara looks up", "no second Mara"]
    # a model works in steps: 4 n + 1 frames, sides in 16 px; the graph cuts to what was asked
    assert of_class(graph, "ImageFromBatch")["length"] == asked["frames"]
    wan, scale = of_class(graph, "WanImageToVideo"), of_class(graph, "ImageScale")
    assert asked["frames"] <= wan["length"] < asked["frames"] + 4 and wan["length"] % 4 == 1
    assert (wan["width"], wan["height"]) == (160, 96)
    assert (scale["width"], scale["height"]) == (160, 90)
    assert of_class(graph, "CreateVideo")["fps"] == 24
    uploads = {name: content for _kind, _folder, name, content in server.uploads}
    start, reference = (graph[node]["inputs"]["image"] for node in ("8", "9"))
    assert uploads[start] == local_copy(take.start_image.blob).read_bytes()
    assert uploads[reference] == anchor


def check_clip(take: Take) -> None:
    """Exact frames, rate and size in the house encoding; what a server saves has its own."""
    assert take.version is not None
    path = local_copy(take.version.blob)
    info = probe(path)
    assert (info.frames, info.fps) == (take.job.parameters["frames"], Fraction(24))
    assert (info.width_px, info.height_px, info.codec) == (160, 90, TAKE.codec)
    notes = take.job.outputs.get().notes
    assert "as it came" in notes["film"] and notes["nodes_run"] > 0
    apart = np.abs(read_frame(path, 0).astype(np.int16) - start_of(take)).mean()
    assert apart < 12, "it begins with the start frame"


def start_of(take: Take) -> np.ndarray:
    """A take's start picture at the size of the take; the hero's is another one."""
    with Image.open(local_copy(take.start_image.blob)) as image:
        resized = image.convert("RGB").resize((160, 90), Image.Resampling.LANCZOS)
        return np.asarray(resized, np.int16)


def test_the_stand_in_runs_all_that_comes_with_the_studio(
    admin: User, server: ComfyStandIn
) -> None:
    """So that whoever tries the studio without a graphics card finds every workflow ready."""
    instance = register_instance(actor=admin, name="render-1", url=server.url)
    refresh_instance(actor=admin, instance=instance)
    lacks = {
        str(row.workflow_version): [part.value for part in row.missing.all()]
        for row in check_instance(instance)
    }
    assert len(lacks) >= 8
    assert not any(lacks.values()), lacks


def test_a_take_that_fails_stops_the_scene_and_can_be_made_again(
    creator: User, scene: Scene, server: ComfyStandIn
) -> None:
    server.faults.add(path="/prompt", method="POST", status=400, body={"error": "no"}, times=1)
    stopped = play(scene)
    assert stopped.state_id == SceneState.Code.STOPPED
    assert "Segment 1, take 1 could not be made" in stopped.stop_reason
    resume_scene(actor=creator, scene=stopped)
    assert play(stopped).state_id == SceneState.Code.READY


def test_a_take_follows_the_job_that_takes_its_place(creator: User, scene: Scene) -> None:
    advance(scene.pk)
    (take,) = takes_of(scene)
    order = TakeOrder(take.start_image, 12, "Mara looks up", "")
    request = take_request(resolve(scene.type_version), scene, order)
    successor = submit_job(actor=creator, project=scene.character.project, request=request)
    failed = take.job
    job_replaced.send(sender=Job, job=failed, by=successor)
    take.refresh_from_db()
    assert take.job == successor
    assert scene_of(successor) == scene.pk and scene_of(failed) is None
