"""Where the eye goes first: a cheap saliency for focal-point crops."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

_WORKING_SIDE_PX = 128


def saliency(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return a saliency map, 0 … 1, whose longer side is at most 128 px.

    Saliency is how much a place differs in Lab colour from its wider surroundings,
    plus how much fine detail it holds, with a mild preference for the middle.
    """
    height, width = rgb.shape[:2]
    factor = min(1.0, _WORKING_SIDE_PX / max(height, width))
    size = (max(8, round(width * factor)), max(8, round(height * factor)))
    small = cv2.resize(rgb[..., :3], size, interpolation=cv2.INTER_AREA).astype(np.float32)
    lab = cv2.cvtColor(small / np.float32(255), cv2.COLOR_RGB2Lab)
    centre = cv2.GaussianBlur(lab, (0, 0), 2.0)
    around = cv2.GaussianBlur(lab, (0, 0), max(size) / 6)
    contrast = np.sqrt(np.square(centre - around).sum(axis=2))
    detail = cv2.GaussianBlur(np.abs(cv2.Laplacian(lab[..., 0], cv2.CV_32F)), (0, 0), 3.0)
    rows = np.linspace(-1, 1, size[1], dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, size[0], dtype=np.float32)[None, :]
    middle = 1.0 - 0.35 * np.minimum(1.0, np.sqrt(rows**2 + columns**2))
    result = (contrast + detail * 0.5) * middle
    peak = float(result.max())
    return np.asarray(result / peak if peak > 1e-6 else np.ones_like(result), np.float32)


def focal_point(rgb: npt.NDArray[np.uint8]) -> tuple[float, float]:
    """Return the focal point as (x, y) fractions of width and height, each 0 … 1.

    The centre of mass of the most salient part of the picture; a flat picture gives
    the middle.
    """
    weight = np.power(saliency(rgb).astype(np.float64), 3)
    total = float(weight.sum())
    rows = (np.arange(weight.shape[0]) + 0.5) / weight.shape[0]
    columns = (np.arange(weight.shape[1]) + 0.5) / weight.shape[1]
    x = float((weight.sum(axis=0) * columns).sum()) / total
    y = float((weight.sum(axis=1) * rows).sum()) / total
    return min(1.0, max(0.0, x)), min(1.0, max(0.0, y))
