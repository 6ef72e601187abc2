"""Seeded noise fields that look the same at every resolution.

Fields are described in *cells per unit*, the unit being the picture's shorter side, so
a draft and a premium picture of one seed have the same clouds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np

from pipeline.imaging.sketch.stream import Plane, Stream


def _enlarged(plane: Plane, shape: tuple[int, int]) -> Plane:
    if plane.shape == shape:
        return plane
    size = (shape[1], shape[0])
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_CUBIC), np.float32)


def _reduced(shape: tuple[int, int], factor: int) -> tuple[int, int]:
    return math.ceil(shape[0] / factor), math.ceil(shape[1] / factor)


def value_noise(stream: Stream, shape: tuple[int, int], cells: tuple[float, float]) -> Plane:
    """Return smooth noise in 0 … 1 (cubic interpolation may pass either by a little).

    Args:
        stream: source of randomness.
        shape: (height, width) in px.
        cells: (down, across), how many lattice cells the field spans; floats allowed.
    """
    height, width = shape
    rows, columns = math.ceil(cells[0]) + 3, math.ceil(cells[1]) + 3
    grid = stream.array(rows, columns)
    # Enlarge the whole lattice and cut the middle out: resize interpolates exactly,
    # where an affine warp would quantise positions and leave steps in slow gradients.
    cell_y, cell_x = height / cells[0], width / cells[1]
    size = (max(width, round(columns * cell_x)), max(height, round(rows * cell_y)))
    field = cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC)
    top = min(size[1] - height, round(1.5 * cell_y))
    left = min(size[0] - width, round(1.5 * cell_x))
    return np.asarray(field[top : top + height, left : left + width], np.float32)


def _octaves(
    shape: tuple[int, int], cells: tuple[float, float], octaves: int
) -> Iterator[tuple[int, tuple[float, float], int]]:
    """Yield (octave, cells, how far the octave may be computed smaller), coarse to fine."""
    down, across = cells
    for octave in range(octaves):
        cell_px = min(shape[0] / down, shape[1] / across)
        if octave and cell_px < 2:
            return
        factor = 1
        while factor < 64 and cell_px / (factor * 2) >= 8 and min(shape) / (factor * 2) >= 8:
            factor *= 2
        yield octave, (down, across), factor
        down, across = down * 2.03, across * 2.03


def fbm(
    stream: Stream,
    shape: tuple[int, int],
    cells: tuple[float, float],
    octaves: int = 5,
    gain: float = 0.5,
) -> Plane:
    """Return fractal noise around 0.5, mostly within 0.15 … 0.85.

    Args:
        stream: source of randomness.
        shape: (height, width) in px.
        cells: (down, across) lattice cells of the coarsest octave.
        octaves: how many octaves; those finer than two pixels are left out.
        gain: amplitude of each octave relative to the one before.
    """
    total: Plane | None = None
    amplitude, weight = 1.0, 0.0
    # Coarse octaves are summed on small planes and enlarged as finer ones join them:
    # the whole costs little more than its finest octave.
    for octave, span, factor in _octaves(shape, cells, octaves):
        size = _reduced(shape, factor)
        layer = value_noise(stream.child(str(octave)), size, span) * np.float32(amplitude)
        total = layer if total is None else _enlarged(total, size) + layer
        weight += amplitude
        amplitude *= gain
    assert total is not None
    return _enlarged(total, shape) * np.float32(1 / weight)


def ridged(
    stream: Stream, shape: tuple[int, int], cells: tuple[float, float], octaves: int = 4
) -> Plane:
    """Return fractal noise with sharp crests, 0 … 1: rock, waves, veins."""
    total: Plane | None = None
    amplitude, weight = 1.0, 0.0
    for octave, span, factor in _octaves(shape, cells, octaves):
        size = _reduced(shape, max(1, factor // 2))
        layer = 1.0 - np.abs(value_noise(stream.child(str(octave)), size, span) * 2.0 - 1.0)
        layer = layer * layer * np.float32(amplitude)
        total = layer if total is None else _enlarged(total, size) + layer
        weight += amplitude
        amplitude *= 0.5
    assert total is not None
    return _enlarged(total, shape) * np.float32(1 / weight)


def warped(
    stream: Stream,
    shape: tuple[int, int],
    cells: tuple[float, float],
    octaves: int = 5,
    strength: float = 1.0,
) -> Plane:
    """Return fractal noise bent by other noise: smoke, marble, nebulae. 0 … 1.

    Args:
        strength: how far the bending reaches, in coarsest cells.
    """
    height, width = shape
    reach_x = np.float32(strength * width / cells[1])
    reach_y = np.float32(strength * height / cells[0])
    bend_x = fbm(stream.child("bend-x"), shape, cells, 3) - 0.5
    bend_y = fbm(stream.child("bend-y"), shape, cells, 3) - 0.5
    field = fbm(stream.child("field"), shape, cells, octaves)
    return displaced(field, bend_x * reach_x * 2, bend_y * reach_y * 2)


def displaced(field: Plane, shift_x: Plane, shift_y: Plane) -> Plane:
    """Return the field read at each pixel plus a shift in px, edges mirrored."""
    height, width = field.shape[:2]
    map_x = shift_x + np.arange(width, dtype=np.float32)[None, :]
    map_y = shift_y + np.arange(height, dtype=np.float32)[:, None]
    moved = cv2.remap(field, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(moved, np.float32)


def curve(stream: Stream, count: int, cells: float, octaves: int = 5, gain: float = 0.5) -> Plane:
    """Return one-dimensional fractal noise of ``count`` values, centred on 0, about ±0.5."""
    total = np.zeros(count, np.float64)
    amplitude, weight = 1.0, 0.0
    for octave in range(octaves):
        if octave and cells > count / 2:
            break
        knots = stream.child(str(octave)).array(math.ceil(cells) + 4).astype(np.float64) - 0.5
        position = np.arange(count) * (cells / count) + 1.5
        index = position.astype(np.int64)
        t = position - index
        before, start, end, after = (knots[index + offset] for offset in (-1, 0, 1, 2))
        total += amplitude * (
            start
            + 0.5
            * t
            * (
                end
                - before
                + t
                * (
                    2 * before
                    - 5 * start
                    + 4 * end
                    - after
                    + t * (3 * (start - end) + after - before)
                )
            )
        )
        weight += amplitude
        amplitude *= gain
        cells *= 2.03
    return (total / weight).astype(np.float32)


def smoothstep(low: float, high: float, value: Plane) -> Plane:
    """Return the smooth 0 … 1 transition of value between low and high."""
    t = np.clip((value - np.float32(low)) * np.float32(1 / (high - low)), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def blurred(plane: Plane, sigma_px: float) -> Plane:
    """Return the plane under a Gaussian blur; wide ones are done small, for speed."""
    if sigma_px < 0.3:
        return plane
    shrink = int(min(sigma_px / 5, min(plane.shape[:2]) / 8))
    if shrink < 2:
        return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma_px), np.float32)
    height, width = plane.shape[:2]
    small_size = (max(2, width // shrink), max(2, height // shrink))
    small = cv2.resize(plane, small_size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma_px / shrink)
    large = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    # A box as wide as one small pixel takes its lattice out of the slopes.
    return np.asarray(cv2.blur(large, (shrink, shrink)), np.float32)
