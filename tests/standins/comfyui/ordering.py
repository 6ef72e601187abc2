"""In which order nodes run: outputs first, then what leads to them soonest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.standins.comfyui.catalogue import NodeType


class Staged:
    """Nodes that are still to run, with who waits for whom.

    A faithful copy of the server's rule, because the order of events follows from it: of the
    ready nodes, in the order they were staged, an output first, then one that an output waits
    for, then one with an output two links away, then the first.
    """

    def __init__(
        self,
        graph: Mapping[str, Any],
        nodes: Mapping[str, NodeType],
        known: Callable[[str], Any],
    ) -> None:
        self._graph = graph
        self._nodes = nodes
        self._known = known
        self._pending: dict[str, bool] = {}
        self._count: dict[str, int] = {}
        self._blocking: dict[str, dict[str, bool]] = {}

    def add(self, node_id: str) -> None:
        """Stage a node with everything it needs and that is not known yet."""
        waiting = [node_id]
        links: list[tuple[str, str]] = []
        while waiting:
            current = waiting.pop()
            if current in self._pending:
                continue
            self._pending[current] = True
            self._count[current] = 0
            self._blocking[current] = {}
            for value in self._graph[current]["inputs"].values():
                if isinstance(value, list) and len(value) == 2 and value[0] in self._graph:
                    if self._known(value[0]) is None:
                        waiting.append(value[0])
                    links.append((value[0], current))
        for source, target in links:
            if self._known(source) is None and target not in self._blocking[source]:
                self._blocking[source][target] = True
                self._count[target] += 1

    def pick(self) -> str | None:
        """The node to run now; None when all are done."""
        ready = [node_id for node_id in self._pending if self._count[node_id] == 0]
        if not ready:
            return None
        for distance in range(3):
            for node_id in ready:
                if self._leads_to_output(node_id, distance):
                    return node_id
        return ready[0]

    def _leads_to_output(self, node_id: str, distance: int) -> bool:
        if distance == 0:
            return self._nodes[self._graph[node_id]["class_type"]].output_node
        return any(
            self._leads_to_output(blocked, distance - 1) for blocked in self._blocking[node_id]
        )

    def complete(self, node_id: str) -> None:
        """The node ran: who waited for it waits for one less."""
        del self._pending[node_id]
        for blocked in self._blocking[node_id]:
            self._count[blocked] -= 1
