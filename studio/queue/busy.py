"""Marks by which the supervisor tells a busy task process from a stuck one.

Each task process keeps one small file, `<data>/run/busy/<pid>`, that says whether it is at work
and how many tasks it has begun. django-q2 has no such figure outside its own processes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings
from django_q.signals import post_execute_in_worker, post_spawn, pre_execute

from studio.ops.folder import DataFolder

SUPERVISED = "SEEDFRAME_SUPERVISED"


class _Mark:
    """This process's file; opened by the first task, never inherited by a fork."""

    def __init__(self) -> None:
        self.handle: int | None = None
        self.pid = 0
        self.begun = 0

    def write(self, busy: bool) -> None:
        if self.pid != os.getpid():
            path = DataFolder(settings.DATA_DIR).busy / str(os.getpid())
            self.handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self.pid, self.begun = os.getpid(), 0
        if busy:
            self.begun += 1
        if self.handle is not None:
            os.pwrite(self.handle, f"{int(busy)} {self.begun:012d}".encode(), 0)


_mark = _Mark()


def _spawned(**_: Any) -> None:
    _mark.write(busy=False)


def _begun(**_: Any) -> None:
    _mark.write(busy=True)


def _ended(**_: Any) -> None:
    _mark.write(busy=False)


def install() -> None:
    """Keep marks in the task processes that this process forks, if a supervisor reads them."""
    if os.environ.get(SUPERVISED):
        post_spawn.connect(_spawned, dispatch_uid="studio.busy.spawned")
        pre_execute.connect(_begun, dispatch_uid="studio.busy.begun")
        post_execute_in_worker.connect(_ended, dispatch_uid="studio.busy.ended")


def read_marks(folder: Path, pids: Iterable[int]) -> dict[int, tuple[bool, int]]:
    """For each of these processes that keeps a mark: whether it is at work, and tasks begun."""
    found: dict[int, tuple[bool, int]] = {}
    for pid in pids:
        try:
            busy, _, begun = (folder / str(pid)).read_text().partition(" ")
            found[pid] = (busy == "1", int(begun))
        except (OSError, ValueError):
            continue
    return found


def forget_dead(folder: Path) -> None:
    """Remove the marks of processes that are gone."""
    for path in folder.iterdir():
        if path.name.isdigit() and not psutil.pid_exists(int(path.name)):
            path.unlink(missing_ok=True)
