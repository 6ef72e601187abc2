"""Which of the things a prompt left behind are its result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.providers.comfyui.answers import FileRef
from pipeline.providers.comfyui.graphs import fields

#: What nodes of this class make comes over the socket only; nothing is written.
SOCKET_SAVERS = frozenset({"SaveImageWebsocket", "ETN_SendImageWebSocket"})
#: Of a node's lists, those that come first; any other list of files counts as well.
_FIRST = ("videos", "video", "gifs", "images", "audio", "audios", "3d", "files")
_OURS = frozenset({"output", "temp"})


@dataclass(frozen=True)
class Candidate:
    """One thing a node delivered: a file on the server, or text.

    `node` is the graph's node, whatever it was expanded into.
    """

    node: str
    file: FileRef | None = None
    text: str = ""
    animated: bool = False


def display_node(node: str, meta: object) -> str:
    """The node of the graph that a (perhaps expanded) node stands for."""
    entry = meta.get(node) if isinstance(meta, Mapping) else None
    if isinstance(entry, Mapping) and entry.get("display_node"):
        return str(entry["display_node"])
    return node.partition(".")[0]


def delivered_by(node: str, output: object) -> list[Candidate]:
    """Everything in one node's output, files before text; inputs that it only shows are not."""
    if not isinstance(output, Mapping):
        return []
    animated = output.get("animated")
    is_animated = bool(animated[0]) if isinstance(animated, list) and animated else False
    keys = sorted(output, key=lambda key: _FIRST.index(key) if key in _FIRST else len(_FIRST))
    found = [
        Candidate(node, file=ref, animated=is_animated or key in ("gifs", "videos", "video"))
        for key in keys
        for ref in _files(output[key])
    ]
    texts = output.get("text", output.get("string"))
    if isinstance(texts, list | tuple):
        parts = [str(part) for part in _flat(texts) if isinstance(part, str | int | float)]
        if parts:
            found.append(Candidate(node, text="\n".join(parts)))
    elif isinstance(texts, str) and texts:
        found.append(Candidate(node, text=texts))
    return found


def _files(value: object) -> Iterable[FileRef]:
    """References to files, whatever the extension calls the list that holds them."""
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, Mapping) or not isinstance(item.get("filename"), str):
            continue
        kind = str(item.get("type", "output"))
        if item["filename"] and kind in _OURS:
            yield FileRef(item["filename"], str(item.get("subfolder") or ""), kind)


def _flat(values: Iterable[object]) -> Iterable[object]:
    for value in values:
        if isinstance(value, list | tuple):
            yield from _flat(value)
        else:
            yield value


def results(
    outputs: object, meta: object, *, output_node: str, order: Iterable[str] = ()
) -> list[Candidate]:
    """What counts as the result of a prompt, the first one first.

    With an output node only what it delivered. Otherwise saved files, then temporary ones, then
    text; films before pictures; in the order of the graph.

    Args:
        outputs: `outputs` of the history's entry.
        meta: `meta` of the same.
        output_node: id of the node whose result is wanted; empty: any.
        order: ids of the graph's nodes.
    """
    found: list[Candidate] = []
    for node, output in outputs.items() if isinstance(outputs, Mapping) else ():
        found += delivered_by(display_node(str(node), meta), output)
    if output_node:
        return [c for c in found if c.node == output_node]
    place = {node: index for index, node in enumerate(order)}

    def rank(candidate: Candidate) -> tuple[int, bool, int]:
        kind = 2 if candidate.file is None else int(candidate.file.type != "output")
        return kind, not candidate.animated, place.get(candidate.node, len(place))

    return sorted(found, key=rank)


def node_counts(graph: Mapping[str, Any], entry: Mapping[str, Any]) -> tuple[int, int]:
    """How many nodes a prompt ran, and how many the server had kept, by its history's entry."""
    prompt = entry.get("prompt")
    targets = prompt[4] if isinstance(prompt, list) and len(prompt) > 4 else list(graph)
    needed = needed_nodes(graph, targets if isinstance(targets, list) else list(graph))
    cached: set[str] = set()
    for name, data in messages_of(entry):
        if name == "execution_cached" and isinstance(data.get("nodes"), list):
            cached = {str(node) for node in data["nodes"]} & needed
    return len(needed) - len(cached), len(cached)


def needed_nodes(graph: Mapping[str, Any], targets: Iterable[object]) -> set[str]:
    """The targets and everything they depend on."""
    found: set[str] = set()
    open_nodes = [str(target) for target in targets]
    while open_nodes:
        node = open_nodes.pop()
        if node in found or node not in graph:
            continue
        found.add(node)
        for value in fields(graph[node]).values():
            if isinstance(value, list) and len(value) == 2 and str(value[0]) in graph:
                open_nodes.append(str(value[0]))
    return found


def messages_of(entry: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Name and data of what the history recorded while the prompt ran."""
    status = entry.get("status")
    messages = status.get("messages") if isinstance(status, Mapping) else None
    return [
        (str(message[0]), message[1])
        for message in (messages if isinstance(messages, list) else ())
        if isinstance(message, list) and len(message) == 2 and isinstance(message[1], Mapping)
    ]
