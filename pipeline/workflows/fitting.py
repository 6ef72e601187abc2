"""Whether a version's graph can do what an operation promises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.operations.declaration import OperationSpec
from pipeline.workflows.mapping import Parameter, derived_from, file_slots

#: What the studio works out of an operation's parameters: from which.
WORKED_OUT: Mapping[str, tuple[str, ...]] = {
    "fps": ("fps_num",),
    "duration_s": ("frames", "fps_num"),
}
#: Parameters of operations that count in the studio only: none of a graph's business.
OF_THE_STUDIO = frozenset({"random_seed", "variations", "template", "style", "style_prompt"})
#: An operation's parameter under another name, where a graph asks for the usual one.
OTHER_NAMES = {"prompt": ("instruction",)}
_KINDS = {
    "text": {"string"},
    "integer": {"integer", "number"},
    "number": {"integer", "number"},
    "switch": {"boolean"},
    "choice": {"string", "integer", "number"},
}


def misfits(spec: OperationSpec, parameters: Sequence[Parameter]) -> list[str]:
    """Why a graph with these parameters can't serve an operation, in sentences; empty: it can."""
    return [*_values(spec, parameters), *_files(spec, parameters)]


def given_names(spec: OperationSpec) -> set[str]:
    """Names that a graph's parameters can have to be set by this operation."""
    names = set(spec.parameters.model_fields)
    found = set(names)
    found |= {name for name, needs in WORKED_OUT.items() if names.issuperset(needs)}
    found |= {name for name, others in OTHER_NAMES.items() if names.intersection(others)}
    return found


def ignored_names(spec: OperationSpec, parameters: Sequence[Parameter]) -> frozenset[str]:
    """Parameters and roles of an operation that a graph makes no use of."""
    used = {item.name for item in parameters if not item.is_file}
    used |= {rounding.base for name in used if (rounding := derived_from(name)) is not None}
    used |= {need for name in used for need in WORKED_OUT.get(name, ())}
    used |= {other for name in used for other in OTHER_NAMES.get(name, ())}
    if "fps_num" in used:
        used.add("fps_den")
    roles = {item.role for item in parameters if item.is_file}
    names = set(spec.parameters.model_fields) - used - OF_THE_STUDIO
    if spec.is_seeded and not any(item.kind == "random-seed" for item in parameters):
        names.add("random_seed")
    return frozenset(
        names | {item.role.code for item in spec.inputs if item.role.code not in roles}
    )


def _values(spec: OperationSpec, parameters: Sequence[Parameter]) -> Iterator[str]:
    names = given_names(spec)
    schema: Mapping[str, Any] = spec.parameters.model_json_schema().get("properties", {})
    for item in parameters:
        if item.is_file:
            continue
        rounding = derived_from(item.name)
        known = item.name in names or (rounding is not None and rounding.base in names)
        if not known and item.default is None and item.kind != "random-seed":
            yield (
                f"“{item.label}” ({item.name}) must be given and “{spec.title}” has nothing of that"
                " name; give it a default or rename it."
            )
        wanted = _types(schema.get(item.name, {}))
        if wanted and item.kind in _KINDS and not wanted & _KINDS[item.kind]:
            yield f"“{item.label}” ({item.name}) is of another kind than in “{spec.title}”."


def _types(item: Mapping[str, Any]) -> set[str]:
    """The JSON types that a parameter of an operation can have."""
    kinds = [item, *item.get("anyOf", ())]
    return {str(kind["type"]) for kind in kinds if kind.get("type") not in (None, "null")}


def _files(spec: OperationSpec, parameters: Sequence[Parameter]) -> Iterator[str]:
    slots: dict[str, list[Parameter]] = {}
    for item, _index in file_slots(parameters):
        slots.setdefault(item.role, []).append(item)
    declared = {item.role.code: item for item in spec.inputs}
    for role, items in slots.items():
        needed = sum(item.must_be_given for item in items)
        if role not in declared:
            if needed:
                yield f"“{spec.title}” takes no file as {role}, which the graph needs."
        elif needed > declared[role].at_most:
            yield f"The graph needs {needed} files as {role}; “{spec.title}” takes fewer."
        elif needed > declared[role].at_least:
            yield (
                f"The graph can't do without a file as {role}, which “{spec.title}” does not ask"
                " for; let it be left out."
            )
    for role, declaration in declared.items():
        if declaration.at_least > len(slots.get(role, ())):
            yield f"“{spec.title}” gives a file as {role}, and the graph has no place for it."
