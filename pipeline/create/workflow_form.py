"""A typed form for a workflow version, in place of values in raw JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.urls import reverse

from assets.models import LineageRole
from pipeline.create.running import RunFields, initial_of, run_form
from pipeline.jobs.models import Job
from pipeline.operations.comfyui_run import COMFYUI_RUN
from pipeline.operations.declaration import InputSpec, OperationSpec
from pipeline.workflows.forms import VALUES, given_values, value_fields
from pipeline.workflows.mapping import Parameter, file_slots
from pipeline.workflows.models import WorkflowVersion
from pipeline.workflows.parameters import parameters_of

#: Fields of the operation that a version answers itself.
_ANSWERED = ("workflow", "version", "values")


class VersionFields(RunFields):
    """The form of “Run a workflow” for one version; made by `version_form`."""

    workflow_version: WorkflowVersion

    @property
    def run_url(self) -> str:
        """Where the form is sent."""
        return reverse("pipeline:workflow-run", args=[self.workflow_version.code])

    @property
    def estimate_url(self) -> str:
        """Where its price is asked."""
        return reverse("pipeline:workflow-run-estimate", args=[self.workflow_version.code])

    def parameter_values(self) -> dict[str, Any]:
        """The operation's own parameters, with the version and its values among them."""
        own = super().parameter_values()
        return own | {
            "workflow": self.workflow_version.workflow.slug,
            "version": self.workflow_version.number,
            "values": given_values(self.cleaned_data),
        }


def version_form(version: WorkflowVersion) -> type[VersionFields]:
    """The form of a version: its parameters, typed, and the files that it takes."""
    parameters = parameters_of(version)
    spec = version_spec(parameters)
    base = run_form(COMFYUI_RUN)
    fields: dict[str, Any] = dict.fromkeys(_ANSWERED)
    fields |= value_fields(parameters)
    return type(
        "VersionRunForm",
        (VersionFields, base),
        {**fields, "spec": spec, "workflow_version": version, "advanced": ()},
    )


def version_spec(parameters: list[Parameter]) -> OperationSpec:
    """“Run a workflow” with the roles of files that a version has a place for."""
    kinds = {item.role: item.kinds for item in COMFYUI_RUN.inputs}
    slots: dict[str, list[Parameter]] = {}
    for item, _index in file_slots(parameters):
        slots.setdefault(item.role, []).append(item)
    inputs = []
    for code, items in slots.items():
        role = LineageRole.Code.by_code(code)
        inputs.append(
            InputSpec(
                role,
                kinds=kinds[role],
                at_least=sum(item.must_be_given for item in items),
                at_most=len(items),
                help="; ".join(item.help or item.label for item in items)[:300],
            )
        )
    return replace(COMFYUI_RUN, inputs=tuple(inputs))


def initial_values(job: Job) -> tuple[dict[str, Any], dict[str, list[UUID]]]:
    """Values of the form and files that make a job again."""
    values, files = initial_of(job)
    given = values.pop("values", {})
    if isinstance(given, Mapping):
        values |= {f"{VALUES}{name}": value for name, value in given.items()}
    return values, files
