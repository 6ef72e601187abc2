"""A server's `/object_info`, read with types: classes of nodes, their inputs and outputs.

Choices come in two forms, `[["a", "b"], {…}]` and `["COMBO", {"options": ["a", "b"]}]`; both read
the same here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

#: `/object_info` as a server gives it.
ObjectInfo = Mapping[str, Mapping[str, Any]]

WIDGETS = frozenset({"INT", "FLOAT", "STRING", "BOOLEAN", "COMBO"})
#: What the editor's fields show without a default.
_EMPTY: Mapping[str, Any] = {"INT": 0, "FLOAT": 0, "STRING": "", "BOOLEAN": False}
#: Options by which an input says that it takes a file that was uploaded to the server.
_UPLOADS = ("image_upload", "video_upload", "audio_upload", "file_upload", "animated_image_upload")


@dataclass(frozen=True)
class InputInfo:
    """One input of a class: its type in ComfyUI's words (COMBO for choices), and its limits.

    `choices` is None unless it is a choice; a choice that the browser fetches from elsewhere
    (`remote`) has none that are known.
    """

    name: str
    type: str
    is_required: bool
    choices: tuple[Any, ...] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_upload(self) -> bool:
        """Whether its value is the name of a file that was uploaded."""
        return any(self.options.get(name) for name in _UPLOADS)

    @property
    def is_widget(self) -> bool:
        """Whether the editor shows a field for it, whose value is in `widgets_values`."""
        return self.type in WIDGETS and not self.options.get("forceInput")

    @property
    def default(self) -> Any:
        """What the editor's field shows until somebody changes it; None: nothing."""
        if self.choices is not None:
            first = self.choices[0] if self.choices else None
            return self.options.get("default", first)
        return self.options.get("default", _EMPTY.get(self.type))

    @property
    def minimum(self) -> float | None:
        """Least value of a number."""
        return _number(self.options.get("min"))

    @property
    def maximum(self) -> float | None:
        """Greatest value of a number."""
        return _number(self.options.get("max"))


def inputs_of_class(info: Mapping[str, Any]) -> Iterator[InputInfo]:
    """The inputs of a class in the order of the editor: required ones first, hidden ones never."""
    declared = info.get("input")
    if not isinstance(declared, Mapping):
        return
    for group in ("required", "optional"):
        inputs = declared.get(group)
        if not isinstance(inputs, Mapping):
            continue
        order = info.get("input_order")
        listed = _list(order.get(group)) if isinstance(order, Mapping) else []
        names = [name for name in listed if isinstance(name, str) and name in inputs]
        names += [name for name in inputs if name not in names]
        for name in names:
            yield _input(name, inputs[name], is_required=group == "required")


def input_map(info: Mapping[str, Any]) -> dict[str, InputInfo]:
    """The inputs of a class by name."""
    return {item.name: item for item in inputs_of_class(info)}


def outputs_of_class(info: Mapping[str, Any]) -> list[str]:
    """Types of the outputs of a class, by slot."""
    return [_type(kind) for kind in _list(info.get("output"))]


def is_output_node(info: Mapping[str, Any]) -> bool:
    """Whether nodes of the class give results: a graph without one does nothing."""
    return bool(info.get("output_node"))


def fits(given: str, wanted: str) -> bool:
    """Whether an output of one type may go into an input of another.

    Types may be alternatives (`IMAGE,MASK`) or anything (`*`), in any letter case.
    """
    left = {part.strip().upper() for part in given.split(",")}
    right = {part.strip().upper() for part in wanted.split(",")}
    return "*" in left | right or bool(left & right)


def _input(name: str, declared: Any, *, is_required: bool) -> InputInfo:
    parts = declared if isinstance(declared, list | tuple) else [declared]
    kind = parts[0] if parts else "*"
    options = parts[1] if len(parts) > 1 and isinstance(parts[1], Mapping) else {}
    choices: tuple[Any, ...] | None = None
    if isinstance(kind, list | tuple):
        choices = tuple(kind)
    elif kind == "COMBO" and isinstance(options.get("options"), list | tuple):
        choices = tuple(options["options"])
    if options.get("remote"):
        choices = None
    return InputInfo(name, _type(kind), is_required, choices, options)


def _list(value: Any) -> list[Any] | tuple[Any, ...]:
    return value if isinstance(value, list | tuple) else []


def _type(kind: Any) -> str:
    return "COMBO" if isinstance(kind, list | tuple) else str(kind)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)
