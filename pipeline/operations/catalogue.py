"""All operations of the studio, one line each."""

from __future__ import annotations

from pipeline.operations.assemble_delivery import ASSEMBLE_DELIVERY
from pipeline.operations.boundaries import HEAL_BOUNDARY, MEASURE_BOUNDARY
from pipeline.operations.comfyui_run import COMFYUI_RUN
from pipeline.operations.control_images import CONTROL_OPERATIONS
from pipeline.operations.create_image import CREATE_IMAGE
from pipeline.operations.declaration import OperationSpec
from pipeline.operations.edit_images import EDIT_OPERATIONS
from pipeline.operations.edit_prompt import EDIT_PROMPT
from pipeline.operations.examine import EXAMINE
from pipeline.operations.image_to_3d import IMAGE_TO_3D
from pipeline.operations.image_to_video import IMAGE_TO_VIDEO
from pipeline.operations.noop import NOOP
from pipeline.operations.render_cut import RENDER_CUT
from pipeline.operations.replace_background import REPLACE_BACKGROUND
from pipeline.operations.seed_images import SEED_OPERATIONS
from pipeline.operations.structured_prompt import STRUCTURE_PROMPT
from pipeline.operations.talking_avatar import TALKING_AVATAR
from pipeline.operations.upscale_images import UPSCALE_OPERATIONS
from studio.core.errors import NotFound

CATALOGUE: dict[str, OperationSpec] = {
    spec.code: spec
    for spec in (
        CREATE_IMAGE,
        STRUCTURE_PROMPT,
        *EDIT_OPERATIONS,
        REPLACE_BACKGROUND,
        EDIT_PROMPT,
        *UPSCALE_OPERATIONS,
        IMAGE_TO_VIDEO,
        TALKING_AVATAR,
        IMAGE_TO_3D,
        *CONTROL_OPERATIONS,
        EXAMINE,
        MEASURE_BOUNDARY,
        HEAL_BOUNDARY,
        RENDER_CUT,
        ASSEMBLE_DELIVERY,
        *SEED_OPERATIONS,
        COMFYUI_RUN,
        NOOP,
    )
}


def get_operation(code: str) -> OperationSpec:
    """The declaration of an operation.

    Raises:
        NotFound: the catalogue has none of this code.
    """
    try:
        return CATALOGUE[code]
    except KeyError:
        raise NotFound(f"There is no operation “{code[:60]}”.") from None


def is_step(code: str) -> bool:
    """Whether an operation is a step of the studio's own; one that is no longer known is none."""
    spec = CATALOGUE.get(code)
    return spec is not None and spec.is_step
