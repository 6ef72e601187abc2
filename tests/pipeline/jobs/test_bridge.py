"""The bridge as a process: many jobs at once, word that wakes it, ends in good order, kills."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from pipeline.jobs import bridge as bridge_module
from pipeline.jobs import control
from pipeline.jobs.bridge import APPLICATION_NAME, Bridge, bridge_worker
from pipeline.jobs.doctor import check_bridge
from pipeline.jobs.models import (
    Attempt,
    AttemptOutcome,
    Job,
    JobState,
    ProviderRequest,
    WorkerKind,
    WorkerState,
)
from pipeline.jobs.run import AttemptRun
from pipeline.jobs.wake import tell_news
from pipeline.providers.base import Cancelled, Earlier, Produced, RunContext, RunRequest
from studio.ops.postgres import conninfo
from tests.pipeline.jobs.remote import Remote, claim_remote, output

S = JobState.Code
pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def running(**options: object) -> Iterator[Bridge]:
    """A bridge in a thread, stopped at the end."""
    stop = threading.Event()
    bridge = Bridge(stop, **{"grace_s": (0.2, 0.5), **options})  # type: ignore[arg-type]
    thread = threading.Thread(target=bridge.run, daemon=True)
    thread.start()
    try:
        yield bridge
    finally:
        stop.set()
        thread.join(timeout=15)
        assert not thread.is_alive()


def wait_for(what: Callable[[], object], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


def in_state(job: Job, state: JobState.Code) -> bool:
    return bool(Job.objects.filter(pk=job.pk, state_id=state.value).exists())


def until_let(context: RunContext) -> Iterator[Produced]:
    """Wait for ever."""
    while True:
        context.wait(60)
    yield


def test_many_jobs_wait_at_once(remote: Remote, settings: object) -> None:
    settings.PROVIDER_CONCURRENT_JOBS = 100  # type: ignore[attr-defined]
    settings.PROJECT_RUNNING_JOBS = 100  # type: ignore[attr-defined]
    settings.JOB_HEARTBEAT_SECONDS = 0.1  # type: ignore[attr-defined]
    together = threading.Barrier(6)

    def play(request: RunRequest, context: RunContext) -> Iterator[Produced]:
        context.submitting(0, f"own-{threading.get_ident()}")
        together.wait(timeout=20)
        yield output(0)

    remote.bria.play = play
    jobs = [remote.submit() for _ in range(6)]
    with running(threads=6):
        wait_for(lambda: Job.objects.filter(state_id=S.SUCCEEDED).count() == len(jobs))
        worker = bridge_worker()
        assert worker.kind_id == WorkerKind.Code.BRIDGE
        assert worker.state_id == WorkerState.Code.ONLINE
        late = remote.submit()  # word comes while it sleeps
        began = time.monotonic()
        together.abort()
        wait_for(lambda: late.attempts.exists())
        assert time.monotonic() - began < 3
        wait_for(lambda: Job.objects.get(pk=late.pk).is_final)
    worker.refresh_from_db()
    assert worker.state_id == WorkerState.Code.OFFLINE


def test_no_more_runs_than_threads(remote: Remote) -> None:
    most, now = [0], [0]

    def play(request: RunRequest, context: RunContext) -> Iterator[Produced]:
        now[0] += 1
        most[0] = max(most[0], now[0])
        context.wait(0.1)
        now[0] -= 1
        yield output(0)

    remote.bria.play = play
    for _ in range(4):
        remote.submit()
    with running(threads=2):
        wait_for(lambda: Job.objects.filter(state_id=S.SUCCEEDED).count() == 4)
    assert most == [2]


def test_cancelling_wakes_the_run_at_once(remote: Remote, settings: object) -> None:
    settings.JOB_HEARTBEAT_SECONDS = 30  # type: ignore[attr-defined]
    told: list[str] = []

    def play(request: RunRequest, context: RunContext) -> Iterator[Produced]:
        context.submitting(0, "own")
        try:
            yield from until_let(context)
        except Cancelled:
            told.append("cancelled at the provider")
            raise

    remote.bria.play = play
    job = remote.submit()
    with running():
        wait_for(lambda: ProviderRequest.objects.exists())
        time.sleep(0.3)  # past the first heartbeat, which would hear of it as well
        control.cancel_job(actor=remote.creator, job=job)
        wait_for(lambda: in_state(job, S.CANCELLED), seconds=5)
    assert told == ["cancelled at the provider"]


def test_news_wakes_the_run_that_asked(remote: Remote) -> None:
    woken = threading.Event()

    def play(request: RunRequest, context: RunContext) -> Iterator[Produced]:
        context.submitting(0)
        context.submitted(0, "r-1")
        context.wait(60)
        woken.set()
        yield output(0)

    remote.bria.play = play
    remote.submit()
    with running():
        wait_for(lambda: ProviderRequest.objects.filter(request_id="r-1").exists())
        tell_news("another")
        assert not woken.wait(0.8)
        tell_news("r-1")
        assert woken.wait(5)


def test_a_stop_hands_over_and_the_next_bridge_takes_up(remote: Remote) -> None:
    cancelled: list[str] = []

    def play(request: RunRequest, context: RunContext) -> Iterator[Produced]:
        if request.earlier:
            yield output(0)
            return
        context.submitting(0)
        context.submitted(0, "theirs")
        try:
            yield from until_let(context)
        except Cancelled:
            cancelled.append("asked the provider to stop")
            raise

    remote.bria.play = play
    job = remote.submit()
    with running():
        wait_for(lambda: ProviderRequest.objects.filter(request_id="theirs").exists())
    assert in_state(job, S.QUEUED)
    assert job.attempts.get().outcome_id == AttemptOutcome.Code.HANDED_OVER
    assert cancelled == []
    with running():
        wait_for(lambda: in_state(job, S.SUCCEEDED))
    assert list(remote.bria.requests[1].earlier) == [Earlier(0, "theirs")]
    assert job.outputs.count() == 1


def test_a_stop_waits_for_an_answer_that_could_not_be_asked_for_again(remote: Remote) -> None:
    def play(request: RunRequest, context: RunContext) -> Iterator[Produced]:
        context.submitting(0)
        time.sleep(1.5)  # the answer of a synchronous API, which names no request
        yield output(0)

    remote.bria.play = play
    job = remote.submit()
    with running(grace_s=(0.5, 10.0)):
        wait_for(lambda: ProviderRequest.objects.exists())
    assert in_state(job, S.SUCCEEDED)


def test_what_a_killed_bridge_left_open_is_taken_up_soon(remote: Remote, settings: object) -> None:
    settings.JOB_HEARTBEAT_SECONDS = 0.2  # type: ignore[attr-defined]
    job = remote.submit()
    dead = claim_remote()
    assert dead is not None
    AttemptRun(dead).submitting(0, "own-id")  # and no more is heard of it
    with running():
        wait_for(lambda: in_state(job, S.SUCCEEDED))
    first, second = job.attempts.order_by("number")
    assert first.outcome_id == AttemptOutcome.Code.LOST
    assert second.outcome_id == AttemptOutcome.Code.SUCCEEDED
    assert list(remote.bria.requests[0].earlier) == [Earlier(0, "own-id")]


def test_it_survives_the_loss_of_its_connections(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bridge_module, "LOOK_S", (0.2, 0.5))
    with running():
        wait_for(lambda: _listeners() == 1)
        with psycopg.connect(conninfo("a killer"), autocommit=True) as killer:
            killer.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = %s AND datname = current_database()",
                [APPLICATION_NAME],
            )
        job = remote.submit()
        wait_for(lambda: in_state(job, S.SUCCEEDED))


def _listeners() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE application_name = %s AND datname = current_database()",
            [APPLICATION_NAME],
        )
        return int(cursor.fetchone()[0])


def test_the_doctor_sees_whether_a_bridge_runs(remote: Remote) -> None:
    assert [f.is_problem for f in check_bridge()] == [False]
    remote.submit(provider="gemini")
    remote.gemini.play = lambda request, context: until_let(context)
    assert [f.is_problem for f in check_bridge()] == [True]
    with running():
        wait_for(lambda: _listeners() == 1)
        assert list(check_bridge()) == []


def test_the_command_runs_until_told(
    remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `up` starts it, signals and all; they need the main thread, which this is."""
    import signal

    job = remote.submit()
    before = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)}
    beat = tmp_path / "beat"

    def end_when_done() -> None:
        try:
            wait_for(lambda: in_state(job, S.SUCCEEDED))
        finally:
            connection.close()
            os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=end_when_done)
    thread.start()
    try:
        call_command("bridge", "--threads", "2", "--grace", "1", "--beat", str(beat))
    finally:
        thread.join(timeout=20)
        for number, handler in before.items():
            signal.signal(number, handler)
    assert in_state(job, S.SUCCEEDED)
    assert beat.exists()
    assert not Attempt.objects.filter(ended_at=None).exists()
