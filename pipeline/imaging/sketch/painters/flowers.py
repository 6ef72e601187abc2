"""Flowers, mushrooms, leaves, in local units (feet at 0, top at 1)."""

from __future__ import annotations

import math

import numpy as np

from pipeline.imaging.sketch.colour import Colour, from_hex, mix, shade
from pipeline.imaging.sketch.geometry import Outline, ellipse, limb, outline, smooth, turned
from pipeline.imaging.sketch.look import Look
from pipeline.imaging.sketch.sprite import Fade, Sprite, upright

# Outlines read better as dense lists of points than one number to a line.
# fmt: off

_GREEN = "#5f8a4c"


def petal(length: float, width: float, point: float = 0.5) -> Outline:
    """Return a petal growing up from the origin; ``point`` moves its widest place."""
    return smooth(
        [
            (0.0, 0.0), (width * 0.3, length * 0.2), (width * 0.5, length * point),
            (width * 0.34, length * 0.9), (0.0, length), (-width * 0.34, length * 0.9),
            (-width * 0.5, length * point), (-width * 0.3, length * 0.2),
        ]
    )  # fmt: skip


def stem(
    sprite: Sprite, look: Look, top: float, width: float = 0.022, leaves: int = 2
) -> tuple[float, float]:
    """Paint a bending stem with leaves; return where the head sits."""
    stream = look.stream.child("stem")
    green = from_hex(_GREEN)
    bend = stream.uniform(-0.07, 0.07)
    spine = [(0.0, -0.02), (bend * 0.2, top * 0.45), (bend, top)]
    for index in range(leaves):
        side = 1 if index % 2 else -1
        y = top * (0.2 + 0.22 * index)
        blade = turned(petal(0.3 * top, 0.1 * top, 0.55), side
            * -stream.uniform(38, 62)) + np.array([bend * 0.1, y])
        sprite.fill(upright(shade(green, -0.03), y, y + 0.25, 0.06), blade)
        sprite.fill(shade(green, 0.07), limb([(bend * 0.1, y),
            (bend * 0.1 + side * 0.12 * top, y + 0.13 * top)], (0.006, 0.002)), alpha=0.6)
    sprite.fill(Fade((-width, 0), (width, 0), shade(green, 0.06), shade(green, -0.08)),
        limb(spine, (width, width * 0.8)))
    return bend, top


def paint_flower(sprite: Sprite, look: Look) -> None:
    """Paint a flower: rose, poppy, daisy or a fantasy of petals, by the word."""
    x, y = stem(sprite, look, 0.74, leaves=2 if sprite.scale > 40 else 1)
    word = look.word
    if word in ("rose", "peony", "carnation", "dahlia", "chrysanthemum", "bouquet"):
        _rose(sprite, look, x, y, look.main("#d64a63", "#e58aa0", "#f0b9a8"))
    elif word in ("poppy", "anemone", "hibiscus", "cosmos flower"):
        _poppy(sprite, look, x, y, look.main("#e0442c", "#d83a2e"))
    elif word == "daisy":
        _rays(sprite, look, x, y, look.main("#f7f3ea"), from_hex("#edb731"), 16)
    else:
        choice = look.stream.child("form").integer(0, 2)
        colour = look.main("#e2607f", "#f2a65a", "#8f7fd6", "#f4d35e", "#f08cae", "#e8503a")
        if choice == 0:
            _poppy(sprite, look, x, y, colour)
        elif choice == 1:
            _rays(sprite, look, x, y, colour, from_hex("#f0c24a"), 11)
        else:
            _rose(sprite, look, x, y, colour)


def _rays(
    sprite: Sprite, look: Look, x: float, y: float, colour: Colour, heart: Colour, count: int
) -> None:
    stream = look.stream.child("rays")
    for layer in range(2):
        shapes = []
        for index in range(count):
            angle = 360 * (index + 0.5 * layer) / count + stream.uniform(-5, 5)
            length = stream.uniform(0.2, 0.24) * (1 - 0.12 * layer)
            shapes.append(turned(petal(length, 3.4 * length / count * 1.5, 0.62), angle)
                * np.array([1.0, 0.86]) + np.array([x, y]))
        for number, shape in enumerate(shapes):
            sprite.fill(shade(colour, -0.06 + 0.09 * layer + 0.02 * (number % 3 - 1)), shape)
    sprite.fill(shade(heart, -0.12), ellipse(x, y - 0.006, 0.075, 0.064))
    sprite.fill(heart, ellipse(x - 0.006, y + 0.006, 0.062, 0.052))
    seeds = []
    for index in range(34):
        angle, away = index * 2.399, 0.055 * math.sqrt(index / 34)
        seeds.append(ellipse(x + math.cos(angle) * away, y + math.sin(angle) * away * 0.85, 0.005))
    sprite.fill(shade(heart, -0.22), *seeds, alpha=0.7)


def _poppy(sprite: Sprite, look: Look, x: float, y: float, colour: Colour) -> None:
    stream = look.stream.child("poppy")
    for index, angle in enumerate((150, 35, -100, 95, -30)):
        width = stream.uniform(0.26, 0.31)
        shape = turned(petal(0.23, width, 0.72), angle + stream.uniform(-10, 10)) * np.array([1,
            0.8])
        tone = (-0.1, -0.06, -0.02, 0.02, 0.06)[index]
        root = shade(colour, tone - 0.16)
        sprite.fill(Fade((x, y), (x, y + 0.2), root, shade(colour, tone + 0.04)), shape
            + np.array([x, y]))
    dark = from_hex("#2b2024")
    sprite.fill(dark, ellipse(x, y + 0.01, 0.036, 0.03), alpha=0.9)
    dots = [ellipse(x + math.cos(a) * 0.055, y + 0.01 + math.sin(a) * 0.045, 0.006)
        for a in np.linspace(0, 6.28, 15).tolist()]
    sprite.fill(mix(dark, from_hex("#e5c04c"), 0.5), *dots)


def _rose(sprite: Sprite, look: Look, x: float, y: float, colour: Colour) -> None:
    stream = look.stream.child("rose")
    for ring, (radius, count) in enumerate(
        ((0.2, 7), (0.155, 6), (0.11, 5), (0.07, 4), (0.035, 3))
    ):
        for index in range(count):
            angle = 2 * math.pi * (index + 0.37 * ring) / count + stream.uniform(-0.15, 0.15)
            cx, cy = x + math.cos(angle) * radius * 0.62, y + math.sin(angle) * radius * 0.55
            size = radius * stream.uniform(0.62, 0.74)
            tone = -0.12 + 0.045 * ring
            sprite.fill(shade(colour, tone - 0.07), ellipse(cx, cy - 0.008, size, size * 0.9))
            sprite.fill(Fade((cx, cy - size), (cx, cy + size), shade(colour, tone - 0.02),
                shade(colour, tone + 0.08)), ellipse(cx, cy + 0.004, size * 0.96, size * 0.86))
    sprite.fill(shade(colour, -0.16), ellipse(x, y, 0.02, 0.016))


def paint_sunflower(sprite: Sprite, look: Look) -> None:
    """Paint a sunflower."""
    x, y = stem(sprite, look, 0.72, 0.03, 3)
    colour = look.main("#f2b62b", "#f5c23a")
    stream = look.stream.child("rays")
    for layer, (length, tone) in enumerate(((0.27, -0.09), (0.25, -0.02), (0.22, 0.05))):
        for index in range(17):
            angle = 360 * (index + layer / 3) / 17 + stream.uniform(-4, 4)
            shape = turned(petal(length, 0.085, 0.5), angle) * np.array([1, 0.92]) + np.array([x,
                y])
            sprite.fill(shade(colour, tone + stream.uniform(-0.02, 0.02)), shape)
    sprite.fill(from_hex("#4a3020"), ellipse(x, y, 0.13, 0.12))
    for ring in range(3):
        dots = []
        for index in range(20 + 26 * ring):
            angle, away = index * 2.399, 0.03 + 0.035 * ring + 0.016 * (index % 3) / 2
            dots.append(ellipse(x + math.cos(angle) * away, y + math.sin(angle) * away * 0.92,
                0.006))
        sprite.fill(from_hex(("#3a2418", "#6b4526", "#8d5f2c")[ring]), *dots)


def paint_tulip(sprite: Sprite, look: Look) -> None:
    """Paint a tulip."""
    x, y = stem(sprite, look, 0.68, 0.026, 0)
    green = from_hex("#6a9460")
    for side in (-1, 1):
        blade = limb([(0, 0), (side * 0.1, 0.25), (side * 0.17, 0.52)], (0.05, 0.08, 0.006))
        sprite.fill(upright(shade(green, -0.02 * side), 0, 0.5, 0.08), blade)
    colour = look.main("#e0465a", "#f0a03c", "#d665a8", "#f3d04e", "#8a5ac2")
    bowl = [(0, -0.03), (0.11, 0.0), (0.145, 0.12), (0.12, 0.28), (0.06, 0.2), (0, 0.29),
        (-0.06, 0.2), (-0.12, 0.28), (-0.145, 0.12), (-0.11, 0.0)]
    place = np.array([x, y])
    sprite.fill(shade(colour, -0.13), smooth(bowl) + place)
    for offset, width, tone in ((-0.07, 0.15, -0.05), (0.07, 0.15, -0.03), (0.0, 0.17, 0.04)):
        shape = petal(0.3, width, 0.45) + np.array([offset, -0.03]) + place
        sprite.fill(Fade((x, y - 0.03), (x, y + 0.27), shade(colour, tone - 0.06),
            shade(colour, tone + 0.08)), shape)


def paint_lotus(sprite: Sprite, look: Look) -> None:
    """Paint a water lily on its pads."""
    green = from_hex("#5d8a5c")
    for x, y, radius in ((-0.45, 0.04, 0.34), (0.5, 0.0, 0.3), (0.05, -0.05, 0.4)):
        sprite.fill(upright(shade(green, -0.04), y - 0.1, y + 0.1, 0.07),
            ellipse(x, y, radius, radius * 0.26))
        sprite.fill(shade(green, 0.1), limb([(x, y), (x + radius * 0.8, y + 0.02)], (0.008, 0.003)),
            alpha=0.5)
    colour = look.main("#f2b8cc", "#f6d3dd", "#e88fb2")
    for ring, (length, spread, tone) in enumerate(
        ((0.55, 78, -0.08), (0.62, 52, -0.02), (0.68, 26, 0.05))
    ):
        for step in range(-2, 3):
            angle = spread * step / 2
            shape = turned(petal(length * (1 - 0.12 * abs(step)), 0.24, 0.5),
                -angle) * np.array([1, 0.9])
            place = np.array([0.0, 0.06])
            tip = shade(mix(colour, from_hex("#d6517f"), 0.25), tone)
            sprite.fill(Fade((0, 0.05), (0, 0.65), shade(colour, tone + 0.1), tip), shape + place)
        if ring == 1:
            sprite.fill(from_hex("#eec452"), ellipse(0, 0.2, 0.1, 0.12))


def paint_mushroom(sprite: Sprite, look: Look) -> None:
    """Paint a toadstool."""
    cream = from_hex("#f0e4cc")
    sprite.fill(Fade((-0.12, 0), (0.14, 0), shade(cream, 0.03), shade(cream, -0.2)),
        limb([(0, -0.01), (0.01, 0.3), (0, 0.62)], (0.26, 0.17, 0.16)))
    cap = look.main("#c93a2c", "#b8502e", "#a8673c")
    under = smooth([(-0.5, 0.56), (0, 0.47), (0.5, 0.56), (0, 0.64)])
    sprite.fill(shade(cream, -0.16), under)
    dome = smooth([(-0.52, 0.56), (-0.4, 0.8), (0, 0.99), (0.4, 0.8), (0.52, 0.56), (0.25, 0.62),
        (0, 0.635), (-0.25, 0.62)])
    sprite.fill(upright(cap, 0.55, 1.0, 0.09), dome)
    sprite.fill(shade(cap, -0.08), limb([(-0.4, 0.61), (0, 0.645), (0.4, 0.61)],
        (0.004, 0.02, 0.004)), alpha=0.6, inside=True)
    if look.word != "fungi":
        spots = [(-0.3, 0.72, 0.05), (-0.08, 0.88, 0.06), (0.2, 0.82, 0.055), (0.36, 0.68, 0.04),
            (0.05, 0.72, 0.05), (-0.17, 0.66, 0.03), (0.22, 0.68, 0.03)]
        sprite.fill(shade(cream, 0.03), *(ellipse(x, y, r, r * 0.72) for x, y, r in spots),
            inside=True)


def paint_leaf(sprite: Sprite, look: Look) -> None:
    """Paint one large leaf with veins; monstera has its cuts."""
    stream = look.stream.child("leaf")
    green = look.main(*({"autumn": ("#c9642a", "#b8442a")}.get(look.season,
        ("#3f7f52", "#4c8a4e", "#2f6f58"))))
    blade = smooth([(0, 0.06), (0.2, 0.12), (0.36, 0.36), (0.32, 0.64), (0.14, 0.88), (0, 1.0),
        (-0.14, 0.88), (-0.32, 0.64), (-0.36, 0.36), (-0.2, 0.12)])
    sprite.fill(limb_colour := shade(green, -0.12), limb([(0.03, -0.3), (0.0, -0.1), (0, 0.1)],
        (0.02, 0.026)))
    sprite.fill(Fade((-0.36, 0.4), (0.36, 0.6), shade(green, 0.05), shade(green, -0.08)), blade)
    pale = shade(green, 0.14)
    sprite.fill(pale, limb([(0, 0.03), (0, 0.98)], (0.016, 0.004)), inside=True)
    for index in range(7):
        y = 0.14 + 0.11 * index
        for side in (-1, 1):
            rise = 0.16 + 0.02 * index
            vein = limb([(0, y), (side * 0.2, y + rise * 0.5), (side * 0.38, y + rise)],
                (0.008, 0.006, 0.002))
            sprite.fill(pale, vein, alpha=0.7, inside=True)
            if look.word == "monstera" and 0 < index < 6:
                cut = limb([(side * 0.16, y + 0.1), (side * 0.42, y + 0.17)], (0.012, 0.07))
                sprite.erase(cut)
    sprite.texture(stream, 8, 0.06)
    sprite.fill(limb_colour, limb([(0, -0.02), (0, 0.08)], (0.02, 0.018)))


def paint_potted_plant(sprite: Sprite, look: Look) -> None:
    """Paint a houseplant in a pot."""
    stream = look.stream.child("pot")
    green = from_hex(stream.pick(("#5b8a57", "#4c7f5c", "#74955a")))
    for index in range(11):
        angle = -75 + 150 * index / 10 + stream.uniform(-6, 6)
        length = stream.uniform(0.42, 0.62) * (1 - abs(angle) / 260)
        shape = turned(petal(length, 0.13, 0.6), -angle) + np.array([0, 0.36])
        sprite.fill(upright(shade(green, -0.08 + 0.012 * index), 0.4, 0.95, 0.08), shape)
    clay = look.main("#c4795a", "#d8cfc2", "#8fa3a6", "#e0b8a0")
    pot = outline([(-0.19, 0.4), (0.19, 0.4), (0.14, 0.0), (-0.14, 0.0)])
    sprite.fill(Fade((-0.2, 0), (0.2, 0), shade(clay, 0.06), shade(clay, -0.13)), pot)
    sprite.fill(Fade((-0.2, 0), (0.2, 0), shade(clay, 0.1), shade(clay, -0.1)),
        outline([(-0.21, 0.42), (0.21, 0.42), (0.205, 0.35), (-0.205, 0.35)]))
