"""The sky: its gradient, the sun or moon and their glow, stars."""

from __future__ import annotations

import math

import cv2
import numpy as np

from pipeline.imaging.sketch.canvas import blend
from pipeline.imaging.sketch.colour import Colour, mix, ramp, shade
from pipeline.imaging.sketch.noise import fbm, smoothstep
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.stream import Plane, Stream


def paint_sky(stage: Stage) -> None:
    """Fill the whole canvas with the sky's gradient and the light's glow."""
    canvas, light = stage.canvas, stage.script.light
    shape = (canvas.height, canvas.width)
    soft = fbm(stage.stream.child("sky"), shape, canvas.cells(1.3, 2.2), 3) - 0.5
    place = canvas.rows / np.float32(max(stage.horizon, canvas.height * 0.2))
    near = np.exp(-(((canvas.columns - stage.sun[0]) / (canvas.unit * 0.7)) ** 2))
    # The horizon's colours climb around the light and sink away from it.
    position = place + soft * np.float32(0.12) + near * np.float32(0.09 * (1 - light.overcast))
    zenith, upper, lower, horizon = light.sky
    stops = [(0.0, zenith), (0.38, upper), (0.76, lower), (1.0, horizon)]
    canvas.rgb[:] = ramp(stops, position)
    glow = canvas.distance(*stage.sun, stretch_y=1.25) * np.float32(1 / canvas.unit)
    strength = (1 - 0.75 * light.overcast) * (0.85 if light.night < 0.7 else 0.4)
    halo = np.exp(-glow * np.float32(2.6)) * np.float32(0.55 * strength)
    halo += np.exp(-glow * np.float32(9.0)) * np.float32(0.4 * strength)
    canvas.shine(light.glow, halo)


def paint_sun(stage: Stage, radius: float, colour: Colour | None = None) -> None:
    """Draw the sun's disc, softly burning at its edge."""
    canvas, light = stage.canvas, stage.script.light
    disc_colour = light.sun if colour is None else stage.script.lit(mix(colour, light.sun, 0.15))
    away = canvas.distance(*stage.sun)
    disc = np.clip((radius - away) * np.float32(1.0) + 0.5, 0, 1)
    flare = np.exp(-np.maximum(0, away - radius) * np.float32(2.2 / radius))
    canvas.shine(light.glow, flare * np.float32(0.5))
    blend(canvas.rgb, disc_colour, disc)
    stage.attend(*stage.sun, 0.4)


def paint_moon(
    stage: Stage, x: float, y: float, radius: float, phase: float, tint: Colour | None = None
) -> None:
    """Draw the moon with its seas.

    Args:
        phase: 0 a thin crescent … 1 full.
    """
    canvas, light = stage.canvas, stage.script.light
    stream = stage.stream.child("moon")
    away = canvas.distance(x, y)
    halo = np.exp(-np.maximum(0, away - radius * 0.6) * np.float32(1.1 / radius))
    pale = mix(light.sun, (0.96, 0.96, 0.93), 0.5) if tint is None else tint
    canvas.shine(mix(pale, light.glow, 0.6), halo * np.float32(0.28 + 0.2 * phase))
    size = max(8, int(radius * 2) + 4)
    left, top = round(x - size / 2), round(y - size / 2)
    seas = fbm(stream, (size, size), (2.6, 2.6), 5)
    axis = (np.arange(size, dtype=np.float32) - (size - 1) / 2) / np.float32(radius)
    u, v = axis[None, :], axis[:, None]
    inside = u * u + v * v
    disc = np.clip((1 - np.sqrt(inside)) * np.float32(radius) + 0.5, 0, 1)
    depth = np.sqrt(np.maximum(0.0, 1 - inside))
    if phase < 0.97:
        tilt = math.pi * (1 - phase) * 0.8
        facing = math.copysign(1.0, stream.uniform(-1, 1))
        lambert = facing * u * np.float32(math.sin(tilt)) + depth * np.float32(math.cos(tilt))
        lambert = lambert - v * np.float32(0.15)
        day = smoothstep(-0.02, 0.16, lambert)
    else:
        day = np.ones_like(depth)
    tone = 1.0 - smoothstep(0.48, 0.66, seas) * np.float32(0.2)
    tone = tone * (0.86 + 0.14 * depth)
    box = _clip(left, top, size, canvas.width, canvas.height)
    if box is None:
        return
    here, there = box
    target = canvas.rgb[:, there[0], there[1]]
    # The night side is sky: only a breath of earthshine shows it.
    cover = disc[here] * (0.06 + 0.94 * day[here])
    for channel in range(3):
        target[channel] += (pale[channel] * tone[here] - target[channel]) * cover
    stage.attend(x, y, 0.6)


def _clip(
    left: int, top: int, size: int, width: int, height: int
) -> tuple[tuple[slice, slice], tuple[slice, slice]] | None:
    """Return (rows, columns) of a square patch and of the canvas where they overlap."""
    x0, x1 = max(0, left), min(width, left + size)
    y0, y1 = max(0, top), min(height, top + size)
    if x1 <= x0 or y1 <= y0:
        return None
    here = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
    return here, (slice(y0, y1), slice(x0, x1))


def paint_stars(stage: Stage, amount: float, bottom: float | None = None) -> None:
    """Scatter stars of many sizes, denser on a faint band, fading to the horizon.

    Args:
        amount: 1 is a clear night.
        bottom: y in px under which none shine; the horizon by default.
    """
    canvas = stage.canvas
    stream = stage.stream.child("stars")
    limit = stage.horizon if bottom is None else bottom
    field = np.zeros((canvas.height, canvas.width), np.float32)
    count = stage.many(620 * amount * canvas.width * limit / canvas.unit**2)
    spots = stream.array(count, 4)
    scale = max(0.55, canvas.unit / 1024)
    for across, down, bright, spread in spots.tolist():
        x, y = across * canvas.width, down * limit
        level = 0.25 + 0.75 * bright**3
        fade = 1 - (y / limit) ** 3
        radius = scale * (0.55 + 1.1 * spread**6)
        _dot(field, x, y, radius, level * fade)
    canvas.shine((0.93, 0.96, 1.0), np.minimum(field, 1.2))
    big = stream.child("bright").array(stage.many(7 * amount), 3)
    for across, down, size in big.tolist():
        radius = (1.4 + 1.8 * size) * scale
        _twinkle(stage, across * canvas.width, down * limit * 0.8, radius)


def _dot(field: Plane, x: float, y: float, radius: float, level: float) -> None:
    reach = math.ceil(radius * 2.5) + 1
    x0, y0 = int(x) - reach, int(y) - reach
    x1, y1 = int(x) + reach + 1, int(y) + reach + 1
    if x0 < 0 or y0 < 0 or x1 > field.shape[1] or y1 > field.shape[0]:
        return
    u = np.arange(x0, x1, dtype=np.float32) - np.float32(x)
    v = np.arange(y0, y1, dtype=np.float32)[:, None] - np.float32(y)
    field[y0:y1, x0:x1] += np.float32(level) * np.exp(-(u * u + v * v) / np.float32(radius**2))


def _twinkle(stage: Stage, x: float, y: float, radius: float) -> None:
    reach = int(radius * 9)
    canvas = stage.canvas
    x0, x1 = max(0, int(x) - reach), min(canvas.width, int(x) + reach)
    y0, y1 = max(0, int(y) - reach), min(canvas.height, int(y) + reach)
    if x1 <= x0 or y1 <= y0:
        return
    u = (np.arange(x0, x1, dtype=np.float32) - np.float32(x)) / np.float32(radius)
    v = ((np.arange(y0, y1, dtype=np.float32) - np.float32(y)) / np.float32(radius))[:, None]
    core = np.exp(-(u * u + v * v))
    glow = np.exp(-np.sqrt(u * u + v * v) * np.float32(0.8)) * np.float32(0.35)
    ray = np.exp(-np.abs(u) * 2.5 - np.abs(v) * 0.5) + np.exp(-np.abs(v) * 2.5 - np.abs(u) * 0.5)
    amount = core + glow + ray * np.float32(0.3)
    for channel, level in enumerate((0.95, 0.97, 1.0)):
        patch = canvas.rgb[channel, y0:y1, x0:x1]
        patch += np.maximum(0, 1 - patch) * np.minimum(1, amount) * np.float32(level)


def paint_galaxy_band(stage: Stage, bottom: float | None = None) -> None:
    """Draw the Milky Way as a slanting band of glowing dust and faint stars."""
    canvas = stage.canvas
    stream = stage.stream.child("band")
    slope = stream.sign() * stream.uniform(0.5, 1.3)
    cx, cy = canvas.width * stream.uniform(0.35, 0.65), stage.horizon * 0.42
    along = (canvas.columns - cx) * np.float32(slope) + (canvas.rows - cy)
    across = np.abs(along) / np.float32(math.hypot(slope, 1) * canvas.unit)
    shape = (canvas.height, canvas.width)
    dust = fbm(stream.child("dust"), shape, canvas.cells(5), stage.octaves(6))
    wide = np.exp(-((across * np.float32(5.0)) ** 2))
    core = np.exp(-((across * np.float32(12.0)) ** 2))
    lanes = smoothstep(0.48, 0.62, fbm(stream.child("lanes"), shape, canvas.cells(7), 5))
    limit = np.float32(stage.horizon if bottom is None else bottom)
    fade = np.clip(1.25 - canvas.rows / limit, 0, 1)
    body = wide * smoothstep(0.25, 0.8, dust) * fade
    canvas.shine(mix(stage.script.light.glow, (0.75, 0.7, 1.0), 0.5), body * np.float32(0.42))
    canvas.shine((1.0, 0.86, 0.8), core * dust * fade * np.float32(0.34) * (1 - lanes * 0.75))
    speck = cv2.resize(
        stream.child("speck").array(canvas.height // 2, canvas.width // 2),
        (canvas.width, canvas.height), interpolation=cv2.INTER_LINEAR,
    )  # fmt: skip
    canvas.shine(
        (1, 1, 1), smoothstep(0.86, 1.0, np.asarray(speck, np.float32)) * body * np.float32(0.9)
    )


def paint_rays(stage: Stage, strength: float = 0.35) -> None:
    """Draw shafts of light fanning out from the sun."""
    canvas = stage.canvas
    stream = stage.stream.child("rays")
    angle = np.arctan2(
        canvas.rows - np.float32(stage.sun[1]), canvas.columns - np.float32(stage.sun[0])
    )
    profile = fbm(stream, (1, 720), (1, 26), 3)[0]
    index = ((angle + np.float32(math.pi)) * np.float32(719 / (2 * math.pi))).astype(np.int32)
    beams = smoothstep(0.5, 0.75, profile)[np.clip(index, 0, 719)]
    beams = cv2.GaussianBlur(beams, (0, 0), max(1.0, canvas.unit * 0.004))
    away = canvas.distance(*stage.sun) * np.float32(1 / canvas.unit)
    fade = np.exp(-away * np.float32(1.3)) * np.clip(away * 9, 0, 1)
    canvas.shine(stage.script.light.glow, beams * fade * np.float32(strength))


def paint_aurora(stage: Stage, colours: tuple[Colour, ...] = ()) -> None:
    """Hang curtains of northern light."""
    stream = stage.stream.child("aurora")
    low = colours[0] if colours else (0.25, 0.95, 0.6)
    high = colours[1] if len(colours) > 1 else shade(mix(low, (0.6, 0.3, 0.9), 0.7), 0.0)
    for band in range(3):
        own = stream.child(str(band))
        _curtain(stage, own, low, high, 0.62 - 0.16 * band)


def _curtain(stage: Stage, stream: Stream, low: Colour, high: Colour, base: float) -> None:
    canvas = stage.canvas
    width = canvas.width
    wobble = fbm(stream, (1, width), (1, max(0.8, 1.6 * width / canvas.unit)), 4)[0] - 0.5
    foot = stage.horizon * (base + wobble * 0.75)
    tall = stage.horizon * stream.uniform(0.3, 0.55)
    folds = fbm(stream.child("folds"), (1, width), (1, max(3, 34 * width / canvas.unit)), 4)[0]
    slow = fbm(stream.child("slow"), (1, width), (1, max(1, 3 * width / canvas.unit)), 2)[0]
    power = smoothstep(0.25, 0.75, folds) * 0.65 + 0.35
    power = power * smoothstep(0.3, 0.62, slow)
    up = (foot - canvas.rows) / np.float32(tall)
    body = np.exp(-np.maximum(0, up) * np.float32(2.6)) * smoothstep(-0.12, 0.1, up)
    body = body * power * np.float32(0.62)
    canvas.shine(low, body)
    rise = smoothstep(0.12, 0.5, up) * np.exp(-np.maximum(0, up - 0.2) * np.float32(2.2))
    canvas.shine(high, rise * power * np.float32(0.34))
