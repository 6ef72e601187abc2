"""Boundaries: measured once, healed when that helps, flagged with a reason when it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from pipeline.jobs.models import Job
from pipeline.providers.base import Produced, ProviderError
from pipeline.providers.local.adapter import LocalAdapter
from pipeline.scenes import arrangement as history
from pipeline.scenes.engine import advance
from pipeline.scenes.joins import Grade, JoinState, standing, with_details
from pipeline.scenes.models import (
    Boundary,
    BoundaryMeasurement,
    Bridge,
    EditKind,
    HealMethod,
    Scene,
    SceneState,
    StitchMode,
)
from pipeline.scenes.recipe import resolve
from pipeline.scenes.services import boundaries, edits
from pipeline.scenes.services.cuts import plan_pieces, render_cut
from studio.core.errors import Conflict, Forbidden
from studio.core.models import Project, User
from tests.pipeline.scenes.builders import (
    add_take,
    build_scene,
    burned_numbers,
    code_of,
    run_jobs,
)

pytestmark = pytest.mark.django_db


def fresh(scene: Scene) -> Scene:
    return Scene.objects.get(pk=scene.pk)


def states(scene: Scene) -> list[tuple[JoinState, Grade]]:
    """How the boundaries of a scene stand, in order."""
    shown = history.current(fresh(scene))
    threshold = resolve(scene.type_version).boundary_threshold_permille / 1000
    found = [
        standing(boundary, item.bridge_id, threshold)
        for boundary, item in zip(boundaries.boundaries_of(shown), shown.items, strict=False)
    ]
    return [(one.state, one.grade) for one in found]


def boundary_at(scene: Scene, at: int) -> Boundary:
    key = history.current(fresh(scene)).keys()[at]
    return with_details(Boundary.objects.all()).get(**key._asdict())


def jobs(operation: str) -> int:
    return Job.objects.filter(offer__operation__code=operation).count()


def test_a_measurement_is_no_change_that_stops_people(creator: User, project: Project) -> None:
    """Who trims while figures come in is not told that somebody else changed the scene."""
    scene = build_scene(creator, project, takes=[8, 8])
    seen = fresh(scene).version
    run_jobs(scene)
    assert states(scene) == [(JoinState.GOOD, Grade.GOOD)]
    first = scene.segments.get(number=1)
    edits.trim_take(
        actor=creator, scene=scene, segment=first, in_frame=1, out_frame=8, expected_version=seen
    )


def test_every_boundary_is_measured_once(creator: User, project: Project) -> None:
    scene = build_scene(creator, project, takes=[8, 8, 8])
    with pytest.raises(Conflict, match=r"1 \| 2 is not measured yet"):
        plan_pieces(scene.edit)
    advance(scene.pk)
    assert jobs("video.measure_boundary") == 2
    advance(scene.pk)
    assert jobs("video.measure_boundary") == 2
    assert states(scene) == [(JoinState.MEASURING, Grade.UNKNOWN)] * 2
    run_jobs(scene)
    assert states(scene) == [(JoinState.GOOD, Grade.GOOD)] * 2
    measured = boundary_at(scene, 0).measurement
    assert (measured.left_frame, measured.right_frame) == (7, 0)  # the shared picture once
    assert measured.is_passed
    assert 0.6 <= measured.boundary_score <= 1
    assert jobs("video.heal_boundary") == 0


def test_redoing_one_touches_its_two_boundaries_only(creator: User, project: Project) -> None:
    scene = build_scene(creator, project, takes=[6] * 8)
    run_jobs(scene)
    rows = set(Boundary.objects.values_list("pk", "measurement__pk"))
    files = set(scene.segments.values_list("takes__version__blob__sha256", flat=True))
    fifth = scene.segments.get(number=5)
    take = add_take(scene, fifth, frames=6, offset=4 * 5)
    edits.select_take(actor=creator, scene=scene, take=take)
    run_jobs(scene)
    new = set(Boundary.objects.values_list("pk", "measurement__pk")) - rows
    assert len(new) == 2
    assert rows <= set(Boundary.objects.values_list("pk", "measurement__pk"))
    touched = {
        b.left_take.segment.number for b in Boundary.objects.filter(pk__in=[n[0] for n in new])
    }
    assert touched == {4, 5}
    assert files <= set(scene.segments.values_list("takes__version__blob__sha256", flat=True))
    assert jobs("video.measure_boundary") == 7 + 2

    edits.undo(actor=creator, scene=scene)
    run_jobs(scene)
    assert jobs("video.measure_boundary") == 7 + 2  # what was measured stays measured


@pytest.fixture
def shifted(creator: User, project: Project) -> Scene:
    """Three takes, the second of which is too warm: its boundaries want healing."""
    return build_scene(
        creator,
        project,
        takes=[26, 38, 26],
        faults={1: (0, 0, 18)},
        boundary_threshold_permille=900,
    )


@pytest.mark.parametrize(
    ("mode", "fps"),
    [
        (StitchMode.Code.STRICT, Fraction(24)),
        (StitchMode.Code.VALIDATED, Fraction(25)),
        (StitchMode.Code.VALIDATED, Fraction(30000, 1001)),
        (StitchMode.Code.STRICT, Fraction(30)),
    ],
)
def test_a_fault_is_healed_and_the_cut_shows_the_bridge(
    creator: User, project: Project, mode: StitchMode.Code, fps: Fraction
) -> None:
    scene = build_scene(
        creator, project, takes=[26, 38, 26], faults={1: (0, 0, 18)}, mode=mode, fps=fps,
        boundary_threshold_permille=900,
    )  # fmt: skip
    run_jobs(scene)
    scene = fresh(scene)
    used = [item.bridge_id for item in history.current(scene)]
    assert any(used), [b.result.reason for b in Bridge.objects.filter(result__isnull=False)]
    assert (JoinState.HEALED) in [state for state, _ in states(scene)]
    heals = [edit for edit in scene.edits.all() if edit.kind_id == EditKind.Code.HEAL]
    assert len(heals) == sum(pk is not None for pk in used)
    assert "healed: 0." in heals[0].summary

    pieces = plan_pieces(scene.edit)
    cut = render_cut(actor=creator, scene=scene)
    run_jobs()
    advance(scene.pk)
    cut.refresh_from_db()
    assert cut.version is not None
    shown = burned_numbers(cut.version)
    assert len(shown) == cut.frames == sum(piece.frames for piece in pieces)
    takes = {item.take_id: item for item in history.current(scene)}
    models = {take.pk: take for s in scene.segments.all() for take in s.takes.all()}
    seen = 0
    for piece in pieces:
        if piece.take_id is not None:
            assert piece.take_id in takes
            wanted = [
                code_of(models[piece.take_id], frame)
                for frame in range(piece.in_frame, piece.out_frame)
            ]
            assert shown[piece.start_frame : piece.start_frame + piece.frames] == wanted
        else:
            seen += 1
            result = Bridge.objects.get(pk=piece.bridge_id).result
            assert piece.frames == result.frames
            # it stands for as many frames as it has: nothing gets longer or shorter
            before, after = pieces[pieces.index(piece) - 1], pieces[pieces.index(piece) + 1]
            assert (before.out_frame, after.in_frame) == (result.left_frame, result.right_frame)
    assert seen == sum(pk is not None for pk in used)
    if mode == StitchMode.Code.STRICT:
        assert cut.frames == 25 + 37 + 26


def test_bridges_go_with_their_boundary(shifted: Scene, creator: User) -> None:
    run_jobs(shifted)
    scene = fresh(shifted)
    shown = history.current(scene)
    at = next(i for i, item in enumerate(shown) if item.bridge_id is not None)
    healed = shown.items[at]
    boundary = boundary_at(scene, at)
    count = jobs("video.heal_boundary")

    edits.drop_bridge(actor=creator, scene=scene, boundary=boundary)
    run_jobs(scene)
    assert history.current(fresh(scene)).items[at].bridge_id is None
    assert jobs("video.heal_boundary") == count  # taken away is not healed again by itself
    assert states(scene)[at][0] == JoinState.FLAGGED
    with pytest.raises(Conflict, match="No bridge"):
        edits.drop_bridge(actor=creator, scene=scene, boundary=boundary)

    bridge = Bridge.objects.get(pk=healed.bridge_id)
    edits.use_bridge(actor=creator, scene=scene, bridge=bridge)
    assert history.current(fresh(scene)).items[at].bridge_id == bridge.pk

    segment = scene.segments.get(pk=healed.segment_id)
    trim = {"actor": creator, "scene": scene, "segment": segment, "in_frame": 0}
    edits.trim_take(**trim, out_frame=20)
    assert history.current(fresh(scene)).items[at].bridge_id is None
    with pytest.raises(Conflict, match="do not meet like this"):
        edits.use_bridge(actor=creator, scene=scene, bridge=bridge)
    edits.trim_take(**trim, out_frame=healed.out_frame)  # the old boundary, with its bridge
    assert history.current(fresh(scene)).items[at].bridge_id == bridge.pk


def test_bridges_made_by_hand(shifted: Scene, creator: User, reviewer: User) -> None:
    scene = fresh(shifted)
    advance(scene.pk)
    boundary = boundary_at(scene, 0)
    with pytest.raises(Conflict, match="not measured yet"):
        boundaries.heal_boundary(actor=creator, boundary=boundary)
    run_jobs(scene)
    with pytest.raises(Forbidden):
        boundaries.heal_boundary(actor=reviewer, boundary=boundary)
    before = boundary_at(scene, 0).bridges.count()
    asked = boundaries.heal_boundary(
        actor=creator, boundary=boundary, method=HealMethod.Code.NORMALISE
    )
    with pytest.raises(Conflict, match="is being made"):
        boundaries.heal_boundary(actor=creator, boundary=boundary)
    run_jobs(scene)
    asked.refresh_from_db()
    assert asked.number == before + 1
    assert asked.result.method_used_id == HealMethod.Code.NORMALISE
    assert asked.result.keys.exists() or not asked.result.is_better
    if not asked.result.is_better:
        with pytest.raises(Conflict, match="not better"):
            edits.use_bridge(actor=creator, scene=fresh(scene), bridge=asked)


def test_unlike_takes_are_flagged_with_the_reason(creator: User, project: Project) -> None:
    """Halves of the texture that have nothing to do with each other: no bridge can help."""
    scene = build_scene(
        creator, project, takes=[26, 26], faults={1: (300, 40, 0)}, boundary_threshold_permille=900
    )
    run_jobs(scene)
    (state, grade) = states(scene)[0]
    boundary = boundary_at(scene, 0)
    assert (state, grade) == (JoinState.FLAGGED, Grade.POOR)
    found = standing(boundary, None, 0.9)
    assert "The join scores" in found.reason
    assert "ot kept" in found.reason
    assert history.current(fresh(scene)).items[0].bridge_id is None
    assert plan_pieces(fresh(scene).edit)  # a person may show it as it is


def test_failed_jobs_flag_their_boundary(
    creator: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = build_scene(creator, project, takes=[8, 8])
    advance(scene.pk)
    break_next(monkeypatch)
    run_jobs(scene)
    monkeypatch.undo()
    boundary = boundary_at(scene, 0)
    found = standing(boundary, None, 0.6)
    assert (found.state, found.reason) == (JoinState.FLAGGED, "The disk is made of cheese.")
    assert not boundaries.step(history.lock_scene(scene))  # nothing that would end by itself
    boundaries.measure_again(actor=creator, boundary=boundary)
    run_jobs(scene)
    assert states(scene) == [(JoinState.GOOD, Grade.GOOD)]
    with pytest.raises(Conflict, match="has not failed"):
        boundaries.measure_again(actor=creator, boundary=boundary)
    assert BoundaryMeasurement.objects.count() == 1


def break_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the machine refuse to measure."""

    def refuse(*_: object) -> None:
        raise ProviderError("The disk is made of cheese.")

    makers: dict[str, Callable[..., object]] = {
        **LocalAdapter.makers,
        "video.measure_boundary": refuse,
    }
    monkeypatch.setattr(LocalAdapter, "makers", makers)


def test_grain_that_differs_is_brought_together_where_the_recipe_says_so(
    creator: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A join may be good and its grain another: normalisation alone is tried, once."""
    scene = build_scene(creator, project, takes=[26, 26], texture_sync=True)
    advance(scene.pk)
    measure = LocalAdapter.makers["video.measure_boundary"]

    def grainy(*given: Any) -> Produced:
        made = measure(*given)
        return replace(made, notes={**made.notes, "grain_ratio": 2.0})

    monkeypatch.setattr(
        LocalAdapter, "makers", {**LocalAdapter.makers, "video.measure_boundary": grainy}
    )
    run_jobs(scene)
    assert states(scene)[0][1] == Grade.GOOD
    [bridge] = Bridge.objects.all()
    assert bridge.job.parameters["method"] == "normalise"


def test_other_rules_measure_anew(creator: User, project: Project) -> None:
    """A scene that goes over to another version of its type is measured by that."""
    scene = build_scene(creator, project, takes=[8, 8])
    run_jobs(scene)
    first = boundary_at(scene, 0).measurement
    other = build_scene(creator, project, takes=[4], title="Run", mode=StitchMode.Code.VALIDATED)
    Scene.objects.filter(pk=scene.pk).update(type_version=other.type_version)
    run_jobs(fresh(scene))
    second = boundary_at(scene, 0).measurement
    assert second.pk != first.pk
    assert second.job.parameters["mode"] == "validated"
    assert jobs("video.measure_boundary") == 2


def test_nothing_is_healed_in_a_cancelled_scene(creator: User, project: Project) -> None:
    """Nobody would write what came of it, and it would be charged."""
    scene = build_scene(creator, project, takes=(14, 14), state=SceneState.Code.CANCELLED)
    [boundary] = boundaries.boundaries_of(history.current(scene))
    with pytest.raises(Conflict, match="cancelled"):
        boundaries.heal_boundary(actor=creator, boundary=boundary)
    assert not Job.objects.filter(offer__operation__code="video.heal_boundary").exists()
