"""Processes of an `up` that was killed: on Linux none are left, elsewhere they are ended here."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import psutil

from studio.ops.process import Identity, end_processes


def remember(path: Path, children: Iterable[Identity]) -> None:
    """Write down which processes run, so that a successor can tell them from others."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps([asdict(child) for child in children]))
    fresh.replace(path)


def end_leftovers(path: Path) -> int:
    """End what an earlier supervisor left running; returns how many processes that were.

    A process counts only if its start time and command line agree with what was written down, or
    if it is of the same group and command (a forked worker): a number alone proves nothing.
    """
    try:
        found = json.loads(path.read_text())
        known = [Identity(c["pid"], c["started_at"], tuple(c["command"])) for c in found]
    except (OSError, ValueError, KeyError, TypeError):
        return 0
    leftovers: list[psutil.Process] = []
    for child in known:
        if child.is_running():
            leftovers.append(psutil.Process(child.pid))
        leftovers += _group(child)
    end_processes(leftovers, seconds=2)
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    return len(leftovers)


def _group(leader: Identity) -> list[psutil.Process]:
    """Forks of a process that led a group, by group, command line and time."""
    members = []
    for process in psutil.process_iter():
        try:
            if (
                process.pid != leader.pid
                and os.getpgid(process.pid) == leader.pid
                and tuple(process.cmdline()) == leader.command
                and process.create_time() >= leader.started_at - 1
            ):
                members.append(process)
        except (psutil.Error, ProcessLookupError):
            continue
    return members
