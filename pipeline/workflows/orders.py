"""What a job asks of a workflow: version, values, files; and the graphs that this makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.jobs.models import Job
from pipeline.workflows.binding import RUN, production_version
from pipeline.workflows.graph import placeholder
from pipeline.workflows.mapping import (
    BadValue,
    Parameter,
    apply,
    file_slots,
    operation_values,
    resolve_values,
)
from pipeline.workflows.models import Workflow, WorkflowVersion
from pipeline.workflows.objectinfo import ObjectInfo
from pipeline.workflows.parameters import parameters_of
from studio.core.errors import Invalid, NotFound


@dataclass(frozen=True)
class Order:
    """A version with a value for everything that can be set, and how many files by role."""

    version: WorkflowVersion
    parameters: list[Parameter]
    values: Mapping[str, Any]
    files: Mapping[str, int]

    def graph(self, random_seed: int, object_info: ObjectInfo) -> dict[str, dict[str, Any]]:
        """The graph of one output, for a server with these nodes.

        Args:
            random_seed: of this output.

        Raises:
            BadValue: a file is missing.
            UnknownClass: a file is left out, and the server lacks the nodes around it.
        """
        return apply(
            self.version.graph,
            self.parameters,
            self.values,
            random_seed=random_seed,
            files=self.files,
            object_info=object_info,
        )

    def missing_files(self) -> list[str]:
        """Labels of the files that must be given and are not."""
        return [
            item.label
            for item, index in file_slots(self.parameters)
            if item.must_be_given and index >= self.files.get(item.role, 0)
        ]


def make_order(
    version: WorkflowVersion, given: Mapping[str, Any], files: Mapping[str, int]
) -> tuple[Order, list[BadValue]]:
    """An order, and what is wrong with its values. Two queries for the parameters."""
    parameters = parameters_of(version)
    values, problems = resolve_values(parameters, given)
    return Order(version, parameters, values, files), problems


def unsettable(order: Order, given: Mapping[str, Any]) -> list[BadValue]:
    """Values that somebody gave by hand for what the workflow lets nobody set."""
    names = {item.name for item in order.parameters if not item.is_file}
    seeds = {item.name for item in order.parameters if item.kind == "random-seed"}
    return [
        *(BadValue(n, "The workflow lets nobody set this.") for n in given if n not in names),
        *(BadValue(n, "Give it as the job's random seed.") for n in given if n in seeds),
    ]


def version_named(slug: str, number: int | None) -> WorkflowVersion:
    """The version of a workflow by number; without one that in production.

    Raises:
        NotFound: there is no such workflow or version, or none in production.
    """
    workflow = Workflow.objects.select_related("project").filter(slug=slug).first()
    if workflow is None:
        raise NotFound(f"There is no workflow “{slug[:60]}”.")
    if number is None:
        version = production_version(workflow)
        missing = f"“{workflow.name}” has no version in production."
    else:
        version = workflow.versions.filter(number=number).first()
        missing = f"“{workflow.name}” has no version {number}."
    if version is None:
        raise NotFound(missing)
    version.workflow = workflow
    return version


def requested(
    operation: str, model: str, parameters: Mapping[str, Any], model_version: str
) -> tuple[str, int | None, Mapping[str, Any]]:
    """Slug, number of the version and values that a request names.

    Args:
        model: of the offer: the slug, where a workflow serves the operation.
        model_version: of the offer when it was accepted: the number.
    """
    if operation == RUN:
        values = parameters.get("values")
        number = parameters.get("version")
        return (
            str(parameters.get("workflow", "")),
            number if isinstance(number, int) else None,
            operation_values(values if isinstance(values, Mapping) else {}),
        )
    number = int(model_version) if model_version.isdigit() else None
    return model, number, operation_values(parameters)


def order_of(job: Job) -> Order:
    """What a job asks: of the very version that it was accepted for. About six queries.

    Raises:
        NotFound: the workflow or version is gone.
        Invalid: its values no longer suit.
    """
    model = job.recipe.document.get("model", {})
    slug, number, given = requested(
        job.offer.operation.code,
        job.offer.model.code,
        job.parameters,
        str(model.get("version", "")),
    )
    files = Counter(job.inputs.values_list("role__code", flat=True))
    order, problems = make_order(version_named(slug, number), given, files)
    if problems:
        raise invalid_values(problems)
    return order


def file_hashes(job: Job) -> dict[str, str]:
    """SHA-256 of a job's input files by placeholder. One query."""
    seen: Counter[str] = Counter()
    found = {}
    rows = job.inputs.order_by("role", "position").values_list(
        "role__code", "version__blob__sha256"
    )
    for role, sha256 in rows:
        found[placeholder(role, seen[role])] = sha256
        seen[role] += 1
    return found


def invalid_values(problems: list[BadValue], prefix: str = "") -> Invalid:
    """What is wrong with values, as a domain error by field."""
    fields: dict[str, list[str]] = {}
    for problem in problems:
        fields.setdefault(prefix + problem.name, []).append(problem.message)
    said = "; ".join(f"{name}: {messages[0]}" for name, messages in fields.items())
    return Invalid(f"Some values are not right. {said}", fields=fields)
