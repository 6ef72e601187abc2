"""Warm start: equal beginnings have equal hashes, and nothing else has."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.workflows.graph import CyclicGraph, topological, upstream
from pipeline.workflows.prefixes import cached_nodes, prefix_hashes

VALUES = st.one_of(
    st.integers(-5, 5), st.text("ab", max_size=3), st.booleans(), st.floats(0, 1, width=16)
)


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Any]:
    """Graphs without circles: each node links to some of those before it."""
    count = draw(st.integers(1, 8))
    found: dict[str, Any] = {}
    for index in range(count):
        inputs: dict[str, Any] = {"value": draw(VALUES)}
        for source in range(index):
            if draw(st.booleans()):
                inputs[f"in{source}"] = [str(source), draw(st.integers(0, 2))]
        found[str(index)] = {"class_type": draw(st.sampled_from("ABC")), "inputs": inputs}
    return found


def renamed(graph: dict[str, Any]) -> dict[str, Any]:
    """The same graph with other ids, in reverse order, with titles."""
    found = {}
    for node_id, node in reversed(graph.items()):
        inputs = {
            name: [f"x{value[0]}", value[1]] if isinstance(value, list) else value
            for name, value in reversed(node["inputs"].items())
        }
        found[f"x{node_id}"] = {**node, "inputs": inputs, "_meta": {"title": "?"}}
    return found


@given(graphs())
@settings(max_examples=60, deadline=None)
def test_ids_order_and_titles_do_not_count(graph: dict[str, Any]) -> None:
    plain, other = prefix_hashes(graph), prefix_hashes(renamed(graph))
    assert {f"x{node_id}": sha for node_id, sha in plain.items()} == other


@given(graphs(), st.data())
@settings(max_examples=60, deadline=None)
def test_a_change_reaches_what_depends_on_it_and_nothing_else(
    graph: dict[str, Any], data: st.DataObject
) -> None:
    changed = data.draw(st.sampled_from(sorted(graph)))
    before = prefix_hashes(graph)
    graph[changed]["inputs"]["value"] = "something else"
    after = prefix_hashes(graph)
    for node_id in graph:
        depends = node_id == changed or changed in upstream(graph, node_id)
        assert (before[node_id] != after[node_id]) == depends


@given(graphs())
@settings(max_examples=60, deadline=None)
def test_order_is_topological(graph: dict[str, Any]) -> None:
    order = topological(graph)
    assert sorted(order) == sorted(graph)
    for node_id in graph:
        assert all(
            order.index(source) < order.index(node_id) for source in upstream(graph, node_id)
        )


@given(graphs())
@settings(max_examples=40, deadline=None)
def test_a_server_that_ran_it_keeps_it_all(graph: dict[str, Any]) -> None:
    hashes = prefix_hashes(graph)
    kept = set(hashes.values())
    assert cached_nodes(hashes, kept) == len(graph)
    assert cached_nodes(hashes, set()) == 0


def test_files_count_by_content_and_not_by_name() -> None:
    graph = {"1": {"class_type": "LoadImage", "inputs": {"image": "input:base:0"}}}
    one, same, other = (
        prefix_hashes(graph, {"input:base:0": sha})["1"] for sha in ("aa", "aa", "bb")
    )
    assert one == same != other
    assert prefix_hashes(graph)["1"] not in (one, other)


def test_a_link_differs_from_the_same_value_and_by_its_slot() -> None:
    def last(value: Any) -> str:
        graph = {
            "1": {"class_type": "A", "inputs": {}},
            "2": {"class_type": "B", "inputs": {"in": value}},
        }
        return prefix_hashes(graph)["2"]

    assert len({last(["1", 0]), last(["1", 1]), last("1"), last(["1"]), last(["9", 0])}) == 5


def test_circles_have_no_beginning() -> None:
    graph = {
        "1": {"class_type": "A", "inputs": {"in": ["2", 0]}},
        "2": {"class_type": "A", "inputs": {"in": ["1", 0]}},
        "3": {"class_type": "A", "inputs": {}},
    }
    with pytest.raises(CyclicGraph) as caught:
        prefix_hashes(graph)
    assert caught.value.nodes == ["1", "2"]
