"""Subgraphs of the editor's documents, unpacked as ComfyUI's editor sends them."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pipeline.workflows.importing import Unreadable
from tests.pipeline.workflows.test_importing import by_id, editor, node, plug, read


def inner(number: int, origin: int, slot: int, target: int, place: int) -> dict[str, Any]:
    """A link within a subgraph; -10 stands for its inputs, -20 for its outputs."""
    return {
        "id": number,
        "origin_id": origin,
        "origin_slot": slot,
        "target_id": target,
        "target_slot": place,
        "type": "*",
    }


def words() -> dict[str, Any]:
    """A subgraph: a text encoder, whose text can be set at its use, and the CLIP led through."""
    text = {**plug("text", 3), "widget": {"name": "text"}}
    return {
        "id": "words",
        "name": "Words",
        "inputs": [{"name": "clip"}, {"name": "text"}],
        "outputs": [{"name": "CONDITIONING"}, {"name": "CLIP"}],
        "nodes": [
            node(1, "CLIPTextEncode", inputs=[plug("clip", 1), text], widgets_values=["within"]),
            node(2, "Note", widgets_values=["only for people"]),
        ],
        "links": [
            inner(1, -10, 0, 1, 0),
            inner(2, 1, 0, -20, 0),
            inner(3, -10, 1, 1, 1),
            inner(4, -10, 0, -20, 1),
        ],
    }


def document(**use: Any) -> dict[str, Any]:
    """Words to a picture, its first words in a subgraph, the second ones fed through it."""
    found = editor()
    place = found["nodes"].index(by_id(found, 6))
    found["nodes"][place] = node(6, "words", inputs=[plug("clip", 3)], **use)
    found["links"][4] = [5, 6, 1, 7, 0, "CLIP"]
    found["definitions"] = {"subgraphs": [words()]}
    return found


def test_a_use_becomes_its_nodes(object_info: dict[str, Any]) -> None:
    imported = read(document(), object_info)
    plain = read(editor(), object_info).graph
    assert imported.problems == []
    assert sorted(imported.graph) == sorted({**plain, "6:1": {}}.keys() - {"6"})
    assert imported.graph["6:1"]["class_type"] == "CLIPTextEncode"
    assert imported.graph["6:1"]["inputs"] == {"text": "within", "clip": ["4", 1]}
    assert imported.graph["3"]["inputs"]["positive"] == ["6:1", 0]
    assert imported.graph["7"]["inputs"]["clip"] == ["4", 1], "led through, and past a reroute"
    assert imported.editor == document(), "what people see stays"


def test_a_value_set_at_the_use_counts(object_info: dict[str, Any]) -> None:
    shown = {**plug("text", None), "widget": {"name": "text"}}
    made = document()
    by_id(made, 6)["inputs"].append(shown)
    by_id(made, 6)["widgets_values"] = ["at the use"]
    assert read(made, object_info).graph["6:1"]["inputs"]["text"] == "at the use"


def test_one_within_another(object_info: dict[str, Any]) -> None:
    made = document()
    outer = {
        **words(),
        "id": "outer",
        "inputs": [{"name": "clip"}],
        "outputs": [{"name": "CONDITIONING"}, {"name": "CLIP"}],
        "nodes": [node(9, "words", inputs=[plug("clip", 1)])],
        "links": [inner(1, -10, 0, 9, 0), inner(2, 9, 0, -20, 0), inner(3, 9, 1, -20, 1)],
    }
    made["definitions"]["subgraphs"].append(outer)
    by_id(made, 6)["type"] = "outer"
    graph = read(made, object_info).graph
    assert graph["6:9:1"]["inputs"]["clip"] == ["4", 1]
    assert graph["3"]["inputs"]["positive"] == ["6:9:1", 0]
    assert graph["7"]["inputs"]["clip"] == ["4", 1]


@pytest.mark.parametrize(("mode", "positive"), [(2, None), (4, ["4", 1])])
def test_a_use_that_is_off(
    object_info: dict[str, Any], mode: int, positive: list[Any] | None
) -> None:
    made = document(mode=mode)
    by_id(made, 6)["outputs"] = [{"type": "*"}, {"type": "CLIP"}]
    graph = read(made, object_info).graph
    assert not any(name.startswith("6") for name in graph)
    assert graph["3"]["inputs"].get("positive") == positive


def test_without_end_and_without_bounds(object_info: dict[str, Any]) -> None:
    made = document()
    itself = copy.deepcopy(made)
    itself["definitions"]["subgraphs"][0]["nodes"].append(node(5, "words"))
    with pytest.raises(Unreadable, match="without end"):
        read(itself, object_info)
    # each holds the next one twice: a few lines that would unpack to a million nodes
    made["definitions"]["subgraphs"] = [
        {"id": f"s{n}", "nodes": [node(k, f"s{n + 1}") for k in (1, 2)]} for n in range(20)
    ]
    by_id(made, 6)["type"] = "s0"
    with pytest.raises(Unreadable, match="more than 4,000 nodes"):
        read(made, object_info)


@pytest.mark.parametrize(
    "links", [None, 7, [None, 3, {}], [{"id": [1], "origin_id": -10, "origin_slot": [2]}]]
)
def test_broken_ones_break_nothing(object_info: dict[str, Any], links: Any) -> None:
    made = document()
    made["definitions"]["subgraphs"][0]["links"] = links
    assert "clip" not in read(made, object_info).graph["6:1"]["inputs"]
    made["definitions"]["subgraphs"][0]["nodes"] = [{"type": "KSampler"}]
    with pytest.raises(Unreadable, match="a node has no id"):
        read(made, object_info)
