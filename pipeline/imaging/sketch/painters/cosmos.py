"""Space: nebulae, planets, galaxies, black holes, rocks."""

from __future__ import annotations

import math

import cv2
import numpy as np

from pipeline.imaging.sketch.canvas import blend
from pipeline.imaging.sketch.colour import Colour, from_hex, from_lch, mix, ramp, shade, to_lch
from pipeline.imaging.sketch.noise import fbm, ridged, smoothstep, warped
from pipeline.imaging.sketch.reading import Mention
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.stream import Plane, Stream

_WORLDS = {
    "saturn": ("rings", "#d9bf8f"), "ringed planet": ("rings", "#c9a884"), "jupiter": ("bands",
    "#c98f6a"),
    "gas giant": ("bands", "#8f9ac4"), "earth": ("earth", "#2f6fb0"), "neptune": ("bands",
    "#3f6fd0"),
    "uranus": ("rings", "#9fd8dc"), "venus": ("bands", "#d9b070"), "pluto": ("rock", "#b59a84"),
    "alien planet": ("rings", "#7fae9a"), "exoplanet": ("bands", "#a87fc4"),
}  # fmt: skip


def world(mention: Mention, stream: Stream, palette: tuple[Colour, ...] = ()) -> tuple[str, Colour]:
    """Return the kind of surface and the colour of a mentioned planet."""
    kind, code = _WORLDS.get(mention.word, ("", ""))
    if not kind:
        kind = stream.pick(("rings", "bands", "rock", "bands", "earth"))
        code = stream.pick(("#c98f6a", "#7f9ac9", "#b57fa8", "#6fae9f", "#d9a86a"))
    colour = mention.colours[0] if mention.colours else from_hex(code)
    if not mention.colours and palette and mention.word not in _WORLDS:
        colour = mix(colour, palette[0], 0.55)
    return kind, colour


def paint_nebula(stage: Stage, colours: list[Colour], amount: float = 1.0) -> None:
    """Fill the canvas with deep space and clouds of glowing gas."""
    canvas, light = stage.canvas, stage.script.light
    stream = stage.stream.child("nebula")
    shape = (canvas.height, canvas.width)
    base = fbm(stream.child("base"), shape, canvas.cells(1.2), 3)
    canvas.rgb[:] = ramp(
        [(0.2, shade(light.sky[0], -0.03)), (0.6, light.sky[1]), (0.9, light.sky[2])], base
    )
    for index, colour in enumerate(colours[:3]):
        own = stream.child(str(index))
        gas = warped(own, shape, canvas.cells(own.uniform(1.2, 2.2)), stage.octaves(6), 0.8)
        where = fbm(own.child("where"), shape, canvas.cells(0.9), 2)
        body = smoothstep(0.42, 0.86, gas) * smoothstep(0.34, 0.66, where)
        canvas.shine(colour, body * np.float32(0.78 * amount))
        veins = ridged(own.child("veins"), shape, canvas.cells(3.0), 5)
        canvas.shine(
            mix(colour, (1, 1, 1), 0.45),
            body * smoothstep(0.55, 0.95, veins) * np.float32(0.34 * amount),
        )
    dark = warped(stream.child("dark"), shape, canvas.cells(1.8), 5, 0.9)
    lanes = smoothstep(0.55, 0.8, dark) * np.float32(0.7 * amount)
    canvas.haze(shade(light.sky[0], -0.02), lanes)


def nebula_colours(stage: Stage) -> list[Colour]:
    """Return three gas colours: the palette's, or a harmony around a random hue."""
    palette = [c for c in stage.reading.palette if to_lch(c)[1] > 0.03]
    stream = stage.stream.child("gas")
    if palette:
        first = palette[0]
        second = palette[1] if len(palette) > 1 else first
        return [first, mix(first, second, 0.5), second]
    hue = stream.pick((285.0, 320.0, 240.0, 15.0, 200.0, 350.0))
    turn = stream.sign() * stream.uniform(40, 80)
    return [
        from_lch(0.62, 0.19, hue),
        from_lch(0.66, 0.15, hue + turn),
        from_lch(0.74, 0.12, hue - turn * 0.8),
    ]


def paint_planet(
    stage: Stage, stream: Stream, x: float, y: float, radius: float, colour: Colour, kind: str
) -> None:
    """Paint a planet with its surface, day side, air and perhaps rings.

    Args:
        kind: "bands" a gas giant, "rock", "earth", "rings" a banded one with rings.
    """
    canvas = stage.canvas
    toward = stage.toward_light(x, y)
    tilt = stream.uniform(-0.5, 0.5)
    if kind == "rings":
        _rings(stage, stream, x, y, radius, colour, tilt, front=False)
    reach = math.ceil(radius * 1.18)
    x0, x1 = max(0, int(x) - reach), min(canvas.width, int(x) + reach)
    y0, y1 = max(0, int(y) - reach), min(canvas.height, int(y) + reach)
    if x1 > x0 and y1 > y0:
        u = ((np.arange(x0, x1, dtype=np.float32) - np.float32(x)) / np.float32(radius))[None, :]
        v = ((np.arange(y0, y1, dtype=np.float32) - np.float32(y)) / np.float32(radius))[:, None]
        _globe(stage, stream, (y0, y1, x0, x1), u, v, radius, colour, kind, toward, tilt)
    if kind == "rings":
        _rings(stage, stream, x, y, radius, colour, tilt, front=True)


def _globe(
    stage: Stage, stream: Stream, box: tuple[int, int, int, int], u: Plane, v: Plane,
    radius: float, colour: Colour, kind: str, toward: tuple[float, float], tilt: float,
) -> None:  # fmt: skip
    y0, y1, x0, x1 = box
    square = u * u + v * v
    depth = np.sqrt(np.maximum(0, 1 - square))
    across = u * np.float32(math.cos(tilt)) + v * np.float32(math.sin(tilt))
    down = v * np.float32(math.cos(tilt)) - u * np.float32(math.sin(tilt))
    surface = _surface(stream, down.shape, across, down, depth, colour, kind)
    lambert = (
        u * np.float32(toward[0] * 0.86)
        + v * np.float32(toward[1] * 0.86)
        + depth * np.float32(0.42)
    )
    day = smoothstep(-0.12, 0.75, lambert)
    disc = np.clip((1 - np.sqrt(square)) * np.float32(radius) + 0.5, 0, 1)
    target = stage.canvas.rgb[:, y0:y1, x0:x1]
    night = stage.script.light.sky[0]
    for channel in range(3):
        lit = surface[channel] * (day * np.float32(1.06)) + np.float32(night[channel] * 0.7) * (
            1 - day
        )
        target[channel] += (lit - target[channel]) * disc
    air = mix(shade(colour, 0.15), (0.6, 0.8, 1.0), 0.4 if kind != "earth" else 0.8)
    fresnel = np.clip(np.sqrt(square), 0, 1) ** 5 * disc * day
    halo = (
        np.exp(-np.maximum(0, np.sqrt(square) - 1) * np.float32(16))
        * (1 - disc)
        * smoothstep(-0.3, 0.7, lambert)
    )
    for channel in range(3):
        plane = target[channel]
        plane += (
            np.maximum(0, 1 - plane)
            * np.float32(air[channel])
            * (fresnel * np.float32(0.5) + halo * np.float32(0.55))
        )


def _surface(
    stream: Stream,
    shape: tuple[int, int],
    across: Plane,
    down: Plane,
    depth: Plane,
    colour: Colour,
    kind: str,
) -> Plane:
    # Longitude stretches toward the limb as on a real globe.
    bend_x = np.arctan2(across, depth + np.float32(0.18)) * np.float32(0.5)
    size = 512
    map_x = (bend_x + np.float32(1)) * np.float32(size * 0.42) + np.float32(10)
    map_y = (np.arcsin(np.clip(down, -1, 1)) / np.float32(math.pi) + np.float32(0.5)) * np.float32(
        size - 2
    )
    maps = (np.ascontiguousarray(map_x, np.float32), np.ascontiguousarray(map_y, np.float32))
    tile, stops = _crust(stream, size, colour, kind)
    result = ramp(stops, _draped(tile, maps))
    if kind == "earth":
        clouds = warped(stream.child("clouds"), (size, size), (6, 4), 6, 0.6)
        cover = smoothstep(0.52, 0.74, _draped(clouds, maps))
        for channel in range(3):
            result[channel] += (0.97 - result[channel]) * cover * np.float32(0.9)
    return result


def _draped(tile: Plane, maps: tuple[Plane, Plane]) -> Plane:
    draped = cv2.remap(tile, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(draped, np.float32)


def _crust(
    stream: Stream, size: int, colour: Colour, kind: str
) -> tuple[Plane, list[tuple[float, Colour]]]:
    """Return a flat map of the planet's surface and the colours of its values."""
    shape = (size, size)
    if kind in ("bands", "rings"):
        tile = warped(stream.child("bands"), shape, (11, 1.4), 6, 0.22)
        cream = shade(mix(colour, (1, 0.95, 0.85), 0.4), 0.06)
        return tile, [
            (0.25, shade(colour, -0.16)), (0.42, colour), (0.55, cream),
            (0.66, shade(colour, -0.06)), (0.8, mix(colour, (1, 1, 1), 0.55)),
        ]  # fmt: skip
    if kind == "earth":
        return fbm(stream.child("lands"), shape, (4, 5), 7, 0.55), [
            (0.3, shade(colour, -0.1)), (0.49, colour), (0.5, (0.72, 0.66, 0.45)),
            (0.56, (0.36, 0.52, 0.3)), (0.72, (0.56, 0.5, 0.38)), (0.8, (0.95, 0.96, 0.97)),
        ]  # fmt: skip
    rock = ridged(stream.child("rock"), shape, (5, 5), 6) * np.float32(0.6)
    rock = rock + fbm(stream.child("dust"), shape, (3, 3), 6) * np.float32(0.4)
    return rock, [(0.2, shade(colour, -0.2)), (0.45, colour), (0.7, shade(colour, 0.1))]


def _rings(
    stage: Stage,
    stream: Stream,
    x: float,
    y: float,
    radius: float,
    colour: Colour,
    tilt: float,
    front: bool,
) -> None:
    canvas = stage.canvas
    squash = 0.26
    reach = math.ceil(radius * 2.45)
    x0, x1 = max(0, int(x) - reach), min(canvas.width, int(x) + reach)
    y0, y1 = max(0, int(y) - reach), min(canvas.height, int(y) + reach)
    if x1 <= x0 or y1 <= y0:
        return
    u = ((np.arange(x0, x1, dtype=np.float32) - np.float32(x)) / np.float32(radius))[None, :]
    v = ((np.arange(y0, y1, dtype=np.float32) - np.float32(y)) / np.float32(radius))[:, None]
    a = u * np.float32(math.cos(tilt)) + v * np.float32(math.sin(tilt))
    b = (v * np.float32(math.cos(tilt)) - u * np.float32(math.sin(tilt))) / np.float32(squash)
    away = np.sqrt(a * a + b * b)
    profile = fbm(stream.child("rings"), (1, 512), (1, 30), 4)[0]
    index = np.clip((away - 1.3) * np.float32(511 / 1.05), 0, 511).astype(np.int32)
    dense = smoothstep(0.28, 0.66, profile)[index]
    band = smoothstep(1.3, 1.36, away) * (1 - smoothstep(2.24, 2.32, away)) * (0.3 + 0.7 * dense)
    half = b > 0 if front else b <= 0
    mask = band * half.astype(np.float32) * np.float32(0.86)
    toward = stage.toward_light(x, y)
    # The globe's shadow falls on the part of the rings behind it.
    shadow_x, shadow_y = a + np.float32(toward[0] * 0.0), b
    behind = (
        (np.sqrt((shadow_x * toward[1] - b * squash * toward[0]) ** 2) < 0.98)
        & ((a * toward[0] + b * squash * toward[1]) < 0)
        & (shadow_y <= 0)
    )
    bright = np.where(behind & (not front), np.float32(0.25), np.float32(1.0))
    pale = mix(colour, (1.0, 0.94, 0.84), 0.5)
    rgb = np.stack([np.full_like(away, pale[c]) * bright * (0.75 + 0.25 * dense) for c in range(3)])
    blend(canvas.rgb[:, y0:y1, x0:x1], rgb.astype(np.float32), mask)


def paint_galaxy(
    stage: Stage, stream: Stream, x: float, y: float, radius: float, colour: Colour
) -> None:
    """Paint a spiral galaxy seen aslant."""
    canvas = stage.canvas
    turn, squash = stream.uniform(-0.7, 0.7), stream.uniform(0.42, 0.72)
    u = (canvas.columns - np.float32(x))[None, :] / np.float32(radius)
    v = (canvas.rows - np.float32(y)) / np.float32(radius)
    a = u * np.float32(math.cos(turn)) + v * np.float32(math.sin(turn))
    b = (v * np.float32(math.cos(turn)) - u * np.float32(math.sin(turn))) / np.float32(squash)
    away = np.sqrt(a * a + b * b) + np.float32(1e-4)
    angle = np.arctan2(b, a)
    shape = (canvas.height, canvas.width)
    ragged = fbm(stream.child("dust"), shape, canvas.cells(9), stage.octaves(6), 0.58) - 0.5
    arms = np.cos(2 * angle - np.log(away) * np.float32(5.2) + ragged * np.float32(2.8))
    body = (
        smoothstep(-0.25, 1.0, arms)
        * np.exp(-away * np.float32(2.1))
        * smoothstep(0.02, 0.25, away)
    )
    haze = np.exp(-away * np.float32(3.2))
    canvas.shine(
        mix(colour, (0.5, 0.6, 1.0), 0.3), (body * (0.75 + ragged) * np.float32(1.5)).clip(0, 1)
    )
    canvas.shine(mix(colour, (1.0, 0.8, 0.6), 0.5), haze * np.float32(0.5))
    canvas.shine((1.0, 0.95, 0.85), np.exp(-away * np.float32(12)) * np.float32(0.95))
    knots = fbm(stream.child("knots"), shape, canvas.cells(48), 3)
    canvas.shine((1.0, 0.75, 0.85), smoothstep(0.66, 0.8, knots) * body * np.float32(0.9))
    stage.attend(x, y)


def paint_blackhole(
    stage: Stage, stream: Stream, x: float, y: float, radius: float, colour: Colour
) -> None:
    """Paint a black hole with its disc bent over it; an eclipse's ring has no disc."""
    canvas = stage.canvas
    eclipse = bool(stage.reading.words & {"eclipse", "solar eclipse"})
    hole = radius * 0.36
    away = canvas.distance(x, y)
    u = (canvas.columns - np.float32(x))[None, :] / np.float32(hole)
    v = (canvas.rows - np.float32(y)) / np.float32(hole)
    glow = mix(colour, (1.0, 0.7, 0.35), 0.5)
    if eclipse:
        angle = np.arctan2(v, u)
        profile = fbm(stream, (1, 900), (1, 22), 4)[0]
        index = ((angle + np.float32(math.pi)) * np.float32(899 / (2 * math.pi))).astype(np.int32)
        length = 0.35 + 0.9 * profile[np.clip(index, 0, 899)]
        corona = np.exp(-np.maximum(0, away / np.float32(hole) - 1) / length * np.float32(1.5))
        canvas.shine(mix(stage.script.light.glow, (1, 1, 1), 0.5), corona * np.float32(0.95))
    else:
        ring = np.exp(
            -np.abs(away / np.float32(hole) - np.float32(1.16)) * np.float32(8)
        ) * np.float32(0.9)
        halo = np.exp(-np.maximum(0, away / np.float32(hole) - 1) * np.float32(1.6)) * np.float32(
            0.4
        )
        canvas.shine(glow, ring + halo)
        stripes = fbm(stream.child("disc"), (1, 400), (1, 40), 4)[0]
        spread = np.sqrt(u * u + (v / np.float32(0.13)) ** 2)
        index = np.clip((spread - 1.2) * np.float32(399 / 2.4), 0, 399).astype(np.int32)
        disc = smoothstep(1.25, 1.6, spread) * np.exp(
            -np.maximum(0, spread - 1.5) * np.float32(0.95)
        )
        disc = disc * (0.45 + stripes[index])
    dark = np.clip((np.float32(hole) - away) * np.float32(0.8) + 0.5, 0, 1)
    blend(canvas.rgb, (0.004, 0.004, 0.01), dark)
    if not eclipse:
        beaming = np.clip(1 - u * np.float32(0.22), 0.4, 1.6)
        canvas.shine(
            mix(glow, (1, 0.95, 0.85), 0.45), np.clip(disc * beaming, 0, 1).astype(np.float32)
        )
    stage.attend(x, y)


def paint_rock(
    stage: Stage, stream: Stream, x: float, y: float, radius: float, colour: Colour
) -> None:
    """Paint one tumbling asteroid."""
    canvas = stage.canvas
    reach = math.ceil(radius * 1.3)
    x0, x1 = max(0, int(x) - reach), min(canvas.width, int(x) + reach)
    y0, y1 = max(0, int(y) - reach), min(canvas.height, int(y) + reach)
    if x1 - x0 < 3 or y1 - y0 < 3:
        return
    u = ((np.arange(x0, x1, dtype=np.float32) - np.float32(x)) / np.float32(radius))[None, :]
    v = ((np.arange(y0, y1, dtype=np.float32) - np.float32(y)) / np.float32(radius))[:, None]
    shape = (y1 - y0, x1 - x0)
    lumps = fbm(stream.child("lumps"), shape, (3.2, 3.2), 5)
    stretch = stream.uniform(0.65, 1.0)
    form = 1 - u * u - (v / np.float32(stretch)) ** 2 + (lumps - 0.5) * np.float32(1.3)
    height = np.sqrt(np.maximum(0, form))
    toward = stage.toward_light(x, y)
    slope_x = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3, scale=radius / 8)
    slope_y = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3, scale=radius / 8)
    lambert = -(slope_x * np.float32(toward[0]) + slope_y * np.float32(toward[1]))
    tone = np.clip(0.3 + lambert * 0.45 + (lumps - 0.5) * 0.6, 0, 1).astype(np.float32)
    rgb = ramp([(0.0, shade(colour, -0.34)), (0.5, colour), (1.0, shade(colour, 0.2))], tone)
    mask = np.clip(form * np.float32(radius * 0.5), 0, 1)
    blend(canvas.rgb[:, y0:y1, x0:x1], rgb, mask.astype(np.float32))
