"""Colour along the clip: a gentle change of light, and the pull towards a reference picture."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.faces import Face, find_faces
from pipeline.video.motion.spec import Frame

_LIT_GAIN = 0.09  # how much brighter the lit side of the lit picture is
_GAIN_BOUNDS = (0.8, 1.25)
_OFFSET_BOUND = 30.0

Triple = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Anchor:
    """What takes the picture's colours to the reference's: level × gain + offset, by channel."""

    gain: Triple
    offset: Triple
    method: str


NO_ANCHOR = Anchor(np.ones(3), np.zeros(3), "none")


def measure_anchor(picture: Frame, faces: tuple[Face, ...], reference: Frame | None) -> Anchor:
    """How the picture's colour statistics are matched to those of a reference.

    Mean and standard deviation by channel (Reinhard et al. 2001, in RGB). Where both pictures show
    a face, those of the largest faces count, for a likeness may be framed in any way; else those
    of the whole pictures. Bounded to a gain of 0.8–1.25 and an offset of ±30 levels.
    """
    if reference is None:
        return NO_ANCHOR
    known = find_faces(reference)
    if faces and known:
        ours, theirs, method = _inner(picture, faces[0]), _inner(reference, known[0]), "face"
    else:
        ours, theirs, method = picture, reference, "frame"
    mean, spread = _statistics(ours)
    wanted_mean, wanted_spread = _statistics(theirs)
    gain = np.clip(wanted_spread / np.maximum(spread, 1.0), *_GAIN_BOUNDS)
    # A gain about the mean, so that bounding one does not unbalance the other.
    change = np.clip(wanted_mean - mean, -_OFFSET_BOUND, _OFFSET_BOUND)
    return Anchor(gain, mean + change - gain * mean, method)


def _inner(picture: Frame, face: Face) -> Frame:
    """The face without hair and background."""
    x, y = face.left + face.width * 0.2, face.top + face.height * 0.15
    right, bottom = face.left + face.width * 0.8, face.top + face.height * 0.9
    return picture[
        round(y) : max(round(y) + 1, round(bottom)), round(x) : max(round(x) + 1, round(right))
    ]


def _statistics(picture: Frame) -> tuple[Triple, Triple]:
    flat = picture.reshape(-1, 3)
    return flat.mean(axis=0, dtype=np.float64), flat.std(axis=0, dtype=np.float64)


def lit_picture(picture: Frame, degrees: float) -> Frame:
    """The picture with a soft light on the side that lies in this direction (0: right)."""
    height, width = picture.shape[:2]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :] * np.float32(
        math.cos(math.radians(degrees))
    )
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None] * np.float32(
        math.sin(math.radians(degrees))
    )
    gain = 1 + np.float32(_LIT_GAIN) * (x + y) / np.float32(1.2)
    return np.asarray(np.clip(picture * gain[..., None] + 0.5, 0, 255), np.uint8)


def graded(picture: Frame, anchor: Anchor, pull: float, warmth: float) -> Frame:
    """The picture with the anchor's share `pull` (0 … 1), and brighter by the share `warmth`.

    Red follows the brightness half as much again, blue half as much: light that grows is warm.
    """
    if not pull and not warmth:
        return picture
    levels = np.arange(256, dtype=np.float64)[:, None]
    pulled = levels + pull * (levels * anchor.gain + anchor.offset - levels)
    warm = pulled * (1 + warmth * np.array([1.5, 1.0, 0.5]))
    table = np.clip(np.rint(warm), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(picture, table[None]), np.uint8)
