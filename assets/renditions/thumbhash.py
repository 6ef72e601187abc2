"""ThumbHash: a picture's colours and forms in some 25 bytes, shown while the thumbnail loads.

The format is Evan Wallace's (https://evanw.github.io/thumbhash/); this is an encoder in NumPy.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

MAX_SIDE_PX = 100

Values = np.ndarray[Any, np.dtype[np.float64]]


def thumb_hash(rgba: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    """The ThumbHash of a small picture.

    Args:
        rgba: height × width × 4 values 0–255, straight alpha, each side 1–100.

    Raises:
        ValueError: another shape.
    """
    if rgba.ndim != 3 or rgba.shape[2] != 4 or not 0 < max(rgba.shape[:2]) <= MAX_SIDE_PX:
        raise ValueError(f"A ThumbHash is made from RGBA of at most {MAX_SIDE_PX} px a side.")
    height, width = rgba.shape[:2]
    values = rgba.astype(np.float64) / 255
    alpha = values[..., 3]
    weight = alpha.sum()
    average = (values[..., :3] * alpha[..., None]).sum((0, 1)) / (weight or 1)
    has_alpha = bool(weight < width * height)
    # over the average colour, so that transparent parts do not pull the rest towards black
    red, green, blue = np.moveaxis(
        average * (1 - alpha[..., None]) + values[..., :3] * alpha[..., None], 2, 0
    )
    limit = 5 if has_alpha else 7
    across = max(1, _round(limit * width / max(width, height)))
    down = max(1, _round(limit * height / max(width, height)))
    light = _channel((red + green + blue) / 3, max(3, across), max(3, down))
    yellow = _channel((red + green) / 2 - blue, 3, 3)
    crimson = _channel(red - green, 3, 3)
    landscape = width > height
    head = (
        _round(63 * light[0])
        | _round(31.5 + 31.5 * yellow[0]) << 6
        | _round(31.5 + 31.5 * crimson[0]) << 12
        | _round(31 * light[2]) << 18
        | has_alpha << 23
        | (down if landscape else across) << 24
        | _round(63 * yellow[2]) << 27
        | _round(63 * crimson[2]) << 33
        | landscape << 39
    )
    found: bytes = head.to_bytes(5, "little")
    nibbles = [*light[1], *yellow[1], *crimson[1]]
    if has_alpha:
        clear = _channel(alpha, 5, 5)
        found += bytes([_round(15 * clear[0]) | _round(15 * clear[2]) << 4])
        nibbles += clear[1]
    packed = [_round(15 * value) for value in nibbles]
    packed += [0] * (len(packed) % 2)
    return found + bytes(
        low | high << 4 for low, high in zip(packed[::2], packed[1::2], strict=True)
    )


def _channel(values: Values, across: int, down: int) -> tuple[float, list[float], float]:
    """Mean, scaled low frequencies and their scale, by the discrete cosine transform."""
    height, width = values.shape
    waves_x = np.cos(np.pi / width * np.outer(np.arange(across), np.arange(width) + 0.5))
    waves_y = np.cos(np.pi / height * np.outer(np.arange(down), np.arange(height) + 0.5))
    found = waves_y @ values @ waves_x.T / (width * height)
    kept = [
        float(found[y, x])
        for y in range(down)
        for x in range(across)
        if x * down < across * (down - y)
    ]
    mean, rest = kept[0], kept[1:]
    scale = max(map(abs, rest), default=0.0)
    if scale:
        rest = [0.5 + 0.5 / scale * value for value in rest]
    return mean, rest, scale


def _round(value: float) -> int:
    """Half upwards, as the reference does."""
    return math.floor(value + 0.5)
