"""The generation loop: chains of takes, states, gates, what survives a crash."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from django.db import connection
from PIL import Image

from assets.storage.store import local_copy
from billing.ledger.queries import balance_of
from billing.ledger.services import open_hold
from billing.models import Plan
from billing.plans.services import subscribe
from pipeline.jobs import control
from pipeline.jobs.models import Job, JobState
from pipeline.scenes import arrangement as history
from pipeline.scenes.engine import advance
from pipeline.scenes.models import Scene, SceneState, Take, TakeMeasure
from pipeline.scenes.receivers import scene_of
from pipeline.scenes.services import edits, generation
from pipeline.scenes.sweep import sweep_scenes
from pipeline.video.frames import read_frame
from studio.core.errors import Conflict, PaymentRequired
from studio.core.models import Project, User
from studio.live.models import Event, Notification
from tests.pipeline.scenes.stage import (
    begun,
    cast_character,
    draft,
    fresh,
    play,
    run_next,
    still_heartbeat,
)

pytestmark = pytest.mark.django_db
S = SceneState.Code


@pytest.fixture(autouse=True)
def _still(monkeypatch: Any) -> None:
    still_heartbeat(monkeypatch)


def takes_of(scene: Scene) -> list[Take]:
    return list(
        Take.objects.filter(segment__scene=scene)
        .select_related("segment", "job", "version__blob", "start_image__blob", "examination")
        .order_by("segment__number", "number")
    )


def rgb(version: Any) -> Any:
    with Image.open(local_copy(version.blob)) as image:
        return np.asarray(image.convert("RGB"))


def test_six_segments_are_chained_to_the_pixel(creator: User, project: Project) -> None:
    """Each take is made from the end frame of the one before, without any loss."""
    scene = begun(creator, cast_character(creator, project), target_frames=43)
    assert scene.segments.count() == 6
    scene = play(scene)
    assert scene.state_id == S.READY, scene.stop_reason
    takes = takes_of(scene)
    assert len(takes) == 6
    assert np.array_equal(rgb(takes[0].start_image), rgb(scene.seed_b))
    for left, right in pairwise(takes):
        sent = right.job.inputs.get(role__code="start-frame").version
        assert sent == right.start_image == left.examination.end_picture
        end = read_frame(local_copy(left.version.blob), left.examination.end_frame)
        assert np.array_equal(rgb(sent), end)
        assert right.job.inputs.get(role__code="reference").version == scene.seed_a
    shown = [(p.in_frame, p.out_frame) for p in scene.edit.placements.all()]
    assert shown == [(0, 8)] * 6
    assert len({take.job.random_seed for take in takes}) == 6
    assert takes[0].job.parameters["prompt"] == "Mara looks up"
    assert takes[0].measures.count() >= 8
    assert takes[0].samples.first().frame == 0
    kinds = set(Event.objects.filter(subject_code=scene.code).values_list("kind__code", flat=True))
    assert {"scene.created", "scene.started", "scene.ready"} <= kinds


def test_the_same_scene_seed_makes_the_same_takes(creator: User, project: Project) -> None:
    blobs = []
    character = cast_character(creator, project)
    for _ in range(2):
        scene = draft(creator, character)
        Scene.objects.filter(pk=scene.pk).update(random_seed=11)
        generation.start_scene(actor=creator, scene=fresh(scene))
        blobs.append([take.version.blob_id for take in takes_of(play(scene))])
    assert blobs[0] == blobs[1]


def test_elastic_takes_end_within_their_range_and_make_the_length(
    creator: User, project: Project
) -> None:
    scene = begun(
        creator,
        cast_character(creator, project),
        is_elastic=True,
        target_frames=24,
        tolerance_frames=1,
        segment_min_frames=6,
        segment_max_frames=12,
    )
    scene = play(scene)
    assert scene.state_id == S.READY, scene.stop_reason
    items = history.current(scene).items
    assert all(6 <= item.out_frame <= 12 for item in items)
    shown = sum(item.out_frame - 1 for item in items) + 1
    assert abs(shown - 24) <= 1
    assert all(take.examination.end_reason for take in takes_of(scene))


def test_advancing_again_and_again_does_nothing_more(creator: User, project: Project) -> None:
    scene = begun(creator, cast_character(creator, project))
    assert advance(scene.pk) == 1
    assert advance(scene.pk) == advance(scene.pk) == 0
    assert len(takes_of(scene)) == Job.objects.count() == 1
    run_next()
    advance(scene.pk)
    assert advance(scene.pk) == 0
    assert Job.objects.count() == 2  # the take and its examination


def test_every_step_survives_a_crash_right_after_it(
    creator: User, project: Project, monkeypatch: Any
) -> None:
    """One step at a time, each a transaction; between two, only the sweeper is left."""
    scene = begun(creator, cast_character(creator, project))
    hinted: list[int] = []
    monkeypatch.setattr("pipeline.scenes.sweep.hint_advance", hinted.append)
    monkeypatch.setattr("pipeline.scenes.engine.MOST_STEPS", 1)
    for _ in range(60):
        if advance(scene.pk) == 0 and run_next() is None:
            break
        if fresh(scene).state_id == S.GENERATING and not unfinished(scene):
            hinted.clear()
            sweep_scenes()
            assert hinted == [scene.pk]
    scene = fresh(scene)
    assert scene.state_id == S.READY
    assert len(takes_of(scene)) == 2
    hinted.clear()
    sweep_scenes()
    assert hinted == []


def unfinished(scene: Scene) -> bool:
    return Job.objects.unfinished().exists()


def test_the_end_of_a_job_hints_at_its_scene(creator: User, project: Project) -> None:
    scene = begun(creator, cast_character(creator, project))
    advance(scene.pk)
    job = takes_of(scene)[0].job
    assert scene_of(job) == scene.pk
    hints = hints_for(scene)
    run_next()
    assert hints_for(scene) == hints + 1


def hints_for(scene: Scene) -> int:
    from django_q.models import OrmQ

    return sum(
        task.task["func"] == "pipeline.scenes.engine.run_advance"
        and task.task["args"] == (scene.pk,)
        for task in OrmQ.objects.filter(key="media")
    )


def test_a_gate_stops_planted_drift_and_passes_a_clean_take(
    creator: User, project: Project
) -> None:
    character = cast_character(creator, project)
    clean = play(begun(creator, character))
    measured = TakeMeasure.objects.filter(take__segment__scene=clean, measure__code="drift_max")
    most = max(measured.values_list("score", flat=True))
    gate = {"measure": "drift_max", "level": "fail", "most": most + 0.02}
    again = play(begun(creator, character, gates=[gate]))
    assert again.state_id == S.READY, again.stop_reason
    extra = {"motion": "push-in", "motion_strength": 0.3, "fault_drift": 1.0}
    drifted = play(begun(creator, character, gates=[gate], extra=extra))
    assert drifted.state_id == S.STOPPED
    assert drifted.stop_reason.startswith("Segment 1, take 1 does not pass: Drift, worst is ")
    assert "above the limit of" in drifted.stop_reason
    assert len(takes_of(drifted)) == 1
    assert Notification.objects.filter(user=creator, event__kind__code="scene.stopped").exists()


def test_a_refused_take_can_be_selected_all_the_same(creator: User, project: Project) -> None:
    gate = {"measure": "drift_max", "level": "fail", "most": -1.0}
    scene = play(begun(creator, cast_character(creator, project), gates=[gate]))
    assert scene.state_id == S.STOPPED
    edits.select_take(actor=creator, scene=scene, take=takes_of(scene)[0])
    generation.resume_scene(actor=creator, scene=fresh(scene))
    scene = play(scene)
    assert scene.state_id == S.STOPPED  # the second one does not pass either
    assert scene.stop_reason.startswith("Segment 2, take 1")
    assert len(takes_of(scene)) == 2
    edits.select_take(actor=creator, scene=scene, take=takes_of(scene)[1])
    generation.resume_scene(actor=creator, scene=fresh(scene))
    scene = play(scene)
    assert scene.state_id == S.READY, scene.stop_reason
    kinds = [edit.kind.code for edit in scene.edits.select_related("kind")]
    assert kinds == ["generate", "select", "select"]


def test_resume_tries_a_refused_take_again_with_another_seed(
    creator: User, project: Project
) -> None:
    gate = {"measure": "drift_max", "level": "fail", "most": -1.0}
    scene = play(begun(creator, cast_character(creator, project), gates=[gate]))
    generation.resume_scene(actor=creator, scene=scene)
    scene = play(scene)
    takes = takes_of(scene)
    assert [take.number for take in takes] == [1, 2]
    assert takes[0].job.random_seed != takes[1].job.random_seed
    assert scene.state_id == S.STOPPED
    assert "take 2" in scene.stop_reason


def test_a_failed_job_stops_the_scene_with_its_reason(
    creator: User, project: Project, monkeypatch: Any
) -> None:
    scene = begun(creator, cast_character(creator, project))
    from pipeline.providers.base import ProviderError
    from pipeline.providers.local.adapter import LocalAdapter

    def refuse(*_: Any) -> Any:
        raise ProviderError("The picture is too dark.")

    with monkeypatch.context() as patched:
        patched.setattr(LocalAdapter, "run", refuse)
        scene = play(scene)
    assert scene.state_id == S.STOPPED
    assert scene.stop_reason == (
        "Segment 1, take 1 could not be made: The picture is too dark. "
        "Resume to try again, or redo it with other settings."
    )
    generation.resume_scene(actor=creator, scene=scene)
    scene = play(scene)
    assert scene.state_id == S.READY
    assert [take.number for take in takes_of(scene)] == [1, 2, 1]


def test_a_failed_examination_is_sent_again(
    creator: User, project: Project, monkeypatch: Any
) -> None:
    from pipeline.providers.local.adapter import LocalAdapter

    scene = begun(creator, cast_character(creator, project))
    advance(scene.pk)
    run_next()
    advance(scene.pk)
    with monkeypatch.context() as patched:
        patched.setattr(LocalAdapter, "run", lambda *_: 1 / 0)
        scene = play(scene)
    assert scene.state_id == S.STOPPED
    assert "could not be examined" in scene.stop_reason
    generation.resume_scene(actor=creator, scene=scene)
    scene = play(scene)
    assert scene.state_id == S.READY
    assert len(takes_of(scene)) == 2


def test_pause_keeps_what_is_being_made(creator: User, project: Project) -> None:
    scene = begun(creator, cast_character(creator, project))
    advance(scene.pk)
    generation.pause_scene(actor=creator, scene=scene)
    scene = play(scene)
    assert scene.state_id == S.PAUSED
    assert takes_of(scene)[0].version is not None
    assert Job.objects.count() == 1
    generation.resume_scene(actor=creator, scene=scene)
    scene = play(scene)
    assert scene.state_id == S.READY
    assert len(takes_of(scene)) == 2


def test_cancel_ends_jobs_and_keeps_takes(creator: User, project: Project) -> None:
    scene = begun(creator, cast_character(creator, project))
    while len(takes_of(scene)) < 2:
        advance(scene.pk)
        run_next()
    advance(scene.pk)
    waiting = Job.objects.unfinished().count()
    generation.cancel_scene(actor=creator, scene=fresh(scene))
    assert not Job.objects.unfinished().exists()
    assert waiting == 1
    first, second = takes_of(scene)
    assert first.version is not None
    assert fresh(scene).state_id == S.CANCELLED
    with pytest.raises(Conflict):
        generation.cancel_scene(actor=creator, scene=fresh(scene))
    generation.resume_scene(actor=creator, scene=fresh(scene))
    scene = play(scene)
    assert scene.state_id == S.READY, scene.stop_reason
    assert second.segment_id == takes_of(scene)[-1].segment_id


def test_a_job_that_somebody_cancels_stops_the_scene(creator: User, project: Project) -> None:
    scene = begun(creator, cast_character(creator, project))
    advance(scene.pk)
    control.cancel_job(actor=creator, job=takes_of(scene)[0].job)
    scene = play(scene)
    assert scene.state_id == S.STOPPED
    assert "its job was cancelled." in scene.stop_reason


def test_an_empty_wallet_refuses_the_start_and_stops_on_the_way(
    creator: User, project: Project, admin: User, monkeypatch: Any
) -> None:
    scene = draft(creator, cast_character(creator, project))
    subscribe(actor=admin, user=creator, plan=Plan.objects.get(code="free"))
    if balance := balance_of(creator):
        open_hold(payer=creator, project=project, amount_microcredits=balance, memo="all of it")
    with pytest.raises(PaymentRequired):
        generation.start_scene(actor=creator, scene=scene)
    assert fresh(scene).state_id == S.DRAFT
    with monkeypatch.context() as patched:
        patched.setattr(generation, "_check_first", lambda *_: None)
        generation.start_scene(actor=creator, scene=scene)
    scene = play(scene)
    assert scene.state_id == S.STOPPED
    assert scene.stop_reason.startswith("Segment 1 can't be generated: ")
    with pytest.raises(PaymentRequired):
        generation.resume_scene(actor=creator, scene=scene)
    assert fresh(scene).state_id == S.STOPPED


def test_whoever_resumes_pays(creator: User, admin: User, project: Project) -> None:
    scene = begun(creator, cast_character(creator, project))
    advance(scene.pk)
    generation.pause_scene(actor=creator, scene=scene)
    generation.resume_scene(actor=admin, scene=fresh(scene))
    scene = play(scene)
    assert [take.created_by for take in takes_of(scene)] == [creator, admin]


@pytest.mark.parametrize("played", ["take", "all takes"])
def test_what_somebody_who_left_has_begun_goes_on_for_who_resumes(
    creator: User, admin: User, project: Project, played: str
) -> None:
    """Neither an examination nor a boundary waits for ever for a person without rights."""
    scene = begun(creator, cast_character(creator, project))
    for _ in range(1 if played == "take" else 3):  # take, examination, take
        advance(scene.pk)
        run_next()
    project.memberships.filter(user=creator).delete()
    scene = play(scene)
    assert scene.state_id == S.STOPPED
    generation.resume_scene(actor=admin, scene=scene)
    scene = play(scene)
    assert scene.state_id == S.READY
    assert takes_of(scene)[0].created_by == creator
    assert takes_of(scene)[0].examination.job.creator == (admin if played == "take" else creator)


def test_two_hints_at_once_make_nothing_twice(creator: User, project: Project) -> None:
    scene = begun(creator, cast_character(creator, project))
    with connection.cursor() as cursor:  # the row lock is what serialises
        cursor.execute("SELECT 1 FROM pipeline_scene WHERE id = %s FOR UPDATE", [scene.pk])
    advance(scene.pk)
    advance(scene.pk)
    assert Job.objects.filter(state_id=JobState.Code.QUEUED).count() == 1
