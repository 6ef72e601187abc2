"""Refining a portrait: level the head, even out light and skin. Strength 0 changes nothing."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.faces import Face, eyes
from pipeline.imaging.filters import guided, skin_mask
from pipeline.imaging.measures import Pixels

Plane = npt.NDArray[np.float32]

#: Largest tilt that levelling takes out, degrees.
MOST_DEGREES = 45.0

_SHADE_SIZE = 0.09  # blur that leaves light and shade of a face, share of its width
_REACH = 1.35  # the face's surroundings that are evened out with it
_EVEN_EPS = 0.04**2


def level(rgb: Pixels, degrees: float) -> Pixels:
    """Turn a picture so that a tilt is gone, and crop the wedges this leaves at the sides.

    The crop is the largest of the picture's own aspect around its middle.

    Args:
        rgb: uint8 (height, width, 3).
        degrees: the tilt to take out, as `faces.roll_degrees` returns it, -45 … 45.

    Raises:
        ValueError: the angle is outside its range.
    """
    if abs(degrees) > MOST_DEGREES:
        raise ValueError(f"degrees must lie in -{MOST_DEGREES:g} … {MOST_DEGREES:g}, got {degrees}")
    if degrees == 0:
        return rgb
    height, width = rgb.shape[:2]
    sine, cosine = abs(math.sin(math.radians(degrees))), math.cos(math.radians(degrees))
    share = min(width / (width * cosine + height * sine), height / (width * sine + height * cosine))
    wide, high = max(1, math.floor(width * share)), max(1, math.floor(height * share))
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    matrix[:, 2] += np.array([(wide - width) / 2, (high - height) / 2])
    turned = cv2.warpAffine(
        rgb, matrix, (wide, high), flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101
    )
    return np.asarray(turned, np.uint8)


def symmetrise(rgb: Pixels, face: Face, strength: float) -> Pixels:
    """Even out the light on the two halves of a face.

    Only low frequencies are touched: light and shade move towards the mean of the face and its
    mirror image about the midline between the eyes; features, skin and hair keep their places.

    Args:
        rgb: uint8 (height, width, 3).
        face: whose halves.
        strength: 0 (nothing) … 1 (light and shade the same on both sides).

    Raises:
        ValueError: the strength is outside its range.
    """
    _check(strength)
    if strength == 0:
        return rgb
    x, y, angle = _midline(rgb, face)
    picture = rgb.astype(np.float32)
    low = cv2.GaussianBlur(picture, (0, 0), max(1.0, _SHADE_SIZE * face.width))
    twice = math.radians(2 * angle)
    # Mirror at the line through (x, y) perpendicular to the eye line.
    turn = np.array([[-math.cos(twice), -math.sin(twice)], [-math.sin(twice), math.cos(twice)]])
    shift = np.array([x, y]) - turn @ np.array([x, y])
    mirror = cv2.warpAffine(
        low,
        np.hstack([turn, shift[:, None]]),
        (rgb.shape[1], rgb.shape[0]),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    weight = (0.5 * strength) * _oval(rgb.shape[:2], face, x)
    result = picture + weight[..., None] * (mirror - low)
    return np.clip(np.rint(result), 0, 255).astype(np.uint8)


def _midline(rgb: Pixels, face: Face) -> tuple[float, float, float]:
    """A point on the midline of the face and the tilt of its eye line in degrees."""
    pair = eyes(rgb, face)
    if pair is None:
        return (*face.centre, 0.0)
    (left_x, left_y), (right_x, right_y) = pair
    angle = math.degrees(math.atan2(right_y - left_y, right_x - left_x))
    return (left_x + right_x) / 2, (left_y + right_y) / 2, angle


def _oval(shape: tuple[int, int], face: Face, middle_x: float) -> Plane:
    """1 on the face, falling softly to 0 around it."""
    ys, xs = np.indices(shape, dtype=np.float32)
    far = np.hypot(
        (xs - middle_x) / (face.width / 2), (ys - face.centre[1]) / (face.height / 2 * 1.2)
    )
    rise = np.clip((_REACH - far) / (_REACH - 0.7), 0, 1)
    return np.asarray(rise * rise * (3 - 2 * rise), np.float32)


def smooth_skin(rgb: Pixels, strength: float) -> Pixels:
    """Even out blotches of skin and keep its texture.

    Frequency separation: the finest layer (pores, lashes, grain) is put aside; the layer under
    it is smoothed by a guided filter, which keeps the edges of features, where the colour is that
    of skin; then the finest layer is put back.

    Args:
        rgb: uint8 (height, width, 3).
        strength: 0 (nothing) … 1.

    Raises:
        ValueError: the strength is outside its range.
    """
    _check(strength)
    if strength == 0:
        return rgb
    picture = rgb.astype(np.float32) / np.float32(255)
    fine = max(0.8, min(rgb.shape[:2]) / 700)
    low = cv2.GaussianBlur(picture, (0, 0), fine)
    texture = picture - low
    radius = max(2, round(min(rgb.shape[:2]) / 60))
    # Every channel keeps its own edges, so that lips and make-up keep their colour.
    planes = [np.ascontiguousarray(low[..., channel], np.float32) for channel in range(3)]
    even = np.stack([guided(plane, plane, radius, _EVEN_EPS) for plane in planes], axis=2)
    weight = np.float32(strength) * skin_mask(rgb)
    result = low + weight[..., None] * (even - low) + texture
    return np.asarray(np.clip(np.rint(result * 255), 0, 255), np.uint8)


def _check(strength: float) -> None:
    if not 0 <= strength <= 1:
        raise ValueError(f"strength must lie in 0 … 1, got {strength}")
