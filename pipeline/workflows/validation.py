"""Whether a server can run a graph, found out before anything is sent to it.

What ComfyUI checks at `POST /prompt` is checked here against its stored `/object_info`, and named
by node and field, with what it has instead.
"""

from __future__ import annotations

import difflib
import enum
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.workflows.graph import (
    CyclicGraph,
    Graph,
    Link,
    as_link,
    class_of,
    inputs_of,
    is_placeholder,
    topological,
    upstream,
)
from pipeline.workflows.objectinfo import (
    InputInfo,
    ObjectInfo,
    fits,
    input_map,
    is_output_node,
    outputs_of_class,
)

MOST_NEAR = 3
_EMBEDDING = re.compile(r"embedding:([^\s,()\[\]:]+)")


class FindingKind(enum.StrEnum):
    """What is wrong; the codes of the lookup `pipeline.workflows.models.MissingKind`."""

    NODE = "node"
    MODEL = "model"
    INPUT = "input"
    LINK = "link"
    VALUE = "value"
    GRAPH = "graph"


@dataclass(frozen=True)
class Finding:
    """One thing that keeps a graph from running: at which node, in which field, what.

    `near` is what the server has that looks most like what is missing.
    """

    kind: FindingKind
    message: str
    node_id: str = ""
    class_type: str = ""
    field: str = ""
    value: str = ""
    near: tuple[str, ...] = ()


def validate(
    graph: Graph,
    object_info: ObjectInfo,
    model_files: Mapping[str, Sequence[str]] | None = None,
) -> list[Finding]:
    """All that keeps this graph from running on a server; empty: it can run.

    Classes must be known everywhere; fields are looked at only where a result depends on them, for
    only that is run. Placeholders of files count as files that are there.

    Args:
        object_info: the server's `/object_info`.
        model_files: names of its model files by folder, for embeddings in prompts.
    """
    found = list(_classes(graph, object_info))
    try:
        topological(graph)
    except CyclicGraph as error:
        found.append(Finding(FindingKind.GRAPH, str(error), error.nodes[0], value="circle"))
        return found
    outputs = [n for n in graph if is_output_node(object_info.get(class_of(graph, n), {}))]
    if not outputs and not found:
        found.append(
            Finding(
                FindingKind.GRAPH,
                "No node gives a result; add one that saves or previews.",
                value="no output",
            )
        )
    runs = upstream(graph, *outputs).union(outputs)
    for node_id in graph:
        info = object_info.get(class_of(graph, node_id))
        if info is not None and node_id in runs:
            found.extend(_node(graph, node_id, info, object_info, model_files or {}))
    return found


def _classes(graph: Graph, object_info: ObjectInfo) -> Iterator[Finding]:
    for node_id in graph:
        name = class_of(graph, node_id)
        if name not in object_info:
            said = f"The server has no node “{name}”." if name else "This node has no class."
            near = _near(name, list(object_info))
            yield Finding(FindingKind.NODE, said, node_id, name, value=name, near=near)


def _node(
    graph: Graph,
    node_id: str,
    info: Mapping[str, Any],
    object_info: ObjectInfo,
    model_files: Mapping[str, Sequence[str]],
) -> Iterator[Finding]:
    name = class_of(graph, node_id)
    given = inputs_of(graph, node_id)
    wanted = input_map(info)
    for item in wanted.values():
        if item.name not in given:
            if item.is_required:
                # a field that is written differently is more help than “missing”
                unknown = [n for n in given if n not in wanted]
                yield Finding(
                    FindingKind.INPUT,
                    f"“{item.name}” is needed and not given.",
                    node_id,
                    name,
                    item.name,
                    item.name,
                    _near(item.name, unknown),
                )
            continue
        value = given[item.name]
        link = as_link(value)
        if link is not None:
            said = _link(graph, link, item, object_info)
            if said:
                at = f"{link.source}:{link.slot}"
                yield Finding(FindingKind.LINK, said, node_id, name, item.name, at)
            continue
        finding = _value(value, item, node_id, name)
        if finding is not None:
            yield finding
        elif item.type == "STRING" and isinstance(value, str):
            yield from _embeddings(value, item, node_id, name, model_files)


def _link(graph: Graph, link: Link, item: InputInfo, object_info: ObjectInfo) -> str:
    """What is wrong with a link; empty: nothing."""
    if link.source not in graph:
        return f"“{item.name}” is linked to node {link.source}, which does not exist."
    source = class_of(graph, link.source)
    if source not in object_info:
        return ""  # told at that node
    outputs = outputs_of_class(object_info[source])
    if link.slot >= len(outputs):
        return (
            f"“{item.name}” is linked to output {link.slot + 1} of “{source}”, which has"
            f" {len(outputs)}."
        )
    if not fits(outputs[link.slot], item.type):
        return f"“{item.name}” takes {item.type}, and is linked to {outputs[link.slot]}."
    return ""


def _value(value: Any, item: InputInfo, node_id: str, name: str) -> Finding | None:
    """What is wrong with a plain value; None: nothing."""

    def wrong(message: str, near: tuple[str, ...] = ()) -> Finding:
        kind = FindingKind.MODEL if item.type == "COMBO" else FindingKind.VALUE
        return Finding(kind, message, node_id, name, item.name, _short(value), near)

    if isinstance(value, Mapping) and "__value__" in value:
        value = value["__value__"]
    if isinstance(value, str) and is_placeholder(value):
        return None  # uploaded before the graph is sent
    if item.type == "COMBO":
        return _choice(value, item, wrong)
    if isinstance(value, list | tuple):
        return wrong(f"“{item.name}” is a list that is no link.")
    if item.type in ("INT", "FLOAT"):
        return _number(value, item, wrong)
    if item.type not in ("STRING", "BOOLEAN") and item.is_required and value is None:
        return wrong(f"“{item.name}” takes {item.type} and is given nothing.")
    return None


def _choice(value: Any, item: InputInfo, wrong: Any) -> Finding | None:
    if item.choices is None:
        return None
    given = value if isinstance(value, list | tuple) else [value]  # multi-select has several
    missing = [v for v in given if v not in item.choices]
    # `name [output]` names a file that an earlier run made; the list has only uploaded ones
    if not missing or (item.is_upload and str(missing[0]).endswith(("[output]", "[temp]"))):
        return None
    if item.is_upload:  # whose the files on the server are is not known: none is named
        gone: Finding = wrong(
            f"“{item.name}”: there is no file “{_short(missing[0])}”. Map the input to a file"
            " parameter, and give the file with each job."
        )
        return gone
    near = _near(str(missing[0]), [str(choice) for choice in item.choices])
    has = f"The server has {near[0]}" if near else f"The server has {len(item.choices)} others"
    finding: Finding = wrong(f"“{item.name}”: there is no “{_short(missing[0])}”. {has}.", near)
    return finding


def _number(value: Any, item: InputInfo, wrong: Any) -> Finding | None:
    finding: Finding
    try:
        number = int(value) if item.type == "INT" else float(value)
    except (TypeError, ValueError, OverflowError):
        kind = "a whole number" if item.type == "INT" else "a number"
        finding = wrong(f"“{item.name}” must be {kind}, not “{_short(value)}”.")
        return finding
    if not math.isfinite(number):
        finding = wrong(f"“{item.name}” must be a finite number.")
        return finding
    if item.minimum is not None and number < item.minimum:
        finding = wrong(f"“{item.name}” must be at least {item.minimum:g}, not {number:g}.")
        return finding
    if item.maximum is not None and number > item.maximum:
        finding = wrong(f"“{item.name}” must be at most {item.maximum:g}, not {number:g}.")
        return finding
    return None


def _embeddings(
    text: str,
    item: InputInfo,
    node_id: str,
    name: str,
    model_files: Mapping[str, Sequence[str]],
) -> Iterator[Finding]:
    """Embeddings that a prompt names and the server lacks; it would run without them, silently."""
    if "embeddings" not in model_files:
        return
    had = {_stem(file) for file in model_files["embeddings"]}
    for wanted in _EMBEDDING.findall(text):
        if _stem(wanted.rstrip(".")) not in had:
            yield Finding(
                FindingKind.MODEL,
                f"“{item.name}” names the embedding “{wanted}”, which the server lacks.",
                node_id,
                name,
                item.name,
                _short(f"embedding:{wanted}"),
                _near(wanted, sorted(had)),
            )


def _stem(file: str) -> str:
    return re.sub(r"\.(safetensors|pt|bin)$", "", file.replace("\\", "/"))


def _near(wanted: str, choices: Sequence[str]) -> tuple[str, ...]:
    """The choices that look most like what is wanted: the same file elsewhere first."""
    base = wanted.replace("\\", "/").rsplit("/", 1)[-1].lower()
    same = [c for c in choices if base and c.replace("\\", "/").rsplit("/", 1)[-1].lower() == base]
    alike = difflib.get_close_matches(wanted, choices, n=MOST_NEAR, cutoff=0.5)
    return tuple(dict.fromkeys([*same, *alike]))[:MOST_NEAR]


def _short(value: Any) -> str:
    return str(value)[:200]
