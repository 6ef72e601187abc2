"""Reads a workflow from whatever people have of it: API JSON, the editor's JSON, or a picture.

ComfyUI writes both into the PNGs that it saves, as text chunks `prompt` (API) and `workflow`
(editor). What was made elsewhere is never trusted: sizes are limited, and what a database or a
server could not take is taken out and told.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.providers.documents import clean
from pipeline.workflows.editor import Unreadable, editor_to_graph
from pipeline.workflows.objectinfo import ObjectInfo
from pipeline.workflows.pngtext import PNG_SIGNATURE, png_texts

__all__ = ["MOST_BYTES", "MOST_NODES", "Imported", "Unreadable", "checked_graph", "read_document"]

#: A picture with its graph is larger than the graph alone.
MOST_BYTES = 60_000_000
MOST_JSON_BYTES = 8_000_000
MOST_NODES, MOST_INPUTS = 2_000, 300
#: As long as the columns that name them.
MOST_ID, MOST_FIELD, MOST_CLASS = 80, 120, 200
MOST_DEPTH = 60


@dataclass(frozen=True)
class Imported:
    """What was read: the API graph, the editor's document where there was one, and what to know.

    `problems` are sentences about what was left out or changed on the way.
    """

    graph: dict[str, dict[str, Any]]
    editor: dict[str, Any] | None = None
    problems: list[str] = field(default_factory=list)


def read_document(content: bytes, object_info: ObjectInfo | None = None) -> Imported:
    """The workflow in a file's bytes.

    Args:
        content: JSON (API graph, body of `POST /prompt`, or the editor's), or a PNG that ComfyUI
            saved.
        object_info: of any server that knows the nodes; names the values of the editor's form
            where the document does not name them itself.

    Raises:
        Unreadable: no graph can be had from it, and why.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable(f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
    problems: list[str] = []
    if content.startswith(PNG_SIGNATURE):
        document = _from_picture(content, problems)
    else:
        document = _json(content, "The file", problems)
    return _imported(document, object_info, problems)


def _from_picture(content: bytes, problems: list[str]) -> dict[str, Any]:
    texts = png_texts(content, wanted=("prompt", "workflow"), most_bytes=MOST_JSON_BYTES)
    if not texts:
        raise Unreadable(
            "The picture carries no workflow. Only PNGs that ComfyUI saved itself do; other"
            " programs leave it out."
        )
    return {
        ("output" if name == "prompt" else name): _json(
            text.encode("utf-8", "surrogatepass"), f"The picture's “{name}”", problems
        )
        for name, text in texts.items()
    }


def _json(content: bytes, what: str, problems: list[str]) -> Any:
    if len(content) > MOST_JSON_BYTES:
        raise Unreadable(f"{what} is larger than {MOST_JSON_BYTES // 1_000_000} MB.")
    try:
        document = json.loads(content.decode("utf-8-sig", "surrogatepass"))
    except RecursionError:
        raise Unreadable(f"{what} is nested too deeply.") from None
    except ValueError as error:  # also: no UTF-8, a number of thousands of digits
        raise Unreadable(
            f"{what} is neither JSON nor a PNG: {str(error)[:150]}.",
        ) from None
    changes: Counter[str] = Counter()
    document = clean(_graphs_own(document, what), changes)
    if changes["text"]:
        problems.append(f"{what}: characters that no database holds were taken out.")
    if changes["number"]:
        problems.append(
            f"{what}: {changes['number']} numbers that are none (NaN, infinity) were emptied."
        )
    return document


def _graphs_own(value: Any, what: str, depth: int = 0) -> Any:
    """A copy of what the graph is made of, nested no deeper than is taken."""
    if depth > MOST_DEPTH:
        raise Unreadable(f"{what} is nested too deeply.")
    if isinstance(value, dict):
        # `is_changed` is what the server noted about a run, often NaN, and none of the graph
        own = {name: item for name, item in value.items() if name != "is_changed"}
        return {name: _graphs_own(item, what, depth + 1) for name, item in own.items()}
    if isinstance(value, list):
        return [_graphs_own(item, what, depth + 1) for item in value]
    return value


def _imported(document: Any, object_info: ObjectInfo | None, problems: list[str]) -> Imported:
    if not isinstance(document, dict):
        raise Unreadable("This JSON is no workflow: it must be an object.")
    if isinstance(document.get("nodes"), list):
        return _from_editor(document, object_info, problems)
    graph, editor = _parts(document)
    if graph is None:
        if editor is None:
            raise Unreadable(
                "This JSON is no workflow: neither nodes with a class_type (API) nor the editor's"
                " list of nodes."
            )
        return _from_editor(editor, object_info, problems)
    return Imported(_checked(graph, problems), editor, problems)


def _parts(document: Mapping[str, Any]) -> tuple[Any, dict[str, Any] | None]:
    """API graph and editor's document, where a document has either or both."""
    editor = document.get("workflow")
    extra = document.get("extra_data")
    if editor is None and isinstance(extra, Mapping):
        info = extra.get("extra_pnginfo")
        editor = info.get("workflow") if isinstance(info, Mapping) else None
    if not (isinstance(editor, dict) and isinstance(editor.get("nodes"), list)):
        editor = None
    for candidate in (document.get("prompt"), document.get("output"), document):
        if isinstance(candidate, dict) and any(
            isinstance(node, dict) and "class_type" in node for node in candidate.values()
        ):
            return candidate, editor
    return None, editor


def _from_editor(
    editor: dict[str, Any], object_info: ObjectInfo | None, problems: list[str]
) -> Imported:
    graph = editor_to_graph(editor, object_info, problems)
    return Imported(_checked(graph, problems), editor, problems)


def checked_graph(graph: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """A graph from a request, as it may be stored: of plain JSON, within limits.

    Raises:
        Unreadable: it is none.
    """
    changes: Counter[str] = Counter()
    problems: list[str] = []
    checked = _checked(clean(_graphs_own(dict(graph), "The graph"), changes), problems)
    if changes["number"]:
        raise Unreadable("The graph holds numbers that are none (NaN, infinity).")
    if problems:
        raise Unreadable(problems[0])
    return checked


def _checked(graph: Mapping[str, Any], problems: list[str]) -> dict[str, dict[str, Any]]:
    """The graph with nothing but what `POST /prompt` reads, within limits."""
    if len(graph) > MOST_NODES:
        raise Unreadable(f"It has {len(graph):,} nodes; at most {MOST_NODES:,} are taken.")
    found: dict[str, dict[str, Any]] = {}
    for node_id, node in graph.items():
        if not isinstance(node, dict) or not isinstance(node.get("class_type"), str):
            problems.append(f"“{node_id[:MOST_ID]}” is no node and was left out.")
            continue
        inputs = node.get("inputs", {})
        if not isinstance(inputs, dict):
            raise Unreadable(f"The inputs of node {node_id[:MOST_ID]} are no object.")
        names = [node_id, *inputs]
        too_long = len(node_id) > MOST_ID or any(len(name) > MOST_FIELD for name in inputs)
        if not all(names) or too_long or len(node["class_type"]) > MOST_CLASS:
            raise Unreadable(f"Node {node_id[:MOST_ID]} has an empty or overlong name.")
        if len(inputs) > MOST_INPUTS:
            raise Unreadable(f"Node {node_id} has more than {MOST_INPUTS} inputs.")
        found[node_id] = {"class_type": node["class_type"], "inputs": inputs}
        meta = node.get("_meta")
        if isinstance(meta, dict) and isinstance(meta.get("title"), str):
            found[node_id]["_meta"] = {"title": meta["title"][:200]}
    if not found:
        raise Unreadable("The workflow has no node that could run.")
    return found
