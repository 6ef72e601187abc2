"""Parameters of a version as rows and as the values that the mapping works with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from assets.models import LineageRole
from pipeline.workflows.graph import Graph, as_link, inputs_of
from pipeline.workflows.mapping import BadValue, Parameter, clean_value
from pipeline.workflows.models import (
    ParameterKind,
    WorkflowParameter,
    WorkflowTarget,
    WorkflowVersion,
)
from studio.core.errors import Invalid

MOST_PARAMETERS, MOST_CHOICES, MOST_TARGETS = 100, 2_000, 50
#: What the columns of limits hold.
MOST_LIMIT = 10**17
_NAME = re.compile(r"^[A-Za-z0-9_-]{1,60}$")
_KINDS = {kind.code: kind for kind in ParameterKind.Code}
_ROLES = {role.code: role for role in LineageRole.Code}


def parameters_of(version: WorkflowVersion) -> list[Parameter]:
    """What can be set of a version, in order. Two queries unless both were fetched."""
    rows = version.parameters.all()
    if "parameters" not in getattr(version, "_prefetched_objects_cache", {}):
        rows = rows.prefetch_related("targets")
    return [_parameter(row) for row in rows]


def _parameter(row: WorkflowParameter) -> Parameter:
    return Parameter(
        name=row.name,
        label=row.label,
        kind=ParameterKind.Code(row.kind_id).code,
        targets=tuple((target.node_id, target.field) for target in row.targets.all()),
        role=LineageRole.Code(row.role_id).code if row.role_id is not None else "",
        default=row.default,
        choices=tuple(row.choices) if row.choices is not None else None,
        minimum=float(row.minimum) if row.minimum is not None else None,
        maximum=float(row.maximum) if row.maximum is not None else None,
        scale_ratio=row.scale_ratio,
        help=row.help,
    )


def write_parameters(version: WorkflowVersion, parameters: Iterable[Parameter]) -> None:
    """Insert checked parameters of a new version, inside the caller's transaction."""
    made = WorkflowParameter.objects.bulk_create(
        WorkflowParameter(
            version=version,
            ordinal=ordinal,
            name=item.name,
            label=item.label,
            help=item.help,
            kind_id=_KINDS[item.kind].value,
            role_id=_ROLES[item.role].value if item.is_file else None,
            default=item.default,
            choices=list(item.choices) if item.choices is not None else None,
            minimum=_decimal(item.minimum),
            maximum=_decimal(item.maximum),
            scale_ratio=item.scale_ratio,
        )
        for ordinal, item in enumerate(parameters)
    )
    by_ordinal = dict(enumerate(parameters))
    WorkflowTarget.objects.bulk_create(
        WorkflowTarget(parameter=row, node_id=node_id, field=field)
        for row in made
        for node_id, field in by_ordinal[row.ordinal].targets
    )


def checked_parameters(graph: Graph, parameters: Sequence[Parameter]) -> list[Parameter]:
    """The parameters as they are stored: texts trimmed, limits within what columns hold.

    Raises:
        Invalid: with messages by `parameters.<name>`.
    """
    if len(parameters) > MOST_PARAMETERS:
        raise Invalid(f"At most {MOST_PARAMETERS} parameters.")
    fields: dict[str, list[str]] = {}
    names: set[str] = set()
    taken: dict[tuple[str, str], str] = {}
    found = []
    for item in parameters:
        problems = list(_problems(graph, item))
        if item.name in names:
            problems.append("There is another parameter of this name.")
        names.add(item.name)
        for target in item.targets:
            if taken.setdefault(target, item.name) != item.name:
                problems.append(f"“{target[1]}” of node {target[0]} is set by “{taken[target]}”.")
        if problems:
            fields[f"parameters.{item.name[:60]}"] = problems
        found.append(_stored(item))
    if fields:
        name, said = next(iter(fields.items()))
        raise Invalid(f"{name.removeprefix('parameters.')}: {said[0]}", fields=fields)
    return found


def _stored(item: Parameter) -> Parameter:
    return replace(
        item,
        label=(item.label.strip() or item.name)[:120],
        help=item.help.strip()[:300],
        targets=tuple(dict.fromkeys(item.targets)),
        minimum=_limited(item.minimum),
        maximum=_limited(item.maximum),
    )


def _problems(graph: Graph, item: Parameter) -> Iterable[str]:
    if not _NAME.match(item.name):
        yield "A name has 1 to 60 letters, digits, hyphens and underscores."
    if item.kind not in _KINDS:
        yield f"There is no kind “{item.kind[:40]}”."
    if item.is_file != bool(item.role) or (item.role and item.role not in _ROLES):
        yield "A file has a role that files can have; nothing else has one."
    if not item.targets or len(item.targets) > MOST_TARGETS:
        yield f"It sets 1 to {MOST_TARGETS} fields."
    for node_id, field in item.targets:
        if node_id not in graph:
            yield f"There is no node {node_id[:80]}."
        elif as_link(inputs_of(graph, node_id).get(field)) is not None:
            yield f"“{field[:120]}” of node {node_id} is linked; only plain fields can be set."
        elif not 1 <= len(field) <= 120:
            yield "A field has 1 to 120 characters."
    if item.choices is not None and not 1 <= len(item.choices) <= MOST_CHOICES:
        yield f"A choice has 1 to {MOST_CHOICES} options."
    if item.minimum is not None and item.maximum is not None and item.minimum > item.maximum:
        yield "The least value is above the greatest."
    if not 0 < abs(item.scale_ratio) < 1e9:
        yield "The factor must not be zero."
    if item.default is not None and not item.is_file and item.kind != "random-seed":
        try:
            clean_value(item, item.default)
        except BadValue as error:
            yield f"The default does not fit: {error.message}"


def _limited(value: float | None) -> float | None:
    return None if value is None else max(-float(MOST_LIMIT), min(float(MOST_LIMIT), value))


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(repr(value)).quantize(Decimal("0.000001"))


def parameter_from(document: Mapping[str, Any]) -> Parameter:
    """A parameter from its document: of a ready workflow, or of a request.

    Raises:
        Invalid: something is missing, or of another kind.
    """
    try:
        return Parameter(
            name=str(document["name"]),
            label=str(document.get("label") or ""),
            kind=str(document["kind"]),
            targets=tuple((str(node_id), str(field)) for node_id, field in document["targets"]),
            role=str(document.get("role") or ""),
            default=document.get("default"),
            choices=tuple(choices) if (choices := document.get("choices")) is not None else None,
            minimum=_float(document.get("minimum")),
            maximum=_float(document.get("maximum")),
            scale_ratio=float(document.get("scale_ratio", 1.0)),
            help=str(document.get("help") or ""),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid(
            f"A parameter is not complete: {error}.",
            fields={"parameters": ["Each has name, kind and targets (node and field)."]},
        ) from error


def document_of(item: Parameter) -> dict[str, Any]:
    """A parameter as a document; `parameter_from` reads it back."""
    return {
        "name": item.name,
        "label": item.label,
        "kind": item.kind,
        "targets": [list(target) for target in item.targets],
        "role": item.role,
        "default": item.default,
        "choices": list(item.choices) if item.choices is not None else None,
        "minimum": item.minimum,
        "maximum": item.maximum,
        "scale_ratio": item.scale_ratio,
        "help": item.help,
    }


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
