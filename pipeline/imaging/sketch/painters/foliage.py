"""Leafy, cloudy masses: heaps of soft spheres whose surface noise breaks up."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from pipeline.imaging.sketch.colour import Colour, from_hex, mix, ramp, shade
from pipeline.imaging.sketch.noise import fbm, smoothstep, value_noise
from pipeline.imaging.sketch.sprite import Sprite
from pipeline.imaging.sketch.stream import Plane, Stream

Clump = tuple[float, float, float]


def heap(
    shape: tuple[int, int], spheres: Sequence[Clump], light: tuple[float, float]
) -> tuple[Plane, Plane]:
    """Return height 0 … 1 and facing -1 … 1 of a heap of spheres.

    Args:
        shape: (height, width) px.
        spheres: (x, y, radius) in px, y down.
        light: unit vector in px toward the light.

    Returns:
        height: of the highest sphere at each pixel over its radius, 0 outside.
        facing: how far that sphere turns to the light there.
    """
    height = np.zeros(shape, np.float32)
    facing = np.zeros(shape, np.float32)
    for x, y, radius in spheres:
        x0, x1 = max(0, math.floor(x - radius)), min(shape[1], math.ceil(x + radius) + 1)
        y0, y1 = max(0, math.floor(y - radius)), min(shape[0], math.ceil(y + radius) + 1)
        if x1 <= x0 or y1 <= y0:
            continue
        u = (np.arange(x0, x1, dtype=np.float32) - np.float32(x)) * np.float32(1 / radius)
        v = ((np.arange(y0, y1, dtype=np.float32) - np.float32(y)) * np.float32(1 / radius))[
            :, None
        ]
        dome = 1 - u * u - v * v
        part = height[y0:y1, x0:x1]
        wins = dome > part
        part[wins] = dome[wins]
        turn = u * np.float32(light[0]) + v * np.float32(light[1])
        facing[y0:y1, x0:x1][wins] = turn[wins]
    return np.sqrt(height), facing


def leafy(
    sprite: Sprite,
    stream: Stream,
    clumps: Sequence[Clump],
    leaf: Colour,
    fineness: float = 1.0,
    warm: Colour | None = None,
) -> None:
    """Paint foliage over clumps given in local units (x, y, radius).

    Args:
        fineness: above 1 smaller leaves.
        warm: the tint of the lightest leaves; a pale gold by default.
    """
    grown = [(x, y, radius * 1.28) for x, y, radius in clumps]
    centres = sprite.to_px(np.array([(x, y) for x, y, _ in grown], np.float64))
    radii = [radius * sprite.scale for _, _, radius in grown]
    left = max(0, math.floor(min(c[0] - r for c, r in zip(centres, radii, strict=True))))
    top = max(0, math.floor(min(c[1] - r for c, r in zip(centres, radii, strict=True))))
    right = min(sprite.width, math.ceil(max(c[0] + r for c, r in zip(centres, radii, strict=True))))
    bottom = min(
        sprite.height, math.ceil(max(c[1] + r for c, r in zip(centres, radii, strict=True)))
    )
    if right - left < 2 or bottom - top < 2:
        return
    shape = (bottom - top, right - left)
    x, y = float(np.mean(centres[:, 0])), float(np.mean(centres[:, 1]))
    toward = sprite.stage.toward_light(x + sprite.left, y + sprite.top)
    light = (toward[0] * 0.6, -0.55 - 0.35 * abs(toward[1]))
    spheres = [(c[0] - left, c[1] - top, r) for c, r in zip(centres.tolist(), radii, strict=True)]
    height, facing = heap(shape, spheres, light)
    # Leaves never shrink under about three pixels, or they turn into noise.
    density = min(46.0 * fineness, sprite.scale / 3.2)
    cells = (shape[0] / sprite.scale * density, shape[1] / sprite.scale * density)
    cells = (max(0.6, cells[0]), max(0.6, cells[1]))
    leaves = value_noise(stream.child("leaves"), shape, cells)
    boughs = fbm(stream.child("boughs"), shape, (cells[0] / 4, cells[1] / 4), 2)
    ragged = height + (leaves - 0.5) * np.float32(0.75) + (boughs - 0.5) * np.float32(0.7)
    sharp = np.float32(max(2.0, min(9.0, sprite.scale * 0.04)))
    mask = np.clip((ragged - np.float32(0.5)) * sharp + 0.5, 0, 1) * smoothstep(0.1, 0.35, height)
    overall = (sprite.foot - sprite.top - np.arange(top, bottom, dtype=np.float32))[:, None]
    rise = (overall - overall.min()) / np.float32(max(1.0, float(overall.max() - overall.min())))
    tone = 0.36 + facing * np.float32(0.44) + (leaves - 0.5) * np.float32(0.5)
    tone = tone + (boughs - 0.5) * np.float32(0.35) + (rise - 0.5) * np.float32(0.26)
    # Soft steps read as leaves seen by a painter rather than as a gradient.
    stepped = np.floor(tone * 5) / 5 + smoothstep(0.3, 0.7, tone * 5 - np.floor(tone * 5)) / 5
    gold = from_hex("#ffe9a0") if warm is None else warm
    stops = [
        (0.0, shade(leaf, -0.24)), (0.35, shade(leaf, -0.1)), (0.62, leaf),
        (1.0, mix(shade(leaf, 0.14), gold, 0.28)),
    ]  # fmt: skip
    rgb = ramp(stops, np.clip(stepped, 0, 1).astype(np.float32))
    sprite.lay_planes(rgb, mask.astype(np.float32), top, left)
