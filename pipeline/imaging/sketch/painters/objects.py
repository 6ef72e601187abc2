"""Other small things for a still life, in local units (feet at 0, top at 1)."""

from __future__ import annotations

import math

import numpy as np

from pipeline.imaging.sketch.colour import Colour, from_hex, mix, shade
from pipeline.imaging.sketch.geometry import (
    Outline,
    arc,
    ellipse,
    limb,
    outline,
    rectangle,
    rounded,
    smooth,
)
from pipeline.imaging.sketch.look import Look
from pipeline.imaging.sketch.sprite import Fade, Sprite, upright

# Outlines read better as dense lists of points than one number to a line.
# fmt: off


def ball(
    sprite: Sprite, colour: Colour, x: float, y: float, radius: float, gloss: float = 0.6
) -> None:
    """Paint a shaded sphere with a highlight."""
    sprite.fill(Fade((x - radius * 0.7, y + radius * 0.7), (x + radius * 0.7, y - radius * 0.8),
        shade(colour, 0.07), shade(colour, -0.14)), ellipse(x, y, radius))
    sprite.soft(shade(colour, -0.2), ellipse(x + radius * 0.45, y - radius * 0.5, radius * 0.5,
        radius * 0.34, -45), blur=radius * 0.28, alpha=0.5)
    sprite.soft((1, 1, 1), ellipse(x - radius * 0.36, y + radius * 0.42, radius * 0.2, radius
        * 0.13, 35), blur=radius * 0.08, alpha=gloss)


def paint_apple(sprite: Sprite, look: Look) -> None:
    """Paint an apple, a pomegranate or a tomato."""
    colour = look.main("#c9302c", "#b8c04a", "#d94a38")
    body = smooth([(0, 0.8), (0.2, 0.88), (0.42, 0.76), (0.46, 0.46), (0.3, 0.1), (0.1, 0.0),
        (0, 0.04), (-0.1, 0.0), (-0.3, 0.1), (-0.46, 0.46), (-0.42, 0.76), (-0.2, 0.88)])
    sprite.fill(Fade((-0.35, 0.8), (0.4, 0.1), shade(colour, 0.08), shade(colour, -0.13)), body)
    sprite.soft(mix(colour, from_hex("#f2c84a"), 0.6), ellipse(0.05, 0.78, 0.2, 0.08), blur=0.06,
        alpha=0.6)
    sprite.soft((1, 1, 1), ellipse(-0.22, 0.66, 0.07, 0.12, -20), blur=0.03, alpha=0.6)
    sprite.fill(from_hex("#5a3f2a"), limb([(0, 0.78), (0.02, 0.9), (0.07, 1.0)],
        (0.03, 0.024, 0.035)))
    leaf = smooth([(0.05, 0.9), (0.18, 1.0), (0.36, 0.98), (0.22, 0.88)])
    sprite.fill(upright(from_hex("#6f9a4a"), 0.88, 1.0, 0.06), leaf)


def paint_orange(sprite: Sprite, look: Look) -> None:
    """Paint an orange; a ribbed pumpkin for that word."""
    if look.word == "pumpkin":
        colour = look.main("#e07f2a")
        for x, half in ((-0.36, 0.2), (0.36, 0.2), (-0.2, 0.24), (0.2, 0.24), (0.0, 0.24)):
            sprite.fill(Fade((x - half, 0.8), (x + half, 0.1), shade(colour, 0.05),
                shade(colour, -0.1)), ellipse(x, 0.42, half, 0.4 - abs(x) * 0.15))
        sprite.fill(from_hex("#6f7a3f"), limb([(0, 0.78), (0.02, 0.92), (0.1, 1.0)],
            (0.12, 0.08, 0.09)))
        return
    colour = look.main("#f0902a", "#f2a03a")
    ball(sprite, colour, 0, 0.48, 0.48, 0.45)
    stream = look.stream.child("peel")
    pores = [ellipse(stream.uniform(-0.42, 0.42), stream.uniform(0.06, 0.9), 0.008)
        for _ in range(70)]
    sprite.fill(shade(colour, -0.08), *pores, inside=True, alpha=0.5)
    sprite.fill(from_hex("#7a8a3f"), ellipse(0.03, 0.93, 0.04, 0.02))
    sprite.fill(upright(from_hex("#6f9a4a"), 0.9, 1.05, 0.05),
        smooth([(0.04, 0.94), (0.18, 1.05), (0.34, 1.0), (0.2, 0.92)]))


def paint_lemon(sprite: Sprite, look: Look) -> None:
    """Paint a lemon and a cut half."""
    colour = look.main("#f4d53a", "#efc92e")
    body = smooth([(-0.62, 0.46), (-0.5, 0.6), (-0.2, 0.86), (0.15, 0.86), (0.4, 0.62), (0.52, 0.5),
        (0.42, 0.4), (0.15, 0.12), (-0.2, 0.12), (-0.48, 0.36)])
    sprite.fill(Fade((-0.4, 0.9), (0.3, 0.1), shade(colour, 0.05), shade(colour, -0.12)), body)
    sprite.soft((1, 1, 1), ellipse(-0.2, 0.68, 0.12, 0.06, 25), blur=0.03, alpha=0.55)
    sprite.fill(colour, ellipse(0.62, 0.34, 0.34))
    sprite.fill(from_hex("#fbf3d2"), ellipse(0.62, 0.34, 0.305))
    for index in range(9):
        angle = 40 * index
        wedge = np.concatenate([np.array([[0.62, 0.34]]),
            arc(0.62, 0.34, 0.27, angle + 4, angle + 36)])
        sprite.fill(shade(colour, 0.03 * (index % 2)), wedge)
    sprite.ground(0.0)


def paint_pear(sprite: Sprite, look: Look) -> None:
    """Paint a pear, an avocado half or a bunch of bananas."""
    if look.word == "banana":
        colour = look.main("#f2ce3f")
        for tilt, tone in ((0.0, -0.06), (0.14, 0.0), (0.28, 0.05)):
            sprite.fill(upright(shade(colour, tone), 0, 0.9, 0.06),
                limb([(-0.55 + tilt * 0.4, 0.62 + tilt), (-0.25, 0.14 + tilt),
                (0.25, 0.1 + tilt * 0.9), (0.56, 0.5 + tilt * 0.6)], (0.06, 0.22, 0.22, 0.05)))
        return
    colour = look.main("#b5b84a", "#c9b04a", "#9aae48")
    body = smooth([(0, 0.92), (0.13, 0.84), (0.18, 0.62), (0.36, 0.36), (0.3, 0.08), (0, 0.0),
        (-0.3, 0.08), (-0.36, 0.36), (-0.18, 0.62), (-0.13, 0.84)])
    sprite.fill(Fade((-0.3, 0.8), (0.3, 0.1), shade(colour, 0.06), shade(colour, -0.13)), body)
    if look.word == "avocado":
        sprite.fill(from_hex("#d9e09a"), (body - np.array([0, 0.42])) * 0.84 + np.array([0, 0.41]))
        ball(sprite, from_hex("#8a5a34"), 0, 0.3, 0.15)
        return
    sprite.soft((1, 1, 1), ellipse(-0.16, 0.36, 0.06, 0.14, -8), blur=0.03, alpha=0.45)
    sprite.fill(from_hex("#5a3f2a"), limb([(0, 0.9), (0.03, 1.02)], (0.028, 0.034), 2))


def paint_berry(sprite: Sprite, look: Look) -> None:
    """Paint one round berry, or a strawberry."""
    if look.word == "strawberry":
        colour = look.main("#d42f38")
        sprite.fill(Fade((-0.3, 0.8), (0.3, 0), shade(colour, 0.06), shade(colour, -0.1)),
            smooth([(0, 0.86), (0.34, 0.82), (0.4, 0.58), (0.2, 0.16), (0, 0.0), (-0.2, 0.16),
            (-0.4, 0.58), (-0.34, 0.82)]))
        seeds = [ellipse(x, y, 0.014, 0.024) for y in (0.2, 0.34, 0.48, 0.62, 0.74)
            for x in np.arange(-0.3, 0.31, 0.13).tolist()]
        sprite.fill(from_hex("#f2c86a"), *seeds, inside=True)
        sprite.fill(from_hex("#5f9a4a"), *(ellipse(s, 0.86, 0.12, 0.05, -s * 90)
            for s in (-0.22, -0.1, 0.1, 0.22)))
        return
    colour = look.main("#5a3f86", "#8a2f4a", "#3f5a9a", "#a8b84a")
    ball(sprite, colour, 0, 0.45, 0.45, 0.55)
    sprite.fill(shade(colour, -0.2), ellipse(0, 0.86, 0.07, 0.03))


def paint_ball(sprite: Sprite, look: Look) -> None:
    """Paint a sphere: glass, a bubble, a football or plain glossy."""
    word = look.word
    if word in ("bubble", "crystal ball", "snow globe", "orb", "globe"):
        colour = look.main("#a8d8e8", "#c9b8f0", "#b8e8d8")
        sprite.fill(Fade((-0.4, 0.9), (0.4, 0.1), mix(colour, (1, 1, 1), 0.4),
            shade(colour, -0.16)), ellipse(0, 0.5, 0.5), alpha=0.82)
        sprite.soft(look.accent(0, 0.6, colour), ellipse(0.1, 0.32, 0.3, 0.22), blur=0.08,
            alpha=0.6)
        sprite.soft((1, 1, 1), limb([(-0.36, 0.62), (-0.24, 0.8), (-0.05, 0.89)],
            (0.02, 0.06, 0.02)), blur=0.02, alpha=0.9)
        sprite.soft((1, 1, 1), limb([(0.2, 0.12), (0.34, 0.24)], (0.02, 0.03)), blur=0.02,
            alpha=0.6)
        return
    colour = look.main("#d9503f", "#3f6fb5", "#e3b23c", "#4f9a7c")
    if word == "basketball":
        colour = look.main("#d9742e")
    if word == "football":
        colour = look.main("#f2f0ea")
    ball(sprite, colour, 0, 0.5, 0.5)
    if word == "basketball":
        seams = [limb([(0, 0), (0, 1)], (0.016, 0.016), 2),
            limb([(-0.5, 0.5), (0.5, 0.5)], (0.016, 0.016), 2),
            limb([(-0.36, 0.86), (-0.14, 0.5), (-0.36, 0.14)], (0.016, 0.016)),
            limb([(0.36, 0.86), (0.14, 0.5), (0.36, 0.14)], (0.016, 0.016))]
        sprite.fill(from_hex("#3a2a22"), *seams, inside=True)
    if word == "football":
        spots = [ellipse(x, y, 0.1) for x, y in ((0, 0.5), (-0.4, 0.62), (0.4, 0.62), (-0.26, 0.12),
            (0.26, 0.12), (0, 0.95))]
        sprite.fill(from_hex("#2a2a2e"), *spots, inside=True)


def paint_book(sprite: Sprite, look: Look) -> None:
    """Paint one lying book, about 1.5 wide for each 1 high (they stack)."""
    colour = look.main("#a8443a", "#2f5d73", "#d9a441", "#4f6b52", "#5a4a78", "#33415c")
    half = 2.1 + look.stream.child("width").uniform(-0.25, 0.15)
    sprite.fill(shade(colour, -0.08), rounded(-half, 0, half, 1.0, 0.16))
    sprite.fill(upright(from_hex("#f0e8d6"), 0.1, 0.9, 0.05),
        rectangle(-half + 0.25, 0.12, half + 0.0, 0.88))
    sprite.fill(shade(from_hex("#f0e8d6"), -0.12), *(rectangle(-half + 0.3, y, half, y + 0.025)
        for y in (0.28, 0.42, 0.56, 0.72)), alpha=0.5)
    sprite.fill(Fade((-half, 1), (-half, 0), shade(colour, 0.07), shade(colour, -0.05)),
        rounded(-half, 0, -half + 0.6, 1.0, 0.16), rectangle(-half + 0.2, 0.88, half + 0.06, 1.0),
        rectangle(-half + 0.2, 0.0, half + 0.06, 0.12))
    gold = from_hex("#e0bd6a")
    sprite.fill(gold, rectangle(-half + 0.12, 0.2, -half + 0.17, 0.8),
        rectangle(-half + 0.4, 0.2, -half + 0.45, 0.8), alpha=0.9)


def paint_candle(sprite: Sprite, look: Look) -> None:
    """Paint a burning candle on a dish."""
    wax = look.main("#f2e8d4", "#e0c9a8", "#c9605a")
    brass = from_hex("#b5893f")
    sprite.fill(upright(brass, 0, 0.09, 0.08), ellipse(0, 0.045, 0.32, 0.05))
    sprite.fill(Fade((-0.13, 0), (0.13, 0), shade(wax, 0.04), shade(wax, -0.12)),
        rounded(-0.13, 0.05, 0.13, 0.62, 0.03))
    sprite.fill(shade(wax, 0.05), ellipse(0, 0.62, 0.13, 0.03),
        limb([(0.1, 0.61), (0.11, 0.5), (0.1, 0.42)], (0.035, 0.03, 0.04)))
    sprite.fill(from_hex("#2a2422"), limb([(0, 0.62), (0.005, 0.68)], (0.014, 0.01), 2))
    flame = smooth([(0, 0.65), (0.055, 0.73), (0.035, 0.83), (0, 0.95), (-0.035, 0.83),
        (-0.055, 0.73)])
    sprite.fill(from_hex("#f8c04a"), flame)
    sprite.shine((1.0, 0.68, 0.3), flame, strength=0.9, spill=0.12)
    sprite.shine((1.0, 0.95, 0.75), smooth([(0, 0.68), (0.026, 0.74), (0, 0.86), (-0.026, 0.74)]),
        strength=1.0, spill=0.02)


def paint_lantern(sprite: Sprite, look: Look) -> None:
    """Paint a lantern: paper for sky lanterns, else an iron one with glass."""
    if look.word in ("sky lantern", "paper lantern", "floating lantern"):
        paper = look.main("#f2b45a", "#f0a04a")
        sprite.fill(upright(paper, 0, 1, 0.06), smooth([(-0.24, 0.04), (-0.34, 0.5), (-0.28, 0.9),
            (0, 1.0), (0.28, 0.9), (0.34, 0.5), (0.24, 0.04)]))
        sprite.shine((1.0, 0.66, 0.28), smooth([(-0.22, 0.05), (-0.3, 0.5), (0, 0.85), (0.3, 0.5),
            (0.22, 0.05)]), strength=0.8, spill=0.16)
        sprite.shine((1.0, 0.92, 0.65), ellipse(0, 0.12, 0.13, 0.1), strength=0.9, spill=0.06)
        return
    iron = look.main("#3a3634", "#5a4a38")
    glow = Fade((0, 0.75), (0, 0.15), from_hex("#f2c878"), from_hex("#f0a84a"))
    sprite.fill(glow, rectangle(-0.2, 0.12, 0.2, 0.7))
    sprite.shine((1.0, 0.75, 0.35), rectangle(-0.2, 0.12, 0.2, 0.7), strength=0.4 + 0.3
        * look.night, spill=0.08)
    sprite.shine((1.0, 0.95, 0.75), smooth([(0, 0.22), (0.05, 0.32), (0, 0.5), (-0.05, 0.32)]),
        spill=0.03)
    bars = [rectangle(x - 0.018, 0.1, x + 0.018, 0.72) for x in (-0.2, 0.0, 0.2)]
    sprite.fill(iron, rounded(-0.26, 0.0, 0.26, 0.12, 0.02),
        outline([(-0.28, 0.7), (0.28, 0.7), (0.12, 0.86), (-0.12, 0.86)]), *bars,
        rectangle(-0.22, 0.4, 0.22, 0.425))
    handle = limb([(0.13 * math.cos(a), 0.87 + 0.13 * math.sin(a))
        for a in np.linspace(0, math.pi, 14).tolist()], (0.025, 0.025), 1)
    sprite.fill(iron, handle)


def paint_table_lamp(sprite: Sprite, look: Look) -> None:
    """Paint a table lamp, or a light bulb."""
    if look.word in ("light bulb", "lightbulb"):
        sprite.fill(from_hex("#9aa0a6"), rounded(-0.1, 0.0, 0.1, 0.26, 0.03))
        bulb = smooth([(-0.1, 0.25), (-0.14, 0.4), (-0.3, 0.62), (-0.22, 0.9), (0, 1.0),
            (0.22, 0.9), (0.3, 0.62), (0.14, 0.4), (0.1, 0.25)])
        sprite.fill(from_hex("#f6e6b8"), bulb, alpha=0.85)
        sprite.shine((1.0, 0.85, 0.5), bulb, strength=0.45, spill=0.12)
        sprite.shine((1.0, 0.9, 0.6), limb([(-0.08, 0.42), (-0.06, 0.66), (0, 0.58), (0.06, 0.66),
            (0.08, 0.42)], (0.018, 0.018)), spill=0.02)
        return
    brass = look.second("#b5893f", "#3a3a3e")
    sprite.fill(upright(brass, 0, 0.05, 0.06), ellipse(0, 0.03, 0.2, 0.035))
    sprite.fill(brass, limb([(0, 0.03), (0, 0.5)], (0.035, 0.03), 1))
    shadec = look.main("#efe0c2", "#d9795a", "#7a9a8a")
    cone = outline([(-0.34, 0.48), (0.34, 0.48), (0.2, 1.0), (-0.2, 1.0)])
    sprite.fill(Fade((-0.3, 0), (0.3, 0), shade(shadec, 0.04), shade(shadec, -0.1)), cone)
    sprite.shine((1.0, 0.82, 0.5), cone, strength=0.3 + 0.3 * look.night, spill=0.06)
    pool = outline([(-0.34, 0.48), (0.34, 0.48), (0.66, 0.0), (-0.66, 0.0)])
    sprite.shine((1.0, 0.82, 0.5), pool, strength=0.16, spill=0.05)


def paint_box(sprite: Sprite, look: Look) -> None:
    """Paint a package in three-quarter view with a printed face; a speaker or device by word."""
    colour = look.main("#e2d6c4", "#2f5d73", "#d9795a", "#8fa396")
    second = (look.second("#f2ead8", "#e0b44a", "#33415c") if not look.accents
        else look.accent(0, 0.75, from_hex("#e0b44a")))
    front = outline([(-0.46, 0.0), (0.18, -0.05), (0.18, 0.86), (-0.46, 0.84)])
    side = outline([(0.18, -0.05), (0.5, 0.07), (0.5, 0.86), (0.18, 0.86)])
    top = outline([(-0.46, 0.84), (0.18, 0.86), (0.5, 0.86), (-0.12, 0.95)])
    sprite.fill(upright(colour, 0, 0.9, 0.04), front)
    sprite.fill(upright(shade(colour, -0.14), 0, 0.9, 0.04), side)
    sprite.fill(shade(colour, 0.08), top)
    sprite.fill(second, outline([(-0.46, 0.2), (0.18, 0.165), (0.18, 0.5), (-0.46, 0.51)]))
    sprite.fill(shade(second, -0.14), outline([(0.18, 0.165), (0.5, 0.25), (0.5, 0.52),
        (0.18, 0.5)]))
    sprite.fill(shade(colour, 0.03), ellipse(-0.14, 0.35, 0.105, 0.11))
    sprite.fill(look.accent(1, 0.8, shade(second, -0.2)), ellipse(-0.14, 0.35, 0.06, 0.063))
    ink = shade(colour, -0.4)
    sprite.fill(ink, *(outline([(-0.34, y), (-0.34 + w, y - 0.004), (-0.34 + w, y + 0.02),
        (-0.34, y + 0.022)]) for y, w in ((0.68, 0.38), (0.63, 0.26))), alpha=0.75)


def paint_gift(sprite: Sprite, look: Look) -> None:
    """Paint a wrapped present."""
    paper = look.main("#c93a3f", "#2f6f5a", "#e8d9c0", "#3f5f9a")
    ribbon = look.second("#f2d27a", "#f4f0e6", "#d9432f")
    sprite.fill(Fade((-0.45, 0), (0.45, 0), shade(paper, 0.03), shade(paper, -0.1)),
        rectangle(-0.42, 0, 0.42, 0.6))
    sprite.fill(Fade((-0.48, 0), (0.48, 0), shade(paper, 0.06), shade(paper, -0.07)),
        rectangle(-0.47, 0.54, 0.47, 0.72))
    sprite.fill(Fade((-0.08, 0), (0.08, 0), shade(ribbon, 0.05), shade(ribbon, -0.08)),
        rectangle(-0.075, 0, 0.075, 0.72))
    for side in (-1, 1):
        loop = smooth([(0, 0.74), (side * 0.16, 0.96), (side * 0.36, 0.98), (side * 0.34, 0.82),
            (side * 0.14, 0.73)])
        sprite.fill(upright(ribbon, 0.72, 0.98, 0.08), loop)
        sprite.fill(shade(ribbon, -0.16), smooth([(side * 0.06, 0.76), (side * 0.2, 0.9),
            (side * 0.29, 0.88), (side * 0.2, 0.79)]))
    sprite.fill(shade(ribbon, 0.03), ellipse(0, 0.75, 0.07, 0.06))


def paint_heart(sprite: Sprite, look: Look) -> None:
    """Paint a glossy heart."""
    colour = look.main("#d93a4f", "#e05a72")
    shape = smooth([(0, 0.74), (0.16, 0.95), (0.4, 0.95), (0.54, 0.7), (0.42, 0.4), (0.0, 0.0),
        (-0.42, 0.4), (-0.54, 0.7), (-0.4, 0.95), (-0.16, 0.95)])
    sprite.fill(Fade((-0.4, 0.9), (0.3, 0.1), shade(colour, 0.07), shade(colour, -0.14)), shape)
    sprite.soft((1, 1, 1), ellipse(-0.28, 0.76, 0.12, 0.07, 45), blur=0.03, alpha=0.6)


def paint_crystal(sprite: Sprite, look: Look) -> None:
    """Paint a cluster of crystals, or a cut gem."""
    colour = look.main("#9a6fd0", "#5fb5c9", "#e07fb5", "#6fc9a0")
    stream = look.stream.child("crystal")
    if look.word in (
        "diamond",
        "gem",
        "gemstone",
        "jewel",
        "emerald gem",
        "ring",
        "jewelry",
        "jewellery",
    ):
        top = [(-0.3, 0.86), (-0.12, 0.98), (0.12, 0.98), (0.3, 0.86)]
        facets = [([(-0.5, 0.7), *top[:1], (-0.17, 0.7)], 0.06),
            ([top[0], top[1], (0.0, 0.7), (-0.17, 0.7)], 0.14),
            ([top[1], top[2], (0.17, 0.7), (-0.17, 0.7)], 0.2),
            ([top[2], top[3], (0.17, 0.7)], 0.05), ([top[3], (0.5, 0.7), (0.17, 0.7)], -0.04),
            ([(-0.5, 0.7), (-0.17, 0.7), (0, 0.0)], -0.06),
            ([(-0.17, 0.7), (0.17, 0.7), (0, 0.0)], 0.05),
            ([(0.17, 0.7), (0.5, 0.7), (0, 0.0)], -0.14)]
        for points, tone in facets:
            sprite.fill(Fade(points[0], points[-1], shade(colour, tone + 0.05),
                shade(colour, tone)), outline(points))
        return
    for index in range(8):
        lean = -0.5 + index * 0.14 + stream.uniform(-0.04, 0.04)
        tall = stream.uniform(0.55, 1.0) * (1 - abs(lean) * 0.6)
        half = stream.uniform(0.055, 0.1)
        base = lean * 0.55
        tip = np.array([base + lean * tall * 0.6, tall])
        left, right = np.array([base - half, 0.0]), np.array([base + half, 0.0])
        shoulder = np.array([lean * tall * 0.6 * 0.78, tall * 0.78])
        l2, r2 = shoulder + np.array([base - half, 0]), shoulder + np.array([base + half, 0])
        m0, m2 = ((left + right) / 2 + np.array([half * 0.2, 0]), (l2 + r2) / 2
            + np.array([half * 0.2, 0]))
        tone = stream.uniform(-0.06, 0.06)
        sprite.fill(Fade((0, 0), (0, tall), shade(colour, tone - 0.08), shade(colour, tone + 0.16)),
            np.array([left, m0, m2, l2]), np.array([l2, m2, tip]))
        sprite.fill(Fade((0, 0), (0, tall), shade(colour, tone - 0.2), shade(colour, tone + 0.02)),
            np.array([m0, right, r2, m2]), np.array([m2, r2, tip]))
    sprite.shine(mix(colour, (1, 1, 1), 0.3), ellipse(0, 0.3, 0.2, 0.16), strength=0.25, spill=0.12)


def paint_umbrella(sprite: Sprite, look: Look) -> None:
    """Paint an open umbrella."""
    colour = look.main("#c9433f", "#e3b23c", "#2f5d73")
    sprite.fill(from_hex("#5a4636"), limb([(0, 0.0), (0, 0.5), (0, 0.95)], (0.03, 0.028, 0.028), 2),
        limb([(0, 0.03), (0.06, -0.05), (0.12, 0.03)], (0.035, 0.035)))
    for index in range(6):
        a0, a1 = 180 - index * 30, 180 - (index + 1) * 30
        x0, x1 = 0.56 * math.cos(math.radians(a0)), 0.56 * math.cos(math.radians(a1))
        panel = smooth([(0, 0.98), (x0 * 0.72, 0.84), (x0, 0.52), ((x0 + x1) / 2, 0.585),
            (x1, 0.52), (x1 * 0.72, 0.84)], density=6)
        sprite.fill(shade(colour, 0.06 - 0.03 * index), panel)
    sprite.fill(from_hex("#5a4636"), limb([(0, 0.97), (0, 1.03)], (0.02, 0.014), 1))


def paint_plate(sprite: Sprite, look: Look) -> None:
    """Paint a plate with a helping of food."""
    stream = look.stream.child("food")
    white = look.main("#f2eee6", "#dfe4e4")
    sprite.fill(upright(white, 0.0, 0.5, 0.06), ellipse(0, 0.25, 1.3, 0.28))
    sprite.fill(shade(white, -0.06), ellipse(0, 0.27, 0.95, 0.19))
    if look.word in ("pasta", "spaghetti"):
        strands = [limb([(stream.uniform(-0.6, 0.0), 0.3 + stream.uniform(0, 0.3)),
            (stream.uniform(-0.3, 0.3), 0.4 + stream.uniform(0, 0.5)),
            (stream.uniform(0, 0.6), 0.3 + stream.uniform(0, 0.3))], (0.04, 0.04))
            for _ in range(28)]
        sprite.fill(from_hex("#ecd08a"), *strands)
        sprite.fill(from_hex("#c93f2c"), *(ellipse(stream.normal(0.18), 0.68 + stream.normal(0.06),
            0.1, 0.07) for _ in range(7)))
    else:
        sprite.fill(upright(from_hex("#8a4f34"), 0.2, 0.7, 0.06),
            smooth([(-0.55, 0.3), (-0.4, 0.55), (0, 0.62), (0.3, 0.5), (0.35, 0.28), (0, 0.18)]))
    sprite.fill(from_hex("#5f9a4a"), *(ellipse(0.45 + stream.normal(0.1), 0.4 + stream.normal(0.07),
        0.12, 0.06, stream.uniform(0, 180)) for _ in range(6)))
    shapes: list[Outline] = [ellipse(-0.6, 0.36, 0.09), ellipse(-0.74, 0.3, 0.08)]
    sprite.fill(from_hex("#d9432f"), *shapes)
