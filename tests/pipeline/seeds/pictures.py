"""Pictures for seed images: a real portrait as scikit-image ships it, and bad ones."""

from __future__ import annotations

import functools

import numpy as np
from PIL import Image
from skimage import data

from tests.assets.pictures import encoded


@functools.cache
def portrait(shift: int = 0) -> bytes:
    """NASA's astronaut, head and shoulders, 512 px wide; `shift` changes it a little."""
    pixels = np.asarray(data.astronaut())
    part = Image.fromarray(pixels[0:300, 90 : 90 + 280])
    return encoded(part.resize((560 + 2 * shift, 600), Image.Resampling.LANCZOS), "PNG")


@functools.cache
def two_faces() -> bytes:
    """The same face twice beside each other."""
    pixels = np.asarray(data.astronaut())[0:300, 90:370]
    both = Image.fromarray(np.concatenate([pixels, pixels], axis=1))
    return encoded(both.resize((1120, 600)), "PNG")


@functools.cache
def no_face() -> bytes:
    """A cup of coffee."""
    return encoded(Image.fromarray(np.asarray(data.coffee())[:, 20:580]).resize((700, 500)), "PNG")
