"""Things that drive, sail and fly, in local units (feet at 0, top at 1, driving right)."""

from __future__ import annotations

import math

import numpy as np

from pipeline.imaging.sketch.colour import Colour, from_hex, mix, shade
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

_TYRE = from_hex("#26282c")
_GLASS = from_hex("#8fb4c6")


def wheel(sprite: Sprite, x: float, y: float, radius: float) -> None:
    """Paint a road wheel."""
    sprite.fill(_TYRE, ellipse(x, y, radius))
    sprite.fill(from_hex("#b9bdc2"), ellipse(x, y, radius * 0.6))
    sprite.fill(from_hex("#6d7278"), ellipse(x, y, radius * 0.48))
    spokes = [limb([(x, y), (x + math.cos(a) * radius * 0.5, y + math.sin(a) * radius * 0.5)],
        (radius * 0.12, radius * 0.1), 1) for a in np.linspace(0.3, 2 * math.pi + 0.3,
        6)[:-1].tolist()]
    sprite.fill(from_hex("#c9cdd1"), *spokes, ellipse(x, y, radius * 0.14))


def paint_car(sprite: Sprite, look: Look) -> None:
    """Paint a car from the side; vintage and sports words change its lines. ~2.9 units long."""
    sporty = look.word in ("sports car", "sportscar", "ferrari", "porsche", "race car", "racecar",
        "delorean", "convertible")
    paint = look.main("#c23a32", "#2f6f8f", "#e3a93c", "#4f7a5c", "#d8d2c4", "#c9573c")
    if look.word in ("taxi", "cab"):
        paint = look.colours[0] if look.colours else from_hex("#f0b92e")
    if sporty:
        cabin = [(-0.95, 0.56), (-0.5, 0.86), (0.05, 0.88), (0.55, 0.6)]
        body = [(-1.42, 0.3), (-1.44, 0.52), (-1.2, 0.62), (-0.5, 0.64), (0.5, 0.6), (1.15, 0.5),
            (1.46, 0.36), (1.46, 0.2), (1.3, 0.14), (-1.3, 0.14)]
        roofline = [(-1.0, 0.58), (-0.52, 0.9), (0.08, 0.92), (0.64, 0.58)]
    else:
        cabin = [(-0.82, 0.62), (-0.62, 0.93), (0.22, 0.95), (0.56, 0.62)]
        body = [(-1.36, 0.3), (-1.38, 0.58), (-1.2, 0.66), (0.62, 0.64), (1.18, 0.56), (1.4, 0.44),
            (1.42, 0.22), (1.3, 0.15), (-1.3, 0.15)]
        roofline = [(-0.92, 0.62), (-0.68, 1.0), (0.28, 1.0), (0.68, 0.6)]
    top = smooth([roofline[0], *roofline[1:3], roofline[3]], closed=False, density=8)
    sprite.fill(upright(shade(paint, 0.02), 0.6, 1.0, 0.07), top)
    glass = smooth(cabin, closed=False, density=8)
    sprite.fill(Fade((-0.8, 0.95), (0.5, 0.6), shade(_GLASS, 0.1), shade(_GLASS, -0.28)), glass)
    sprite.fill(shade(paint, 0.0), limb([(-0.18, 0.6), (-0.16, 0.97)], (0.06, 0.05), 1))
    sprite.fill(Fade((0, 0.66), (0, 0.14), shade(paint, 0.08), shade(paint, -0.14)),
        smooth(body, density=6))
    sprite.soft(shade(paint, 0.2), limb([(-1.25, 0.58), (0.0, 0.59), (1.1, 0.5)],
        (0.02, 0.04, 0.02)), blur=0.018, alpha=0.8)
    sprite.fill(shade(paint, -0.18), limb([(-0.2, 0.6), (-0.22, 0.22)], (0.01, 0.01), 1),
        limb([(-0.86, 0.6), (-0.78, 0.3)], (0.01, 0.01), 1),
        limb([(0.5, 0.58), (0.44, 0.22)], (0.01, 0.01), 1), alpha=0.7)
    sprite.fill(shade(paint, -0.25), limb([(-0.38, 0.5), (-0.28, 0.5)], (0.022, 0.022), 1))
    sprite.fill(from_hex("#3a3c40"), rounded(-1.34, 0.12, 1.36, 0.2, 0.03))
    sprite.fill(from_hex("#f7eecb"), ellipse(1.33, 0.44, 0.055, 0.05))
    sprite.fill(from_hex("#b3271f"), rounded(-1.4, 0.47, -1.32, 0.57, 0.02))
    if look.night > 0.2:
        sprite.shine((1.0, 0.95, 0.75), ellipse(1.34, 0.44, 0.06), strength=1.0, spill=0.05)
        sprite.shine((1.0, 0.2, 0.12), rounded(-1.41, 0.47, -1.32, 0.57, 0.02), strength=0.9,
            spill=0.04)
        beam = outline([(1.36, 0.46), (3.4, 0.62), (3.4, 0.02), (1.36, 0.4)])
        sprite.shine((1.0, 0.93, 0.72), beam, strength=0.12 + 0.1 * look.night)
    for x in (-0.86, 0.86):
        sprite.fill(shade(paint, -0.34), np.concatenate([arc(x, 0.2, 0.25, 0, 180),
            outline([(x - 0.25, 0.14), (x + 0.25, 0.14)])]))
        wheel(sprite, x, 0.2, 0.2)


def paint_bus(sprite: Sprite, look: Look) -> None:
    """Paint a bus or a two-tone camper van."""
    van = look.word in ("van", "camper", "campervan", "caravan", "minibus")
    paint = look.main("#d9534a", "#4f9aa3", "#e8b23c")
    half = 0.95 if van else 1.25
    sprite.fill(Fade((0, 1), (0, 0.1), shade(paint, 0.06), shade(paint, -0.1)),
        rounded(-half, 0.12, half, 0.98, 0.14))
    if van:
        sprite.fill(from_hex("#f3ecdc"), rounded(-half, 0.56, half, 0.98, 0.14))
        sprite.fill(from_hex("#f3ecdc"), outline([(half - 0.02, 0.58), (half - 0.5, 0.58),
            (half - 0.14, 0.3)]))
    count = 4 if van else 6
    for index in range(count):
        x0 = -half + 0.08 + index * (2 * half - 0.14) / count
        x1 = x0 + (2 * half - 0.14) / count - 0.05
        pane = rounded(x0, 0.6, x1, 0.87, 0.04)
        sprite.fill(Fade((x0, 0.9), (x1, 0.6), shade(_GLASS, 0.08), shade(_GLASS, -0.22)), pane)
        if look.night > 0.25:
            sprite.shine((1.0, 0.85, 0.55), pane, strength=0.7, spill=0.02)
    sprite.fill(from_hex("#f7eecb"), ellipse(half - 0.04, 0.34, 0.05, 0.055))
    if look.night > 0.2:
        sprite.shine((1.0, 0.95, 0.75), ellipse(half - 0.03, 0.34, 0.05), spill=0.05)
    sprite.fill(shade(paint, -0.22), rectangle(-half + 0.04, 0.1, half - 0.04, 0.16))
    for x in (-half * 0.6, half * 0.6):
        wheel(sprite, x, 0.15, 0.15)


def paint_truck(sprite: Sprite, look: Look) -> None:
    """Paint a lorry, or a tractor for that word."""
    paint = look.main("#3f7a8a", "#c9503a")
    if look.word == "tractor":
        sprite.fill(upright(paint, 0.3, 0.7, 0.08), rounded(-0.1, 0.34, 0.85, 0.64, 0.06))
        sprite.fill(paint, rectangle(-0.5, 0.6, 0.05, 0.66), rectangle(-0.52, 0.94, 0.08, 1.0))
        sprite.fill(shade(_GLASS, 0.0), outline([(-0.48, 0.62), (0.02, 0.62), (0.0, 0.95),
            (-0.45, 0.95)]), alpha=0.7)
        sprite.fill(from_hex("#33363a"), limb([(0.5, 0.62), (0.5, 0.86)], (0.04, 0.04), 1))
        wheel(sprite, -0.35, 0.34, 0.34)
        wheel(sprite, 0.66, 0.2, 0.2)
        return
    sprite.fill(upright(from_hex("#e6e0d4"), 0.2, 1.0, 0.06), rounded(-1.2, 0.2, 0.42, 1.0, 0.03))
    sprite.fill(upright(paint, 0.2, 0.85, 0.08), smooth([(0.48, 0.2), (0.48, 0.84), (0.86, 0.84),
        (1.06, 0.52), (1.14, 0.46), (1.14, 0.2)], density=4))
    sprite.fill(shade(_GLASS, -0.1), outline([(0.62, 0.54), (0.62, 0.76), (0.84, 0.76),
        (0.97, 0.54)]))
    sprite.fill(from_hex("#33363a"), rectangle(-1.2, 0.14, 1.12, 0.22))
    for x in (-0.9, -0.56, 0.82):
        wheel(sprite, x, 0.15, 0.15)


def paint_boat(sprite: Sprite, look: Look) -> None:
    """Paint a sailing boat; many words add masts."""
    timber = look.word in ("sailing ship", "pirate ship", "galleon", "schooner")
    hull = look.main(*(("#6b452c", "#5a3d2c") if timber
        else ("#f2ede2", "#b5482f", "#2f4f6f", "#7a4f34")))
    if look.word == "gondola" and not look.colours:
        hull = from_hex("#26272c")
    sail = look.part("sail", look.second("#f6f1e4", "#f2e3c4", "#e8824a") if not look.colours
        else from_hex("#f6f1e4"))
    wood = from_hex("#7c5a3c")
    tall_ship = look.word in ("sailing ship", "pirate ship", "galleon", "schooner")
    masts = [(-0.28, 0.86), (0.06, 1.0), (0.36, 0.8)] if tall_ship else [(0.02, 1.0)]
    if look.word == "gondola":
        masts = []
    for x, top in masts:
        sprite.fill(wood, limb([(x, 0.1), (x, top)], (0.02, 0.012), 1))
        if tall_ship:
            for y0, y1, half in ((0.2, 0.42, 0.19), (0.44, 0.64, 0.16), (0.66, 0.8, 0.12)):
                if y1 > top:
                    continue
                cloth = smooth([(x - half, y0), (x - half * 0.85, y1), (x + half * 0.85, y1),
                    (x + half, y0), (x + half * 0.1, y0 + 0.035)], density=6)
                sprite.fill(Fade((x - half, y0), (x + half, y1), shade(sail, -0.1), sail), cloth)
        else:
            main = np.concatenate([outline([(x + 0.02, 0.17), (x + 0.02, top - 0.02)]),
                smooth([(x + 0.05, top - 0.06), (x + 0.23, 0.56), (x + 0.44, 0.18)], closed=False)])
            sprite.fill(Fade((x, 0.2), (x + 0.36, 0.5), sail, shade(sail, -0.1)), main)
            jib = np.concatenate([outline([(x - 0.03, top - 0.1)]),
                smooth([(x - 0.05, 0.7), (x - 0.16, 0.4), (x - 0.4, 0.16)], closed=False),
                outline([(x - 0.05, 0.2)])])
            sprite.fill(Fade((x - 0.3, 0.2), (x, 0.5), shade(sail, -0.05), shade(sail, 0.03)), jib)
    shape = [(-0.52, 0.12), (-0.44, 0.02), (-0.3, -0.02), (0.34, -0.02), (0.46, 0.03), (0.52, 0.13),
        (0.2, 0.1), (-0.2, 0.1)]
    if look.word == "gondola":
        shape = [(-0.8, 0.26), (-0.6, 0.05), (-0.3, -0.02), (0.3, -0.02), (0.62, 0.05),
            (0.86, 0.34), (0.56, 0.12), (-0.5, 0.11)]
    if tall_ship:
        shape = [(-0.56, 0.26), (-0.5, 0.04), (-0.36, -0.02), (0.34, -0.02), (0.5, 0.08),
            (0.68, 0.2), (0.3, 0.12), (-0.34, 0.13)]
    sprite.fill(upright(hull, -0.02, 0.14, 0.12), smooth(shape, density=6))
    sprite.fill(look.accent(0, 0.5, shade(hull, -0.2)),
        limb([(-0.42, 0.035), (0.0, 0.02), (0.44, 0.05)], (0.016, 0.016), 4), inside=True)
    sprite.ground(-0.012)


def paint_rowboat(sprite: Sprite, look: Look) -> None:
    """Paint a rowing boat, 2.6 units long."""
    wood = look.main("#8a5a38", "#3f6f7c", "#b5482f")
    sprite.fill(shade(wood, -0.2), ellipse(0, 0.62, 1.15, 0.2))
    hull = [(-1.3, 0.82), (-1.0, 0.25), (-0.6, 0.0), (0.6, 0.0), (1.0, 0.25), (1.3, 0.82),
        (0.7, 0.58), (0, 0.52), (-0.7, 0.58)]
    sprite.fill(upright(wood, 0.0, 0.8, 0.1), smooth(hull, density=6))
    sprite.fill(shade(wood, 0.14), limb([(-1.28, 0.8), (-0.7, 0.58), (0, 0.52), (0.7, 0.58),
        (1.28, 0.8)], (0.05, 0.05), 6))
    sprite.fill(from_hex("#a9825c"), limb([(-0.2, 0.66), (-1.1, 0.1)], (0.05, 0.04), 1))


def paint_ship(sprite: Sprite, look: Look) -> None:
    """Paint an ocean liner, four units long."""
    hull = look.main("#22324a", "#7a2f2a", "#30404a")
    white = from_hex("#f2eee4")
    sprite.fill(upright(hull, 0, 0.3, 0.08), outline([(-1.9, 0.34), (-1.75, 0.0), (1.6, 0.0),
        (2.05, 0.38)]))
    sprite.fill(upright(white, 0.3, 0.5, 0.04), outline([(-1.6, 0.34), (-1.55, 0.5), (1.15, 0.5),
        (1.4, 0.36)]))
    sprite.fill(upright(white, 0.5, 0.64, 0.04), outline([(-1.2, 0.5), (-1.15, 0.64), (0.8, 0.64),
        (1.0, 0.5)]))
    red = look.second("#c9482f", "#d99a2e")
    for x in (-0.7, -0.15, 0.4):
        sprite.fill(Fade((x, 0), (x + 0.24, 0), red, shade(red, -0.14)),
            outline([(x, 0.62), (x + 0.04, 0.95), (x + 0.24, 0.95), (x + 0.22, 0.62)]))
        sprite.fill(_TYRE, outline([(x + 0.035, 0.9), (x + 0.04, 0.96), (x + 0.245, 0.96),
            (x + 0.24, 0.9)]))
    frames = [ellipse(x, y, 0.025) for y in (0.42, 0.57)
        for x in np.arange(-1.1 if y > 0.5 else -1.45, 0.8 if y > 0.5 else 1.2, 0.11).tolist()]
    sprite.fill(from_hex("#54687a"), *frames)
    if look.night > 0.2:
        sprite.shine((1.0, 0.85, 0.55), *frames, strength=0.95, spill=0.02)
    sprite.fill(red, rectangle(-1.76, 0.0, 1.62, 0.05), inside=True)


def paint_train(sprite: Sprite, look: Look) -> None:
    """Paint a steam train with two carriages, about six units long."""
    engine = look.main("#2f4a3f", "#27333f", "#8a2f2a")
    coach = look.second("#8a3f34", "#b98a4a", "#3f5f7a")
    for left in (-3.1, -1.75):
        sprite.fill(upright(coach, 0.2, 0.85, 0.08), rounded(left, 0.2, left + 1.25, 0.86, 0.06))
        sprite.fill(shade(coach, -0.2), rounded(left - 0.02, 0.82, left + 1.27, 0.92, 0.05))
        for index in range(4):
            pane = rounded(left + 0.11 + index * 0.28, 0.5, left + 0.3 + index * 0.28, 0.73, 0.02)
            sprite.fill(from_hex("#cfe0e2"), pane)
            if look.night > 0.15:
                sprite.shine((1.0, 0.84, 0.5), pane, strength=0.85, spill=0.03)
        for x in (left + 0.25, left + 1.0):
            wheel(sprite, x, 0.13, 0.13)
    sprite.fill(Fade((0, 0.78), (0, 0.36), shade(engine, 0.1), shade(engine, -0.1)),
        rounded(0.15, 0.36, 1.75, 0.76, 0.16))
    sprite.fill(upright(engine, 0.25, 1.0, 0.06), rounded(-0.4, 0.25, 0.3, 1.0, 0.04))
    sprite.fill(shade(_GLASS, -0.1), rounded(-0.26, 0.66, 0.12, 0.88, 0.03))
    sprite.fill(shade(engine, -0.08), outline([(1.35, 0.74), (1.3, 1.04), (1.6, 1.04),
        (1.54, 0.74)]), ellipse(0.8, 0.78, 0.13, 0.1))
    brass = from_hex("#d1a54a")
    sprite.fill(brass, *(rectangle(x, 0.37, x + 0.03, 0.755) for x in (0.5, 0.95, 1.4)),
        ellipse(1.77, 0.56, 0.055, 0.07))
    sprite.fill(from_hex("#2a2c30"), rectangle(-0.4, 0.2, 1.75, 0.3),
        outline([(1.7, 0.3), (2.0, 0.02), (1.7, 0.02)]))
    for x in (0.0, 0.5, 1.0):
        wheel(sprite, x, 0.19, 0.19)
    wheel(sprite, 1.5, 0.12, 0.12)
    puff = from_hex("#f1efec")
    for step in range(7):
        size = 0.13 + 0.075 * step
        sprite.fill(puff, ellipse(1.4 - step * 0.42, 1.16 + step * 0.1, size, size * 0.72),
            alpha=0.7 - 0.08 * step)
    if look.night > 0.15:
        sprite.shine((1.0, 0.93, 0.7), ellipse(1.79, 0.56, 0.06), spill=0.06)


def paint_bicycle(sprite: Sprite, look: Look) -> None:
    """Paint a bicycle, or a scooter for those words."""
    paint = look.main("#3f7f8a", "#c9503a", "#d9a43c")
    radius = 0.34
    for x in (-0.56, 0.56):
        rim = limb([(x + math.cos(a) * radius, 0.34 + math.sin(a) * radius)
            for a in np.linspace(0, 2 * math.pi, 50).tolist()], (0.036, 0.036), 1)
        sprite.fill(_TYRE, rim)
        spokes = [limb([(x, 0.34), (x + math.cos(a) * radius, 0.34 + math.sin(a) * radius)],
            (0.005, 0.005), 1) for a in np.linspace(0, math.pi * 2, 17).tolist()]
        sprite.fill(from_hex("#a8adb2"), *spokes)
    tubes = [[(-0.56, 0.34), (-0.18, 0.78)], [(-0.18, 0.78), (0.4, 0.8)],
        [(-0.56, 0.34), (-0.04, 0.32)], [(-0.04, 0.32), (0.4, 0.8)], [(-0.04, 0.32), (-0.2, 0.84)],
        [(0.56, 0.34), (0.38, 0.92)]]
    sprite.fill(paint, *(limb(tube, (0.036, 0.036), 1) for tube in tubes))
    dark = from_hex("#2d2b2a")
    sprite.fill(dark, limb([(-0.33, 0.87), (-0.1, 0.86)], (0.05, 0.03), 3),
        limb([(0.36, 0.93), (0.44, 0.99), (0.3, 1.0)], (0.035, 0.035), 4),
        ellipse(-0.04, 0.32, 0.06))


def paint_rocket(sprite: Sprite, look: Look) -> None:
    """Paint a rocket on its flame."""
    white = look.main("#f1eee8", "#d9dde2")
    red = look.second("#d2432f", "#e0743a", "#3f6fb5")
    body = smooth([(0, 1.0), (0.1, 0.84), (0.135, 0.6), (0.11, 0.3), (-0.11, 0.3), (-0.135, 0.6),
        (-0.1, 0.84)])
    flame = [(0, -0.02), (0.055, 0.14), (0.08, 0.27), (-0.08, 0.27), (-0.055, 0.14)]
    sprite.fill(from_hex("#f6a53a"), smooth(flame))
    sprite.shine((1.0, 0.55, 0.2), smooth(flame), strength=1.0, spill=0.07)
    sprite.shine((1.0, 0.93, 0.7), smooth([(0, 0.1), (0.03, 0.2), (0.045, 0.27), (-0.045, 0.27),
        (-0.03, 0.2)]), spill=0.01)
    for side in (-1, 1):
        fin = smooth([(side * 0.1, 0.5), (side * 0.24, 0.34), (side * 0.25, 0.2),
            (side * 0.11, 0.31)], density=6)
        sprite.fill(upright(shade(red, -0.03 * side), 0.2, 0.5, 0.06), fin)
    sprite.fill(Fade((-0.13, 0), (0.13, 0), shade(white, 0.02), shade(white, -0.22)), body)
    sprite.fill(Fade((-0.1, 0), (0.1, 0), red, shade(red, -0.14)),
        smooth([(0, 1.01), (0.07, 0.91), (0.1, 0.82), (0, 0.8), (-0.1, 0.82), (-0.07, 0.91)]),
        inside=True)
    sprite.fill(red, rectangle(-0.14, 0.36, 0.14, 0.395), inside=True)
    sprite.fill(shade(red, -0.05), limb([(0, 0.42), (0, 0.22)], (0.03, 0.05), 2))
    sprite.fill(from_hex("#7d8790"), outline([(-0.075, 0.31), (0.075, 0.31), (0.1, 0.255),
        (-0.1, 0.255)]))
    sprite.fill(from_hex("#8d949b"), ellipse(0, 0.65, 0.063))
    sprite.fill(Fade((-0.04, 0.7), (0.04, 0.6), from_hex("#bfe3ee"), from_hex("#3a6a8c")),
        ellipse(0, 0.65, 0.047))


def paint_plane(sprite: Sprite, look: Look) -> None:
    """Paint an airliner flying right, about 2.6 units long."""
    white = look.main("#f3f1ec", "#e6ebef")
    tail = look.second("#d2503c", "#2f6f9f")
    sprite.fill(shade(white, -0.16), outline([(0.05, 0.5), (-0.5, 0.98), (-0.68, 0.98),
        (-0.28, 0.5)]))
    body = smooth([(1.3, 0.46), (1.1, 0.56), (0.6, 0.62), (-0.7, 0.6), (-1.25, 0.6), (-1.1, 0.48),
        (-0.6, 0.38), (0.7, 0.36), (1.15, 0.38)])
    sprite.fill(upright(white, 0.36, 0.62, 0.1), body)
    sprite.fill(Fade((-1.3, 0.6), (-0.8, 1.0), tail, shade(tail, 0.08)),
        outline([(-0.8, 0.59), (-1.12, 1.0), (-1.34, 1.0), (-1.2, 0.58)]))
    sprite.fill(shade(white, -0.05), outline([(0.2, 0.44), (-0.55, 0.02), (-0.78, 0.02),
        (-0.3, 0.46)]))
    sprite.fill(shade(white, -0.08), outline([(-0.95, 0.54), (-1.3, 0.4), (-1.42, 0.4),
        (-1.2, 0.56)]))
    sprite.fill(from_hex("#55697c"), *(ellipse(x, 0.52, 0.02, 0.025)
        for x in np.arange(-0.8, 0.95, 0.1).tolist()), outline([(1.06, 0.53), (1.18, 0.5),
        (1.12, 0.56), (1.02, 0.57)]))
    sprite.fill(from_hex("#8a939c"), ellipse(-0.05, 0.3, 0.13, 0.055))


def paint_spaceship(sprite: Sprite, look: Look) -> None:
    """Paint a long starship with lit decks and burning engines, three units long."""
    hull = look.main("#8d97a6", "#a6a4a0", "#6f7c90")
    sprite.fill(upright(shade(hull, -0.1), 0.1, 0.9, 0.1),
        outline([(-1.2, 0.4), (-1.45, 0.95), (-1.1, 0.95), (-0.4, 0.55)]))
    body = smooth([(1.55, 0.42), (0.9, 0.58), (0.1, 0.66), (-0.9, 0.68), (-1.3, 0.55), (-1.3, 0.32),
        (-0.6, 0.24), (0.6, 0.28)])
    sprite.fill(upright(hull, 0.22, 0.7, 0.14), body)
    sprite.fill(upright(shade(hull, 0.02), 0.62, 0.86, 0.08),
        smooth([(-0.6, 0.64), (-0.45, 0.84), (-0.1, 0.86), (0.15, 0.64)], density=5))
    lines = [limb([(x, 0.3), (x + 0.08, 0.64)], (0.008, 0.008), 1)
        for x in np.arange(-1.1, 1.1, 0.22).tolist()]
    sprite.fill(shade(hull, -0.14), *lines, alpha=0.5, inside=True)
    decks = [rectangle(x, y, x + 0.05, y + 0.02) for y in (0.42, 0.5, 0.73)
        for x in np.arange(-0.9 if y < 0.7 else -0.42, 0.9 if y < 0.7 else 0.0, 0.085).tolist()]
    sprite.shine(look.accent(0, 0.4, (1.0, 0.88, 0.6)), *decks, strength=0.9, spill=0.01)
    glow: Colour = mix(look.accent(1, 1.0, (0.4, 0.8, 1.0)), (0.6, 0.9, 1.0), 0.5)
    for y in (0.36, 0.5):
        sprite.fill(from_hex("#3a4048"), ellipse(-1.32, y, 0.05, 0.06))
        sprite.shine(glow, ellipse(-1.42, y, 0.13, 0.045), strength=1.0, spill=0.06)


def paint_ufo(sprite: Sprite, look: Look) -> None:
    """Paint a flying saucer with its beam."""
    steel = look.main("#a9b3bd", "#8f9aa8")
    beam = outline([(-0.24, 0.5), (0.24, 0.5), (0.7, -1.3), (-0.7, -1.3)])
    sprite.shine(look.accent(1, 0.4, (0.7, 1.0, 0.8)), beam, strength=0.26, spill=0.04)
    dome = np.concatenate([arc(0, 0.66, 0.3, 0, 180), outline([(-0.3, 0.62), (0.3, 0.62)])])
    sprite.fill(Fade((-0.3, 0.9), (0.3, 0.6), from_hex("#d5f0ee"), from_hex("#5c8a96")), dome,
        alpha=0.92)
    sprite.fill(upright(steel, 0.4, 0.75, 0.14), ellipse(0, 0.56, 0.85, 0.17))
    sprite.fill(shade(steel, -0.2), ellipse(0, 0.48, 0.45, 0.09))
    for x in np.linspace(-0.62, 0.62, 7).tolist():
        sprite.shine(look.accent(0, 0.5, (1.0, 0.85, 0.5)),
            ellipse(x, 0.54 - 0.05 * math.cos(x * 2), 0.045, 0.035), spill=0.03)


def paint_balloon(sprite: Sprite, look: Look) -> None:
    """Paint a hot air balloon in gores of two or three colours."""
    stream = look.stream.child("gores")
    palettes = [("#d9503f", "#f4e2c0", "#e8a33c"), ("#2f7f8a", "#f2e6cc", "#e88a4a"),
        ("#7a5aa8", "#f3d5c0", "#e8627c"), ("#e8b23c", "#c9472f", "#f6ecd6")]
    colours = list(look.colours) or [from_hex(code) for code in stream.pick(palettes)]
    if len(colours) == 1:
        colours = [colours[0], shade(mix(colours[0], (1, 1, 1), 0.65), 0.05)]
    envelope = smooth([(0, 1.0), (0.26, 0.94), (0.37, 0.74), (0.31, 0.5), (0.15, 0.3),
        (0.075, 0.22), (-0.075, 0.22), (-0.15, 0.3), (-0.31, 0.5), (-0.37, 0.74), (-0.26, 0.94)])
    sprite.fill(colours[0], envelope)
    gores = 8
    for index in range(gores):
        a0, a1 = (math.sin(math.pi * (index / gores - 0.5)),
            math.sin(math.pi * ((index + 1) / gores - 0.5)))
        profile = [(0.0, 1.0), (0.7, 0.94), (1.0, 0.74), (0.84, 0.5), (0.42, 0.3), (0.22, 0.22)]
        left = smooth([(0.37 * a0 * w, y) for w, y in profile], closed=False)
        right = smooth([(0.37 * a1 * w, y) for w, y in profile], closed=False)
        sprite.fill(colours[index % len(colours)], np.concatenate([left, right[::-1]]))
    sprite.soft((1.0, 1.0, 1.0), ellipse(-0.14, 0.8, 0.08, 0.13, 20), blur=0.05, alpha=0.22)
    sprite.soft((0.1, 0.05, 0.12), ellipse(0.28, 0.6, 0.12, 0.3, 8), blur=0.08, alpha=0.26)
    rope = from_hex("#5a4636")
    sprite.fill(rope, limb([(-0.07, 0.22), (-0.05, 0.1)], (0.006, 0.006), 1),
        limb([(0.07, 0.22), (0.05, 0.1)], (0.006, 0.006), 1))
    sprite.fill(upright(from_hex("#8a5c38"), 0, 0.1, 0.08), rounded(-0.062, 0.0, 0.062, 0.1, 0.015))
    if look.night > 0.25:
        sprite.shine((1.0, 0.72, 0.35), ellipse(0, 0.45, 0.2, 0.25), strength=0.5 * look.night,
            spill=0.06)
