"""Ice cream, doughnuts, cookies, pizza, pancakes, in local units (feet at 0, top at 1)."""

from __future__ import annotations

import math

from pipeline.imaging.sketch.colour import Colour, from_hex, mix, shade
from pipeline.imaging.sketch.geometry import Outline, ellipse, limb, outline, smooth
from pipeline.imaging.sketch.look import Look
from pipeline.imaging.sketch.sprite import Fade, Sprite, upright

# Outlines read better as dense lists of points than one number to a line.
# fmt: off


def paint_treat(sprite: Sprite, look: Look) -> None:
    """Paint the sweet or savoury thing that the word names."""
    word = look.word
    if word in ("donut", "doughnut"):
        _doughnut(sprite, look)
    elif word == "cookie":
        _cookie(sprite, look)
    elif word == "pizza":
        _pizza(sprite, look)
    elif word == "pancake":
        _pancakes(sprite, look)
    else:
        _ice_cream(sprite, look)


def _ice_cream(sprite: Sprite, look: Look) -> None:
    cone = from_hex("#d9a05f")
    body = outline([(0, 0), (0.2, 0.52), (-0.2, 0.52)])
    sprite.fill(Fade((-0.2, 0), (0.2, 0), shade(cone, 0.06), shade(cone, -0.12)), body)
    waffle = [limb([(x, 0.0), (x + s * 0.5, 0.6)], (0.012, 0.012), 1)
        for s in (-1, 1) for x in (-0.5, -0.38, -0.26, -0.14, -0.02, 0.1, 0.22, 0.34, 0.46)]
    sprite.fill(shade(cone, -0.14), *waffle, inside=True, alpha=0.7)
    scoops = [look.main("#f3b4c4", "#f6e3b8", "#b8e0c8"), look.accent(0, 0.5, from_hex("#f6e9d2")),
        look.accent(1, 0.5, from_hex("#8a5a40"))]
    for (x, y, r), colour in zip(((-0.13, 0.6, 0.17), (0.13, 0.6, 0.17), (0.0, 0.79, 0.19)), scoops,
            strict=True):
        _scoop(sprite, x, y, r, mix(colour, (1.0, 0.95, 0.9), 0.25))
    sprite.fill(from_hex("#c92f3f"), ellipse(0.02, 0.97, 0.05))
    sprite.fill(from_hex("#5a3a2a"), limb([(0.02, 1.0), (0.07, 1.08)], (0.012, 0.01), 2))


def _scoop(sprite: Sprite, x: float, y: float, radius: float, colour: Colour) -> None:
    frill = [ellipse(x + radius * (i / 3 - 1), y - radius * 0.55, radius * 0.24) for i in range(7)]
    paint = Fade((x - radius, y + radius), (x + radius, y - radius), shade(colour, 0.06),
        shade(colour, -0.1))
    sprite.fill(paint, ellipse(x, y, radius), *frill)
    shine = ellipse(x - radius * 0.35, y + radius * 0.4, radius * 0.22, radius * 0.14, 30)
    sprite.soft((1, 1, 1), shine, blur=0.02, alpha=0.5)


def _doughnut(sprite: Sprite, look: Look) -> None:
    dough, icing = from_hex("#d99a52"), look.main("#f08cae", "#6a4030", "#a8d8e0")
    sprite.fill(upright(dough, 0, 1, 0.08), ellipse(0, 0.46, 0.72, 0.46))
    drip = smooth([(-0.66, 0.5), (-0.5, 0.84), (0, 0.95), (0.5, 0.84), (0.66, 0.5), (0.5, 0.3),
        (0.38, 0.36), (0.2, 0.2), (0, 0.28), (-0.2, 0.16), (-0.36, 0.32), (-0.52, 0.28)])
    sprite.fill(upright(icing, 0.2, 0.95, 0.07), drip)
    sprite.fill(shade(dough, -0.12), ellipse(0, 0.6, 0.2, 0.1))
    sprite.fill(shade(dough, -0.34), ellipse(0, 0.58, 0.16, 0.075))
    stream = look.stream.child("sprinkles")
    for index in range(4):
        bits: list[Outline] = []
        for _ in range(9):
            x, y = stream.uniform(-0.5, 0.5), stream.uniform(0.36, 0.9)
            if (x / 0.25) ** 2 + ((y - 0.6) / 0.15) ** 2 > 1:
                bits.append(ellipse(x, y, 0.03, 0.01, stream.uniform(0, 180)))
        if bits:
            sprite.fill(look.accent(index, 0.9, (1, 1, 1)), *bits, inside=True)


def _cookie(sprite: Sprite, look: Look) -> None:
    dough = look.main("#c98f54", "#d6a468")
    stream = look.stream.child("chips")
    sprite.fill(Fade((-0.4, 0.9), (0.4, 0.1), shade(dough, 0.05), shade(dough, -0.1)),
        ellipse(0, 0.5, 0.5))
    chips = [ellipse(stream.normal(0.2), 0.5 + stream.normal(0.2), stream.uniform(0.03, 0.06),
        stream.uniform(0.03, 0.05), stream.uniform(0, 180)) for _ in range(17)]
    sprite.fill(from_hex("#4a2a1c"), *chips, inside=True)
    sprite.texture(look.stream, 26, 0.14)


def _pizza(sprite: Sprite, look: Look) -> None:
    stream = look.stream.child("pizza")
    flat = 0.5
    sprite.fill(upright(from_hex("#c98a48"), 0, 0.9, 0.06), ellipse(0, 0.44, 0.82, 0.82 * flat))
    sprite.fill(upright(from_hex("#c9452c"), 0, 0.9, 0.04), ellipse(0, 0.46, 0.7, 0.7 * flat))
    cheese = [ellipse(stream.normal(0.26), 0.46 + stream.normal(0.13), stream.uniform(0.1, 0.2),
        stream.uniform(0.05, 0.1)) for _ in range(26)]
    sprite.fill(from_hex("#f4cf6e"), *cheese, inside=True, alpha=0.92)
    for index in range(9):
        turn = 2.4 * index
        away = 0.2 + 0.4 * ((index * 0.37) % 1)
        x, y = away * math.cos(turn), 0.46 + away * math.sin(turn) * flat
        sprite.fill(from_hex("#a82f24"), ellipse(x, y, 0.1, 0.1 * flat))
        sprite.fill(from_hex("#c9483a"), ellipse(x, y + 0.01, 0.085, 0.085 * flat))
    leaves = [ellipse(stream.normal(0.28), 0.46 + stream.normal(0.13), 0.07, 0.028,
        stream.uniform(0, 180)) for _ in range(8)]
    sprite.fill(from_hex("#4f8a42"), *leaves)
    cuts = [limb([(-0.8 * math.cos(a), 0.46 - 0.8 * math.sin(a) * flat), (0.8 * math.cos(a),
        0.46 + 0.8 * math.sin(a) * flat)], (0.012, 0.012), 1) for a in (0.3, 1.35, 2.4)]
    sprite.fill(from_hex("#7a3a22"), *cuts, inside=True, alpha=0.5)


def _pancakes(sprite: Sprite, look: Look) -> None:
    gold = look.main("#e0a555")
    sprite.fill(from_hex("#eef0ef"), ellipse(0, 0.07, 0.85, 0.12))
    for index in range(6):
        y = 0.12 + 0.105 * index
        shift = 0.02 * (index % 3 - 1)
        sprite.fill(shade(gold, -0.16), ellipse(shift, y, 0.6, 0.13))
        sprite.fill(upright(gold, y - 0.05, y + 0.15, 0.05), ellipse(shift, y + 0.045, 0.59, 0.12))
    syrup = smooth([(-0.4, 0.72), (0, 0.78), (0.4, 0.72), (0.5, 0.6), (0.46, 0.36), (0.38, 0.58),
        (0.2, 0.62), (0.1, 0.42), (0.0, 0.6), (-0.25, 0.6), (-0.34, 0.3), (-0.44, 0.58)])
    sprite.fill(from_hex("#a8571c"), syrup, alpha=0.9)
    sprite.fill(from_hex("#f7e08a"), outline([(-0.14, 0.74), (0.1, 0.72), (0.16, 0.82), (-0.08,
        0.86)]))
    sprite.fill(from_hex("#c9303f"), ellipse(0.3, 0.76, 0.07), ellipse(-0.3, 0.75, 0.06))
