"""A body that is too long is cut off while it arrives, whoever sends it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

MB = 1024**2


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(found),
         "tests.security.body_app:application"],
    )  # fmt: skip
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", found)) == 0:
                break
        time.sleep(0.1)
    yield found
    process.terminate()
    process.wait(10)


def answer(port: int, path: str, headers: str, body: bytes) -> str:
    """What comes back, or that the connection was cut."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as server:
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n\r\n"
        server.sendall(head.encode())
        try:
            for start in range(0, len(body), 65_536):
                server.sendall(body[start : start + 65_536])
            found = b""
            while piece := server.recv(65_536):
                found += piece
        except ConnectionError:
            return "cut off"
        return found.decode()


def announced(size: int) -> str:
    return f"Content-Length: {size}"


def test_as_announced(port: int) -> None:
    assert f"\r\n{MB}\r\n" in answer(port, "/", announced(MB), bytes(MB))
    assert f"\r\n{3 * MB}\r\n" in answer(port, "/long/x", announced(3 * MB), bytes(3 * MB))


@pytest.mark.parametrize("path", ["/", "/?/long/", "/long", "/login/"])
def test_longer_than_allowed(port: int, path: str) -> None:
    # refused by its head: nothing of the body is waited for
    assert answer(port, path, announced(10_000 * MB), b"").startswith("HTTP/1.1 413 ")


def test_longer_than_a_file(port: int) -> None:
    assert answer(port, "/long/", announced(4 * MB), b"").startswith("HTTP/1.1 413 ")


def test_without_an_announced_length(port: int) -> None:
    def chunks(count: int) -> bytes:
        return (b"10000\r\n" + bytes(0x10000) + b"\r\n") * count + b"0\r\n\r\n"

    headers = "Transfer-Encoding: chunked"
    assert str(8 * 0x10000) in answer(port, "/", headers, chunks(8))
    found = answer(port, "/", headers, chunks(400))
    assert found == "cut off" or found.startswith("HTTP/1.1 413 ")
