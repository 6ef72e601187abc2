"""Thumbnails of one picture: upright, in sRGB, without metadata, transparency kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvips

from assets.renditions.models import RenditionKind, RenditionKindCode
from assets.renditions.thumbhash import MAX_SIDE_PX, thumb_hash

QUALITY = 80


@dataclass(frozen=True)
class Thumbnails:
    """WebP files by kind, and the placeholder."""

    files: dict[RenditionKindCode, bytes]
    thumbhash: bytes


def make_thumbnails(path: Path) -> Thumbnails:
    """Render all thumbnails of the picture at `path`, from its first frame or page.

    The picture is decoded once, to the biggest size; the smaller ones come from that. No pixels
    are invented: a picture smaller than a thumbnail keeps its size.

    Raises:
        pyvips.Error: the picture can't be decoded.
    """
    kinds = sorted(RenditionKindCode, key=_side_px, reverse=True)
    side = _side_px(kinds[0])
    image = pyvips.Image.thumbnail(
        str(path), side, height=side, size="down", fail_on="error"
    ).copy_memory()
    return _files(_in_srgb(image), kinds)


def make_frame_thumbnails(frame: npt.NDArray[np.uint8]) -> Thumbnails:
    """Render all thumbnails of one upright frame of a video, uint8 RGB (height, width, 3)."""
    height, width = frame.shape[:2]
    image = pyvips.Image.new_from_memory(frame.tobytes(), width, height, 3, "uchar")
    kinds = sorted(RenditionKindCode, key=_side_px, reverse=True)
    return _files(_shrunk(image.copy(interpretation="srgb"), _side_px(kinds[0])), kinds)


def _files(image: Any, kinds: list[RenditionKindCode]) -> Thumbnails:
    """The files from the biggest to the smallest, each from the one before."""
    files = {}
    for kind in kinds:
        image = _shrunk(image, _side_px(kind))
        files[kind] = image.webpsave_buffer(Q=QUALITY, keep="none")
    return Thumbnails(files=files, thumbhash=_placeholder(image))


def _in_srgb(image: Any) -> Any:
    """The picture in sRGB. Done on few pixels: asked of libvips at loading it costs far more."""
    if image.interpretation == "cmyk" or not image.get_typeof("icc-profile-data"):
        return image
    try:
        return image.icc_transform("srgb", embedded=True).copy_memory()
    except pyvips.Error:  # a profile that fits no picture like this says nothing about colours
        return image


def _side_px(kind: RenditionKindCode) -> int:
    return int(RenditionKind.extras[kind]["side_px"])


def _shrunk(image: Any, side: int) -> Any:
    if max(image.width, image.height) <= side:
        return image
    return image.thumbnail_image(side, height=side, size="down").copy_memory()


def _placeholder(image: Any) -> bytes:
    small = _shrunk(image, MAX_SIDE_PX).colourspace("srgb")
    if not small.hasalpha():
        small = small.addalpha()
    small = small.extract_band(0, n=4).cast("uchar")
    values = np.frombuffer(small.write_to_memory(), dtype=np.uint8)
    return thumb_hash(values.reshape(small.height, small.width, 4))
