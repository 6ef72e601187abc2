"""Processes: dying with the parent, telling one from another with the same number, ending trees."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import psutil

_PR_SET_PDEATHSIG = 1
_LINUX = sys.platform.startswith("linux")
# Loaded now: after a fork of a process with threads, nothing may be imported or allocated.
_libc: Any = ctypes.CDLL(None, use_errno=True) if _LINUX else None


def die_with_parent(number: int = signal.SIGKILL) -> Callable[[], None]:
    """Make a function for a new process to call first: it gets signal `number` if we die.

    For `preexec_fn` of `subprocess.Popen`. Must be called from a thread that lives as long as the
    process, for Linux watches the thread. Elsewhere it does nothing; the supervisor then ends
    what is left over at its next start (`studio.ops.leftovers`).
    """
    parent = os.getpid()

    def arm() -> None:
        if _libc is None:
            return
        _libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # it died before we could ask
            os.kill(os.getpid(), number)

    return arm


def forks_die_with_parent() -> None:
    """Let every process that this one forks, and those that they fork, die with its parent.

    The death signal is not inherited over a fork: without this a task cluster that is killed
    leaves its workers behind. Only forks from the main thread are covered, for a process that a
    passing thread forks must outlive that thread.
    """
    if _libc is None:
        return
    parent = [0]

    def before() -> None:
        main = threading.current_thread() is threading.main_thread()
        parent[0] = os.getpid() if main else 0

    def after_in_child() -> None:
        if parent[0]:
            _libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
            if os.getppid() != parent[0]:
                os.kill(os.getpid(), signal.SIGKILL)

    os.register_at_fork(before=before, after_in_child=after_in_child)


@dataclass(frozen=True)
class Identity:
    """One process, distinguished from a later one with the same number."""

    pid: int
    started_at: float
    command: tuple[str, ...]

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        """The identity of a running process, or None."""
        try:
            process = psutil.Process(pid)
            with process.oneshot():
                if process.status() == psutil.STATUS_ZOMBIE:
                    return None
                return cls(pid, process.create_time(), tuple(process.cmdline()))
        except psutil.Error:
            return None

    def is_running(self) -> bool:
        """Whether this very process still runs: same number, start time and command line."""
        now = Identity.of(self.pid)
        return (
            now is not None
            and abs(now.started_at - self.started_at) < 1.0
            and now.command == self.command
        )


def wait_until(done: Callable[[], bool], seconds: float, every_seconds: float = 0.05) -> bool:
    """Ask again and again until `done` says yes or the time is over; the last answer."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() >= end:
            return False
        time.sleep(every_seconds)
    return True


def kill_group(pid: int) -> None:
    """Kill a process that leads a group, and all of its group."""
    # gone already; on macOS a group of zombies says EPERM
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def end_processes(processes: Iterable[psutil.Process], seconds: float) -> None:
    """Ask processes to end, and kill those that are still there after `seconds`."""
    found = list(processes)
    for process in found:
        try:
            process.terminate()
        except psutil.Error:
            continue
    _, alive = psutil.wait_procs(found, timeout=seconds)
    for process in alive:
        try:
            process.kill()
        except psutil.Error:
            continue
    psutil.wait_procs(alive, timeout=5)
