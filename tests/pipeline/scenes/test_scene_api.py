"""The API of scene types, scenes and takes; what its lists cost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from pipeline.scenes.models import Scene, SceneState
from studio.core.models import ApiScope, Project, User
from studio.core.services import create_api_key
from tests.pipeline.scenes.builders import add_take, build_scene
from tests.pipeline.scenes.stage import (
    SMALL,
    cast_character,
    draft,
    fresh,
    play,
    scene_type,
    still_heartbeat,
)
from tests.support.query_counts import assert_recorded_queries

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _still(monkeypatch: Any) -> None:
    still_heartbeat(monkeypatch)


@pytest.fixture
def script(creator: User) -> Client:
    scopes = [ApiScope.Code.READ, ApiScope.Code.WRITE, ApiScope.Code.SPEND]
    _, secret = create_api_key(actor=creator, name="script", scopes=scopes)
    return Client(headers={"Authorization": f"Api-Key {secret}"})


def post(client: Client, path: str, body: Any = None) -> Any:
    return client.post(f"/api/v1/{path}", json.dumps(body or {}), content_type="application/json")


def get(client: Client, path: str) -> Any:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_from_a_type_to_takes(script: Client, creator: User, project: Project) -> None:
    recipe = {
        **SMALL,
        "gates": [{"measure": "drift_max", "level": "warn", "most": 0.1}],
        "offer": {"provider": "local"},
    }
    body = {"project": str(project.code), "name": "Portrait", "recipe": recipe}
    made = post(script, "scene-types/", body)
    assert made.status_code == 201, made.content
    kind = made.json()
    assert kind["newest"] == 1
    shown = kind["version"]["recipe"]
    assert shown["offer"] == {
        "operation": "transform.image_to_video",
        "provider": "local",
        "model": "motion",
    }
    assert shown["gates"] == [{"measure": "drift_max", "level": "warn", "least": None, "most": 0.1}]
    assert shown["inherited"] == []
    mara = cast_character(creator, project)
    made = post(script, "scenes/", {"character": str(mara.code), "scene_type": kind["code"]})
    assert made.status_code == 201, made.content
    scene = made.json()
    assert (scene["state"], scene["segments_done"], scene["segments_planned"]) == ("draft", 0, 2)
    started = post(script, f"scenes/{scene['code']}/start/", {"expected_version": scene["version"]})
    assert started.json()["state"] == "generating"
    play(Scene.objects.get(code=scene["code"]))
    ready = get(script, f"scenes/{scene['code']}/")
    assert ready["state"] == "ready", ready["stop_reason"]
    assert [row["segment"] for row in ready["placements"]] == [1, 2]
    takes = get(script, f"scenes/{scene['code']}/takes/")["results"]
    assert [(take["segment"], take["standing"]) for take in takes] == [
        (2, "passed"),
        (1, "passed"),
    ]
    assert takes[0]["start_image"] == takes[1]["end_picture"]
    assert {row["measure"] for row in takes[0]["measures"]} >= {"drift_max", "flicker"}
    assert takes[0]["findings"][0]["verdict"] == "warn"
    assert get(script, f"takes/{takes[0]['code']}/")["sha256"] == takes[0]["sha256"]
    only = get(script, f"scenes/{scene['code']}/takes/?segment=1")["results"]
    assert [take["segment"] for take in only] == [1]
    redone = post(script, f"scenes/{scene['code']}/redo/", {"segments": [2], "count": 2})
    assert redone.status_code == 201, redone.content
    assert [take["standing"] for take in redone.json()] == ["making", "making"]
    cancelled = post(script, f"scenes/{scene['code']}/cancel/").json()
    assert cancelled["state"] == "cancelled"


def test_versions_and_upgrades(script: Client, creator: User, project: Project) -> None:
    scene = draft(creator, cast_character(creator, project))
    kind = scene.type_version.scene_type
    added = post(
        script,
        f"scene-types/{kind.code}/versions/",
        {"recipe": {**SMALL, "target_frames": 22, "note": "longer"}},
    )
    assert added.status_code == 201, added.content
    listed = get(script, f"scene-types/{kind.code}/versions/")["results"]
    assert [row["number"] for row in listed] == [2, 1]
    assert get(script, f"scene-types/{kind.code}/versions/1/")["recipe"]["target_frames"] == 15
    path = f"scenes/{scene.code}/upgrade/"
    assert get(script, f"{path}?type_version=2") == [
        {"field": "target_frames", "before": 15, "after": 22}
    ]
    assert post(script, path, {"type_version": 2}).json()["segments_planned"] == 3
    assert post(script, path, {"type_version": 9}).status_code == 404
    child = post(
        script,
        "scene-types/",
        {
            "project": str(project.code),
            "name": "Child",
            "parent": {"type": str(kind.code)},
            "recipe": {"prompt": "closer"},
        },
    ).json()["version"]
    assert child["parent"] == {"type": str(kind.code), "version": 2}
    assert "target_frames" in child["recipe"]["inherited"]


def test_problems_name_their_fields(script: Client, creator: User, project: Project) -> None:
    body = {"project": str(project.code), "name": "X", "recipe": {"prompt": "{hari}"}}
    answer = post(script, "scene-types/", body)
    assert answer.status_code == 422
    assert "{hari} is no trait of this project." in answer.json()["errors"]["prompt"][0]
    mara = cast_character(creator, project, heroes="a")
    kind = scene_type(creator, project).scene_type
    answer = post(script, "scenes/", {"character": str(mara.code), "scene_type": str(kind.code)})
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"character": ["Choose a hero for Seed B first."]}
    assert script.get("/api/v1/scenes/?state=nowhere").status_code == 422
    assert script.get("/api/v1/scenes/?project=x").status_code == 422
    scene = draft(creator, cast_character(creator, project, "Nils"))
    assert post(script, f"scenes/{scene.code}/pause/").status_code == 409
    assert post(script, f"scenes/{scene.code}/redo/", {"segments": [9]}).status_code == 422
    stale = post(script, f"scenes/{scene.code}/start/", {"expected_version": 99})
    assert stale.status_code == 409
    assert fresh(scene).state_id == SceneState.Code.DRAFT


def test_the_matrix(script: Client, creator: User, project: Project) -> None:
    people = [cast_character(creator, project, name) for name in ("Mara", "Nils")]
    kinds = [scene_type(creator, project, name).scene_type for name in ("One", "Two")]
    body = {
        "project": str(project.code),
        "characters": [str(character.code) for character in people],
        "scene_types": [str(kind.code) for kind in kinds],
    }
    found = post(script, "scenes/matrix/", body).json()
    assert len(found["cells"]) == 4
    assert all(cell["is_planned"] for cell in found["cells"])
    assert found["amount_microcredits"] == sum(c["amount_microcredits"] for c in found["cells"])
    made = post(script, "scenes/matrix/create/", body)
    assert made.status_code == 201
    assert [row["title"] for row in made.json()] == [
        "Mara · One",
        "Mara · Two",
        "Nils · One",
        "Nils · Two",
    ]
    again = post(script, "scenes/matrix/", body).json()
    assert {cell["skip_reason"] for cell in again["cells"]} == {"Has a scene of this type already."}


def test_what_lists_cost(creator: User, project: Project) -> None:
    client = Client()
    client.force_login(creator)
    mara = cast_character(creator, project)
    one = build_scene(creator, project, takes=[3])
    segment = one.segments.get()

    def more_types(rows: int) -> None:
        for number in range(project.scene_types.count(), rows):
            scene_type(creator, project, f"Type {number}")

    def more_scenes(rows: int) -> None:
        for _ in range(Scene.objects.count(), rows):
            draft(creator, mara)

    def more_takes(rows: int) -> None:
        for _ in range(segment.takes.count(), rows):
            add_take(one, segment, frames=3)

    for name, path, grow in (
        ("api/scene-types", "/api/v1/scene-types/", more_types),
        ("api/scenes", "/api/v1/scenes/", more_scenes),
        ("api/takes of a scene", f"/api/v1/scenes/{one.code}/takes/", more_takes),
    ):
        assert_recorded_queries(name, lambda path=path: client.get(path), grow)
