"""The websocket side: a thread that does nothing but read, and a mailbox it never waits for.

A reader that stalls freezes the events of everybody on the server, so nothing is done in the loop
but parsing. Each connection has an id of its own: when two sockets of one id overlap, the server
forgets both. Prompts of an earlier connection are followed over HTTP.
"""

from __future__ import annotations

import json
import logging
import ssl
import threading
import time
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from pipeline.providers.comfyui.events import (
    Connected,
    Dropped,
    Event,
    Preview,
    Progress,
    parse_binary,
    parse_text,
)
from pipeline.providers.comfyui.limits import Limits
from studio.core.outbound import UnsafeAddress, open_socket

log = logging.getLogger(__name__)

FLAGS = json.dumps({"type": "feature_flags", "data": {"supports_preview_metadata": True}})


@dataclass(frozen=True, slots=True)
class _Letter:
    event: Event
    came_at: float
    size_bytes: int
    is_kept: bool


class Mailbox:
    """What came over the socket and was not read yet.

    Of pictures and figures only the latest is kept, so it stays small however long nobody reads.
    When it is full all the same, the oldest goes: it was a hint, and HTTP is the authority.
    Pictures that may be results are told nowhere else: these stay, and later ones are left out.

    Args:
        kept: nodes whose pictures may be results.
        limits: how much may lie in it.
    """

    def __init__(self, kept: Collection[str] = (), limits: Limits | None = None) -> None:
        self.kept = kept
        self._limits = limits or Limits()
        self._letters: dict[object, _Letter] = {}
        self._bytes = 0
        self._news = threading.Condition()

    def put(self, event: Event, size_bytes: int = 0) -> None:
        """Add an event, of a message of so many bytes; never waits for a reader."""
        key: object = object()
        is_kept = isinstance(event, Preview) and self._keeps(event)
        if isinstance(event, Progress | Preview) and not is_kept:
            key = type(event), event.prompt_id
        with self._news:
            self._drop(key)  # the newer one comes in its own place
            self._letters[key] = _Letter(event, time.monotonic(), size_bytes, is_kept)
            self._bytes += size_bytes
            while self._is_full():
                hints = (other for other, letter in self._letters.items() if not letter.is_kept)
                self._drop(next(hints, key))
            self._news.notify()

    def _is_full(self) -> bool:
        limits = self._limits
        return len(self._letters) > limits.unread_events or self._bytes > limits.unread_bytes

    def _drop(self, key: object) -> None:
        letter = self._letters.pop(key, None)
        self._bytes -= letter.size_bytes if letter is not None else 0

    def _keeps(self, preview: Preview) -> bool:
        """Whether a picture may be a result; old servers do not name its node."""
        return preview.node in self.kept if preview.node is not None else bool(self.kept)

    def take(self, timeout_s: float) -> list[tuple[Event, float]]:
        """Everything so far, in order, and when it came (monotonic seconds).

        Waits up to `timeout_s` for a first event.
        """
        with self._news:
            if not self._letters:
                self._news.wait(timeout_s)
            found = [(letter.event, letter.came_at) for letter in self._letters.values()]
            self._letters.clear()
            self._bytes = 0
        return found


class EventSocket:
    """Keeps a websocket open and puts what it says into a mailbox; use as a context manager."""

    def __init__(self, url: str, mailbox: Mailbox, limits: Limits) -> None:
        self._url = url.rstrip("/")
        self._mailbox = mailbox
        self._limits = limits
        self._stop = threading.Event()
        self._open = threading.Event()
        self._lock = threading.Lock()
        self._connection: ClientConnection | None = None
        self._client_id = ""
        self._thread = threading.Thread(target=self._run, name="comfyui-socket", daemon=True)

    def __enter__(self) -> EventSocket:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        with self._lock:
            connection = self._connection
        if connection is not None:
            connection.close()
        self._thread.join(self._limits.answer_s)

    def wait_open(self, timeout_s: float) -> bool:
        """Whether it is open, within this time."""
        return self._open.wait(timeout_s)

    @property
    def client_id(self) -> str:
        """The id of the open connection; empty while there is none."""
        with self._lock:
            return self._client_id

    def _run(self) -> None:
        pause = self._limits.reconnect_s
        while not self._stop.is_set():
            client_id = str(uuid.uuid4())
            opened_at = time.monotonic()
            reason = "unexpected"
            try:
                reason = self._serve(client_id)
            finally:  # whatever happens, nobody is to believe in a socket that is not there
                with self._lock:
                    told, self._connection, self._client_id = self._client_id, None, ""
            self._open.clear()
            if told:
                self._mailbox.put(Dropped(client_id, reason))
            log.debug("Socket to %s closed: %s", self._url, reason)
            if time.monotonic() - opened_at > 10 * self._limits.reconnect_s:
                pause = self._limits.reconnect_s
            self._stop.wait(pause)
            pause = min(pause * 2, 10 * self._limits.reconnect_s)

    def _serve(self, client_id: str) -> str:
        """Hold one connection for as long as it lives; gives why it ended."""
        address = _socket_address(self._url, client_id)
        try:
            tcp = open_socket(address, allow_private=True)
            with connect(
                address,
                sock=tcp,
                ssl=ssl.create_default_context() if address.startswith("wss:") else None,
                max_size=self._limits.frame_bytes,
                max_queue=None,  # the mailbox takes all: a server must never wait for us
                compression=None,
                proxy=None,
                close_timeout=1.0,
            ) as connection:
                connection.send(FLAGS)  # counts only as the first message
                with self._lock:
                    self._connection, self._client_id = connection, client_id
                self._mailbox.put(Connected(client_id))
                self._open.set()
                if self._stop.is_set():
                    return "stopped"
                return self._read(connection)
        except (UnsafeAddress, WebSocketException, OSError, EOFError, ValueError) as error:
            return f"{type(error).__name__}: {error}"  # ValueError: it redirects elsewhere

    def _read(self, connection: ClientConnection) -> str:
        while True:
            try:
                message = connection.recv()
            except ConnectionClosed as error:
                return str(error)
            event = parse_text(message) if isinstance(message, str) else parse_binary(message)
            if event is not None:
                self._mailbox.put(event, len(message))


def _socket_address(url: str, client_id: str) -> str:
    parts = urlsplit(url)
    scheme = "wss" if parts.scheme == "https" else "ws"
    return urlunsplit((scheme, parts.netloc, f"{parts.path}/ws", f"clientId={client_id}", ""))
