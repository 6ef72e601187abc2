"""The port of the studio: taken once, before anything else, and kept over restarts of the web."""

from __future__ import annotations

import errno
import socket

TRIES = 20


class PortTaken(RuntimeError):
    """Nobody else may listen there; says what to do."""


def listen(host: str, port: int, *, or_next: bool) -> socket.socket:
    """Listen on an address. Connections wait in line until the web process takes them.

    Args:
        or_next: take the next free port if this one is taken.

    Raises:
        PortTaken: it is taken (or may not be used), or the host is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, port + (TRIES if or_next else 1)):
        try:
            return socket.create_server((host, candidate), family=family, backlog=512)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                continue
            raise PortTaken(
                f"Can't listen on {host}, port {candidate}: {error.strerror}."
            ) from error
    raise PortTaken(
        f"Port {port} on {host} is taken by another program. Choose another: --port {port + 1}"
    )
