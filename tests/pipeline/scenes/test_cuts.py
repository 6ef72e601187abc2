"""Cuts: every frame is the right frame of the right take, and nothing is rendered twice."""

from __future__ import annotations

from fractions import Fraction

import pytest

from assets.storage.store import local_copy
from pipeline.scenes.engine import advance
from pipeline.scenes.models import (
    BoundaryMeasurement,
    CodecProfile,
    Cut,
    CutFinding,
    Scene,
    StitchMode,
)
from pipeline.scenes.services import edits
from pipeline.scenes.services.cuts import plan_pieces, render_cut, set_poster
from pipeline.video.frames import probe
from studio.core.errors import Conflict, Invalid
from studio.core.models import Project, User
from studio.live.models import Event
from tests.pipeline.scenes.builders import (
    build_scene,
    burned_numbers,
    code_of,
    finished_job,
    run_jobs,
    take_bytes,
)
from tests.support.clients import signed_in
from tests.support.query_counts import assert_recorded_queries

pytestmark = pytest.mark.django_db
RATES = [Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30)]


@pytest.mark.parametrize("fps", RATES, ids=str)
@pytest.mark.parametrize("mode", list(StitchMode.Code), ids=lambda mode: mode.code)
def test_every_frame_of_a_cut_is_the_planned_one(
    creator: User, project: Project, fps: Fraction, mode: StitchMode.Code
) -> None:
    scene = build_scene(creator, project, takes=[14, 16, 13], fps=fps, mode=mode)
    run_jobs(scene)
    scene.refresh_from_db()
    pieces = plan_pieces(scene.edit)
    cut = render_cut(actor=creator, scene=scene)
    run_jobs()
    advance(scene.pk)
    cut.refresh_from_db()
    assert cut.version is not None, cut.job.attempts.last().message
    placements = {p.take_id: p.take for p in scene.edit.placements.all()}
    planned = [
        code_of(placements[piece.take_id], frame)
        for piece in pieces
        for frame in range(piece.in_frame, piece.out_frame)
    ]
    assert burned_numbers(cut.version) == planned
    assert cut.frames == len(planned) == sum(piece.frames for piece in pieces)
    if mode == StitchMode.Code.STRICT:
        assert cut.frames == 13 + 15 + 13
    assert cut.job.title == cut.version.asset.title == "Walk cut 1"
    info = probe(local_copy(cut.version.blob))
    assert (info.fps, info.frames) == (fps, cut.frames)
    assert info.timecode == ("01:00:00;00" if fps.denominator == 1001 else "01:00:00:00")
    notes = cut.job.outputs.get().notes
    assert (notes["copied"], notes["encoded"]) == (cut.frames, 0) or mode != StitchMode.Code.STRICT
    assert not cut.findings.exclude(verdict__code="pass").exclude(name__startswith="loud").exists()


def make_cuts(scene: Scene, upto: int) -> None:
    """Finished cuts, without rendering any."""
    for number in range(scene.cuts.count() + 1, upto + 1):
        job = finished_job(
            scene.created_by, scene.character.project, take_bytes(number, 2), "video/mp4"
        )
        cut = Cut.objects.create(
            scene=scene, number=number, edit=scene.edit, profile_id=CodecProfile.Code.H264.value,
            job=job, version=job.outputs.get().version, frames=2, created_by=scene.created_by,
        )  # fmt: skip
        CutFinding.objects.create(cut=cut, name="codec", wanted="h264", found="h264", verdict_id=1)


def test_the_list_of_cuts_costs_the_same_however_long(creator: User, project: Project) -> None:
    scene = build_scene(creator, project, takes=[4])
    client = signed_in(creator)
    assert_recorded_queries(
        "pipeline/scene-cuts",
        lambda: client.get(f"/api/v1/scenes/{scene.code}/cuts/"),
        grow=lambda rows: make_cuts(scene, rows),
    )


def test_failed_cuts_are_told_and_may_be_rendered_again(
    creator: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.providers.base import ProviderError
    from pipeline.providers.local.adapter import LocalAdapter

    def refuse(*_: object) -> None:
        raise ProviderError("The disk is made of cheese.")

    scene = build_scene(creator, project, takes=[4])
    run_jobs(scene)
    first = render_cut(actor=creator, scene=scene)
    makers = {**LocalAdapter.makers, "video.render_cut": refuse}
    monkeypatch.setattr(LocalAdapter, "makers", makers)
    run_jobs(scene)
    said = Event.objects.get(kind__code="cut.failed")
    assert said.data["message"] == "The disk is made of cheese."
    monkeypatch.undo()
    second = render_cut(actor=creator, scene=scene)
    assert (first.number, second.number) == (1, 2)
    run_jobs(scene)
    second.refresh_from_db()
    assert second.version is not None
    with pytest.raises(Invalid):
        set_poster(actor=creator, cut=second, frame=second.frames)
    assert set_poster(actor=creator, cut=second, frame=3).frame == 3
    assert set_poster(actor=creator, cut=second, frame=0).frame == 0


def test_takes_that_vanish_between_their_joins(creator: User, project: Project) -> None:
    """A trim that leaves nothing of a take between its joins is said, not rendered."""
    scene = build_scene(creator, project, takes=[8, 8, 8])
    run_jobs(scene)
    middle = scene.segments.get(number=2)
    edits.trim_take(actor=creator, scene=scene, segment=middle, in_frame=0, out_frame=2)
    run_jobs(scene)
    pieces = plan_pieces(Scene.objects.get(pk=scene.pk).edit)
    assert [piece.frames for piece in pieces] == [7, 1, 8]
    last = BoundaryMeasurement.objects.get(boundary__left_take__segment=middle, left_frame=1)
    BoundaryMeasurement.objects.filter(pk=last.pk).update(left_frame=0)
    with pytest.raises(Conflict, match="Segment 2 is too short"):
        plan_pieces(Scene.objects.get(pk=scene.pk).edit)
