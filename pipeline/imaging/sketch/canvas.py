"""The picture in the making: float colour planes, and masks laid over them.

Planes are channel-first, shape (3, height, width), sRGB-encoded, nominally 0 … 1 (light
may overshoot until the finish). Pixel (0, 0) is the top left; y grows downward.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.sketch.colour import Colour
from pipeline.imaging.sketch.geometry import Outline
from pipeline.imaging.sketch.stream import Plane

Planes = npt.NDArray[np.float32]
Box = tuple[int, int, int, int]


def blend(target: Planes, source: Colour | Planes, alpha: Plane | float) -> None:
    """Lay a colour or planes over the target, in place, with an alpha of 0 … 1."""
    for channel in range(3):
        plane = target[channel]
        plane += (source[channel] - plane) * alpha


def coverage(shapes: list[Outline], height: int, width: int) -> tuple[Plane, Box] | None:
    """Return the anti-aliased union of polygons given in px, and the box it fills.

    Args:
        shapes: outlines in px, y downward.
        height, width: of the area; what lies outside is cut.

    Returns:
        (mask 0 … 1 of the box's size, (top, left, bottom, right)), or None when
        nothing is inside.
    """
    low = np.min([shape.min(axis=0) for shape in shapes], axis=0)
    high = np.max([shape.max(axis=0) for shape in shapes], axis=0)
    left, top = max(0, math.floor(low[0]) - 1), max(0, math.floor(low[1]) - 1)
    right, bottom = min(width, math.ceil(high[0]) + 1), min(height, math.ceil(high[1]) + 1)
    if right <= left or bottom <= top:
        return None
    area = (right - left) * (bottom - top)
    finer = 4 if area < 300_000 else 2
    big = np.zeros(((bottom - top) * finer, (right - left) * finer), np.uint8)
    offset = np.array([left, top])
    for shape in shapes:
        points = np.rint(((shape - offset) * finer - 0.5) * 16)
        cv2.fillPoly(
            big,
            [np.clip(points, -400_000, 400_000).astype(np.int32)],
            255,
            lineType=cv2.LINE_8 if finer == 4 else cv2.LINE_AA,
            shift=4,
        )
    small = cv2.resize(big, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    return small.astype(np.float32) * np.float32(1 / 255), (top, left, bottom, right)


class Canvas:
    """The whole picture, with the helpers that scenes paint large areas with.

    Attributes:
        rgb: planes (3, height, width).
        width, height: px.
        unit: the shorter side in px; sizes of things are fractions of it.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.unit = float(min(width, height))
        self.rgb: Planes = np.zeros((3, height, width), np.float32)
        self.columns: Plane = np.arange(width, dtype=np.float32)
        self.rows: Plane = np.arange(height, dtype=np.float32)[:, None]

    def cells(self, per_unit_x: float, per_unit_y: float | None = None) -> tuple[float, float]:
        """Return noise cells (down, across) for a density per unit of length."""
        down = per_unit_x if per_unit_y is None else per_unit_y
        return (
            max(0.4, down * self.height / self.unit),
            max(0.4, per_unit_x * self.width / self.unit),
        )

    def fill(self, shapes: list[Outline], paint: Colour | Planes, alpha: float = 1.0) -> None:
        """Fill polygons given in px with a colour (or full-size planes)."""
        found = coverage(shapes, self.height, self.width)
        if found is None:
            return
        mask, (top, left, bottom, right) = found
        source = paint
        if isinstance(paint, np.ndarray):
            source = paint[:, top:bottom, left:right]
        blend(self.rgb[:, top:bottom, left:right], source, mask * np.float32(alpha))

    def below(
        self,
        line: Plane,
        paint: Colour | Planes,
        alpha: float | Plane = 1.0,
    ) -> slice:
        """Fill everything under a line.

        Args:
            line: y in px for every column.
            paint: a colour, or planes covering the rows of the slice returned by
                ``rows_below(line)``.
            alpha: opacity, a number or a plane of the same rows.

        Returns:
            The rows touched.
        """
        rows = self.rows_below(line)
        if rows.stop > rows.start:
            mask = self.mask_below(line, rows)
            blend(
                self.rgb[:, rows],
                paint,
                mask if isinstance(alpha, float) and alpha == 1.0 else mask * alpha,
            )
        return rows

    def rows_below(self, line: Plane) -> slice:
        """Return the rows that a fill under the line touches."""
        return slice(max(0, min(self.height, int(line.min()) - 1)), self.height)

    def mask_below(self, line: Plane, rows: slice) -> Plane:
        """Return the anti-aliased mask of what lies under the line, for those rows."""
        slope = np.gradient(line).astype(np.float32) if line.size > 1 else np.zeros_like(line)
        sharp = 1.0 / np.sqrt(1.0 + np.minimum(slope * slope, 16.0))
        return np.clip((self.rows[rows] - line) * sharp + 0.5, 0, 1).astype(np.float32)

    def distance(self, x: float, y: float, stretch_y: float = 1.0) -> Plane:
        """Return each pixel's distance in px from a point; stretch_y > 1 flattens it."""
        across = (self.columns - np.float32(x)) ** 2
        down = ((self.rows - np.float32(y)) * np.float32(stretch_y)) ** 2
        return np.sqrt(across + down)

    def shine(self, colour: Colour, amount: Plane | float, rows: slice = slice(None)) -> None:
        """Add light by screening: bright places stay below white."""
        for channel in range(3):
            plane = self.rgb[channel][rows]
            plane += np.maximum(0.0, 1.0 - plane) * np.float32(colour[channel]) * amount

    def haze(
        self, colour: Colour | Planes, amount: Plane | float, rows: slice = slice(None)
    ) -> None:
        """Veil rows of the picture with a colour."""
        blend(self.rgb[:, rows], colour, amount)
