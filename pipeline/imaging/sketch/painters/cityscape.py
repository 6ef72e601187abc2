"""Cities: skylines in layers of air, and a street in one-point perspective."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.imaging.sketch.canvas import blend
from pipeline.imaging.sketch.colour import Colour, from_hex, mix, shade
from pipeline.imaging.sketch.geometry import outline
from pipeline.imaging.sketch.noise import blurred, fbm
from pipeline.imaging.sketch.painters.water import paint_water
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.stream import Plane, Stream

_FACADES = ("#8a93a0", "#a39a90", "#7d8a94", "#b0a294", "#6f7d8c", "#9a8f94", "#c2b29c")
_LAMP: Colour = (1.0, 0.8, 0.48)


def paint_skyline(
    stage: Stage,
    base: float,
    height: float,
    nearness: float,
    stream: Stream,
    own: Colour | None = None,
) -> None:
    """Paint one row of buildings standing on ``base`` px, ``height`` px at the tallest."""
    canvas = stage.canvas
    x = -stream.uniform(0, 0.05) * canvas.unit
    middle = canvas.width * stream.uniform(0.3, 0.7)
    while x < canvas.width:
        width = canvas.unit * stream.uniform(0.03, 0.085) * (0.5 + 0.75 * nearness)
        # Downtown rises around one place and falls away to the sides.
        crowd = float(np.exp(-(((x - middle) / (canvas.unit * 0.55)) ** 2)))
        tall = height * (
            0.22 + 0.5 * crowd * stream.uniform(0.35, 1.0) + 0.28 * stream.uniform(0, 1) ** 2
        )
        _building(stage, stream, x, base, width, tall, nearness, own)
        x += width * stream.uniform(0.86, 1.12)


def _building(
    stage: Stage, stream: Stream, x: float, base: float, width: float, tall: float,
    nearness: float, own: Colour | None,
) -> None:  # fmt: skip
    canvas, script = stage.canvas, stage.script
    face = (
        from_hex(stream.pick(_FACADES))
        if own is None
        else mix(own, from_hex(stream.pick(_FACADES)), 0.3)
    )
    distance = (1 - nearness) * 0.85
    sunny = stage.sun[0] < x + width / 2
    light = script.far(mix(script.lit(face), script.land(nearness), 0.25), distance)
    dark = script.far(mix(script.shaded(face), script.land(nearness), 0.35), distance)
    main, flank = (light, dark) if sunny else (dark, light)
    y0, y1 = max(0, round(base - tall)), min(canvas.height, round(base))
    x0, x1 = max(0, round(x)), min(canvas.width, round(x + width))
    if y1 - y0 < 2 or x1 - x0 < 2:
        return
    split = round(x + width * stream.uniform(0.62, 0.78))
    fade = np.linspace(0, 1, y1 - y0, dtype=np.float32)[:, None] ** 2
    veil = np.float32(0.55 * script.light.mist * (1.1 - nearness))
    block = np.empty((3, y1 - y0, x1 - x0), np.float32)
    columns = np.arange(x0, x1)
    for channel in range(3):
        tone = np.where(columns < split, main[channel], flank[channel]).astype(np.float32)[None, :]
        block[channel] = tone + (script.light.haze[channel] - tone) * fade * veil
    canvas.rgb[:, y0:y1, x0:x1] = block
    _roof(stage, stream, x, base - tall, width, main, flank)
    if nearness > 0.18:
        _lights(stage, stream, (y0, y1, x0, x1), split, main, nearness)


def _roof(
    stage: Stage, stream: Stream, x: float, top: float, width: float, main: Colour, flank: Colour
) -> None:
    """Finish a building's top: a mast, steps, a slant, a spire, a box, or nothing."""
    choice = stream.integer(0, 6)
    middle = x + width / 2

    def box(left: float, right: float, tall: float, colour: Colour) -> None:
        corners = [(left, top - tall), (right, top - tall), (right, top), (left, top)]
        stage.canvas.fill([outline(corners)], colour)

    if choice == 0:
        box(middle - 1.2, middle + 1.2, width * 1.1, main)
    elif choice == 1:
        for step, share in ((0.16, 0.72), (0.3, 0.44)):
            half = width * share / 2
            box(middle - half, middle + half, width * step, main)
            box(middle + half * 0.4, middle + half, width * step, flank)
    elif choice == 2:
        slant = outline([(x, top), (x + width, top), (x + width, top - width * 0.32)])
        stage.canvas.fill([slant], main)
    elif choice == 3:
        peak, right = (middle, top - width * 0.9), (x + width * 0.85, top)
        stage.canvas.fill([outline([(x + width * 0.15, top), peak, right])], main)
        stage.canvas.fill([outline([(middle, top), peak, right])], flank)
    elif choice == 4:
        box(x + width * 0.2, x + width * 0.5, width * 0.2, flank)


def _lights(
    stage: Stage,
    stream: Stream,
    box: tuple[int, int, int, int],
    split: int,
    main: Colour,
    nearness: float,
) -> None:
    """Set the windows: lit by chance at night, panes darker or brighter than the wall by day."""
    canvas, light = stage.canvas, stage.script.light
    y0, y1, x0, x1 = box
    pitch = max(3.0, canvas.unit * (0.0048 + 0.0062 * nearness))
    rows, columns = int((y1 - y0) / (pitch * 1.25)), int((x1 - x0) / pitch)
    if rows < 2 or columns < 2:
        return
    lit = stream.array(rows, columns)
    floors = stream.array(rows, 1)
    grid_y = (np.arange(y1 - y0) / (pitch * 1.25)).astype(np.int64).clip(0, rows - 1)
    grid_x = (np.arange(x1 - x0) / pitch).astype(np.int64).clip(0, columns - 1)
    in_y = (np.mod(np.arange(y1 - y0), pitch * 1.25) > pitch * 0.45).astype(np.float32)[:, None]
    in_x = (np.mod(np.arange(x1 - x0), pitch) > pitch * 0.38).astype(np.float32)[None, :]
    pane = in_y * in_x
    chance = (lit * np.float32(0.75) + floors * np.float32(0.25))[grid_y][:, grid_x]
    target = canvas.rgb[:, y0:y1, x0:x1]
    if light.night > 0.25:
        share = 0.34 + 0.22 * light.night
        on = (
            (chance < share).astype(np.float32)
            * pane
            * np.float32((0.45 + 0.55 * light.night) * (0.4 + 0.6 * nearness))
        )
        on *= 0.55 + 0.45 * chance / np.float32(share)
        tint = mix(
            _LAMP,
            stage.script.accents[stream.integer(0, len(stage.script.accents) - 1)],
            0.25 if light.night < 0.8 else 0.4,
        )
        for channel in range(3):
            target[channel] += np.maximum(0, np.float32(tint[channel]) - target[channel]) * on
    glass = mix(main, light.sky[1], 0.55)
    amount = pane * np.float32((0.5 - 0.35 * light.night) * nearness) * (0.4 + 0.6 * chance)
    columns_dark = np.where(np.arange(x0, x1) < split, 1.0, 0.6).astype(np.float32)[None, :]
    blend(target, shade(glass, -0.05), amount * columns_dark)


def paint_street(stage: Stage, wet: bool) -> None:
    """Paint a street running to the vanishing point between two rows of houses."""
    canvas, script = stage.canvas, stage.script
    stream = stage.stream.child("street")
    vanish = (canvas.width * stream.uniform(0.42, 0.58), stage.horizon)
    for index in range(3):
        paint_skyline(
            stage,
            stage.horizon + canvas.unit * 0.01,
            canvas.unit * (0.34 - 0.05 * index),
            0.15 + 0.12 * index,
            stream.child(f"far{index}"),
        )
    signs: list[tuple[float, float, float, float, Colour]] = []
    for side in (-1, 1):
        depths = [1.0]
        own = stream.child(f"side{side}")
        while depths[-1] > 0.07:
            depths.append(depths[-1] * own.uniform(0.66, 0.8))
        for near, far in reversed(list(pairwise(depths))):
            _facade(stage, own, vanish, side, near, far, signs)
    _pavement(stage, vanish, wet)
    _signs(stage, signs)
    if wet:
        rows = slice(round(vanish[1]), canvas.height)
        mask = np.ones((canvas.height - rows.start, canvas.width), np.float32) * np.float32(0.72)
        paint_water(stage, vanish[1], 0.62, shade(script.land(1.0), -0.05), mask)


def _wall_x(stage: Stage, vanish: tuple[float, float], side: int, depth: float) -> float:
    half = stage.canvas.width * 0.5 + stage.unit * 0.12
    edge = stage.canvas.width * 0.5 + side * half
    return vanish[0] + (edge - vanish[0]) * depth


@dataclass(frozen=True)
class _Wall:
    """One house front in the street: its side, the depths it spans, its height and colour."""

    side: int
    near: float
    far: float
    tall: float
    colour: Colour


Sign = tuple[float, float, float, float, Colour]
Vanish = tuple[float, float]


def _facade(
    stage: Stage,
    stream: Stream,
    vanish: Vanish,
    side: int,
    near: float,
    far: float,
    signs: list[Sign],
) -> None:
    canvas, script = stage.canvas, stage.script
    face = from_hex(stream.pick(_FACADES))
    tall = canvas.unit * stream.uniform(0.75, 1.5)
    facing = (stage.sun[0] - vanish[0]) * side < 0
    colour = script.lit(face) if facing else script.shaded(face, 1.1)
    colour = script.far(mix(colour, script.land(near**0.5), 0.2), (1 - near**0.5) * 0.8)
    wall = _Wall(side, near, far, tall, colour)
    drop = (canvas.height - vanish[1]) * 0.82
    x_near, x_far = _wall_x(stage, vanish, side, near), _wall_x(stage, vanish, side, far)
    corners = [
        (x_near, vanish[1] - tall * near), (x_far, vanish[1] - tall * far),
        (x_far, vanish[1] + drop * far), (x_near, vanish[1] + drop * near),
    ]  # fmt: skip
    canvas.fill([outline(corners)], colour)
    _street_windows(stage, stream, vanish, wall)
    if stream.chance(0.75) and script.light.night > 0.35:
        depth = near * 0.7 + far * 0.3
        level = stream.uniform(0.12, 0.45)
        wide = canvas.unit * 0.075 * depth
        x = _wall_x(stage, vanish, side, depth) - side * wide * 0.7
        y = vanish[1] - tall * depth * level
        size = (wide * stream.uniform(0.5, 0.9), wide * stream.uniform(0.6, 2.6))
        signs.append((x, y, *size, stream.pick(script.accents)))


def _street_windows(stage: Stage, stream: Stream, vanish: Vanish, wall: _Wall) -> None:
    """Set the windows of a house front, in perspective."""
    canvas, script = stage.canvas, stage.script
    floors = max(3, int(wall.tall / (canvas.unit * 0.13)))
    bays = 3 if wall.near > 0.25 else 2
    night = script.light.night
    glass = mix(shade(wall.colour, -0.16), script.light.sky[2], 0.25)
    span = 1 / wall.far - 1 / wall.near
    for floor in range(floors):
        low, high = -0.05 + (floor + 0.25) / floors, -0.05 + (floor + 0.72) / floors
        if floor == 0:
            low, high = -0.14, high * 0.9
        for bay in range(bays):
            # Equal bays shrink with depth: interpolate 1/z, not z.
            d0, d1 = (1 / (1 / wall.near + span * (bay + b) / bays) for b in (0.22, 0.78))
            quad = [
                (_wall_x(stage, vanish, wall.side, depth), vanish[1] - wall.tall * depth * level)
                for depth, level in ((d0, low), (d1, low), (d1, high), (d0, high))
            ]
            on = stream.chance(0.3 + 0.35 * night) and night > 0.2
            tint = mix(_LAMP, script.accents[stream.integer(0, 3)], 0.3)
            canvas.fill([outline(quad)], mix(glass, tint, 0.8 * night) if on else glass, 0.9)


def _pavement(stage: Stage, vanish: tuple[float, float], wet: bool) -> None:
    canvas, script = stage.canvas, stage.script
    start = round(vanish[1])
    count = canvas.height - start
    t = np.linspace(0, 1, count, dtype=np.float32)[:, None]
    left, right = _wall_x(stage, vanish, -1, 1.0), _wall_x(stage, vanish, 1, 1.0)
    # The fill runs a little under the houses' feet so that no sky shows between.
    edge_l = vanish[0] + (left - vanish[0]) * t * np.float32(1.25)
    edge_r = vanish[0] + (right - vanish[0]) * t * np.float32(1.25)
    mask = np.clip(canvas.columns - edge_l, 0, 1) * np.clip(edge_r - canvas.columns, 0, 1)
    asphalt = (0.3, 0.3, 0.33) if wet else (0.46, 0.45, 0.45)
    near, far = script.shaded(asphalt, 1.1), script.far(script.shaded(asphalt, 1.1), 0.75)
    grain: Plane = (
        fbm(stage.stream.child("asphalt"), (count, canvas.width), (count / canvas.unit * 70, 60), 3)
        - 0.5
    )
    rows = slice(start, canvas.height)
    for channel in range(3):
        tone = (far[channel] + (near[channel] - far[channel]) * t) * (1 + grain * np.float32(0.16))
        plane = canvas.rgb[channel, rows]
        plane += (tone - plane) * mask
    curb = script.lit((0.72, 0.7, 0.66))
    for side in (-1, 1):
        wall = _wall_x(stage, vanish, side, 1.0)
        quads = []
        for share in (0.5, 0.53):
            quads.append(vanish[0] + (wall - vanish[0]) * share * 1.2)
        canvas.fill(
            [outline([vanish, (quads[0], canvas.height), (quads[1], canvas.height)])], curb, 0.5
        )


def _signs(stage: Stage, signs: list[tuple[float, float, float, float, Colour]]) -> None:
    canvas = stage.canvas
    field = np.zeros((3, canvas.height, canvas.width), np.float32)
    for x, y, wide, tall, colour in signs:
        x0, x1 = max(0, int(x - wide / 2)), min(canvas.width, int(x + wide / 2) + 1)
        y0, y1 = max(0, int(y - tall / 2)), min(canvas.height, int(y + tall / 2) + 1)
        if x1 <= x0 or y1 <= y0:
            continue
        bright = mix(colour, (1, 1, 1), 0.25)
        for channel in range(3):
            field[channel, y0:y1, x0:x1] = bright[channel]
    for channel in range(3):
        glow = np.minimum(1, blurred(field[channel], stage.unit * 0.025) * 1.3)
        plane = canvas.rgb[channel]
        plane += np.maximum(0, 1 - plane) * np.maximum(
            field[channel] * np.float32(0.92), glow * np.float32(0.8)
        )
