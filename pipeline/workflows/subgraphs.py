"""The editor's document with its subgraphs unpacked, as the editor itself does before it sends.

A subgraph is defined once and used by nodes whose type is its id. Here each use is replaced by
copies of its nodes, named `<use>:<node>`; what led in and out leads straight to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MUTED, BYPASSED = 2, 4
#: Of nodes and of uses of subgraphs, unpacked; of subgraphs one within the other.
MOST_NODES, MOST_DEPTH = 4_000, 20
#: Of links, unpacked: ten for each node.
MOST_LINKS = 40_000
#: The ids that stand, inside a subgraph, for its inputs and its outputs.
_INPUTS, _OUTPUTS = -10, -20


class TooLarge(ValueError):
    """Unpacked, it has more nodes than are taken, or a subgraph contains itself."""


def unpacked(editor: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document without subgraphs; the same where it uses none.

    Raises:
        TooLarge: it can't be unpacked within limits.
    """
    definitions = editor.get("definitions")
    listed = definitions.get("subgraphs") if isinstance(definitions, Mapping) else None
    subgraphs = {str(item["id"]): item for item in _objects(listed) if item.get("id")}
    if not any(_is_use(node, subgraphs) for node in _objects(editor.get("nodes"))):
        return editor
    return _Unpacking(subgraphs).document(editor)


def _is_use(node: Mapping[str, Any], subgraphs: Mapping[str, Any]) -> bool:
    """Whether a node stands for a subgraph that runs; one that is off is treated as any node."""
    return str(node.get("type")) in subgraphs and node.get("mode") not in (MUTED, BYPASSED)


class _Unpacking:
    """Nodes and links of all scopes under names of their own; links may stand for others."""

    def __init__(self, subgraphs: Mapping[str, Mapping[str, Any]]) -> None:
        self.subgraphs = subgraphs
        self.nodes: list[dict[str, Any]] = []
        self.taken = 0
        self.links = 0
        self.ways_out: dict[str, dict[Any, Any]] = {}
        self.origins: dict[str, tuple[str, Any]] = {}
        self.stands_for: dict[str, str] = {}

    def document(self, editor: Mapping[str, Any]) -> dict[str, Any]:
        self._scope("", editor, {})
        links = [
            {"id": key, "origin_id": origin[0], "origin_slot": origin[1]}
            for key in {**self.origins, **self.stands_for}
            if (origin := self._origin(key)) is not None
        ]
        return {"nodes": self.nodes, "links": links}

    def _origin(self, key: str) -> tuple[str, Any] | None:
        seen: set[str] = set()
        while key in self.stands_for and key not in seen:
            seen.add(key)
            key = self.stands_for[key]
        return self.origins.get(key)

    def _scope(self, prefix: str, scope: Mapping[str, Any], given: Mapping[int, str]) -> None:
        """Take in the nodes and links of the document, or of one use of a subgraph.

        Args:
            prefix: of the names of everything in it.
            given: the link, outside, that leads to each input by its place.
        """
        nodes = _objects(scope.get("nodes"))
        uses = {str(node.get("id")): node for node in nodes if _is_use(node, self.subgraphs)}
        links = _links(scope.get("links"))
        self.links += len(links)
        if self.links > MOST_LINKS:
            raise TooLarge(f"Its subgraphs unpacked, it has more than {MOST_LINKS:,} links.")
        for key, origin, slot in links:
            name = f"{prefix}{key}"
            if origin == _INPUTS and prefix:
                if isinstance(slot, int) and slot in given:
                    self.stands_for[name] = given[slot]
            elif str(origin) in uses:
                inner = self._leads_out(uses[str(origin)], slot)
                if inner is not None:
                    self.stands_for[name] = f"{prefix}{origin}:{inner}"
            else:
                self.origins[name] = (f"{prefix}{origin}", slot)
        for node in nodes:
            if str(node.get("id")) in uses:
                self._use(prefix, node)
            else:
                self._add(prefix, node)

    def _add(self, prefix: str, node: Mapping[str, Any]) -> None:
        inputs = [
            {**item, "link": f"{prefix}{item['link']}"} if item.get("link") is not None else item
            for item in _objects(node.get("inputs"))
        ]
        node_id = node.get("id")
        if isinstance(node_id, int | str):  # whoever reads it says what is wrong with the others
            node_id = f"{prefix}{node_id}"
        self.nodes.append({**node, "id": node_id, "inputs": inputs})
        self._count()

    def _count(self) -> None:
        self.taken += 1
        if self.taken > MOST_NODES:
            raise TooLarge(f"Its subgraphs unpacked, it has more than {MOST_NODES:,} nodes.")

    def _use(self, prefix: str, node: Mapping[str, Any]) -> None:
        """Unpack one use of a subgraph."""
        self._count()
        inner = f"{prefix}{node.get('id')}:"
        if inner.count(":") > MOST_DEPTH:
            raise TooLarge("Its subgraphs contain one another without end.")
        definition = self.subgraphs[str(node.get("type"))]
        places = {
            str(item.get("name")): place
            for place, item in enumerate(_objects(definition.get("inputs")))
        }
        given: dict[int, str] = {}
        items = _objects(node.get("inputs"))
        values = _shown_values(items, node.get("widgets_values"))
        for item in items:
            name = str(item.get("name"))
            if name not in places:
                continue
            if item.get("link") is not None:
                given[places[name]] = f"{prefix}{item['link']}"
            elif name in values:
                given[places[name]] = self._value(f"{inner}={name}", values[name])
        self._scope(inner, definition, given)

    def _value(self, name: str, value: Any) -> str:
        """A link from a node that only gives a value: one set at the use, not within."""
        self.nodes.append({"id": name, "type": "PrimitiveNode", "widgets_values": [value]})
        self.origins[name] = (name, 0)
        return name

    def _leads_out(self, use: Mapping[str, Any], slot: Any) -> Any:
        """The link, within, that leads to an output of a subgraph."""
        kind = str(use.get("type"))
        if kind not in self.ways_out:
            ways = self.ways_out[kind] = {}
            for item in _objects(self.subgraphs[kind].get("links")):
                if item.get("target_id") == _OUTPUTS and isinstance(item.get("target_slot"), int):
                    ways.setdefault(item["target_slot"], item.get("id"))
        return self.ways_out[kind].get(slot) if isinstance(slot, int) else None


def _shown_values(items: Sequence[Mapping[str, Any]], values: Any) -> dict[str, Any]:
    """Values set at a use of a subgraph, by the names of its inputs."""
    names = [str(item.get("name")) for item in items if isinstance(item.get("widget"), Mapping)]
    if not isinstance(values, list) or len(values) < len(names):
        return {}
    return dict(zip(names, values, strict=False))


def _links(links: Any) -> list[tuple[Any, Any, Any]]:
    """Id, origin and slot of each link: lists in the document, objects in subgraphs."""
    found: list[tuple[Any, Any, Any]] = []
    for link in links if isinstance(links, list) else []:
        if isinstance(link, list) and len(link) >= 5:
            found.append((link[0], link[1], link[2]))
        elif isinstance(link, Mapping):
            found.append((link.get("id"), link.get("origin_id"), link.get("origin_slot")))
    return found


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
