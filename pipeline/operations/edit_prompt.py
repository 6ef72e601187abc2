"""`edit.prompt`: a picture changed by an instruction in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from pydantic import Field

from pipeline.operations.declaration import InputSpec, OperationSpec
from pipeline.operations.limits import InputFacts
from pipeline.operations.models import OperationGroup
from pipeline.operations.remote import (
    BASE,
    BRIA_FILES,
    GEMINI_FILES,
    HUGGINGFACE_FILES,
    MASK,
    NONE_TAKEN,
    REFERENCE,
    WAVESPEED_FILES,
    bria,
    gemini,
    huggingface,
    wavespeed,
)
from pipeline.operations.values import Variations, negative, words

MOST_REFERENCES = 13


class EditPrompt(Variations):
    """What is to be changed."""

    instruction: str = words(
        "Instruction", "What is to change: “make it winter, keep the house”.", required=True
    )
    negative_prompt: str = negative()
    guidance: float | None = Field(
        None,
        ge=0,
        le=20,
        title="Guidance",
        description="How literally the instruction is taken; empty: as the model likes.",
        json_schema_extra={"advanced": True},
    )
    steps: int | None = Field(
        None,
        ge=1,
        le=50,
        title="Steps",
        description="Passes of detail; empty: as the model likes.",
        json_schema_extra={"advanced": True},
    )
    resolution: Literal["4k", "8k"] = Field(
        "4k", title="Resolution", description="Of models that make very large pictures."
    )


def _kontext(parameters: Any, inputs: Sequence[InputFacts]) -> str:
    if parameters.guidance is None or 1 <= parameters.guidance <= 20:
        return ""
    return "Guidance must lie between 1 and 20 for this model, or be empty."


def _fibo(parameters: Any, inputs: Sequence[InputFacts]) -> str:
    if parameters.guidance not in (None, 3, 4, 5):
        return "Guidance must be 3, 4 or 5 for this model, or empty."
    if parameters.steps is not None and not 20 <= parameters.steps <= 50:
        return "Steps must lie between 20 and 50 for this model, or be empty."
    return ""


_PLAIN = frozenset({"negative_prompt", "guidance", "steps", "resolution"})
_ONE = {BASE: WAVESPEED_FILES, REFERENCE: NONE_TAKEN, MASK: NONE_TAKEN}

EDIT_PROMPT = OperationSpec(
    code="edit.prompt",
    title="Edit by instruction",
    group=OperationGroup.Code.EDIT,
    summary="Changes a picture as an instruction in plain words says.",
    parameters=EditPrompt,
    output_kind="image",
    inputs=(
        InputSpec(BASE, at_least=1, help="The picture to change."),
        InputSpec(
            REFERENCE,
            at_most=MOST_REFERENCES,
            help="More pictures that the instruction speaks of, in their order.",
        ),
        InputSpec(MASK, help="White is changed, black is kept."),
    ),
    offers=(
        wavespeed(
            "edit.prompt",
            "Qwen Image Edit",
            model="qwen-image-edit",
            identifier="wavespeed-ai/qwen-image/edit",
            limits=_ONE,
            ignores=_PLAIN,
            quality_rank=65,
        ),
        wavespeed(
            "edit.prompt",
            "FLUX Kontext Pro",
            model="flux-kontext-pro",
            identifier="wavespeed-ai/flux-kontext-pro",
            limits=_ONE,
            ignores=frozenset({"negative_prompt", "steps", "resolution", "random_seed"}),
            refuses=_kontext,
            quality_rank=75,
        ),
        wavespeed(
            "edit.prompt",
            "Seedream 4.5",
            model="seedream-v4.5",
            identifier="bytedance/seedream-v4.5/edit",
            limits={
                BASE: WAVESPEED_FILES,
                REFERENCE: replace(WAVESPEED_FILES, at_most=9),
                MASK: NONE_TAKEN,
            },
            ignores=_PLAIN | {"random_seed"},
            quality_rank=80,
        ),
        wavespeed(
            "edit.prompt",
            "Nano Banana Pro Ultra",
            model="nano-banana-pro-ultra",
            identifier="google/nano-banana-pro/edit-ultra",
            limits={
                BASE: WAVESPEED_FILES,
                REFERENCE: replace(WAVESPEED_FILES, at_most=13),
                MASK: NONE_TAKEN,
            },
            ignores=frozenset({"negative_prompt", "guidance", "steps", "random_seed"}),
            quality_rank=95,
        ),
        huggingface(
            "edit.prompt",
            "FLUX.2 klein 9B",
            model="flux.2-klein-9b",
            identifier="black-forest-labs/FLUX.2-klein-9B",
            limits={BASE: HUGGINGFACE_FILES, REFERENCE: NONE_TAKEN, MASK: NONE_TAKEN},
            ignores=_PLAIN,
            quality_rank=68,
        ),
        gemini(
            "edit.prompt",
            "Gemini Nano Banana 2.1",
            model="nano-banana-2.1",
            identifier="gemini-nano-banana-2.1",
            limits={
                BASE: GEMINI_FILES,
                REFERENCE: replace(GEMINI_FILES, at_most=13),
                MASK: NONE_TAKEN,
            },
            ignores=_PLAIN,
            quality_rank=90,
        ),
        bria(
            "edit.prompt",
            "Bria FIBO Edit",
            model="fibo-edit",
            limits={BASE: BRIA_FILES, REFERENCE: NONE_TAKEN, MASK: BRIA_FILES},
            ignores=frozenset({"resolution"}),
            refuses=_fibo,
            quality_rank=78,
        ),
    ),
    title_of=lambda parameters: parameters.instruction,
)
