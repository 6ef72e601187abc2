"""`transform.image_to_3d`: a model with texture from one picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from pipeline.operations.declaration import InputSpec, OperationSpec, Parameters
from pipeline.operations.limits import InputFacts, InputLimits
from pipeline.operations.models import OperationGroup
from pipeline.operations.remote import BASE, STABILITY_FILES, stability


class ImageTo3d(Parameters):
    """How fine the model is."""

    texture_px: Literal[512, 1024, 2048] = Field(
        1024,
        title="Texture",
        description="Width and height of the texture.",
        json_schema_extra={"unit": "px"},
    )
    foreground_ratio: float | None = Field(
        None,
        ge=0.1,
        le=2,
        title="Foreground ratio",
        description="How much room the object has in the picture that the model sees: 0.1 to 1 for"
        " Stable Fast 3D (of itself 0.85), 1 to 2 for Point Aware 3D (of itself 1.3).",
        json_schema_extra={"advanced": True},
    )
    remesh: Literal["none", "triangle", "quad"] = Field(
        "none", title="Remesh", description="Lay the surface anew, of triangles or quads."
    )
    vertex_budget: int | None = Field(
        None,
        ge=0,
        le=20_000,
        title="Vertex budget",
        description="About so many vertices; empty: as many as it takes.",
    )
    guidance: float = Field(
        3,
        ge=1,
        le=10,
        title="Guidance",
        description="How closely the parts that are not seen follow those that are.",
        json_schema_extra={"advanced": True},
    )


def _fast(parameters: Any, inputs: Sequence[InputFacts]) -> str:
    ratio = parameters.foreground_ratio
    if ratio is None or 0.1 <= ratio <= 1:
        return ""
    return "The foreground ratio must lie between 0.1 and 1 for Stable Fast 3D, or be empty."


def _point_aware(parameters: Any, inputs: Sequence[InputFacts]) -> str:
    ratio, budget = parameters.foreground_ratio, parameters.vertex_budget
    if ratio is not None and not 1 <= ratio <= 2:
        return "The foreground ratio must lie between 1 and 2 for Point Aware 3D, or be empty."
    if budget is not None and budget < 100:
        return "The vertex budget must be 100 or more for Point Aware 3D, or be empty."
    return ""


_OBJECT = InputLimits(
    min_side_px=64,
    min_pixels=4_096,
    max_pixels=4_194_304,
    max_bytes=STABILITY_FILES.max_bytes,
    media_types=STABILITY_FILES.media_types,
)

IMAGE_TO_3D = OperationSpec(
    code="transform.image_to_3d",
    title="Image to 3D",
    group=OperationGroup.Code.TRANSFORM,
    summary="Makes a 3D model with texture (GLB) of the object in a picture.",
    parameters=ImageTo3d,
    output_kind="model3d",
    inputs=(InputSpec(BASE, at_least=1, help="One object, well seen, best before nothing."),),
    offers=(
        stability(
            "transform.image_to_3d",
            "Stable Fast 3D",
            model="stable-fast-3d",
            limits={BASE: _OBJECT},
            ignores=frozenset({"guidance", "random_seed"}),
            refuses=_fast,
            quality_rank=60,
        ),
        stability(
            "transform.image_to_3d",
            "Stable Point Aware 3D",
            model="stable-point-aware-3d",
            limits={BASE: _OBJECT},
            refuses=_point_aware,
            quality_rank=70,
        ),
    ),
    title_of=lambda parameters: "3D model",
)
