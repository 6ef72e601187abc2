"""ComfyUI's API graph, read with types: nodes, links, order, and the one text that stands for it.

A graph maps node ids to `{"class_type": …, "inputs": {…}}`. An input that is a list of a node id
and a number is a link to an output of that node; anything else is a value.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

#: A graph as ComfyUI's `POST /prompt` takes it.
Graph = Mapping[str, Mapping[str, Any]]

#: What stands for an uploaded file in a graph: `input:<role>:<index>`.
PLACEHOLDER = "input:"


class CyclicGraph(ValueError):
    """Nodes depend on one another in a circle; `nodes` are in it, or behind it."""

    def __init__(self, nodes: list[str]) -> None:
        super().__init__("The nodes " + ", ".join(nodes) + " depend on one another in a circle.")
        self.nodes = nodes


@dataclass(frozen=True)
class Link:
    """An input takes what comes out of `slot` (0-based) of the node `source`."""

    source: str
    slot: int


def as_link(value: Any) -> Link | None:
    """The link that an input's value is, or None where it is a plain value."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    source, slot = value
    if not isinstance(source, str) or isinstance(slot, bool) or not isinstance(slot, int | float):
        return None
    return Link(source, int(slot)) if slot == int(slot) and slot >= 0 else None


def class_of(graph: Graph, node_id: str) -> str:
    """Class of a node, empty where the node has none."""
    return str(graph[node_id].get("class_type") or "")


def inputs_of(graph: Graph, node_id: str) -> Mapping[str, Any]:
    """All inputs of a node by name, links and values."""
    found = graph[node_id].get("inputs")
    return found if isinstance(found, Mapping) else {}


def title_of(graph: Graph, node_id: str) -> str:
    """What people call a node: the title given in the editor, or else its class."""
    meta = graph[node_id].get("_meta")
    title = meta.get("title") if isinstance(meta, Mapping) else ""
    return str(title or class_of(graph, node_id))


def links(graph: Graph) -> Iterator[tuple[str, str, Link]]:
    """Every link: the node that takes it, the name of its input, where it comes from."""
    for node_id in graph:
        for name, value in inputs_of(graph, node_id).items():
            if (link := as_link(value)) is not None:
                yield node_id, name, link


def sources_of(graph: Graph, node_id: str) -> set[str]:
    """The nodes of the graph that a node takes something from directly."""
    found = (as_link(value) for value in inputs_of(graph, node_id).values())
    return {link.source for link in found if link is not None and link.source in graph}


def upstream(graph: Graph, *node_ids: str) -> set[str]:
    """All nodes that must have run before one of these can, each looked at once.

    Without these themselves, unless one depends on another or is in a circle.
    """
    found: set[str] = set()
    to_see = list(node_ids)
    while to_see:
        for source in sources_of(graph, to_see.pop()):
            if source not in found:
                found.add(source)
                to_see.append(source)
    return found


def topological(graph: Graph) -> list[str]:
    """Node ids such that each comes after all that it depends on; equal rank in the graph's order.

    Raises:
        CyclicGraph: there is no such order.
    """
    waiting = {node_id: sources_of(graph, node_id) for node_id in graph}
    takers: dict[str, list[str]] = {}
    for node_id, sources in waiting.items():
        for source in sources:
            takers.setdefault(source, []).append(node_id)
    ready = [node_id for node_id, sources in waiting.items() if not sources]
    order: list[str] = []
    for node_id in ready:  # grows while it is walked
        order.append(node_id)
        for taker in takers.get(node_id, ()):
            waiting[taker].discard(node_id)
            if not waiting[taker]:
                ready.append(taker)
    if len(order) < len(graph):
        done = set(order)
        raise CyclicGraph([node_id for node_id in graph if node_id not in done])
    return order


def canonical(document: Any) -> str:
    """The one text that stands for a JSON document: sorted keys, no white space.

    Raises:
        ValueError: it holds a number that JSON can't (NaN, infinity).
    """
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def sha256_of(document: Any) -> str:
    """SHA-256 of the canonical text, hexadecimal.

    Raises:
        ValueError: it holds a number that JSON can't.
    """
    # A lone surrogate is legal in a JSON text and not in UTF-8; it must hash, not break.
    return hashlib.sha256(canonical(document).encode("utf-8", "surrogatepass")).hexdigest()


def copy_of(graph: Graph) -> dict[str, dict[str, Any]]:
    """A copy whose nodes and inputs may be changed; values are shared."""
    return {
        node_id: {**node, "inputs": dict(inputs_of(graph, node_id))}
        for node_id, node in graph.items()
    }


def placeholder(role: str, index: int) -> str:
    """What stands in the graph for the index-th file (0-based) given in a role."""
    return f"{PLACEHOLDER}{role}:{index}"


def placeholders(graph: Graph) -> set[str]:
    """The placeholders of files that a graph names."""
    return {
        value
        for node_id in graph
        for value in inputs_of(graph, node_id).values()
        if isinstance(value, str) and is_placeholder(value)
    }


def is_placeholder(value: str) -> bool:
    """Whether a value stands for an uploaded file: `input:<role>:<index>`."""
    head, _, index = value.rpartition(":")
    return value.startswith(PLACEHOLDER) and index.isdigit() and len(head) > len(PLACEHOLDER)
