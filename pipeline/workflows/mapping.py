"""What people may set of a graph: values written into it, and proposals of what to expose."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.workflows.graph import Graph, copy_of, placeholder
from pipeline.workflows.objectinfo import ObjectInfo
from pipeline.workflows.pruning import without
from pipeline.workflows.server_files import is_server_file

#: No number of a graph is larger: seeds have 64 bits.
MOST = 10**20
#: Value of a file parameter that says: it may be left out.
MAY_BE_LEFT_OUT = ""

#: `width_px_up_16`: width_px rounded up to a multiple of 16; `frames_up_4_plus_1`: to 4n + 1.
_ROUNDED = re.compile(r"^(?P<base>.+)_up_(?P<step>[1-9]\d{0,3})(?:_plus_(?P<plus>\d{1,3}))?$")


@dataclass(frozen=True)
class Parameter:
    """Something of a graph that can be set; as `WorkflowParameter`, which explains the fields.

    `kind` is the code of a `ParameterKind`; `targets` are node ids and names of fields.
    """

    name: str
    label: str
    kind: str
    targets: tuple[tuple[str, str], ...]
    role: str = ""
    default: Any = None
    choices: tuple[Any, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None
    scale_ratio: float = 1.0
    help: str = ""

    @property
    def is_file(self) -> bool:
        """Whether it is a file, given in a role."""
        return self.kind == "file"

    @property
    def must_be_given(self) -> bool:
        """Whether the graph can't run without a value for it."""
        if self.kind == "random-seed" or derived_from(self.name) is not None:
            return False  # the studio works these out
        return self.default is None


class BadValue(ValueError):
    """A value does not suit a parameter; `name` says which one."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.message = message


@dataclass(frozen=True)
class Rounding:
    """A parameter that is another one, rounded up to `step` × n + `plus`."""

    base: str
    step: int
    plus: int

    def of(self, value: float) -> int:
        """The least step × n + plus that is not below the value."""
        return max(0, math.ceil((value - self.plus) / self.step)) * self.step + self.plus


def derived_from(name: str) -> Rounding | None:
    """How a parameter's name says that it follows from another one; None: it does not.

    What a model wants in steps (a width in multiples of 16, frames of 4n + 1) is asked for
    rounded up, and the graph cuts the surplus off.
    """
    found = _ROUNDED.match(name)
    if found is None:
        return None
    return Rounding(found["base"], int(found["step"]), int(found["plus"] or 0))


def operation_values(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """An operation's parameters with what follows from them.

    `fps` and `duration_s` are worked out, the words of a style are added to the prompt, and an
    instruction is a prompt where there is no other.
    """
    values = dict(parameters)
    if "instruction" in values:
        values.setdefault("prompt", values["instruction"])
    if (style := values.get("style_prompt")) and isinstance(values.get("prompt"), str):
        values["prompt"] = ", ".join(part for part in (values["prompt"], str(style)) if part)
    rate, below = values.get("fps_num"), values.get("fps_den", 1)
    if isinstance(rate, int) and isinstance(below, int) and below > 0:
        values.setdefault("fps", rate / below)
    frames, fps = values.get("frames"), values.get("fps")
    if isinstance(frames, int) and isinstance(fps, int | float) and fps > 0:
        values.setdefault("duration_s", frames / fps)
    return values


def file_slots(parameters: Iterable[Parameter]) -> list[tuple[Parameter, int]]:
    """File parameters, each with which file of its role (0-based) it takes."""
    seen: dict[str, int] = {}
    found = []
    for parameter in parameters:
        if parameter.is_file:
            index = seen.get(parameter.role, 0)
            seen[parameter.role] = index + 1
            found.append((parameter, index))
    return found


def clean_value(parameter: Parameter, value: Any) -> Any:
    """A value as the parameter takes it, in the units it is given in.

    Raises:
        BadValue: it is of another kind or outside the limits.
    """

    def wrong(message: str) -> BadValue:
        return BadValue(parameter.name, message)

    match parameter.kind:
        case "text":
            if not isinstance(value, str):
                raise wrong("This should be text.")
        case "switch":
            if not isinstance(value, bool):
                raise wrong("This should be yes or no.")
        case "choice":
            if parameter.choices and value not in parameter.choices:
                known = ", ".join(str(choice) for choice in parameter.choices[:10])
                raise wrong(f"Choose one of {known}.")
            if not isinstance(value, str | int | float):
                raise wrong("This should be one of the choices.")
        case "integer" | "number" | "random-seed":
            _check_number(parameter, value, wrong)
    return value


def _check_number(parameter: Parameter, value: Any, wrong: Any) -> None:
    if not _is_number(value):
        raise wrong("This should be a number.")
    if parameter.kind != "number" and parameter.scale_ratio == 1.0 and value != int(value):
        raise wrong("This should be a whole number.")
    if parameter.minimum is not None and value < parameter.minimum:
        raise wrong(f"This should be at least {parameter.minimum:g}.")
    if parameter.maximum is not None and value > parameter.maximum:
        raise wrong(f"This should be at most {parameter.maximum:g}.")


def resolve_values(
    parameters: Sequence[Parameter], given: Mapping[str, Any]
) -> tuple[dict[str, Any], list[BadValue]]:
    """The value of every parameter but files and random seeds, and what is wrong.

    A value that is not given is derived from another one, or else the default. None counts as not
    given. Names that no parameter has are not looked at.
    """
    found: dict[str, Any] = {}
    problems: list[BadValue] = []
    bases = {name: value for name, value in given.items() if value is not None}
    for parameter in parameters:
        if not parameter.is_file and parameter.name not in bases and parameter.default is not None:
            bases[parameter.name] = parameter.default
    for parameter in parameters:
        if parameter.is_file or parameter.kind == "random-seed":
            continue
        rounding = derived_from(parameter.name)
        value = given.get(parameter.name)
        base = bases.get(rounding.base) if rounding is not None else None
        if value is None and rounding is not None and _is_number(base):
            value = rounding.of(base)  # type: ignore[arg-type]
        if value is None:
            value = parameter.default
        if value is None:
            problems.append(BadValue(parameter.name, "This is needed."))
            continue
        try:
            found[parameter.name] = clean_value(parameter, value)
            _check_own(parameter, value)
        except BadValue as error:
            problems.append(error)
    return found, problems


def _check_own(parameter: Parameter, value: Any) -> None:
    """Pass where a value names no file that lies on the server, unless the workflow does so."""
    offered = (parameter.default, *(parameter.choices or ()))
    if isinstance(value, str) and value not in offered and is_server_file(value):
        raise BadValue(
            parameter.name,
            "This names a file on the server, which may be somebody else's. Give files as inputs.",
        )


def apply(
    graph: Graph,
    parameters: Sequence[Parameter],
    values: Mapping[str, Any],
    *,
    random_seed: int,
    files: Mapping[str, int],
    object_info: ObjectInfo | None = None,
) -> dict[str, dict[str, Any]]:
    """The graph of one output: values, seed and placeholders of files written into it.

    Args:
        values: of every parameter but files and seeds, as `resolve_values` gives them.
        random_seed: of this output, 0 … 2**63-1.
        files: how many files are given, by role.
        object_info: of the server; needed where a file is left out that nodes depend on.

    Raises:
        BadValue: a file is missing that must be given.
        UnknownClass: a file is left out and the server's nodes are not known.
    """
    made = copy_of(graph)
    left_out: list[str] = []
    for parameter, index in file_slots(parameters):
        if index < files.get(parameter.role, 0):
            _write(made, parameter, placeholder(parameter.role, index))
        elif parameter.must_be_given:
            raise BadValue(parameter.name, f"A file is needed as {parameter.label.lower()}.")
        else:
            left_out += [node_id for node_id, _field in parameter.targets]
    for parameter in parameters:
        if parameter.kind == "random-seed":
            _write(made, parameter, _bounded(parameter, random_seed))
        elif not parameter.is_file and parameter.name in values:
            _write(made, parameter, scaled(parameter, values[parameter.name]))
    return without(made, left_out, object_info or {})


def scaled(parameter: Parameter, value: Any) -> Any:
    """A value in the graph's units: multiplied, and rounded for whole numbers."""
    if parameter.kind == "integer":
        return round(value * parameter.scale_ratio)
    if parameter.kind == "number":
        return float(value * parameter.scale_ratio)
    return value


def _bounded(parameter: Parameter, random_seed: int) -> int:
    """A seed within what the node takes; many take 32 bits only."""
    if parameter.maximum is None:
        return random_seed
    return random_seed % max(1, int(parameter.maximum) + 1)


def _write(graph: dict[str, dict[str, Any]], parameter: Parameter, value: Any) -> None:
    for node_id, field in parameter.targets:
        graph[node_id]["inputs"][field] = value


def _is_number(value: Any) -> bool:
    """Whether it is a number that a graph can hold: finite, and no longer than a seed."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MOST
