"""Running: outputs once, true ends, charges for what was delivered, cancelling, failing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from assets.models import Asset, Version
from billing.ledger.queries import balance_of
from pipeline.jobs import control
from pipeline.jobs.claim import claim_job, this_worker
from pipeline.jobs.finish import LOST as LOST_ENDING
from pipeline.jobs.finish import AttemptOver, end_attempt, record_output
from pipeline.jobs.models import (
    AttemptOutcome,
    DerivationKind,
    ErrorClass,
    Job,
    JobState,
    LossPolicy,
    Worker,
    WorkerKind,
    WorkerState,
)
from pipeline.jobs.queries import compare_outputs
from pipeline.jobs.rights import detail_for
from pipeline.jobs.run import AttemptRun
from pipeline.jobs.sweep import end_lost_attempts, mark_silent_workers, sweep
from pipeline.providers.base import Produced, ProviderError
from studio.core.errors import Conflict
from studio.core.models import Project, User
from studio.core.services import set_user_role
from studio.live.models import Event
from tests.pipeline.jobs.conftest import CREDIT, run_next

Submit = Callable[..., Job]
pytestmark = pytest.mark.django_db(transaction=True)
S = JobState.Code


def test_a_job_runs_to_success_and_is_charged(
    submit: Submit, priced: None, creator: User, project: Project
) -> None:
    before = balance_of(creator)
    job = submit(outputs=3)
    ended = run_next()
    assert ended is not None
    assert ended.state_id == S.SUCCEEDED
    assert [o.position for o in ended.outputs.all()] == [0, 1, 2]
    assert balance_of(creator) == before - 3 * CREDIT
    states = [e.state_id for e in ended.history.filter(state__isnull=False)]
    assert states == [S.QUEUED, S.DISPATCHED, S.RUNNING, S.SUCCEEDED]
    numbers = list(ended.history.values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    version = ended.outputs.first().version
    assert version.asset.project == project
    assert version.asset.created_by == creator
    kinds = set(Event.objects.filter(project=project).values_list("kind__code", flat=True))
    assert {"job.submitted", "job.succeeded", "asset.added"} <= kinds
    assert job.attempts.get().environment.document["python"]


def test_nothing_is_ready(submit: Submit) -> None:
    assert run_next() is None


def test_a_task_cluster_is_silent_only_while_jobs_wait_for_it(submit: Submit) -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    cluster = Worker.objects.create(name="studio/jobs", heartbeat_at=long_ago)
    bridge = Worker.objects.create(
        name="studio/bridge", kind_id=WorkerKind.Code.BRIDGE, heartbeat_at=long_ago
    )

    def states() -> list[int]:
        mark_silent_workers()
        return [Worker.objects.get(pk=worker.pk).state_id for worker in (cluster, bridge)]

    online, offline = WorkerState.Code.ONLINE, WorkerState.Code.OFFLINE
    assert states() == [online, offline]
    job = submit(outputs=1)
    assert states() == [online, offline]
    Job.objects.filter(pk=job.pk).update(created_at=long_ago)
    assert states() == [offline, offline]


def test_a_failure_charges_what_was_delivered_and_is_not_retried(
    submit: Submit, priced: None, creator: User
) -> None:
    before = balance_of(creator)
    submit(outputs=2, fail=True)
    ended = run_next()
    assert ended is not None
    assert ended.state_id == S.FAILED
    attempt = ended.attempts.get()
    assert attempt.outcome_id == AttemptOutcome.Code.FAILED
    assert attempt.error_class_id == ErrorClass.Code.PROVIDER
    assert attempt.message == "It was asked to fail."
    assert balance_of(creator) == before - 2 * CREDIT
    assert creator.notifications.filter(event__kind__code="job.failed").count() == 1
    sweep()
    assert run_next() is None


def test_retry_makes_only_what_is_missing(submit: Submit, priced: None, creator: User) -> None:
    before = balance_of(creator)
    job = submit(outputs=2, fail=True)
    run_next()
    Job.objects.filter(pk=job.pk).update(parameters={**job.parameters, "fail": False})
    job.refresh_from_db()
    kept = set(job.outputs.values_list("version_id", flat=True))
    control.retry_job(actor=creator, job=job)
    ended = run_next()
    assert ended is not None
    assert ended.state_id == S.SUCCEEDED
    assert set(ended.outputs.values_list("version_id", flat=True)) == kept
    assert ended.attempts.count() == 2
    assert balance_of(creator) == before - 2 * CREDIT
    with pytest.raises(Conflict):
        control.retry_job(actor=creator, job=ended)


def test_an_unexpected_error_still_ends_the_job(
    submit: Submit, priced: None, creator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = balance_of(creator)
    submit(outputs=1)

    def explode(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("pipeline.providers.local.adapter.LocalAdapter.run", explode)
    ended = run_next()
    assert ended is not None
    assert ended.state_id == S.FAILED
    attempt = ended.attempts.get()
    assert attempt.error_class_id == ErrorClass.Code.INTERNAL
    assert "a bug" not in attempt.message
    assert "RuntimeError: a bug" in attempt.detail
    assert detail_for(creator, attempt) == "", "a traceback names folders of the machine"
    assert balance_of(creator) == before


def test_who_reads_what_engineers_are_told(
    submit: Submit, admin: User, creator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = submit(outputs=1)

    def fail(*_: object) -> None:
        raise ProviderError(
            "It can't fetch https://files.example/a.png?X-Signature=4f3a.",
            detail="render-1.internal\x00: wss://render-1/a?token=4f3a#b, HTTP://c.example/d?e",
        )

    monkeypatch.setattr("pipeline.providers.local.adapter.LocalAdapter.run", fail)
    run_next()
    attempt = job.attempts.get()
    assert attempt.message == "It can't fetch https://files.example/a.png?…"
    assert attempt.detail == "render-1.internal: wss://render-1/a?… HTTP://c.example/d?…"
    comfyui, cluster = WorkerKind.Code.COMFYUI, WorkerKind.Code.CLUSTER
    cases = ((creator, cluster, True), (creator, comfyui, False), (admin, comfyui, True))
    for user, kind, may_see in cases:
        Worker.objects.update(kind_id=kind)
        client = Client()
        client.force_login(user)
        page = client.get(f"/jobs/{job.code}/").content.decode()
        assert "files.example" in page and ("render-1.internal" in page) is may_see
        told = client.get(f"/api/v1/jobs/{job.code}/").json()["attempts"][0]
        assert told["message"] == attempt.message
        assert told["detail"] == (attempt.detail if may_see else "")


def test_cancel_before_it_starts(submit: Submit, priced: None, creator: User) -> None:
    before = balance_of(creator)
    job = submit(outputs=1)
    control.cancel_job(actor=creator, job=job)
    job.refresh_from_db()
    assert job.state_id == S.CANCELLED
    assert balance_of(creator) == before
    assert run_next() is None
    with pytest.raises(Conflict):
        control.cancel_job(actor=creator, job=job)


def test_cancel_while_it_runs(submit: Submit, creator: User, settings: object) -> None:
    settings.JOB_HEARTBEAT_SECONDS = 0.2  # type: ignore[attr-defined]
    job = submit(outputs=1, seconds=30)
    result: list[Job | None] = []

    def work() -> None:
        try:
            result.append(run_next())
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    started = time.monotonic()
    thread.start()
    while Job.objects.get(pk=job.pk).state_id != S.RUNNING:
        assert time.monotonic() - started < 10
        time.sleep(0.05)
    control.cancel_job(actor=creator, job=job)
    thread.join(timeout=10)
    assert result[0] is not None
    assert result[0].state_id == S.CANCELLED
    assert time.monotonic() - started < 10


def test_pause_and_resume(submit: Submit, creator: User) -> None:
    job = submit()
    control.pause_job(actor=creator, job=job)
    assert run_next() is None
    control.resume_job(actor=creator, job=job)
    ended = run_next()
    assert ended is not None
    assert ended.state_id == S.SUCCEEDED
    with pytest.raises(Conflict):
        control.pause_job(actor=creator, job=ended)


def test_dependencies_wait_go_on_and_fail(submit: Submit) -> None:
    first = submit()
    second = submit(needs=[first.code])
    assert run_next() is not None
    second.refresh_from_db()
    assert second.state_id == S.QUEUED
    assert run_next() is not None
    bad = submit(fail=True)
    never = submit(needs=[bad.code])
    chained = submit(needs=[never.code])
    run_next()
    never.refresh_from_db()
    chained.refresh_from_db()
    assert never.state_id == S.FAILED
    assert chained.state_id == S.FAILED


def _lose(job: Job) -> None:
    """Claim the job as a worker that dies at once."""
    attempt = claim_job(this_worker())
    assert attempt is not None
    assert attempt.job_id == job.pk
    job.attempts.update(heartbeat_at="2020-01-01T00:00:00Z")


def test_a_lost_worker_sends_the_job_back(submit: Submit, priced: None, creator: User) -> None:
    before = balance_of(creator)
    job = submit(outputs=1)
    _lose(job)
    assert end_lost_attempts() == 1
    assert end_lost_attempts() == 0
    job.refresh_from_db()
    assert job.state_id == S.QUEUED
    ended = run_next()
    assert ended is not None
    assert ended.state_id == S.SUCCEEDED
    assert ended.attempts.count() == 2
    assert balance_of(creator) == before - CREDIT


def test_a_lost_worker_fails_the_job_when_asked_to(
    submit: Submit, priced: None, creator: User
) -> None:
    before = balance_of(creator)
    job = submit(outputs=1, loss_policy=LossPolicy.Code.FAIL)
    _lose(job)
    end_lost_attempts()
    job.refresh_from_db()
    assert job.state_id == S.FAILED
    assert job.attempts.get().error_class_id == ErrorClass.Code.WORKER_LOST
    assert balance_of(creator) == before


def test_too_many_losses_end_the_job(submit: Submit, settings: object) -> None:
    settings.JOB_MAX_WORKER_LOSSES = 2  # type: ignore[attr-defined]
    job = submit(outputs=1)
    for _ in range(3):
        _lose(job)
        end_lost_attempts()
    job.refresh_from_db()
    assert job.state_id == S.FAILED


def test_an_attempt_that_was_taken_away_writes_nothing(submit: Submit) -> None:
    job = submit(outputs=1)
    attempt = claim_job(this_worker())
    assert attempt is not None
    assert end_attempt(attempt, LOST_ENDING)
    from assets.storage.store import ingest_bytes

    blob = ingest_bytes(b"late\n", "text/plain")
    with pytest.raises(AttemptOver):
        record_output(attempt, Produced(0, b"late\n", "text/plain", 1, 1000, 1), blob)
    assert not job.outputs.exists()
    assert not end_attempt(attempt, LOST_ENDING)


def test_an_output_is_recorded_once(submit: Submit) -> None:
    submit(outputs=1)
    attempt = claim_job(this_worker())
    assert attempt is not None
    from assets.storage.store import ingest_bytes

    blob = ingest_bytes(b"one\n", "text/plain")
    made = Produced(0, b"one\n", "text/plain", 1, 1000, 1)
    assert isinstance(record_output(attempt, made, blob), Version)
    assert record_output(attempt, made, blob) is None
    assert Asset.objects.count() == 1


def test_a_person_who_may_no_longer_create_makes_nothing(
    submit: Submit, priced: None, creator: User, admin: User
) -> None:
    before = balance_of(creator)
    from studio.core.access import RoleCode

    submit(outputs=1)
    set_user_role(actor=admin, user=creator, role=RoleCode.REVIEWER)
    ended = run_next()
    assert ended is not None
    assert ended.state_id == S.FAILED
    assert ended.attempts.get().error_class_id == ErrorClass.Code.POLICY
    assert balance_of(creator) == before


def test_make_again_gives_the_same_file(submit: Submit, creator: User) -> None:
    job = submit(outputs=2, random_seed=5)
    run_next()
    again = control.repeat_job(actor=creator, job=job, kind=DerivationKind.Code.DETERMINISM_CHECK)
    assert again.random_seed == 5
    assert again.recipe == job.recipe
    run_next()
    again.refresh_from_db()
    assert [c.tier for c in compare_outputs(again, job)] == ["identical file"] * 2


def test_run_twice_does_nothing_twice(submit: Submit) -> None:
    submit(outputs=1)
    attempt = claim_job(this_worker())
    assert attempt is not None
    AttemptRun(attempt).run()
    AttemptRun(attempt).run()
    assert Asset.objects.count() == 1
    assert attempt.job.attempts.get().outcome_id == AttemptOutcome.Code.SUCCEEDED
