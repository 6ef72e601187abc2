"""Reverse, from Seed B to Seed A: a head-and-shoulders portrait taken out of a foundation.

Classical means, no model: the largest face is found, the picture is levelled by its eyes, cropped
to head and shoulders, enlarged by Lanczos and sharpened. Nothing is invented: a face that is small
in the foundation stays soft, and the checks will say so.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.imaging.autocrop import Box, plan_crop
from pipeline.imaging.faces import Face, find_faces, roll_degrees
from pipeline.imaging.measures import Pixels
from pipeline.imaging.placement import direct_light
from pipeline.imaging.refine import level
from pipeline.imaging.sizes import SizePlan, fit_to
from pipeline.imaging.sketch.stream import Stream

_FACE_SHARE = (0.33, 0.43)
_TILT = (1.5, 30.0)  # degrees between which a head is levelled


class NoFace(ValueError):
    """The picture shows no face that could be found."""


@dataclass(frozen=True)
class PortraitSpec:
    """Everything that decides a portrait besides the foundation.

    Attributes:
        width_px, height_px: of the result, 64 … 4096.
        random_seed: 0 … 2**63-1; changes framing and light a little.
    """

    width_px: int
    height_px: int
    random_seed: int


@dataclass(frozen=True)
class TakenPortrait:
    """A finished portrait.

    Attributes:
        pixels: uint8 (height_px, width_px, 3).
        levelled_degrees: the tilt that was taken out; 0 for none.
        enlarged: how many pixels of the result stand for one of the foundation, by side.
    """

    pixels: Pixels
    levelled_degrees: float
    enlarged: float


def take_portrait(rgb: Pixels, spec: PortraitSpec) -> TakenPortrait:
    """Take a portrait out of a foundation; equal arguments give equal bits on one machine.

    Args:
        rgb: the foundation, uint8 (height, width, 3).

    Raises:
        NoFace: no face was found.
    """
    face = next(iter(find_faces(rgb)), None)
    if face is None:
        raise NoFace(
            "No face was found in the foundation. Choose one that shows the face from the front, "
            "at least a tenth of the picture's longer side wide."
        )
    stream = Stream(spec.random_seed, "portrait")
    rgb, face, degrees = _levelled(rgb, face)
    box = _framed(rgb, face, spec, stream.child("frame"))
    plan = SizePlan(spec.width_px, spec.height_px, box.width, box.height)
    pixels = fit_to(np.ascontiguousarray(box.of(rgb)), plan, (0.5, 0.4))
    pixels = _sharpened(pixels, plan.scale)
    return TakenPortrait(_lit(pixels, stream.child("light")), degrees, round(plan.scale, 3))


def _levelled(rgb: Pixels, face: Face) -> tuple[Pixels, Face, float]:
    """The picture with the head upright, where that is possible and the face stays in it."""
    roll = roll_degrees(rgb, face)
    if roll is None or not _TILT[0] <= abs(roll) <= _TILT[1]:
        return rgb, face, 0.0
    turned = level(rgb, roll)
    again = next(iter(find_faces(turned)), None)
    if again is None or again.area_px < 0.5 * face.area_px:
        return rgb, face, 0.0
    return turned, again, round(roll, 2)


def _framed(rgb: Pixels, face: Face, spec: PortraitSpec, stream: Stream) -> Box:
    box = plan_crop(
        rgb,
        spec.width_px,
        spec.height_px,
        face=face,
        face_share=stream.uniform(*_FACE_SHARE),
        least_px=1,
    )
    aside = round(stream.uniform(-0.03, 0.03) * box.width)
    left = min(max(0, box.left + aside), rgb.shape[1] - box.width)
    return Box(left, box.top, box.width, box.height)


def _sharpened(pixels: Pixels, scale: float) -> Pixels:
    """Unsharp mask for what enlarging took, beside the little that `fit_to` gives back."""
    if scale <= 1.05:
        return pixels
    soft = cv2.GaussianBlur(pixels, (0, 0), min(4.0, 0.8 * scale))
    amount = min(0.5, 0.25 * scale)
    return np.asarray(cv2.addWeighted(pixels, 1 + amount, soft, -amount, 0), np.uint8)


def _lit(pixels: Pixels, stream: Stream) -> Pixels:
    """A little exposure, direction and warmth of light."""
    picture = np.power(pixels.astype(np.float32) / np.float32(255), stream.uniform(0.9, 1.06))
    lit = direct_light(
        np.asarray(picture, np.float32), stream.uniform(-0.5, 0.5), stream.uniform(-0.3, 0.4)
    )
    return np.clip(np.rint(lit * 255), 0, 255).astype(np.uint8)
