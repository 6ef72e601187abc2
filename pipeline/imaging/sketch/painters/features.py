"""What covers the ground: forests, meadows, rivers, roads, crop rows, falls."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.imaging.sketch.canvas import blend, coverage
from pipeline.imaging.sketch.colour import Colour, mix, ramp, shade
from pipeline.imaging.sketch.geometry import Outline
from pipeline.imaging.sketch.noise import blurred, curve, fbm
from pipeline.imaging.sketch.painters.trees import paint_pine_silhouettes
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.stream import Plane, Stream


def paint_forest_band(
    stage: Stage, stream: Stream, line: Plane, tall: float, nearness: float,
    colour: Colour, pines: bool, ground: bool = True,
) -> None:  # fmt: skip
    """Paint a belt of trees standing along a line, paling with distance.

    Args:
        line: y in px of the ground per column.
        tall: height of a usual tree in px.
        nearness: 0 the horizon … 1 the viewer.
        pines: firs, else round crowns.
        ground: fill the ground under the trees too.
    """
    canvas, script = stage.canvas, stage.script
    own = script.far(mix(script.shaded(colour), script.lit(colour), 0.3), (1 - nearness) * 0.55)
    own = mix(own, script.land(nearness), 0.3)
    if not pines:
        _paint_canopy(stage, stream, line, tall, own, nearness, ground)
        return
    count = max(6, int(canvas.width / (tall * 0.2)))
    xs, bases, heights = [], [], []
    clumps = curve(stream.child("clumps"), canvas.width, 5 * canvas.width / canvas.unit, 3)
    for index in range(count):
        x = (index + stream.uniform(-0.3, 1.3)) / count * canvas.width
        column = max(0, min(canvas.width - 1, int(x)))
        grown = tall * stream.uniform(0.6, 1.15) * (1 + 0.9 * float(clumps[column]))
        xs.append(x)
        bases.append(float(line[column]) + tall * 0.05)
        heights.append(max(tall * 0.25, grown))
    fill_lit(stage, paint_pine_silhouettes(xs, bases, heights, stream), own, nearness)
    if ground:
        canvas.below(line, own)


def _paint_canopy(
    stage: Stage,
    stream: Stream,
    line: Plane,
    tall: float,
    colour: Colour,
    nearness: float,
    ground: bool,
) -> None:
    """Paint a wood of round crowns as rows of overlapping domes, lit from above."""
    canvas = stage.canvas
    clumps = curve(stream.child("clumps"), canvas.width, 4 * canvas.width / canvas.unit, 3)
    for row in range(3):
        own = stream.child(f"row{row}")
        shift = tall * (0.16 * row - 0.1)
        top = line + np.float32(shift) - np.float32(tall * 0.62) * (1 + clumps * np.float32(0.9))
        domes = np.zeros(canvas.width, np.float32)
        count = max(8, int(canvas.width / (tall * 0.3)))
        for index in range(count):
            x = (index + own.uniform(0, 1)) / count * canvas.width
            radius = tall * own.uniform(0.16, 0.3)
            away = 1 - ((canvas.columns - np.float32(x)) / np.float32(radius)) ** 2
            domes = np.maximum(
                domes, np.sqrt(np.maximum(0, away)) * np.float32(radius * own.uniform(0.8, 1.5))
            )
        edge = (top - domes).astype(np.float32)
        rows = canvas.rows_below(edge)
        low = min(canvas.height, int(float(line.max()) + tall * 0.4) + 2)
        rows = slice(rows.start, max(rows.start, low))
        if rows.stop - rows.start < 2:
            continue
        shape = (rows.stop - rows.start, canvas.width)
        leaves = (
            fbm(
                own.child("leaves"),
                shape,
                (max(1, shape[0] / tall * 9), canvas.width / tall * 7),
                3,
            )
            - 0.5
        )
        depth = (canvas.rows[rows] - edge) / np.float32(tall * 0.5)
        level = np.clip(0.75 - depth * 0.6 + leaves * 1.1, 0, 1).astype(np.float32)
        tone = shade(colour, 0.03 * (row - 1))
        crown = mix(
            shade(tone, 0.1), stage.script.light.glow, 0.22 * (1 - stage.script.light.overcast)
        )
        rgb = ramp([(0.0, shade(tone, -0.07)), (0.5, tone), (1.0, crown)], level)
        mask = canvas.mask_below(edge + leaves[0] * np.float32(tall * 0.1), rows)
        if not ground:
            mask = mask * np.clip(
                (line + np.float32(tall * 0.14) - canvas.rows[rows]) * np.float32(0.5), 0, 1
            )
        blend(canvas.rgb[:, rows], rgb, mask)
    if ground:
        canvas.below(line, colour)


def fill_lit(stage: Stage, shapes: list[Outline], colour: Colour, nearness: float) -> None:
    """Fill silhouettes with one tone, lighter at their tops and toward the sun."""
    canvas = stage.canvas
    found = coverage(shapes, canvas.height, canvas.width)
    if found is None:
        return
    mask, (top, left, bottom, right) = found
    reach = max(1.0, canvas.unit * 0.006 * (0.4 + nearness))
    toward = stage.toward_light((left + right) / 2, top)
    matrix = np.array([[1, 0, toward[0] * reach], [0, 1, toward[1] * reach]], np.float64)
    beyond = cv2.warpAffine(
        mask, matrix, (mask.shape[1], mask.shape[0]), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )
    rim = blurred(mask * (1 - beyond), reach * 0.7) * np.float32(
        0.55 * (1 - stage.script.light.overcast)
    )
    fade = np.linspace(0, 1, bottom - top, dtype=np.float32)[:, None]
    low = mix(
        colour, stage.script.light.haze, 0.25 * (1 - nearness) + 0.1 * stage.script.light.mist
    )
    planes = np.empty((3, *mask.shape), np.float32)
    high = shade(colour, 0.02)
    glow = mix(high, stage.script.light.glow, 0.55)
    for channel in range(3):
        planes[channel] = high[channel] + (low[channel] - high[channel]) * fade
        planes[channel] += (glow[channel] - planes[channel]) * rim
    blend(canvas.rgb[:, top:bottom, left:right], planes, mask)


def paint_meadow(
    stage: Stage, line: Plane, flowers: list[Colour], density: float, grass: Colour
) -> None:
    """Cover the ground under a line with blades of grass and, perhaps, flowers.

    Blades and blossoms grow larger toward the viewer, so the field lies down.
    """
    canvas, script = stage.canvas, stage.script
    stream = stage.stream.child("meadow")
    rows = canvas.rows_below(line)
    height = rows.stop - rows.start
    if height < 4:
        return
    field = np.zeros((height, canvas.width), np.uint8)
    mean = float(line.mean())
    count = stage.many(2600 * canvas.width / canvas.unit)
    light = script.lit(shade(grass, 0.06))
    for x, t, lean, tall in stream.array(count, 4).tolist():
        near = t**0.8
        y = mean + near * (canvas.height * 1.04 - mean)
        length = canvas.unit * (0.006 + 0.05 * near**1.5) * (0.6 + tall)
        px, py = x * canvas.width, y - rows.start
        tip = (int((px + (lean - 0.5) * length * 0.9) * 16), int((py - length) * 16))
        thick = 1 if near < 0.55 else max(1, round(canvas.unit * 0.0017 * near))
        cv2.line(
            field, (int(px * 16), int(py * 16)), tip, 110 + int(145 * tall), thick, cv2.LINE_AA, 4
        )
    mask = (
        field.astype(np.float32)
        * np.float32(0.62 / 255)
        * canvas.mask_below(line - canvas.unit * 0.01, rows)
    )
    blend(canvas.rgb[:, rows], mix(light, script.light.glow, 0.18), mask)
    if flowers:
        _blossoms(stage, stream, mean, flowers, density)


def _blossoms(
    stage: Stage, stream: Stream, mean: float, flowers: list[Colour], density: float
) -> None:
    canvas, script = stage.canvas, stage.script
    count = stage.many(900 * density * canvas.width / canvas.unit)
    for index, colour in enumerate(flowers):
        for tone, lift in ((-0.08, 0.0), (0.05, 0.32)):
            layer = np.zeros((canvas.height, canvas.width), np.uint8)
            own = stream.child(f"blossom{index}")
            for x, t, size, turn in own.array(count // len(flowers), 4).tolist():
                near = t**0.9
                y = mean + near**1.25 * (canvas.height * 1.02 - mean)
                radius = canvas.unit * (0.0016 + 0.0135 * near**1.7) * (0.6 + 0.8 * size)
                axes = (int(radius * (1 - lift) * 16), int(radius * 0.72 * (1 - lift) * 16))
                cy = y - radius * (1.2 + lift * 0.8)
                cv2.ellipse(
                    layer,
                    (int(x * canvas.width * 16), int(cy * 16)),
                    axes,
                    turn * 40 - 20,
                    0,
                    360,
                    255,
                    -1,
                    cv2.LINE_AA,
                    4,
                )
            start = max(0, int(mean - canvas.unit * 0.03))
            mask = layer[start:].astype(np.float32) * np.float32(0.92 / 255)
            blend(canvas.rgb[:, start:], script.lit(shade(colour, tone)), mask)
