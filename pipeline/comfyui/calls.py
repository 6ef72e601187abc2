"""What instances are asked and told beside prompts, over HTTP, within limits of time and size.

Shapes as observed on ComfyUI 0.3.64; what is missing or of another kind counts as nothing, for
other versions leave things out. Nothing here knows the database.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import quote

import httpx

from pipeline.providers.comfyui.events import parse_json
from studio.core import outbound

#: Longest wait for a small answer, and for the list of all nodes, in seconds.
QUICK_SECONDS = 4.0
LONG_SECONDS = 20.0
#: Longest time for everything that it has; whoever asks many waits for the slowest of them.
INVENTORY_SECONDS = 40.0
#: Largest answers that are read, in bytes.
SMALL_BYTES = 4 * 1024**2
LARGE_BYTES = 20 * 1024**2
MAX_FOLDERS = 100
#: Largest number of a column of sizes, and of one of counts.
_MOST_BYTES, _MOST_COUNT = 2**63 - 1, 32_767


class NoAnswer(Exception):
    """The instance did not answer, or not what it should; the text is for people."""


@dataclass(frozen=True, slots=True)
class Stats:
    """What `/system_stats` said. Sizes in bytes, of the first device; latency in ms."""

    latency_ms: int
    version: str
    system: dict[str, Any]
    vram_total_bytes: int
    vram_free_bytes: int
    ram_total_bytes: int
    ram_free_bytes: int


@dataclass(frozen=True, slots=True)
class QueuedPrompt:
    """A prompt in an instance's queue; the smaller `number` goes first."""

    prompt_id: str
    number: float
    nodes: int
    is_running: bool


@dataclass(frozen=True, slots=True)
class Inventory:
    """What an instance has: node classes as `/object_info` tells them, file names by folder."""

    object_info: dict[str, Any]
    model_files: dict[str, list[str]]


class Calls:
    """A short conversation with one instance; use as a context manager.

    Args:
        url: its address without a trailing slash, as registered.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.http = outbound.client(
            allow_private=True, timeout_s=QUICK_SECONDS, limit_bytes=SMALL_BYTES
        )

    def __enter__(self) -> Calls:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()

    # --- questions ----------------------------------------------------------------------------

    def stats(self) -> Stats:
        """Memory and software.

        Raises:
            NoAnswer: it does not answer as ComfyUI does.
        """
        began = time.monotonic()
        document = _mapping(self._read("/system_stats"), "/system_stats")
        latency = round((time.monotonic() - began) * 1000)
        system = document.get("system")
        if not isinstance(system, dict):
            raise NoAnswer("It answers, but not as ComfyUI does: there is no “system”.")
        devices = [d for d in _list(document.get("devices")) if isinstance(d, dict)]
        device = devices[0] if devices else {}
        vram, ram = _size(device.get("vram_total")), _size(system.get("ram_total"))
        fixed = {k: v for k, v in system.items() if k not in ("ram_total", "ram_free")}
        fixed["devices"] = [
            {k: d.get(k) for k in ("name", "type", "index")}
            | {"vram_total": _size(d.get("vram_total"))}
            for d in devices
        ]
        return Stats(
            latency_ms=latency,
            version=str(system.get("comfyui_version") or "")[:40],
            system=fixed,
            vram_total_bytes=vram,
            vram_free_bytes=min(vram, _size(device.get("vram_free"))),
            ram_total_bytes=ram,
            ram_free_bytes=min(ram, _size(system.get("ram_free"))),
        )

    def queue(self) -> list[QueuedPrompt]:
        """Its prompts: the running one first, then in the order in which they will run.

        Raises:
            NoAnswer: as for `stats`.
        """
        document = _mapping(self._read("/queue", LARGE_BYTES), "/queue")
        running = [_prompt(item, True) for item in _list(document.get("queue_running"))]
        pending = [_prompt(item, False) for item in _list(document.get("queue_pending"))]
        found = [prompt for prompt in (*running, *pending) if prompt is not None]
        return sorted(found, key=lambda prompt: (not prompt.is_running, prompt.number))

    def has_history(self) -> bool:
        """Whether it remembers any prompt: one that was just started remembers none.

        Raises:
            NoAnswer: as for `stats`.
        """
        return bool(_mapping(self._read("/history?max_items=1", LARGE_BYTES), "/history"))

    def inventory(self) -> Inventory:
        """Everything it has.

        Raises:
            NoAnswer: as for `stats`, or its list of nodes is larger than `LARGE_BYTES`.
        """
        began = time.monotonic()
        nodes = _mapping(self._read("/object_info", LARGE_BYTES, LONG_SECONDS), "/object_info")
        info = {name: node for name, node in nodes.items() if isinstance(node, dict)}
        folders = [name for name in _list(self._read("/models", missing=[])) if _is_name(name)]
        files: dict[str, list[str]] = {}
        for name in folders[:MAX_FOLDERS]:
            if time.monotonic() - began > INVENTORY_SECONDS:
                raise NoAnswer("It is too slow in telling what models it has.")
            files[name] = self._names(f"/models/{quote(name, safe='')}")
        files["embeddings"] = self._names("/embeddings")
        return Inventory(info, files)

    # --- orders -------------------------------------------------------------------------------

    def interrupt(self, prompt_id: str) -> None:
        """Stop this prompt if it runs; another one is not touched.

        Raises:
            NoAnswer: as for `stats`.
        """
        self._send("/interrupt", {"prompt_id": prompt_id})

    def free(self) -> None:
        """Unload models and forget cached results when the running prompt has ended.

        Raises:
            NoAnswer: as for `stats`.
        """
        self._send("/free", {"unload_models": True, "free_memory": True})

    def delete(self, prompt_ids: list[str]) -> None:
        """Take prompts that wait out of the queue.

        Raises:
            NoAnswer: as for `stats`.
        """
        self._send("/queue", {"delete": prompt_ids})

    def clear(self) -> None:
        """Take all prompts that wait out of the queue, whosever they are.

        Raises:
            NoAnswer: as for `stats`.
        """
        self._send("/queue", {"clear": True})

    # --- transport ----------------------------------------------------------------------------

    def _names(self, path: str) -> list[str]:
        return [name for name in _list(self._read(path, missing=[])) if isinstance(name, str)]

    def _read(
        self,
        path: str,
        limit_bytes: int = SMALL_BYTES,
        seconds: float = QUICK_SECONDS,
        missing: Any = None,
    ) -> Any:
        """The JSON at a path; `missing` stands for a 404 if it is given."""
        answer = self._call("GET", path, limit_bytes, seconds)
        if answer.status_code == 404 and missing is not None:
            return missing
        _expect_ok(answer, path)
        try:
            return clean(parse_json(answer.content))
        except (ValueError, RecursionError) as error:
            raise NoAnswer(f"What it answers at {_place(path)} is no JSON.") from error

    def _send(self, path: str, body: Mapping[str, Any]) -> None:
        _expect_ok(self._call("POST", path, SMALL_BYTES, QUICK_SECONDS, body), path)

    def _call(
        self,
        method: str,
        path: str,
        limit_bytes: int,
        seconds: float,
        body: Mapping[str, Any] | None = None,
    ) -> httpx.Response:
        """One request with its whole answer.

        Raises:
            NoAnswer: and why, in words that name nothing internal.
        """
        try:
            return self.http.request(
                method,
                self.url + path,
                json=body,
                timeout=seconds,
                extensions={"limit_bytes": limit_bytes, "total_s": seconds},
            )
        except outbound.ResponseTooLarge as error:
            most = f"{limit_bytes // 1024**2} MB"
            raise NoAnswer(f"Its answer at {_place(path)} is larger than {most}.") from error
        except (httpx.HTTPError, outbound.UnsafeAddress) as error:
            raise NoAnswer(_words(error)) from error


def clean(value: Any) -> Any:
    """A document as the database can hold it: no NaN or infinity, no NUL, no half characters."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    return value


def _expect_ok(answer: httpx.Response, path: str) -> None:
    if answer.status_code != 200:
        raise NoAnswer(f"It answers {answer.status_code} at {_place(path)}.")


def _place(path: str) -> str:
    return path.partition("?")[0]


def _words(error: Exception) -> str:
    """What went wrong in transport, for people; the exception's text may name internals."""
    if isinstance(error, outbound.UnsafeAddress):
        return f"Its address is not allowed: {error}"
    if isinstance(error, httpx.TimeoutException):
        return "It did not answer in time."
    if isinstance(error, httpx.DecodingError):
        return "It answers packed, although it was asked not to."
    if isinstance(error, httpx.ConnectError):
        return "Nothing answers at its address."
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        return "The connection broke before its answer was complete."
    return f"It can't be asked ({type(error).__name__})."


def _prompt(item: Any, is_running: bool) -> QueuedPrompt | None:
    """A tuple of the queue: number, id, graph, …; later versions have more elements."""
    if not isinstance(item, list) or len(item) < 2 or not isinstance(item[1], str):
        return None
    number = item[0] if isinstance(item[0], int | float) and math.isfinite(item[0]) else 0
    graph = item[2] if len(item) > 2 else None
    return QueuedPrompt(
        prompt_id=item[1][:200],
        number=float(number),
        nodes=len(graph) if isinstance(graph, dict) else 0,
        is_running=is_running,
    )


def _mapping(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NoAnswer(f"What it answers at {path} is not what ComfyUI answers there.")
    return value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 80


def _size(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return 0
    return min(_MOST_BYTES, max(0, int(value)))


def count(number: int) -> int:
    """A number of prompts as its column holds it."""
    return min(_MOST_COUNT, number)
