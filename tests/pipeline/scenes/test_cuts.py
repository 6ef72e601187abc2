"""Cuts: every frame is the right frame of the right take, and nothing is rendered twice."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pipeline.scenes.models import StitchMode
from pipeline.scenes.services.cuts import plan_pieces, render_cut, settle
from studio.core.models import Project, User
from tests.pipeline.scenes.builders import build_scene, burned_numbers, code_of, run_jobs

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
    settle(scene.pk)
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
    assert cut.job.title == "Walk cut 1"
    assert not cut.findings.exclude(verdict__code="pass").exclude(name__startswith="loud").exists()
