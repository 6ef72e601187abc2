"""`comfyui.run`: any workflow of the studio, with values for what it lets people set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import Field, JsonValue

from assets.models import LineageRole
from pipeline.operations.declaration import InputSpec, OfferSpec, OperationSpec, Parameters
from pipeline.operations.models import OperationGroup

MOST_FILES = 10
#: Kinds of assets that a role takes; pictures in all others.
_KINDS = {
    LineageRole.Code.AUDIO: ("audio",),
    LineageRole.Code.VIDEO: ("video",),
    LineageRole.Code.SOURCE: ("image", "video", "audio"),
    LineageRole.Code.CONTROL: ("image", "video"),
}

#: Fills in the version and checks the values; workflows, a slice above, put theirs here.
RESOLVERS: list[Callable[[dict[str, Any]], dict[str, Any]]] = []
#: The most that one output can use, in thousandths of a GPU second; likewise.
BOUNDS: list[Callable[[], int]] = []


class RunWorkflow(Parameters):
    """Which workflow, and what is set of it."""

    workflow: str = Field(
        min_length=1,
        max_length=60,
        title="Workflow",
        description="By its slug; it is listed under workflows.",
    )
    version: int = Field(
        ge=1,
        title="Version",
        description="By its number; the one in production where none is named.",
        json_schema_extra={"advanced": True},
    )
    values: dict[str, JsonValue] = Field(
        default_factory=dict,
        title="Values",
        description="Values of the workflow's parameters by name; those left out have defaults.",
    )
    variations: int = Field(
        1, ge=1, le=10, title="Variations", description="Runs, each with a random seed of its own."
    )

    def outputs_expected(self) -> int:
        """One file for each run."""
        return self.variations


def resolve(values: dict[str, Any]) -> dict[str, Any]:
    """Name the version, and check the values against what it lets people set.

    Raises:
        NotFound, Invalid: no such workflow or version; with messages by `values.<name>`.
    """
    for resolver in RESOLVERS:
        values = resolver(values)
    return values


def _most_milli(_parameters: Any) -> int:
    return max((bound() for bound in BOUNDS), default=0)


def _title(parameters: RunWorkflow) -> str:
    values: Mapping[str, Any] = parameters.values
    prompt = values.get("prompt")
    return prompt if isinstance(prompt, str) and prompt else parameters.workflow


COMFYUI_RUN = OperationSpec(
    code="comfyui.run",
    title="Run a workflow",
    group=OperationGroup.Code.PROCESS,
    summary="Runs a ComfyUI workflow of the studio with the values that it lets people set.",
    parameters=RunWorkflow,
    output_kind="any",
    inputs=tuple(
        InputSpec(
            role,
            kinds=_KINDS.get(role, ("image",)),
            at_most=MOST_FILES,
            help="Where the workflow takes a file in this role.",
        )
        for role in LineageRole.Code
    ),
    offers=(
        OfferSpec(
            provider="comfyui",
            model="workflow",
            title="Own ComfyUI",
            version="1",
            sku="comfyui.run/comfyui/workflow",
            most_milli=_most_milli,
            note="On the studio's own ComfyUI instances, by the GPU second.",
        ),
    ),
    resolve=resolve,
    filled_in=frozenset({"version"}),
    title_of=_title,
)
