"""Remote runs: who claims them, what survives a crash, what is never sent twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from billing.ledger.queries import balance_of
from pipeline.jobs.bridge import bridge_worker
from pipeline.jobs.claim import claim_job, claim_remote_job, this_worker
from pipeline.jobs.finish import HANDED_OVER, LOST, AttemptOver, end_attempt
from pipeline.jobs.matching import explain_wait
from pipeline.jobs.models import (
    Attempt,
    ErrorClass,
    Job,
    JobState,
    LossPolicy,
    ProviderRequest,
    WorkerState,
)
from pipeline.jobs.run import AttemptRun
from pipeline.providers.base import (
    Ambiguous,
    Earlier,
    Produced,
    ProviderError,
    RateLimited,
    RunContext,
    RunRequest,
)
from studio.core.models import User
from tests.pipeline.jobs.conftest import CREDIT, run_next
from tests.pipeline.jobs.remote import TARGET, Remote, claim_remote, output, run_remote

Submit = Callable[..., Job]
S = JobState.Code
pytestmark = pytest.mark.django_db(transaction=True)


def test_each_side_claims_its_own(remote: Remote, submit: Submit) -> None:
    there, here = remote.submit(), submit()
    local = claim_job(this_worker())
    assert local is not None
    assert local.job_id == here.pk
    assert claim_job(this_worker()) is None
    far = claim_remote()
    assert far is not None
    assert far.job_id == there.pk
    assert far.worker == bridge_worker()
    assert claim_remote() is None


def test_a_remote_job_is_reached_run_and_charged(remote: Remote, creator: User) -> None:
    before = balance_of(creator)
    remote.submit(outputs=2)
    ended = run_remote()
    assert ended is not None
    assert ended.state_id == S.SUCCEEDED
    assert remote.bria.requests[0].target == TARGET
    assert remote.bria.requests[0].earlier == []
    assert balance_of(creator) == before - 2 * 2 * CREDIT
    rows = ProviderRequest.objects.values_list("position", "request_id")
    assert list(rows) == [(0, "plain-0"), (1, "plain-1")]


def test_after_a_crash_the_same_requests_are_asked_for(remote: Remote, creator: User) -> None:
    """Position 0 is there, 1 has an id, 2 was sent without an answer, 3 was refused, 4 not sent."""
    before = balance_of(creator)
    job = remote.submit(outputs=5)
    attempt = claim_remote()
    assert attempt is not None

    def crash(request: RunRequest, context: RunContext) -> Iterator[Produced]:
        for position in (0, 1, 2, 3):
            context.submitting(position)
        context.submitted(0, "a")
        context.submitted(1, "b")
        context.not_submitted(3)
        yield output(0)
        raise KeyboardInterrupt  # the process dies

    remote.bria.play = crash
    with pytest.raises(KeyboardInterrupt):
        AttemptRun(attempt).run()
    assert end_attempt(attempt, LOST)

    def resume(request: RunRequest, context: RunContext) -> Iterator[Produced]:
        yield from (output(p) for p in request.positions)

    remote.bria.play = resume
    ended = run_remote()
    assert ended is not None
    assert ended.state_id == S.SUCCEEDED
    again = remote.bria.requests[1]
    assert list(again.positions) == [1, 2, 3, 4]
    assert list(again.earlier) == [Earlier(1, "b"), Earlier(2, "")]
    assert job.outputs.count() == 5
    assert balance_of(creator) == before - 5 * 2 * CREDIT


def test_requests_of_attempts_that_ended_otherwise_are_not_asked_for(remote: Remote) -> None:
    job = remote.submit()
    for outcome in (LOST, HANDED_OVER):
        attempt = claim_remote()
        assert attempt is not None
        AttemptRun(attempt).submitting(0, f"own-{outcome.outcome.code}")
        assert end_attempt(attempt, outcome)
    remote.bria.play = _fail(ProviderError("Broken."))
    ended = run_remote()
    assert ended is not None
    assert list(remote.bria.requests[0].earlier) == [Earlier(0, "own-handed-over")]
    assert ended.state_id == S.FAILED
    from pipeline.jobs.control import retry_job

    retry_job(actor=remote.creator, job=job)
    run_remote()
    assert list(remote.bria.requests[1].earlier) == []


def test_a_handover_is_no_loss(remote: Remote, settings: object) -> None:
    settings.JOB_MAX_WORKER_LOSSES = 0  # type: ignore[attr-defined]
    job = remote.submit(loss_policy=LossPolicy.Code.FAIL)
    attempt = claim_remote()
    assert attempt is not None
    assert end_attempt(attempt, HANDED_OVER)
    job.refresh_from_db()
    assert job.state_id == S.QUEUED


def test_a_run_whose_attempt_is_over_sends_nothing_and_cancels_nothing(remote: Remote) -> None:
    remote.submit()
    attempt = claim_remote()
    assert attempt is not None
    run = AttemptRun(attempt)
    end_attempt(attempt, LOST)
    with pytest.raises(AttemptOver):
        run.submitting(0)
    assert not ProviderRequest.objects.exists()
    run.let_go()
    with pytest.raises(AttemptOver):  # not Cancelled: the request is somebody else's now
        run.wait(10)
    with pytest.raises(AttemptOver):
        run.cancelled()


def _fail(error: Exception, *, asked: bool = False) -> Callable[..., Iterator[Produced]]:
    def play(request: RunRequest, context: RunContext) -> Iterator[Produced]:
        if asked:
            context.submitting(0)
        context.retried()
        raise error
        yield

    return play


@pytest.mark.parametrize(
    ("error", "error_class", "said"),
    [
        (ProviderError("Down.", detail="503"), ErrorClass.Code.PROVIDER, "Down."),
        (
            RateLimited("Too many requests.", retry_after_s=90),
            ErrorClass.Code.PROVIDER,
            "Too many requests. The provider asks to wait 90 s before trying again.",
        ),
        (
            Ambiguous("It may have been charged; send it again by hand."),
            ErrorClass.Code.PROVIDER,
            "It may have been charged; send it again by hand.",
        ),
    ],
)
def test_failures_are_told_and_free(
    remote: Remote, creator: User, error: Exception, error_class: ErrorClass.Code, said: str
) -> None:
    before = balance_of(creator)
    remote.submit()
    remote.bria.play = _fail(error, asked=True)
    ended = run_remote()
    assert ended is not None
    assert ended.state_id == S.FAILED
    attempt = ended.attempts.get()
    assert attempt.error_class_id == error_class
    assert attempt.message == said
    assert attempt.transport_retries == 1
    assert balance_of(creator) == before
    assert run_remote() is None


def test_without_a_key_nothing_is_sent(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.jobs.targets import TARGETS, paid_target

    monkeypatch.setitem(TARGETS, "bria", paid_target)
    remote.submit()
    ended = run_remote()
    assert ended is not None
    attempt = ended.attempts.get()
    assert attempt.error_class_id == ErrorClass.Code.POLICY
    assert "key" in attempt.message
    assert remote.bria.requests == []


def test_local_runs_have_no_target(submit: Submit, remote: Remote) -> None:
    submit()
    ended = run_next()
    assert ended is not None
    assert ended.state_id == S.SUCCEEDED
    assert not ProviderRequest.objects.exists()


def test_a_waiting_run_holds_no_connection(remote: Remote) -> None:
    remote.submit()
    held: list[bool] = []

    def play(request: RunRequest, context: RunContext) -> Iterator[Produced]:
        held.append(connection.connection is not None)
        context.submitting(0, "own")
        held.append(connection.connection is not None)
        context.wait(0.01)
        yield output(0)

    remote.bria.play = play
    ended = run_remote()
    assert ended is not None
    assert ended.state_id == S.SUCCEEDED
    assert held == [False, False]


# --- whose turn -----------------------------------------------------------------------------------


def _claimed(count: int) -> list[int]:
    found = []
    for _ in range(count):
        attempt = claim_remote()
        assert attempt is not None
        found.append(attempt.job_id)
    return found


def test_a_provider_is_given_so_many_at_once(remote: Remote, settings: object) -> None:
    settings.PROVIDER_CONCURRENT_JOBS = 2  # type: ignore[attr-defined]
    plain = [remote.submit() for _ in range(3)]
    fine = remote.submit(provider="gemini")
    assert _claimed(3) == [plain[0].pk, plain[1].pk, fine.pk]
    assert claim_remote() is None
    waiting = Job.objects.select_related("offer__model").get(pk=plain[2].pk)
    assert explain_wait(waiting) == "Bria works on 2 jobs of the studio, as many as it may."
    end_attempt(Attempt.objects.get(job=plain[0]), LOST)
    assert claim_remote() is not None


def test_registered_machines_leave_threads_to_paid_providers(
    remote: Remote, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much room the machines have: their jobs may wait for hours."""
    from pipeline.jobs import matching

    settings.MACHINE_CONCURRENT_JOBS = 3  # type: ignore[attr-defined]
    settings.PROVIDER_CONCURRENT_JOBS = 1  # type: ignore[attr-defined]
    settings.PROJECT_RUNNING_JOBS = 100  # type: ignore[attr-defined]
    monkeypatch.setitem(matching.CHOOSERS, "bria", lambda job: bridge_worker())
    machines = [remote.submit() for _ in range(5)]
    paid = [remote.submit(provider="gemini") for _ in range(2)]
    assert _claimed(4) == [job.pk for job in (*machines[:3], paid[0])]
    assert claim_remote() is None
    waiting = Job.objects.select_related("offer__model").get(pk=machines[3].pk)
    assert explain_wait(waiting) == "Bria works on 3 jobs of the studio, as many as it may."
    end_attempt(Attempt.objects.get(job=machines[0]), LOST)
    assert claim_remote() is not None and claim_remote() is None


def test_the_share_of_machines_is_less_than_all_threads(settings: object) -> None:
    most = settings.MACHINE_CONCURRENT_JOBS  # type: ignore[attr-defined]
    assert 1 <= most < settings.BRIDGE_THREADS  # type: ignore[attr-defined]


def test_remote_jobs_have_a_share_of_their_own(
    remote: Remote, submit: Submit, settings: object
) -> None:
    settings.PROJECT_RUNNING_JOBS = 1  # type: ignore[attr-defined]
    remote.submit()
    remote.submit()
    submit()
    assert claim_remote() is not None
    assert claim_remote() is None
    assert claim_job(this_worker()) is not None
    assert claim_job(this_worker()) is None


def test_what_nobody_can_take_holds_nobody_up(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.jobs import matching

    stuck = [remote.submit() for _ in range(6)]
    fits = remote.submit()
    late = remote.submit(provider="gemini")
    takes = {fits.pk}
    seen: list[int] = []

    def choose(job: Job) -> object:
        seen.append(job.pk)
        return bridge_worker() if job.pk in takes else None

    monkeypatch.setitem(matching.CHOOSERS, "bria", choose)
    bridge = bridge_worker()
    first = claim_remote_job(bridge)
    assert first.attempt is not None
    assert first.attempt.job_id == late.pk  # of the other offer, behind all of these
    assert list(first.passed_over) == [job.pk for job in stuck[:4]]
    second = claim_remote_job(bridge, first.passed_over)
    assert second.attempt is not None
    assert second.attempt.job_id == fits.pk
    takes.add(stuck[0].pk)
    third = claim_remote_job(bridge)  # looked at again, it has kept its place
    assert third.attempt is not None
    assert third.attempt.job_id == stuck[0].pk


def test_a_draining_bridge_takes_nothing(remote: Remote) -> None:
    worker = bridge_worker()
    job = remote.submit()
    assert explain_wait(job) == "It waits its turn."
    worker.state_id = WorkerState.Code.DRAINING
    worker.save()
    assert claim_remote() is None
    assert "drained" in explain_wait(job)
    worker.state_id = WorkerState.Code.OFFLINE
    worker.save()
    assert "No bridge runs" in explain_wait(job)
