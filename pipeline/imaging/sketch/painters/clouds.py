"""Clouds: heaped cumulus lit by the sun, thin streaks, and closed decks in perspective."""

from __future__ import annotations

import math

import cv2
import numpy as np

from pipeline.imaging.sketch.canvas import blend
from pipeline.imaging.sketch.colour import Colour, mix, ramp, shade
from pipeline.imaging.sketch.noise import blurred, displaced, fbm, smoothstep
from pipeline.imaging.sketch.painters.foliage import Clump
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.stream import Plane, Stream


def cloud_colours(stage: Stage, tint: Colour | None = None) -> tuple[Colour, Colour, Colour]:
    """Return (shadow, body, lit edge) colours of the clouds in this light."""
    light = stage.script.light
    lit = mix(light.sun, light.glow, 0.35 + 0.3 * (1 - light.height))
    body = mix(light.sky[2], lit, 0.42 * (1 - light.overcast) + 0.1)
    dark = mix(light.sky[1], light.ambient, 0.35)
    if light.night > 0.6:
        lit = mix(light.sky[3], light.sun, 0.3)
        body, dark = mix(light.sky[2], light.sky[3], 0.35), mix(light.sky[1], light.sky[2], 0.5)
    if tint is not None:
        lit, body = mix(lit, tint, 0.45), mix(body, tint, 0.4)
    return shade(dark, -0.01), body, lit


def paint_cumulus(
    stage: Stage,
    stream: Stream,
    x: float,
    base: float,
    width: float,
    height: float,
    alpha: float = 1.0,
    tint: Colour | None = None,
) -> None:
    """Paint one heaped cloud with a flat base at (x, base) px."""
    canvas = stage.canvas
    left, right = int(x - width * 0.62), int(x + width * 0.62)
    top, bottom = int(base - height * 1.25), int(base + height * 0.28)
    x0, x1 = max(0, left), min(canvas.width, right)
    y0, y1 = max(0, top), min(canvas.height, bottom)
    if x1 - x0 < 4 or y1 - y0 < 4:
        return
    shape = (y1 - y0, x1 - x0)
    relief = _relief(shape, _puffs(stream, x - x0, base - y0, width, height))
    # Turbulence frays the spheres into billows.
    cells = (max(0.8, shape[0] / canvas.unit * 15), max(0.8, shape[1] / canvas.unit * 15))
    fray_x = fbm(stream.child("fray-x"), shape, cells, stage.octaves(5), 0.58) - 0.5
    fray_y = fbm(stream.child("fray-y"), shape, cells, stage.octaves(5), 0.58) - 0.5
    reach = np.float32(height * 0.42)
    relief = displaced(relief, fray_x * reach, fray_y * reach)
    rows = np.arange(shape[0], dtype=np.float32)[:, None]
    rise = (np.float32(base - y0) - rows) / np.float32(height)
    under = smoothstep(-0.1, 0.14, rise + fray_y * np.float32(0.3))
    mask = smoothstep(0.02, 0.085, relief / np.float32(height)) * under * np.float32(alpha)
    level = _lit_relief(stage, relief, height, (x, base - height * 0.5)) + fray_x * np.float32(0.22)
    level = level + (np.clip(rise, -0.1, 1) - 0.4) * np.float32(0.5)
    # Thin edges let the light through: a bright lining around the sun.
    thin = (1 - smoothstep(0.03, 0.2, relief / np.float32(height))) * np.float32(0.2)
    dark, body, lit = cloud_colours(stage, tint)
    stops = [(0.0, dark), (0.42, body), (0.82, lit), (1.0, mix(lit, (1, 1, 1), 0.4))]
    rgb = ramp(stops, np.clip(level + thin, 0, 1).astype(np.float32))
    blend(canvas.rgb[:, y0:y1, x0:x1], rgb, mask)


def _relief(shape: tuple[int, int], spheres: list[Clump]) -> Plane:
    """Return the height in px of a heap of spheres above the picture's plane."""
    relief = np.zeros(shape, np.float32)
    for x, y, radius in spheres:
        x0, x1 = max(0, math.floor(x - radius)), min(shape[1], math.ceil(x + radius) + 1)
        y0, y1 = max(0, math.floor(y - radius)), min(shape[0], math.ceil(y + radius) + 1)
        if x1 <= x0 or y1 <= y0:
            continue
        u = np.arange(x0, x1, dtype=np.float32) - np.float32(x)
        v = (np.arange(y0, y1, dtype=np.float32) - np.float32(y))[:, None]
        dome = np.sqrt(np.maximum(0, np.float32(radius * radius) - u * u - v * v))
        part = relief[y0:y1, x0:x1]
        np.maximum(part, dome, out=part)
    return relief


def _lit_relief(stage: Stage, relief: Plane, height: float, place: tuple[float, float]) -> Plane:
    """Return 0 … 1, how much light falls on each part of a billowing surface."""
    toward = stage.toward_light(*place)
    light = (toward[0] * 0.8, toward[1] * 0.7 - 0.45)
    total = np.full_like(relief, 0.34)
    for sigma, weight in ((0.02, 0.24), (0.07, 0.3)):
        soft = blurred(relief, max(0.8, height * sigma))
        slope_x = cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
        slope_y = cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
        turn = -(slope_x * np.float32(light[0]) + slope_y * np.float32(light[1]))
        total += np.clip(turn, -1.2, 1.2) * np.float32(weight)
    hollow = np.clip((blurred(relief, height * 0.09) - relief) / np.float32(height), 0, 1)
    return np.asarray(total - hollow * np.float32(0.9), np.float32)


def _puffs(stream: Stream, x: float, base: float, width: float, height: float) -> list[Clump]:
    """Return the spheres of a cloud: a row along its base, a heap, and buds on the heap."""
    spheres: list[Clump] = []
    peak = stream.uniform(-0.2, 0.2)
    for index in range(22):
        t = stream.uniform(-0.46, 0.46)
        envelope = max(0.08, 1 - abs(t - peak) * 1.9) ** 0.8
        up = stream.uniform(0, 1) ** 0.7 * envelope
        radius = height * (0.13 + 0.19 * envelope) * stream.uniform(0.7, 1.1) * (1.1 - 0.45 * up)
        if index < 9:
            t, up = -0.46 + 0.115 * index, 0.05
            radius = height * stream.uniform(0.15, 0.23)
        spheres.append((x + t * width, base - up * height * 0.86 - radius * 0.35, radius))
    for px, py, radius in list(spheres):
        for _ in range(3):
            angle = stream.uniform(-2.6, -0.5)
            bud = radius * stream.uniform(0.28, 0.5)
            away = radius * 0.85
            spheres.append((px + math.cos(angle) * away, py + math.sin(angle) * away, bud))
    return spheres


def paint_cloud_bank(
    stage: Stage, stream: Stream, count: int, size: float = 1.0, tint: Colour | None = None
) -> None:
    """Paint a few cumulus clouds: large ones high, small ones crowding to the horizon."""
    canvas = stage.canvas
    clouds = []
    for index in range(count):
        own = stream.child(str(index))
        near = own.uniform(0, 1) ** 0.8
        y = stage.horizon * (0.94 - 0.62 * near)
        x = (index + own.uniform(0.1, 0.9)) / count * canvas.width
        width = canvas.unit * (0.22 + 0.55 * near) * own.uniform(0.75, 1.25) * size
        clouds.append((near, own, x, y, width))
    for near, own, x, y, width in sorted(clouds, key=lambda item: item[0]):
        paint_cumulus(
            stage, own, x, y, width, width * own.uniform(0.34, 0.5), 0.72 + 0.28 * near, tint
        )


def paint_streaks(stage: Stage, stream: Stream, amount: float, tint: Colour | None = None) -> None:
    """Draw thin clouds out across the sky, catching the light near the sun."""
    canvas = stage.canvas
    bottom = min(canvas.height, max(8, int(stage.horizon) + 2))
    shape = (bottom, canvas.width)
    across, down = 1.5 * canvas.width / canvas.unit, max(1.0, 8.0 * bottom / canvas.unit)
    veil = fbm(stream, shape, (down, across), stage.octaves(6), 0.56)
    patches = fbm(stream.child("patches"), shape, (max(0.6, down / 4), across), 3)
    low = np.float32(0.62 - 0.16 * amount)
    mask = smoothstep(float(low) - 0.06, float(low) + 0.2, veil * 0.65 + patches * 0.38)
    # Slanting light: the side of each streak that faces the sun is bright.
    shift = int(max(1, canvas.unit * 0.006))
    sunny = -1 if stage.sun[1] < bottom * 0.5 else 1
    edge = np.clip((mask - np.roll(mask, -sunny * shift, axis=0)) * 1.6 + 0.5, 0, 1)
    near = np.exp(-canvas.distance(*stage.sun)[:bottom] * np.float32(1.5 / canvas.unit))
    dark, body, lit = cloud_colours(stage, tint)
    level = np.clip(0.3 + edge * 0.45 + near * 0.5 - 0.12, 0, 1).astype(np.float32)
    rgb = ramp([(0.0, mix(dark, body, 0.5)), (0.5, body), (1.0, lit)], level)
    fade = np.clip(1.12 - np.linspace(0, 1, bottom, dtype=np.float32)[:, None] ** 5, 0, 1)
    blend(canvas.rgb[:, :bottom], rgb, mask * fade * np.float32(min(0.95, 0.55 + 0.3 * amount)))


def paint_deck(stage: Stage, stream: Stream, amount: float, drama: float = 0.5) -> None:
    """Close the sky with a deck of cloud running to the horizon.

    Args:
        amount: 0 … 1 coverage.
        drama: 0 even … 1 torn and dark.
    """
    canvas = stage.canvas
    bottom = min(canvas.height, max(8, int(stage.horizon) + 2))
    tile = fbm(stream, (768, 768), (9, 9), 7, 0.55)
    rise = (np.float32(stage.horizon) - np.arange(bottom, dtype=np.float32)) / np.float32(
        canvas.unit
    )
    far = np.float32(0.34) / (np.maximum(rise, 0) + np.float32(0.06))
    u = (canvas.columns - canvas.width / 2)[None, :] / np.float32(canvas.unit)
    map_x = u * far[:, None] * np.float32(170) + np.float32(384)
    map_y = np.broadcast_to(far[:, None] * np.float32(300), map_x.shape)
    field = cv2.remap(
        tile,
        np.ascontiguousarray(map_x, np.float32),
        np.ascontiguousarray(map_y, np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    moved = cv2.remap(
        tile,
        np.ascontiguousarray(map_x + 7, np.float32),
        np.ascontiguousarray(map_y + 9, np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    low = 0.56 - 0.3 * amount
    mask = smoothstep(low, low + 0.22, np.asarray(field, np.float32))
    dark, body, lit = cloud_colours(stage)
    dark = shade(dark, -0.1 * drama)
    level = 0.45 + (field - moved) * np.float32(3.2) - (field - 0.5) * np.float32(0.9 + drama)
    glow = np.exp(
        -canvas.distance(*stage.sun)[:bottom] * np.float32(2.2 / canvas.unit)
    ) * np.float32(0.4)
    rgb = ramp(
        [(0.0, dark), (0.5, body), (1.0, lit)], np.clip(level + glow, 0, 1).astype(np.float32)
    )
    blend(canvas.rgb[:, :bottom], rgb, mask * np.float32(0.92))
