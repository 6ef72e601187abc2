"""One thing of the picture: painted in its own colours, then lit and set in place.

A painter draws in local units: x to the right, y up, the feet at (0, 0), the top at about
y = 1. Colours are the thing's own, as in white light; ``placing.place`` lights it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.imaging.sketch.canvas import Box, Planes, coverage
from pipeline.imaging.sketch.colour import Colour, mix, shade
from pipeline.imaging.sketch.geometry import Outline, Point, turned
from pipeline.imaging.sketch.noise import fbm
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.stream import Plane, Stream


@dataclass(frozen=True)
class Fade:
    """A straight gradient from colour a at point a to colour b at point b (local units)."""

    point_a: Point
    point_b: Point
    colour_a: Colour
    colour_b: Colour


Paint = Colour | Fade


def upright(colour: Colour, low: float, high: float, amount: float = 0.08) -> Fade:
    """Return a gradient between heights: a little darker below, a little lighter above."""
    return Fade((0, low), (0, high), shade(colour, -amount), shade(colour, amount))


class Sprite:
    """A thing being painted, with its coverage and its own light.

    Attributes:
        rgb: premultiplied own colours, (3, height, width).
        alpha: coverage.
        glow: light that the thing gives off by itself, (3, height, width), or None.
        left, top: where the patch lies on the canvas, px.
        foot: y in px of local y = 0; ``middle``: x in px of local x = 0.
        scale: px per local unit.
    """

    def __init__(
        self,
        stage: Stage,
        x: float,
        foot: float,
        size: float,
        *,
        box: tuple[float, float, float, float] = (-0.75, -0.08, 0.75, 1.08),
        flip: bool = False,
        tilt_deg: float = 0.0,
    ) -> None:
        """Open a patch for a thing standing at (x, foot) px, ``size`` px high.

        Args:
            box: (left, bottom, right, top) in local units that the drawing may need.
            flip: mirror left and right.
            tilt_deg: turn the whole thing counter-clockwise about its feet.
        """
        self.stage = stage
        self.middle, self.foot, self.scale = x, foot, size
        self.flip, self.tilt_deg = flip, tilt_deg
        left, bottom, right, top = box
        if flip:
            left, right = -right, -left
        slack = 0.25 * abs(math.sin(math.radians(tilt_deg)))
        margin_x, margin_y = stage.canvas.width * 0.1, stage.canvas.height * 0.25
        x0 = max(-margin_x, x + (left - slack) * size)
        x1 = min(stage.canvas.width + margin_x, x + (right + slack) * size)
        y0 = max(-margin_y, foot - (top + slack) * size)
        y1 = min(stage.canvas.height + margin_y, foot - (bottom - slack) * size)
        self.left, self.top = math.floor(x0), math.floor(y0)
        width = max(1, math.ceil(x1) - self.left)
        height = max(1, math.ceil(y1) - self.top)
        self.rgb: Planes = np.zeros((3, height, width), np.float32)
        self.alpha: Plane = np.zeros((height, width), np.float32)
        self.glow: Planes | None = None

    @property
    def height(self) -> int:
        """Rows of the patch, px."""
        return int(self.alpha.shape[0])

    @property
    def width(self) -> int:
        """Columns of the patch, px."""
        return int(self.alpha.shape[1])

    def to_px(self, points: Outline) -> Outline:
        """Return local points as px of the patch."""
        points = turned(points, self.tilt_deg)
        sign = -1.0 if self.flip else 1.0
        x = self.middle - self.left + points[:, 0] * (sign * self.scale)
        y = self.foot - self.top - points[:, 1] * self.scale
        return np.stack([x, y], axis=1)

    def mask(self, *shapes: Outline) -> tuple[Plane, Box] | None:
        """Return the coverage of the union of local outlines, and its box in the patch."""
        return coverage([self.to_px(shape) for shape in shapes], self.height, self.width)

    def fill(
        self, paint: Paint, *shapes: Outline, alpha: float = 1.0, inside: bool = False
    ) -> None:
        """Paint the union of outlines.

        Args:
            paint: a colour or a gradient.
            shapes: local outlines.
            alpha: opacity.
            inside: paint only over what is there already.
        """
        found = self.mask(*shapes)
        if found is not None:
            self._lay(paint, found[0] * np.float32(alpha), found[1], inside)

    def soft(
        self, paint: Paint, *shapes: Outline, blur: float, alpha: float = 1.0, inside: bool = True
    ) -> None:
        """Paint outlines with blurred edges; ``blur`` is a sigma in local units."""
        pixels = [self.to_px(shape) for shape in shapes]
        found = coverage(pixels, self.height, self.width)
        if found is None:
            return
        mask, (top, left, bottom, right) = found
        pad = math.ceil(blur * self.scale * 3)
        y0, y1 = max(0, top - pad), min(self.height, bottom + pad)
        x0, x1 = max(0, left - pad), min(self.width, right + pad)
        wide = np.zeros((y1 - y0, x1 - x0), np.float32)
        wide[top - y0 : bottom - y0, left - x0 : right - x0] = mask
        soft = cv2.GaussianBlur(wide, (0, 0), max(0.3, blur * self.scale))
        self._lay(paint, np.asarray(soft, np.float32) * np.float32(alpha), (y0, x0, y1, x1), inside)

    def mass(self, paint: Paint, *shapes: Outline, fuse: float = 0.02) -> None:
        """Paint outlines melted into one body: joints narrower than ``fuse`` are filled."""
        found = self.mask(*shapes)
        if found is None:
            return
        mask, box = found
        sigma = fuse * self.scale
        if sigma > 0.6:
            top, left, bottom, right = box
            pad = math.ceil(sigma * 2)
            wide = cv2.copyMakeBorder(mask, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=0.0)
            wide = cv2.GaussianBlur(wide, (0, 0), sigma)
            hard = np.float32(sigma * 2.2)
            melted = np.clip((wide - np.float32(0.5)) * hard + np.float32(0.5), 0, 1)
            mask = np.asarray(
                melted[pad : pad + bottom - top, pad : pad + right - left], np.float32
            )
        self._lay(paint, mask, box, False)

    def shine(
        self, colour: Colour, *shapes: Outline, strength: float = 1.0, spill: float = 0.0
    ) -> None:
        """Make outlines give off light of their own.

        Args:
            spill: sigma in local units of the halo around them.
        """
        found = self.mask(*shapes)
        if found is None:
            return
        if self.glow is None:
            self.glow = np.zeros_like(self.rgb)
        mask, (top, left, bottom, right) = found
        if spill > 0:
            whole = np.zeros_like(self.alpha)
            whole[top:bottom, left:right] = mask
            halo = cv2.GaussianBlur(whole, (0, 0), max(0.5, spill * self.scale))
            whole = np.maximum(whole, np.minimum(1, halo * 1.6)) * np.float32(strength)
            for channel in range(3):
                plane = self.glow[channel]
                np.maximum(plane, whole * np.float32(colour[channel]), out=plane)
            return
        for channel in range(3):
            patch = self.glow[channel, top:bottom, left:right]
            np.maximum(patch, mask * np.float32(colour[channel] * strength), out=patch)

    def texture(self, stream: Stream, cells: float, amount: float, octaves: int = 4) -> None:
        """Mottle what is painted so far.

        Args:
            cells: noise cells per local unit.
            amount: 0 … 1, how strongly lightness varies.
        """
        span_y, span_x = self.height / self.scale * cells, self.width / self.scale * cells
        field = fbm(stream, self.alpha.shape, (max(0.5, span_y), max(0.5, span_x)), octaves)
        self.rgb *= 1 + (field - np.float32(0.5)) * np.float32(2 * amount)

    def erase(self, *shapes: Outline) -> None:
        """Cut outlines out of what is painted."""
        found = self.mask(*shapes)
        if found is None:
            return
        mask, (top, left, bottom, right) = found
        self.rgb[:, top:bottom, left:right] *= 1 - mask
        self.alpha[top:bottom, left:right] *= 1 - mask

    def ground(self, y: float = -0.004) -> None:
        """Cut everything under a height off, so that the thing stands flat."""
        row = round(self.foot - self.top - y * self.scale)
        self.rgb[:, max(0, row) :] = 0
        self.alpha[max(0, row) :] = 0

    def lay_planes(self, rgb: Planes, mask: Plane, top: int, left: int) -> None:
        """Paint planes of a patch's part, with a mask, at (top, left) px of the patch."""
        rows = slice(top, top + mask.shape[0])
        columns = slice(left, left + mask.shape[1])
        for channel in range(3):
            plane = self.rgb[channel, rows, columns]
            plane += (rgb[channel] - plane) * mask
        alpha = self.alpha[rows, columns]
        alpha += mask * (1 - alpha)

    def _lay(self, paint: Paint, mask: Plane, box: Box, inside: bool) -> None:
        top, left, bottom, right = box
        if mask.size == 0:
            return
        alpha = self.alpha[top:bottom, left:right]
        if inside:
            mask = mask * alpha
        colour = self._colours(paint, box)
        for channel in range(3):
            plane = self.rgb[channel, top:bottom, left:right]
            plane += (
                (colour[channel] - plane) * mask
                if not inside
                else (colour[channel] * mask - plane * mask / np.maximum(alpha, np.float32(1e-3)))
            )
        if not inside:
            alpha += mask * (1 - alpha)

    def _colours(self, paint: Paint, box: Box) -> Colour | list[Plane]:
        if not isinstance(paint, Fade):
            return paint
        ends = self.to_px(np.array([paint.point_a, paint.point_b], np.float64))
        direction = ends[1] - ends[0]
        square = max(1e-6, float(direction[0] ** 2 + direction[1] ** 2))
        top, left, bottom, right = box
        x = (np.arange(left, right, dtype=np.float32) - np.float32(ends[0][0])) * np.float32(
            direction[0] / square
        )
        y = (
            np.arange(top, bottom, dtype=np.float32)[:, None] - np.float32(ends[0][1])
        ) * np.float32(direction[1] / square)
        t = np.clip(x + y, 0, 1)
        middle = mix(paint.colour_a, paint.colour_b, 0.5)
        bend = [
            4 * m - 2 * a - 2 * b
            for a, b, m in zip(paint.colour_a, paint.colour_b, middle, strict=True)
        ]
        # A parabola through both ends and the OKLab middle: even steps at the price of one.
        return [
            np.float32(a) + (np.float32(b - a) + np.float32(k) * (1 - t)) * t
            for a, b, k in zip(paint.colour_a, paint.colour_b, bend, strict=True)
        ]
