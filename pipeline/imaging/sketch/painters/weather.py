"""What falls, drifts and flashes in front of everything."""

from __future__ import annotations

import math

import cv2
import numpy as np

from pipeline.imaging.sketch.colour import Colour, mix
from pipeline.imaging.sketch.noise import blurred, smoothstep
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.stream import Plane, Stream


def _line_field(stage: Stage) -> Plane:
    return np.zeros((stage.canvas.height, stage.canvas.width), np.uint8)


def paint_rain(stage: Stage, strength: float = 1.0) -> None:
    """Draw slanting rain in two depths."""
    canvas = stage.canvas
    stream = stage.stream.child("rain")
    slant = stream.uniform(-0.22, 0.22)
    scale = canvas.unit / 1024
    area = canvas.width * canvas.height / canvas.unit**2
    for depth, (count, length, alpha) in enumerate(((900, 26, 0.14), (330, 58, 0.24))):
        field = _line_field(stage)
        for x, y, size in stream.array(stage.many(count * strength * area), 3).tolist():
            px, py = (x * 1.3 - 0.15) * canvas.width, y * canvas.height
            run = length * scale * (0.6 + size)
            start, end = (
                (int(px * 16), int(py * 16)),
                (int((px + slant * run) * 16), int((py + run) * 16)),
            )
            cv2.line(field, start, end, 120 + int(135 * size), 1, cv2.LINE_AA, 4)
        drops = field.astype(np.float32) * np.float32(alpha / 255)
        if scale > 1.2 and depth:
            drops = cv2.GaussianBlur(drops, (0, 0), scale * 0.6) * 1.5
        canvas.shine(mix(stage.script.light.sky[3], (1, 1, 1), 0.3), drops)


def paint_snowfall(stage: Stage, strength: float = 1.0, colour: Colour = (0.97, 0.98, 1.0)) -> None:
    """Let snow fall, near flakes large and soft."""
    canvas = stage.canvas
    stream = stage.stream.child("snowfall")
    scale = canvas.unit / 1024
    area = canvas.width * canvas.height / canvas.unit**2
    for count, radius, blur, alpha in (
        (620, 1.5, 0.5, 0.75),
        (170, 3.2, 1.2, 0.8),
        (26, 8.0, 3.4, 0.55),
    ):
        field = _line_field(stage)
        for x, y, size in stream.array(stage.many(count * strength * area), 3).tolist():
            centre = (int(x * canvas.width * 16), int(y * canvas.height * 16))
            cv2.circle(
                field,
                centre,
                max(8, int(radius * scale * (0.5 + size) * 16)),
                150 + int(105 * size),
                -1,
                cv2.LINE_AA,
                4,
            )
        flakes = blurred(field.astype(np.float32) * np.float32(alpha / 255), max(0.4, blur * scale))
        canvas.haze(colour, flakes)


def paint_sparks(stage: Stage, colour: Colour, count: int, low: float, high: float) -> None:
    """Scatter glowing motes: fireflies, embers, magic.

    Args:
        low, high: the band of heights they fill, as fractions of the picture's height.
    """
    canvas = stage.canvas
    stream = stage.stream.child("sparks")
    scale = canvas.unit / 1024
    core = np.zeros((canvas.height, canvas.width), np.uint8)
    for x, y, size in stream.array(stage.many(count), 3).tolist():
        centre = (int(x * canvas.width * 16), int((low + (high - low) * y) * canvas.height * 16))
        cv2.circle(core, centre, int((1.2 + 3.2 * size**3) * scale * 16), 255, -1, cv2.LINE_AA, 4)
    light = core.astype(np.float32) * np.float32(1 / 255)
    canvas.shine(colour, np.minimum(1, blurred(light, 9 * scale) * 3.0) * np.float32(0.7))
    canvas.shine(mix(colour, (1, 1, 1), 0.6), np.minimum(1, blurred(light, 0.8 * scale) * 1.3))


def paint_drift(stage: Stage, colours: list[Colour], count: int, size: float) -> None:
    """Let petals or leaves drift through the air."""
    canvas = stage.canvas
    stream = stage.stream.child("drift")
    for index, (x, y, turn, near) in enumerate(stream.array(stage.many(count), 4).tolist()):
        radius = size * canvas.unit * (0.4 + 1.1 * near**2)
        reach = int(radius * 2) + 3
        px, py = x * canvas.width, y * canvas.height
        box = np.zeros((2 * reach, 2 * reach), np.uint8)
        middle = (int((reach + px % 1) * 16), int((reach + py % 1) * 16))
        axes = (int(radius * 16), int(radius * (0.25 + 0.3 * turn) * 16))
        cv2.ellipse(box, middle, axes, turn * 360, 0, 360, 255, -1, cv2.LINE_AA, 4)
        mask = box.astype(np.float32) * np.float32(0.9 / 255)
        if near > 0.75:
            mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), radius * 0.25), np.float32)
        x0, y0 = int(px) - reach, int(py) - reach
        sx, sy = max(0, -x0), max(0, -y0)
        ex, ey = min(2 * reach, canvas.width - x0), min(2 * reach, canvas.height - y0)
        if ex <= sx or ey <= sy:
            continue
        colour = stage.script.lit(colours[index % len(colours)])
        part = mask[sy:ey, sx:ex]
        for channel in range(3):
            patch = canvas.rgb[channel, y0 + sy : y0 + ey, x0 + sx : x0 + ex]
            patch += (colour[channel] - patch) * part


def paint_lightning(stage: Stage) -> None:
    """Strike a forked bolt from the clouds, with its flash."""
    canvas = stage.canvas
    stream = stage.stream.child("lightning")
    field = _line_field(stage)
    x = canvas.width * stream.uniform(0.25, 0.75)
    stack = [
        (
            x,
            stage.horizon * 0.05,
            stage.horizon * stream.uniform(0.85, 1.0),
            canvas.unit * 0.0045,
            0,
        )
    ]
    while stack:
        px, py, low, width, level = stack.pop()
        while py < low:
            step = canvas.unit * stream.uniform(0.012, 0.04)
            nx, ny = px + stream.normal(0.85) * step, py + step
            cv2.line(
                field,
                (int(px * 16), int(py * 16)),
                (int(nx * 16), int(ny * 16)),
                255,
                max(1, round(width)),
                cv2.LINE_AA,
                4,
            )
            if level < 2 and stream.chance(0.13):
                stack.append(
                    (nx, ny, ny + (low - ny) * stream.uniform(0.2, 0.6), width * 0.55, level + 1)
                )
            px, py = nx, ny
            width *= 0.985
    bolt = field.astype(np.float32) * np.float32(1 / 255)
    canvas.shine(
        (0.75, 0.8, 1.0),
        np.exp(-canvas.distance(x, stage.horizon * 0.3) * np.float32(2.0 / canvas.unit))
        * np.float32(0.5),
    )
    canvas.shine((0.7, 0.75, 1.0), np.minimum(1, blurred(bolt, canvas.unit * 0.012) * 5))
    canvas.shine((1.0, 1.0, 1.0), np.minimum(1, blurred(bolt, 0.8) * 1.2))


def paint_rainbow(stage: Stage) -> None:
    """Bend a rainbow across the sky, opposite the sun."""
    canvas = stage.canvas
    stream = stage.stream.child("rainbow")
    side = -1 if stage.sun[0] > canvas.width / 2 else 1
    cx = canvas.width * (0.5 + side * stream.uniform(0.05, 0.2))
    radius = canvas.unit * stream.uniform(0.5, 0.62)
    away = (canvas.distance(cx, stage.horizon * 1.08) - np.float32(radius)) / np.float32(
        canvas.unit * 0.085
    )
    inside = np.clip(away, -0.6, 0.6)
    hue = (np.float32(0.5) - inside) * np.float32(1.0)
    bands = (
        np.exp(-(((hue - 0.12) / 0.17) ** 2)) + 0.5 * np.exp(-(((hue - 1.0) / 0.12) ** 2)),
        np.exp(-(((hue - 0.45) / 0.2) ** 2)),
        np.exp(-(((hue - 0.78) / 0.18) ** 2)),
    )
    fade = np.clip(1.25 - np.abs(away) * 2.2, 0, 1)
    fade = fade * np.clip(
        (np.float32(stage.horizon) - canvas.rows) / np.float32(canvas.unit * 0.12), 0, 1
    )
    for channel in range(3):
        plane = canvas.rgb[channel]
        plane += (
            np.maximum(0, 1 - plane) * bands[channel].astype(np.float32) * fade * np.float32(0.42)
        )


def paint_fireworks(stage: Stage, count: int, colours: list[Colour]) -> None:
    """Let rockets burst."""
    canvas = stage.canvas
    stream = stage.stream.child("fireworks")
    for index in range(count):
        own = stream.child(str(index))
        x = canvas.width * (index + own.uniform(0.2, 0.8)) / count
        y = stage.horizon * own.uniform(0.12, 0.55)
        radius = canvas.unit * own.uniform(0.1, 0.2)
        _burst(stage, own, x, y, radius, colours[index % len(colours)])
        stage.attend(x, y, 0.4)


def _burst(stage: Stage, stream: Stream, x: float, y: float, radius: float, colour: Colour) -> None:
    field = _line_field(stage)
    for ring in (1.0, 0.62):
        for spoke in range(34):
            angle = 2 * math.pi * (spoke + stream.uniform(-0.3, 0.3)) / 34
            reach = radius * ring * stream.uniform(0.85, 1.1)
            points = []
            for t in np.linspace(0.3, 1, 6).tolist():
                points.append(
                    (
                        (x + math.cos(angle) * reach * t) * 16,
                        (y + math.sin(angle) * reach * t + 0.16 * reach * t * t) * 16,
                    )
                )
            cv2.polylines(
                field,
                [np.array(points, np.int32)],
                False,
                255,
                max(1, round(stage.unit * 0.0018)),
                cv2.LINE_AA,
                4,
            )
            cv2.circle(
                field,
                (int(points[-1][0]), int(points[-1][1])),
                int(stage.unit * 0.0026 * 16),
                255,
                -1,
                cv2.LINE_AA,
                4,
            )
    sparks = field.astype(np.float32) * np.float32(1 / 255)
    away = stage.canvas.distance(x, y) * np.float32(1 / radius)
    stage.canvas.shine(colour, np.exp(-away * 1.5) * np.float32(0.4))
    stage.canvas.shine(colour, np.minimum(1, blurred(sparks, stage.unit * 0.006) * 2.4))
    stage.canvas.shine(mix(colour, (1, 1, 1), 0.55), np.minimum(1, sparks * np.float32(0.95)))


def paint_bokeh(
    stage: Stage,
    colours: list[Colour],
    count: int,
    low: float,
    high: float,
    size: float = 1.0,
    strength: float = 1.0,
) -> None:
    """Fill the background with discs of unfocused light."""
    canvas = stage.canvas
    stream = stage.stream.child("bokeh")
    for index, (x, y, radius, level) in enumerate(stream.array(stage.many(count), 4).tolist()):
        reach = canvas.unit * (0.02 + 0.06 * radius**1.5) * size
        px, py = x * canvas.width, (low + (high - low) * y) * canvas.height
        x0, x1 = max(0, int(px - reach) - 2), min(canvas.width, int(px + reach) + 3)
        y0, y1 = max(0, int(py - reach) - 2), min(canvas.height, int(py + reach) + 3)
        if x1 <= x0 or y1 <= y0:
            continue
        u = np.arange(x0, x1, dtype=np.float32) - np.float32(px)
        v = (np.arange(y0, y1, dtype=np.float32) - np.float32(py))[:, None]
        away = np.sqrt(u * u + v * v)
        soft = np.float32(max(1.2, reach * 0.06))
        disc = np.clip((reach - away) / soft + 0.5, 0, 1)
        ring = disc * (0.72 + 0.28 * smoothstep(0.7, 0.98, away / np.float32(reach)))
        amount = ring * np.float32(min(0.9, (0.1 + 0.3 * level * level) * strength))
        colour = colours[index % len(colours)]
        for channel in range(3):
            patch = canvas.rgb[channel, y0:y1, x0:x1]
            patch += np.maximum(0, 1 - patch) * np.float32(colour[channel]) * amount
