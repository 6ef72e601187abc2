"""An application that streams 200 MB as fast as it may; for test_flow."""

from __future__ import annotations

from typing import Any

from studio.ops import flow

PIECE, PIECES = bytes(256 * 1024), 800

flow.install()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    assert scope["type"] == "http"
    length = str(len(PIECE) * PIECES).encode()
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]}
    )
    for _ in range(PIECES):
        await send({"type": "http.response.body", "body": PIECE, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
