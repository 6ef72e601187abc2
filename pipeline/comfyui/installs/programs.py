"""Running git and pip: never through a shell, without our secrets, within limits, as one group.

Arguments are made by this package from checked words. What a program prints is text for the log
and nothing else.
"""

from __future__ import annotations

import os
import re
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

#: What programs get of the studio's environment: where programs are, and the way to the internet.
KEPT = (
    "PATH", "HOME", "LANG", "SSL_CERT_FILE", "https_proxy", "http_proxy", "no_proxy",
    "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY",
)  # fmt: skip
MOST_BYTES = 16 * 1024**2
MOST_LINE = 500
GRACE_SECONDS = 3.0
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")

Lines = Callable[[str], None]


class ProgramFailed(Exception):
    """A program failed, took too long or wrote too much; the text is for people."""


class Stopped(Exception):
    """Somebody asked that it be stopped."""


class Programs:
    """Runs programs for one installation.

    Args:
        log: gets each line that is printed, and each command.
        stop: called several times a second while a program runs; raises `Stopped` to end it.
        began: gets process id and start time of each program, None once it has ended.
        seconds: the longest that one may take.
    """

    def __init__(
        self,
        *,
        log: Lines,
        stop: Callable[[], None],
        began: Callable[[tuple[int, float] | None], None],
        seconds: float,
    ) -> None:
        self.log = log
        self.stop = stop
        self.began = began
        self.seconds = seconds

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        cwd: Path,
        more: Mapping[str, str] | None = None,
        quiet: bool = False,
    ) -> str:
        """Run a program to its end.

        Args:
            more: further variables of its environment.
            quiet: neither the command nor what it prints goes into the log.

        Returns:
            What it printed to its standard output if `quiet`, else nothing.

        Raises:
            ProgramFailed: it can't be started, failed, took too long or wrote too much.
            Stopped: it was ended because `stop` said so.
        """
        words = [str(word) for word in argv]
        if not quiet:
            self.log("$ " + " ".join(words))
        self.stop()
        try:
            process = subprocess.Popen(
                words,
                cwd=cwd,
                env=clean_environment() | dict(more or {}),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL if quiet else subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise ProgramFailed(f"{words[0]} can't be started: {error.strerror}.") from error
        self.began((process.pid, _started(process.pid)))
        try:
            kept = self._read(process, words[0], quiet)
        finally:
            kill_group(process.pid)
            process.wait()
            assert process.stdout is not None
            process.stdout.close()
            self.began(None)
        if process.returncode:
            name = Path(words[0]).name
            raise ProgramFailed(f"{name} ended with exit code {process.returncode}.")
        return kept

    def _read(self, process: subprocess.Popen[bytes], name: str, quiet: bool) -> str:
        """Pass on what it prints until it ends; a child of it that stays is not waited for."""
        assert process.stdout is not None
        name = Path(name).name
        deadline, size, rest, kept = time.monotonic() + self.seconds, 0, b"", []
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while True:
                self.stop()
                if time.monotonic() > deadline:
                    raise ProgramFailed(f"{name} did not end within {self.seconds:g} s.")
                if not selector.select(0.25):
                    if process.poll() is not None:
                        break
                    continue
                chunk = os.read(process.stdout.fileno(), 65536)
                size += len(chunk)
                if size > MOST_BYTES:
                    raise ProgramFailed(f"{name} printed more than {MOST_BYTES} bytes.")
                if not chunk:
                    break
                if quiet:
                    kept.append(chunk)
                    continue
                *lines, rest = (rest + chunk).replace(b"\r", b"\n").split(b"\n")
                for line in lines:
                    self._say(line)
                rest = rest[-MOST_LINE * 4 :]
        self._say(rest)
        self._await_end(process, name, deadline)
        return b"".join(kept).decode(errors="replace")

    def _await_end(self, process: subprocess.Popen[bytes], name: str, deadline: float) -> None:
        """It has closed its output; it may still take its time."""
        while process.poll() is None:
            self.stop()
            if time.monotonic() > deadline:
                raise ProgramFailed(f"{name} did not end within {self.seconds:g} s.")
            time.sleep(0.05)

    def _say(self, line: bytes) -> None:
        if text := plain(line.decode(errors="replace")):
            self.log(text)


def clean_environment() -> dict[str, str]:
    """What programs may know of ours: no keys, no database address, no settings."""
    return {name: os.environ[name] for name in KEPT if name in os.environ}


def plain(text: str) -> str:
    """A line as it can be shown and stored: no colours, no control characters, not too long."""
    return _UNSEEN.sub("", _ESCAPES.sub("", text)).rstrip()[:MOST_LINE]


def kill_group(pid: int) -> None:
    """End a program that leads its group, and all that it has started: asked first, then killed."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(pid, number)
        except (ProcessLookupError, PermissionError):
            return  # nobody is left
        deadline = time.monotonic() + GRACE_SECONDS
        while number == signal.SIGTERM and time.monotonic() < deadline and _is_alive(pid):
            time.sleep(0.02)


def kill_left(pid: int, started: float) -> None:
    """End a program that a dead process of ours had started, if that number is still its own."""
    found = _started(pid)
    if found and abs(found - started) < 1:
        kill_group(pid)


def _is_alive(pid: int) -> bool:
    """Whether anybody of the group does more than wait to be buried."""
    for process in psutil.process_iter(["status"]):
        try:
            if os.getpgid(process.pid) == pid and process.info["status"] != psutil.STATUS_ZOMBIE:
                return True
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return False


def _started(pid: int) -> float:
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return 0.0
