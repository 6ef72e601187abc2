"""Flow control for responses under daphne.

daphne hands every piece of a response to the connection as soon as it has it, so a big file for a
slow reader would lie whole in memory (measured: 200 MB more for a film of 200 MB). Here a
streamed response waits while the connection's buffer (64 kB) is full. It costs nothing for
responses that are not streamed.
"""

from __future__ import annotations

import asyncio
from typing import Any

from daphne.http_protocol import WebRequest
from daphne.server import Server


class Gate:
    """What the connection tells when it has enough, and when it wants more (a push producer)."""

    def __init__(self, *, is_open: bool) -> None:
        self._open = asyncio.Event()
        if is_open:
            self._open.set()

    def pauseProducing(self) -> None:
        """The buffer is full."""
        self._open.clear()

    def resumeProducing(self) -> None:
        """The buffer has emptied."""
        self._open.set()

    def stopProducing(self) -> None:
        """The reader has gone: nobody has to wait any longer."""
        self._open.set()

    async def passed(self) -> None:
        """Wait until more may be written."""
        await self._open.wait()


def install() -> None:
    """Make daphne's streamed responses wait for their reader; doing it again changes nothing."""
    if Server.handle_reply is not _handle_reply:
        Server.handle_reply = _handle_reply


_original = Server.handle_reply


async def _handle_reply(self: Any, protocol: Any, message: dict[str, Any]) -> None:
    """As daphne's own, and back only when the reader can take more."""
    if message.get("type") != "http.response.body" or not isinstance(protocol, WebRequest):
        await _original(self, protocol, message)
        return
    if not message.get("more_body", False):
        if protocol.producer is not None and protocol.channel is not None:
            protocol.unregisterProducer()
        await _original(self, protocol, message)
        return
    gate = protocol.producer
    if gate is None and protocol.channel is not None:
        gate = Gate(is_open=not getattr(protocol.channel, "_waitingForTransport", False))
        protocol.registerProducer(gate, True)
    await _original(self, protocol, message)
    if isinstance(gate, Gate):
        await gate.passed()
