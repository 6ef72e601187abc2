"""An application that counts the bytes of a body; for test_transport."""

from __future__ import annotations

from typing import Any

from django.conf import settings

settings.configure(
    LONG_BODY_PATHS=("/long/",), UPLOAD_MAX_BYTES=2 * 1024**2, DATA_UPLOAD_MAX_MEMORY_SIZE=1024**2
)

from studio.ops import bodies  # noqa: E402  (reads the settings)

bodies.install()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})
