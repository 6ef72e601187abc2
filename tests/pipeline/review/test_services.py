"""Verdicts and final approval: who may, what blocks, what stays."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assets.models import RetentionClass
from pipeline.characters.models import RightsBasis, RightsRecord
from pipeline.jobs.run import AttemptRun
from pipeline.review.models import FinalApproval, Verdict, VerdictKind
from pipeline.review.queries import current_verdicts, final_blockers, verdict_history
from pipeline.review.services import approve_final, give_verdict
from pipeline.scenes.models import (
    Boundary,
    Cut,
    Gate,
    GateLevel,
    Measure,
    Take,
    TakeMeasure,
)
from pipeline.scenes.services.cuts import render_cut
from studio.core.errors import Conflict, Forbidden, Invalid, NotFound
from studio.live.models import Event, Notification
from tests.pipeline.scenes.builders import add_take, build_scene, run_jobs
from tests.support.clients import signed_in

pytestmark = pytest.mark.django_db
SAID = VerdictKind.Code


@pytest.fixture(autouse=True)
def _no_heartbeat(monkeypatch):
    monkeypatch.setattr(AttemptRun, "_heartbeat", lambda self: None)


@pytest.fixture
def scene(creator, project):
    scene = build_scene(creator, project, takes=(14, 14))
    run_jobs(scene)
    return scene


@pytest.fixture
def cut(creator, scene):
    made = render_cut(actor=creator, scene=scene)
    run_jobs(scene)
    return Cut.objects.get(pk=made.pk)


@pytest.fixture
def rights(creator, scene):
    return RightsRecord.objects.create(
        character=scene.character,
        basis_id=RightsBasis.Code.SYNTHETIC,
        valid_from=timezone.localdate(),
        recorded_by=creator,
    )


def take_of(scene, number=1):
    return Take.objects.get(segment__scene=scene, segment__number=number)


def test_reviewer_judges_and_the_latest_word_counts(scene, reviewer, creator):
    take = take_of(scene)
    give_verdict(actor=reviewer, subject=take, kind=SAID.CHANGES, note="the hand")
    give_verdict(actor=reviewer, subject=take, kind=SAID.APPROVED)
    assert current_verdicts(takes=[take.pk])[take.pk].kind_id == SAID.APPROVED
    assert [v.kind_id for v in verdict_history(take)] == [SAID.APPROVED, SAID.CHANGES]
    assert Notification.objects.filter(user=creator, event__label=str(take)).count() == 2


def test_rejection_says_why(scene, reviewer):
    with pytest.raises(Invalid, match="why"):
        give_verdict(actor=reviewer, subject=take_of(scene), kind=SAID.REJECTED, note="  ")
    assert not Verdict.objects.exists()


def test_outsider_sees_nothing_to_judge(scene, outsider):
    with pytest.raises(NotFound):
        give_verdict(actor=outsider, subject=take_of(scene), kind=SAID.APPROVED)


def test_words_are_never_changed(scene, reviewer):
    verdict = give_verdict(actor=reviewer, subject=take_of(scene), kind=SAID.APPROVED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Verdict.objects.filter(pk=verdict.pk).update(note="other")


def test_final_approval_makes_the_file_precious(cut, creator, rights):
    assert final_blockers(cut) == []
    approve_final(actor=creator, cut=cut)
    cut.version.asset.refresh_from_db()
    assert cut.version.asset.retention_class_id == RetentionClass.Code.FINAL
    assert Event.objects.filter(kind__code="cut.final", subject_code=cut.code).count() == 1
    with pytest.raises(Conflict, match="final"):
        approve_final(actor=creator, cut=Cut.objects.get(pk=cut.pk))
    with pytest.raises(Conflict, match="final"):
        give_verdict(actor=creator, subject=Cut.objects.get(pk=cut.pk), kind=SAID.CHANGES)


def test_missing_rights_block_and_say_what_to_do(cut, creator):
    with pytest.raises(Conflict, match="rights") as refused:
        approve_final(actor=creator, cut=cut, note="please")
    assert "Record who allows" in refused.value.remedy
    assert not FinalApproval.objects.exists()


def test_reviewers_do_not_declare_final(cut, reviewer, rights):
    with pytest.raises(Forbidden):
        approve_final(actor=reviewer, cut=cut)


def test_rejected_cut_is_not_final(cut, creator, reviewer, rights):
    give_verdict(actor=reviewer, subject=cut, kind=SAID.REJECTED, note="too dark")
    with pytest.raises(Conflict, match="too dark"):
        approve_final(actor=creator, cut=cut)


def test_failed_gate_blocks_until_the_take_itself_is_approved(cut, scene, creator, rights):
    take = take_of(scene)
    TakeMeasure.objects.create(take=take, measure_id=Measure.Code.DRIFT_MAX, score=0.9)
    Gate.objects.create(
        type_version=scene.type_version,
        measure_id=Measure.Code.DRIFT_MAX,
        level_id=GateLevel.Code.FAIL,
        most_score=0.5,
    )
    assert {b.code for b in final_blockers(cut)} == {"gate"}
    give_verdict(actor=creator, subject=take, kind=SAID.APPROVED)
    assert final_blockers(cut) == []


def test_unfinished_cut_is_not_final(scene, creator, rights):
    cut = render_cut(actor=creator, scene=scene)
    with pytest.raises(Conflict, match="not rendered"):
        approve_final(actor=creator, cut=cut)
    with pytest.raises(Conflict, match="nothing to look at"):
        give_verdict(actor=creator, subject=cut, kind=SAID.APPROVED)


def test_take_that_is_not_selected_does_not_matter(cut, scene, creator, rights):
    add_take(scene, scene.segments.get(number=1), frames=12)
    assert final_blockers(cut) == []


def test_final_approval_can_not_be_taken_out_of_the_books(cut, creator, rights):
    approval = approve_final(actor=creator, cut=cut)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM pipeline_finalapproval WHERE id = %s", [approval.pk])


def test_a_verdict_on_a_cut_waits_for_an_approval(cut, reviewer):
    with CaptureQueriesContext(connection) as seen:
        give_verdict(actor=reviewer, subject=cut, kind=SAID.REJECTED, note="no\x00pe")
    said = [query["sql"] for query in seen]
    locks = next(at for at, sql in enumerate(said) if "FOR UPDATE" in sql)
    assert locks < next(at for at, sql in enumerate(said) if "finalapproval" in sql)
    assert Verdict.objects.get().note == "nope"


def test_numbers_and_words_that_can_not_be_meant(cut, scene, creator):
    client = signed_in(creator)
    page = f"/cuts/{cut.code}"
    for frame in ("9" * 5000, "\u0661\u0662\u0663" * 2000):
        assert client.post(f"{page}/poster/", {"frame": frame}).status_code == 422
    said = {"kind": "changes", "note": "a\x00b"}
    assert client.post(f"{page}/verdict/", said).status_code == 303
    boundary = Boundary.objects.get(left_take__segment__scene=scene)
    path = reverse("pipeline:boundary-bridge", args=[boundary.code])
    assert client.post(path, {"bridge": "9" * 5000}).status_code == 404
