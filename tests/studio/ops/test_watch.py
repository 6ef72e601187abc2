"""When a cluster counts as stuck, and when it is only busy."""

from __future__ import annotations

import os
import threading
import time

import pytest

from studio.ops import watch
from studio.ops.watch import BeatWatch, ClusterWatch


class Bird:
    """A canary whose fate the test decides."""

    def __init__(self, *, answered: bool = False, run: bool = False) -> None:
        self.answered, self.run, self.withdrawn = answered, run, False

    def is_answered(self) -> bool:
        return self.answered

    def has_run(self) -> bool:
        return self.run

    def withdraw(self) -> None:
        self.withdrawn = True


@pytest.fixture
def look(monkeypatch, tmp_path):
    """Let a watch with two workers look once at a cluster; returns its complaints."""
    monkeypatch.setattr(watch, "CANARY_LIMIT_SECONDS", 0.3)

    def once(bird, tasks, *, pids=None, seconds=8.0):
        stop, complaints = threading.Event(), []
        watching = ClusterWatch("jobs", 2, tmp_path, lambda: os.getpid(), stop, complaints.append)
        watching.is_settled = True
        if pids is not None:
            found = iter(pids)
            watching.pid = lambda: next(found)
        states = iter(tasks)
        last: list = []

        def next_tasks(pid):
            last[:] = [next(states, last[0] if last else None)]
            return last[0]

        monkeypatch.setattr(watching, "_tasks", next_tasks)
        monkeypatch.setattr(watch.canary, "send", lambda queue: bird)
        threading.Timer(seconds, stop.set).start()
        watching._look_at(os.getpid())
        return complaints

    return once


def test_answered_canary_is_fine(look):
    assert look(Bird(answered=True), []) == []


def test_idle_worker_and_no_progress_is_stuck(look):
    bird = Bird()
    [fault] = look(bird, [(1, {1: 5, 2: 7}), (1, {1: 5, 2: 7})])
    assert "took no task" in fault
    assert bird.withdrawn


def test_all_workers_at_work_is_only_busy(look):
    assert look(Bird(), [(2, {1: 5, 2: 7})], seconds=4) == []


def test_long_line_of_short_tasks_is_only_busy(look):
    progress = [(1, {1: number}) for number in range(50)]
    assert look(Bird(), progress, seconds=5) == []


def test_task_that_ran_but_is_not_acknowledged_is_stuck_even_under_load(look):
    [fault] = look(Bird(run=True), [(2, {1: 5})])
    assert "did not acknowledge" in fault


def test_task_that_ran_just_now_gets_its_time_to_be_acknowledged(look, monkeypatch):
    # it waited long behind a job, and its acknowledgement comes a moment after it ran
    bird = Bird()
    threading.Timer(1.0, lambda: setattr(bird, "run", True)).start()
    threading.Timer(1.2, lambda: setattr(bird, "answered", True)).start()
    assert look(bird, [(2, {1: 5})]) == []


def test_cluster_whose_workers_are_not_there_yet_is_not_judged(look, monkeypatch):
    assert look(Bird(), [(0, {})], seconds=4) == []
    monkeypatch.setattr(watch, "BOOTING_SECONDS", 1)
    [fault] = look(Bird(), [(0, {})], seconds=8)
    assert "took no task" in fault


def test_restart_meanwhile_is_no_fault(look):
    bird = Bird()
    assert look(bird, [], pids=[os.getpid() + 1]) == []
    assert bird.withdrawn


def test_dead_process_that_stays_unburied_is_a_fault(look, tmp_path):
    child = os.fork()
    if child == 0:  # pragma: no cover
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)  # dead, and still unburied
    try:
        complaints: list[str] = []
        watching = ClusterWatch(
            "jobs", 2, tmp_path, os.getpid, threading.Event(), complaints.append
        )
        # just died: its parent gets until the next look
        assert watching._has_unburied(os.getpid()) == ""
        assert "dead worker" in watching._has_unburied(os.getpid())
    finally:
        os.waitpid(child, 0)
    assert watching._has_unburied(os.getpid()) == ""


@pytest.fixture
def beats(monkeypatch, tmp_path):
    """Run a watch of a file for a second beside what the test does with it; its complaints."""
    monkeypatch.setattr(watch, "BEAT_EVERY_SECONDS", 0.02)
    monkeypatch.setattr(watch, "BEAT_LIMIT_SECONDS", 0.3)

    def watched(touches, pid=lambda: 1, seconds=1.0):
        stop, complaints, path = threading.Event(), [], tmp_path / "beat"
        watching = BeatWatch("bridge", path, pid, stop, complaints.append)
        watching.start()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if touches:
                path.touch()
            time.sleep(0.02)
        stop.set()
        watching.join()
        return complaints

    return watched


def test_a_process_that_touches_its_file_is_well(beats):
    assert beats(touches=True) == []


def test_a_process_that_stopped_touching_it_hangs(beats):
    complaints = beats(touches=False)
    assert complaints
    assert complaints[0] == "gave no sign of life for 0.3 s"


def test_a_process_that_does_not_run_is_not_judged(beats):
    assert beats(touches=False, pid=lambda: None) == []
