"""The queue's tables stay small; canaries and marks tell the truth."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import Failure, OrmQ, Task
from django_q.signing import SignedPackage

from studio.ops.folder import DataFolder
from studio.queue import busy, canary, services


def failed(days_ago: float, number: int) -> Task:
    when = timezone.now() - timedelta(days=days_ago)
    return Task(id=f"{number:032d}", name="x", func="f", started=when, stopped=when, success=False)


def test_old_failures_are_deleted(db):
    Task.objects.bulk_create([failed(31, 1), failed(29, 2)])
    assert services.prune_failures() == 1
    assert Failure.objects.get().id == f"{2:032d}"


def test_only_the_last_failures_are_kept(db, monkeypatch):
    monkeypatch.setattr(services, "FAILURES_KEPT", 3)
    Task.objects.bulk_create([failed(number, number) for number in range(6)])
    assert services.prune_failures() == 3
    assert Failure.objects.count() == 3
    assert services.prune_failures() == 0


def test_tasks_that_nobody_serves_are_deleted(db):
    now = timezone.now()
    OrmQ.objects.create(key="gone", payload="x", lock=now - timedelta(days=8))
    OrmQ.objects.create(key="jobs", payload="x", lock=now)
    assert services.prune_abandoned() == 1
    assert OrmQ.objects.get().key == "jobs"


def test_canary_is_a_task_that_is_answered_when_its_row_is_gone(db, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    DataFolder(tmp_path).prepare()
    bird = canary.send("jobs")
    assert not bird.has_run() and not bird.is_answered()
    task = SignedPackage.loads(OrmQ.objects.get(pk=bird.row).payload)
    assert task["func"] == "studio.queue.canary.answer"
    canary.answer(*task["args"])
    assert bird.has_run() and not bird.is_answered()
    bird.withdraw()
    assert bird.is_answered() and not bird.has_run()


def test_canary_of_another_machine_leaves_no_sign(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "nothing here"
    canary.answer("f" * 32)


@pytest.fixture
def marks(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    folder = tmp_path / "run" / "busy"
    folder.mkdir(parents=True)
    return folder


def test_marks_say_who_is_at_work(marks):
    mark = busy._Mark()
    mark.write(busy=False)
    assert busy.read_marks(marks, [os.getpid(), 1]) == {os.getpid(): (False, 0)}
    mark.write(busy=True)
    assert busy.read_marks(marks, [os.getpid()]) == {os.getpid(): (True, 1)}
    mark.write(busy=False)
    mark.write(busy=True)
    assert busy.read_marks(marks, [os.getpid()]) == {os.getpid(): (True, 2)}


def test_marks_of_the_dead_are_removed(marks):
    dead = os.fork()
    if dead == 0:  # pragma: no cover
        os._exit(0)
    os.waitpid(dead, 0)
    for name in (str(dead), str(os.getpid())):
        (marks / name).write_text("1 000000000001")
    busy.forget_dead(marks)
    assert [path.name for path in marks.iterdir()] == [str(os.getpid())]
