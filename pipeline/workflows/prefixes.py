"""What two runs share: each node's hash stands for it and all that led to it.

ComfyUI keeps the result of a node as long as its class, its values and everything upstream stay
the same. Two graphs share a beginning exactly where they share such hashes, whatever the ids of
their nodes are, so the hashes say which server has already done part of the work.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pipeline.workflows.graph import (
    Graph,
    as_link,
    class_of,
    inputs_of,
    is_placeholder,
    sha256_of,
    topological,
)


def prefix_hashes(graph: Graph, files: Mapping[str, str] | None = None) -> dict[str, str]:
    """The SHA-256 of every node with all that leads to it, by node id.

    Args:
        files: SHA-256 of the content of each file by its placeholder: what the file is called on
            a server says nothing about it.

    Raises:
        CyclicGraph: there is no first node.
        ValueError: a value that JSON can't hold.
    """
    contents = files or {}
    found: dict[str, str] = {}
    for node_id in topological(graph):
        inputs: dict[str, Any] = {}
        for name, value in inputs_of(graph, node_id).items():
            link = as_link(value)
            if link is not None:
                # a link to nothing can't run; it still must not look like another one
                inputs[name] = ["link", found.get(link.source, f"?{link.source}"), link.slot]
            elif isinstance(value, str) and is_placeholder(value):
                inputs[name] = ["file", contents.get(value, value)]
            else:
                inputs[name] = ["value", value]
        found[node_id] = sha256_of([class_of(graph, node_id), inputs])
    return found


def cached_nodes(hashes: Mapping[str, str], kept: Collection[str]) -> int:
    """How many nodes of a graph need not run on a server that keeps these hashes."""
    return sum(sha256 in kept for sha256 in hashes.values())
