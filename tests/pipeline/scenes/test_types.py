"""Scene types: slots, values, inheritance, versions, differences."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.scenes.models import GateLevel, Measure, SceneTypeVersion, StitchMode
from pipeline.scenes.recipe import resolve
from pipeline.scenes.services.types import (
    add_type_version,
    create_scene_type,
    type_differences,
)
from pipeline.scenes.slots import check_slots, fill_slots, slots_of
from studio.core.errors import Conflict, Forbidden, Invalid, NotFound
from studio.core.models import Project, User
from studio.core.services import create_project
from tests.pipeline.scenes.stage import SMALL, add_field, cast_character, scene_type, set_value

pytestmark = pytest.mark.django_db


def refused(creator: User, project: Project, **values: Any) -> Invalid:
    with pytest.raises(Invalid) as caught:
        scene_type(creator, project, "Wrong", **values)
    assert not SceneTypeVersion.objects.exists()
    return caught.value


def test_slots() -> None:
    assert slots_of("{name} with {hair}, {name}") == ["name", "hair"]
    assert slots_of("{{braces}} and { hair }") == ["hair"]
    for template in ("{name", "name}", "{}", "a {b {c}"):
        with pytest.raises(Invalid):
            slots_of(template)


def test_an_unknown_slot_names_its_neighbour(creator: User, project: Project) -> None:
    add_field(project, "hair")
    with pytest.raises(Invalid) as caught:
        check_slots("{name} has {hari}", project)
    assert caught.value.detail == "{hari} is no trait of this project. Did you mean {hair}?"
    assert caught.value.fields == {"prompt": [caught.value.detail]}
    assert "{name}, {hair}" in caught.value.remedy
    error = refused(creator, project, prompt="{hari}", negative_prompt="{zzz}")
    assert error.fields["prompt"] == [caught.value.detail]
    assert error.fields["negative_prompt"] == ["{zzz} is no trait of this project."]


def test_slots_are_filled_with_the_newest_traits(creator: User, project: Project) -> None:
    hair = add_field(project, "hair")
    mara = cast_character(creator, project, heroes="")
    template = "{name}, {hair}, {{not a slot}}"
    with pytest.raises(Invalid) as caught:
        fill_slots(template, mara)
    assert caught.value.detail == "Mara has no value for “hair”, which the prompt needs."
    set_value(creator, mara, hair, "brown")
    set_value(creator, mara, hair, "red {curls}")
    assert fill_slots(template, mara) == "Mara, red {curls}, {not a slot}"
    set_value(creator, mara, hair, "")
    with pytest.raises(Invalid):
        fill_slots(template, mara)


def test_a_type_without_a_parent_states_everything(creator: User, project: Project) -> None:
    version = create_scene_type(actor=creator, project=project, name=" Slow  push-in ", values={})
    assert version.scene_type.name == "Slow push-in"
    recipe = resolve(version)
    assert recipe.offer.operation.code == "transform.image_to_video"
    assert (recipe.width_px, recipe.height_px, recipe.fps) == (1280, 720, 24)
    assert recipe.stitch_mode is StitchMode.Code.STRICT
    assert recipe.inherited == frozenset()
    assert recipe.seconds == 15


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"target_frames": 5, "tolerance_frames": 0}, "target_frames", "at least 6"),
        ({"segment_min_frames": 9}, "segment_min_frames", "At most 8, the longest"),
        ({"width_px": 97}, "width_px", "even number of pixels, such as 98"),
        ({"width_px": 9999}, "width_px", "Must be 64 to 8,192."),
        ({"height_px": "64"}, "height_px", "whole number"),
        ({"fps_num": 0}, "fps_num", "more than 0 frames a second"),
        ({"fps_num": 500}, "fps_den", "frame rate must lie between 1 and 120"),
        ({"is_elastic": 1}, "is_elastic", "true or false"),
        ({"stitch_mode": "loose"}, "stitch_mode", "Choose one of: strict, validated."),
        ({"offer": {"operation": "transform.nothing"}}, "offer", "Nobody offers"),
        ({"offer": {"provider": "acme"}}, "offer", "/acme/any"),
        ({"offer": {"operation": "create.image"}}, "offer", "no video from a start frame"),
        ({"gates": [{"measure": "drift_max", "level": "fail"}]}, "gates", "give a limit"),
        (
            {"gates": [{"measure": "drift_max", "level": "fail", "most": 10**400}]},
            "gates",
            "a limit is a number",
        ),
        (
            {"gates": [{"measure": "beauty", "level": "fail", "most": 1}]},
            "gates",
            "Gate on beauty: Choose one of: drift_mean",
        ),
        (
            {"gates": [{"measure": "grain", "level": "warn", "least": 2, "most": 1}]},
            "gates",
            "lies below",
        ),
        ({"extra": {"frames": 12}}, "extra", "decided by the recipe"),
        ({"extra": {"motion": "somersault"}}, "extra", "motion: Choose one of"),
        ({"extra": {"wings": 2}}, "extra", "wings: There is no such parameter."),
        ({"colour": "blue"}, "colour", "no “colour”"),
        ({"prompt": "{name"}, "prompt", "A brace has no partner"),
        ({"target_frames": 90_000, "tolerance_frames": 0}, "target_frames", "200 segments"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    creator: User, project: Project, values: dict[str, Any], field: str, words: str
) -> None:
    error = refused(creator, project, **values)
    assert field in error.fields, error.fields
    assert words in " ".join(error.fields[field])


def test_all_that_is_wrong_is_said_at_once(creator: User, project: Project) -> None:
    error = refused(creator, project, width_px=97, fps_num=0, stitch_mode="?")
    assert set(error.fields) == {"width_px", "fps_num", "stitch_mode"}


def test_inheritance(creator: User, project: Project) -> None:
    gates = [
        {"measure": "drift_max", "level": "fail", "most": 0.4},
        {"measure": "flicker", "level": "warn", "least": 0.9},
    ]
    parent = scene_type(creator, project, "Base", gates=gates, negative_prompt="blur")
    child = create_scene_type(
        actor=creator,
        project=project,
        name="Closer",
        parent=parent,
        values={
            "target_frames": 22,
            "prompt": "{name} closer",
            "gates": [{"measure": "drift_max", "level": "warn", "most": 0.3}],
            "extra": {"motion": "hold"},
        },
    )
    child.refresh_from_db()
    assert child.width_px is None
    recipe = resolve(child)
    assert (recipe.width_px, recipe.target_frames) == (96, 22)
    assert recipe.prompt == "{name} closer"
    assert recipe.negative_prompt == "blur"
    assert recipe.extra == {"motion": "hold", "motion_strength": 0.3}
    by_measure = {rule.measure_id: rule for rule in recipe.gates}
    drift = by_measure[Measure.Code.DRIFT_MAX]
    assert (drift.level_id, drift.most_score) == (GateLevel.Code.WARN, 0.3)
    assert not drift.is_inherited
    assert by_measure[Measure.Code.FLICKER].is_inherited
    assert "width_px" in recipe.inherited
    assert not {"target_frames", "prompt", "gates", "extra"} & recipe.inherited


def test_a_child_is_checked_together_with_what_it_inherits(creator: User, project: Project) -> None:
    parent = scene_type(creator, project, "Base")
    with pytest.raises(Invalid) as caught:
        create_scene_type(
            actor=creator,
            project=project,
            name="Longer",
            parent=parent,
            values={"segment_min_frames": 12},
        )
    assert "segment_min_frames" in caught.value.fields


def test_versions_stay_and_are_compared(creator: User, project: Project) -> None:
    first = scene_type(creator, project, "Portrait")
    second = add_type_version(
        actor=creator,
        scene_type=first.scene_type,
        values={
            **SMALL,
            "target_frames": 22,
            "stitch_mode": "validated",
            "gates": [{"measure": "drift_max", "level": "fail", "most": 0.4}],
            "extra": {"motion": "hold"},
            "note": "calmer",
        },
    )
    assert (first.number, second.number, second.note) == (1, 2, "calmer")
    found = {item.field: (item.before, item.after) for item in type_differences(first, second)}
    assert found == {
        "target_frames": (15, 22),
        "stitch_mode": ("Strict last frame", "Validated continuity"),
        "gate: Drift, worst": (None, "stop above 0.4"),
        "extra: motion": ("push-in", "hold"),
        "extra: motion_strength": (0.3, None),
    }


def test_parents(creator: User, project: Project, admin: User) -> None:
    first = scene_type(creator, project, "Portrait")
    with pytest.raises(Invalid, match="itself"):
        add_type_version(actor=creator, scene_type=first.scene_type, values={}, parent=first)
    other = scene_type(admin, create_project(actor=admin, name="Elsewhere"), "Theirs")
    with pytest.raises(Invalid, match="another project"):
        create_scene_type(actor=creator, project=project, name="X", values={}, parent=other)
    top = first
    for number in range(5):
        top = create_scene_type(
            actor=creator, project=project, name=f"Child {number}", values={}, parent=top
        )
    with pytest.raises(Invalid, match="in a row"):
        create_scene_type(actor=creator, project=project, name="Deep", values={}, parent=top)
    assert resolve(top).width_px == 96


def test_names_and_rights(creator: User, reviewer: User, outsider: User, project: Project) -> None:
    scene_type(creator, project, "Portrait")
    with pytest.raises(Conflict, match="scene type of this name"):
        scene_type(creator, project, "portrait")
    with pytest.raises(Invalid):
        scene_type(creator, project, " ")
    with pytest.raises(Forbidden):
        scene_type(reviewer, project, "Mine")
    with pytest.raises(NotFound):
        scene_type(outsider, project, "Mine")
