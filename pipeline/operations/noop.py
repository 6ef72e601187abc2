"""An operation that makes an empty note: measures what the engine itself costs."""

from __future__ import annotations

from pydantic import Field

from pipeline.operations.declaration import OfferSpec, OperationSpec, Parameters
from pipeline.operations.models import OperationGroup


class Noop(Parameters):
    """How long to do nothing, and how often."""

    outputs: int = Field(0, ge=0, le=10, title="Outputs", description="Text files to make.")
    seconds: float = Field(
        0, ge=0, le=60, title="Duration", description="Time to spend on each, seconds."
    )
    fail: bool = Field(False, title="Fail", description="End with an error after the outputs.")

    def outputs_expected(self) -> int:
        """As many as asked for."""
        return self.outputs


NOOP = OperationSpec(
    code="system.noop",
    title="No operation",
    group=OperationGroup.Code.SYSTEM,
    summary="Passes through the whole engine and makes nothing, or small text files.",
    parameters=Noop,
    output_kind="text",
    is_listed=False,
    offers=(
        OfferSpec(
            provider="local",
            model="noop",
            title="Nothing",
            version="1",
            sku="system.noop/local/noop",
        ),
    ),
    title_of=lambda parameters: "No operation",
)
