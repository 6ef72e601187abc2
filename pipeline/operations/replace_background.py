"""`edit.replace_background`: another place and another light for the same subject."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from pipeline.operations.declaration import InputSpec, OperationSpec
from pipeline.operations.limits import InputFacts
from pipeline.operations.models import OperationGroup
from pipeline.operations.remote import (
    BASE,
    BRIA_FILES,
    NONE_TAKEN,
    REFERENCE,
    STABILITY_ASPECT,
    STABILITY_FILES,
    STYLE,
    bria,
    stability,
)
from pipeline.operations.values import Variations, negative, share, words


class ReplaceBackground(Variations):
    """The new background, and how its light falls on the subject."""

    background_prompt: str = words(
        "Background", "What the new background shows; or give a picture of it."
    )
    foreground_prompt: str = words(
        "Subject", "What the subject is, where it should be helped to be kept."
    )
    negative_prompt: str = negative()
    light_direction: Literal["none", "left", "right", "above", "below"] = Field(
        "none", title="Light from", description="Where the light comes from."
    )
    light_strength: float = share(
        0.3,
        "Light strength",
        "How strongly it falls on the subject; counts with a direction or a light reference.",
    )
    preserve_subject: float = share(
        0.6, "Preserve subject", "1: the subject's pixels stay; 0: only its outline."
    )
    background_depth: float = share(
        0.5,
        "Depth match",
        "How closely the new background follows the depth of the old one.",
        advanced=True,
    )
    keep_original_background: bool = Field(
        False, title="Keep the background", description="Only the light is changed."
    )


def _has_background(parameters: Any, inputs: Sequence[InputFacts]) -> str:
    if parameters.background_prompt or any(item.role == REFERENCE.code for item in inputs):
        return ""
    return "Describe the background, or give a picture of it."


def _has_one_background(parameters: Any, inputs: Sequence[InputFacts]) -> str:
    given = any(item.role == REFERENCE.code for item in inputs)
    if parameters.background_prompt and given:
        return "Bria takes either words or a picture for the background, not both."
    return _has_background(parameters, inputs)


REPLACE_BACKGROUND = OperationSpec(
    code="edit.replace_background",
    title="Replace background and relight",
    group=OperationGroup.Code.EDIT,
    summary="Puts the subject of a picture into another place and lights it to fit.",
    parameters=ReplaceBackground,
    output_kind="image",
    inputs=(
        InputSpec(BASE, at_least=1, help="The picture with the subject."),
        InputSpec(REFERENCE, help="A picture of the new background."),
        InputSpec(STYLE, help="A picture whose light is taken over."),
    ),
    offers=(
        stability(
            "edit.replace_background",
            "Replace background and relight",
            limits={BASE: STABILITY_ASPECT, REFERENCE: STABILITY_FILES, STYLE: STABILITY_FILES},
            refuses=_has_background,
            quality_rank=70,
        ),
        bria(
            "edit.replace_background",
            "Bria Background Replacement",
            model="background",
            limits={BASE: BRIA_FILES, REFERENCE: BRIA_FILES, STYLE: NONE_TAKEN},
            ignores=frozenset(
                {
                    "foreground_prompt",
                    "light_direction",
                    "light_strength",
                    "preserve_subject",
                    "background_depth",
                    "keep_original_background",
                }
            ),
            refuses=_has_one_background,
            quality_rank=65,
        ),
    ),
    title_of=lambda parameters: parameters.background_prompt or "Other background",
)
