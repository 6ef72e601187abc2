"""Jobs on three ComfyUI servers that fail in every way at once: each has one true ending.

`CHAOS_JOBS` says how many (200 for the whole proof), `CHAOS_SEED` which failures come when.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.models import Sum

from assets.storage.store import local_copy
from billing.models import Entry, Hold, HoldState, Plan
from billing.plans.services import subscribe
from pipeline.comfyui.heartbeat import beat_all
from pipeline.comfyui.services import refresh_instance, register_instance
from pipeline.imaging.seeds import variant_seed
from pipeline.jobs.bridge import Bridge
from pipeline.jobs.finish import charged_microcredits
from pipeline.jobs.models import Attempt, AttemptOutcome, ErrorClass, Job, JobOutput, JobState
from pipeline.jobs.submit import JobRequest, submit_job
from pipeline.jobs.sweep import sweep
from pipeline.providers import registry
from pipeline.providers.comfyui.adapter import ComfyAdapter
from pipeline.providers.comfyui.limits import Limits
from pipeline.workflows.binding import bind_workflow
from studio.core.models import Project, User
from tests.pipeline.workflows.conftest import production
from tests.standins.comfyui import ComfyStandIn, Received

pytestmark = pytest.mark.django_db(transaction=True)

JOBS = int(os.environ.get("CHAOS_JOBS", "40"))
SEED = int(os.environ.get("CHAOS_SEED", "20260214"))
WORKFLOW = "sdxl-text-to-image"
LIMITS = Limits(
    poll_s=0.2,
    poll_hinted_s=1.0,
    unreachable_s=6.0,
    silence_s=20.0,
    running_s=20.0,
    queued_s=30.0,
    look_s=1.5,
    cancel_s=10.0,
    answer_s=2.0,
    download_s=10.0,
    reconnect_s=0.1,
)
#: No attempt may last longer: it waits in the queue, runs, is looked for, taken back, brought in.
BOUND_S = sum((LIMITS.queued_s, LIMITS.running_s, LIMITS.unreachable_s, LIMITS.cancel_s, 10.0))
#: Failures of a server that may end a job; everything else is the studio's to get over.
EXCUSED = {ErrorClass.Code.WORKER_LOST, ErrorClass.Code.TIMEOUT}


@pytest.fixture(autouse=True)
def _quick(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_DIR = tmp_path
    storage = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "files"},
    }
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    settings.PROJECT_RUNNING_JOBS = 12
    settings.JOB_HEARTBEAT_SECONDS = 1
    monkeypatch.setitem(registry.ADAPTERS, "comfyui", ComfyAdapter(LIMITS))


@dataclass
class Chaos:
    """Makes servers fail, one way after another, until told to stop."""

    servers: list[ComfyStandIn]
    chance: random.Random
    stop: threading.Event = field(default_factory=threading.Event)
    done: Counter[str] = field(default_factory=Counter)
    failure: BaseException | None = None

    def run(self) -> None:
        """Every way in turn, in an order drawn anew each time, on servers that are drawn."""
        ways: list[Callable[[ComfyStandIn], None]] = [
            self.drop_sockets, self.drop_sockets, self.restart, self.go_away, self.stall_events,
            self.stall_answers, self.cut_download, self.cut_history, self.queued_but_500,
            self.queued_but_cut, self.lose_answer, self.drop_and_restart,
        ]  # fmt: skip
        try:
            while not self.stop.is_set():
                self.chance.shuffle(ways)
                for way in ways:
                    if self.stop.wait(self.chance.uniform(0.05, 0.5)):
                        return
                    way(self.chance.choice(self.servers))
                    self.done[way.__name__] += 1
        except BaseException as error:  # told by the test, which fails then
            self.failure = error

    def drop_sockets(self, server: ComfyStandIn) -> None:
        server.faults.drop_sockets()

    def restart(self, server: ComfyStandIn) -> None:
        server.restart()

    def go_away(self, server: ComfyStandIn) -> None:
        server.kill()
        self.stop.wait(self.chance.uniform(0.5, 2.0))
        server.start()

    def drop_and_restart(self, server: ComfyStandIn) -> None:
        server.faults.drop_sockets()
        self.stop.wait(0.2)
        server.restart()

    def stall_events(self, server: ComfyStandIn) -> None:
        server.faults.stall()
        self.stop.wait(self.chance.uniform(0.3, 1.5))
        server.faults.resume()

    def stall_answers(self, server: ComfyStandIn) -> None:
        server.faults.add(path="/history/*", delay_s=LIMITS.answer_s * 1.5, times=2)

    def cut_download(self, server: ComfyStandIn) -> None:
        server.faults.cut("/view", after_bytes=self.chance.randrange(200), times=2)

    def cut_history(self, server: ComfyStandIn) -> None:
        server.faults.cut("/history/*", after_bytes=20, times=2)

    def queued_but_500(self, server: ComfyStandIn) -> None:
        server.faults.queued_but_500()

    def queued_but_cut(self, server: ComfyStandIn) -> None:
        server.faults.queued_but_cut()

    def lose_answer(self, server: ComfyStandIn) -> None:
        delay_s = LIMITS.answer_s * 1.5
        server.faults.add(path="/prompt", method="POST", handled=True, delay_s=delay_s)


@contextmanager
def thread(work: Callable[[], None], stop: threading.Event) -> Iterator[None]:
    """Work in a thread beside the block."""
    running = threading.Thread(target=work, daemon=True)
    running.start()
    try:
        yield
    finally:
        stop.set()
        running.join(timeout=60)
        assert not running.is_alive()


def keep_house(stop: threading.Event) -> None:
    """What the sweeper's process does: heartbeats of the servers, promises of the jobs."""
    try:
        while not stop.wait(0.5):
            beat_all()
            sweep()
    finally:
        connections.close_all()


def submit_all(creator: User, project: Project) -> list[Job]:
    """Jobs of one to three small pictures, each with words of its own."""
    return [
        submit_job(
            actor=creator,
            project=project,
            request=JobRequest(
                operation="create.image",
                provider="comfyui",
                model=WORKFLOW,
                parameters={
                    "prompt": f"lighthouse {number}",
                    "width_px": 64,
                    "height_px": 64,
                    "steps": 3,
                    "variations": 1 + number % 3,
                    "random_seed": number * 1000,
                },
                reuse=False,
            ),
        )
        for number in range(JOBS)
    ]


def open_jobs() -> int:
    return Job.objects.exclude(ended_at__isnull=False).count()


@pytest.mark.flaky(reruns=0)  # one that fails now and then is what it looks for
def test_each_job_has_one_true_ending(admin: User, creator: User, project: Project) -> None:
    subscribe(actor=admin, user=creator, plan=Plan.objects.get(code="studio"))
    with ExitStack() as stack:
        servers = [stack.enter_context(ComfyStandIn(step_seconds=0.05)) for _ in range(3)]
        for number, server in enumerate(servers, 1):
            instance = register_instance(
                actor=admin, name=f"render-{number}", url=server.url, capacity=3
            )
            refresh_instance(actor=admin, instance=instance)
        workflow = production(admin, WORKFLOW)
        bind_workflow(actor=admin, workflow=workflow, operation="create.image")
        jobs = submit_all(creator, project)
        chaos = Chaos(servers, random.Random(SEED))
        house = threading.Event()
        began = time.monotonic()
        with thread(lambda: keep_house(house), house), thread(chaos.run, chaos.stop):
            bridges = run_to_the_end(began)
        took_s = time.monotonic() - began
        assert chaos.failure is None
        for server in servers:
            server.start()
            assert not server.served.errors
        report(jobs, chaos, took_s, bridges)
        check_endings(jobs)
        check_outputs(jobs, servers)
        check_books()
        wait_idle(servers)


def run_to_the_end(began: float) -> int:
    """Bridges one after another, each told to end in the middle of its work, until all is done."""
    deadline = began + BOUND_S + JOBS * 3
    bridges = 0
    while open_jobs():
        bridges += 1
        stop = threading.Event()
        share = JOBS // 3  # so that two bridges hand over, and the third one ends it
        least = open_jobs() - share if bridges < 3 else 0
        with thread(Bridge(stop, threads=8, grace_s=(0.3, 3.0)).run, stop):
            while open_jobs() > max(0, least):
                assert time.monotonic() < deadline, f"{open_jobs()} jobs are stuck"
                time.sleep(0.1)
    return bridges


def report(jobs: list[Job], chaos: Chaos, took_s: float, bridges: int) -> None:
    """The figures; shown by `pytest -s`, and when something is wrong."""
    states = Counter(JobState.Code(s).code for s in Job.objects.values_list("state_id", flat=True))
    ended = Attempt.objects.exclude(ended_at=None)
    slowest = max(a.ended_at - a.started_at for a in ended if a.ended_at is not None)
    failed = Counter(
        f"{a.error_class.code}: {a.message}"
        for a in Attempt.objects.filter(error_class__isnull=False).select_related("error_class")
        if a.error_class is not None
    )
    print(f"{len(jobs)} jobs in {took_s:.0f} s by {bridges} bridges: {dict(states)}")
    print(f"{JobOutput.objects.count()} outputs; {ended.count()} attempts, {dict(outcomes())}")
    print(f"slowest attempt {slowest.total_seconds():.1f} s, bound {BOUND_S:.0f} s")
    print(f"failures made: {sum(chaos.done.values())}, {dict(sorted(chaos.done.items()))}")
    for message, count in failed.most_common():
        print(f"{count:4} × {message}")


def outcomes() -> Counter[str]:
    found = Attempt.objects.values_list("outcome_id", flat=True)
    return Counter(AttemptOutcome.Code(outcome).code for outcome in found if outcome)


def check_endings(jobs: list[Job]) -> None:
    """Succeeded with all outputs, or failed for a reason that people read; none open, none late."""
    assert not Attempt.objects.filter(ended_at=None).exists()
    for attempt in Attempt.objects.all():
        assert attempt.ended_at is not None
        assert (attempt.ended_at - attempt.started_at).total_seconds() < BOUND_S
    for job in Job.objects.filter(pk__in=[job.pk for job in jobs]):
        last = job.attempts.order_by("number").last()
        if job.state_id == JobState.Code.SUCCEEDED:
            assert last.outcome_id == AttemptOutcome.Code.SUCCEEDED
            assert job.outputs.count() == job.outputs_expected
        else:
            assert job.state_id == JobState.Code.FAILED
            assert last.error_class_id in EXCUSED and last.message.endswith(".")
            assert job.outputs.count() < job.outputs_expected


def check_outputs(jobs: list[Job], servers: list[ComfyStandIn]) -> None:
    """Each output is of a prompt of its own, which asked for this very picture and ran once."""
    prompts: dict[str, Received] = {p.prompt_id: p for s in servers for p in s.prompts}
    runs = {code: sum(s.times_run(code) for s in servers) for code in prompts}
    outputs = JobOutput.objects.filter(job__in=jobs).select_related("job", "version__blob")
    used = Counter(output.notes["request_id"] for output in outputs)
    assert set(used.values()) <= {1}, "no file was taken for two outputs"
    by_order: dict[tuple[str, int], list[str]] = defaultdict(list)
    for prompt in prompts.values():
        by_order[words_of(prompt), random_seed_of(prompt)].append(prompt.prompt_id)
    for output in outputs:
        job, prompt = output.job, prompts[output.notes["request_id"]]
        seed = variant_seed(job.random_seed, output.position)
        assert words_of(prompt) == job.parameters["prompt"]
        assert random_seed_of(prompt) == seed % 2**53 and output.random_seed == seed
        assert local_copy(output.version.blob).stat().st_size == output.version.blob.size_bytes
        if job.attempts.count() == 1:  # what another bridge took up may have begun anew elsewhere
            assert by_order[words_of(prompt), random_seed_of(prompt)] == [prompt.prompt_id]
            assert runs[prompt.prompt_id] >= 1
    assert len({output.version_id for output in outputs}) == len(outputs)


def words_of(prompt: Received) -> str:
    texts = [n["inputs"].get("text", "") for n in prompt.graph.values()]
    return next(text for text in texts if text.startswith("lighthouse"))


def random_seed_of(prompt: Received) -> int:
    (sampler,) = [n for n in prompt.graph.values() if n["class_type"] == "KSampler"]
    return int(sampler["inputs"]["seed"])


def check_books() -> None:
    """The ledger balances, nothing is held, and what failed without an output cost nothing."""
    assert Entry.objects.aggregate(total=Sum("amount_microcredits"))["total"] == 0
    assert not Hold.objects.filter(state_id=HoldState.Code.OPEN).exists()
    for job in Job.objects.all():
        assert (charged_microcredits(job) > 0) == job.outputs.exists()


def wait_idle(servers: list[ComfyStandIn]) -> None:
    """Nothing of ours is left behind in a queue."""
    deadline = time.monotonic() + 15
    while not all(server.idle for server in servers):
        assert time.monotonic() < deadline, "a server still has prompts"
        time.sleep(0.1)
