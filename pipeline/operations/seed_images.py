"""`seed.*`: seed images made from one another, refined, cropped and merged."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from assets.models import LineageRole
from pipeline.operations.declaration import InputSpec, OfferSpec, OperationSpec, Parameters
from pipeline.operations.models import OperationGroup

#: CPU time on the slowest machine it is meant for, thousandths of a second; several times what a
#: server's core was measured to take. The size of the input is not known when it is estimated.
_LOOK_MILLI, _FORWARD_MILLI_PER_MP, _REVERSE_MILLI_PER_MP = 8_000, 6_000, 3_000
_REFINE_MILLI, _CROP_MILLI = 15_000, 5_000
_MERGE_MILLI = {"alpha": 10_000, "gradient": 60_000}

_NO_MODEL = "not a model."


class MadeSeed(Parameters):
    """Size and number of the seed images that are made."""

    width_px: int = Field(
        912,
        ge=64,
        le=4096,
        title="Width",
        description="Exact width.",
        json_schema_extra={"unit": "px"},
    )
    height_px: int = Field(
        1144,
        ge=64,
        le=4096,
        title="Height",
        description="Exact height.",
        json_schema_extra={"unit": "px"},
    )
    variations: int = Field(
        4, ge=1, le=8, title="Variations", description="Pictures to make, each from its own seed."
    )

    def outputs_expected(self) -> int:
        """One file for each variation."""
        return self.variations

    def megapixels(self) -> float:
        """Size of one result."""
        return self.width_px * self.height_px / 1_000_000


class SeedForward(MadeSeed):
    """What surrounds the person of the portrait."""

    prompt: str = Field(
        "",
        max_length=4000,
        title="Prompt",
        description="Setting, light, wardrobe, style: “harbour at dusk, in a teal coat”. Empty: a"
        " studio backdrop.",
        json_schema_extra={"widget": "textarea"},
    )
    negative_prompt: str = Field(
        "",
        max_length=2000,
        title="Negative prompt",
        description="What the setting must not show.",
        json_schema_extra={"widget": "textarea", "advanced": True},
    )


class SeedReverse(MadeSeed):
    """How large the portrait is to be."""

    prompt: str = Field(
        "",
        max_length=4000,
        title="Prompt",
        description="For providers with a model; the local one takes what the foundation shows.",
        json_schema_extra={"widget": "textarea", "advanced": True},
    )
    negative_prompt: str = Field(
        "",
        max_length=2000,
        title="Negative prompt",
        description="Likewise.",
        json_schema_extra={"widget": "textarea", "advanced": True},
    )


class SeedRefine(Parameters):
    """What is evened out, and how strongly."""

    level: bool = Field(
        True, title="Level", description="Turn the picture so that the eyes are level."
    )
    level_degrees: float | None = Field(
        None,
        ge=-45,
        le=45,
        title="Tilt",
        description="Tilt to take out, clockwise positive; empty: measured at the eyes. Counts only"
        " with Level.",
        json_schema_extra={"unit": "°", "advanced": True},
    )
    symmetry: float = Field(
        0.0,
        ge=0,
        le=1,
        title="Symmetry",
        description="Evens out light and shade between the halves of the face; 0: not at all.",
    )
    skin: float = Field(
        0.3,
        ge=0,
        le=1,
        title="Skin",
        description="Evens out blotches and keeps pores and edges; 0: not at all.",
    )


class SeedCrop(Parameters):
    """Which part stays; it must lie inside the picture."""

    left_px: int = Field(ge=0, le=100_000, title="Left", json_schema_extra={"unit": "px"})
    top_px: int = Field(ge=0, le=100_000, title="Top", json_schema_extra={"unit": "px"})
    width_px: int = Field(ge=1, le=100_000, title="Width", json_schema_extra={"unit": "px"})
    height_px: int = Field(ge=1, le=100_000, title="Height", json_schema_extra={"unit": "px"})


class SeedMerge(Parameters):
    """How the second picture is laid into the first."""

    mode: Literal["alpha", "gradient"] = Field(
        "gradient",
        title="Blend",
        description="Alpha mixes the pixels; gradient also takes on the first picture's light and"
        " colour at the border.",
    )
    feather_px: float = Field(
        8.0,
        ge=0,
        le=500,
        title="Feather",
        description="How softly the painted mask ends.",
        json_schema_extra={"unit": "px"},
    )


def most_forward_milli(parameters: SeedForward) -> int:
    """The most CPU time that one foundation takes, in thousandths of a second."""
    return _LOOK_MILLI + round(_FORWARD_MILLI_PER_MP * parameters.megapixels())


def most_reverse_milli(parameters: SeedReverse) -> int:
    """The most CPU time that one portrait takes, in thousandths of a second."""
    return _LOOK_MILLI + round(_REVERSE_MILLI_PER_MP * parameters.megapixels())


def most_merge_milli(parameters: SeedMerge) -> int:
    """The most CPU time that one merge takes, in thousandths of a second."""
    return _MERGE_MILLI[parameters.mode]


SEED_FORWARD = OperationSpec(
    code="seed.forward",
    title="Foundation from a portrait",
    group=OperationGroup.Code.TRANSFORM,
    summary="Makes variations of Seed B, a foundation, around the person of Seed A.",
    parameters=SeedForward,
    output_kind="image",
    inputs=(InputSpec(LineageRole.Code.SOURCE, at_least=1, help="Seed A, the portrait."),),
    offers=(
        OfferSpec(
            provider="local",
            model="foundation",
            title="Local foundation",
            version="1",
            sku="seed.forward/local/foundation",
            most_milli=most_forward_milli,
            note="The person is cut out of the portrait and placed in a drawn setting; "
            + _NO_MODEL,
        ),
    ),
    title_of=lambda parameters: parameters.prompt or "Foundation",
)

SEED_REVERSE = OperationSpec(
    code="seed.reverse",
    title="Portrait from a foundation",
    group=OperationGroup.Code.TRANSFORM,
    summary="Makes variations of Seed A, a portrait, out of Seed B.",
    parameters=SeedReverse,
    output_kind="image",
    inputs=(InputSpec(LineageRole.Code.SOURCE, at_least=1, help="Seed B; it must show the face."),),
    offers=(
        OfferSpec(
            provider="local",
            model="portrait",
            title="Local portrait",
            version="1",
            sku="seed.reverse/local/portrait",
            most_milli=most_reverse_milli,
            note="The face is found, levelled, cropped and enlarged; nothing is invented, "
            + _NO_MODEL,
        ),
    ),
    title_of=lambda parameters: parameters.prompt or "Portrait",
)

SEED_REFINE = OperationSpec(
    code="seed.refine",
    title="Refine seed image",
    group=OperationGroup.Code.EDIT,
    summary="Levels the head, evens out light and skin of a seed image.",
    parameters=SeedRefine,
    output_kind="image",
    is_seeded=False,
    inputs=(InputSpec(LineageRole.Code.BASE, at_least=1, help="The seed image."),),
    offers=(
        OfferSpec(
            provider="local",
            model="refine",
            title="Local refinement",
            version="1",
            sku="seed.refine/local/refine",
            most_milli=lambda parameters: _REFINE_MILLI,
            note="Frequency separation and edge-preserving filters on this machine; " + _NO_MODEL,
        ),
    ),
    title_of=lambda parameters: "Refined",
)

SEED_CROP = OperationSpec(
    code="seed.crop",
    title="Crop seed image",
    group=OperationGroup.Code.EDIT,
    summary="Cuts a part out of a seed image, pixel for pixel.",
    parameters=SeedCrop,
    output_kind="image",
    is_seeded=False,
    inputs=(InputSpec(LineageRole.Code.BASE, at_least=1, help="The seed image."),),
    offers=(
        OfferSpec(
            provider="local",
            model="crop",
            title="Local crop",
            version="1",
            sku="seed.crop/local/crop",
            most_milli=lambda parameters: _CROP_MILLI,
        ),
    ),
    title_of=lambda parameters: "Cropped",
)

SEED_MERGE = OperationSpec(
    code="seed.merge",
    title="Merge seed images",
    group=OperationGroup.Code.EDIT,
    summary="Lays the second picture into the first where a mask is painted.",
    parameters=SeedMerge,
    output_kind="image",
    is_seeded=False,
    inputs=(
        InputSpec(
            LineageRole.Code.SOURCE,
            at_least=2,
            at_most=2,
            help="The first stays where the mask is black, the second shows where it is white.",
        ),
        InputSpec(LineageRole.Code.MASK, at_least=1, help="Black and white, of their shape."),
    ),
    offers=(
        OfferSpec(
            provider="local",
            model="merge",
            title="Local merge",
            version="1",
            sku="seed.merge/local/merge",
            most_milli=most_merge_milli,
            note="Alpha or gradient-domain blend (Poisson) on this machine; " + _NO_MODEL,
        ),
    ),
    title_of=lambda parameters: "Merged",
)

SEED_OPERATIONS = (SEED_FORWARD, SEED_REVERSE, SEED_REFINE, SEED_CROP, SEED_MERGE)
