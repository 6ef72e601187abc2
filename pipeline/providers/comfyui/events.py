"""What a ComfyUI server says over its websocket, as typed events.

Whatever is unknown or misshapen is `None`: later versions say more than this one. Source: the
recorded sessions in `tests/standins/comfyui/captures/`.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.providers.documents import parse_json

_IMAGE_TYPES = {1: "image/jpeg", 2: "image/png"}
_PREVIEW, _TEXT, _PREVIEW_WITH_IDS = 1, 3, 4


@dataclass(frozen=True)
class Status:
    """How many prompts wait or run, anybody's."""

    remaining: int


@dataclass(frozen=True)
class Started:
    """A prompt begins."""

    prompt_id: str


@dataclass(frozen=True)
class Cached:
    """These nodes need not run: the server kept what they gave."""

    prompt_id: str
    nodes: tuple[str, ...]


@dataclass(frozen=True)
class Executing:
    """A node begins; without a node, the prompt is over and its history is written."""

    prompt_id: str
    node: str | None


@dataclass(frozen=True)
class NodeState:
    """How far a node is: `value` of `maximum` steps, and its state as the server calls it."""

    value: float
    maximum: float
    state: str

    @property
    def fraction(self) -> float:
        """0–1."""
        if self.state == "finished":
            return 1.0
        return min(1.0, max(0.0, self.value / self.maximum)) if self.maximum > 0 else 0.0


@dataclass(frozen=True)
class Progress:
    """How far the nodes are that run or have run; `whole` when it lists all of them."""

    prompt_id: str
    nodes: Mapping[str, NodeState]
    whole: bool


@dataclass(frozen=True)
class Executed:
    """A node delivered; `display_node` is the one of the graph that it stands for."""

    prompt_id: str
    node: str
    display_node: str
    output: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Succeeded:
    """A prompt ended well, as the server sees it."""

    prompt_id: str


@dataclass(frozen=True)
class Failed:
    """A node raised, or was blocked: then `terminal` is false and the prompt goes on."""

    prompt_id: str
    data: Mapping[str, Any]

    @property
    def terminal(self) -> bool:
        """Whether the prompt ends with it; what a blocker says carries no time."""
        return "timestamp" in self.data


@dataclass(frozen=True)
class Interrupted:
    """Somebody interrupted the prompt."""

    prompt_id: str


@dataclass(frozen=True)
class Preview:
    """A picture. Old servers and sockets without flags name neither prompt nor node."""

    content: bytes
    media_type: str
    prompt_id: str | None = None
    node: str | None = None


@dataclass(frozen=True)
class NodeText:
    """A line of text that a node shows."""

    node: str
    text: str


@dataclass(frozen=True)
class Connected:
    """Our socket is open; prompts sent with this id tell about themselves. Not from the server."""

    client_id: str


@dataclass(frozen=True)
class Dropped:
    """Our socket is closed: what happens is no longer told. Not from the server."""

    client_id: str
    reason: str = ""


Event = (
    Status
    | Started
    | Cached
    | Executing
    | Progress
    | Executed
    | Succeeded
    | Failed
    | Interrupted
    | Preview
    | NodeText
    | Connected
    | Dropped
)


def parse_text(message: str) -> Event | None:
    """The event of a text message; None when it means nothing to the bridge."""
    try:
        whole = parse_json(message)
    except ValueError:
        return None
    if not isinstance(whole, dict) or not isinstance(whole.get("data"), dict):
        return None
    data = whole["data"]
    if whole.get("type") == "status":
        return _status(data)
    prompt_id = data.get("prompt_id")
    if not isinstance(prompt_id, str):
        return None  # a bare `executing` after a reconnect says nothing about whose it is
    return _of_prompt(whole.get("type"), prompt_id, data)


def _status(data: dict[str, Any]) -> Status | None:
    try:
        return Status(int(data["status"]["exec_info"]["queue_remaining"]))
    except (KeyError, TypeError, ValueError):
        return None


def _of_prompt(kind: object, prompt_id: str, data: dict[str, Any]) -> Event | None:
    match kind:
        case "execution_start":
            return Started(prompt_id)
        case "execution_cached":
            nodes = data.get("nodes")
            return Cached(prompt_id, tuple(map(str, nodes)) if isinstance(nodes, list) else ())
        case "executing":
            node = data.get("node")
            return Executing(prompt_id, None if node is None else str(node))
        case "progress":
            state = _node_state({**data, "state": "running"})
            node = data.get("node")
            if state is None or node is None:
                return None
            return Progress(prompt_id, {str(node): state}, whole=False)
        case "progress_state":
            return _progress_state(prompt_id, data.get("nodes"))
        case "executed":
            return _executed(prompt_id, data)
        case "execution_success":
            return Succeeded(prompt_id)
        case "execution_error":
            return Failed(prompt_id, data)
        case "execution_interrupted":
            return Interrupted(prompt_id)
    return None


def _executed(prompt_id: str, data: dict[str, Any]) -> Executed | None:
    if data.get("node") is None:
        return None
    output = data.get("output")  # None for a cached node without anything to show
    return Executed(
        prompt_id,
        str(data["node"]),
        str(data.get("display_node") or data["node"]),
        output if isinstance(output, dict) else {},
    )


def _progress_state(prompt_id: str, nodes: object) -> Progress | None:
    if not isinstance(nodes, dict):
        return None
    states = {str(node): _node_state(state) for node, state in nodes.items()}
    return Progress(prompt_id, {n: s for n, s in states.items() if s is not None}, whole=True)


def _node_state(data: object) -> NodeState | None:
    if not isinstance(data, dict):
        return None
    try:
        value, maximum = float(data["value"]), float(data["max"])
    except (KeyError, TypeError, ValueError):
        return None
    return NodeState(value, maximum, str(data.get("state", "")))


def parse_binary(message: bytes) -> Event | None:
    """The event of a binary message; None when it means nothing to the bridge."""
    if len(message) < 8:
        return None
    kind, number = struct.unpack_from(">II", message)
    rest = message[8:]
    if kind == _PREVIEW and number in _IMAGE_TYPES and rest:
        return Preview(rest, _IMAGE_TYPES[number])
    if kind == _PREVIEW_WITH_IDS and number < len(rest):
        return _preview_with_ids(rest[:number], rest[number:])
    if kind == _TEXT and number <= len(rest):
        return NodeText(
            rest[:number].decode(errors="replace"), rest[number:].decode(errors="replace")
        )
    return None


def _preview_with_ids(head: bytes, content: bytes) -> Preview | None:
    try:
        ids = parse_json(head)
    except ValueError:
        return None
    if not isinstance(ids, dict) or ids.get("image_type") not in _IMAGE_TYPES.values():
        return None
    prompt_id, node = ids.get("prompt_id"), ids.get("display_node_id") or ids.get("node_id")
    return Preview(
        content,
        ids["image_type"],
        prompt_id if isinstance(prompt_id, str) else None,
        node if isinstance(node, str) else None,
    )
