"""The data folder: where everything of one installation lies, and the locks on it.

<data>/postgres      the embedded cluster          <data>/files    media, unless in S3
<data>/static        collected static files        <data>/logs     one rotating log per process
<data>/run           locks, pids, marks of busy workers            <data>/secret_key
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


def make_root(root: Path) -> None:
    """Make the data folder unless it is there; nobody else may look into it.

    Root's database runs as a system account, which must pass through (not list) the folder.
    """
    root.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)


@dataclass(frozen=True)
class DataFolder:
    """Names of what lies in one data folder."""

    root: Path

    @property
    def postgres(self) -> Path:
        """The embedded cluster's own folder."""
        return self.root / "postgres"

    @property
    def logs(self) -> Path:
        """Logs of the processes."""
        return self.root / "logs"

    @property
    def files(self) -> Path:
        """Media, and what is being uploaded, unless they are in S3."""
        return self.root / "files"

    @property
    def run(self) -> Path:
        """What only matters while processes run."""
        return self.root / "run"

    @property
    def busy(self) -> Path:
        """One file per task process that is at work (see `studio.queue.busy`)."""
        return self.run / "busy"

    @property
    def canaries(self) -> Path:
        """Signs of canaries that a worker has run (see `studio.queue.canary`)."""
        return self.run / "canaries"

    def prepare(self) -> None:
        """Make the folders that are missing, readable by nobody else.

        Raises:
            PermissionError, OSError: the folder can't be made or written.
        """
        make_root(self.root)
        for folder in (self.logs, self.run, self.busy, self.canaries, self.files):
            folder.mkdir(mode=0o700, exist_ok=True)


class Locked(RuntimeError):
    """Somebody else holds the lock; `holder` is what they wrote into it."""

    def __init__(self, path: Path, holder: dict[str, Any]) -> None:
        super().__init__(f"{path} is locked by {holder or 'another process'}")
        self.path = path
        self.holder = holder


class FileLock:
    """An advisory lock on a file, released by the kernel however the process ends.

    The holder may leave a note (JSON) in the file for those who find it locked.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._handle is not None

    def acquire(self, *, shared: bool = False, wait: bool = False) -> None:
        """Take the lock, or change one that is held between shared and exclusive.

        Raises:
            Locked: it is taken and `wait` is False.
        """
        if self._handle is None:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        else:
            handle = self._handle
        mode = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
        try:
            fcntl.flock(handle, mode)
        except BlockingIOError:
            if self._handle is None:
                os.close(handle)
            raise Locked(self.path, self.note()) from None
        self._handle = handle

    def write_note(self, note: dict[str, Any]) -> None:
        """Tell others who holds the lock; the lock must be held."""
        assert self._handle is not None, "the lock is not held"
        data = json.dumps(note).encode()
        os.pwrite(self._handle, data, 0)
        os.ftruncate(self._handle, len(data))

    def note(self) -> dict[str, Any]:
        """What the (last) holder wrote; empty when there is nothing to read."""
        try:
            found = json.loads(self.path.read_text() or "{}")
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def release(self) -> None:
        """Let go; the file stays (removing it would let two processes lock two files)."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """Hold the lock exclusively, waiting for it as long as it takes."""
        self.acquire(wait=True)
        try:
            yield
        finally:
            self.release()
