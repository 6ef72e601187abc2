"""The HTTP side of a ComfyUI server: whatever the studio asks and tells it goes through here.

Runs, heartbeats, orders and installations have one client, with their own bounds of time and size.
Only server to server: no `Origin` is sent, which the server would refuse from another host; and
nothing but the registered address is called: redirects are not followed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, BinaryIO, Self
from urllib.parse import quote

import httpx

from pipeline.providers.comfyui.answers import FileRef, Inventory, Queue, Stats, listed
from pipeline.providers.comfyui.limits import ASIDE, Limits
from pipeline.providers.documents import parse_json
from studio.core.outbound import ResponseTooLarge, Truncated, UnsafeAddress, client

#: Longest time for the list of all nodes, and for everything that a server has, in seconds.
NODES_SECONDS = 20.0
INVENTORY_SECONDS = 40.0
MAX_FOLDERS, MAX_FOLDER_NAME = 100, 80
#: Nothing of the request has left: it may be sent again without doubt.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, UnsafeAddress)
#: Answers of something in front of the server: it may or may not have been asked.
_GATEWAY = frozenset({502, 503, 504})


class CallFailed(Exception):
    """A call to a server was in vain. The text is for people and names no address.

    Attributes:
        detail: what happened, for engineers.
    """

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail or message


class NoAnswer(CallFailed):
    """The server was asked and its answer did not come, or made no sense."""


class NotReached(NoAnswer):
    """The server was not reached: it was asked nothing."""


class ServerFault(NoAnswer):
    """The server answered with a failure of its own (5xx)."""

    def __init__(self, status: int, path: str, text: str = "") -> None:
        super().__init__(f"It answers {status} at {path}.", f"{status} {text[:300]}")
        self.status = status

    @property
    def is_gateway(self) -> bool:
        """Whether something in front of the server answered in its place."""
        return self.status in _GATEWAY


class Refused(CallFailed):
    """The server does not accept what it was sent (4xx), or sends elsewhere (3xx)."""

    def __init__(self, status: int, path: str, body: object = "") -> None:
        super().__init__(f"It answers {status} at {path}.", f"{status} {str(body)[:300]}")
        self.status = status
        self.body = body


class Missing(Exception):
    """The server does not have the file."""


class ComfyHttp:
    """A client of one server; use it as a context manager.

    Args:
        url: of the server, with the path of a reverse proxy if there is one.
        limits: times and sizes; those for questions beside runs if none are given.

    Every method raises `NotReached`, `ServerFault` or `NoAnswer`, and `Refused` for a 3xx or 4xx:
    all of them `CallFailed`.
    """

    def __init__(self, url: str, limits: Limits | None = None) -> None:
        self.limits = limits or ASIDE
        self.url = url.rstrip("/")
        self._client = client(
            allow_private=True,  # Admins register instances; they stand in the private network
            timeout_s=self.limits.answer_s,
            total_s=self.limits.whole_s,
            limit_bytes=self.limits.answer_bytes,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
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
        answer = self._object("POST", "/prompt", json=body)
        if not isinstance(answer.get("prompt_id"), str):
            raise _senseless("/prompt", answer)
        errors = answer.get("node_errors")
        return answer["prompt_id"], errors if isinstance(errors, dict) else {}

    def history(self, prompt_id: str) -> dict[str, Any] | None:
        """The record of an ended prompt; None while it is unknown or not ended."""
        path = f"/history/{quote(prompt_id, safe='')}"
        entry = self._object("GET", path, limit_bytes=self.limits.list_bytes).get(prompt_id)
        return entry if isinstance(entry, dict) else None

    def has_history(self) -> bool:
        """Whether it remembers any prompt: one that was just started remembers none."""
        limit = self.limits.list_bytes
        return bool(self._object("GET", "/history?max_items=1", limit_bytes=limit))

    def queue(self) -> Queue:
        """What runs and what waits now, anybody's."""
        return Queue.of(self._object("GET", "/queue", limit_bytes=self.limits.list_bytes))

    def delete(self, *prompt_ids: str) -> None:
        """Take waiting prompts out of the queue; others are left alone, without a word."""
        self._send("POST", "/queue", json={"delete": list(prompt_ids)})

    def clear(self) -> None:
        """Take all prompts that wait out of the queue, whosever they are."""
        self._send("POST", "/queue", json={"clear": True})

    def interrupt(self, prompt_id: str) -> None:
        """Interrupt this prompt if it is the one that runs; nobody else's."""
        self._send("POST", "/interrupt", json={"prompt_id": prompt_id})

    def free(self) -> None:
        """Unload models and forget cached results when the running prompt has ended."""
        self._send("POST", "/free", json={"unload_models": True, "free_memory": True})

    # --- files --------------------------------------------------------------------------------

    def upload(self, name: str, file: BinaryIO, media_type: str) -> str:
        """Put a file into the server's input folder; gives the name to use in graphs.

        The server keeps a file of the same name and bytes, and renames where bytes differ.

        Raises:
            Refused: too large (413), or not a name it takes.
        """
        answer = self._object(
            "POST",
            "/upload/image",
            whole_s=self.limits.download_s,
            files={"image": (name, file, media_type)},
            data={"type": "input"},
        )
        if not isinstance(answer.get("name"), str):
            raise _senseless("/upload/image", answer)
        folder = answer.get("subfolder")
        return f"{folder}/{answer['name']}" if folder else answer["name"]

    def size_of(self, ref: FileRef) -> int | None:
        """Size of a file on the server, bytes; None when it is not there."""
        try:
            response = self._send("HEAD", f"/view?{ref.query}")
        except Refused:
            return None
        length = response.headers.get("content-length", "")
        return int(length) if length.isdecimal() else None

    def view(self, ref: FileRef) -> bytes:
        """Fetch a file, whole.

        Raises:
            Missing: it is gone.
            ResponseTooLarge: it is longer than the limits allow.
            Truncated: it broke off; trying again may help.
        """
        bounds = {"limit_bytes": self.limits.download_bytes, "total_s": self.limits.download_s}
        address = f"{self.url}/view?{ref.query}"
        with _transport(), self._client.stream("GET", address, extensions=bounds) as response:
            if response.status_code == httpx.codes.NOT_FOUND:
                raise Missing(ref.filename)
            if response.status_code >= 500:
                raise ServerFault(response.status_code, "/view")
            if response.status_code >= 300:
                raise Refused(response.status_code, "/view")
            try:
                return response.read()
            except (httpx.RemoteProtocolError, httpx.ReadError) as error:
                raise Truncated(f"{ref.filename} broke off") from error

    # --- the server ---------------------------------------------------------------------------

    def stats(self) -> Stats:
        """Memory and software, and how long it took to say so."""
        began = time.monotonic()
        document = self._object("GET", "/system_stats")
        found = Stats.of(document, round((time.monotonic() - began) * 1000))
        if found is None:
            raise NoAnswer("It answers, but not as ComfyUI does: there is no “system”.")
        return found

    def inventory(self) -> Inventory:
        """Everything it has: all node classes, and names of model files by folder."""
        began = time.monotonic()
        limit = self.limits.list_bytes
        nodes = self._object(
            "GET", "/object_info", silence_s=NODES_SECONDS, whole_s=NODES_SECONDS, limit_bytes=limit
        )
        folders = [name for name in self._names("/models") if 0 < len(name) <= MAX_FOLDER_NAME]
        files: dict[str, list[str]] = {}
        for name in folders[:MAX_FOLDERS]:
            if time.monotonic() - began > INVENTORY_SECONDS:
                raise NoAnswer("It is too slow in telling what models it has.")
            files[name] = self._names(f"/models/{quote(name, safe='')}")
        files["embeddings"] = self._names("/embeddings")
        info = {name: node for name, node in nodes.items() if isinstance(node, dict)}
        return Inventory(info, files)

    # --- calls --------------------------------------------------------------------------------

    def _names(self, path: str) -> list[str]:
        """Names in the list at a path; none where the server does not know the path."""
        try:
            found = self._json("GET", path)
        except Refused as error:
            if error.status != httpx.codes.NOT_FOUND:
                raise
            return []
        return [name for name in listed(found) if isinstance(name, str)]

    def _object(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        answer = self._json(method, path, **options)
        if not isinstance(answer, dict):
            raise _senseless(path, answer)
        return answer

    def _json(self, method: str, path: str, **options: Any) -> Any:
        response = self._send(method, path, **options)
        try:
            return parse_json(response.content)
        except ValueError as error:
            said = f"What it answers at {_place(path)} is no JSON."
            raise NoAnswer(said, f"{method} {path}: {response.content[:200]!r}") from error

    def _send(
        self,
        method: str,
        path: str,
        *,
        silence_s: float | None = None,
        whole_s: float | None = None,
        limit_bytes: int | None = None,
        **body: Any,
    ) -> httpx.Response:
        """One request with its whole answer, within the limits but for what is named."""
        limit = limit_bytes or self.limits.answer_bytes
        bounds = {"limit_bytes": limit, "total_s": whole_s or self.limits.whole_s}
        silence = httpx.USE_CLIENT_DEFAULT if silence_s is None else silence_s
        with _transport():
            try:
                response = self._client.request(
                    method, self.url + path, timeout=silence, extensions=bounds, **body
                )
            except ResponseTooLarge as error:
                most = f"{limit // 1024**2} MB"
                raise NoAnswer(
                    f"Its answer at {_place(path)} is larger than {most}.", str(error)
                ) from error
        if response.status_code >= 500:
            raise ServerFault(response.status_code, _place(path), response.text)
        if response.status_code >= 300:
            try:
                told = parse_json(response.content)
            except ValueError:
                told = response.text[:2000]
            raise Refused(response.status_code, _place(path), told)
        return response


@contextmanager
def _transport() -> Iterator[None]:
    """Failures of the way to the server, told apart by whether it may have been asked."""
    try:
        yield
    except _NOT_SENT as error:
        raise NotReached(_words(error), f"{type(error).__name__}: {error}") from error
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise NoAnswer(_words(error), f"{type(error).__name__}: {error}") from error


def _words(error: Exception) -> str:
    """What went wrong in transport, for people; the exception's own text may name addresses."""
    if isinstance(error, UnsafeAddress):
        return "Its address is not allowed: it leads where the studio does not call."
    if isinstance(error, httpx.TimeoutException):
        return "It did not answer in time."
    if isinstance(error, httpx.DecodingError):
        return "It answers packed, although it was asked not to."
    if isinstance(error, httpx.ConnectError):
        return "Nothing answers at its address."
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        return "The connection broke before its answer was complete."
    return f"It can't be asked ({type(error).__name__})."


def _senseless(path: str, answer: object) -> NoAnswer:
    said = f"What it answers at {_place(path)} is not what ComfyUI answers there."
    return NoAnswer(said, f"{path}: {str(answer)[:300]}")


def _place(path: str) -> str:
    return path.partition("?")[0]
