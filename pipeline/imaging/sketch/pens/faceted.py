"""Pieces: low-poly, origami, stained glass, mosaic, paper cut, pixels, blocks, tiles."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.sketch.canvas import Planes
from pipeline.imaging.sketch.colour import from_hex
from pipeline.imaging.sketch.finish import luma_of
from pipeline.imaging.sketch.noise import blurred, fbm
from pipeline.imaging.sketch.pens.common import (
    Desk,
    flat,
    kuwahara,
    lay,
    median_cut,
    paper,
    saturated,
    to_bytes,
    to_planes,
)
from pipeline.imaging.sketch.stream import Plane

Labels = npt.NDArray[np.int32]


def _scattered(rgb: Planes, desk: Desk, count: int) -> npt.NDArray[np.float32]:
    """Return points, crowding where the picture has detail."""
    _, height, width = rgb.shape
    level = blurred(luma_of(np.clip(rgb, 0, 1)), desk.unit * 0.003)
    energy = np.abs(cv2.Sobel(level, cv2.CV_32F, 1, 0)) + np.abs(cv2.Sobel(level, cv2.CV_32F, 0, 1))
    energy = blurred(energy, desk.unit * 0.008)
    energy /= max(1e-6, float(energy.max()))
    stream = desk.stream.child("points")
    drawn = stream.array(count * 5, 3)
    rows = np.minimum(height - 1, (drawn[:, 1] * height).astype(np.int64))
    columns = np.minimum(width - 1, (drawn[:, 0] * width).astype(np.int64))
    keep = drawn[:, 2] < 0.035 + 1.8 * np.sqrt(energy[rows, columns])
    points = np.stack([drawn[:, 0] * width, drawn[:, 1] * height], axis=1)[keep][:count]
    return np.asarray(points, np.float32)


def _triangles(rgb: Planes, desk: Desk, count: int) -> list[npt.NDArray[np.float32]]:
    _, height, width = rgb.shape
    subdiv = cv2.Subdiv2D((-2, -2, width + 4, height + 4))
    across, down = max(3, round(width / desk.unit * 9)), max(3, round(height / desk.unit * 9))
    rim = [(width * i / across, y) for i in range(across + 1) for y in (-1.0, height + 0.5)]
    rim += [(x, height * i / down) for i in range(1, down) for x in (-1.0, width + 0.5)]
    for x, y in [*rim, *_scattered(rgb, desk, count).tolist()]:
        subdiv.insert((float(min(width + 1, max(-1.5, x))), float(min(height + 1, max(-1.5, y)))))
    corners = np.asarray(subdiv.getTriangleList(), np.float32).reshape(-1, 3, 2)
    inside = (
        (corners[..., 0] >= -2)
        & (corners[..., 0] <= width + 2)
        & (corners[..., 1] >= -2)
        & (corners[..., 1] <= height + 2)
    ).all(axis=1)
    return list(corners[inside])


def low_poly(rgb: Planes, desk: Desk) -> Planes:
    """Flat triangles, each of one colour, lightly bevelled."""
    return _faceted(rgb, desk, round(1000 * (0.6 + 0.5 * desk.detail)), 0.075, crease=False)


def origami(rgb: Planes, desk: Desk) -> Planes:
    """Folded paper: large facets shaded from edge to edge, with creases."""
    result = _faceted(rgb, desk, round(680 * (0.7 + 0.4 * desk.detail)), 0.11, crease=True)
    result *= 1 + paper(desk.stream, rgb.shape[1:], desk.unit) * np.float32(0.09)
    lay(result, from_hex("#fbf4e8"), 0.06)
    return result


def _faceted(rgb: Planes, desk: Desk, count: int, bevel: float, crease: bool) -> Planes:
    _, height, width = rgb.shape
    source = to_bytes(np.stack([blurred(plane, desk.unit * 0.004) for plane in np.clip(rgb, 0, 1)]))
    image = source.copy()
    stream = desk.stream.child("facets")
    tilt = np.zeros((height, width), np.float32)
    for corners in _triangles(rgb, desk, count):
        centre = corners.mean(axis=0)
        samples = [centre, *((corners + centre) / 2)]
        colour = np.mean(
            [
                source[min(height - 1, max(0, int(y))), min(width - 1, max(0, int(x)))]
                for x, y in samples
            ],
            axis=0,
        )
        tone = 1 + stream.normal(bevel * 0.6)
        points = (corners * 16).astype(np.int32)
        cv2.fillConvexPoly(
            image, points, [float(min(255, c * tone)) for c in colour.tolist()], cv2.LINE_AA, 4
        )
        if crease:
            cv2.polylines(
                image,
                [points],
                True,
                [float(min(255, c * tone * 1.09 + 6)) for c in colour.tolist()],
                max(1, round(desk.unit / 800)),
                cv2.LINE_AA,
                4,
            )
            cv2.fillConvexPoly(tilt, points, stream.normal(1.0), cv2.LINE_8, 4)
    result = to_planes(image)
    if crease:
        ramp = (
            np.linspace(-1, 1, height, dtype=np.float32)[:, None]
            + np.linspace(-1, 1, width, dtype=np.float32)[None, :]
        )
        result *= 1 + tilt * np.sin(ramp * np.float32(9)) * np.float32(bevel * 0.5)
        soft = blurred(tilt, desk.unit * 0.006)
        result *= 1 + np.clip(soft - tilt, -0.6, 0.6) * np.float32(bevel * 0.4)
    saturated(result, 1.12)
    return result


def _cells(points: npt.NDArray[np.float32], shape: tuple[int, int]) -> tuple[Labels, Plane]:
    """Return each pixel's nearest point (as a label from 0) and its distance in px."""
    height, width = shape
    seeds = np.full((height, width), 255, np.uint8)
    columns = np.clip(points[:, 0].astype(np.int64), 0, width - 1)
    rows = np.clip(points[:, 1].astype(np.int64), 0, height - 1)
    seeds[rows, columns] = 0
    away, labels = cv2.distanceTransformWithLabels(
        seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    return np.asarray(labels, np.int32), np.asarray(away, np.float32)


def _means(rgb: Planes, labels: Labels) -> Planes:
    flat = labels.ravel()
    count = np.maximum(1, np.bincount(flat))
    result = np.empty_like(rgb)
    for channel in range(3):
        total = np.bincount(flat, weights=rgb[channel].ravel().astype(np.float64))
        result[channel] = (total / count).astype(np.float32)[labels]
    return result


def _borders(labels: Labels, width_px: float) -> Plane:
    """Return 0 … 1 on the joints between cells."""
    edge = np.zeros(labels.shape, np.float32)
    edge[:, 1:] = labels[:, 1:] != labels[:, :-1]
    edge[1:, :] = np.maximum(edge[1:, :], labels[1:, :] != labels[:-1, :])
    if width_px > 1:
        side = max(2, round(width_px))
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        edge = np.asarray(cv2.dilate(edge, kernel), np.float32)
    return blurred(np.asarray(edge, np.float32), 0.7)


def stained_glass(rgb: Planes, desk: Desk) -> Planes:
    """Leaded glass: glowing panes of one colour each."""
    shape = rgb.shape[1:]
    points = _scattered(rgb, desk, round(900 * (0.6 + 0.5 * desk.detail)))
    labels, _ = _cells(points, shape)
    panes = _means(np.clip(rgb, 0, 1), labels)
    saturated(panes, 1.7)
    level = luma_of(panes)
    for channel in range(3):
        panes[channel] = panes[channel] * (1.12 + 0.2 * level)
    glass = (
        fbm(
            desk.stream.child("glass"),
            shape,
            (shape[0] / desk.unit * 22, shape[1] / desk.unit * 22),
            4,
        )
        - 0.5
    )
    panes *= 1 + glass * np.float32(0.34)
    lead = _borders(labels, desk.unit * 0.0062)
    round_off = blurred(lead, desk.unit * 0.005)
    panes *= 1 - round_off * np.float32(0.55)
    lay(panes, from_hex("#17161a"), lead)
    ridge = np.clip(lead - np.roll(lead, 1, axis=0), 0, 1)
    lay(panes, from_hex("#5a5a62"), ridge * np.float32(0.5))
    glow = [blurred(np.clip(plane, 0, 1) ** 2, desk.unit * 0.02) for plane in panes]
    for channel in range(3):
        panes[channel] += np.maximum(0, 1 - panes[channel]) * glow[channel] * np.float32(0.25)
    return panes


def mosaic(rgb: Planes, desk: Desk) -> Planes:
    """Small stones set in mortar, each a little different."""
    shape = rgb.shape[1:]
    step = desk.unit / (52 + 16 * desk.detail)
    stream = desk.stream.child("stones")
    down, across = math.ceil(shape[0] / step) + 1, math.ceil(shape[1] / step) + 1
    jitter = stream.array(down, across, 2) - 0.5
    rows, columns = np.mgrid[0:down, 0:across].astype(np.float32)
    x = (columns + (rows % 2) * 0.5 + jitter[..., 0] * 0.42) * np.float32(step)
    y = (rows + jitter[..., 1] * 0.42) * np.float32(step)
    keep = (x < shape[1]) & (y < shape[0])
    points = np.stack([x[keep], y[keep]], axis=1).astype(np.float32)
    labels, away = _cells(points, shape)
    stones = _means(np.clip(rgb, 0, 1), labels)
    tone = (stream.array(int(labels.max()) + 1) - 0.5)[labels]
    stones *= 1 + tone * np.float32(0.26)
    saturated(stones, 1.42)
    dome = np.clip(1 - away / np.float32(step * 0.62), 0, 1)
    light = cv2.Sobel(blurred(dome, 1.0), cv2.CV_32F, 1, 1, ksize=3)
    stones *= 1 + np.clip(light * np.float32(step * 0.03), -0.15, 0.2)
    joints = _borders(labels, step * 0.1)
    lay(stones, from_hex("#cfc5b4"), np.clip(joints, 0, 1) * np.float32(0.92))
    stones *= 1 + paper(desk.stream, shape, desk.unit) * np.float32(0.08)
    return stones


def paper_cut(rgb: Planes, desk: Desk) -> Planes:
    """Sheets of coloured paper in depth, each throwing a shadow on the one below."""
    unit = desk.unit
    source = kuwahara(np.clip(rgb, 0, 1), max(2, round(unit * 0.006)))
    saturated(source, 1.2)
    palette, labels = _sheets(source, 9, unit)
    result = flat((float(palette[0][0]), float(palette[0][1]), float(palette[0][2])), rgb)
    reach = unit * 0.0055
    for index in range(1, len(palette)):
        # The darker sheets lie on top, like silhouettes before a lit ground.
        raw = blurred((labels >= index).astype(np.float32), unit * 0.0024)
        sheet = np.clip((raw - np.float32(0.5)) * np.float32(unit * 0.006) + np.float32(0.5), 0, 1)
        cast = np.roll(sheet, (round(reach * 1.5), round(reach * 0.8)), (0, 1))
        result *= 1 - blurred(cast, reach * 1.2) * (1 - sheet) * np.float32(0.36)
        lit = np.clip(sheet - np.roll(sheet, (2, 1), (0, 1)), 0, 1)
        for channel in range(3):
            result[channel] += (np.float32(palette[index][channel]) - result[channel]) * sheet
        result += lit * np.float32(0.07)
    result *= 1 + paper(desk.stream, rgb.shape[1:], unit) * np.float32(0.06)
    return result


def _sheets(
    rgb: Planes, count: int, unit: float
) -> tuple[list[npt.NDArray[np.float32]], npt.NDArray[np.uint8]]:
    """Return a palette from light to dark and which of its colours each pixel takes."""
    height, width = rgb.shape[1:]
    small = [
        cv2.resize(plane, (96, round(96 * height / width)), interpolation=cv2.INTER_AREA)
        for plane in rgb
    ]
    colours = np.stack(small, axis=2).reshape(-1, 3).astype(np.float32)
    palette = median_cut(colours, count)
    palette.sort(key=lambda c: -float(c[0] * 0.299 + c[1] * 0.587 + c[2] * 0.114))
    best = np.full((height, width), np.inf, np.float32)
    labels = np.zeros((height, width), np.uint8)
    for index, colour in enumerate(palette):
        away = sum((rgb[c] - np.float32(colour[c])) ** 2 for c in range(3))
        wins = np.asarray(away) < best
        best[wins] = np.asarray(away)[wins]
        labels[wins] = index
    side = max(3, round(unit * 0.009)) | 1
    return palette, np.asarray(cv2.medianBlur(labels, min(side, 31)), np.uint8)


def clay(rgb: Planes, desk: Desk) -> Planes:
    """Modelling clay: rounded pieces of plain colour with finger marks."""
    shape = rgb.shape[1:]
    unit = desk.unit
    simple = kuwahara(
        kuwahara(np.clip(rgb, 0, 1), max(3, round(unit * 0.012))), max(3, round(unit * 0.012))
    )
    saturated(simple, 1.2)
    level = luma_of(simple)
    marks = (
        fbm(desk.stream.child("marks"), shape, (shape[0] / unit * 30, shape[1] / unit * 30), 3)
        - 0.5
    )
    form = (
        blurred(level, unit * 0.005) + blurred(level, unit * 0.014) * 0.8 + marks * np.float32(0.05)
    )
    dx = cv2.Sobel(form, cv2.CV_32F, 1, 0, ksize=3)
    dy = cv2.Sobel(form, cv2.CV_32F, 0, 1, ksize=3)
    light = np.clip((dx + dy) * np.float32(unit * 0.0042), -0.26, 0.26)
    crevice = np.clip(blurred(level, unit * 0.012) - level, 0, 1)
    result = np.empty_like(simple)
    for channel in range(3):
        result[channel] = (
            simple[channel] * (0.94 + light * 0.9)
            - crevice * np.float32(0.3)
            + np.clip(light, 0, 1) * np.float32(0.12)
        )
    return result
