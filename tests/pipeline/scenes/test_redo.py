"""Redoing: new takes beside the old ones, closed chains, selection when they have passed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from assets.storage.store import local_copy
from pipeline.scenes import arrangement as history
from pipeline.scenes.models import Scene, SceneState, Segment, Take, TakeWish
from pipeline.scenes.services import generation
from pipeline.scenes.services.redo import redo_segments
from studio.core.errors import Conflict, Forbidden, Invalid
from studio.core.models import Project, User
from studio.live.locks import acquire_lock
from studio.live.models import Event
from tests.pipeline.scenes.stage import (
    begun,
    cast_character,
    draft,
    fresh,
    play,
    still_heartbeat,
)

pytestmark = pytest.mark.django_db
S = SceneState.Code


@pytest.fixture(autouse=True)
def _still(monkeypatch: Any) -> None:
    still_heartbeat(monkeypatch)


@pytest.fixture
def scene(creator: User, project: Project) -> Scene:
    return play(begun(creator, cast_character(creator, project), target_frames=22))


def segment(scene: Scene, number: int) -> Segment:
    return Segment.objects.get(scene=scene, number=number)


def blobs(scene: Scene) -> dict[str, str]:
    takes = Take.objects.filter(segment__scene=scene, version__isnull=False)
    return {str(take.code): take.version.blob.sha256 for take in takes}


def test_a_redo_is_chained_on_both_sides_and_leaves_the_rest(creator: User, scene: Scene) -> None:
    before, version = blobs(scene), scene.version
    edit = scene.edit
    [take] = redo_segments(
        actor=creator, scene=scene, segments=[segment(scene, 2)], expected_version=version
    )
    assert fresh(scene).state_id == S.GENERATING
    items = history.current(fresh(scene)).items
    left, right = (Take.objects.get(pk=items[at].take_id) for at in (0, 2))
    assert take.start_image == left.examination.end_picture
    assert take.end_image == right.start_image
    sent = {item.role.code: item.version for item in take.job.inputs.select_related("role")}
    assert sent["end-frame"] == right.start_image
    assert take.number == 2
    scene = play(scene)
    assert scene.state_id == S.READY, scene.stop_reason
    assert scene.edit == edit  # nothing was selected
    after = blobs(scene)
    assert before.items() <= after.items()
    assert len(after) == len(before) + 1
    take.refresh_from_db()
    assert take.examination.end_frame == take.examination.frames - 1 == 7
    with Image.open(local_copy(take.examination.end_picture.blob)) as image:
        end = np.asarray(image.convert("RGB")).astype(int)
    with Image.open(local_copy(right.start_image.blob)) as image:
        wanted = np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(end - wanted).mean() < 6  # it flows into the picture, encoded with loss


def test_the_same_seed_makes_the_same_take(creator: User, scene: Scene) -> None:
    last = segment(scene, 3)
    first = last.takes.get()
    [take] = redo_segments(actor=creator, scene=scene, segments=[last], same_seed=True)
    play(scene)
    take.refresh_from_db()
    assert take.job.random_seed == first.job.random_seed
    assert take.version.blob == first.version.blob
    assert take.version != first.version


def test_changes_apply_to_these_takes_only(creator: User, scene: Scene) -> None:
    takes = redo_segments(
        actor=creator,
        scene=scene,
        segments=[segment(scene, 3)],
        changes={"prompt": "{name} smiles", "motion": "hold"},
        count=2,
    )
    assert [take.number for take in takes] == [2, 3]
    assert takes[0].job.parameters["prompt"] == "Mara smiles"
    assert takes[0].job.parameters["motion"] == "hold"
    assert takes[0].job.random_seed != takes[1].job.random_seed
    assert play(scene).state_id == S.READY


def test_a_wish_selects_the_take_when_it_has_passed(creator: User, scene: Scene) -> None:
    [take] = redo_segments(actor=creator, scene=scene, segments=[segment(scene, 2)], select=True)
    assert TakeWish.objects.get().take == take
    scene = play(scene)
    assert scene.state_id == S.READY, scene.stop_reason
    assert history.current(scene).find(take.segment_id).take_id == take.pk
    assert scene.edit.kind.code == "redo"
    assert scene.edit.actor == creator
    assert not TakeWish.objects.exists()


def test_a_wish_for_a_take_that_fails_is_refused_aloud(creator: User, project: Project) -> None:
    gate = {"measure": "drift_max", "level": "fail", "most": 0.9}
    scene = play(begun(creator, cast_character(creator, project), gates=[gate]))
    assert scene.state_id == S.READY, scene.stop_reason
    from pipeline.scenes.models import Gate, Measure, TakeMeasure

    worst = TakeMeasure.objects.filter(measure_id=Measure.Code.DRIFT_MAX).order_by("-score")[0]
    assert worst.score < 0.9
    assert Gate.objects.get().most_score == 0.9
    edit = scene.edit
    redo_segments(
        actor=creator,
        scene=scene,
        segments=[segment(scene, 2)],
        changes={"fault_blur_px": 20.0, "fault_cast_red": 80.0, "fault_drift": 1.0},
        select=True,
    )
    with_gate = resolve_with(most=worst.score + 0.001)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("pipeline.scenes.engine.resolve", with_gate)
        scene = play(scene)
    assert scene.state_id == S.READY, scene.stop_reason
    assert scene.edit == edit
    assert not TakeWish.objects.exists()
    told = Event.objects.get(kind__code="scene.take-not-selected")
    assert "does not pass: Drift, worst" in told.data["message"]


def resolve_with(most: float) -> Any:
    """The recipe with a stricter gate than its version states."""
    from dataclasses import replace

    from pipeline.scenes.recipe import resolve

    def stricter(version: Any) -> Any:
        recipe = resolve(version)
        gates = tuple(replace(rule, most_score=most) for rule in recipe.gates)
        return replace(recipe, gates=gates)

    return stricter


def test_what_a_redo_may_not_do(creator: User, reviewer: User, admin: User, scene: Scene) -> None:
    one = segment(scene, 1)

    def ask(actor: User = creator, **changes: Any) -> None:
        redo_segments(actor=actor, scene=scene, **{"segments": [one], **changes})

    with pytest.raises(Forbidden):
        ask(reviewer)
    with pytest.raises(Conflict, match="meanwhile"):
        ask(expected_version=1)
    for wrong, field in (
        ({"segments": []}, "segments"),
        ({"count": 0}, "count"),
        ({"count": 2, "same_seed": True}, "count"),
        ({"changes": {"width_px": 128}}, "width_px"),
        ({"changes": {"prompt": "{hari}"}}, "prompt"),
        ({"changes": {"motion": "somersault"}}, "motion"),
        ({"changes": {"wings": 2}}, "wings"),
    ):
        with pytest.raises(Invalid) as caught:
            ask(**wrong)
        assert field in caught.value.fields
    acquire_lock(actor=admin, project=scene.character.project, subject_code=one.code)
    with pytest.raises(Conflict, match="editing segment 1"):
        ask()
    assert fresh(scene).state_id == S.READY
    assert Take.objects.count() == 3


def test_states(creator: User, project: Project) -> None:
    mara = cast_character(creator, project)
    scene = draft(creator, mara)
    one, two = scene.segments.all()
    with pytest.raises(Conflict, match="not started"):
        redo_segments(actor=creator, scene=scene, segments=[one])
    generation.start_scene(actor=creator, scene=scene)
    with pytest.raises(Conflict, match="not been generated yet"):
        redo_segments(actor=creator, scene=scene, segments=[two])
    generation.pause_scene(actor=creator, scene=scene)
    with pytest.raises(Conflict) as caught:
        redo_segments(actor=creator, scene=scene, segments=[one])
    assert caught.value.remedy == "Resume it first."


def test_redoing_where_the_scene_hangs_lets_it_go_on(creator: User, project: Project) -> None:
    gate = {"measure": "sharpness", "level": "fail", "least": 0.0002}
    mara = cast_character(creator, project)
    extra = {"motion": "hold", "fault_blur_px": 20.0}
    scene = play(begun(creator, mara, gates=[gate], extra=extra))
    assert scene.state_id == S.STOPPED
    redo_segments(
        actor=creator,
        scene=scene,
        segments=[segment(scene, 1)],
        changes={"fault_blur_px": 0.0},
    )
    scene = play(scene)
    shown = history.current(scene).items
    assert [item.take_id for item in shown] == [segment(scene, 1).takes.get(number=2).pk]
    assert scene.state_id == S.STOPPED  # segment 2 is blurred again
    assert "Segment 2, take 1" in scene.stop_reason
