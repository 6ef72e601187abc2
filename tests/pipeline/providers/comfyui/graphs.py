"""Graphs for tests, and what their results are."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image

Graph = dict[str, Any]


def node(class_type: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": class_type, "inputs": inputs}


def slow(seed: int = 1, *, steps: int = 3, delay: float = 0.02, preview: str = "none") -> Graph:
    """Some steps, then a saved picture of noise that tells the seed."""
    return {
        "1": node("SlowProgress", steps=steps, delay=delay, preview=preview, size=16, seed=seed),
        "2": node("SaveImage", images=["1", 0], filename_prefix="out"),
    }


def slow_pixels(seed: int) -> np.ndarray:
    """What `slow` saves."""
    return np.random.default_rng(seed).integers(0, 256, (16, 16, 3), dtype=np.uint8)


def pixels_of(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("RGB"))


def is_of(content: bytes, seed: int) -> bool:
    """Whether a result is that of `slow(seed)`."""
    return bool(np.array_equal(pixels_of(content), slow_pixels(seed)))


def plain(colour: int = 255) -> dict[str, Any]:
    return node("EmptyImage", width=8, height=8, batch_size=1, color=colour)


def saved(of: str, prefix: str = "out") -> dict[str, Any]:
    return node("SaveImage", images=[of, 0], filename_prefix=prefix)


def previewed(of: str) -> dict[str, Any]:
    return node("PreviewImage", images=[of, 0])


def png(colour: int = 120, size: int = 12) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (size, size), (colour, colour, colour)).save(buffer, "PNG")
    return buffer.getvalue()
