"""Input pictures as pixels (upright, sRGB, opaque; lossless ones bit for bit), pixels as PNG."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvips
from PIL import Image, PngImagePlugin

from pipeline.providers.base import InputFile, RunRequest
from pipeline.providers.local.making import refuse

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
        name = file.role.replace("-", " ")
        raise refuse(f"The {name} can't be read as a picture.", str(error)[:2000]) from error


def to_png(
    pixels: npt.NDArray[np.uint8], embed: Mapping[str, str], random_seed: int | None = None
) -> bytes:
    """Encode uint8 RGB as PNG, losslessly, with the texts to embed and the seed it was drawn by."""
    info = PngImagePlugin.PngInfo()
    for key, text in embed.items():
        info.add_itxt(key, text)
    if random_seed is not None:
        info.add_itxt("seedframe:random-seed", str(random_seed))
    buffer = io.BytesIO()
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    picture.save(buffer, "PNG", pnginfo=info, compress_level=4)
    return buffer.getvalue()


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
