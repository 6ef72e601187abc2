"""`video.examine`: where a take ends, and what is measured of it."""

from __future__ import annotations

from pydantic import Field, ValidationInfo, field_validator

from assets.models import LineageRole
from pipeline.operations.declaration import InputSpec, OfferSpec, OperationSpec, Parameters
from pipeline.operations.models import OperationGroup

#: Longest clip that is examined, frames.
MAX_FRAMES = 7200
_UNKNOWN_FRAMES = 600  # what an estimate counts with where no longest length is given

#: The most CPU time it takes, thousandths of a second: at all, for each frame, for each sample.
_MOST_MILLI, _MOST_MILLI_PER_FRAME, _MOST_MILLI_PER_SAMPLE = 8_000, 150, 2_000


class Examine(Parameters):
    """Where the take may end, and how closely it is looked at."""

    shortest: int = Field(
        1,
        ge=1,
        le=MAX_FRAMES,
        title="Shortest",
        description="Fewest frames the take may have, with its end frame.",
    )
    longest: int | None = Field(
        None,
        ge=1,
        le=MAX_FRAMES,
        title="Longest",
        description="Most frames the take may have; empty: all that the clip has.",
    )
    elastic: bool = Field(
        True,
        title="Elastic duration",
        description="End at the most stable frame between the limits; off: at the longest.",
    )
    samples: int = Field(
        6,
        ge=1,
        le=48,
        title="Samples",
        description="Frames whose drift from the reference is measured.",
    )

    @field_validator("longest")
    @classmethod
    def _check_order(cls, longest: int | None, info: ValidationInfo) -> int | None:
        shortest = info.data.get("shortest")  # absent where it was not right itself
        if longest is not None and shortest is not None and longest < shortest:
            raise ValueError("The longest length must not be below the shortest.")
        return longest


def most_cpu_milli(parameters: Examine) -> int:
    """The most CPU time that examining a take takes, in thousandths of a second."""
    frames = parameters.longest or _UNKNOWN_FRAMES
    per_sample = _MOST_MILLI_PER_SAMPLE * parameters.samples
    return _MOST_MILLI + _MOST_MILLI_PER_FRAME * frames + per_sample


EXAMINE = OperationSpec(
    code="video.examine",
    title="Examine take",
    group=OperationGroup.Code.EVALUATE,
    summary="Finds a take's end frame, hands it out without loss, and measures the take.",
    parameters=Examine,
    output_kind="image",
    is_seeded=False,
    is_listed=False,
    is_step=True,
    inputs=(
        InputSpec(LineageRole.Code.VIDEO, kinds=("video",), at_least=1, help="The take."),
        InputSpec(
            LineageRole.Code.REFERENCE,
            help="The person as they should look; without it, the take's own first frame.",
        ),
    ),
    offers=(
        OfferSpec(
            provider="local",
            model="measures",
            title="Local measures",
            version="1",
            sku="video.examine/local/measures",
            most_milli=most_cpu_milli,
            note="Classical measures, worked out on this machine; the report names each model.",
        ),
    ),
    title_of=lambda parameters: "End frame",
)
