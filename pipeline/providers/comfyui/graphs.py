"""Graphs on their way to a server: names of uploads filled in, results saved under our own name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Graph = Mapping[str, Any]

PLACEHOLDER = re.compile(r"input:([a-z0-9_.-]+):(\d+)", re.IGNORECASE)
_UNSAFE = re.compile(r"[^\w%.+-]+")


def placeholders(graph: Graph) -> set[str]:
    """The `input:<role>:<index>` that a graph's fields name."""
    return {
        value
        for node in graph.values()
        for value in _strings(node.get("inputs"))
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
        node_id: {**node, "inputs": _replaced(node.get("inputs", {}), names)}
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
    changed = {}
    for node_id, node in graph.items():
        inputs = node.get("inputs", {})
        prefix = inputs.get("filename_prefix")
        if isinstance(prefix, str):
            inputs = {**inputs, "filename_prefix": f"{folder}/{_last_part(prefix)}"}
        changed[node_id] = {**node, "inputs": inputs}
    return changed


def _last_part(prefix: str) -> str:
    last = re.split(r"[\\/]", prefix)[-1]
    return _UNSAFE.sub("_", last).lstrip(".")[:60] or "out"


def with_saved_previews(graph: Graph, folder: str) -> dict[str, Any]:
    """A copy whose preview nodes save: a cached preview can't be asked for again otherwise."""
    changed = {}
    for node_id, node in graph.items():
        if node.get("class_type") == "PreviewImage":
            inputs = {**node.get("inputs", {}), "filename_prefix": f"{folder}/preview"}
            node = {**node, "class_type": "SaveImage", "inputs": inputs}
        changed[node_id] = dict(node)
    return changed
