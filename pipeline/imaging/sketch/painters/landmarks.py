"""Single forms of the land, air and sea, in local units (feet at 0, top at 1)."""

from __future__ import annotations

import math

import numpy as np

from pipeline.imaging.sketch.colour import from_hex, mix, shade
from pipeline.imaging.sketch.geometry import Outline, ellipse, limb, outline, rectangle, smooth
from pipeline.imaging.sketch.look import Look
from pipeline.imaging.sketch.painters.foliage import leafy
from pipeline.imaging.sketch.sprite import Fade, Sprite, upright

# Outlines read better as dense lists of points than one number to a line.
# fmt: off


def _ragged(look: Look, points: list[tuple[float, float]], jag: float) -> Outline:
    """Return the polygon with every edge broken into small steps."""
    stream = look.stream.child("ragged")
    result = []
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        steps = max(2, int(math.hypot(x1 - x0, y1 - y0) / 0.07))
        for index in range(steps):
            t = index / steps
            shift = stream.normal(jag) if index else 0.0
            result.append((x0 + (x1 - x0) * t + shift, y0 + (y1 - y0) * t
                + stream.normal(jag * 0.6)))
    return outline(result)


def paint_mesa(sprite: Sprite, look: Look) -> None:
    """Paint a table mountain of layered red rock."""
    stream = look.stream.child("mesa")
    rock = look.main("#b8623a", "#c2703f", "#a85a3c")
    talus = _ragged(look, [(-1.1, 0), (-0.62, 0.42), (0.62, 0.42), (1.1, 0)], 0.012)
    sprite.fill(Fade((-0.8, 0), (0.8, 0), shade(rock, 0.01), shade(rock, -0.13)), talus)
    wall = _ragged(look, [(-0.62, 0.4), (-0.56, 0.98), (-0.2, 1.0), (0.2, 0.97), (0.55, 0.99),
        (0.62, 0.4)], 0.014)
    sprite.fill(Fade((-0.6, 0), (0.6, 0), shade(rock, 0.05), shade(rock, -0.15)), wall)
    for _ in range(9):
        y = stream.uniform(0.45, 0.95)
        band = limb([(-0.7, y), (0.0, y + stream.uniform(-0.02, 0.02)), (0.7, y)],
            (stream.uniform(0.012, 0.045),) * 2)
        sprite.fill(shade(rock, stream.uniform(-0.09, 0.09)), band, inside=True, alpha=0.55)
    cracks = [limb([(x, stream.uniform(0.85, 1.0)), (x + stream.uniform(-0.03, 0.03),
        stream.uniform(0.35, 0.5))], (0.02, 0.008), 3) for x in np.linspace(-0.5, 0.52,
        12).tolist()]
    sprite.fill(shade(rock, -0.2), *cracks, inside=True, alpha=0.45)


def paint_iceberg(sprite: Sprite, look: Look) -> None:
    """Paint an iceberg in facets of white and blue."""
    ice = look.main("#dcecf4", "#e6f1f6")
    blue = mix(ice, from_hex("#5fa8d0"), 0.55)
    sprite.fill(blue, _ragged(look, [(-0.8, 0), (-0.62, 0.34), (-0.3, 0.5), (-0.12, 0.98),
        (0.14, 0.74), (0.3, 0.8), (0.55, 0.4), (0.82, 0.1), (0.85, 0)], 0.012))
    facets = [([(-0.62, 0.34), (-0.3, 0.5), (-0.12, 0.98), (-0.2, 0.4), (-0.4, 0.1)], 0.05),
        ([(-0.12, 0.98), (0.14, 0.74), (0.05, 0.35), (-0.2, 0.4)], -0.02),
        ([(0.14, 0.74), (0.3, 0.8), (0.4, 0.45), (0.2, 0.25), (0.05, 0.35)], 0.03),
        ([(-0.8, 0), (-0.62, 0.34), (-0.4, 0.1), (-0.45, 0)], -0.03)]
    for points, tone in facets:
        sprite.fill(Fade(points[0], points[-1], shade(ice, tone + 0.03), mix(ice, blue, 0.4)),
            outline(points), alpha=0.9)
    sprite.fill(mix(blue, from_hex("#3fb0c9"), 0.5), limb([(-0.85, 0.015), (0.88, 0.015)],
        (0.035, 0.035), 2))
    sprite.ground(0.0)


def paint_island(sprite: Sprite, look: Look) -> None:
    """Paint a small island: rocks, a green cap, a beach."""
    stream = look.stream.child("island")
    rock = look.main("#8a7a6a", "#7f7468")
    sprite.fill(from_hex("#e6d2a4"), smooth([(-1.0, 0.0), (-0.6, 0.08), (0.5, 0.09), (1.05, 0.0),
        (0, -0.05)]))
    sprite.fill(Fade((-0.6, 0.5), (0.6, 0), shade(rock, 0.05), shade(rock, -0.14)),
        _ragged(look, [(-0.72, 0.02), (-0.5, 0.34), (-0.15, 0.52), (0.2, 0.42), (0.5, 0.26),
        (0.76, 0.02)], 0.015))
    clumps = [(stream.uniform(-0.5, 0.5), 0.0, stream.uniform(0.12, 0.2)) for _ in range(16)]
    grown = [(x, 0.56 - abs(x + 0.1) * 0.55 + stream.uniform(-0.05, 0.06), r) for x, _, r in clumps]
    leafy(sprite, stream, grown, from_hex("#5f8f4e"))
    sprite.ground(-0.01)


def paint_cliff(sprite: Sprite, look: Look) -> None:
    """Paint a headland: a sheer wall under a grassy edge, reaching out to the left."""
    stream = look.stream.child("cliff")
    rock = look.main("#8f8478", "#a89a88", "#d9d2c4")
    face = _ragged(look, [(-0.9, -0.3), (-0.82, 0.3), (-0.7, 0.86), (-0.3, 0.95), (0.6, 1.0),
        (3.2, 1.06), (3.2, -0.3)], 0.02)
    sprite.fill(Fade((-0.8, 0.8), (1.4, 0), shade(rock, 0.04), shade(rock, -0.16)), face)
    for _ in range(16):
        y = stream.uniform(0.0, 0.85)
        sprite.fill(shade(rock, stream.uniform(-0.1, 0.06)),
            limb([(-1.0, y), (0.8, y + stream.uniform(-0.06, 0.06)), (3.3, y + 0.05)],
            (0.02, 0.035, 0.02)), inside=True, alpha=0.45)
    cracks = [limb([(x, stream.uniform(0.6, 0.95)), (x + stream.uniform(-0.08, 0.05),
        stream.uniform(-0.2, 0.4))], (0.03, 0.008), 4) for x in np.linspace(-0.75, 3.0,
        24).tolist()]
    sprite.fill(shade(rock, -0.22), *cracks, inside=True, alpha=0.4)
    green = from_hex("#6f9450")
    turf = np.concatenate([smooth([(-0.74, 0.84), (-0.3, 0.96), (0.6, 1.02), (3.2, 1.1)],
        closed=False), outline([(3.2, 0.96), (1.8, 0.93)]),
        smooth([(0.9, 0.95), (0.2, 0.9), (-0.3, 0.87), (-0.66, 0.79)], closed=False)])
    sprite.fill(upright(green, 0.8, 1.1, 0.05), turf)


def paint_wave(sprite: Sprite, look: Look) -> None:
    """Paint a great breaking wave with claws of foam."""
    stream = look.stream.child("wave")
    blue = look.main("#1f5f86", "#2a6f8f", "#24587f")
    back = np.concatenate([smooth([(-2.2, -0.1), (-1.5, 0.1), (-0.9, 0.42), (-0.5, 0.78),
        (-0.1, 0.98), (0.35, 0.98), (0.62, 0.8), (0.6, 0.64)], closed=False),
        smooth([(0.45, 0.72), (0.2, 0.7), (0.04, 0.5), (0.1, 0.24), (0.5, 0.08), (1.4, 0.0),
        (2.2, -0.1)], closed=False)])
    sprite.fill(Fade((0, 1), (0, -0.1), shade(blue, 0.07), shade(blue, -0.12)), back)
    stripes = []
    for index in range(11):
        t = index / 10
        stripes.append(limb([(-1.6 + 1.5 * t, 0.0 + 0.02 * t), (-0.75 + 0.75 * t, 0.35 + 0.1 * t),
            (-0.25 + 0.32 * t, 0.82 - 0.08 * t), (0.2 + 0.14 * t, 0.92 - 0.13 * t)],
            (0.012, 0.03, 0.028, 0.01)))
    sprite.fill(mix(blue, (0.85, 0.95, 0.98), 0.55), *stripes, inside=True, alpha=0.6)
    white = (0.97, 0.98, 0.97)
    foam: list[Outline] = []
    crest = smooth([(-0.42, 0.84), (-0.1, 1.0), (0.35, 1.0), (0.63, 0.82), (0.6, 0.62)],
        closed=False, density=14)
    for x, y in crest.tolist():
        foam.append(ellipse(x + stream.normal(0.015), y + stream.normal(0.012),
            stream.uniform(0.022, 0.05)))
        if stream.chance(0.55):
            foam.append(ellipse(x + stream.uniform(0.02, 0.12), y - stream.uniform(0.03, 0.13),
                stream.uniform(0.01, 0.024)))
    sprite.mass(white, *foam, fuse=0.012)
    spray = [ellipse(stream.uniform(0.3, 1.0), stream.uniform(0.45, 1.12),
        stream.uniform(0.004, 0.013)) for _ in range(50)]
    sprite.fill(white, *spray, alpha=0.85)
    lap = [ellipse(stream.uniform(-0.1, 1.5), 0.05 + stream.normal(0.035),
        stream.uniform(0.03, 0.08), 0.018) for _ in range(40)]
    sprite.fill(white, *lap, alpha=0.75)


def paint_kite(sprite: Sprite, look: Look) -> None:
    """Paint a kite with a bowed tail."""
    a, b = look.main("#d9432f", "#e8a33c"), look.second("#f2d27a", "#3f7fae")
    sprite.fill(from_hex("#6a5f58"), limb([(0, 0.3), (-0.1, 0.0), (0.12, -0.4), (-0.05, -0.9)],
        (0.008, 0.008)))
    for points, colour in (
        ([(0, 1.0), (-0.36, 0.72), (0, 0.72)], a),
        ([(0, 1.0), (0.36, 0.72), (0, 0.72)], shade(b, 0.02)),
        ([(0, 0.72), (-0.36, 0.72), (0, 0.2)], shade(b, -0.05)),
        ([(0, 0.72), (0.36, 0.72), (0, 0.2)], shade(a, -0.08)),
    ):
        sprite.fill(colour, outline(points))
    for index, (x, y) in enumerate(((-0.04, 0.1), (-0.06, -0.1), (0.08, -0.32), (0.08, -0.55))):
        bow = a if index % 2 else b
        sprite.fill(bow, outline([(x - 0.09, y + 0.05), (x + 0.09, y - 0.05), (x + 0.09, y + 0.05),
            (x - 0.09, y - 0.05)]))


def paint_satellite(sprite: Sprite, look: Look) -> None:
    """Paint a satellite with two solar wings."""
    steel = look.main("#c9ccd0", "#d9c9a4")
    cells = from_hex("#2f4f8a")
    sprite.fill(shade(steel, -0.2), rectangle(-1.2, 0.48, 1.2, 0.52))
    for side in (-1, 1):
        x0, x1 = sorted((side * 0.34, side * 1.2))
        sprite.fill(Fade((x0, 0.8), (x1, 0.2), shade(cells, 0.1), shade(cells, -0.05)),
            rectangle(x0, 0.28, x1, 0.72))
        lines = [rectangle(x, 0.28, x + 0.012, 0.72) for x in np.linspace(x0, x1,
            7).tolist()] + [rectangle(x0, 0.49, x1, 0.51)]
        sprite.fill(shade(steel, -0.05), *lines, inside=True)
    sprite.fill(Fade((-0.25, 0.8), (0.25, 0.2), shade(from_hex("#d9a84a"), 0.06),
        shade(from_hex("#d9a84a"), -0.14)), rectangle(-0.25, 0.2, 0.25, 0.8))
    sprite.fill(upright(steel, 0.8, 1.0, 0.1), np.concatenate([smooth([(-0.22, 0.98), (0, 0.82),
        (0.22, 0.98)], closed=False), outline([(0, 0.92)])]))
    sprite.fill(shade(steel, -0.2), limb([(0, 0.84), (0, 1.02)], (0.02, 0.012), 1))
