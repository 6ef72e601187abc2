"""Bridges, lamps, wheels, ruins and other made things, in local units."""

from __future__ import annotations

import math

import numpy as np

from pipeline.imaging.sketch.colour import from_hex, shade
from pipeline.imaging.sketch.geometry import (
    arc,
    ellipse,
    limb,
    outline,
    rectangle,
)
from pipeline.imaging.sketch.look import Look
from pipeline.imaging.sketch.sprite import Fade, Sprite, upright

# Outlines read better as dense lists of points than one number to a line.
# fmt: off


def paint_bridge(sprite: Sprite, look: Look) -> None:
    """Paint a suspension bridge about six units wide; stone arches for a viaduct."""
    if look.word in ("viaduct", "aqueduct", "pont", "puente"):
        _arches(sprite, look)
        return
    red = look.main("#b5503c", "#8d97a3", "#c2573c")
    deck, top = 0.26, 0.98
    for x in (-1.3, 1.3):
        for side in (-0.05, 0.05):
            sprite.fill(Fade((x - 0.1, 0), (x + 0.1, 0), shade(red, 0.05), shade(red, -0.1)),
                rectangle(x + side - 0.026, 0, x + side + 0.026, top))
        for y in (0.45, 0.65, 0.85, 0.96):
            sprite.fill(shade(red, -0.06), rectangle(x - 0.07, y - 0.015, x + 0.07, y + 0.015))
    cable = [(x, deck + 0.06 + (top - deck - 0.08) * min(1.0, (abs(x) / 1.3) ** 2))
        for x in np.linspace(-1.3, 1.3, 25).tolist()]
    sides = [[(s * 1.3, top), (s * 2.2, 0.5), (s * 3.2, deck + 0.02)] for s in (-1, 1)]
    sprite.fill(shade(red, -0.05), limb(cable, (0.02, 0.02), 2),
        *(limb(side, (0.02, 0.02), 6) for side in sides))
    hangers = [limb([(x, deck), (x, y)], (0.008, 0.008), 1) for x, y in cable[1:-1]]
    sprite.fill(shade(red, -0.02), *hangers)
    sprite.fill(upright(shade(red, -0.08), deck - 0.05, deck + 0.02, 0.08),
        rectangle(-3.3, deck - 0.035, 3.3, deck + 0.018))
    if look.night > 0.3:
        lamps = [ellipse(x, deck + 0.05, 0.012) for x in np.linspace(-3.1, 3.1, 32).tolist()]
        sprite.shine((1.0, 0.84, 0.55), *lamps, strength=0.95, spill=0.02)


def _arches(sprite: Sprite, look: Look) -> None:
    stone = look.main("#b8a48c", "#a99a88")
    sprite.fill(upright(stone, 0, 1, 0.06), rectangle(-3.2, 0, 3.2, 0.8))
    holes = [np.concatenate([arc(x, 0.42, 0.27, 0, 180),
        outline([(x - 0.27, -0.2), (x + 0.27, -0.2)])]) for x in np.arange(-3.0, 3.2,
        0.66).tolist()]
    sprite.erase(*holes)
    sprite.fill(shade(stone, 0.05), rectangle(-3.2, 0.77, 3.2, 0.84))


def paint_lamp_post(sprite: Sprite, look: Look) -> None:
    """Paint a street lamp, lit when it is dark."""
    iron = look.main("#2f3338")
    sprite.fill(iron, limb([(0, 0), (0, 0.1), (0, 0.86)], (0.05, 0.028, 0.02), 2),
        rectangle(-0.05, 0, 0.05, 0.03))
    glass = outline([(-0.045, 0.87), (0.045, 0.87), (0.065, 0.965), (-0.065, 0.965)])
    sprite.fill(from_hex("#f3dfae"), glass)
    sprite.fill(iron, outline([(-0.075, 0.965), (0, 1.01), (0.075, 0.965)]),
        rectangle(-0.05, 0.862, 0.05, 0.876))
    if look.night > 0.1:
        sprite.shine((1.0, 0.82, 0.5), glass, strength=1.0, spill=0.09)


def paint_pier(sprite: Sprite, look: Look) -> None:
    """Paint a wooden jetty running away from the viewer."""
    timber = look.main("#8a6a4c", "#7a6250")
    deck = outline([(-0.75, -0.3), (0.75, -0.3), (0.13, 1.0), (-0.13, 1.0)])
    for t in np.linspace(0, 1, 9).tolist():
        y, half = -0.3 + 1.3 * t**0.6, 0.75 - 0.62 * t**0.6
        for side in (-1, 1):
            sprite.fill(shade(timber, -0.2), rectangle(side * half - 0.02 * (1.3 - t), y - 0.18
                * (1.2 - t), side * half + 0.02 * (1.3 - t), y + 0.12 * (1.1 - t)))
    sprite.fill(Fade((0, -0.3), (0, 1.0), timber, shade(timber, 0.1)), deck)
    lines = []
    for index in range(34):
        t = (index / 34) ** 0.62
        y, half = -0.3 + 1.3 * t, 0.75 - 0.62 * t
        lines.append(limb([(-half, y), (half, y)], (0.012 * (1.15 - t), 0.012 * (1.15 - t)), 1))
    sprite.fill(shade(timber, -0.2), *lines, alpha=0.75, inside=True)


def paint_fence(sprite: Sprite, look: Look) -> None:
    """Paint a stretch of picket fence, six units wide."""
    white = look.main("#e9e2d4", "#b59a7c")
    sprite.fill(shade(white, -0.1), rectangle(-3, 0.3, 3, 0.4), rectangle(-3, 0.65, 3, 0.75))
    pales = [outline([(x, 0), (x + 0.14, 0), (x + 0.14, 0.88), (x + 0.07, 1.0), (x, 0.88)])
        for x in np.arange(-3, 3, 0.3).tolist()]
    sprite.fill(white, *pales)


def paint_statue(sprite: Sprite, look: Look) -> None:
    """Paint a statue: a seated Buddha for that word, else a draped figure on a plinth."""
    stone = look.main("#c9c4ba", "#b3aea6", "#8fa398")
    lit, dark = shade(stone, 0.05), shade(stone, -0.1)
    paint = Fade((-0.2, 0), (0.2, 0), lit, dark)
    if look.word == "buddha":
        sprite.mass(paint, ellipse(0, 0.86, 0.12, 0.14), ellipse(0, 0.99, 0.05, 0.05),
            limb([(0, 0.72), (0, 0.4)], (0.22, 0.4)), ellipse(0, 0.16, 0.46, 0.14),
            limb([(-0.17, 0.62), (-0.25, 0.38), (-0.05, 0.24)], (0.14, 0.14, 0.1)),
            limb([(0.17, 0.62), (0.25, 0.38), (0.05, 0.24)], (0.14, 0.14, 0.1)),
            ellipse(0, 0.3, 0.2, 0.14), fuse=0.012)
        return
    sprite.mass(paint, ellipse(0.01, 0.94, 0.045, 0.055),
        limb([(0, 0.88), (0, 0.66), (0.0, 0.27)], (0.08, 0.2, 0.26)),
        limb([(-0.07, 0.83), (-0.13, 0.66), (-0.02, 0.6)], (0.07, 0.055)),
        limb([(0.07, 0.83), (0.15, 0.9), (0.2, 1.0)], (0.07, 0.04)), fuse=0.02)
    sprite.fill(Fade((-0.2, 0), (0.2, 0), stone, shade(stone, -0.14)),
        rectangle(-0.2, 0, 0.2, 0.24), rectangle(-0.24, 0.22, 0.24, 0.27))
    folds = [limb([(x, 0.6), (x * 1.3, 0.28)], (0.006, 0.012), 3)
        for x in (-0.07, -0.03, 0.02, 0.06)]
    sprite.fill(shade(stone, -0.2), *folds, alpha=0.6, inside=True)


def paint_ferris_wheel(sprite: Sprite, look: Look) -> None:
    """Paint a Ferris wheel, its rim lit at night."""
    steel = look.main("#d8dbe0", "#c9d3dc")
    hub, radius = (0.0, 0.56), 0.42
    sprite.fill(shade(steel, -0.2), limb([hub, (-0.3, 0)], (0.03, 0.035), 1),
        limb([hub, (0.3, 0)], (0.03, 0.035), 1))
    spokes = []
    cabins = []
    for index in range(16):
        angle = 2 * math.pi * index / 16
        x, y = hub[0] + math.cos(angle) * radius, hub[1] + math.sin(angle) * radius
        spokes.append(limb([hub, (x, y)], (0.008, 0.006), 1))
        cabins.append((x, y - 0.035))
    ring = [limb([(hub[0] + math.cos(a) * r, hub[1] + math.sin(a) * r)
        for a in np.linspace(0, 2 * math.pi, 60).tolist()], (0.012, 0.012), 1)
        for r in (radius, radius * 0.86)]
    sprite.fill(steel, *spokes, *ring)
    for index, (x, y) in enumerate(cabins):
        sprite.fill(look.accent(index, 0.85, from_hex("#d9503c")), ellipse(x, y, 0.032, 0.036))
    if look.night > 0.2:
        bulbs = [ellipse(hub[0] + math.cos(a) * radius, hub[1] + math.sin(a) * radius, 0.009)
            for a in np.linspace(0, 2 * math.pi, 49).tolist()]
        sprite.shine(look.accent(0, 0.7, (1.0, 0.8, 0.6)), *bulbs, strength=1.0, spill=0.02)


def paint_ruins(sprite: Sprite, look: Look) -> None:
    """Paint a row of broken columns with a piece of their lintel; Stonehenge for that word."""
    stream = look.stream.child("ruins")
    stone = look.main("#d6cbb8", "#c7bda9")
    if look.word == "stonehenge":
        for x in (-0.7, -0.32, 0.12, 0.5):
            tall = stream.uniform(0.7, 0.85)
            block = outline([(x - 0.1, 0), (x - 0.11, tall * 0.5), (x - 0.085, tall),
                (x + 0.09, tall + 0.01), (x + 0.11, tall * 0.4), (x + 0.1, 0)])
            sprite.fill(Fade((x - 0.1, 0), (x + 0.1, 0), shade(stone, -0.06), shade(stone, -0.22)),
                block)
        sprite.fill(shade(stone, -0.1), rectangle(-0.84, 0.78, -0.2, 0.93),
            rectangle(0.0, 0.78, 0.64, 0.92))
        return
    sprite.fill(upright(stone, 0, 0.1, 0.06), rectangle(-0.8, 0, 0.8, 0.05),
        rectangle(-0.74, 0.05, 0.74, 0.09))
    heights = [0.78, 0.78, 0.78, stream.uniform(0.4, 0.6), 0.78, stream.uniform(0.3, 0.7)]
    for index, tall in enumerate(heights):
        x = -0.62 + index * 0.248
        shaft = outline([(x - 0.056, 0.09), (x + 0.056, 0.09), (x + 0.046, tall),
            (x - 0.046, tall + (0.0 if tall == 0.78 else 0.04))])
        sprite.fill(Fade((x - 0.05, 0), (x + 0.05, 0), shade(stone, 0.05), shade(stone, -0.15)),
            shaft)
        flutes = [limb([(x + dx, 0.1), (x + dx * 0.8, tall)], (0.006, 0.006), 1)
            for dx in (-0.03, -0.01, 0.012, 0.034)]
        sprite.fill(shade(stone, -0.14), *flutes, alpha=0.55)
        if tall == 0.78:
            sprite.fill(shade(stone, 0.02), rectangle(x - 0.075, 0.765, x + 0.075, 0.8))
    sprite.fill(upright(stone, 0.8, 0.9, 0.04), rectangle(-0.72, 0.8, -0.02, 0.88))
    sprite.fill(upright(stone, 0.88, 1.0, 0.04), outline([(-0.74, 0.88), (-0.04, 0.88),
        (-0.2, 0.95), (-0.36, 1.0)]))


def paint_bench(sprite: Sprite, look: Look) -> None:
    """Paint a park bench."""
    timber = look.main("#8a5f3e", "#6f7a58")
    iron = from_hex("#33363a")
    for x in (-0.75, 0.75):
        sprite.fill(iron, limb([(x, 0), (x, 0.48)], (0.07, 0.06), 1),
            limb([(x, 0.46), (x, 1.0)], (0.06, 0.05), 1))
    for y in (0.44, 0.62, 0.78, 0.93):
        sprite.fill(upright(timber, y - 0.06, y + 0.06, 0.06),
            rectangle(-0.95, y - 0.055, 0.95, y + 0.055))


def paint_submarine(sprite: Sprite, look: Look) -> None:
    """Paint a round-windowed submarine."""
    body = look.main("#e3b23c", "#c9503c")
    sprite.fill(upright(body, 0.1, 0.75, 0.14), ellipse(0, 0.42, 0.85, 0.3))
    sprite.fill(shade(body, -0.04), rectangle(-0.18, 0.66, 0.2, 0.88))
    sprite.fill(from_hex("#555a60"), limb([(0.08, 0.86), (0.08, 1.0), (0.17, 1.0)], (0.03, 0.03),
        1))
    sprite.fill(shade(body, -0.12), outline([(-0.78, 0.42), (-1.05, 0.68), (-1.0, 0.42),
        (-1.05, 0.16)]))
    for x in (-0.4, -0.05, 0.3):
        sprite.fill(shade(body, -0.15), ellipse(x, 0.44, 0.105))
        sprite.fill(from_hex("#bfe6ea"), ellipse(x, 0.44, 0.078))
        sprite.shine((1.0, 0.9, 0.6), ellipse(x, 0.44, 0.078), strength=0.5, spill=0.03)
