"""A graph without some of its nodes, when a file that may be left out is not given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.workflows.graph import as_link, class_of, inputs_of
from pipeline.workflows.objectinfo import ObjectInfo, fits, input_map, outputs_of_class


class UnknownClass(ValueError):
    """What a node takes and gives is not known, so it can't be led past."""


def without(
    graph: Mapping[str, Mapping[str, Any]], node_ids: Iterable[str], object_info: ObjectInfo
) -> dict[str, dict[str, Any]]:
    """The graph without these nodes.

    A node that took something from one of them goes on without it where the input is optional;
    where it is needed, the node is led past, as the editor does with bypassed nodes: whoever took
    its output takes instead what it took of the same type. Where there is nothing of that type,
    the next node is looked at in the same way.

    Raises:
        UnknownClass: the server's nodes are not known, and have to be.
    """
    made = {
        node_id: {**node, "inputs": dict(node.get("inputs", {}))} for node_id, node in graph.items()
    }
    to_take = list(dict.fromkeys(node_ids))
    while to_take:
        gone = to_take.pop(0)
        if gone not in made:
            continue
        node = made.pop(gone)
        for taker in [n for n in made if _takes(made, n, gone)]:
            if _unlink(made, taker, gone, node, object_info):
                to_take.append(taker)
    return made


def _takes(graph: Mapping[str, Mapping[str, Any]], taker: str, source: str) -> bool:
    found = (as_link(value) for value in inputs_of(graph, taker).values())
    return any(link is not None and link.source == source for link in found)


def _unlink(
    made: dict[str, dict[str, Any]],
    taker: str,
    gone: str,
    node: Mapping[str, Any],
    object_info: ObjectInfo,
) -> bool:
    """Lead a node's links past one that went; whether the node can't do without it and goes too."""
    info = _info(made, taker, object_info)
    wanted = input_map(info)
    inputs = made[taker]["inputs"]
    cannot = False
    for name, value in list(inputs.items()):
        link = as_link(value)
        if link is None or link.source != gone:
            continue
        past = _past(made, gone, node, link.slot, object_info)
        if past is not None:
            inputs[name] = past
        elif name in wanted and wanted[name].is_required:
            cannot = True
        else:
            del inputs[name]
    return cannot


def _past(
    made: Mapping[str, Mapping[str, Any]],
    gone: str,
    node: Mapping[str, Any],
    slot: int,
    object_info: ObjectInfo,
) -> list[Any] | None:
    """What a node that went took of the type of its output; None: nothing."""
    outputs = outputs_of_class(_info({gone: node}, gone, object_info))
    if slot >= len(outputs):
        return None
    for value in node["inputs"].values():
        link = as_link(value)
        if link is None or link.source not in made:
            continue
        given = outputs_of_class(_info(made, link.source, object_info))
        if link.slot < len(given) and fits(given[link.slot], outputs[slot]):
            return [link.source, link.slot]
    return None


def _info(
    graph: Mapping[str, Mapping[str, Any]], node_id: str, object_info: ObjectInfo
) -> Mapping[str, Any]:
    name = class_of(graph, node_id)
    if name not in object_info:
        raise UnknownClass(f"What “{name}” takes and gives is not known on this server.")
    return object_info[name]
