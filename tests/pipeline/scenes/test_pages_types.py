"""Scene types: list, form with inheritance and slots, page, upgrades."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.test import Client

from pipeline.scenes.forms.fields import RECIPE_FIELDS
from pipeline.scenes.models import Scene, SceneType, SceneTypeVersion
from pipeline.scenes.recipe import resolve
from pipeline.scenes.services.types import add_type_version
from studio.core.models import Project, User
from tests.pipeline.scenes.stage import SMALL, add_field, cast_character, draft, scene_type
from tests.support.clients import signed_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
OFFER = "transform.image_to_video/local/motion"


def filled(**changes: Any) -> dict[str, Any]:
    """A form as a browser sends it, without a parent."""
    values = {item.name: item.field.initial for item in RECIPE_FIELDS}
    sent = {name: "on" if value is True else value for name, value in values.items()}
    sent |= {"name": "Portrait", "offer": OFFER, "prompt": "{name} smiles", "parent": ""}
    sent |= {"negative_prompt": "", "note": ""}
    return {name: value for name, value in (sent | changes).items() if value is not None}


def post(client: Client, project: Project, **changes: Any) -> Any:
    return client.post(f"/scene-types/new/?project={project.code}", filled(**changes))


def test_an_empty_list_teaches(creator: User, reviewer: User, project: Project) -> None:
    page = signed_in(creator).get("/scene-types/").content.decode()
    assert "No scene types yet" in page
    assert "Write the first recipe" in page
    assert "Write the first recipe" not in signed_in(reviewer).get("/scene-types/").content.decode()


def test_a_recipe_is_written(creator: User, project: Project) -> None:
    answer = post(
        signed_in(creator),
        project,
        **{
            "width_px": 640,
            "height_px": 360,
            "fps": "29.97",
            "boundary_threshold": "0.85",
            "is_elastic": None,
            "stitch_mode": "validated",
            "gate-drift_max-level": "fail",
            "gate-drift_max-most": "0.3",
            "extra-motion": "push-in",
            "extra-settle": None,
        },
    )
    version = SceneTypeVersion.objects.get()
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/scene-types/{version.scene_type.code}/"
    recipe = resolve(version)
    assert (recipe.width_px, recipe.fps_num, recipe.fps_den) == (640, 30000, 1001)
    assert (recipe.boundary_threshold_permille, recipe.is_elastic) == (850, False)
    assert recipe.prompt == "{name} smiles"
    assert recipe.extra == {"motion": "push-in", "settle": False}
    (gate,) = recipe.gates
    assert (gate.measure_id.code, gate.level_id.code, gate.most_score) == ("drift_max", "fail", 0.3)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"prompt": "{hat} on"}, "{hat} is no trait of this project."),
        ({"name": ""}, "This field is required."),
        ({"target_frames": 20}, "a segment has at least 48"),
        ({"width_px": 641}, "even number"),
        ({"gate-flicker-level": "warn"}, "Give a limit."),
        ({"gate-flicker-least": "0.5"}, "Say what happens"),
        ({"gate-grain-level": "warn", "gate-grain-least": 2, "gate-grain-most": 1}, "below"),
        ({"extra-motion_strength": "7"}, "motion_strength"),
    ],
)
def test_what_is_wrong_is_said_in_place(
    creator: User, project: Project, changes: dict[str, Any], said: str
) -> None:
    answer = post(signed_in(creator), project, **changes)
    assert answer.status_code == 422
    assert said in html.unescape(answer.content.decode())
    assert not SceneType.objects.exists()


def test_a_name_is_used_once(creator: User, project: Project) -> None:
    scene_type(creator, project, "Portrait")
    answer = post(signed_in(creator), project)
    assert answer.status_code == 422
    assert "has a scene type of this name" in answer.content.decode()


def test_slots_are_checked_while_one_types(creator: User, project: Project) -> None:
    add_field(project, "hair")
    client = signed_in(creator)
    sent = {"project": str(project.code), "prompt": "{name} with {hare} hair"}
    wrong = client.post("/scene-types/slots/", sent, headers=HTMX)
    assert wrong.status_code == 422
    assert "Did you mean {hair}?" in html.unescape(wrong.content.decode())
    right = client.post("/scene-types/slots/", sent | {"prompt": "{hair}"}, headers=HTMX)
    assert right.status_code == 200
    form = client.get(f"/scene-types/new/?project={project.code}").content.decode()
    assert 'data-slot="hair"' in form


def test_what_is_inherited_is_shown_and_not_stated(creator: User, project: Project) -> None:
    parent = scene_type(
        creator, project, "Parent", gates=[{"measure": "flicker", "level": "warn", "least": 0.5}]
    )
    code = str(parent.scene_type.code)
    client = signed_in(creator)
    page = client.get(f"/scene-types/new/?project={project.code}&parent={code}").content.decode()
    assert "inherited from Parent v1" in page
    assert "96 px" in page
    assert "inherited: warn below 0.5" in page
    sent = {"name": "Child", "parent": code, "own-width_px": "on", "width_px": 192, "note": ""}
    answer = client.post(f"/scene-types/new/?project={project.code}", sent)
    assert answer.status_code == 303
    child = SceneTypeVersion.objects.get(scene_type__name="Child")
    assert (child.width_px, child.height_px, child.parent_id) == (192, None, parent.pk)
    recipe = resolve(child)
    assert (recipe.height_px, recipe.prompt) == (SMALL["height_px"], SMALL["prompt"])
    shown = client.get(f"/scene-types/{child.scene_type.code}/").content.decode()
    assert "inherited</span>" in shown


def test_another_parent_draws_the_form_anew(creator: User, project: Project) -> None:
    parent = scene_type(creator, project, "Parent")
    sent = filled(parent=str(parent.scene_type.code), name="Half typed", redraw="1")
    answer = signed_in(creator).post(
        f"/scene-types/new/?project={project.code}", sent, headers=HTMX
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "inherited from Parent v1" in page
    assert "Half typed" in page
    assert 'role="alert"' not in page
    assert SceneType.objects.count() == 1


def test_the_next_version_starts_from_the_last(creator: User, project: Project) -> None:
    first = scene_type(creator, project, gates=[{"measure": "grain", "level": "warn", "most": 2}])
    client = signed_in(creator)
    address = f"/scene-types/{first.scene_type.code}/next/"
    form = client.get(address).context["form"]
    assert form["width_px"].value() == 96
    assert form["gate-grain-most"].value() == 2
    assert form["extra-motion"].value() == "push-in"
    assert form["fps"].value() == "24"
    sent = {name: form[name].value() for name in form.fields}
    sent = {
        n: "on" if v is True else v for n, v in sent.items() if v is not None and v is not False
    }
    answer = client.post(address, sent | {"prompt": "{name} waves", "note": "Waving"})
    assert answer.status_code == 303, answer.context["form"].errors
    page = client.get(f"/scene-types/{first.scene_type.code}/").content.decode()
    assert "Waving" in page
    assert "<del>{name} looks up</del>" in page
    changed = resolve(SceneTypeVersion.objects.get(number=2))
    assert changed.prompt == "{name} waves"
    assert resolve(first).gates == changed.gates


def test_scenes_are_upgraded_when_a_person_says_so(creator: User, project: Project) -> None:
    scene = draft(creator, cast_character(creator, project))
    kind = scene.type_version.scene_type
    values = {**SMALL, "boundary_threshold_permille": 900}
    newer = add_type_version(actor=creator, scene_type=kind, values=values)
    client = signed_in(creator)
    page = client.get(f"/scene-types/{kind.code}/").content.decode()
    assert "From version 1 to 2" in page
    assert "<del>0</del>" in page
    assert "<ins>0.9</ins>" in page
    assert "version 2 is there" in client.get(f"/scenes/{scene.code}/").content.decode()
    answer = client.post(f"/scene-types/{kind.code}/upgrade/", {"scene": str(scene.code)})
    assert answer.status_code == 303
    assert Scene.objects.get().type_version_id == newer.pk
    nothing = client.post(f"/scene-types/{kind.code}/upgrade/", {}, headers=HTMX)
    assert nothing.status_code == 422


def test_the_list_counts_versions_and_scenes(creator: User, project: Project) -> None:
    scene = draft(creator, cast_character(creator, project))
    kind = scene.type_version.scene_type
    add_type_version(actor=creator, scene_type=kind, values=SMALL)
    answer = signed_in(creator).get(f"/scene-types/?project={project.code}")
    (row,) = answer.context["types"]
    assert (row.version_count, row.scene_count) == (2, 1)
    assert signed_in(creator).get("/scene-types/?project=nonsense").status_code == 404
