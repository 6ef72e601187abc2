"""Transcripts of a real ComfyUI (0.3.64): reading them, and making answers comparable.

Each file is a list of records in time order: an HTTP exchange, a websocket message, a note.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "comfyui" / "captures"
COUNTER = re.compile(r"_\d{5}_")
TEMP = re.compile(r"ComfyUI_temp_[a-z]{5}")
FILE_PATH = re.compile(r"/[^\s']*/(?=input|output)")
EVIL = re.compile(r"(full_output_folder|output_dir|commonpath): \S+")
VAGUE = {
    "timestamp",
    "traceback",
    "current_inputs",
    "is_changed",
    "ram_total",
    "ram_free",
    "vram_total",
    "vram_free",
    "torch_vram_total",
    "torch_vram_free",
    "python_version",
    "argv",
}


@dataclass(frozen=True)
class Record:
    """One line of a transcript; `index` is its place in the file."""

    index: int
    kind: str
    data: Mapping[str, Any]

    @property
    def request(self) -> Mapping[str, Any]:
        """The request of an HTTP record."""
        return self.data["req"]

    @property
    def answer(self) -> Mapping[str, Any]:
        """The answer of an HTTP record."""
        return self.data["res"]


def names() -> list[str]:
    """All transcripts, such as `03-image-chain`."""
    return sorted(path.stem for path in FOLDER.glob("*.jsonl"))


def load(name: str) -> list[Record]:
    """The records of a transcript."""
    lines = (FOLDER / f"{name}.jsonl").read_text().splitlines()
    read = [json.loads(line) for line in lines]
    return [Record(index, data["kind"], data) for index, data in enumerate(read)]


def frame(name: str) -> bytes:
    """A whole binary frame, such as `event4-jpeg`."""
    return (FOLDER / f"frame-{name}.bin").read_bytes()


def normal(value: Any, key: str = "") -> Any:
    """A JSON value without what differs from run to run; types and keys stay."""
    if key in VAGUE:
        return f"<{type(value).__name__}>"
    if isinstance(value, dict):
        return {k: normal(v, k) for k, v in value.items()}
    if isinstance(value, list):
        if key in {"executed", "current_outputs"}:  # sets
            return sorted(value)
        if key == "errors":  # the inputs of a node are checked in no fixed order
            return sorted((normal(v) for v in value), key=json.dumps)
        if key == "messages":
            return [[kind, normal(data)] for kind, data in value]
        return [normal(v) for v in value]
    if isinstance(value, str):
        value = EVIL.sub(r"\1: <path>", FILE_PATH.sub("<root>/", value))
        return TEMP.sub("ComfyUI_temp_<x>", COUNTER.sub("_<n>_", value))
    return value


def event(message: Mapping[str, Any]) -> tuple[Any, ...]:
    """A websocket record (or a received message in the same form) as something comparable."""
    if "event" in message:
        told = dict(message.get("meta") or {})
        return (
            "binary",
            message["event"],
            message.get("image_format"),
            json.dumps(told, sort_keys=True),
            message.get("node"),
            message.get("text"),
        )
    body = message["msg"]
    return body["type"], json.dumps(normal(body["data"]), sort_keys=True)


def rough(events: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Events without the count of steps: where the moment of an action decides how many came."""
    kept: list[tuple[Any, ...]] = []
    for one in events:
        short = one
        if one[0] in {"progress", "progress_state"}:
            text = re.sub(r'"(value|max)": [\d.]+', r'"\1": 0', one[1])
            short = (one[0], text)
        if short not in kept[-3:]:
            kept.append(short)
    return kept
