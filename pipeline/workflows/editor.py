"""From the editor's document to the API graph, by the rules of ComfyUI's own editor.

The editor keeps what people see: nodes with places, reroutes, notes, and values without names, in
the order of the fields. What runs has none of that: muted nodes are left out, bypassed ones are
led past, reroutes vanish, and each value has the name of its input.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.workflows.objectinfo import InputInfo, ObjectInfo, fits, inputs_of_class
from pipeline.workflows.subgraphs import TooLarge, unpacked

MUTED, BYPASSED = 2, 4
NOTES = frozenset({"Note", "MarkdownNote"})
REROUTE, PRIMITIVE, GET, SET = "Reroute", "PrimitiveNode", "GetNode", "SetNode"
_VIRTUAL = NOTES | {REROUTE, PRIMITIVE, GET, SET}
#: Of nodes in a document, notes and reroutes included; of these one behind the other.
MOST_EDITOR_NODES, MOST_LED_PAST = 10_000, 200
#: Values of the field behind a seed that says what becomes of it after a run.
CONTROLS = frozenset({"fixed", "increment", "decrement", "randomize"})
_SEEDS = frozenset({"seed", "noise_seed"})
#: Values behind a field whose choices are fetched: a switch, and buttons to fetch and to upload.
MOST_ADDED = 3
#: Values of the button behind a field that takes a file.
_BUTTONS = frozenset({"image", "video", "audio", "upload", "", None})


class Unreadable(ValueError):
    """No graph can be had from a document; the message says why and what to do."""


@dataclass(frozen=True)
class _Value:
    """A primitive node's value, which takes the place of the link to it."""

    value: Any


@dataclass(frozen=True)
class _Wire:
    """A link of the editor: where it comes from."""

    origin: str
    slot: int


#: Where an input comes from in the end; None: nowhere.
_Origin = _Wire | _Value | None


def editor_to_graph(
    editor: Mapping[str, Any], object_info: ObjectInfo | None, problems: list[str]
) -> dict[str, dict[str, Any]]:
    """The API graph of an editor's document; what was left out is added to `problems`.

    Raises:
        Unreadable: it uses group nodes, is broken, or names of values are missing.
    """
    return _Converter(editor, object_info, problems).graph()


class _Converter:
    """One conversion: the document's nodes and wires by id."""

    def __init__(
        self, editor: Mapping[str, Any], object_info: ObjectInfo | None, problems: list[str]
    ) -> None:
        _refuse_group_nodes(editor)
        try:
            editor = unpacked(editor)
        except TooLarge as error:
            raise Unreadable(str(error)) from None
        self.object_info = object_info or {}
        self.problems = problems
        if len(editor["nodes"]) > MOST_EDITOR_NODES:
            raise Unreadable(f"The document has more than {MOST_EDITOR_NODES:,} nodes.")
        self.nodes: dict[str, Mapping[str, Any]] = {}
        self.set_nodes: dict[str, Mapping[str, Any]] = {}
        for node in editor["nodes"]:
            if not isinstance(node, Mapping) or not isinstance(node.get("id"), int | str):
                raise Unreadable("The editor's document is broken: a node has no id.")
            self.nodes[str(node["id"])] = node
            if node.get("type") == SET:
                self.set_nodes.setdefault(_name_of(node), node)
        self.wires: dict[int | str, _Wire] = dict(_wires(editor.get("links")))

    def graph(self) -> dict[str, dict[str, Any]]:
        """Every node that runs, with its values and links."""
        found: dict[str, dict[str, Any]] = {}
        left_out = {MUTED: 0, BYPASSED: 0}
        for node_id, node in self.nodes.items():
            kind = str(node.get("type") or "")
            if kind in _VIRTUAL:
                continue
            if (mode := node.get("mode")) in left_out:
                left_out[mode] += 1
                continue
            inputs = self._values(node_id, node, kind)
            inputs |= self._links(node)
            entry: dict[str, Any] = {"class_type": kind, "inputs": inputs}
            if node.get("title"):
                entry["_meta"] = {"title": str(node["title"])}
            found[node_id] = entry
        if left_out[MUTED]:
            self.problems.append(f"{left_out[MUTED]} muted nodes were left out.")
        if left_out[BYPASSED]:
            self.problems.append(f"{left_out[BYPASSED]} bypassed nodes were left out.")
        return found

    # --- values ---------------------------------------------------------------------------------

    def _values(self, node_id: str, node: Mapping[str, Any], kind: str) -> dict[str, Any]:
        given = node.get("widgets_values")
        info = self.object_info.get(kind)
        # what a document does not say, the editor fills in when it opens it
        found = {
            item.name: _wrapped(item.default)
            for item in (inputs_of_class(info) if info else ())
            if item.is_widget and item.default is not None
        }
        return found | self._given(node_id, node, kind, given) if given else found

    def _given(
        self, node_id: str, node: Mapping[str, Any], kind: str, given: Any
    ) -> dict[str, Any]:
        """The values that a document says, by name."""
        info = self.object_info.get(kind)
        if isinstance(given, Mapping):  # some extensions name them
            known = {item.name for item in inputs_of_class(info)} if info else None
            return {
                str(name): _wrapped(value)
                for name, value in given.items()
                if (name in known if known is not None else not isinstance(value, Mapping))
            }
        if not isinstance(given, Sequence) or isinstance(given, str):
            raise Unreadable(f"The editor's document is broken: values of node {node_id}.")
        if info is not None:
            items = [item for item in inputs_of_class(info) if item.is_widget]
            return self._in_order(node_id, kind, items, given)
        names = [
            str(item["widget"]["name"])
            for item in _list(node.get("inputs"))
            if isinstance(item, Mapping)
            and isinstance(item.get("widget"), Mapping)
            and item["widget"].get("name")
        ]
        if not names:
            raise Unreadable(
                f"The document does not name the values of node {node_id} ({kind}). Choose an"
                " instance that has this node, or export the workflow in API format."
            )
        guessed = [InputInfo(name, "STRING", False) for name in names]
        return self._in_order(node_id, kind, guessed, given)

    def _in_order(
        self, node_id: str, kind: str, items: Sequence[InputInfo], given: Sequence[Any]
    ) -> dict[str, Any]:
        """Values by name: one for each field, and those that the editor adds behind some."""
        found: dict[str, Any] = {}
        at = 0
        for number, item in enumerate(items):
            if at >= len(given):
                break
            found[item.name] = _wrapped(given[at])
            at += 1
            behind = items[number + 1] if number + 1 < len(items) else None
            for _ in range(MOST_ADDED if item.options.get("remote") else 1):
                at += at < len(given) and _is_added(item, given[at], behind)
        if any(isinstance(v, list | dict) or v not in _BUTTONS for v in given[at:]):
            self.problems.append(
                f"Node {node_id} ({kind}) has {len(given) - at} more values than fields; check"
                " what it is set to."
            )
        return found

    # --- links ----------------------------------------------------------------------------------

    def _links(self, node: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for item in _list(node.get("inputs")):
            if not isinstance(item, Mapping) or item.get("link") is None or not item.get("name"):
                continue
            origin = self._origin(item["link"], set())
            if isinstance(origin, _Value):
                found[str(item["name"])] = _wrapped(origin.value)
            elif origin is not None:
                found[str(item["name"])] = [origin.origin, origin.slot]
        return found

    def _origin(self, link: Any, seen: set[Any]) -> _Origin:
        """Where a link comes from in the end, past reroutes and bypassed nodes; None: nowhere."""
        wire: _Wire | None = self.wires.get(link) if isinstance(link, int | str) else None
        if wire is None or link in seen or wire.origin not in self.nodes:
            return None
        seen.add(link)
        if len(seen) > MOST_LED_PAST:
            raise Unreadable("A link leads past too many reroutes and bypassed nodes.")
        node = self.nodes[wire.origin]
        kind = node.get("type")
        if kind == REROUTE:
            return self._through(node, 0, seen)
        if node.get("mode") == MUTED:
            return None
        if kind == PRIMITIVE:
            values = node.get("widgets_values")
            return _Value(values[0]) if isinstance(values, list) and values else None
        if kind == GET:
            return self._of_set_node(node, seen)
        if kind == SET:
            return self._through(node, 0, seen)
        if node.get("mode") == BYPASSED:
            return self._past(node, wire.slot, seen)
        return wire

    def _through(self, node: Mapping[str, Any], index: int, seen: set[Any]) -> _Origin:
        inputs = _list(node.get("inputs"))
        if index >= len(inputs) or not isinstance(inputs[index], Mapping):
            return None
        return self._origin(inputs[index].get("link"), seen)

    def _past(self, node: Mapping[str, Any], slot: int, seen: set[Any]) -> _Origin:
        """Past a bypassed node: to the input of the output's type, at the same place first."""
        outputs, inputs = _list(node.get("outputs")), _list(node.get("inputs"))
        if slot >= len(outputs) or not isinstance(outputs[slot], Mapping):
            return None
        kind = str(outputs[slot].get("type"))
        for index in [slot, *range(len(inputs))]:
            if index < len(inputs) and isinstance(inputs[index], Mapping):
                item = inputs[index]
                if item.get("link") is not None and fits(str(item.get("type")), kind):
                    return self._through(node, index, seen)
        return None

    def _of_set_node(self, node: Mapping[str, Any], seen: set[Any]) -> _Origin:
        named = self.set_nodes.get(_name_of(node))
        return self._through(named, 0, seen) if named is not None else None


def _is_added(item: InputInfo, follows: Any, behind: InputInfo | None) -> bool:
    """Whether the value behind a field's own is one that the editor adds and no server knows.

    Args:
        behind: the next field, whose value it may be instead.
    """
    if isinstance(follows, list | dict):
        return False
    is_switch = isinstance(follows, bool) and (behind is None or behind.type != "BOOLEAN")
    if item.name in _SEEDS or item.options.get("control_after_generate"):
        return is_switch or follows in CONTROLS  # a switch in documents of 2023
    if item.options.get("remote") and (is_switch or follows == "refresh"):
        return True
    return item.is_upload and follows in _BUTTONS


def _refuse_group_nodes(editor: Mapping[str, Any]) -> None:
    kinds = [str(n.get("type")) for n in editor["nodes"] if isinstance(n, Mapping)]
    used = [kind[9:] for kind in kinds if kind.startswith(("workflow/", "workflow>"))]
    if used:
        raise Unreadable(
            f"The workflow uses group nodes ({', '.join(sorted(set(used)))[:150]}). Export it in"
            " API format, or unpack them in the editor first."
        )


def _wires(links: Any) -> list[tuple[Any, _Wire]]:
    """Links by id, in both ways of writing: lists (schema 0.4) and objects (schema 1)."""
    found: list[tuple[Any, _Wire]] = []
    for link in _list(links):
        if isinstance(link, list) and len(link) >= 5:
            key, origin, slot = link[0], link[1], link[2]
        elif isinstance(link, Mapping):
            key, origin, slot = link.get("id"), link.get("origin_id"), link.get("origin_slot")
        else:
            continue
        if isinstance(key, int | str) and isinstance(slot, int) and origin is not None:
            found.append((key, _Wire(str(origin), slot)))
    return found


def _name_of(node: Mapping[str, Any]) -> str:
    """The name under which a set node keeps what a get node of that name gives."""
    return str(_list(node.get("widgets_values"))[:1])


def _wrapped(value: Any) -> Any:
    """A list as value is wrapped, for a bare one would be read as a link."""
    return {"__value__": value} if isinstance(value, list) else value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
