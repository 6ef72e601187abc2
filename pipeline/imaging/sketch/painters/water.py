"""Water: the mirror of what stands behind it, ripples, glitter, foam."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.imaging.sketch.canvas import blend
from pipeline.imaging.sketch.colour import Colour, mix, shade
from pipeline.imaging.sketch.noise import blurred, curve, displaced, fbm, smoothstep
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.stream import Plane, Stream


def paint_water(
    stage: Stage,
    top: float,
    calm: float,
    own: Colour | None = None,
    mask: Plane | None = None,
) -> None:
    """Fill everything under ``top`` with water that mirrors what is above it.

    Args:
        top: y in px of the far waterline.
        calm: 1 a mirror … 0 a lively sea.
        own: the water's own colour, if it was asked for.
        mask: where the water is, 0 … 1, for the rows from ``round(top)`` down; None
            for everywhere.
    """
    canvas, script = stage.canvas, stage.script
    start = max(1, min(canvas.height - 2, round(top)))
    rows = slice(start, canvas.height)
    count = canvas.height - start
    deep = script.light.water if own is None else mix(script.lit(own), script.light.water, 0.3)
    near = np.linspace(0, 1, count, dtype=np.float32)[:, None]
    stream = stage.stream.child("water")
    ripples = _ripples(stage, stream, count, start, calm)
    planes = _mirror(stage, start, count, ripples, near, calm)
    # Seen flat the water mirrors, seen steeply it shows its own colour.
    body = np.float32(0.16 + 0.1 * (1 - calm)) + near * np.float32(0.5 - 0.22 * calm)
    below = shade(deep, -0.16)
    for channel in range(3):
        tone = deep[channel] + (below[channel] - deep[channel]) * near
        planes[channel] += (tone - planes[channel]) * body
    crest = np.clip(ripples, 0, 1) * (0.3 + 0.7 * near) * np.float32(0.2 * (1.25 - calm))
    trough = np.clip(-ripples, 0, 1) * near * np.float32(0.26 * (1.15 - calm))
    for channel in range(3):
        planes[channel] += (script.light.sky[3][channel] - planes[channel]) * crest
        planes[channel] *= 1 - trough
    blend(canvas.rgb[:, rows], planes, 1.0 if mask is None else mask)
    _glitter(stage, start, ripples, near, calm, mask)
    edge = np.exp(-np.arange(count, dtype=np.float32) * np.float32(150 / canvas.unit))[:, None]
    veil = edge * np.float32(0.35 * (0.4 + script.light.mist))
    canvas.haze(script.light.haze, veil if mask is None else veil * mask, rows)


def _ripples(stage: Stage, stream: Stream, count: int, start: int, calm: float) -> Plane:
    """Return -1 … 1 waves that grow toward the viewer."""
    canvas = stage.canvas
    # Perspective: equal steps of distance crowd together at the horizon.
    y = (np.arange(count, dtype=np.float32) + 2) / np.float32(canvas.unit)
    distance = np.float32(1.0) / (y + np.float32(0.035))
    tall = 512
    tile = fbm(stream.child("tile"), (tall, tall), (40, 11), stage.octaves(4), 0.55)
    tile = (tile - tile.mean(dtype=np.float64)) * np.float32(4.2)
    u = (canvas.columns - canvas.width / 2)[None, :] / np.float32(canvas.unit) * distance[:, None]
    map_x = u * np.float32(16.0) + np.float32(tall / 2)
    map_y = np.broadcast_to(distance[:, None] * np.float32(34.0), (count, canvas.width))
    waves = cv2.remap(
        tile, map_x.astype(np.float32), np.ascontiguousarray(map_y, np.float32),
        cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101,
    )  # fmt: skip
    fade = np.clip(y[:, None] * 14, 0.15, 1)
    return np.asarray(np.clip(waves, -1.2, 1.2) * fade, np.float32)


def _mirror(
    stage: Stage, start: int, count: int, ripples: Plane, near: Plane, calm: float
) -> np.ndarray:
    """Return the picture above the waterline, turned over and shaken."""
    canvas = stage.canvas
    shake = np.float32(canvas.unit * (0.006 + 0.05 * (1 - calm)))
    rows = np.arange(count, dtype=np.float32)[:, None]
    stretch = np.float32(min(1.0, (start - 1) / max(1, count)))
    squash = np.float32(max(float(stretch), 0.75)) if stretch < 1 else np.float32(1.0)
    source_y = start - 1 - rows * squash + ripples * shake * (0.25 + near) * np.float32(1.4)
    source_x = canvas.columns + ripples * shake * (0.1 + near * 0.6)
    source_y = np.abs(source_y)
    result = np.empty((3, count, canvas.width), np.float32)
    map_x = np.ascontiguousarray(source_x, np.float32)
    map_y = np.ascontiguousarray(np.clip(source_y, 0, start - 1), np.float32)
    for channel in range(3):
        cv2.remap(
            np.ascontiguousarray(canvas.rgb[channel, :start]), map_x, map_y, cv2.INTER_LINEAR,
            dst=result[channel], borderMode=cv2.BORDER_REFLECT_101,
        )  # fmt: skip
    return result


def _glitter(
    stage: Stage, start: int, ripples: Plane, near: Plane, calm: float, mask: Plane | None
) -> None:
    """Lay the light's broken path on the water."""
    canvas, light = stage.canvas, stage.script.light
    if light.overcast > 0.8:
        return
    rows = slice(start, canvas.height)
    spread = np.float32(canvas.unit) * (0.025 + 0.13 * near * np.float32(1.15 - calm * 0.5))
    path = np.exp(-(((canvas.columns - np.float32(stage.sun[0])) / spread) ** 2))
    # Glints are finer than the waves that carry them.
    fine = displaced(ripples, np.zeros_like(ripples), ripples * np.float32(canvas.unit * 0.01))
    fine = fine - blurred(fine, canvas.unit * 0.006) * np.float32(0.6 * calm)
    sparkle = smoothstep(0.06, 0.5, fine)
    height = 1 - min(1.0, light.height * 1.1)
    amount = path * (sparkle * 0.9 + 0.06) * np.float32(0.3 + 0.5 * height)
    amount = amount * (1 - near * np.float32(0.55))
    if stage.sun_hidden:
        amount = amount * np.float32(0.12)
    canvas.shine(mix(light.sun, light.glow, 0.35), amount if mask is None else amount * mask, rows)


def paint_beach(stage: Stage, shore: Plane, own: Colour | None) -> None:
    """Paint wet and dry sand under a shoreline, with two lines of foam."""
    canvas, script = stage.canvas, stage.script
    stream = stage.stream.child("beach")
    rows = canvas.rows_below(shore)
    if rows.stop <= rows.start:
        return
    sand = own if own is not None else (0.93, 0.82, 0.64)
    dry = mix(script.lit(sand), script.light.glow, 0.15)
    wet = mix(shade(script.shaded(sand), -0.04), script.light.sky[2], 0.3)
    depth = canvas.rows[rows] - shore
    shape = (rows.stop - rows.start, canvas.width)
    patches = fbm(stream, shape, (max(0.8, shape[0] / canvas.unit * 12), 6), stage.octaves(5)) - 0.5
    position = smoothstep(0.0, 0.085, depth / np.float32(canvas.unit) + patches * 0.03)
    planes = np.empty((3, *shape), np.float32)
    for channel in range(3):
        planes[channel] = wet[channel] + (dry[channel] - wet[channel]) * position
        planes[channel] *= 1 + patches * np.float32(0.12)
    blend(canvas.rgb[:, rows], planes, canvas.mask_below(shore, rows))
    foam(stage, stream.child("foam"), shore, 0.013, 0.95)
    outer = (
        shore
        - np.float32(canvas.unit * 0.05)
        + curve(stream.child("outer"), canvas.width, 5 * canvas.width / canvas.unit, 4)
        * np.float32(canvas.unit * 0.03)
    )
    foam(stage, stream.child("foam2"), outer, 0.006, 0.55)


def foam(stage: Stage, stream: Stream, line: Plane, thickness: float, amount: float) -> None:
    """Draw a lacy line of foam along a line."""
    canvas = stage.canvas
    reach = canvas.unit * thickness
    top, bottom = (
        max(0, int(line.min() - reach * 4)),
        min(canvas.height, int(line.max() + reach * 3)),
    )
    if bottom <= top:
        return
    shape = (bottom - top, canvas.width)
    lace = fbm(
        stream, shape, (max(1, shape[0] / canvas.unit * 40), 26 * canvas.width / canvas.unit), 4
    )
    offset = (canvas.rows[top:bottom] - line) / np.float32(reach)
    body = np.where(offset < 0, np.exp(offset * np.float32(0.8)), np.exp(-offset * offset * 3))
    mask = body * smoothstep(0.36, 0.6, lace + body * np.float32(0.22)) * np.float32(amount)
    white = stage.script.lit((0.98, 0.98, 0.97))
    canvas.haze(white, mask.astype(np.float32), slice(top, bottom))
