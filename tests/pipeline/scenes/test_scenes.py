"""Making scenes: one, a matrix of them; taking up another version of a type."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.scenes.engine import advance
from pipeline.scenes.models import Scene, SceneState
from pipeline.scenes.services.scenes import (
    create_scene,
    create_scenes,
    plan_matrix,
    start_scene,
    upgrade_scene,
)
from pipeline.scenes.services.types import add_type_version
from studio.core.errors import Conflict, Forbidden, Invalid
from studio.core.models import Project, User
from tests.pipeline.scenes.stage import (
    SMALL,
    add_field,
    begun,
    cast_character,
    draft,
    fresh,
    play,
    scene_type,
    set_value,
    still_heartbeat,
)

pytestmark = pytest.mark.django_db
S = SceneState.Code


@pytest.fixture(autouse=True)
def _still(monkeypatch: Any) -> None:
    still_heartbeat(monkeypatch)


def test_a_scene_is_planned(creator: User, project: Project) -> None:
    mara = cast_character(creator, project)
    scene = create_scene(actor=creator, character=mara, type_version=scene_type(creator, project))
    assert scene.title == "Mara · Portrait"
    assert (scene.number, scene.state_id, scene.version) == (1, S.DRAFT, 1)
    assert [s.frames_wanted for s in scene.segments.all()] == [8, 8]
    assert scene.seed_a != scene.seed_b
    again = draft(creator, mara)
    assert again.number == 2
    assert again.random_seed != scene.random_seed


@pytest.mark.parametrize(
    ("heroes", "words"),
    [
        ("a", "Choose a hero for Seed B first."),
        ("b", "Choose a hero for Seed A first."),
        ("", "Choose a hero for Seed A and Seed B first."),
    ],
)
def test_heroes_are_needed(creator: User, project: Project, heroes: str, words: str) -> None:
    mara = cast_character(creator, project, heroes=heroes)
    with pytest.raises(Invalid) as caught:
        draft(creator, mara)
    assert caught.value.fields == {"character": [words]}


def test_traits_are_needed(creator: User, project: Project) -> None:
    hair = add_field(project, "hair")
    mara = cast_character(creator, project)
    version = scene_type(creator, project, prompt="{name}, {hair} hair")
    with pytest.raises(Invalid, match="no value for “hair”"):
        create_scene(actor=creator, character=mara, type_version=version)
    set_value(creator, mara, hair, "red")
    scene = create_scene(actor=creator, character=mara, type_version=version)
    set_value(creator, mara, hair, "grey")  # before the take is made
    start_scene(actor=creator, scene=scene)
    advance(scene.pk)
    take = scene.segments.get(number=1).takes.get()
    assert take.job.parameters["prompt"] == "Mara, grey hair"


def test_who_may_and_when(creator: User, reviewer: User, project: Project) -> None:
    scene = draft(creator, cast_character(creator, project))
    with pytest.raises(Forbidden):
        start_scene(actor=reviewer, scene=scene)
    with pytest.raises(Conflict, match="changed this scene meanwhile"):
        start_scene(actor=creator, scene=scene, expected_version=scene.version + 1)
    start_scene(actor=creator, scene=scene, expected_version=scene.version)
    with pytest.raises(Conflict, match="started before"):
        start_scene(actor=creator, scene=scene)


def test_the_matrix(creator: User, project: Project) -> None:
    mara = cast_character(creator, project, "Mara")
    nils = cast_character(creator, project, "Nils", heroes="a")
    one = scene_type(creator, project, "One")
    add_field(project, "hair")
    two = scene_type(creator, project, "Two", prompt="{hair}", target_frames=22)
    create_scene(actor=creator, character=mara, type_version=one)
    matrix = plan_matrix(
        actor=creator, project=project, characters=[mara, nils], type_versions=[one, two]
    )
    assert [cell.skip_reason for cell in matrix.cells] == [
        "Has a scene of this type already.",
        "Set “hair” first.",
        "Choose a hero for Seed B first.",
        "Choose a hero for Seed B first.",
    ]
    assert matrix.planned == []
    assert matrix.amount_microcredits == 0
    assert [cell.estimate.segments for cell in matrix.cells] == [2, 3, 2, 3]
    assert matrix.cells[0].estimate.amount_microcredits > 0
    assert matrix.cells[0].estimate.seconds is None


def test_the_matrix_is_made_once(creator: User, project: Project) -> None:
    people = [cast_character(creator, project, name) for name in ("Mara", "Nils")]
    types = [scene_type(creator, project, name) for name in ("One", "Two")]
    pairs = [(character, version) for character in people for version in types]
    made = create_scenes(actor=creator, project=project, pairs=pairs[:3])
    assert [scene.title for scene in made] == ["Mara · One", "Mara · Two", "Nils · One"]
    rest = create_scenes(actor=creator, project=project, pairs=pairs)
    assert [scene.title for scene in rest] == ["Nils · Two"]
    assert create_scenes(actor=creator, project=project, pairs=pairs) == []
    assert Scene.objects.count() == 4


def test_time_comes_from_this_studio(creator: User, project: Project) -> None:
    mara = cast_character(creator, project, "Mara")
    play(begun(creator, mara))
    version = scene_type(creator, project, "Next")
    matrix = plan_matrix(actor=creator, project=project, characters=[mara], type_versions=[version])
    cell = matrix.cells[0]
    assert cell.is_planned
    assert cell.estimate.seconds is not None
    assert 0 < cell.estimate.seconds < 60
    assert matrix.seconds == cell.estimate.seconds


def test_an_upgrade_plans_a_draft_anew(creator: User, project: Project) -> None:
    scene = draft(creator, cast_character(creator, project))
    kind = scene.type_version.scene_type
    longer = add_type_version(actor=creator, scene_type=kind, values={**SMALL, "target_frames": 29})
    upgraded = upgrade_scene(actor=creator, scene=scene, type_version=longer)
    assert upgraded.version == scene.version + 1
    assert [s.frames_wanted for s in fresh(scene).segments.all()] == [8, 8, 8, 8]
    other = scene_type(creator, project, "Other")
    with pytest.raises(Invalid, match="another scene type"):
        upgrade_scene(actor=creator, scene=scene, type_version=other)


def test_an_upgrade_on_the_way(creator: User, project: Project) -> None:
    scene = begun(creator, cast_character(creator, project))
    kind = scene.type_version.scene_type
    calmer = add_type_version(
        actor=creator, scene_type=kind, values={**SMALL, "extra": {"motion": "hold"}}
    )
    wider = add_type_version(actor=creator, scene_type=kind, values={**SMALL, "width_px": 128})
    with pytest.raises(Conflict, match="being generated"):
        upgrade_scene(actor=creator, scene=scene, type_version=calmer)
    scene = play(scene)
    assert scene.state_id == S.READY
    with pytest.raises(Invalid, match="another size or frame rate"):
        upgrade_scene(actor=creator, scene=scene, type_version=wider)
    upgrade_scene(actor=creator, scene=scene, type_version=calmer)
    assert fresh(scene).type_version == calmer
    assert scene.segments.count() == 2
