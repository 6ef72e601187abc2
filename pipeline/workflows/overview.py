"""A graph as people read it: its nodes in the order of a run, and a drawing of how they hang."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.workflows.graph import (
    CyclicGraph,
    Graph,
    as_link,
    class_of,
    inputs_of,
    title_of,
    topological,
)
from pipeline.workflows.mapping import Parameter

#: A drawing of more is a knot; the list still shows them all.
MOST_DRAWN = 60
#: Sizes of the drawing, in its own units.
BOX_WIDTH, BOX_HEIGHT, GAP_X, GAP_Y = 168, 36, 44, 16
MOST_TITLE = 24
MOST_VALUE = 300


@dataclass(frozen=True)
class ShownInput:
    """An input of a node: a value, or where it comes from; `parameter` sets it."""

    name: str
    value: str = ""
    source: str = ""
    source_title: str = ""
    slot: int = 0
    parameter: str = ""


@dataclass(frozen=True)
class ShownNode:
    """A node with its inputs; `ordinal` counts from 1 in the order of a run."""

    node_id: str
    ordinal: int
    title: str
    class_type: str
    inputs: list[ShownInput]
    #: What is wrong with it on some instance, in words.
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Box:
    """A node in the drawing."""

    node_id: str
    title: str
    full_title: str
    x: int
    y: int
    is_set: bool
    is_missing: bool

    @property
    def text_x(self) -> int:
        """Where its title begins."""
        return self.x + 12

    @property
    def text_y(self) -> int:
        """Base line of its title."""
        return self.y + 22


@dataclass(frozen=True)
class Drawing:
    """Boxes and the lines between them, left to right."""

    boxes: list[Box]
    lines: list[str]
    width: int
    height: int
    box_width: int = BOX_WIDTH
    box_height: int = BOX_HEIGHT


def run_order(graph: Graph) -> list[str]:
    """Node ids in the order of a run; in the graph's own where it goes in a circle."""
    try:
        return topological(graph)
    except CyclicGraph:
        return list(graph)


def shown_nodes(
    graph: Graph,
    parameters: Sequence[Parameter],
    problems: Mapping[str, Sequence[str]] | None = None,
) -> list[ShownNode]:
    """The nodes in the order of a run, with what sets them.

    Args:
        problems: sentences by node.
    """
    sets = {target: item.label for item in parameters for target in item.targets}
    return [
        ShownNode(
            node_id,
            ordinal,
            title_of(graph, node_id),
            class_of(graph, node_id),
            [
                _input(graph, name, value, sets.get((node_id, name), ""))
                for name, value in inputs_of(graph, node_id).items()
            ],
            list((problems or {}).get(node_id, ())),
        )
        for ordinal, node_id in enumerate(run_order(graph), start=1)
    ]


def plain_fields(graph: Graph) -> list[str]:
    """`node.field` of everything that is no link, so that it could be set."""
    return [
        f"{node_id}.{name}"
        for node_id in run_order(graph)
        for name, value in inputs_of(graph, node_id).items()
        if as_link(value) is None
    ]


def drawing(
    graph: Graph, parameters: Sequence[Parameter], missing: frozenset[str] = frozenset()
) -> Drawing | None:
    """The graph as boxes in columns, each after all that it depends on; None: too large for it.

    Args:
        missing: nodes that lack something.
    """
    if len(graph) > MOST_DRAWN:
        return None
    columns: dict[str, int] = {}
    for node_id in run_order(graph):
        before = [columns[source] for source in _sources(graph, node_id) if source in columns]
        columns[node_id] = max(before, default=-1) + 1
    filled: dict[int, int] = {}
    places: dict[str, tuple[int, int]] = {}
    for node_id, column in columns.items():
        row = filled.get(column, 0)
        filled[column] = row + 1
        places[node_id] = (
            GAP_Y + column * (BOX_WIDTH + GAP_X),
            GAP_Y + row * (BOX_HEIGHT + GAP_Y),
        )
    are_set = {node_id for item in parameters for node_id, _field in item.targets}
    boxes = [
        Box(
            node_id,
            _cut(title_of(graph, node_id)),
            title_of(graph, node_id),
            *place,
            is_set=node_id in are_set,
            is_missing=node_id in missing,
        )
        for node_id, place in places.items()
    ]
    lines = [
        _line(places[source], places[node_id])
        for node_id in columns
        for source in _sources(graph, node_id)
        if source in places and source != node_id
    ]
    width = 2 * GAP_Y + (max(columns.values()) + 1) * (BOX_WIDTH + GAP_X) - GAP_X
    height = GAP_Y + max(filled.values()) * (BOX_HEIGHT + GAP_Y)
    return Drawing(boxes, lines, width, height)


def _sources(graph: Graph, node_id: str) -> list[str]:
    """Where a node's links come from, each once, in the order of its inputs."""
    found = (as_link(value) for value in inputs_of(graph, node_id).values())
    return list(
        dict.fromkeys(link.source for link in found if link is not None and link.source in graph)
    )


def _line(source: tuple[int, int], taker: tuple[int, int]) -> str:
    x1, y1 = source[0] + BOX_WIDTH, source[1] + BOX_HEIGHT // 2
    x2, y2 = taker[0], taker[1] + BOX_HEIGHT // 2
    bend = max(GAP_X, abs(x2 - x1) // 2)
    return f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"


def _input(graph: Graph, name: str, value: Any, parameter: str) -> ShownInput:
    link = as_link(value)
    if link is None:
        return ShownInput(name, str(value)[:MOST_VALUE], parameter=parameter)
    title = title_of(graph, link.source) if link.source in graph else "no such node"
    return ShownInput(
        name, source=link.source, source_title=title, slot=link.slot + 1, parameter=parameter
    )


def _cut(text: str) -> str:
    return text if len(text) <= MOST_TITLE else text[: MOST_TITLE - 1] + "…"
