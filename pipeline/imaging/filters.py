"""Edge-preserving filters shared by the algorithms on pictures."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.measures import Pixels, luma

Plane = npt.NDArray[np.float32]


def guided(guide: Plane, plane: Plane, radius_px: int, eps: float) -> Plane:
    """Smooth a plane while keeping the edges of a guide (He, Sun and Tang 2013).

    Args:
        guide: (height, width), 0 … 1; where it has an edge, the result has one.
        plane: (height, width), what is smoothed.
        radius_px: half side of the window, at least 1.
        eps: variance of the guide below which it counts as flat, such as 0.01² … 0.1².
    """

    def mean(values: npt.NDArray[Any]) -> Plane:
        size = 2 * radius_px + 1
        return np.asarray(cv2.blur(values, (size, size), borderType=cv2.BORDER_REFLECT), np.float32)

    guide_mean, plane_mean = mean(guide), mean(plane)
    variance = np.maximum(0, mean(guide * guide) - guide_mean * guide_mean)
    slope = (mean(guide * plane) - guide_mean * plane_mean) / (variance + np.float32(eps))
    offset = plane_mean - slope * guide_mean
    return np.asarray(mean(slope) * guide + mean(offset), np.float32)


def guided_by_colour(
    rgb: Pixels, plane: Plane, radius_px: int, eps: float, side_px: int = 640
) -> Plane:
    """Smooth a plane while keeping the colour edges of a picture.

    The linear coefficients are found at no more than ``side_px`` and enlarged (He and Sun 2015,
    "Fast guided filter"), then applied to the full picture.

    Args:
        rgb: uint8 (height, width, 3).
        plane: (height, width), 0 … 1.
        radius_px: half side of the window in pixels of the picture.
        eps: as in `guided`.
        side_px: longest side at which the coefficients are computed.
    """
    height, width = plane.shape
    factor = min(1.0, side_px / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    window = 2 * max(1, round(radius_px * factor)) + 1
    full = rgb.astype(np.float32) / np.float32(255)
    guide = cv2.resize(full, size, interpolation=cv2.INTER_AREA)
    small = np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)

    def mean(values: npt.NDArray[Any]) -> Plane:
        return np.asarray(
            cv2.blur(values, (window, window), borderType=cv2.BORDER_REFLECT), np.float32
        )

    guide_mean, plane_mean = mean(guide), mean(small)
    covariance = mean(guide * small[..., None]) - guide_mean * plane_mean[..., None]
    matrix = np.empty((*small.shape, 3, 3), np.float32)
    for row in range(3):
        for column in range(row, 3):
            entry = mean(guide[..., row] * guide[..., column])
            entry -= guide_mean[..., row] * guide_mean[..., column]
            matrix[..., row, column] = matrix[..., column, row] = entry
        matrix[..., row, row] += np.float32(eps)
    slope = np.linalg.solve(matrix, covariance[..., None])[..., 0].astype(np.float32)
    offset = np.asarray(plane_mean - (slope * guide_mean).sum(axis=2), np.float32)
    slopes = cv2.resize(mean(slope), (width, height), interpolation=cv2.INTER_LINEAR)
    offsets = cv2.resize(mean(offset), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray((slopes * full).sum(axis=2) + offsets, np.float32)


def skin_mask(rgb: Pixels) -> Plane:
    """How surely each pixel is skin by its colour, 0 … 1, with soft edges.

    Around the centre of skin in the CrCb plane (Chai and Ngan 1999), whatever its brightness;
    very dark and very light pixels count as none.
    """
    ycc = cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb).astype(np.float32)
    bright = ycc[..., 0]
    far = np.square((ycc[..., 1] - 152) / 20) + np.square((ycc[..., 2] - 104) / 22)
    mask = np.exp(-0.5 * np.maximum(0, far - 1) * 1.5)
    mask *= np.clip((bright - 30) / 30, 0, 1) * np.clip((254 - bright) / 12, 0, 1)
    radius = max(2, round(min(rgb.shape[:2]) / 100))
    return np.clip(guided(luma(rgb) / np.float32(255), mask.astype(np.float32), radius, 1e-3), 0, 1)
