"""All operations of the studio, one line each."""

from __future__ import annotations

from pipeline.operations.create_image import CREATE_IMAGE
from pipeline.operations.declaration import OperationSpec
from pipeline.operations.image_to_video import IMAGE_TO_VIDEO
from pipeline.operations.noop import NOOP
from pipeline.operations.render_cut import RENDER_CUT
from studio.core.errors import NotFound

CATALOGUE: dict[str, OperationSpec] = {
    spec.code: spec
    for spec in (
        CREATE_IMAGE,
        IMAGE_TO_VIDEO,
        RENDER_CUT,
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
