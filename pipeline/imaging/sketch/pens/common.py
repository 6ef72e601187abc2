"""What several pens share: edges, paper, smoothing, flow, palettes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.sketch.canvas import Planes
from pipeline.imaging.sketch.colour import Colour
from pipeline.imaging.sketch.finish import luma_of
from pipeline.imaging.sketch.noise import blurred, fbm, smoothstep, value_noise
from pipeline.imaging.sketch.stream import Plane, Stream


@dataclass(frozen=True)
class Desk:
    """What lies on the desk beside the picture.

    Attributes:
        stream: the pen's randomness.
        unit: shorter side of the picture in px.
        detail: about 0.4 … 1.7.
        accents: lively colours of the picture.
        night: 0 day … 1 night.
    """

    stream: Stream
    unit: float
    detail: float
    accents: tuple[Colour, ...]
    night: float = 0.0


Pen = Callable[[Planes, Desk], Planes]


def to_bytes(rgb: Planes) -> npt.NDArray[np.uint8]:
    """Return the planes as (height, width, 3) uint8."""
    stacked = np.stack([rgb[0], rgb[1], rgb[2]], axis=2)
    return np.asarray(np.clip(stacked * 255 + 0.5, 0, 255), np.uint8)


def to_planes(image: npt.NDArray[np.uint8]) -> Planes:
    """Return (height, width, 3) uint8 as planes."""
    return np.ascontiguousarray(np.moveaxis(image, 2, 0)).astype(np.float32) * np.float32(1 / 255)


def flat(colour: Colour, like: Planes) -> Planes:
    """Return planes of one colour."""
    result = np.empty_like(like)
    for channel in range(3):
        result[channel] = colour[channel]
    return result


def lay(base: Planes, colour: Colour, amount: Plane | float) -> None:
    """Lay a colour over planes in place."""
    for channel in range(3):
        base[channel] += (colour[channel] - base[channel]) * amount


def ink_lines(level: Plane, size_px: float, sharp: float = 18.0, bias: float = 0.0) -> Plane:
    """Return 0 … 1 ink where the picture has edges (extended difference of Gaussians).

    Args:
        level: luma planes, 0 … 1.
        size_px: thickness of the lines.
        sharp: how abruptly ink starts.
        bias: above 0 draws more.
    """
    sigma = max(0.7, size_px * 0.6)
    inner = np.asarray(cv2.GaussianBlur(level, (0, 0), sigma), np.float32)
    outer = np.asarray(cv2.GaussianBlur(level, (0, 0), sigma * 1.7), np.float32)
    response = (outer - inner) * np.float32(sharp) - np.float32(0.16 - bias)
    return np.asarray(np.clip(response * 4.5, 0, 1), np.float32)


def paper(stream: Stream, shape: tuple[int, int], unit: float, rough: float = 1.0) -> Plane:
    """Return the tooth of paper, about -0.5 … 0.5."""
    height, width = shape
    fine = fbm(
        stream.child("tooth"),
        shape,
        (height / unit * 210 * rough, width / unit * 210 * rough),
        3,
        0.7,
    )
    wide = fbm(stream.child("sheet"), shape, (height / unit * 5, width / unit * 5), 3)
    return (fine - 0.5) * np.float32(1.3) + (wide - 0.5) * np.float32(0.35)


def fibres(
    stream: Stream, shape: tuple[int, int], unit: float, angle_deg: float, fine: float
) -> Plane:
    """Return streaks running at an angle, 0 … 1: hatching, brush hair, brushed metal.

    Args:
        fine: streaks across a unit of length.
    """
    height, width = shape
    side = int((height**2 + width**2) ** 0.5) + 4
    cells = (side / unit * fine, side / unit * fine / 14)
    field = value_noise(stream, (side, side), cells)
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), angle_deg, 1.0)
    matrix[0, 2] -= (side - width) / 2
    matrix[1, 2] -= (side - height) / 2
    turned = cv2.warpAffine(
        field, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
    )
    return np.asarray(turned, np.float32)


def kuwahara(rgb: Planes, radius_px: int) -> Planes:
    """Return the picture simplified into patches with crisp borders, as by a broad brush."""
    radius = max(1, radius_px)
    level = luma_of(rgb)
    size = (radius + 1, radius + 1)
    mean = cv2.blur(level, size, borderType=cv2.BORDER_REFLECT_101)
    square = cv2.blur(level * level, size, borderType=cv2.BORDER_REFLECT_101)
    variance = square - mean * mean
    averaged = [cv2.blur(rgb[c], size, borderType=cv2.BORDER_REFLECT_101) for c in range(3)]
    half = radius // 2 + 1
    best: Plane | None = None
    result = np.empty_like(rgb)
    for shift_y in (-half, half):
        for shift_x in (-half, half):
            spread = _shifted(variance, shift_y, shift_x)
            if best is None:
                best = spread.copy()
                for channel in range(3):
                    result[channel] = _shifted(averaged[channel], shift_y, shift_x)
                continue
            wins = spread < best
            best[wins] = spread[wins]
            for channel in range(3):
                result[channel][wins] = _shifted(averaged[channel], shift_y, shift_x)[wins]
    return result


def _shifted(plane: Plane, down: int, across: int) -> Plane:
    pad = max(abs(down), abs(across))
    wide = cv2.copyMakeBorder(plane, pad, pad, pad, pad, cv2.BORDER_REFLECT_101)
    height, width = plane.shape
    return np.asarray(
        wide[pad + down : pad + down + height, pad + across : pad + across + width], np.float32
    )


def flow(level: Plane, sigma_px: float) -> tuple[Plane, Plane]:
    """Return the unit direction (x, y) along the picture's edges, smoothed."""
    soft = np.asarray(cv2.GaussianBlur(level, (0, 0), 1.5), np.float32)
    dx = cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3)
    dy = cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3)
    xx, yy, xy = blurred(dx * dx, sigma_px), blurred(dy * dy, sigma_px), blurred(dx * dy, sigma_px)
    # The tensor's minor axis runs along the edge; half the angle of the doubled one.
    angle = np.arctan2(2 * xy, xx - yy) * np.float32(0.5) + np.float32(np.pi / 2)
    return np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)


def smeared(plane: Plane, across: Plane, down: Plane, length_px: float, steps: int = 6) -> Plane:
    """Return the plane drawn out along a flow (line integral convolution)."""
    height, width = plane.shape
    columns = np.arange(width, dtype=np.float32)[None, :]
    rows = np.arange(height, dtype=np.float32)[:, None]
    total = plane.copy()
    stride = np.float32(length_px / (2 * steps))
    for sign in (1, -1):
        for step in range(1, steps + 1):
            reach = stride * np.float32(step * sign)
            total += cv2.remap(
                plane, columns + across * reach, rows + down * reach, cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REFLECT_101,
            )  # fmt: skip
    return total * np.float32(1 / (2 * steps + 1))


def ragged_border(desk: Desk, shape: tuple[int, int], margin: float) -> Plane:
    """Return 1 inside … 0 outside of a hand-torn or hand-painted edge.

    Args:
        margin: as a fraction of the unit.
    """
    height, width = shape
    rows = np.arange(height, dtype=np.float32)[:, None]
    columns = np.arange(width, dtype=np.float32)[None, :]
    inside = np.minimum(
        np.minimum(rows, height - 1 - rows), np.minimum(columns, width - 1 - columns)
    )
    wander = (
        fbm(
            desk.stream.child("border"),
            shape,
            (height / desk.unit * 9, width / desk.unit * 9),
            5,
            0.6,
        )
        - 0.5
    )
    place = inside / np.float32(desk.unit) - np.float32(margin) + wander * np.float32(margin * 1.5)
    return smoothstep(-0.002, 0.004, place)


def posterised(level: Plane, steps: int, soft: float = 0.2) -> Plane:
    """Return the plane in steps with slightly soft borders."""
    scaled = level * np.float32(steps)
    floor = np.floor(scaled)
    return np.asarray(
        (floor + smoothstep(0.5 - soft, 0.5 + soft, scaled - floor)) / np.float32(steps), np.float32
    )


def saturated(rgb: Planes, factor: float) -> None:
    """Multiply the colourfulness in place."""
    level = luma_of(rgb)
    for channel in range(3):
        rgb[channel] = level + (rgb[channel] - level) * np.float32(factor)


def median_cut(colours: npt.NDArray[np.float32], count: int) -> list[npt.NDArray[np.float32]]:
    """Return at most ``count`` colours that stand for many, given as rows of (r, g, b)."""
    boxes = [colours]
    while len(boxes) < count:
        spans = [
            float((box.max(axis=0) - box.min(axis=0)).max()) * len(box) ** 0.35
            if len(box) > 1
            else 0.0
            for box in boxes
        ]
        index = int(np.argmax(spans))
        box = boxes.pop(index)
        axis = int(np.argmax(box.max(axis=0) - box.min(axis=0)))
        order = np.argsort(box[:, axis], kind="stable")
        middle = len(order) // 2
        if middle == 0:
            boxes.append(box)
            break
        boxes += [box[order[:middle]], box[order[middle:]]]
    return [box.mean(axis=0, dtype=np.float64).astype(np.float32) for box in boxes]
