"""The HTTP side of a ComfyUI server: what it is asked, and what its answers mean.

Only server to server: no `Origin` is sent, which the server would refuse from another host.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, BinaryIO, Self
from urllib.parse import quote, urlencode

import httpx

from pipeline.providers.comfyui.events import parse_json
from pipeline.providers.comfyui.limits import Limits
from studio.core.outbound import ResponseTooLarge, Truncated, UnsafeAddress, client

#: Nothing of the request has left: it may be sent again without doubt.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, UnsafeAddress)
#: Answers of something in front of the server: it may or may not have been asked.
_GATEWAY = frozenset({502, 503, 504})


class NoAnswer(Exception):
    """The server was asked and its answer did not come, or made no sense."""


class NotReached(NoAnswer):
    """The server was not reached: it was asked nothing."""


class ServerFault(NoAnswer):
    """The server answered with a failure of its own (5xx)."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status} {text[:300]}")
        self.status = status

    @property
    def is_gateway(self) -> bool:
        """Whether something in front of the server answered in its place."""
        return self.status in _GATEWAY


class Missing(Exception):
    """The server does not have the file."""


class Refused(Exception):
    """The server does not accept what it was sent (4xx)."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(f"{status} {str(body)[:300]}")
        self.status = status
        self.body = body


@dataclass(frozen=True)
class FileRef:
    """A file on the server. Names are not identity: the same one may hold other bytes later."""

    filename: str
    subfolder: str = ""
    type: str = "output"

    @property
    def query(self) -> str:
        """The query of `/view` that fetches it."""
        return urlencode(
            {"filename": self.filename, "subfolder": self.subfolder, "type": self.type}
        )


@dataclass(frozen=True)
class Queue:
    """Ids of prompts that run, and of those that wait, first to run first."""

    running: tuple[str, ...]
    pending: tuple[str, ...]

    def __contains__(self, prompt_id: object) -> bool:
        return prompt_id in self.running or prompt_id in self.pending

    def ahead_of(self, prompt_id: str) -> int:
        """How many prompts come before a waiting one."""
        if prompt_id not in self.pending:
            return 0
        return len(self.running) + self.pending.index(prompt_id)


class ComfyHttp:
    """A client of one server; use it as a context manager.

    Args:
        url: of the server, with the path of a reverse proxy if there is one.
        limits: times and sizes.

    Every method raises `NotReached`, `ServerFault` or `NoAnswer`, and `Refused` for a 4xx.
    """

    def __init__(self, url: str, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.url = url.rstrip("/")
        self._client = client(
            allow_private=True,  # Admins register instances; they stand in the private network
            timeout_s=self.limits.answer_s,
            base_url=self.url + "/",
            limit_bytes=256 * 1024**2,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    # --- prompts ------------------------------------------------------------------------------

    def submit(
        self, graph: Mapping[str, Any], *, prompt_id: str, client_id: str
    ) -> tuple[str, dict[str, Any]]:
        """Queue a graph; gives the id that the server uses, and `node_errors` as they are.

        Raises:
            Refused: it does not accept the graph (400) or its size (413).
        """
        body = {"prompt": graph, "client_id": client_id, "prompt_id": prompt_id}
        answer = self._json("POST", "prompt", json=body)
        if not isinstance(answer, dict) or not isinstance(answer.get("prompt_id"), str):
            raise NoAnswer(f"POST /prompt: {str(answer)[:300]}")
        errors = answer.get("node_errors")
        return answer["prompt_id"], errors if isinstance(errors, dict) else {}

    def history(self, prompt_id: str) -> dict[str, Any] | None:
        """The record of an ended prompt; None while it is unknown or not ended."""
        answer = self._json("GET", f"history/{quote(prompt_id, safe='')}")
        entry = answer.get(prompt_id) if isinstance(answer, dict) else None
        return entry if isinstance(entry, dict) else None

    def queue(self) -> Queue:
        """What runs and what waits now."""
        answer = self._json("GET", "queue")
        if not isinstance(answer, dict):
            raise NoAnswer("GET /queue: not an object")
        running = _queued(answer.get("queue_running"))
        pending = _queued(answer.get("queue_pending"))  # comes in the order of a heap
        return Queue(
            tuple(prompt_id for _, prompt_id in running),
            tuple(prompt_id for _, prompt_id in sorted(pending, key=lambda item: item[0])),
        )

    def delete(self, *prompt_ids: str) -> None:
        """Take waiting prompts out of the queue; others are left alone, without a word."""
        self._send("POST", "queue", json={"delete": list(prompt_ids)})

    def interrupt(self, prompt_id: str) -> None:
        """Interrupt this prompt if it is the one that runs; nobody else's."""
        self._send("POST", "interrupt", json={"prompt_id": prompt_id})

    # --- files --------------------------------------------------------------------------------

    def upload(self, name: str, file: BinaryIO, media_type: str) -> str:
        """Put a file into the server's input folder; gives the name to use in graphs.

        The server keeps a file of the same name and bytes, and renames where bytes differ.

        Raises:
            Refused: too large (413), or not a name it takes.
        """
        answer = self._json(
            "POST",
            "upload/image",
            files={"image": (name, file, media_type)},
            data={"type": "input"},
            extensions={"total_s": self.limits.download_s},
        )
        if not isinstance(answer, dict) or not isinstance(answer.get("name"), str):
            raise NoAnswer(f"POST /upload/image: {str(answer)[:300]}")
        folder = answer.get("subfolder")
        return f"{folder}/{answer['name']}" if folder else answer["name"]

    def size_of(self, ref: FileRef) -> int | None:
        """Size of a file on the server, bytes; None when it is not there."""
        try:
            response = self._send("HEAD", f"view?{ref.query}")
        except Refused:
            return None
        length = response.headers.get("content-length", "")
        return int(length) if length.isdecimal() else None

    def view(self, ref: FileRef) -> bytes:
        """Fetch a file, whole. A redirect is refused: a server has its files itself.

        Raises:
            Missing: it is gone.
            ResponseTooLarge: it is longer than the limits allow.
            Truncated: it broke off; trying again may help.
        """
        bounds = {"limit_bytes": self.limits.download_bytes, "total_s": self.limits.download_s}
        with (
            _transport(),
            self._client.stream("GET", f"view?{ref.query}", extensions=bounds) as response,
        ):
            if response.status_code == httpx.codes.NOT_FOUND:
                raise Missing(ref.filename)
            if response.status_code >= 500:
                raise ServerFault(response.status_code, "")
            if response.status_code >= 300:
                raise Refused(response.status_code, "")
            try:
                return response.read()
            except (httpx.RemoteProtocolError, httpx.ReadError) as error:
                raise Truncated(f"{ref.filename} broke off") from error

    # --- the server ---------------------------------------------------------------------------

    def system_stats(self) -> dict[str, Any]:
        """Versions, memory and devices."""
        return self._object("system_stats")

    def object_info(self) -> dict[str, Any]:
        """Every node class the server has, by name."""
        return self._object("object_info")

    def model_folders(self) -> list[str]:
        """Kinds of model files, as the server names their folders."""
        return _names(self._json("GET", "models"))

    def model_files(self, folder: str) -> list[str]:
        """Files of one kind; empty for an unknown folder."""
        try:
            return _names(self._json("GET", f"models/{quote(folder, safe='')}"))
        except Refused:
            return []

    def embeddings(self) -> list[str]:
        """Names of embeddings, without ending."""
        return _names(self._json("GET", "embeddings"))

    def free(self) -> None:
        """Unload models and forget cached results, before the next prompt."""
        self._send("POST", "free", json={"unload_models": True, "free_memory": True})

    def clear_queue(self) -> None:
        """Take every waiting prompt out of the queue, anybody's."""
        self._send("POST", "queue", json={"clear": True})

    def interrupt_anything(self) -> None:
        """Interrupt whatever runs, anybody's."""
        self._send("POST", "interrupt")

    # --- calls --------------------------------------------------------------------------------

    def _object(self, path: str) -> dict[str, Any]:
        answer = self._json("GET", path)
        if not isinstance(answer, dict):
            raise NoAnswer(f"GET /{path}: not an object")
        return answer

    def _json(self, method: str, path: str, **options: Any) -> Any:
        response = self._send(method, path, **options)
        try:
            return parse_json(response.content)
        except ValueError as error:
            raise NoAnswer(f"{method} /{path}: {response.content[:200]!r}") from error

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        with _transport():
            try:
                response = self._client.request(method, path, **options)
            except ResponseTooLarge as error:
                raise NoAnswer(f"{method} /{path}: {error}") from error
        if response.status_code >= 500:
            raise ServerFault(response.status_code, response.text)
        if response.status_code >= 300:
            try:
                body = parse_json(response.content)
            except ValueError:
                body = response.text[:2000]
            raise Refused(response.status_code, body)
        return response


@contextmanager
def _transport() -> Iterator[None]:
    """Failures of the way to the server, told apart by whether it may have been asked."""
    try:
        yield
    except _NOT_SENT as error:
        raise NotReached(f"{type(error).__name__}: {error}") from error
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise NoAnswer(f"{type(error).__name__}: {error}") from error


def _queued(items: object) -> list[tuple[float, str]]:
    """Number and id of each; later versions add elements, so they are taken by index."""
    found = []
    for item in items if isinstance(items, list) else ():
        if isinstance(item, list) and len(item) >= 2:
            number = item[0] if isinstance(item[0], int | float) else 0.0
            found.append((float(number), str(item[1])))
    return found


def _names(answer: object) -> list[str]:
    return [str(name) for name in answer] if isinstance(answer, list) else []


__all__ = [
    "ComfyHttp",
    "FileRef",
    "Missing",
    "NoAnswer",
    "NotReached",
    "Queue",
    "Refused",
    "ResponseTooLarge",
    "ServerFault",
    "Truncated",
]
