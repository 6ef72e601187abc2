"""The board of a scene: what it says, and that it costs the same for 2 segments and for 12."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pipeline.jobs.models import Attempt, Job
from pipeline.operations.models import Offer
from pipeline.scenes import curves
from pipeline.scenes.joins import JoinState
from pipeline.scenes.models import Gate, GateLevel, Measure, Scene, Segment, TakeMeasure, TakeSample
from pipeline.scenes.queries import scene_board
from pipeline.scenes.recipe import resolve
from pipeline.scenes.services import edits
from pipeline.scenes.services.cuts import PlannedPiece, plan_pieces, render_cut
from studio.core.models import Project, User
from studio.live.locks import acquire_lock
from tests.pipeline.scenes.builders import add_take, build_scene, run_jobs

pytestmark = pytest.mark.django_db


def fresh(scene: Scene) -> Scene:
    rows = Scene.objects.select_related("character__project", "type_version", "edit")
    return rows.get(pk=scene.pk)


def look(scene: Scene) -> tuple[int, str]:
    """What a page reads of a board: everything."""
    with CaptureQueriesContext(connection) as captured:
        board = scene_board(fresh(scene))
        for slot in [*board.slots, *board.removed]:
            for take in slot.takes:
                assert take.verdict == "pending"
                assert take.take.created_by.profile is not None
                assert take.progress is None
            if slot.after is not None:
                assert slot.after.name
                assert slot.after.standing.reason is not None
        for node in board.history:
            assert str(node.edit)
            assert node.edit.actor.profile is not None
        for cut in board.cuts:
            assert str(cut.job.state)
            assert list(cut.findings.all()) is not None
    return len(captured), "\n".join(query["sql"][:200] for query in captured.captured_queries)


def test_the_board_costs_the_same_however_long(creator: User, project: Project) -> None:
    found = []
    for segments in (2, 12):
        scene = build_scene(creator, project, takes=[4] * segments, title=f"Walk {segments}")
        first, second = scene.segments.all()[:2]
        add_take(scene, first, frames=4)
        run_jobs(scene)
        render_cut(actor=creator, scene=fresh(scene))
        edits.trim_take(actor=creator, scene=scene, segment=first, in_frame=1, out_frame=4)
        edits.undo(actor=creator, scene=scene)
        acquire_lock(actor=creator, project=project, subject_code=second.code)
        found.append(look(scene))
    (few, texts_few), (many, texts_many) = found
    assert few == many, f"{texts_few}\n---\n{texts_many}"
    assert few <= 30


def test_what_the_board_says(creator: User, project: Project) -> None:
    scene = build_scene(creator, project, takes=[6, 6, 6])
    _first, second, third = scene.segments.all()
    run_jobs(scene)
    edits.remove_segment(actor=creator, scene=scene, segment=third)
    Segment.objects.create(scene=scene, number=4, frames_wanted=7)
    acquire_lock(actor=creator, project=project, subject_code=second.code)
    board = scene_board(fresh(scene))
    assert [slot.segment.number for slot in board.slots] == [1, 2, 4]
    assert [slot.segment for slot in board.removed] == [third]
    one, two, four = board.slots
    assert one.after is not None
    assert (one.after.standing.state, one.after.name) == (JoinState.GOOD, "1 | 2")
    assert (one.after.left_frame, one.after.right_frame) == (5, 0)
    assert two.after is None
    assert two.lock is not None
    assert two.lock.holder == creator
    assert four.selected is None
    assert four.takes == []
    done = board.progress
    assert (done.segments_done, done.segments_wanted, done.frames_done) == (2, 3, 5 + 6)
    assert done.seconds_left is None  # this studio has not made such takes yet
    assert [node.is_here for node in board.history] == [False, True]
    assert (board.can_undo, board.can_redo) == (True, False)


def test_time_left_comes_from_this_studios_history(creator: User, project: Project) -> None:
    scene = build_scene(creator, project, takes=[6])
    Segment.objects.create(scene=scene, number=2, frames_wanted=10)
    attempt = Attempt.objects.order_by("-pk")[0]
    offer = Offer.objects.get(pk=resolve(scene.type_version).offer.pk)
    document = {"width_px": 320, "height_px": 96, "frames": 20}  # twice the area
    Job.objects.filter(pk=attempt.job_id).update(offer=offer, parameters=document)
    Attempt.objects.filter(pk=attempt.pk).update(
        ended_at=attempt.started_at + timedelta(seconds=40)
    )
    left = scene_board(fresh(scene)).progress.seconds_left
    assert left == pytest.approx(10 * 1.0)


def test_curves_lie_at_the_frames_of_the_cut(creator: User, project: Project) -> None:
    scene = build_scene(creator, project, takes=[6, 6])
    run_jobs(scene)
    takes = [segment.takes.get() for segment in scene.segments.all()]
    for take in takes:
        for frame in (0, 5):
            TakeSample.objects.create(
                take=take, frame=frame, drift_score=frame / 10, motion_score=0, flicker_score=1
            )
    TakeMeasure.objects.create(take=takes[0], measure_id=Measure.Code.DRIFT_MAX.value, score=0.5)
    Gate.objects.create(
        type_version=scene.type_version,
        measure_id=Measure.Code.DRIFT_MAX.value,
        level_id=GateLevel.Code.FAIL.value,
        most_score=0.4,
    )
    pieces = plan_pieces(fresh(scene).edit)
    assert pieces == [
        PlannedPiece(takes[0].pk, None, 0, 5, 0),
        PlannedPiece(takes[1].pk, None, 0, 6, 5),
    ]
    recipe = resolve(fresh(scene).type_version)
    drift, flicker, _motion = curves.scene_curves(pieces, curves.samples_of(pieces), recipe.gates)
    # the end frame of the first take is shown by the second one
    assert [(point.frame, point.score) for point in drift.points] == [(0, 0), (5, 0), (10, 0.5)]
    assert [rule.most_score for rule in drift.gates] == [0.4]
    assert len(flicker.points) == 3
    slot = scene_board(fresh(scene)).slots[0]
    assert slot.selected is not None
    assert slot.selected.findings[0].sentence == "Drift, worst is 0.5, above the limit of 0.4."
