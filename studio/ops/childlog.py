"""What supervised processes say: all of it into rotating files, what matters to the terminal."""

from __future__ import annotations

import logging
import logging.handlers
import re
import sys
import threading
from pathlib import Path
from typing import IO

_MAX_BYTES = 10 * 1024**2
_BACKUPS = 3
#: What a person at the terminal should see; the rest is in the file.
_MATTERS = re.compile(r"\b(WARNING|ERROR|CRITICAL|FATAL|PANIC)\b|^Traceback \(most recent")
_ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Terminal:
    """The operator's terminal: lines of ours, and short ones of the processes."""

    def __init__(self, logs: Path, *, verbose: bool = False) -> None:
        self.verbose = verbose
        self._lock = threading.Lock()
        self._file = rotating(logs / "up.log")

    def say(self, text: str = "") -> None:
        """A line to the terminal and to `up.log`."""
        self.show(text)
        self.note(text)

    def note(self, text: str) -> None:
        """A line to `up.log` alone."""
        self._file.handle(logging.LogRecord("up", logging.INFO, "", 0, text, None, None))

    def show(self, text: str) -> None:
        """A line to the terminal alone: for what must not be kept, such as a password."""
        with self._lock:
            try:
                sys.stdout.write(text + "\n")
                sys.stdout.flush()
            except (BrokenPipeError, OSError):  # the terminal is gone; the studio is not
                self.verbose = False

    def child_line(self, name: str, line: str) -> None:
        """A line of a process, if it matters."""
        if self.verbose or _MATTERS.search(line):
            self.show(f"  {name:<8} {line}"[:300])


def rotating(path: Path) -> logging.Handler:
    """A file of at most ten megabytes with three predecessors, a time before each line."""
    handler = logging.handlers.RotatingFileHandler(
        path, maxBytes=_MAX_BYTES, backupCount=_BACKUPS, encoding="utf-8", errors="replace"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    return handler


def pump(name: str, pipe: IO[bytes], logs: Path, terminal: Terminal) -> threading.Thread:
    """Carry a process's output to its log until it ends, in a thread of its own."""

    def run() -> None:
        handler = rotating(logs / f"{name}.log")
        with pipe:
            for raw in pipe:
                line = _ESCAPES.sub("", raw.decode(errors="replace").rstrip())
                handler.handle(logging.LogRecord(name, logging.INFO, "", 0, line, None, None))
                terminal.child_line(name, line)
        handler.close()

    thread = threading.Thread(target=run, name=f"log of {name}", daemon=True)
    thread.start()
    return thread


def truncate_when_large(path: Path) -> None:
    """Rotate a log that another program appends to (copy, then empty it in place)."""
    try:
        if path.stat().st_size < _MAX_BYTES:
            return
        path.with_suffix(path.suffix + ".1").write_bytes(path.read_bytes())
        with path.open("r+b") as file:
            file.truncate()
    except FileNotFoundError:
        return
