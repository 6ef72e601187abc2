"""Birds, butterflies, bees and dragons, in local units (feet at 0, looking right)."""

from __future__ import annotations

import math

import numpy as np

from pipeline.imaging.sketch.colour import Colour, from_hex, mix, shade
from pipeline.imaging.sketch.geometry import Outline, ellipse, limb, outline, smooth, turned
from pipeline.imaging.sketch.look import Look
from pipeline.imaging.sketch.sprite import Fade, Sprite, upright

# Outlines read better as dense lists of points than one number to a line.
# fmt: off

_DARK = from_hex("#2a2421")
_BEAK = from_hex("#d99a3f")
_COATS = {
    "robin": ("#7a6a58", "#d9622e"), "bluebird": ("#3f74b8", "#d98a4e"), "kingfisher": ("#2a7fa8",
    "#e08a3a"),
    "parrot": ("#c93a34", "#e8b53a"), "cardinal": ("#c4302c", "#a82a28"), "canary": ("#f0cd48",
    "#f6e2a0"),
    "dove": ("#e9e6e0", "#f4f1ec"), "pigeon": ("#8a929c", "#a9a3b4"), "toucan": ("#26262c",
    "#f2ead8"),
    "phoenix": ("#d9481f", "#f2b23a"), "hummingbird": ("#2f8f6a", "#d9dfd6"), "finch": ("#d9a43c",
    "#f0e2c0"),
    "peacock": ("#1f6f9a", "#2f9a8a"), "rooster": ("#a8442a", "#d98a3a"), "chicken": ("#e9dcc8",
    "#f4ecdc"), "hen": ("#b0703f", "#d9a870"),
}  # fmt: skip


def wing(length: float, depth: float, feathers: int = 7) -> Outline:
    """Return a spread wing growing from the origin to the left, tips ragged."""
    points = [(0.0, depth * 0.25), (-length * 0.45, depth * 0.55), (-length, depth * 0.3)]
    for index in range(feathers + 1):
        t = index / feathers
        x = -length + length * t * 0.95
        droop = -depth * (0.25 + 0.55 * math.sin(math.pi * (0.15 + 0.7 * t)))
        points.append((x, droop))
        if index < feathers:
            points.append((x + length * 0.06, droop + depth * 0.16))
    points.append((0.0, -depth * 0.3))
    return outline(points)


def paint_bird(sprite: Sprite, look: Look) -> None:
    """Paint a songbird: on a twig, or on the wing."""
    default = _COATS.get(look.word, look.stream.child("coat").pick(sorted(_COATS.values())))
    coat = look.main(default[0])
    breast = (look.second(default[1]) if len(look.colours) != 1
        else mix(coat, from_hex("#f6eddc"), 0.6))
    if "flying" in look.flags:
        _flying(sprite, coat, breast, look)
        return
    sprite.fill(from_hex("#6a4f3a"), limb([(-0.9, 0.06), (-0.1, 0.12), (0.9, 0.05)],
        (0.05, 0.06, 0.04)), limb([(0.35, 0.09), (0.6, 0.24)], (0.03, 0.012)))
    sprite.fill(shade(from_hex("#6f8f4e"), 0.02), ellipse(0.62, 0.27, 0.075, 0.035, 40),
        ellipse(-0.55, 0.16, 0.08, 0.035, 140))
    sprite.fill(shade(coat, -0.12), smooth([(-0.26, 0.36), (-0.62, 0.06), (-0.52, 0.0),
        (-0.16, 0.24)], density=6))
    body = smooth([(0.3, 0.86), (0.16, 0.98), (0.0, 0.92), (-0.1, 0.74), (-0.3, 0.5), (-0.3, 0.3),
        (-0.05, 0.16), (0.2, 0.26), (0.31, 0.5), (0.36, 0.72)])
    sprite.fill(Fade((-0.2, 0.9), (0.1, 0.2), shade(coat, 0.05), shade(coat, -0.05)), body)
    sprite.soft(breast, smooth([(0.32, 0.72), (0.22, 0.66), (0.06, 0.46), (0.0, 0.22), (0.22, 0.2),
        (0.4, 0.5)]), blur=0.025)
    wing_shape = smooth([(0.04, 0.66), (-0.14, 0.6), (-0.42, 0.28), (-0.5, 0.14), (-0.2, 0.24),
        (0.06, 0.4)])
    sprite.fill(Fade((0, 0.65), (-0.4, 0.2), shade(coat, -0.05), shade(coat, -0.17)), wing_shape)
    for index in range(3):
        sprite.fill(shade(coat, -0.22), limb([(-0.02 - 0.05 * index, 0.5 - 0.06 * index),
            (-0.4, 0.19 + 0.02 * index)], (0.01, 0.004), 3), alpha=0.7)
    size = 2.6 if look.word == "toucan" else 1.0
    beak = look.part("beak", _BEAK)
    sprite.fill(Fade((0.3, 0.85), (0.3, 0.7), shade(beak, 0.04), shade(beak, -0.1)),
        smooth([(0.31, 0.87), (0.32 + 0.15 * size, 0.79), (0.32, 0.76)], density=6))
    sprite.fill(_DARK, ellipse(0.22, 0.84, 0.034))
    sprite.fill((1, 1, 1), ellipse(0.232, 0.852, 0.01))
    if look.word in ("rooster", "chicken", "hen", "cardinal"):
        sprite.fill(from_hex("#c8312a"), ellipse(0.1, 1.0, 0.045), ellipse(0.17, 1.02, 0.045),
            ellipse(0.24, 0.98, 0.035))
    for x in (0.02, 0.12):
        sprite.fill(shade(_BEAK, -0.15), limb([(x, 0.22), (x + 0.02, 0.11)], (0.022, 0.018), 2))


def _flying(sprite: Sprite, coat: Colour, breast: Colour, look: Look) -> None:
    beat = look.stream.child("beat").uniform(-18, 22)
    far = turned(wing(0.75, 0.34), -62 + beat) * np.array([-1, 1]) + np.array([0.1, 0.52])
    sprite.fill(shade(coat, -0.16), far)
    sprite.fill(shade(coat, -0.1), smooth([(-0.28, 0.46), (-0.66, 0.5), (-0.7, 0.38),
        (-0.28, 0.38)], density=5))
    body = smooth([(0.52, 0.56), (0.42, 0.63), (0.2, 0.58), (-0.3, 0.46), (-0.34, 0.4), (0.0, 0.34),
        (0.34, 0.42)])
    sprite.fill(upright(coat, 0.34, 0.62, 0.06), body)
    sprite.soft(breast, ellipse(0.18, 0.39, 0.26, 0.07, 10), blur=0.02)
    near = turned(wing(0.85, 0.36), -48 + beat) + np.array([0.12, 0.52])
    sprite.fill(Fade((0.1, 0.5), (-0.4, 1.1), shade(coat, 0.03), shade(coat, -0.14)), near)
    sprite.fill(_BEAK, outline([(0.51, 0.59), (0.64, 0.54), (0.51, 0.53)]))
    sprite.fill(_DARK, ellipse(0.43, 0.58, 0.018))


def paint_eagle(sprite: Sprite, look: Look) -> None:
    """Paint a great bird of prey gliding, wings spread wide."""
    coat = look.main("#5a4030", "#6f5038", "#4a3a34")
    for side, tone in ((-1, -0.08), (1, 0.0)):
        shape = [(0.0, 0.56), (side * 0.3, 0.72), (side * 0.72, 0.78), (side * 1.12, 0.6)]
        tips = []
        for index in range(6):
            x = 1.16 - index * 0.085
            tips += [(side * x, 0.5 - index * 0.012), (side * (x - 0.05), 0.56 - index * 0.012)]
        rest = [(side * 0.5, 0.4), (side * 0.2, 0.36), (0.0, 0.36)]
        sprite.fill(Fade((0, 0.4), (0, 0.8), shade(coat, tone - 0.05), shade(coat, tone + 0.07)),
            np.concatenate([smooth(shape, closed=False, density=6), outline([*tips, *rest])]))
    head = from_hex("#f0eadd") if look.word == "eagle" and not look.colours else shade(coat, 0.04)
    sprite.fill(shade(coat, -0.04), smooth([(0.1, 0.6), (0.12, 0.4), (0.0, 0.2), (-0.12, 0.4),
        (-0.1, 0.6)]))
    sprite.fill(head, outline([(-0.14, 0.12), (0, 0.32), (0.14, 0.12), (0.07, 0.08), (0, 0.1),
        (-0.07, 0.08)]))
    sprite.fill(head, smooth([(-0.07, 0.58), (-0.06, 0.72), (0.0, 0.77), (0.07, 0.72),
        (0.08, 0.58)]))
    sprite.fill(_BEAK, smooth([(0.05, 0.73), (0.14, 0.7), (0.12, 0.63), (0.06, 0.67)], density=5))
    sprite.fill(_DARK, ellipse(0.04, 0.71, 0.012))


def paint_flock(sprite: Sprite, look: Look) -> None:
    """Paint one distant bird as a double stroke of its wings."""
    stream = look.stream.child("wing")
    lift = stream.uniform(0.1, 0.5)
    colour = look.main("#2b2e38")
    sprite.fill(colour, limb([(0, 0.5), (-0.3, 0.5 + lift), (-0.7, 0.42 + lift * 0.6)],
        (0.16, 0.11, 0.015), 5), limb([(0, 0.5), (0.3, 0.5 + lift), (0.7, 0.42 + lift * 0.6)],
        (0.16, 0.11, 0.015), 5), ellipse(0.0, 0.48, 0.09, 0.075))


def paint_swan(sprite: Sprite, look: Look) -> None:
    """Paint a swan or a duck afloat."""
    if look.word in ("duck", "duckling", "rubber duck", "mallard"):
        _duck(sprite, look)
        return
    white = look.main("#f6f4ef")
    sprite.fill(upright(white, 0, 0.5, 0.07), smooth([(0.34, 0.2), (0.3, 0.04), (0, -0.02),
        (-0.4, 0.04), (-0.66, 0.3), (-0.45, 0.42), (-0.1, 0.46), (0.2, 0.38)]))
    neck = limb([(0.24, 0.22), (0.46, 0.4), (0.36, 0.66), (0.34, 0.86), (0.46, 0.94)],
        (0.17, 0.12, 0.085, 0.08, 0.09), 10)
    sprite.fill(Fade((0.2, 0), (0.5, 0), shade(white, 0.0), shade(white, -0.1)), neck)
    sprite.fill(white, ellipse(0.46, 0.93, 0.075, 0.055, -15))
    sprite.fill(from_hex("#d9772e"), smooth([(0.52, 0.94), (0.65, 0.87), (0.52, 0.88)], density=5))
    sprite.fill(_DARK, ellipse(0.52, 0.92, 0.014), ellipse(0.47, 0.945, 0.01))
    for index in range(3):
        feather = smooth([(0.12 - index * 0.08, 0.36), (-0.3, 0.52 - index * 0.05),
            (-0.62 + index * 0.05, 0.4 - index * 0.06), (-0.3, 0.24 - index * 0.05)])
        sprite.fill(upright(shade(white, 0.02 - 0.035 * index), 0.2, 0.5, 0.05), feather)


def _duck(sprite: Sprite, look: Look) -> None:
    rubber = look.word in ("rubber duck", "duckling")
    body = look.main("#f2c53d") if rubber else look.main("#a89a88", "#8f7a62")
    head = body if rubber or look.colours else from_hex("#2f6a4a")
    sprite.fill(upright(body, 0, 0.6, 0.07), smooth([(0.5, 0.3), (0.42, 0.05), (0, -0.03),
        (-0.45, 0.06), (-0.72, 0.44), (-0.45, 0.4), (0, 0.42), (0.3, 0.5)]))
    sprite.fill(upright(head, 0.5, 1.0, 0.05), ellipse(0.34, 0.74, 0.24, 0.25))
    if not rubber:
        sprite.fill((0.96, 0.95, 0.92), limb([(0.16, 0.54), (0.34, 0.5), (0.5, 0.55)],
            (0.05, 0.05)), inside=True)
    sprite.fill(shade(body, -0.06), smooth([(0.15, 0.34), (-0.2, 0.4), (-0.5, 0.3), (-0.1, 0.14)]))
    sprite.fill(from_hex("#e58a2e"), smooth([(0.54, 0.78), (0.76, 0.7), (0.56, 0.63)], density=6))
    sprite.fill(_DARK, ellipse(0.43, 0.82, 0.032))
    sprite.fill((1, 1, 1), ellipse(0.44, 0.832, 0.01))


def paint_flamingo(sprite: Sprite, look: Look) -> None:
    """Paint a wading bird on long legs: a flamingo, or a heron for that word."""
    coat = (look.main("#f08ea0", "#f29a9a") if look.word == "flamingo"
        else look.main("#b9c2c8", "#e9e6df"))
    leg = shade(coat, -0.12) if look.word == "flamingo" else from_hex("#5a5248")
    sprite.fill(leg, limb([(0.0, 0.48), (0.01, 0.26), (-0.01, 0.0)], (0.022, 0.02, 0.016), 3),
        limb([(-0.04, 0.48), (0.09, 0.32), (-0.06, 0.26)], (0.022, 0.018, 0.014), 2))
    sprite.fill(upright(coat, 0.42, 0.66, 0.07), smooth([(0.17, 0.6), (0.1, 0.45), (-0.08, 0.44),
        (-0.3, 0.5), (-0.22, 0.58), (0.0, 0.66)]))
    neck = limb([(0.13, 0.56), (0.25, 0.66), (0.14, 0.78), (0.13, 0.92), (0.22, 0.97)],
        (0.085, 0.06, 0.045, 0.042, 0.055), 10)
    sprite.fill(coat, neck, ellipse(0.23, 0.965, 0.048, 0.038, -20))
    sprite.fill(shade(coat, -0.1), smooth([(0.06, 0.6), (-0.12, 0.6), (-0.3, 0.5), (-0.06, 0.5)]))
    sprite.fill(from_hex("#f3e6d8"), limb([(0.26, 0.965), (0.32, 0.94), (0.33, 0.9)],
        (0.036, 0.03, 0.02), 5))
    sprite.fill(_DARK, limb([(0.325, 0.93), (0.328, 0.885)], (0.026, 0.006), 3),
        ellipse(0.235, 0.975, 0.008))


def paint_butterfly(sprite: Sprite, look: Look) -> None:
    """Paint a butterfly with open wings, or a dragonfly."""
    colour = look.main("#e8842e", "#3f7fc4", "#d65a8a", "#f0c23c", "#6a5ac0")
    second = look.second("#f6d9a0", "#a8e0e8", "#f7e0b8")
    dark = mix(_DARK, colour, 0.12)
    if look.word == "dragonfly":
        for side in (-1, 1):
            for y, tilt in ((0.66, 12), (0.58, -12)):
                blade = turned(smooth([(0, 0.0), (0.3, 0.06), (0.52, 0.02), (0.3, -0.05)]),
                    tilt) * np.array([side, 1]) + np.array([0, y])
                sprite.fill(Fade((0, y), (side * 0.5, y), mix(colour, (1, 1, 1), 0.5),
                    mix(second, (1, 1, 1), 0.4)), blade, alpha=0.6)
        sprite.fill(shade(colour, -0.12), limb([(0, 0.78), (0, 0.55), (0, 0.08)],
            (0.075, 0.05, 0.02)), ellipse(0, 0.8, 0.05))
        return
    for side in (-1, 1):
        flip = np.array([side, 1.0])
        low = (smooth([(0.02, 0.48), (0.2, 0.46), (0.36, 0.3), (0.3, 0.1), (0.16, 0.1),
            (0.06, 0.28)]) * flip)
        high = (smooth([(0.02, 0.52), (0.12, 0.72), (0.34, 0.94), (0.54, 0.92), (0.5, 0.68),
            (0.34, 0.5), (0.14, 0.45)]) * flip)
        for shape, pivot in ((low, (side * 0.2, 0.28)), (high, (side * 0.3, 0.7))):
            centre = np.array(pivot)
            sprite.fill(dark, shape)
            sprite.fill(Fade((0, 0.5), (side * 0.5, 0.8), shade(colour, -0.04),
                mix(colour, second, 0.4)), (shape - centre) * 0.86 + centre)
        veins = [limb([(side * 0.04, 0.52), (side * x, y)], (0.012, 0.008), 2) for x,
            y in ((0.28, 0.9), (0.42, 0.9), (0.5, 0.76), (0.42, 0.56), (0.3, 0.3), (0.2, 0.12))]
        sprite.fill(dark, *veins, inside=True, alpha=0.85)
        dots = [ellipse(side * x, y, r) for x, y, r in ((0.47, 0.86, 0.022), (0.5, 0.78, 0.018),
            (0.4, 0.92, 0.016), (0.31, 0.2, 0.02), (0.24, 0.13, 0.016))]
        sprite.fill((0.98, 0.96, 0.9), *dots, inside=True)
    sprite.fill(_DARK, limb([(0, 0.68), (0, 0.5), (0, 0.2)], (0.03, 0.05, 0.02)),
        ellipse(0, 0.7, 0.03), *(limb([(0, 0.71), (s * 0.07, 0.84), (s * 0.13, 0.92)],
        (0.008, 0.006), 4) for s in (-1, 1)))


def paint_bee(sprite: Sprite, look: Look) -> None:
    """Paint a bumblebee."""
    gold = look.main("#efb730")
    for x, tilt in ((-0.02, 24), (0.16, -6)):
        sprite.fill(Fade((x, 0.7), (x - 0.2, 1.0), (0.93, 0.96, 1.0), (0.75, 0.85, 0.95)),
            turned(ellipse(0, 0.22, 0.11, 0.24), tilt) + np.array([x, 0.6]), alpha=0.75)
    sprite.fill(upright(gold, 0.2, 0.7, 0.08), ellipse(-0.05, 0.46, 0.36, 0.25),
        ellipse(0.26, 0.5, 0.17, 0.17))
    for x in (-0.28, -0.1, 0.08):
        sprite.fill(_DARK, limb([(x, 0.16), (x + 0.03, 0.46), (x, 0.76)], (0.075, 0.09, 0.075)),
            inside=True)
    sprite.fill(_DARK, ellipse(0.36, 0.5, 0.11, 0.12),
        *(limb([(0.38, 0.6), (0.46, 0.72), (0.54, 0.74)], (0.018, 0.012), 4) for _ in range(1)))
    sprite.fill((1, 1, 1), ellipse(0.41, 0.54, 0.026))


def paint_dragon(sprite: Sprite, look: Look) -> None:
    """Paint a dragon on the wing."""
    coat = look.main("#5f8a4a", "#a83a34", "#4a5f8f", "#3f3a44")
    belly = mix(coat, from_hex("#f0dca8"), 0.55)
    membrane = (look.second("#c9763c", "#8a3a3a", "#6f5aa0") if len(look.colours) > 1
        else shade(mix(coat, from_hex("#d98a4a"), 0.35), 0.04))
    for tone, shift in ((-0.14, 0.12), (0.0, 0.0)):
        spar = [(0.05 + shift, 0.55), (-0.12 + shift, 0.95), (-0.62 + shift, 1.06)]
        skin = outline([(0.05 + shift, 0.55), (-0.1 + shift, 0.94), (-0.66 + shift, 1.07),
            (-0.6 + shift, 0.8), (-0.46 + shift, 0.84), (-0.42 + shift, 0.62),
            (-0.26 + shift, 0.68), (-0.2 + shift, 0.48)])
        sprite.fill(Fade((0, 0.5), (-0.5, 1.0), shade(membrane, tone - 0.03),
            shade(membrane, tone + 0.06)), skin)
        bones = [limb([(-0.12 + shift, 0.95), tip], (0.022, 0.008), 2)
            for tip in ((-0.6 + shift, 0.8), (-0.42 + shift, 0.62), (-0.2 + shift, 0.48))]
        sprite.fill(shade(coat, tone - 0.04), limb(spar, (0.06, 0.045, 0.015), 5), *bones)
    spine = [(-0.98, 0.2), (-0.7, 0.3), (-0.35, 0.34), (0.05, 0.48), (0.38, 0.55), (0.52, 0.76),
        (0.68, 0.84)]
    sprite.mass(upright(coat, 0.2, 0.85, 0.07), limb(spine,
        (0.015, 0.06, 0.15, 0.24, 0.16, 0.11, 0.12)), limb([(0.64, 0.85), (0.86, 0.78)],
        (0.14, 0.06)), limb([(-0.1, 0.4), (-0.02, 0.24), (-0.12, 0.14)], (0.13, 0.075, 0.04)),
        limb([(0.24, 0.46), (0.34, 0.3), (0.26, 0.22)], (0.1, 0.06, 0.035)), fuse=0.015)
    sprite.soft(belly, limb([(-0.3, 0.26), (0.06, 0.37), (0.36, 0.47), (0.5, 0.68)],
        (0.04, 0.09, 0.07, 0.04)), blur=0.012)
    sprite.fill(shade(coat, -0.08), outline([(-1.06, 0.16), (-0.9, 0.3), (-0.86, 0.18)]))
    spikes = []
    dense = smooth(spine, closed=False, density=6)
    for index in range(10, len(dense) - 5, 3):
        x, y = float(dense[index][0]), float(dense[index][1])
        spikes.append(outline([(x - 0.03, y + 0.06), (x - 0.03, y + 0.15), (x + 0.04, y + 0.07)]))
    sprite.fill(shade(coat, -0.14), *spikes)
    sprite.fill(from_hex("#e6d6b0"), limb([(0.62, 0.9), (0.5, 1.0)], (0.035, 0.006), 3),
        limb([(0.67, 0.91), (0.58, 1.03)], (0.03, 0.006), 3))
    sprite.fill(from_hex("#f2c94c"), ellipse(0.71, 0.87, 0.02))
    if "fire" in look.word or look.hero:
        flame = smooth([(0.88, 0.78), (1.05, 0.82), (1.34, 0.76), (1.12, 0.7), (0.98, 0.7)])
        sprite.shine((1.0, 0.5, 0.15), flame, strength=0.9, spill=0.05)
        sprite.shine((1.0, 0.9, 0.55), smooth([(0.88, 0.78), (1.0, 0.79), (1.16, 0.76),
            (1.0, 0.73)]), spill=0.01)
