"""Which paid models make takes, for how long, and what of the request each makes use of.

A model makes films of its own lengths, rate and sizes; a take has exact frames, rate and size. The
shortest length that holds the take is asked for and charged, and the film is brought to the take's
rate and size and cut after its last frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assets.models import LineageRole
from pipeline.operations.limits import InputFacts, InputLimits
from pipeline.operations.remote import (
    AUDIO,
    GEMINI_FILES,
    NONE_TAKEN,
    WAVESPEED_FILES,
    gemini,
    wavespeed,
)
from pipeline.providers.facts import OMNI_MOST_SECONDS, WAN_SECONDS, omni_seconds, wan_seconds

START, END = LineageRole.Code.START_FRAME, LineageRole.Code.END_FRAME

#: What only the local adapter knows: its moves and its faults on demand.
LOCAL_ONLY = frozenset(
    {
        "motion",
        "motion_strength",
        "anchor_weight",
        "grain",
        "settle",
        "reference",
        "fault_drift",
        "fault_shift_x_px",
        "fault_shift_y_px",
        "fault_scale_percent",
        "fault_roll_degrees",
        "fault_cast_red",
        "fault_cast_green",
        "fault_cast_blue",
        "fault_flicker",
        "fault_blur_px",
    }
)


def _at_most(seconds: int, name: str) -> Any:
    """A check that the take is not longer than a model's films, and has a prompt."""

    def refuses(parameters: Any, inputs: Sequence[InputFacts]) -> str:
        if not parameters.prompt:
            return f"{name} needs a prompt: say what happens."
        if parameters.frames * parameters.fps_den > seconds * parameters.fps_num:
            most = seconds * parameters.fps_num // parameters.fps_den
            return f"{name} makes at most {seconds} s: ask for {most} frames or fewer."
        return ""

    return refuses


def wan_milli(parameters: Any) -> int:
    """Thousandths of a second of video that WAN charges for a take."""
    return 1000 * wan_seconds(parameters.frames, parameters.fps_num, parameters.fps_den)


def omni_milli(parameters: Any) -> int:
    """Thousandths of a second of video that Gemini Omni charges for a take."""
    return 1000 * omni_seconds(parameters.frames, parameters.fps_num, parameters.fps_den)


REMOTE_OFFERS = (
    wavespeed(
        "transform.image_to_video",
        "WAN 2.5",
        model="wan-2.5",
        identifier="alibaba/wan-2.5/image-to-video",
        limits={
            START: WAVESPEED_FILES,
            END: NONE_TAKEN,
            AUDIO: InputLimits(max_bytes=15_000_000, media_types=("audio/wav", "audio/mpeg")),
        },
        most_milli=wan_milli,
        ignores=LOCAL_ONLY,
        refuses=_at_most(WAN_SECONDS[-1], "WAN 2.5"),
        quality_rank=75,
        note="Films of 5 or 10 seconds: the shorter that holds the take is charged, and cut to its"
        " frames.",
    ),
    gemini(
        "transform.image_to_video",
        "Gemini Omni 1.1 Flash",
        model="omni-1.1-flash",
        identifier="gemini-omni-1.1-flash",
        limits={START: GEMINI_FILES, END: NONE_TAKEN, AUDIO: NONE_TAKEN},
        most_milli=omni_milli,
        ignores=LOCAL_ONLY | {"negative_prompt", "resolution", "expand_prompt"},
        refuses=_at_most(OMNI_MOST_SECONDS, "Gemini Omni"),
        quality_rank=85,
        note="Films of 3 to 10 whole seconds at 24 frames a second in 720p, 16:9 or 9:16.",
    ),
)
