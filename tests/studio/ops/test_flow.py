"""A slow reader costs the web process no memory, and a fast one gets everything."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.studio.ops.streaming_app import PIECE, PIECES

MB = 1024**2


@pytest.fixture
def server() -> Iterator[tuple[str, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(port),
         "tests.studio.ops.streaming_app:application"],
    )  # fmt: skip
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}/", process.pid
    process.terminate()
    process.wait(10)


def _resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


def test_slow_and_fast_readers(server: tuple[str, int]) -> None:
    url, pid = server
    before = _resident_bytes(pid)
    with httpx.stream("GET", url) as slow:
        pieces = slow.iter_raw(64 * 1024)
        next(pieces)
        time.sleep(1)
        assert _resident_bytes(pid) - before < 20 * MB
    # who goes away in the middle stops nothing
    answer = httpx.get(url, timeout=30)
    assert len(answer.content) == len(PIECE) * PIECES
    assert _resident_bytes(pid) - before < 20 * MB
