"""Stored pictures as arrays, upright and in sRGB."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyvips

from assets.models import Blob
from assets.storage.store import local_copy
from pipeline.imaging.measures import Pixels
from studio.core.errors import Invalid


def load_rgb(blob: Blob, *, side_px: int | None = None) -> Pixels:
    """Decode a stored picture: uint8 (height, width, 3), upright, on white where transparent.

    Args:
        side_px: bring the longer side down to this; None: full resolution.

    Raises:
        Invalid: the file can't be decoded, or the store has lost it.
    """
    try:
        path = str(local_copy(blob))
        image: Any
        if side_px is None:
            image = pyvips.Image.new_from_file(path).autorot()
        else:
            image = pyvips.Image.thumbnail(path, side_px, size="down")
        if image.interpretation != "srgb":
            image = image.colourspace("srgb")
        if image.hasalpha():
            image = image.flatten(background=[255, 255, 255])
        image = image.cast("uchar")
        found = np.frombuffer(image.write_to_memory(), np.uint8)
    except (pyvips.Error, FileNotFoundError) as error:
        raise Invalid("The picture can't be decoded.", remedy="Upload it again.") from error
    pixels = found.reshape(image.height, image.width, image.bands)
    return np.ascontiguousarray(
        np.repeat(pixels, 3, axis=2) if image.bands == 1 else pixels[..., :3]
    )
