"""`control.*`: new pictures that follow a drawing, a structure or a style."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipeline.operations.declaration import InputSpec, OperationSpec
from pipeline.operations.models import OperationGroup
from pipeline.operations.remote import (
    BASE,
    CONTROL,
    STABILITY_ASPECT,
    STABILITY_FILES,
    STYLE,
    stability,
)
from pipeline.operations.values import StylePreset, Variations, negative, preset, share, words


class ControlSketch(Variations):
    """What the drawing shows, and how closely it is followed."""

    prompt: str = words("Prompt", "What the picture shows.", required=True)
    negative_prompt: str = negative()
    strength: float = share(
        0.7, "Strength", "How closely the lines are followed; 0: not at all, 1: exactly."
    )
    style_preset: StylePreset = preset()


class ControlStructure(ControlSketch):
    """What stands in the structure, and how closely it is kept."""

    strength: float = share(
        0.7, "Strength", "How closely the structure is kept; 0: not at all, 1: exactly."
    )


class ControlStyle(Variations):
    """What is shown in the style of the reference."""

    prompt: str = words("Prompt", "What the picture shows.", required=True)
    negative_prompt: str = negative()
    fidelity: float = share(
        0.5, "Fidelity", "How closely the style follows the reference; 0: not at all."
    )
    aspect: Literal["1:1", "5:4", "4:5", "3:2", "2:3", "16:9", "9:16", "21:9", "9:21"] = Field(
        "1:1", title="Aspect", description="Shape of the picture; about one megapixel."
    )
    style_preset: StylePreset = preset()


class ControlStyleTransfer(Variations):
    """How much of the style comes over, and how much of the picture stays."""

    prompt: str = words("Prompt", "What the result shows; empty: what the picture shows.")
    negative_prompt: str = negative()
    style_strength: float = share(1.0, "Style strength", "How strong the new style is; 0: none.")
    composition_fidelity: float = share(
        0.9, "Composition fidelity", "How closely the composition is kept; 0: freely."
    )
    change_strength: float = share(
        0.9, "Change strength", "How much of the picture changes.", least=0.1
    )


CONTROL_SKETCH = OperationSpec(
    code="control.sketch",
    title="From a sketch",
    group=OperationGroup.Code.CONTROL,
    summary="Makes a finished picture that follows the lines of a drawing.",
    parameters=ControlSketch,
    output_kind="image",
    inputs=(InputSpec(CONTROL, at_least=1, help="The drawing, or a picture's edges."),),
    offers=(stability("control.sketch", "Stability Sketch", limits={CONTROL: STABILITY_ASPECT}),),
    title_of=lambda parameters: parameters.prompt,
)

CONTROL_STRUCTURE = OperationSpec(
    code="control.structure",
    title="From a structure",
    group=OperationGroup.Code.CONTROL,
    summary="Makes another picture with the same structure: same room, other furniture.",
    parameters=ControlStructure,
    output_kind="image",
    inputs=(InputSpec(CONTROL, at_least=1, help="The picture whose structure is kept."),),
    offers=(
        stability("control.structure", "Stability Structure", limits={CONTROL: STABILITY_ASPECT}),
    ),
    title_of=lambda parameters: parameters.prompt,
)

CONTROL_STYLE = OperationSpec(
    code="control.style",
    title="In the style of",
    group=OperationGroup.Code.CONTROL,
    summary="Makes a picture from words in the style of a reference.",
    parameters=ControlStyle,
    output_kind="image",
    inputs=(InputSpec(STYLE, at_least=1, help="The picture whose style is followed."),),
    offers=(stability("control.style", "Stability Style", limits={STYLE: STABILITY_ASPECT}),),
    title_of=lambda parameters: parameters.prompt,
)

CONTROL_STYLE_TRANSFER = OperationSpec(
    code="control.style_transfer",
    title="Style transfer",
    group=OperationGroup.Code.CONTROL,
    summary="Gives a picture the style of another one and keeps what it shows.",
    parameters=ControlStyleTransfer,
    output_kind="image",
    inputs=(
        InputSpec(BASE, at_least=1, help="The picture to change."),
        InputSpec(STYLE, at_least=1, help="The picture whose style is taken over."),
    ),
    offers=(
        stability(
            "control.style_transfer",
            "Stability Style Transfer",
            limits={BASE: STABILITY_ASPECT, STYLE: STABILITY_FILES},
        ),
    ),
    title_of=lambda parameters: parameters.prompt or "In another style",
)

CONTROL_OPERATIONS = (CONTROL_SKETCH, CONTROL_STRUCTURE, CONTROL_STYLE, CONTROL_STYLE_TRANSFER)
