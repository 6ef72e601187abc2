"""Fingerprints of pictures, by definitions that stay fixed: stored values must stay comparable.

*Pixel hash*: SHA-256 of the line `rgba8 <width>x<height>` with a line feed (`rgba16` when the file
has more than 8 bits a channel), followed by the decoded pixels of the first frame, row by row, as
sRGB with straight alpha (opaque where the file has none), 16-bit values in little-endian order. The
EXIF orientation is not applied. Equal hashes mean pixel-identical pictures, whatever the format.

*Perceptual hash*: the picture as people see it, squeezed to 32 × 32 grey values; of its discrete
cosine transform (type II, orthonormal) the 8 × 8 lowest frequencies; one bit each, in row order,
most significant first: whether it is above the median of the 63 without the first. Stored as a
signed 64-bit number; near pictures differ in few bits.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyvips

_SIDE = 32
_LOW = 8
_STRIP_PX = 1_000_000


class TooSlow(Exception):
    """Decoding took longer than it may."""


def strips(image: Any, *, seconds: float) -> Iterator[bytes]:
    """The pixels of a pyvips image from top to bottom, some rows at a time, each decoded once.

    Raises:
        TooSlow: after `seconds`; checked between strips.
    """
    limit = time.monotonic() + seconds
    region = pyvips.Region.new(image)
    rows = max(1, _STRIP_PX // image.width)
    for top in range(0, image.height, rows):
        if time.monotonic() > limit:
            raise TooSlow
        yield region.fetch(0, top, image.width, min(rows, image.height - top))


def pixel_sha256(image: Any, *, seconds: float = 60) -> str:
    """The pixel hash of a pyvips image (a sequential one is read once).

    Raises:
        TooSlow: decoding took longer than `seconds`.
        pyvips.Error: the picture is damaged.
    """
    deep = image.format not in ("uchar", "char")
    image = image.colourspace("rgb16" if deep else "srgb")
    if not image.hasalpha():
        image = image.addalpha()
    if image.bands > 4:
        image = image.extract_band(0, n=4)
    image = image.cast("ushort" if deep else "uchar")
    digest = hashlib.sha256(
        f"{'rgba16' if deep else 'rgba8'} {image.width}x{image.height}\n".encode()
    )
    for strip in strips(image, seconds=seconds):
        if deep and sys.byteorder == "big":
            strip = np.frombuffer(strip, dtype=np.uint16).byteswap().tobytes()
        digest.update(strip)
    return digest.hexdigest()


def perceptual_hash(thumbnail: Any) -> int:
    """The perceptual hash of a picture that is squeezed to 32 × 32 already (a pyvips image).

    Raises:
        ValueError: it is of another size.
    """
    if (thumbnail.width, thumbnail.height) != (_SIDE, _SIDE):
        raise ValueError("The perceptual hash is taken from 32 × 32 pixels.")
    if thumbnail.hasalpha():
        thumbnail = thumbnail.flatten(background=[128])
    grey = thumbnail.colourspace("b-w").extract_band(0).cast("uchar")
    values = np.frombuffer(grey.write_to_memory(), dtype=np.uint8).reshape(_SIDE, _SIDE)
    low = (_DCT[:_LOW] @ values.astype(np.float64) @ _DCT[:_LOW].T).ravel()
    # Rounded, so that a last bit of floating point can't turn a flat area's hash around.
    low = np.round(low, 6)
    bits = low > np.median(low[1:])
    value = int.from_bytes(np.packbits(bits).tobytes(), "big")
    return value - (1 << 64) if value >> 63 else value


def distance(left: int, right: int) -> int:
    """In how many of the 64 bits two perceptual hashes differ."""
    return ((left ^ right) & (1 << 64) - 1).bit_count()


def _dct_matrix() -> np.ndarray[Any, np.dtype[np.float64]]:
    n = np.arange(_SIDE)
    matrix: np.ndarray[Any, np.dtype[np.float64]] = np.cos(np.pi / _SIDE * np.outer(n, n + 0.5))
    matrix *= np.sqrt(2 / _SIDE)
    matrix[0] = np.sqrt(1 / _SIDE)
    return matrix


_DCT = _dct_matrix()
