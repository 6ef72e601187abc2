"""What a clip is asked to be, and with which faults on demand."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Frame = npt.NDArray[np.uint8]
Plane = npt.NDArray[np.float32]

#: Camera moves by code; `auto` takes one from the words of the prompt, or draws one by the seed.
MOTION_KINDS = (
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
)

MIN_FRAMES, MAX_FRAMES = 2, 600
MIN_SIDE_PX, MAX_SIDE_PX = 64, 1920


class Cancelled(Exception):
    """The synthesis was asked to stop."""


@dataclass(frozen=True)
class MotionSpec:
    """How the picture moves.

    Attributes:
        kind: one of `MOTION_KINDS`.
        strength: 0 (nothing moves) … 1 (as much as the picture can bear).
        settle: ease out, and hold still over the last frames.
        grain: 0 (none) … 1 (coarse film), living grain by the random seed.
        prompt, negative_prompt: words that choose the move and its pace where `kind` is `auto`.
    """

    kind: str = "auto"
    strength: float = 0.5
    settle: bool = True
    grain: float = 0.0
    prompt: str = ""
    negative_prompt: str = ""

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            ValueError: a value lies outside its range.
        """
        if self.kind not in MOTION_KINDS:
            raise ValueError(f"There is no motion “{self.kind}”; choose of {MOTION_KINDS}.")
        for name in ("strength", "grain"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must lie in 0 … 1, got {getattr(self, name)}")


@dataclass(frozen=True)
class Faults:
    """Known faults, to prove stitching, healing and gates on; all are absent by default.

    Geometric faults turn, scale, then shift the finished frame about its centre; they, the cast
    and the blur are constant over the whole clip, its first frame included.

    Attributes:
        drift: 0 … 1, grows in proportion to time from nothing on the first frame to the whole on
            the last: contrast −30 %, a cast of (+36, −6, −30) levels, and the picture 12 % wider.
        shift_x_px, shift_y_px: the content lies so far to the right and down.
        scale_percent: the content is so much larger.
        roll_degrees: the content is turned clockwise.
        cast_red, cast_green, cast_blue: levels (of 255) added to the channels.
        flicker: levels between neighbouring frames; even frames are darker, odd ones brighter, by
            half of it each.
        blur_px: standard deviation of a Gaussian blur.
    """

    drift: float = 0.0
    shift_x_px: float = 0.0
    shift_y_px: float = 0.0
    scale_percent: float = 0.0
    roll_degrees: float = 0.0
    cast_red: float = 0.0
    cast_green: float = 0.0
    cast_blue: float = 0.0
    flicker: float = 0.0
    blur_px: float = 0.0

    @property
    def any(self) -> bool:
        """Whether there is any fault at all."""
        return bool(self.present())

    def present(self) -> dict[str, Any]:
        """The faults that are there, by name."""
        return {name: value for name, value in asdict(self).items() if value}


def check_clip(frames: int, width_px: int, height_px: int) -> None:
    """Check the size of a clip.

    Raises:
        ValueError: too few or many frames, or sides that the house encoding can't hold.
    """
    if not MIN_FRAMES <= frames <= MAX_FRAMES:
        raise ValueError(f"A clip has {MIN_FRAMES} to {MAX_FRAMES} frames, not {frames}.")
    for name, side in (("width", width_px), ("height", height_px)):
        if side % 2 or not MIN_SIDE_PX <= side <= MAX_SIDE_PX:
            raise ValueError(
                f"The {name} must be an even number of {MIN_SIDE_PX} to {MAX_SIDE_PX} px, "
                f"not {side}."
            )
