"""Attacks by graphs: bombs, mazes, crowds, values that are no values.

What each attack reached before it was stopped is in its name.
"""

from __future__ import annotations

import json
import struct
import time
import zlib
from typing import Any

import pytest

from pipeline.workflows.graph import upstream
from pipeline.workflows.importing import Unreadable, read_document
from pipeline.workflows.mapping import BadValue, Parameter, apply, clean_value
from pipeline.workflows.prefixes import prefix_hashes
from pipeline.workflows.validation import validate
from tests.pipeline.workflows.conftest import (  # type: ignore[attr-defined]  # noqa: F401
    AddInstance,
    add_instance,
    bound,
    submit,
)

SECRET = "sk-a-key-nobody-may-see-0123456789"
IN_A_MOMENT_S = 4.0  # of a machine that has other work, too


# --- graphs ---------------------------------------------------------------------------------------
def chain(nodes: int, inputs: int, outputs: int = 1) -> dict[str, Any]:
    """Nodes one after another, each with so many values; the last ones save."""
    return {
        str(n): {
            "class_type": "Save" if n >= nodes - outputs else "Step",
            "inputs": {f"v{i}": i for i in range(inputs)} | ({"a": [str(n - 1), 0]} if n else {}),
        }
        for n in range(nodes)
    }


INFO = {
    name: {"input": {"optional": {}}, "output": ["*"], "output_node": name == "Save"}
    for name in ("Step", "Save")
}


def test_a_long_chain_is_measured_at_once() -> None:
    """It took minutes, in the transaction that ends a job."""
    graph = chain(2_000, 20)
    began = time.monotonic()
    assert len(prefix_hashes(graph)) == 2_000
    assert time.monotonic() - began < IN_A_MOMENT_S


def test_many_results_of_one_chain_are_validated_at_once() -> None:
    graph = chain(1_500, 5, outputs=750)
    began = time.monotonic()
    assert validate(graph, INFO) == []
    assert time.monotonic() - began < IN_A_MOMENT_S
    assert upstream(graph, "3", "1") == {"0", "1", "2"}


def editor(nodes: list[Any], links: list[Any]) -> bytes:
    return json.dumps({"nodes": nodes, "links": links}).encode()


def test_reroutes_without_end_are_refused() -> None:
    """A RecursionError reached the page."""
    nodes = [
        {"id": n, "type": "Reroute", "inputs": [{"name": "", "link": n}]} for n in range(5_000)
    ]
    nodes.append({"id": 5_000, "type": "X", "inputs": [{"name": "a", "link": 5_000}]})
    links = [[n, n - 1, 0, n, 0, "*"] for n in range(5_001)]
    with pytest.raises(Unreadable, match="reroutes"):
        read_document(editor(nodes, links))


def test_a_hundred_thousand_nodes_are_refused_unread() -> None:
    with pytest.raises(Unreadable, match="10,000 nodes"):
        read_document(editor([{"id": n, "type": "GetNode"} for n in range(100_000)], []))


def test_values_fetched_by_name_are_found_at_once() -> None:
    """Each looked through all nodes: minutes, in a request."""
    count = 3_000
    nodes: list[Any] = [
        {"id": n, "type": "SetNode", "widgets_values": [str(n)], "inputs": []} for n in range(count)
    ]
    links = []
    for n in range(count):
        nodes.append({"id": count + n, "type": "GetNode", "widgets_values": ["nobody's"]})
        nodes.append({"id": 2 * count + n, "type": "X", "inputs": [{"name": "a", "link": n}]})
        links.append([n, count + n, 0, 2 * count + n, 0, "*"])
    began = time.monotonic()
    with pytest.raises(Unreadable, match="nodes"):
        read_document(editor(nodes, links))
    assert time.monotonic() - began < IN_A_MOMENT_S


@pytest.mark.parametrize(("uses", "within", "outside"), [(1_000, 5_000, 0), (1, 20_000, 19_000)])
def test_links_of_subgraphs_do_not_multiply(uses: int, within: int, outside: int) -> None:
    """Half a megabyte took half a gigabyte and minutes."""
    link = {"origin_id": 1, "origin_slot": 0, "target_id": -20, "target_slot": 1}
    inner = {"id": "S", "nodes": [], "links": [{"id": n, **link} for n in range(within)]}
    document = {
        "nodes": [{"id": n, "type": "S"} for n in range(uses)] + [{"id": "x", "type": "X"}],
        "links": [[n, 0, 0, "x", 0, "*"] for n in range(outside)],
        "definitions": {"subgraphs": [inner]},
    }
    began = time.monotonic()
    if uses > 1:
        with pytest.raises(Unreadable, match="40,000 links"):
            read_document(json.dumps(document).encode())
    else:
        assert list(read_document(json.dumps(document).encode()).graph) == ["x"]
    assert time.monotonic() - began < IN_A_MOMENT_S


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize(
    "text",
    [
        chunk(b"zTXt", b"prompt\x00\x00" + zlib.compress(b" " * 200_000_000, 9)),
        chunk(b"iTXt", b"prompt\x00\x01\x00\x00\x00" + zlib.compress(b" " * 200_000_000, 9)),
        chunk(b"tEXt", b"prompt\x00" + b"[" * 500_000),
        chunk(b"tEXt", b"prompt\x00" + b'{"1": ' * 100 + b"1" + b"}" * 100),
    ],
    ids=["zTXt", "iTXt", "brackets", "nested"],
)
def test_bombs_in_pictures_are_refused(text: bytes) -> None:
    with pytest.raises(Unreadable):
        read_document(b"\x89PNG\r\n\x1a\n" + text + chunk(b"IEND", b""))


@pytest.mark.parametrize("value", [10**400, float("inf"), float("nan"), -(10**21), True, "1", [1]])
@pytest.mark.parametrize("kind", ["integer", "number", "random-seed"])
def test_no_strange_number_reaches_a_graph(kind: str, value: Any) -> None:
    with pytest.raises(BadValue):
        clean_value(Parameter("n", "N", kind, (("1", "n"),)), value)


def test_a_seed_without_room_is_no_crash() -> None:
    """Dividing by zero would have ended the bridge, which chooses by the graph."""
    seed = Parameter("seed", "Seed", "random-seed", (("1", "seed"),), maximum=-1)
    graph = {"1": {"class_type": "X", "inputs": {}}}
    assert apply(graph, [seed], {}, random_seed=7, files={})["1"]["inputs"]["seed"] == 0
