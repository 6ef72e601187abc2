"""The API of a scene's history, its boundaries and its cuts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from pipeline.scenes.models import Bridge, Scene
from studio.core.models import Project, User
from tests.pipeline.scenes.builders import add_take, build_scene, run_jobs
from tests.support.clients import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(creator: User) -> Any:
    """`api.get(path)`, `api.post(path, **body)` as the creator."""

    class Api:
        client: Client = signed_in(creator)

        def get(self, path: str, status: int = 200) -> Any:
            found = self.client.get(f"/api/v1/{path}")
            assert found.status_code == status, found.content
            return found.json()

        def post(self, path: str, status: int = 200, **body: Any) -> Any:
            found = self.client.post(
                f"/api/v1/{path}", json.dumps(body), content_type="application/json"
            )
            assert found.status_code == status, found.content
            return found.json()

    return Api()


def test_history_by_api(api: Any, creator: User, project: Project) -> None:
    scene = build_scene(creator, project, takes=[6, 6, 6])
    first, second, third = scene.segments.all()
    take = add_take(scene, second, frames=7)
    base = f"scenes/{scene.code}"
    said = api.post(f"{base}/select/", take=str(take.code), expected_version=scene.version)
    assert said["edit"]["summary"] == "Segment 2: take 2"
    assert said["edit"]["actor"]["username"] == "cleo"
    problem = api.post(
        f"{base}/trim/", 409, segment=str(first.code), in_frame=0, out_frame=4, expected_version=1
    )
    assert problem["detail"] == "Somebody changed this scene meanwhile."
    api.post(f"{base}/trim/", segment=str(first.code), in_frame=1, out_frame=5)
    api.post(f"{base}/trim/", 422, segment=str(first.code), in_frame=1, out_frame=50)
    api.post(f"{base}/reorder/", segments=[str(s.code) for s in (third, first, second)])
    api.post(f"{base}/remove-segment/", segment=str(third.code))
    api.post(f"{base}/undo/")
    api.post(f"{base}/redo-edit/")
    said = api.post(f"{base}/jump/", edit=2)
    nodes = api.get(f"{base}/edits/")
    assert [(n["number"], n["parent"], n["is_here"]) for n in nodes] == [
        (1, None, False), (2, 1, True), (3, 2, False), (4, 3, False), (5, 4, False),
    ]  # fmt: skip
    assert all(node["is_on_path"] for node in nodes)
    shown = api.get(f"{base}/timeline/")
    assert shown["scene_version"] == said["scene_version"]
    assert [(s["number"], s["take_number"], s["out_frame"]) for s in shown["segments"]] == [
        (1, 1, 6), (2, 2, 7), (3, 1, 6),
    ]  # fmt: skip
    assert shown["segments"][0]["after"]["state"] == "waiting"
    api.post(f"{base}/jump/", 404, edit=99)
    api.post(f"{base}/select/", 404, take=str(scene.code))


def test_boundaries_and_cuts_by_api(api: Any, creator: User, project: Project) -> None:
    scene = build_scene(
        creator, project, takes=[26, 26], faults={1: (0, 0, 18)}, boundary_threshold_permille=900
    )
    base = f"scenes/{scene.code}"
    api.post(f"{base}/cuts/", 409)
    run_jobs(scene)
    after = api.get(f"{base}/timeline/")["segments"][0]["after"]
    assert after["state"] == "healed", after
    where = f"boundaries/{after['boundary']}/"
    found = api.get(where)
    assert found["is_shown"]
    [used] = [bridge for bridge in found["bridges"] if bridge["is_used"]]
    assert used["is_better"]
    assert used == found["bridges"][-1]  # the studio went on until one was better
    api.post(f"{where}drop-bridge/")
    assert api.get(where)["state"] == "flagged"
    api.post(f"{where}use-bridge/", bridge=used["code"])
    healing = api.post(f"{where}heal/", 201, method="morph")
    assert healing["bridges"][-1]["version"] is None
    api.post(f"{where}heal/", 409)
    api.post(f"{where}measure-again/", 409)
    run_jobs(scene)
    assert Bridge.objects.latest("pk").result is not None

    cut = api.post(f"{base}/cuts/", 201)
    assert cut["state"] == "queued"
    assert api.post(f"{base}/cuts/", 201)["code"] == cut["code"]  # the same is not rendered twice
    run_jobs(scene)
    cut = api.get(f"cuts/{cut['code']}/")
    assert cut["version"] is not None
    assert {finding["verdict"] for finding in cut["findings"]} <= {"pass", "warn"}
    assert [piece["bridge"] is not None for piece in cut["pieces"]] == [False, True, False]
    assert api.post(f"cuts/{cut['code']}/poster/", frame=3)["poster_frame"] == 3
    api.post(f"cuts/{cut['code']}/poster/", 422, frame=cut["frames"])
    assert [one["number"] for one in api.get(f"{base}/cuts/")["results"]] == [1]
    assert [curve["measure"] for curve in api.get(f"{base}/curves/")] == [
        "drift_max", "flicker", "motion_mean",
    ]  # fmt: skip


def test_a_second_cut_copies_what_has_not_changed(creator: User, project: Project) -> None:
    from pipeline.scenes.models import CodecProfile
    from pipeline.scenes.services import edits
    from pipeline.scenes.services.cuts import render_cut

    scene = build_scene(creator, project, takes=[8, 8, 8, 8])
    run_jobs(scene)
    profile = CodecProfile.Code.H265
    first = render_cut(actor=creator, scene=scene, profile=profile)
    run_jobs(scene)
    last = scene.segments.get(number=4)
    edits.trim_take(actor=creator, scene=scene, segment=last, in_frame=0, out_frame=6)
    run_jobs(scene)
    second = render_cut(actor=creator, scene=Scene.objects.get(pk=scene.pk), profile=profile)
    assert second.number == 2
    assert second.job.inputs.get(role__code="base").version_id == (
        type(first).objects.get(pk=first.pk).version_id
    )
    run_jobs(scene)
    notes = second.job.outputs.get().notes
    assert (notes["copied"], notes["encoded"]) == (21, 6)
