"""`transform.talking_avatar`: a portrait that speaks a recording."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipeline.operations.declaration import InputSpec, OperationSpec, Parameters
from pipeline.operations.limits import InputLimits
from pipeline.operations.models import OperationGroup
from pipeline.operations.remote import AUDIO, BASE, MASK, wavespeed
from pipeline.operations.values import words

MOST_SECONDS = 600
_PORTRAIT = InputLimits(max_bytes=10_000_000, media_types=("image/jpeg", "image/png", "image/webp"))


class TalkingAvatar(Parameters):
    """How the portrait speaks, for how long, and how large."""

    prompt: str = words("Prompt", "How the person behaves; empty: as the voice suggests.")
    resolution: Literal["480p", "720p"] = Field(
        "480p", title="Resolution", description="Height of the film."
    )
    seconds: int = Field(
        5,
        ge=1,
        le=MOST_SECONDS,
        title="Length",
        description="How long the film is: a longer recording is cut, a shorter one is followed"
        " by silence. This length is charged.",
        json_schema_extra={"unit": "s"},
    )


TALKING_AVATAR = OperationSpec(
    code="transform.talking_avatar",
    title="Talking avatar",
    group=OperationGroup.Code.TRANSFORM,
    summary="Makes a portrait speak a recording, up to ten minutes, with lips and head in step.",
    parameters=TalkingAvatar,
    output_kind="video",
    inputs=(
        InputSpec(BASE, at_least=1, help="The portrait; the face is well seen."),
        InputSpec(AUDIO, kinds=("audio",), at_least=1, help="The recording to be spoken."),
        InputSpec(MASK, help="White is what may move; without it the whole person."),
    ),
    offers=(
        wavespeed(
            "transform.talking_avatar",
            "InfiniteTalk",
            model="infinitetalk",
            identifier="wavespeed-ai/infinitetalk",
            limits={BASE: _PORTRAIT, MASK: _PORTRAIT, AUDIO: InputLimits(max_bytes=50_000_000)},
            most_milli=lambda parameters: parameters.seconds * 1000,
            note="Takes 10 to 30 seconds for each second of the film; 5 seconds are the least that"
            " is charged.",
        ),
    ),
    title_of=lambda parameters: parameters.prompt or "Talking avatar",
)
