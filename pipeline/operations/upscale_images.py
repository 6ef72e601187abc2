"""`upscale.*`: pictures made larger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from pipeline.operations.declaration import InputSpec, OperationSpec, Parameters
from pipeline.operations.limits import InputFacts, InputLimits
from pipeline.operations.models import OperationGroup
from pipeline.operations.remote import (
    BASE,
    BRIA_FILES,
    STABILITY_ASPECT,
    STABILITY_FILES,
    bria,
    stability,
)
from pipeline.operations.values import StylePreset, Variations, negative, preset, share, words

_PICTURE = InputSpec(BASE, at_least=1, help="The picture to make larger.")
#: Longest side of what Bria makes, px.
_BRIA_MOST_SIDE_PX = 8192


class UpscaleFast(Parameters):
    """Nothing to choose: four times as wide and as high."""


class UpscaleConservative(Variations):
    """What the picture shows, and how much may be invented."""

    prompt: str = words("Prompt", "What the picture shows.", required=True)
    negative_prompt: str = negative()
    creativity: float = share(
        0.35, "Creativity", "How much detail is invented.", least=0.2, most=0.5
    )


class UpscaleCreative(Variations):
    """What the picture shows, and how much is invented."""

    prompt: str = words("Prompt", "What the picture shows.", required=True)
    negative_prompt: str = negative()
    creativity: float = share(
        0.3, "Creativity", "How much detail is invented.", least=0.1, most=0.5
    )
    style_preset: StylePreset = preset()


class UpscaleIncrease(Parameters):
    """How many times larger."""

    factor: Literal[2, 4] = Field(
        2, title="Factor", description="Width and height are multiplied by this."
    )


def _fits(parameters: Any, inputs: Sequence[InputFacts]) -> str:
    """Bria's results have 8192 px a side at most."""
    most = _BRIA_MOST_SIDE_PX // parameters.factor
    for item in inputs:
        if max(item.width_px or 0, item.height_px or 0) > most:
            size = f"{item.width_px} × {item.height_px}"
            return (
                f"“{item.title}” is {size} px; {parameters.factor} times that is more than"
                f" {_BRIA_MOST_SIDE_PX} a side: use a picture of {most} or less a side"
                f"{', or the factor 2' if parameters.factor == 4 else ''}."
            )
    return ""


_TYPES, _BYTES = STABILITY_FILES.media_types, STABILITY_FILES.max_bytes

UPSCALE_FAST = OperationSpec(
    code="upscale.fast",
    title="Fast upscale",
    group=OperationGroup.Code.UPSCALE,
    summary="Makes a picture four times as wide and high, within seconds, inventing little.",
    parameters=UpscaleFast,
    output_kind="image",
    is_seeded=False,
    inputs=(_PICTURE,),
    offers=(
        stability(
            "upscale.fast",
            "Stability Fast Upscaler",
            limits={
                BASE: InputLimits(
                    min_side_px=32,
                    max_side_px=1536,
                    min_pixels=1_024,
                    max_pixels=1_048_576,
                    max_bytes=_BYTES,
                    media_types=_TYPES,
                )
            },
        ),
    ),
    title_of=lambda parameters: "Enlarged",
)

UPSCALE_CONSERVATIVE = OperationSpec(
    code="upscale.conservative",
    title="Conservative upscale",
    group=OperationGroup.Code.UPSCALE,
    summary="Enlarges to about four megapixels and keeps to what the picture shows.",
    parameters=UpscaleConservative,
    output_kind="image",
    inputs=(_PICTURE,),
    offers=(
        stability(
            "upscale.conservative",
            "Stability Conservative Upscaler",
            limits={BASE: STABILITY_ASPECT},
        ),
    ),
    title_of=lambda parameters: parameters.prompt,
)

UPSCALE_CREATIVE = OperationSpec(
    code="upscale.creative",
    title="Creative upscale",
    group=OperationGroup.Code.UPSCALE,
    summary="Enlarges small or poor pictures and invents the detail that they lack.",
    parameters=UpscaleCreative,
    output_kind="image",
    inputs=(_PICTURE,),
    offers=(
        stability(
            "upscale.creative",
            "Stability Creative Upscaler",
            limits={
                BASE: InputLimits(
                    min_side_px=64,
                    min_pixels=4_096,
                    max_pixels=1_048_576,
                    max_bytes=_BYTES,
                    media_types=_TYPES,
                )
            },
        ),
    ),
    title_of=lambda parameters: parameters.prompt,
)

UPSCALE_INCREASE = OperationSpec(
    code="upscale.increase",
    title="Increase resolution",
    group=OperationGroup.Code.UPSCALE,
    summary="Makes a picture two or four times as wide and high, and changes nothing else.",
    parameters=UpscaleIncrease,
    output_kind="image",
    is_seeded=False,
    inputs=(_PICTURE,),
    offers=(
        bria(
            "upscale.increase",
            "Bria Increase Resolution",
            model="increase-resolution",
            limits={BASE: BRIA_FILES},
            refuses=_fits,
        ),
    ),
    title_of=lambda parameters: f"Enlarged × {parameters.factor}",
)

UPSCALE_OPERATIONS = (UPSCALE_FAST, UPSCALE_CONSERVATIVE, UPSCALE_CREATIVE, UPSCALE_INCREASE)
