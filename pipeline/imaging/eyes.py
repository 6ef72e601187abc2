"""Where the eyes of a face are, by classical means.

Method: in the two places where eyes sit in a frontal face, the point towards which the dark
rings' gradients agree most (Timm and Barth 2011, "Accurate eye centre localisation by means of
gradients"), weighted by darkness. A pair is believed only where both points stand out, their
distance fits the face, and the line between them is tilted by less than 35°.

Accuracy on frontal faces from 60 px width: within about a twentieth of the face's width. Glasses
with reflections, closed eyes, hair across the eyes and profiles give None or a worse answer.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.measures import Pixels, luma

Point = tuple[float, float]
Box = tuple[int, int, int, int]

_SIDE_PX = 80  # the face is looked at in this width
_TOP, _BOTTOM = 0.22, 0.52
_OUTER, _INNER = 0.12, 0.46
_LEAST_STRIKING = 1.6  # peak by mean of the agreement map
_MOST_TILT_DEGREES = 35.0


def find_eyes(rgb: Pixels, box: Box) -> tuple[Point, Point] | None:
    """Return the centres of the eyes, the one on the left of the picture first, in pixels.

    Args:
        rgb: the whole picture.
        box: left, top, width, height of the face in pixels.

    Returns:
        None when the two are not found for sure.
    """
    left, top, width, height = box
    if min(width, height) < 20:
        return None
    face = luma(rgb[top : top + height, left : left + width])
    factor = _SIDE_PX / face.shape[1]
    shrinks = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    small = cv2.resize(face, (_SIDE_PX, max(8, round(face.shape[0] * factor))), None, 0, 0, shrinks)
    found = []
    for start, stop in ((_OUTER, _INNER), (1 - _INNER, 1 - _OUTER)):
        x0, x1 = round(start * _SIDE_PX), round(stop * _SIDE_PX)
        y0, y1 = round(_TOP * small.shape[0]), round(_BOTTOM * small.shape[0])
        point = _centre(np.asarray(small[y0:y1, x0:x1], np.float32))
        if point is None:
            return None
        found.append((left + (x0 + point[0] + 0.5) / factor, top + (y0 + point[1] + 0.5) / factor))
    return _believed(found[0], found[1], width)


def _believed(one: Point, other: Point, width: int) -> tuple[Point, Point] | None:
    across, down = other[0] - one[0], other[1] - one[1]
    distance = math.hypot(across, down) / width
    tilt = abs(math.degrees(math.atan2(down, across)))
    if not 0.25 <= distance <= 0.7 or tilt > _MOST_TILT_DEGREES:
        return None
    return one, other


def _centre(region: npt.NDArray[np.float32]) -> Point | None:
    """The point where the gradients of dark rings meet, (x, y) in pixels of the region."""
    rows, columns = region.shape
    smooth = cv2.GaussianBlur(region, (0, 0), 1.0)
    dx, dy = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    strength = np.hypot(dx, dy)
    strong = strength > strength.mean() + 0.3 * strength.std()
    if int(strong.sum()) < 12 or float(strength.max()) < 8.0:
        return None
    ys, xs = np.nonzero(strong)
    gx, gy = dx[strong] / strength[strong], dy[strong] / strength[strong]
    cy, cx = (axis.ravel() for axis in np.indices((rows, columns)))
    to_x, to_y = xs[None, :] - cx[:, None], ys[None, :] - cy[:, None]
    far = np.hypot(to_x, to_y)
    radius = 0.3 * columns
    weight = ((far > 1.0) & (far < radius)) / np.maximum(far, 1.0)
    # Outward gradients only: an iris is darker than what surrounds it.
    agreement = np.maximum(0.0, to_x * gx + to_y * gy) / np.maximum(far, 1.0)
    votes = (np.square(agreement) * weight).sum(axis=1).reshape(rows, columns)
    dark = cv2.GaussianBlur(region, (0, 0), 2.0)
    dark = (dark.max() - dark) / max(1.0, float(dark.max() - dark.min()))
    votes = cv2.GaussianBlur((votes * (0.2 + dark)).astype(np.float32), (0, 0), 1.0)
    votes *= _middling(rows, columns)
    peak = int(votes.argmax())
    if float(votes.flat[peak]) < _LEAST_STRIKING * float(votes.mean()):
        return None
    y, x = divmod(peak, columns)
    return _refined(votes, x, y)


def _middling(rows: int, columns: int) -> npt.NDArray[np.float32]:
    """Mild preference for where eyes are, so that brows and hair at the rim win less often."""
    y = np.linspace(-1, 1, rows, dtype=np.float32)[:, None] - np.float32(0.15)
    x = np.linspace(-1, 1, columns, dtype=np.float32)[None, :]
    return np.asarray(np.exp(-(np.square(y) + np.square(x)) * 0.7), np.float32)


def _refined(votes: npt.NDArray[np.float32], x: int, y: int) -> Point:
    """Centre of mass of the peak's 3×3 surroundings."""
    x0, y0 = max(0, x - 1), max(0, y - 1)
    near = votes[y0 : y + 2, x0 : x + 2].astype(np.float64)
    total = float(near.sum())
    rows, columns = np.indices(near.shape)
    return x0 + float((near * columns).sum()) / total, y0 + float((near * rows).sum()) / total
