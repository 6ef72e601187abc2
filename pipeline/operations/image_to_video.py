"""`transform.image_to_video`: a take from a start frame."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, JsonValue, ValidationInfo, field_validator

from assets.models import LineageRole
from pipeline.operations.declaration import InputSpec, OfferSpec, OperationSpec, Parameters
from pipeline.operations.image_to_video_offers import REMOTE_OFFERS
from pipeline.operations.models import OperationGroup
from pipeline.operations.remote import NONE_TAKEN
from pipeline.providers.facts import resolution_for

MIN_FPS, MAX_FPS = 1, 120

#: CPU time of a take on the slowest machine it is meant for, thousandths of a second: to look at
#: the pictures, for each frame, and for each frame's megapixels. Four times what a server's core
#: was measured to take.
_MOST_MILLI, _MOST_MILLI_PER_FRAME, _MOST_MILLI_PER_MP = 6_000, 5, 320

MotionKind = Literal[
    "auto",
    "push-in",
    "pull-out",
    "pan-left",
    "pan-right",
    "tilt-up",
    "tilt-down",
    "orbit-left",
    "orbit-right",
    "handheld",
    "hold",
]


def _fault(title: str, description: str, limit: float, unit: str = "", least: float = 0) -> Any:
    extra: dict[str, JsonValue] = {"advanced": True}
    if unit:
        extra["unit"] = unit
    return Field(
        0, ge=least, le=limit, title=title, description=description, json_schema_extra=extra
    )


class TakeFaults(Parameters):
    """Faults on demand, to prove stitching, healing and gates on; none unless asked for."""

    fault_drift: float = _fault(
        "Fault: drift",
        "Grows from nothing on the first frame to this share on the last: contrast −30 %, a cast"
        " of +36, −6, −30 levels, and everything 12 % wider.",
        1,
    )
    fault_shift_x_px: float = _fault(
        "Fault: shift right", "All frames lie so far to the right.", 200, "px", -200
    )
    fault_shift_y_px: float = _fault(
        "Fault: shift down", "All frames lie so far down.", 200, "px", -200
    )
    fault_scale_percent: float = _fault(
        "Fault: scale", "All frames are so much larger about their centre.", 20, "%", -20
    )
    fault_roll_degrees: float = _fault(
        "Fault: roll", "All frames are turned so far clockwise about their centre.", 20, "°", -20
    )
    fault_cast_red: float = _fault(
        "Fault: red cast", "Levels (of 255) added to red on all frames.", 80, "", -80
    )
    fault_cast_green: float = _fault(
        "Fault: green cast", "Levels (of 255) added to green on all frames.", 80, "", -80
    )
    fault_cast_blue: float = _fault(
        "Fault: blue cast", "Levels (of 255) added to blue on all frames.", 80, "", -80
    )
    fault_flicker: float = _fault(
        "Fault: flicker",
        "Levels of brightness between neighbouring frames, over the whole clip: even frames are"
        " darker and odd ones brighter by half of it.",
        80,
    )
    fault_blur_px: float = _fault(
        "Fault: blur", "All frames are blurred by a Gaussian of this deviation.", 20, "px"
    )


class ImageToVideo(TakeFaults):
    """How the picture moves, for how long, and in which size."""

    prompt: str = Field(
        "",
        max_length=4000,
        title="Prompt",
        description="What happens. Words for the camera choose the move where it is automatic:"
        " push in, pull back, pan left, tilt up, orbit, handheld, static; slowly or fast its pace.",
        json_schema_extra={"widget": "textarea"},
    )
    negative_prompt: str = Field(
        "",
        max_length=2000,
        title="Negative prompt",
        description="What must not happen; a camera move named here is not chosen.",
        json_schema_extra={"widget": "textarea", "advanced": True},
    )
    frames: int = Field(
        72, ge=2, le=600, title="Frames", description="Exact number of frames of the take."
    )
    fps_num: int = Field(
        24,
        ge=1,
        le=120_000,
        title="Frame rate",
        description="Frames per second, above the line: 24, or 30000 for 29.97.",
    )
    fps_den: int = Field(
        1,
        ge=1,
        le=1001,
        title="Frame rate, below the line",
        description="1, or 1001 for 23.976, 29.97 and 59.94.",
        validate_default=True,
        json_schema_extra={"advanced": True},
    )
    width_px: int = Field(
        1280,
        ge=64,
        le=1920,
        multiple_of=2,
        title="Width",
        description="Exact width, even.",
        json_schema_extra={"unit": "px"},
    )
    height_px: int = Field(
        720,
        ge=64,
        le=1920,
        multiple_of=2,
        title="Height",
        description="Exact height, even.",
        json_schema_extra={"unit": "px"},
    )
    motion: MotionKind = Field(
        "auto",
        title="Camera move",
        description="Automatic: by the words of the prompt, or else drawn by the random seed among"
        " those that come back to where they began.",
    )
    motion_strength: float = Field(
        0.5,
        ge=0,
        le=1,
        title="Motion strength",
        description="0: nothing moves; 1: as much as one picture can bear.",
    )
    anchor_weight: float = Field(
        0.25,
        ge=0,
        le=1,
        title="Anchor weight",
        description="How much of the difference in colour to the reference is gone at the end of"
        " the take; counts only with a reference.",
    )
    grain: float = Field(
        0.0,
        ge=0,
        le=1,
        title="Grain",
        description="Living film grain; it takes the place of the start frame's frozen one.",
    )
    settle: bool = Field(
        True,
        title="Settle",
        description="Ease out and hold still over the last third of a second.",
    )
    resolution: Literal["480p", "720p", "1080p"] | None = Field(
        None,
        title="Resolution",
        description="What a model is asked for; empty: the smallest that covers the take. The"
        " take has its exact size either way.",
        json_schema_extra={"advanced": True},
    )
    expand_prompt: bool = Field(
        False,
        title="Expand the prompt",
        description="Let the provider write the prompt out before it is used.",
        json_schema_extra={"advanced": True},
    )

    @field_validator("fps_den")
    @classmethod
    def _check_rate(cls, fps_den: int, info: ValidationInfo) -> int:
        fps_num = info.data.get("fps_num")  # absent where it was not right itself
        if fps_num is not None and not MIN_FPS * fps_den <= fps_num <= MAX_FPS * fps_den:
            raise ValueError(f"The frame rate must lie between {MIN_FPS} and {MAX_FPS} a second.")
        return fps_den


def resolve(values: dict[str, Any]) -> dict[str, Any]:
    """Choose the resolution by the size of the take, where none is given."""
    width, height = values.get("width_px", 1280), values.get("height_px", 720)
    if values.get("resolution") is None and isinstance(width, int) and isinstance(height, int):
        values["resolution"] = resolution_for(width, height)
    return values


def most_cpu_milli(parameters: ImageToVideo) -> int:
    """The most CPU time that one take takes, in thousandths of a second."""
    megapixels = parameters.width_px * parameters.height_px / 1_000_000
    per_frame = _MOST_MILLI_PER_FRAME + _MOST_MILLI_PER_MP * megapixels
    return _MOST_MILLI + round(parameters.frames * per_frame)


IMAGE_TO_VIDEO = OperationSpec(
    code="transform.image_to_video",
    title="Image to video",
    group=OperationGroup.Code.TRANSFORM,
    summary="Makes a take of exactly the wanted frames and rate that begins with the start frame.",
    parameters=ImageToVideo,
    output_kind="video",
    inputs=(
        InputSpec(
            LineageRole.Code.START_FRAME,
            at_least=1,
            help="The first frame, exactly, where it has the size of the take; fitted else.",
        ),
        InputSpec(
            LineageRole.Code.END_FRAME,
            help="The take flows into this picture and ends on it.",
        ),
        InputSpec(
            LineageRole.Code.REFERENCE,
            help="The same person as they should look; colours are pulled towards it.",
        ),
        InputSpec(
            LineageRole.Code.AUDIO,
            kinds=("audio",),
            help="A recording, 3 to 30 seconds, that the take goes with.",
        ),
    ),
    offers=(
        OfferSpec(
            provider="local",
            model="motion",
            title="Local motion",
            version="1",
            sku="transform.image_to_video/local/motion",
            most_milli=most_cpu_milli,
            note="A camera move through the picture with parallax, breathing and light, worked out"
            " on this machine; not a model.",
            ignores=frozenset({"resolution", "expand_prompt"}),
            input_limits={LineageRole.Code.AUDIO: NONE_TAKEN},
        ),
        *REMOTE_OFFERS,
    ),
    resolve=resolve,
    title_of=lambda parameters: parameters.prompt,
)
