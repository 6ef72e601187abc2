"""`video.render_cut`: a movie from ranges of takes and bridges."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from assets.models import LineageRole
from pipeline.operations.declaration import InputSpec, OfferSpec, OperationSpec, Parameters
from pipeline.operations.models import OperationGroup

MAX_PIECES = 2_000
MAX_INPUTS = 1_000
_MOST_FRAMES = 10_000_000

#: CPU time of encoding and checking one megapixel on the slowest machine it is meant for, in
#: thousandths of a second, by profile: four times what a server's core was measured to take.
_MOST_MILLI, _MOST_MILLI_PER_MP = (
    3_000,
    {
        "h264": 120,
        "h265": 600,
        "av1": 400,
        "prores-422": 240,
        "png-sequence": 400,
    },
)

Profile = Literal["h264", "h265", "av1", "prores-422", "png-sequence"]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class CutPiece(BaseModel):
    """Frames [start, stop) of one of the videos given as inputs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: int = Field(ge=0, lt=MAX_INPUTS, title="Video", description="Its place, from 0.")
    start: int = Field(ge=0, le=_MOST_FRAMES, title="First frame")
    stop: int = Field(ge=1, le=_MOST_FRAMES, title="Frame after the last one")

    @model_validator(mode="after")
    def _shows_something(self) -> Self:
        if self.stop <= self.start:
            raise ValueError("A piece must end after it starts.")
        return self


class PreviousPiece(BaseModel):
    """What lies where in the previous cut; as the notes of its output say."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    identity: Sha256 = Field(title="SHA-256 of the video")
    start: int = Field(ge=0, le=_MOST_FRAMES)
    stop: int = Field(ge=1, le=_MOST_FRAMES)
    at: int = Field(ge=0, le=_MOST_FRAMES, title="Its first frame in the cut")


class RenderCut(Parameters):
    """What the movie shows, and how it is written."""

    pieces: list[CutPiece] = Field(
        min_length=1,
        max_length=MAX_PIECES,
        title="Pieces",
        description="Ranges of the videos in the order they are shown: input (from 0), start, stop"
        " (half-open, frames from 0).",
    )
    fps_num: int = Field(
        24,
        ge=1,
        le=240_000,
        title="Frame rate",
        description="Frames per second, above the line: 24, or 30000 for 29.97. All videos must"
        " run at this rate.",
    )
    fps_den: int = Field(
        1,
        ge=1,
        le=1001,
        title="Frame rate, below the line",
        description="1, or 1001 for 23.976, 29.97 and 59.94.",
        json_schema_extra={"advanced": True},
    )
    width_px: int = Field(
        1280,
        ge=16,
        le=8192,
        multiple_of=2,
        title="Width",
        description="Exact width, even; videos of another size are fitted with black borders.",
        json_schema_extra={"unit": "px"},
    )
    height_px: int = Field(
        720,
        ge=16,
        le=8192,
        multiple_of=2,
        title="Height",
        description="Exact height, even.",
        json_schema_extra={"unit": "px"},
    )
    profile: Profile = Field(
        "h264",
        title="Codec profile",
        description="H.264 copies takes without encoding them again.",
    )
    timecode: str = Field(
        "",
        pattern=r"^(\d\d:[0-5]\d:[0-5]\d[:;]\d\d)?$",
        title="Start timecode",
        description="As 01:00:00:00; with a semicolon before the frames for drop-frame.",
        json_schema_extra={"advanced": True},
    )
    poster_frame: int | None = Field(
        None,
        ge=0,
        le=_MOST_FRAMES,
        title="Poster frame",
        description="The frame that stands for the movie in the library; empty: one at a third.",
        json_schema_extra={"advanced": True},
    )
    previous_pieces: list[PreviousPiece] = Field(
        default_factory=list,
        max_length=MAX_PIECES,
        title="Pieces of the previous cut",
        description="From the notes of the cut given as base; equal pieces are copied from it.",
        json_schema_extra={"advanced": True},
    )

    @property
    def frames(self) -> int:
        """How many frames the movie has."""
        return sum(piece.stop - piece.start for piece in self.pieces)

    @model_validator(mode="after")
    def _poster_is_shown(self) -> Self:
        if self.poster_frame is not None and self.poster_frame >= self.frames:
            raise ValueError(f"The poster frame must be one of the {self.frames} frames.")
        return self


def most_cpu_milli(parameters: RenderCut) -> int:
    """The most CPU time a cut takes, in thousandths of a second: nothing of it can be copied."""
    megapixels = parameters.width_px * parameters.height_px * parameters.frames / 1_000_000
    return round(_MOST_MILLI + megapixels * _MOST_MILLI_PER_MP[parameters.profile])


def _title(parameters: RenderCut) -> str:
    seconds = parameters.frames * parameters.fps_den / parameters.fps_num
    return f"Cut, {len(parameters.pieces)} pieces, {seconds:.1f} s"


RENDER_CUT = OperationSpec(
    code="video.render_cut",
    title="Render cut",
    group=OperationGroup.Code.PROCESS,
    summary="Joins ranges of videos to one movie, frame by frame as planned; what is unchanged is"
    " copied, not encoded again. The result is checked against its codec profile.",
    parameters=RenderCut,
    output_kind="video",
    inputs=(
        InputSpec(
            LineageRole.Code.VIDEO,
            kinds=("video",),
            at_least=1,
            at_most=MAX_INPUTS,
            help="Takes and bridges.",
        ),
        InputSpec(
            LineageRole.Code.BASE,
            kinds=("video", "archive"),
            help="The previous cut of the same profile, to copy unchanged pieces from.",
        ),
    ),
    offers=(
        OfferSpec(
            provider="local",
            model="cuts",
            title="Local renderer",
            version="1",
            sku="video.render_cut/local/cuts",
            most_milli=most_cpu_milli,
            note="Rendered on this machine.",
        ),
    ),
    is_seeded=False,
    title_of=_title,
)
