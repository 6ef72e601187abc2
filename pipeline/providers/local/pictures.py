"""Input pictures as pixels: upright, sRGB, opaque; a lossless file comes through bit for bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvips

from pipeline.providers.base import ErrorClass, InputFile, ProviderError, RunRequest

_BACKDROP = 255  # what a transparent picture stands on


def read_picture(file: InputFile) -> npt.NDArray[np.uint8]:
    """Decode an input to uint8 RGB of shape (height, width, 3).

    Turned upright by its EXIF orientation, brought to sRGB by its colour profile, transparency on
    white. An 8-bit sRGB picture without these keeps its values exactly.

    Raises:
        ProviderError: the file can't be decoded.
    """
    try:
        return _pixels(file.path)
    except pyvips.Error as error:
        raise ProviderError(
            f"The {file.role.replace('-', ' ')} can't be read as a picture.",
            detail=str(error)[:2000],
            error_class=ErrorClass.INPUT,
        ) from error


def inputs_of(request: RunRequest, role: str) -> list[InputFile]:
    """The inputs of a request that play this part, in their order."""
    return [file for file in request.inputs if file.role == role]


def _pixels(path: Path) -> npt.NDArray[np.uint8]:
    image: Any = pyvips.Image.new_from_file(str(path), fail_on="error").autorot()
    if image.get_typeof("icc-profile-data"):
        image = _by_profile(image)
    image = image.colourspace("srgb")
    if image.hasalpha():
        image = image.flatten(background=[_BACKDROP] * 3)
    image = image.extract_band(0, n=3).cast("uchar")
    values = np.frombuffer(image.write_to_memory(), dtype=np.uint8)
    return values.reshape(image.height, image.width, 3).copy()


def _by_profile(image: Any) -> Any:
    """The picture by its profile; as it is where the profile fits no picture like this."""
    try:
        return image.icc_transform("srgb", embedded=True).copy_memory()
    except pyvips.Error:
        return image
