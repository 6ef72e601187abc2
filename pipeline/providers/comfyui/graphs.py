"""Graphs on their way to a server: names of uploads filled in, results saved under our own name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Graph = Mapping[str, Any]

PLACEHOLDER = re.compile(r"input:([a-z0-9_.-]+):(\d+)", re.IGNORECASE)
_UNSAFE = re.compile(r"[^\w%.+-]+")


def fields(node: object) -> Mapping[str, Any]:
    """A node's inputs; none for what is no node: the server is to say what is wrong with it."""
    inputs = node.get("inputs") if isinstance(node, Mapping) else None
    return inputs if isinstance(inputs, Mapping) else {}


def class_of(graph: Graph, node_id: str) -> str:
    """A node's class; empty when there is no such node."""
    node = graph.get(node_id)
    return str(node.get("class_type", "")) if isinstance(node, Mapping) else ""


def _with_fields(node: Any, changed: Mapping[str, Any]) -> Any:
    """A copy of a node with other inputs; what is no node stays as it is."""
    return {**node, "inputs": {**fields(node), **changed}} if isinstance(node, Mapping) else node


def placeholders(graph: Graph) -> set[str]:
    """The `input:<role>:<index>` that a graph's fields name."""
    return {
        value
        for node in graph.values()
        for value in _strings(fields(node))
        if PLACEHOLDER.fullmatch(value)
    }


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def with_inputs(graph: Graph, names: Mapping[str, str]) -> dict[str, Any]:
    """A copy with each placeholder replaced by the name that the server gave the upload."""
    return {
        node_id: _with_fields(node, _replaced(fields(node), names))
        for node_id, node in graph.items()
    }


def _replaced(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, Mapping):
        return {key: _replaced(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, names) for item in value]
    return value


def with_folder(graph: Graph, folder: str) -> dict[str, Any]:
    """A copy whose nodes save into a folder of their own.

    A graph that was run before gives an old file's name, even of a file that is gone; with another
    prefix only the saving node runs again. Any node that has the field counts, whoever wrote it.
    """
    changed = dict(graph)
    for node_id, node in graph.items():
        prefix = fields(node).get("filename_prefix")
        if isinstance(prefix, str):
            own = f"{folder}/{_last_part(prefix)}"
            changed[node_id] = _with_fields(node, {"filename_prefix": own})
    return changed


def _last_part(prefix: str) -> str:
    last = re.split(r"[\\/]", prefix)[-1]
    return _UNSAFE.sub("_", last).lstrip(".")[:60] or "out"


def with_saved_previews(graph: Graph, folder: str) -> dict[str, Any]:
    """A copy whose preview nodes save: a cached preview can't be asked for again otherwise."""
    changed = dict(graph)
    for node_id, node in graph.items():
        if class_of(graph, node_id) == "PreviewImage":
            saving = _with_fields(node, {"filename_prefix": f"{folder}/preview"})
            changed[node_id] = {**saving, "class_type": "SaveImage"}
    return changed
