"""Made things with parts: clocks, cameras, phones, chairs, robots, in local units."""

from __future__ import annotations

import math

import numpy as np

from pipeline.imaging.sketch.colour import from_hex, mix, shade
from pipeline.imaging.sketch.geometry import (
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

_DARK = from_hex("#26272b")


def paint_phone(sprite: Sprite, look: Look) -> None:
    """Paint a phone with a lit screen; a laptop or television for those words."""
    top, low = look.accent(0, 0.85, from_hex("#5a6fd0")), look.accent(1, 0.85, from_hex("#e88a7a"))
    if look.word in ("laptop", "computer", "screen", "monitor", "television", "tv"):
        sprite.fill(_DARK, rounded(-0.72, 0.14, 0.72, 1.0, 0.04))
        sprite.fill(Fade((-0.6, 1), (0.6, 0.2), top, low), rectangle(-0.67, 0.2, 0.67, 0.95))
        for index in range(4):
            sprite.fill(mix(low, (1, 1, 1), 0.3 + 0.12 * index),
                ellipse(0.2 - 0.3 * index, 0.2, 0.5 - 0.06 * index, 0.26 - 0.04 * index),
                inside=True, alpha=0.35)
        sprite.shine(top, rectangle(-0.67, 0.2, 0.67, 0.95), strength=0.12, spill=0.03)
        if look.word == "laptop":
            sprite.fill(upright(from_hex("#c4c8cc"), 0, 0.14, 0.06),
                outline([(-0.72, 0.14), (0.72, 0.14), (0.92, 0.0), (-0.92, 0.0)]))
            sprite.fill(from_hex("#6d7278"), outline([(-0.64, 0.12), (0.64, 0.12), (0.72, 0.06),
                (-0.72, 0.06)]))
        else:
            sprite.fill(from_hex("#8d9298"), outline([(-0.08, 0.14), (0.08, 0.14), (0.1, 0.03),
                (-0.1, 0.03)]), rounded(-0.28, 0, 0.28, 0.035, 0.015))
        return
    body = look.main("#26272b", "#d9dde2", "#3f4f6a")
    sprite.fill(body, rounded(-0.25, 0, 0.25, 1.0, 0.06))
    screen = rounded(-0.23, 0.02, 0.23, 0.98, 0.045)
    sprite.fill(Fade((-0.2, 1), (0.2, 0), top, low), screen)
    sprite.fill(mix(low, (1, 1, 1), 0.35), ellipse(0.1, 0.02, 0.36, 0.3), inside=True, alpha=0.55)
    sprite.fill(mix(top, (1, 1, 1), 0.3), ellipse(-0.1, 0.85, 0.12), inside=True, alpha=0.6)
    sprite.shine(top, screen, strength=0.1, spill=0.03)
    sprite.fill(_DARK, rounded(-0.06, 0.935, 0.06, 0.955, 0.01))
    for row in range(2):
        icons = [rounded(-0.185 + 0.1 * column, 0.1 + 0.1 * row, -0.115 + 0.1 * column, 0.17 + 0.1
            * row, 0.018) for column in range(4)]
        sprite.fill((1, 1, 1), *icons, alpha=0.75)
    sprite.soft((1, 1, 1), outline([(-0.23, 0.98), (0.0, 0.98), (-0.23, 0.4)]), blur=0.01,
        alpha=0.14)


def paint_camera(sprite: Sprite, look: Look) -> None:
    """Paint a classic camera; a radio for that word."""
    leather = look.main("#2b2b2f", "#6a4630", "#3f5f5a")
    metal = from_hex("#c9ccd0")
    if look.word in ("radio", "cassette", "typewriter"):
        sprite.fill(upright(look.main("#c9603f", "#3f7f7c"), 0, 0.8, 0.07),
            rounded(-0.75, 0, 0.75, 0.8, 0.1))
        sprite.fill(from_hex("#efe4cc"), rounded(-0.65, 0.1, 0.15, 0.7, 0.05))
        sprite.fill(from_hex("#5a4a3c"), *(rectangle(-0.6, y, 0.1, y + 0.03)
            for y in np.arange(0.16, 0.66, 0.075).tolist()))
        sprite.fill(metal, ellipse(0.45, 0.5, 0.16), ellipse(0.35, 0.2, 0.06),
            ellipse(0.56, 0.2, 0.06))
        sprite.fill(metal, limb([(0.5, 0.78), (0.75, 1.1)], (0.02, 0.012), 1))
        return
    sprite.fill(upright(metal, 0.6, 0.95, 0.06), rounded(-0.75, 0.5, 0.75, 0.86, 0.07),
        outline([(-0.2, 0.85), (-0.14, 1.0), (0.14, 1.0), (0.2, 0.85)]),
        rounded(0.42, 0.84, 0.62, 0.93, 0.02), rounded(-0.6, 0.84, -0.4, 0.91, 0.02))
    sprite.fill(upright(leather, 0, 0.68, 0.06), rounded(-0.75, 0.0, 0.75, 0.68, 0.07))
    sprite.fill(upright(metal, 0, 0.1, 0.05), rectangle(-0.72, 0.0, 0.72, 0.06))
    for radius, colour in ((0.33, metal), (0.3, _DARK), (0.24, from_hex("#4a4d53")), (0.2, _DARK)):
        sprite.fill(Fade((-radius, radius), (radius, -radius), shade(colour, 0.08),
            shade(colour, -0.06)), ellipse(0, 0.38, radius) if radius > 0 else ellipse(0, 0, 0.1))
    sprite.fill(Fade((-0.1, 0.5), (0.12, 0.26), from_hex("#5a6fa8"), from_hex("#1a1830")),
        ellipse(0, 0.38, 0.155))
    sprite.soft((0.9, 0.85, 1.0), ellipse(-0.05, 0.44, 0.05, 0.035, 30), blur=0.012, alpha=0.8)
    sprite.fill(from_hex("#9fb8c4"), rounded(-0.09, 0.87, 0.09, 0.95, 0.015))
    sprite.fill(look.accent(0, 0.8, from_hex("#c93a34")), ellipse(0.58, 0.76, 0.03))


def paint_clock(sprite: Sprite, look: Look) -> None:
    """Paint an alarm clock; a wristwatch for that word."""
    case = look.main("#c9503f", "#3f7f7c", "#d9a441", "#2f3f5a")
    cy = 0.5
    if look.word in ("watch", "wristwatch", "stopwatch", "reloj", "montre"):
        strap = look.second("#6a4630", "#2b2b2f")
        sprite.fill(upright(strap, 0, 1, 0.04), rounded(-0.14, -0.12, 0.14, 1.12, 0.04))
    else:
        sprite.fill(shade(case, -0.12), limb([(-0.24, 0.16), (-0.34, 0.0)], (0.07, 0.06), 1),
            limb([(0.24, 0.16), (0.34, 0.0)], (0.07, 0.06), 1))
        for side in (-1, 1):
            sprite.fill(Fade((side * 0.3, 1), (side * 0.2, 0.8), shade(case, 0.1),
                shade(case, -0.08)), np.concatenate([arc(side * 0.25, 0.88, 0.14, 0 - side * 25, 180
                - side * 25)]))
        sprite.fill(shade(case, -0.1), limb([(0, 0.9), (0, 1.0)], (0.03, 0.05), 1))
    sprite.fill(Fade((-0.35, 0.85), (0.35, 0.15), shade(case, 0.07), shade(case, -0.12)),
        ellipse(0, cy, 0.42))
    sprite.fill(Fade((0, 0.85), (0, 0.15), from_hex("#fbf6ea"), from_hex("#ebe1cc")),
        ellipse(0, cy, 0.345))
    ticks = [limb([(0.3 * math.sin(a), cy + 0.3 * math.cos(a)),
        ((0.26 if i % 3 else 0.23) * math.sin(a), cy + (0.26 if i % 3 else 0.23) * math.cos(a))],
        (0.014 if i % 3 else 0.024,) * 2, 1) for i, a in enumerate(np.linspace(0, 2 * math.pi,
        13)[:-1].tolist())]
    sprite.fill(_DARK, *ticks)
    stream = look.stream.child("time")
    hour, minute = stream.uniform(0, 6.28), stream.uniform(0, 6.28)
    sprite.fill(_DARK, limb([(0, cy), (0.16 * math.sin(hour), cy + 0.16 * math.cos(hour))],
        (0.035, 0.02), 1), limb([(0, cy), (0.25 * math.sin(minute), cy + 0.25 * math.cos(minute))],
        (0.024, 0.012), 1))
    sprite.fill(look.accent(0, 0.8, case), ellipse(0, cy, 0.03))


def paint_chair(sprite: Sprite, look: Look) -> None:
    """Paint an armchair, a sofa or a simple wooden chair."""
    if look.word in ("chair", "stool", "table", "desk", "rocking chair"):
        wood = look.main("#a8754a", "#8a5a3c", "#c9a070")
        if look.word in ("table", "desk"):
            sprite.fill(upright(wood, 0.8, 1, 0.05), outline([(-0.9, 0.88), (0.9, 0.88),
                (0.72, 1.0), (-0.72, 1.0)]), rectangle(-0.9, 0.8, 0.9, 0.89))
            sprite.fill(shade(wood, -0.1), *(outline([(x - 0.04, 0.8), (x + 0.04, 0.8),
                (x + 0.025, 0), (x - 0.025, 0)]) for x in (-0.8, 0.8)))
            return
        for x, y, tone in ((0.2, 0.12, -0.16), (-0.14, 0.1, -0.16)):
            sprite.fill(shade(wood, tone), limb([(x, 0.48), (x + 0.03, y)], (0.045, 0.03), 1))
        sprite.fill(upright(shade(wood, -0.04), 0.5, 1, 0.05),
            limb([(-0.26, 0.46), (-0.32, 1.0)], (0.05, 0.045), 1),
            limb([(0.12, 0.52), (0.08, 1.0)], (0.05, 0.045), 1))
        sprite.fill(wood, *(limb([(-0.3, y - 0.02), (0.1, y)], (0.06, 0.06), 1)
            for y in (0.72, 0.84, 0.96)))
        sprite.fill(upright(shade(wood, 0.06), 0.4, 0.52, 0.04),
            outline([(-0.3, 0.46), (0.14, 0.52), (0.34, 0.44), (-0.12, 0.38)]))
        sprite.fill(shade(wood, -0.07), outline([(-0.3, 0.46), (-0.12, 0.38), (0.34, 0.44),
            (0.34, 0.4), (-0.12, 0.33), (-0.3, 0.41)]))
        sprite.fill(wood, limb([(-0.12, 0.36), (-0.13, 0.0)], (0.05, 0.035), 1),
            limb([(0.32, 0.42), (0.35, 0.02)], (0.05, 0.035), 1))
        return
    cloth = look.main("#c9785a", "#4f7a78", "#d9b04a", "#7a5a78")
    wide = 0.95 if look.word in ("sofa", "couch", "bed") else 0.5
    legs = from_hex("#6a4a34")
    sprite.fill(legs, *(limb([(x, 0.14), (x * 1.05, 0.0)], (0.05, 0.035), 1)
        for x in (-wide * 0.8, wide * 0.8)))
    sprite.fill(upright(shade(cloth, -0.03), 0.3, 1.0, 0.07),
        rounded(-wide * 0.86, 0.25, wide * 0.86, 1.0, 0.18))
    count = 3 if wide > 0.6 else 1
    for index in range(count):
        x0 = -wide * 0.76 + index * 1.52 * wide / count
        x1 = x0 + 1.52 * wide / count - 0.02
        sprite.fill(upright(shade(cloth, 0.04), 0.5, 0.92, 0.05), rounded(x0, 0.46, x1, 0.92, 0.1))
        sprite.fill(upright(shade(cloth, 0.07), 0.34, 0.5, 0.05), rounded(x0, 0.34, x1, 0.5, 0.06))
    sprite.fill(upright(shade(cloth, -0.05), 0.12, 0.36, 0.05),
        rounded(-wide * 0.86, 0.12, wide * 0.86, 0.36, 0.05))
    for side in (-1, 1):
        x = side * wide * 0.88
        sprite.fill(upright(shade(cloth, -0.01 - 0.05 * (side > 0)), 0.12, 0.64, 0.07),
            rounded(x - 0.12, 0.12, x + 0.12, 0.64, 0.11))


def paint_shoe(sprite: Sprite, look: Look) -> None:
    """Paint a running shoe, two and a half units long."""
    upper = look.main("#e8623f", "#3f7fae", "#f2efe8", "#4f9a7c")
    stripe = (look.second("#f7f3ea", "#26272b") if not look.accents
        else look.accent(1, 0.7, from_hex("#f7f3ea")))
    sole = from_hex("#f5f2ea")
    sprite.fill(upright(sole, 0, 0.25, 0.05), smooth([(-1.12, 0.24), (-1.14, 0.04), (-0.8, 0.0),
        (0.6, 0.0), (1.2, 0.06), (1.28, 0.2), (0.6, 0.22), (-0.4, 0.26)], density=6))
    body = smooth([(-1.08, 0.22), (-1.12, 0.6), (-1.05, 0.95), (-0.8, 0.98), (-0.56, 0.86),
        (-0.2, 0.84), (0.3, 0.58), (0.9, 0.42), (1.24, 0.22), (0.4, 0.18), (-0.6, 0.22)], density=8)
    sprite.fill(Fade((-0.5, 1), (0.3, 0.1), shade(upper, 0.05), shade(upper, -0.1)), body)
    sprite.fill(shade(upper, -0.14), smooth([(-1.05, 0.93), (-0.8, 0.97), (-0.55, 0.86),
        (-0.75, 0.8), (-1.0, 0.84)]))
    sprite.fill(stripe, smooth([(-0.55, 0.24), (-0.2, 0.6), (0.1, 0.64), (-0.2, 0.42),
        (-0.3, 0.24)]), smooth([(-0.15, 0.24), (0.2, 0.5), (0.42, 0.5), (0.15, 0.36), (0.1, 0.24)]),
        inside=True)
    sprite.fill(shade(upper, -0.08), smooth([(0.72, 0.22), (0.86, 0.43), (1.26, 0.24),
        (1.2, 0.18)]), inside=True)
    laces = [limb([(-0.3 + 0.14 * i, 0.86 - 0.075 * i), (-0.12 + 0.14 * i, 0.74 - 0.07 * i)],
        (0.04, 0.035), 2) for i in range(5)]
    sprite.fill(sole, *laces)
    sprite.fill(shade(sole, -0.14), *(rectangle(x, 0.0, x + 0.05, 0.06)
        for x in np.arange(-1.0, 1.1, 0.16).tolist()), inside=True, alpha=0.6)


def paint_guitar(sprite: Sprite, look: Look) -> None:
    """Paint an acoustic guitar standing; violins are smaller and redder."""
    violin = look.word in ("violin", "cello")
    wood = look.main("#a8542c") if violin else look.main("#d0924a", "#b5743a", "#c98a50")
    neck = from_hex("#5a3a28")
    sprite.fill(neck, rectangle(-0.025, 0.4, 0.025, 0.9),
        outline([(-0.035, 0.88), (0.035, 0.88), (0.05, 1.0), (-0.05, 1.0)]))
    body = smooth([(0, 0.57), (0.12, 0.55), (0.155, 0.47), (0.115, 0.38), (0.17, 0.27),
        (0.19, 0.14), (0.12, 0.02), (0, -0.01), (-0.12, 0.02), (-0.19, 0.14), (-0.17, 0.27),
        (-0.115, 0.38), (-0.155, 0.47), (-0.12, 0.55)])
    sprite.fill(shade(wood, -0.2), body)
    sprite.fill(Fade((-0.18, 0.5), (0.18, 0.05), shade(wood, 0.06), shade(wood, -0.07)),
        (body - np.array([0, 0.28])) * 0.94 + np.array([0, 0.28]))
    if violin:
        sprite.fill(_DARK, *(limb([(s * 0.06, 0.35), (s * 0.075, 0.28), (s * 0.065, 0.2)],
            (0.012, 0.008, 0.012)) for s in (-1, 1)))
    else:
        sprite.fill(shade(wood, -0.14), ellipse(0, 0.36, 0.066))
        sprite.fill(from_hex("#2a1c14"), ellipse(0, 0.36, 0.052))
    sprite.fill(neck, rectangle(-0.022, 0.37, 0.022, 0.58),
        rounded(-0.075, 0.135, 0.075, 0.165, 0.01))
    strings = [limb([(x, 0.15), (x * 0.8, 0.9)], (0.0035, 0.003), 1)
        for x in (-0.016, -0.0095, -0.003, 0.0035, 0.01, 0.0165)]
    sprite.fill((0.93, 0.9, 0.84), *strings, alpha=0.85)
    pegs = [ellipse(s * 0.06, y, 0.013) for s in (-1, 1) for y in (0.91, 0.945, 0.98)]
    sprite.fill(from_hex("#e0d6c2"), *pegs)
    sprite.fill(shade(neck, 0.15), *(rectangle(-0.024, y, 0.024, y + 0.004)
        for y in np.arange(0.6, 0.88, 0.035).tolist()))


def paint_robot(sprite: Sprite, look: Look) -> None:
    """Paint a friendly robot."""
    steel = look.main("#b9c4cc", "#d9cdb8", "#e0864a", "#7fa8a8")
    dark = shade(steel, -0.24)
    eye = look.part("eye", look.accent(1, 0.7, (0.3, 0.9, 1.0)))
    for side in (-1, 1):
        sprite.fill(dark, limb([(side * 0.1, 0.34), (side * 0.11, 0.12)], (0.06, 0.06), 1),
            limb([(side * 0.22, 0.58), (side * 0.33, 0.46), (side * 0.31, 0.32)],
            (0.055, 0.05, 0.05)))
        sprite.fill(upright(steel, 0, 0.12, 0.07), rounded(side * 0.12 - 0.09, 0, side * 0.12
            + 0.09, 0.12, 0.04))
        sprite.fill(upright(steel, 0.25, 0.36, 0.06), ellipse(side * 0.31, 0.29, 0.06))
        sprite.fill(upright(steel, 0.54, 0.66, 0.06), ellipse(side * 0.225, 0.59, 0.065))
    sprite.fill(Fade((-0.2, 0.65), (0.2, 0.3), shade(steel, 0.06), shade(steel, -0.1)),
        rounded(-0.22, 0.3, 0.22, 0.66, 0.09))
    sprite.fill(shade(steel, -0.12), rounded(-0.12, 0.38, 0.12, 0.56, 0.03))
    for index, x in enumerate((-0.06, 0.0, 0.06)):
        colour = look.accent(index, 0.9, (0.9, 0.5, 0.3))
        sprite.fill(colour, ellipse(x, 0.51, 0.02))
        sprite.shine(colour, ellipse(x, 0.51, 0.02), strength=0.5, spill=0.02)
    sprite.fill(dark, *(rectangle(-0.08, y, 0.08, y + 0.012) for y in (0.41, 0.435, 0.46)))
    sprite.fill(dark, rectangle(-0.05, 0.65, 0.05, 0.71),
        limb([(0, 0.93), (0, 1.02)], (0.016, 0.012), 1))
    sprite.fill(look.accent(0, 0.9, (0.9, 0.3, 0.25)), ellipse(0, 1.03, 0.028))
    sprite.fill(Fade((-0.2, 0.95), (0.2, 0.7), shade(steel, 0.08), shade(steel, -0.07)),
        rounded(-0.21, 0.69, 0.21, 0.95, 0.1))
    sprite.fill(from_hex("#20242c"), rounded(-0.17, 0.74, 0.17, 0.9, 0.07))
    for side in (-1, 1):
        sprite.fill(dark, ellipse(side * 0.22, 0.82, 0.03, 0.05))
        sprite.fill(eye, ellipse(side * 0.075, 0.825, 0.038, 0.044))
        sprite.shine(eye, ellipse(side * 0.075, 0.825, 0.038, 0.044), strength=0.9, spill=0.025)
    sprite.shine(eye, limb([(-0.035, 0.768), (0, 0.758), (0.035, 0.768)], (0.01, 0.01)),
        strength=0.7)


def paint_cake(sprite: Sprite, look: Look) -> None:
    """Paint a layer cake with candles; a burger for that word."""
    if look.word in ("burger", "hamburger", "sandwich"):
        bun = look.main("#d9974a")
        sprite.fill(upright(shade(bun, -0.04), 0, 0.2, 0.05), rounded(-0.5, 0.0, 0.5, 0.2, 0.08))
        sprite.fill(from_hex("#5a3424"), rounded(-0.54, 0.19, 0.54, 0.36, 0.08))
        sprite.fill(from_hex("#f2bf3f"), outline([(-0.54, 0.38), (0.54, 0.38), (0.4, 0.33),
            (0.3, 0.26), (0.2, 0.34), (-0.3, 0.34), (-0.4, 0.28), (-0.46, 0.35)]))
        sprite.fill(from_hex("#d9432f"), rounded(-0.5, 0.38, 0.5, 0.46, 0.03))
        sprite.fill(from_hex("#7fb04a"), smooth([(-0.58, 0.48), (-0.3, 0.44), (-0.1, 0.5),
            (0.1, 0.44), (0.3, 0.5), (0.58, 0.47), (0.5, 0.56), (-0.5, 0.56)]))
        sprite.fill(upright(bun, 0.52, 0.95, 0.09), smooth([(-0.52, 0.54), (-0.46, 0.78), (0, 0.96),
            (0.46, 0.78), (0.52, 0.54), (0, 0.52)]))
        stream = look.stream.child("sesame")
        sprite.fill(from_hex("#f7e8c4"), *(ellipse(stream.normal(0.18), 0.82 + stream.normal(0.05),
            0.022, 0.014) for _ in range(20)), inside=True)
        return
    sponge = look.main("#e8b8a0", "#8a5a3c", "#f0d9a8")
    cream = look.second("#fbf2e6", "#f4c6cf") if len(look.colours) > 1 else from_hex("#fbf2e6")
    sprite.fill(from_hex("#d9dde0"), ellipse(0, 0.03, 0.66, 0.055))
    for bottom, top, half in ((0.04, 0.36, 0.52), (0.36, 0.64, 0.38)):
        sprite.fill(Fade((-half, 0), (half, 0), shade(sponge, 0.04), shade(sponge, -0.1)),
            rounded(-half, bottom, half, top, 0.03))
        sprite.fill(shade(cream, -0.04), rectangle(-half, (bottom + top) / 2 - 0.02, half,
            (bottom + top) / 2 + 0.02))
        drips = [ellipse(x, top - 0.05 - 0.03 * (i % 3), half / 9, 0.06) for i,
            x in enumerate(np.linspace(-half * 0.9, half * 0.9, 9).tolist())]
        sprite.fill(upright(cream, top - 0.1, top, 0.03),
            rounded(-half - 0.01, top - 0.05, half + 0.01, top + 0.02, 0.03), *drips)
    for x in (-0.26, -0.13, 0.0, 0.13, 0.26):
        colour = look.accent(int((x + 0.3) * 10), 0.8, from_hex("#e8607a"))
        sprite.fill(colour, rectangle(x - 0.016, 0.65, x + 0.016, 0.85))
        flame = smooth([(x, 0.86), (x + 0.02, 0.9), (x, 0.98), (x - 0.02, 0.9)])
        sprite.fill(from_hex("#f8c04a"), flame)
        sprite.shine((1.0, 0.75, 0.35), flame, spill=0.04)
    berries = [ellipse(x, 0.385, 0.04) for x in (-0.47, -0.42, 0.42, 0.47)]
    sprite.fill(from_hex("#c9303f"), *berries)


def paint_headphones(sprite: Sprite, look: Look) -> None:
    """Paint headphones."""
    shell = look.main("#2b2d33", "#e8e2d6", "#c9503f", "#3f5f7c")
    band = limb([(0.38 * math.cos(a), 0.5 + 0.46 * math.sin(a))
        for a in np.linspace(0.05, math.pi - 0.05, 24).tolist()], (0.07, 0.095, 0.07), 2)
    sprite.fill(upright(shell, 0.5, 1.0, 0.07), band)
    for side in (-1, 1):
        sprite.fill(upright(shade(shell, -0.12), 0.1, 0.6, 0.05),
            rounded(side * 0.3 - 0.09, 0.1, side * 0.3 + 0.09, 0.6, 0.08))
        sprite.fill(upright(shell, 0.08, 0.62, 0.09), ellipse(side * 0.42, 0.35, 0.1, 0.25))
        sprite.fill(look.accent(0, 0.6, shade(shell, 0.12)), ellipse(side * 0.44, 0.35, 0.05, 0.12),
            alpha=0.9)
