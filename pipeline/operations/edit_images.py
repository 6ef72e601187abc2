"""`edit.*`: parts of a picture taken out, filled, widened, replaced, recoloured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from pydantic import Field, model_validator

from pipeline.operations.declaration import InputSpec, OperationSpec, Parameters
from pipeline.operations.limits import InputFacts, InputLimits
from pipeline.operations.models import OperationGroup
from pipeline.operations.remote import (
    BASE,
    BRIA_FILES,
    MASK,
    STABILITY_ASPECT,
    STABILITY_FILES,
    bria,
    stability,
)
from pipeline.operations.values import StylePreset, Variations, negative, pixels, preset, words

_MASK = InputSpec(
    MASK,
    at_least=1,
    help="White is changed, black is kept, grey in part; it has the shape of the picture.",
)
_PICTURE = InputSpec(BASE, at_least=1, help="The picture to change.")
_STABILITY_MASKED = {BASE: STABILITY_FILES, MASK: STABILITY_FILES}
_BRIA_MASKED = {BASE: BRIA_FILES, MASK: BRIA_FILES}


class Erase(Variations):
    """How far around the mask is erased too."""

    grow_mask_px: int = pixels(
        5, 20, "Grow mask", "The mask reaches so much further, so that no edge stays."
    )


class Inpaint(Variations):
    """What is painted in."""

    prompt: str = words("Prompt", "What stands in the masked place.", required=True)
    negative_prompt: str = negative()
    grow_mask_px: int = pixels(5, 100, "Grow mask", "The mask reaches so much further.")
    style_preset: StylePreset = preset()


class Outpaint(Variations):
    """How far the picture goes on, at each side."""

    left_px: int = pixels(0, 2000, "Left", "Added at the left.")
    right_px: int = pixels(0, 2000, "Right", "Added at the right.")
    top_px: int = pixels(0, 2000, "Top", "Added at the top.")
    bottom_px: int = pixels(0, 2000, "Bottom", "Added at the bottom.")
    creativity: float = Field(
        0.5, ge=0, le=1, title="Creativity", description="How freely new things are invented."
    )
    prompt: str = words("Prompt", "What the new parts show; empty: what fits.")
    style_preset: StylePreset = preset()

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if not (self.left_px or self.right_px or self.top_px or self.bottom_px):
            raise ValueError("Say how far the picture goes on at one side at least.")
        return self


class SearchReplace(Variations):
    """What is looked for, and what takes its place."""

    search_prompt: str = words(
        "Look for", "What is replaced, in a few words: “the red car”.", required=True, most=1000
    )
    prompt: str = words("Prompt", "What takes its place.", required=True)
    negative_prompt: str = negative()
    grow_mask_px: int = pixels(3, 20, "Grow mask", "What is found reaches so much further.")
    style_preset: StylePreset = preset()


class SearchRecolor(Variations):
    """What is looked for, and its new colours."""

    select_prompt: str = words(
        "Look for", "What is recoloured, in a few words: “the curtains”.", required=True, most=1000
    )
    prompt: str = words("Prompt", "Its new colours: “dark green velvet”.", required=True)
    negative_prompt: str = negative()
    grow_mask_px: int = pixels(3, 20, "Grow mask", "What is found reaches so much further.")
    style_preset: StylePreset = preset()


class RemoveBackground(Parameters):
    """Nothing to choose: the subject is kept, all else becomes transparent."""


def _expand_fits(parameters: Any, inputs: Sequence[InputFacts]) -> str:
    """Bria makes canvases of 25 megapixels at most."""
    for item in inputs:
        if item.role == BASE.code and item.width_px and item.height_px:
            width = item.width_px + parameters.left_px + parameters.right_px
            height = item.height_px + parameters.top_px + parameters.bottom_px
            if width * height > 25_000_000:
                return f"The result would have {width} × {height} px, more than 25 megapixels."
    return ""


ERASE = OperationSpec(
    code="edit.erase",
    title="Erase",
    group=OperationGroup.Code.EDIT,
    summary="Takes what is masked out of a picture and closes the place with what surrounds it.",
    parameters=Erase,
    output_kind="image",
    inputs=(_PICTURE, _MASK),
    offers=(
        stability("edit.erase", "Stable Image Erase", limits=_STABILITY_MASKED),
        bria(
            "edit.erase",
            "Bria Eraser",
            model="eraser",
            ignores=frozenset({"grow_mask_px", "random_seed"}),
            limits=_BRIA_MASKED,
        ),
    ),
    title_of=lambda parameters: "Erased",
)

INPAINT = OperationSpec(
    code="edit.inpaint",
    title="Inpaint",
    group=OperationGroup.Code.EDIT,
    summary="Paints something new into the masked part of a picture.",
    parameters=Inpaint,
    output_kind="image",
    inputs=(_PICTURE, _MASK),
    offers=(
        stability("edit.inpaint", "Stable Image Inpaint", limits=_STABILITY_MASKED),
        bria(
            "edit.inpaint",
            "Bria Generative Fill",
            model="gen-fill",
            ignores=frozenset({"grow_mask_px", "style_preset"}),
            limits=_BRIA_MASKED,
        ),
    ),
    title_of=lambda parameters: parameters.prompt,
)

OUTPAINT = OperationSpec(
    code="edit.outpaint",
    title="Outpaint",
    group=OperationGroup.Code.EDIT,
    summary="Goes on with a picture beyond its edges, by so many pixels at each side.",
    parameters=Outpaint,
    output_kind="image",
    inputs=(_PICTURE,),
    offers=(
        stability("edit.outpaint", "Stable Image Outpaint", limits={BASE: STABILITY_ASPECT}),
        bria(
            "edit.outpaint",
            "Bria Expand",
            model="expand",
            ignores=frozenset({"creativity", "style_preset"}),
            limits={BASE: BRIA_FILES},
            refuses=_expand_fits,
        ),
    ),
    title_of=lambda parameters: parameters.prompt or "Widened",
)

SEARCH_REPLACE = OperationSpec(
    code="edit.search_replace",
    title="Search and replace",
    group=OperationGroup.Code.EDIT,
    summary="Finds something in a picture by words and puts something else in its place.",
    parameters=SearchReplace,
    output_kind="image",
    inputs=(_PICTURE,),
    offers=(
        stability("edit.search_replace", "Search and replace", limits={BASE: STABILITY_ASPECT}),
    ),
    title_of=lambda parameters: f"{parameters.search_prompt} → {parameters.prompt}",
)

SEARCH_RECOLOR = OperationSpec(
    code="edit.search_recolor",
    title="Search and recolour",
    group=OperationGroup.Code.EDIT,
    summary="Finds something in a picture by words and gives it other colours.",
    parameters=SearchRecolor,
    output_kind="image",
    inputs=(_PICTURE,),
    offers=(
        stability("edit.search_recolor", "Search and recolour", limits={BASE: STABILITY_ASPECT}),
    ),
    title_of=lambda parameters: f"{parameters.select_prompt}: {parameters.prompt}",
)

REMOVE_BACKGROUND = OperationSpec(
    code="edit.remove_background",
    title="Remove background",
    group=OperationGroup.Code.EDIT,
    summary="Cuts the subject out; what is around it becomes transparent.",
    parameters=RemoveBackground,
    output_kind="image",
    is_seeded=False,
    inputs=(_PICTURE,),
    offers=(
        stability(
            "edit.remove_background",
            "Stable Image Remove background",
            limits={
                BASE: InputLimits(
                    min_side_px=64,
                    max_pixels=4_194_304,
                    max_bytes=STABILITY_FILES.max_bytes,
                    media_types=STABILITY_FILES.media_types,
                )
            },
        ),
        bria(
            "edit.remove_background",
            "Bria Background Remover",
            model="rmbg",
            limits={BASE: BRIA_FILES},
        ),
    ),
    title_of=lambda parameters: "Without background",
)

EDIT_OPERATIONS = (
    ERASE,
    INPAINT,
    OUTPAINT,
    SEARCH_REPLACE,
    SEARCH_RECOLOR,
    REMOVE_BACKGROUND,
)
