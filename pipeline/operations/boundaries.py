"""`video.measure_boundary` and `video.heal_boundary`: where two takes meet."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from assets.models import LineageRole
from pipeline.operations.declaration import InputSpec, OfferSpec, OperationSpec, Parameters
from pipeline.operations.examine import MAX_FRAMES
from pipeline.operations.models import OperationGroup
from pipeline.video.boundary import THRESHOLD

MAX_WINDOW = 48

#: The most CPU time it takes, thousandths of a second: at all, for each frame that is compared,
#: and for each frame that is healed.
_MOST_MILLI, _MOST_MILLI_PER_FRAME, _MOST_MILLI_PER_HEALED = 8_000, 150, 2_500


class MeasureBoundary(Parameters):
    """Where the takes meet. Frames are 0-based; the shared moment is shown once."""

    left_in: int = Field(
        0,
        ge=0,
        lt=MAX_FRAMES,
        title="Left in",
        description="First frame that is shown of the left take.",
    )
    left_end: int | None = Field(
        None,
        ge=0,
        lt=MAX_FRAMES,
        title="Left end",
        description="The left take's end frame; empty: its last.",
    )
    right_in: int = Field(
        0,
        ge=0,
        lt=MAX_FRAMES,
        title="Right in",
        description="First frame that may be shown of the right take.",
    )
    right_out: int | None = Field(
        None,
        ge=1,
        le=MAX_FRAMES,
        title="Right out",
        description="Where the right take stops being shown (exclusive); empty: at its end.",
    )
    mode: Literal["strict", "validated"] = Field(
        "strict",
        title="Stitching",
        description="Strict: the end frame with the right take's first; validated: the best pair"
        " within the window.",
    )
    window: int = Field(
        24,
        ge=1,
        le=MAX_WINDOW,
        title="Window",
        description="Frames of each take among which a validated join is looked for.",
    )
    threshold: float = Field(
        THRESHOLD,
        ge=0,
        le=1,
        title="Threshold",
        description="Score from which the boundary passes.",
    )


class HealBoundary(MeasureBoundary):
    """Where the takes meet, and how the bridge is made."""

    method: Literal["normalise", "morph", "both"] = Field(
        "both",
        title="Method",
        description="Normalise geometry and colours, morph by optical flow, or both.",
    )
    frames: int = Field(
        12,
        ge=2,
        le=96,
        title="Frames",
        description="Frames over which the difference is eased out.",
    )
    gop: int = Field(
        12,
        ge=1,
        le=250,
        title="Keyframe distance",
        description="Frames from one keyframe of the bridge to the next.",
    )


def most_measuring_milli(parameters: MeasureBoundary) -> int:
    """The most CPU time that measuring takes, in thousandths of a second."""
    frames = 2 * parameters.window if parameters.mode == "validated" else 8
    return _MOST_MILLI + _MOST_MILLI_PER_FRAME * frames


def most_healing_milli(parameters: HealBoundary) -> int:
    """The most CPU time that healing takes, in thousandths of a second."""
    healed = 2 * parameters.frames + parameters.gop
    return most_measuring_milli(parameters) + _MOST_MILLI_PER_HEALED * healed


TAKES = (
    InputSpec(
        LineageRole.Code.VIDEO,
        kinds=("video",),
        at_least=2,
        at_most=2,
        help="The left take, then the right one.",
    ),
)

MEASURE_BOUNDARY = OperationSpec(
    code="video.measure_boundary",
    title="Measure boundary",
    group=OperationGroup.Code.EVALUATE,
    summary="Finds where two takes join best, scores it, and says how they differ there.",
    parameters=MeasureBoundary,
    output_kind="text",
    is_seeded=False,
    is_listed=False,
    is_step=True,
    inputs=TAKES,
    offers=(
        OfferSpec(
            provider="local",
            model="measures",
            title="Local measures",
            version="1",
            sku="video.measure_boundary/local/measures",
            most_milli=most_measuring_milli,
            note="Classical measures, worked out on this machine.",
        ),
    ),
    title_of=lambda parameters: "Boundary report",
)

HEAL_BOUNDARY = OperationSpec(
    code="video.heal_boundary",
    title="Heal boundary",
    group=OperationGroup.Code.PROCESS,
    summary="Makes a bridge between two takes and says whether it is better than the plain join.",
    parameters=HealBoundary,
    output_kind="video",
    is_listed=False,
    is_step=True,
    inputs=TAKES,
    offers=(
        OfferSpec(
            provider="local",
            model="bridge",
            title="Local bridge",
            version="1",
            sku="video.heal_boundary/local/bridge",
            most_milli=most_healing_milli,
            note="Similarity, colour, grain and optical flow, worked out on this machine; not a"
            " model.",
        ),
    ),
    title_of=lambda parameters: "Bridge",
)
