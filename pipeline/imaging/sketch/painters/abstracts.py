"""Pictures of nothing but colour and form."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.imaging.sketch.canvas import Planes, blend
from pipeline.imaging.sketch.colour import Colour, from_hex, luminance, mix, ramp, shade
from pipeline.imaging.sketch.noise import blurred, curve, fbm, smoothstep, warped
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.stream import Plane, Stream

_SETS = (
    "#1f2a44 #3f6f8f #e8d9bf #e88a5a #b5413a", "#2b2140 #6a4a8f #d98aa8 #f2c6a0 #f6ecd8",
    "#12343b #2f7f7a #a8c9a8 #f2e2b8 #e0733f", "#26242e #5a4a5f #c9757a #f0b08a #f7e3c8",
    "#0f2a3f #1f6f8a #6fc0b8 #f2d9a0 #ef8a6a", "#2d1f2f #8a3a5a #e06a5a #f2b45a #f8e8c8",
    "#1c2a2a #4f6f5a #b5b87a #ead9a8 #c9744a", "#1a1f3f #4a5fb0 #9aa8e8 #f0c9d9 #f8f0e4",
    "#33291f #8f5f3f #d9a060 #efdcb4 #5f8f8a", "#20263a #7a86a8 #dcd8d0 #f4b89a #d9605a",
)  # fmt: skip


def palette(stage: Stage) -> list[Colour]:
    """Return five colours from dark to light, then an accent: the prompt's or a curated set."""
    given = list(stage.reading.palette[:5])
    stream = stage.stream.child("palette")
    curated = [from_hex(code) for code in stream.pick(_SETS).split()]
    if given:
        while len(given) < 5:
            base = given[len(given) % max(1, len(stage.reading.palette))]
            given.append(shade(base, (-0.22, 0.16, 0.26, -0.12, 0.08)[len(given)]))
        curated = sorted(given, key=luminance)
    lights = stage.reading.lights
    if not given and lights:
        light = stage.script.light
        curated = sorted(
            [light.land[1], light.sky[0], light.sky[1], light.sky[2], light.sky[3]], key=luminance
        )
    if stage.script.grey:
        curated = [(luminance(c),) * 3 for c in curated]
    return curated


def paint_waves(stage: Stage, colours: list[Colour]) -> None:
    """Lay sheets of paper-smooth waves over each other, each with its soft shadow."""
    canvas = stage.canvas
    stream = stage.stream.child("waves")
    canvas.rgb[:] = wash(stage, [colours[-1], colours[-2]], stream)
    count = stream.integer(6, 9)
    tilt = stream.uniform(-0.5, 0.5) * canvas.height
    for index in range(count):
        t = (index + 1) / (count + 0.6)
        own = stream.child(str(index))
        sway = curve(own, canvas.width, own.uniform(0.8, 1.7) * canvas.width / canvas.unit, 2, 0.35)
        slope = np.linspace(-0.5, 0.5, canvas.width, dtype=np.float32) * np.float32(tilt)
        line = (canvas.height * (0.04 + t) + sway * canvas.unit * 0.62 + slope).astype(np.float32)
        place = 1 - t
        colour = along(colours, place)
        rows = canvas.rows_below(line - canvas.unit * 0.05)
        if rows.stop <= rows.start:
            continue
        depth = canvas.rows[rows] - line
        shadow = np.exp(-np.maximum(0, -depth) / np.float32(canvas.unit * 0.022)) * (depth < 1)
        canvas.haze(shade(colours[0], -0.06), shadow * np.float32(0.34), rows)
        level = np.clip(depth / np.float32(canvas.unit * 0.45), 0, 1)
        level = level + (fbm(own.child("tone"), depth.shape, (1.0, 2.0), 2) - 0.5) * np.float32(0.5)
        rgb = ramp(
            [
                (0.0, shade(colour, 0.07)),
                (0.25, colour),
                (1.0, shade(mix(colour, colours[0], 0.3), -0.07)),
            ],
            level.astype(np.float32),
        )
        edge = np.exp(-np.abs(depth - 1.5) * np.float32(400 / canvas.unit)) * np.float32(0.4)
        for channel in range(3):
            rgb[channel] += np.maximum(0, 1 - rgb[channel]) * edge
        blend(canvas.rgb[:, rows], rgb, canvas.mask_below(line, rows))


def along(colours: list[Colour], t: float) -> Colour:
    """Return the colour ``t`` (0 … 1) of the way along the list."""
    place = max(0.0, min(0.9999, t)) * (len(colours) - 1)
    index = int(place)
    return mix(colours[index], colours[index + 1], place - index)


def wash(stage: Stage, colours: list[Colour], stream: Stream) -> Planes:
    """Return planes in which the colours flow into one another."""
    canvas = stage.canvas
    field = warped(stream.child("wash"), (canvas.height, canvas.width), canvas.cells(1.1), 3, 0.8)
    stops = [(0.25 + 0.5 * i / max(1, len(colours) - 1), c) for i, c in enumerate(colours)]
    return ramp(stops, field)


def paint_mesh(stage: Stage, colours: list[Colour]) -> None:
    """Melt the colours into one another, as light through silk."""
    canvas = stage.canvas
    stream = stage.stream.child("mesh")
    canvas.rgb[:] = wash(stage, colours[1:4], stream)
    shape = (canvas.height, canvas.width)
    for index in range(6):
        own = stream.child(str(index))
        x, y = canvas.width * own.uniform(0, 1), canvas.height * own.uniform(0, 1)
        bend = fbm(own, shape, canvas.cells(1.2), 2) - 0.5
        away = canvas.distance(x, y, own.uniform(0.7, 1.5)) / np.float32(
            canvas.unit * own.uniform(0.25, 0.5)
        )
        mask = smoothstep(0.0, 1.0, np.clip(1 - away * 0.6 + bend * 0.9, 0, 1))
        blend(canvas.rgb, colours[(index * 2 + 1) % len(colours)], mask * np.float32(0.8))
    folds = warped(stream.child("folds"), shape, canvas.cells(1.6, 0.8), 3, 1.1)
    light = _relief(folds, canvas.unit)
    canvas.rgb *= 1 + np.clip(light * 1.2, -0.14, 0.18)


def _relief(field: Plane, unit: float) -> Plane:
    """Return how far a field slopes toward the upper left, about -1 … 1."""
    # Bent noise carries the remap's tiny steps; a blur keeps them out of the slope.
    smooth = blurred(field, unit * 0.006)
    slope = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3) + cv2.Sobel(
        smooth, cv2.CV_32F, 0, 1, ksize=3
    )
    return np.asarray(slope * np.float32(unit * 0.02), np.float32)


def paint_marble(stage: Stage, colours: list[Colour]) -> None:
    """Pour paint: veins and swirls with fine gold lines."""
    canvas = stage.canvas
    stream = stage.stream.child("marble")
    shape = (canvas.height, canvas.width)
    first = warped(stream.child("a"), shape, canvas.cells(1.3), stage.octaves(5), 1.5)
    second = warped(stream.child("b"), shape, canvas.cells(2.4), stage.octaves(6), 1.2)
    field = first * 0.72 + second * 0.28
    stops = [
        (0.26 + 0.115 * i, c)
        for i, c in enumerate([colours[0], colours[1], colours[3], colours[4], colours[2]])
    ]
    canvas.rgb[:] = ramp(stops, field)
    veins = np.abs(np.mod(field * np.float32(13.0), 1.0) - 0.5) * 2
    canvas.haze(shade(colours[0], -0.05), smoothstep(0.86, 1.0, veins) * np.float32(0.22))
    gold = np.exp(-((np.abs(first - 0.5) * np.float32(85)) ** 2)) * smoothstep(0.42, 0.6, second)
    canvas.haze(from_hex("#e3bd72"), gold * np.float32(0.85))
    canvas.rgb *= 1 + np.clip(_relief(field, canvas.unit), -0.1, 0.14)


def paint_contours(stage: Stage, colours: list[Colour]) -> None:
    """Draw a landscape of contour lines that glow where they crowd."""
    canvas = stage.canvas
    stream = stage.stream.child("contours")
    shape = (canvas.height, canvas.width)
    field = warped(stream.child("field"), shape, canvas.cells(1.5), 3, 0.7)
    dark = luminance(colours[0]) < 0.5
    ground = (
        [shade(colours[0], -0.04), mix(colours[0], colours[1], 0.55)]
        if dark
        else [colours[-1], colours[-2]]
    )
    canvas.rgb[:] = ramp([(0.25, ground[0]), (0.75, ground[1])], field)
    steps = np.float32(46)
    phase = np.mod(field * steps, 1.0)
    slope = np.abs(np.gradient(field, axis=0)) + np.abs(np.gradient(field, axis=1))
    width = np.clip(slope * steps * np.float32(max(1.0, canvas.unit * 0.0011)), 0.008, 0.5)
    line = np.clip(1.4 - np.minimum(phase, 1 - phase) / width, 0, 1)
    rgb = ramp(
        [(0.25, colours[1]), (0.45, colours[2]), (0.6, colours[3]), (0.8, colours[4])], field
    )
    blend(canvas.rgb, rgb, line * np.float32(0.95))
    glow = blurred(line, canvas.unit * 0.006)
    for channel in range(3):
        plane = canvas.rgb[channel]
        plane += np.maximum(0, 1 - plane) * rgb[channel] * glow * np.float32(0.28)
