"""What a node type is, and how a server describes it in `/object_info`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class Lists(Protocol):
    """Who knows the choices that depend on a machine: its models and its input files."""

    def model_names(self, folder: str) -> list[str]:
        """The files of a model folder, sorted."""

    def input_names(self, kind: str) -> list[str]:
        """The input files of a kind: `image` or `video`, sorted."""


Options = Callable[[Lists], list[str]]


@dataclass(frozen=True)
class Choice:
    """A drop-down list. Its options are fixed, or asked of the machine."""

    options: tuple[str, ...] | Options
    extra: Mapping[str, Any] = field(default_factory=dict)

    def names(self, lists: Lists) -> list[str]:
        """The options on this machine."""
        return self.options(lists) if callable(self.options) else list(self.options)


Plain = tuple[str, Mapping[str, Any]]
Spec = Plain | Choice


def models(folder: str, tooltip: str = "") -> Choice:
    """The files of a model folder as a choice."""
    extra = {"tooltip": tooltip} if tooltip else {}
    return Choice(lambda lists: lists.model_names(folder), extra)


@dataclass(frozen=True)
class NodeType:
    """One class of nodes.

    `newer` nodes are declared with the second programming interface of ComfyUI: their lists
    have the form `["COMBO", {"options": [...]}]` and their description has more keys.
    `changes` gives a value that makes the node run again when it differs (IS_CHANGED).
    `check` is VALIDATE_INPUTS: True, or a text that says what is wrong, for each checked input.
    """

    name: str
    run: Callable[..., Any]
    required: Mapping[str, Spec]
    optional: Mapping[str, Spec] = field(default_factory=dict)
    hidden: Mapping[str, str] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    output_names: tuple[str, ...] = ()
    output_tooltips: tuple[str, ...] = ()
    display: str | None = None
    category: str = ""
    module: str = "nodes"
    description: str = ""
    output_node: bool = False
    newer: bool = False
    experimental: bool = False
    changes: Callable[..., Any] | None = None
    check: Callable[..., Any] | None = None
    checked: tuple[str, ...] = ()

    @property
    def inputs(self) -> dict[str, Spec]:
        """Required and optional inputs together."""
        return {**self.required, **self.optional}

    def config(self, name: str, lists: Lists) -> tuple[Any, dict[str, Any]]:
        """Type and options of an input, as the server sees them in its checks."""
        spec = self.inputs[name]
        if not isinstance(spec, Choice):
            return spec[0], dict(spec[1])
        if self.newer:
            return "COMBO", {**spec.extra, "multiselect": False, "options": spec.names(lists)}
        return spec.names(lists), dict(spec.extra)

    def info(self, lists: Lists) -> dict[str, Any]:
        """The entry of `/object_info`."""
        order = {"required": list(self.required)}
        described: dict[str, Any] = {"required": self._described(self.required, lists)}
        if self.optional:
            described["optional"] = self._described(self.optional, lists)
            order["optional"] = list(self.optional)
        if self.hidden:
            wrapped = {k: [v] if self.newer else v for k, v in self.hidden.items()}
            described["hidden"] = wrapped
            order["hidden"] = list(self.hidden)
        info = {
            "input": described,
            "input_order": order,
            "output": list(self.outputs),
            "output_is_list": [False] * len(self.outputs),
            "output_name": list(self.output_names or self.outputs),
            "name": self.name,
            "display_name": self.display,
            "description": self.description,
            "python_module": self.module,
            "category": self.category,
            "output_node": self.output_node,
        }
        if self.newer:
            info["output_tooltips"] = [None] * len(self.outputs)
            info |= {"deprecated": False, "experimental": self.experimental, "api_node": False}
        elif self.display is None:
            info["display_name"] = self.name
        if self.output_tooltips:
            info["output_tooltips"] = list(self.output_tooltips)
        return info

    def _described(self, specs: Mapping[str, Spec], lists: Lists) -> dict[str, Any]:
        described: dict[str, Any] = {}
        for name in specs:
            kind, extra = self.config(name, lists)
            described[name] = [kind, extra] if extra or self.newer else [kind]
        return described


NODES: dict[str, NodeType] = {}


def node(name: str, **words: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the function below as what a node type does; see `NodeType` for the words.

    The function gets a `Call` and the inputs by name. It gives a tuple of outputs, or `Shown`.
    """

    def register(run: Callable[..., Any]) -> Callable[..., Any]:
        NODES[name] = NodeType(name=name, run=run, **words)
        return run

    return register


@dataclass(frozen=True)
class Shown:
    """What a node shows (`ui`, as it appears in `/history`), and its outputs."""

    ui: Mapping[str, Any] | None
    result: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Expanded:
    """A node that becomes a small graph: run in order, each as `<parent>.0.0.<number>`."""

    graph: Mapping[str, Mapping[str, Any]]
    result: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Blocked:
    """In place of an output: whatever needs it does not run. None blocks silently."""

    message: str | None


INT = "INT"
FLOAT = "FLOAT"
STRING = "STRING"


def whole(default: int, least: int, most: int, step: int | None = None, **extra: Any) -> Plain:
    """A whole number."""
    words: dict[str, Any] = {"default": default, "min": least, "max": most}
    if step is not None:
        words["step"] = step
    return INT, {**words, **extra}


def real(default: float, least: float, most: float, step: float | None = None, **e: Any) -> Plain:
    """A number."""
    words: dict[str, Any] = {"default": default, "min": least, "max": most}
    if step is not None:
        words["step"] = step
    return FLOAT, {**words, **e}


def link(kind: str, tooltip: str = "") -> Plain:
    """An input that only another node can fill."""
    return kind, {"tooltip": tooltip} if tooltip else {}


SEED = whole(0, 0, 0xFFFFFFFFFFFFFFFF, control_after_generate=True)
