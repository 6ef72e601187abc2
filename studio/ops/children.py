"""One supervised process: started, watched, restarted with patience, ended in good order."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from studio.ops.childlog import Terminal, pump
from studio.ops.process import Identity, die_with_parent, kill_group

BACKOFF_SECONDS = (0.5, 30.0)
#: A process that lived this long starts anew at once when it dies.
SETTLED_SECONDS = 60.0


@dataclass(frozen=True)
class Spec:
    """How a process is started.

    Args:
        name: short, for logs.
        command: program and arguments.
        environment: variables besides ours.
        handles: file descriptors that it inherits.
        cluster: name of its task queue, if it is a task cluster.
        workers: processes of that cluster that run tasks.
        drains: when all is stopped it may finish what it has begun, as a task cluster may.
        beat: file that it touches every few seconds while it is well.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    handles: Sequence[int] = ()
    cluster: str = ""
    workers: int = 0
    drains: bool = False
    beat: Path | None = None


class Child:
    """A process and its successors. Used by the supervisor's main thread only."""

    def __init__(self, spec: Spec, logs: Path, terminal: Terminal) -> None:
        self.spec = spec
        self.logs = logs
        self.terminal = terminal
        self.process: subprocess.Popen[bytes] | None = None
        self.identity: Identity | None = None
        self.started_at = 0.0
        self.restarts = 0
        self._delay = BACKOFF_SECONDS[0]
        self._start_after = 0.0
        self._pump: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        """The process's number while it runs."""
        process = self.process
        return process.pid if process is not None and process.returncode is None else None

    def start(self) -> None:
        """Start the process in a session of its own; it dies when we do."""
        self.process = subprocess.Popen(
            list(self.spec.command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=os.environ | dict(self.spec.environment),
            pass_fds=self.spec.handles,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )
        self.started_at = time.monotonic()
        self.identity = Identity.of(self.process.pid)
        if self.process.stdout is not None:
            self._pump = pump(self.spec.name, self.process.stdout, self.logs, self.terminal)

    def tend(self) -> bool:
        """Start it again when it died and its time has come; whether it was started now."""
        now = time.monotonic()
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return False
            kill_group(self.process.pid)  # whatever it left behind
            settled = now - self.started_at > SETTLED_SECONDS
            self._delay = BACKOFF_SECONDS[0] if settled else self._delay
            self._start_after = now + self._delay
            self.terminal.say(
                f"{self.spec.name} ended ({_reason(code)}); starting it again in"
                f" {self._delay:g} s. See {self.logs / self.spec.name}.log"
            )
            self._delay = min(self._delay * 2, BACKOFF_SECONDS[1])
            self.process = None
        if now < self._start_after:
            return False
        self.restarts += 1
        self.start()
        return True

    def ask_to_end(self) -> None:
        """Ask the process (not its group: a cluster ends its own workers in order)."""
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.terminate()

    def has_ended(self) -> bool:
        """Whether no process runs."""
        return self.process is None or self.process.poll() is not None

    def kill(self) -> None:
        """End the process and its group at once."""
        if self.process is not None:
            kill_group(self.process.pid)
            self.process.wait()

    def finish_log(self) -> None:
        """Wait briefly until the last lines are in the log."""
        if self._pump is not None:
            self._pump.join(timeout=1)

    def replace(self) -> Child:
        """Start a successor at once, and return the old process to be drained by the caller."""
        old = Child(self.spec, self.logs, self.terminal)
        old.process, old.identity, old.started_at = self.process, self.identity, self.started_at
        old._pump = self._pump
        self.restarts += 1
        self.start()
        return old


def _reason(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
