"""Squares: pixels, building blocks, tiles, stitches."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.sketch.canvas import Planes
from pipeline.imaging.sketch.colour import from_hex
from pipeline.imaging.sketch.noise import blurred, fbm, smoothstep
from pipeline.imaging.sketch.pens.common import (
    Desk,
    lay,
    median_cut,
    saturated,
    to_planes,
)
from pipeline.imaging.sketch.stream import Stream


def pixel_art(rgb: Planes, desk: Desk) -> Planes:
    """Large square pixels in a small palette with ordered dithering."""
    _, height, width = rgb.shape
    block = max(3, round(desk.unit / (104 + 36 * desk.detail)))
    columns, rows = math.ceil(width / block), math.ceil(height / block)
    source = np.clip(rgb, 0, 1).copy()
    saturated(source, 1.2)
    small = np.stack(
        [cv2.resize(plane, (columns, rows), interpolation=cv2.INTER_AREA) for plane in source],
        axis=2,
    )
    bayer = (
        np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) / 16
        - 0.47
    )
    threshold = np.tile(bayer, (rows // 4 + 1, columns // 4 + 1))[:rows, :columns, None]
    palette = median_cut(small.reshape(-1, 3), 24)
    wanted = small + threshold * np.float32(0.065)
    best = np.full((rows, columns), np.inf, np.float32)
    result = np.zeros_like(small)
    for colour in palette:
        away = ((wanted - colour) ** 2 * np.array([0.9, 1.3, 0.8], np.float32)).sum(axis=2)
        wins = away < best
        best[wins] = away[wins]
        result[wins] = colour
    big = cv2.resize(result, (columns * block, rows * block), interpolation=cv2.INTER_NEAREST)
    return np.ascontiguousarray(np.moveaxis(big[:height, :width], 2, 0))


def isometric(rgb: Planes, desk: Desk) -> Planes:
    """The picture as a model of blocks seen from a corner: light places stand high."""
    _, height, width = rgb.shape
    count = round(30 + 8 * desk.detail)
    rows = max(8, round(count * height / desk.unit)) if height < width else count
    columns = max(8, round(count * width / desk.unit)) if width < height else count
    rows = columns = min(rows, columns)
    source = np.clip(rgb, 0, 1)
    grid = np.stack(
        [cv2.resize(plane, (columns, rows), interpolation=cv2.INTER_AREA) for plane in source],
        axis=2,
    )
    level = grid[..., 0] * 0.299 + grid[..., 1] * 0.587 + grid[..., 2] * 0.114
    ground = np.array([float(plane.mean(dtype=np.float64)) for plane in source])
    ground = ground * 0.35 + np.array([0.9, 0.88, 0.85]) * 0.62
    image = np.empty((height, width, 3), np.uint8)
    fall = np.linspace(1.05, 0.86, height)[:, None]
    for channel in range(3):
        image[..., channel] = np.clip(ground[channel] * 255 * fall, 0, 255)
    half = min(width * 0.93 / (columns + rows), height * 0.72 / ((columns + rows) * 0.5 + 6)) * 1.0
    rise = half * 9.0
    x0 = width / 2
    y0 = height / 2 - (columns + rows) * half * 0.25 + rise * 0.42
    _iso_shadow(image, x0, y0, half, rows, columns)
    for row in range(rows):
        for column in range(columns):
            tall = rise * float(level[row, column]) * 0.62 + half * 0.9
            _block(
                image,
                x0 + (column - row) * half,
                y0 + (column + row) * half * 0.5,
                half,
                tall,
                grid[row, column],
            )
    return to_planes(image)


def _iso_shadow(
    image: npt.NDArray[np.uint8], x0: float, y0: float, half: float, rows: int, columns: int
) -> None:
    mask = np.zeros(image.shape[:2], np.uint8)
    corners = [(0, 0), (columns, 0), (columns, rows), (0, rows)]
    drop = half * 2.4
    points = [
        ((x0 + (c - r) * half) * 16, (y0 + (c + r) * half * 0.5 + drop) * 16) for c, r in corners
    ]
    cv2.fillConvexPoly(mask, np.array(points, np.int32), 255, cv2.LINE_AA, 4)
    soft = blurred(mask.astype(np.float32) * np.float32(1 / 255), half * 1.6)[..., None]
    image[:] = (image * (1 - soft * 0.34)).astype(np.uint8)


def _block(
    image: npt.NDArray[np.uint8],
    x: float,
    y: float,
    half: float,
    tall: float,
    colour: npt.NDArray[np.float32],
) -> None:
    top = [
        (x, y - tall),
        (x + half, y + half * 0.5 - tall),
        (x, y + half - tall),
        (x - half, y + half * 0.5 - tall),
    ]
    left = [top[3], top[2], (x, y + half), (x - half, y + half * 0.5)]
    right = [top[2], top[1], (x + half, y + half * 0.5), (x, y + half)]
    for points, tone in ((left, 0.78), (right, 0.58), (top, 1.06)):
        fill = [float(min(255.0, c * 255 * tone)) for c in colour.tolist()]
        cv2.fillConvexPoly(
            image,
            np.array([(px * 16, py * 16) for px, py in points], np.int32),
            fill,
            cv2.LINE_AA,
            4,
        )


def tile_texture(rgb: Planes, desk: Desk) -> Planes:
    """A seamless ornament: the heart of the picture mirrored into glazed tiles."""
    _, height, width = rgb.shape
    side = max(32, round(desk.unit / 4))
    edge = round(min(height, width) * 0.72)
    top, left = (height - edge) // 2, (width - edge) // 2
    quarter = side // 2
    result = np.empty_like(rgb)
    for channel in range(3):
        patch = np.clip(rgb[channel, top : top + edge, left : left + edge], 0, 1)
        small = np.asarray(
            cv2.resize(patch, (quarter, quarter), interpolation=cv2.INTER_AREA), np.float32
        )
        small = np.maximum(small, small.T) * 0.5 + (small + small.T) * 0.25
        pair = np.concatenate([small, small[:, ::-1]], axis=1)
        tile = np.concatenate([pair, pair[::-1]], axis=0)
        reps = (math.ceil(height / tile.shape[0]) + 1, math.ceil(width / tile.shape[1]) + 1)
        result[channel] = np.tile(tile, reps)[:height, :width]
    saturated(result, 1.3)
    rows = np.arange(height, dtype=np.float32)[:, None]
    columns = np.arange(width, dtype=np.float32)[None, :]
    size = np.float32(quarter * 2)
    near = np.minimum(
        np.minimum(np.mod(rows, size), size - np.mod(rows, size)),
        np.minimum(np.mod(columns, size), size - np.mod(columns, size)),
    )
    bevel = smoothstep(0.0, desk.unit * 0.012, near)
    result *= 0.72 + 0.28 * bevel
    lay(result, from_hex("#ece4d6"), 1 - smoothstep(desk.unit * 0.0012, desk.unit * 0.003, near))
    gloss = (
        fbm(
            desk.stream.child("gloss"),
            (height, width),
            (height / desk.unit * 4, width / desk.unit * 4),
            3,
        )
        - 0.5
    )
    result += np.clip(gloss, 0, 1) * np.float32(0.16)
    return result


def cross_stitch(rgb: Planes, desk: Desk) -> Planes:
    """Crosses of thread on canvas."""
    _, height, width = rgb.shape
    step = max(5, round(desk.unit / 110))
    columns, rows = math.ceil(width / step), math.ceil(height / step)
    source = np.clip(rgb, 0, 1).copy()
    saturated(source, 1.6)
    u = np.mod(np.arange(width, dtype=np.float32), step) / np.float32(step) - 0.5
    v = (np.mod(np.arange(height, dtype=np.float32), step) / np.float32(step) - 0.5)[:, None]
    thread = np.maximum(np.exp(-(((u - v) / 0.27) ** 2)), np.exp(-(((u + v) / 0.27) ** 2)) * 0.94)
    twist = 0.86 + 0.14 * np.sin((u + v) * np.float32(26))
    result = np.empty_like(rgb)
    cloth = from_hex("#efe6d4")
    weave = 0.93 + 0.07 * np.cos(u * np.float32(12.566)) * np.cos(v * np.float32(12.566))
    stream: Stream = desk.stream.child("thread")
    tone = 1 + (stream.array(rows, columns) - 0.5) * np.float32(0.14)
    for channel in range(3):
        small = cv2.resize(source[channel], (columns, rows), interpolation=cv2.INTER_AREA) * tone
        big = np.repeat(np.repeat(small, step, axis=0), step, axis=1)[:height, :width]
        result[channel] = cloth[channel] * weave * (1 - thread) + big * twist * thread
    return result
