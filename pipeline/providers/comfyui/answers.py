"""What a ComfyUI server answers, with its shapes: files, queue, figures, everything it has.

Shapes as observed on ComfyUI 0.3.64; what is missing or of another kind counts as nothing, for
other versions leave things out or say more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

#: Largest number of a column of sizes.
_MOST_BYTES = 2**63 - 1


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


@dataclass(frozen=True, slots=True)
class QueuedPrompt:
    """A prompt in a server's queue; the smaller `number` goes first."""

    prompt_id: str
    number: float
    nodes: int
    is_running: bool


@dataclass(frozen=True)
class Queue:
    """What runs and what waits, anybody's: in the order in which it runs."""

    prompts: tuple[QueuedPrompt, ...] = ()

    @property
    def running(self) -> list[str]:
        """Ids of prompts that run."""
        return [prompt.prompt_id for prompt in self.prompts if prompt.is_running]

    @property
    def pending(self) -> list[str]:
        """Ids of prompts that wait, first to run first."""
        return [prompt.prompt_id for prompt in self.prompts if not prompt.is_running]

    def __contains__(self, prompt_id: object) -> bool:
        return any(prompt.prompt_id == prompt_id for prompt in self.prompts)

    def ahead_of(self, prompt_id: str) -> int:
        """How many prompts come before a waiting one."""
        if prompt_id not in self.pending:
            return 0
        return len(self.running) + self.pending.index(prompt_id)

    @classmethod
    def of(cls, document: dict[str, Any]) -> Queue:
        """The queue of an answer; what waits comes in the order of a heap."""
        running = _prompts(document.get("queue_running"), is_running=True)
        pending = _prompts(document.get("queue_pending"), is_running=False)
        return cls((*running, *sorted(pending, key=lambda prompt: prompt.number)))


def _prompts(items: Any, *, is_running: bool) -> list[QueuedPrompt]:
    """Tuples of the queue: number, id, graph, …; later versions have more elements."""
    return [
        QueuedPrompt(
            prompt_id=item[1],
            number=float(item[0]) if isinstance(item[0], int | float) else 0.0,
            nodes=len(item[2]) if len(item) > 2 and isinstance(item[2], dict) else 0,
            is_running=is_running,
        )
        for item in listed(items)
        if isinstance(item, list) and len(item) >= 2 and isinstance(item[1], str)
    ]


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

    @classmethod
    def of(cls, document: dict[str, Any], latency_ms: int) -> Stats | None:
        """The figures of an answer; None when it is not ComfyUI's."""
        system = document.get("system")
        if not isinstance(system, dict):
            return None
        devices = [d for d in listed(document.get("devices")) if isinstance(d, dict)]
        device = devices[0] if devices else {}
        vram, ram = _size(device.get("vram_total")), _size(system.get("ram_total"))
        fixed = {k: v for k, v in system.items() if k not in ("ram_total", "ram_free")}
        fixed["devices"] = [
            {k: d.get(k) for k in ("name", "type", "index")}
            | {"vram_total": _size(d.get("vram_total"))}
            for d in devices
        ]
        return cls(
            latency_ms=latency_ms,
            version=str(system.get("comfyui_version") or "")[:40],
            system=fixed,
            vram_total_bytes=vram,
            vram_free_bytes=min(vram, _size(device.get("vram_free"))),
            ram_total_bytes=ram,
            ram_free_bytes=min(ram, _size(system.get("ram_free"))),
        )


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a server has: node classes as `/object_info` tells them, file names by folder."""

    object_info: dict[str, Any]
    model_files: dict[str, list[str]]


def listed(value: Any) -> list[Any]:
    """A list as it is; nothing for what is none."""
    return value if isinstance(value, list) else []


def _size(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return 0
    return min(_MOST_BYTES, max(0, int(value)))
