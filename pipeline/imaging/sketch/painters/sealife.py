"""What swims, in local units (centre of the body near y = 0.5, looking right)."""

from __future__ import annotations

import math

import numpy as np

from pipeline.imaging.sketch.colour import from_hex, mix, shade
from pipeline.imaging.sketch.geometry import arc, ellipse, limb, outline, smooth, turned
from pipeline.imaging.sketch.look import Look
from pipeline.imaging.sketch.sprite import Fade, Sprite, upright

# Outlines read better as dense lists of points than one number to a line.
# fmt: off

_DARK = from_hex("#22262c")


def paint_fish(sprite: Sprite, look: Look) -> None:
    """Paint a fish; koi and clownfish have their markings."""
    stream = look.stream.child("fish")
    koi = look.word in ("koi", "koi pond")
    clown = look.word == "clownfish"
    coat = (look.main("#e9762c") if clown else look.main("#f4efe6") if koi
        else look.main("#e88a34", "#e8b23c", "#4f9fc4", "#d9605a", "#3fa89a"))
    fin = shade(mix(coat, from_hex("#f6d9a0"), 0.3), -0.02)
    sprite.fill(Fade((-0.9, 0.5), (-0.5, 0.5), shade(fin, 0.08), shade(fin, -0.06)),
        smooth([(-0.5, 0.5), (-0.92, 0.86), (-0.82, 0.5), (-0.94, 0.14)]))
    sprite.fill(shade(fin, -0.03), smooth([(0.2, 0.76), (-0.06, 1.0), (-0.36, 0.92),
        (-0.34, 0.66)]), smooth([(0.06, 0.26), (-0.1, 0.06), (-0.3, 0.12), (-0.26, 0.34)]))
    body = smooth([(0.72, 0.48), (0.5, 0.7), (0.1, 0.8), (-0.3, 0.68), (-0.6, 0.54), (-0.6, 0.45),
        (-0.3, 0.32), (0.1, 0.22), (0.5, 0.28)])
    sprite.fill(Fade((0, 0.85), (0, 0.2), shade(coat, 0.0), mix(coat, from_hex("#fff3dc"), 0.55)),
        body)
    if koi:
        blots = [ellipse(stream.uniform(-0.4, 0.5), stream.uniform(0.5, 0.75),
            stream.uniform(0.1, 0.2), stream.uniform(0.08, 0.14)) for _ in range(5)]
        sprite.soft(from_hex("#dd4f28"), *blots, blur=0.012)
    if clown or stream.chance(0.3):
        band = (0.97, 0.96, 0.92) if clown else shade(coat, -0.14)
        for x in (0.34, -0.08, -0.46):
            sprite.fill(_DARK if clown else band, limb([(x, 0.1), (x + 0.05, 0.5), (x, 0.9)],
                (0.15, 0.17, 0.15)), inside=True, alpha=0.9)
            sprite.fill(band, limb([(x, 0.1), (x + 0.05, 0.5), (x, 0.9)], (0.1, 0.12, 0.1)),
                inside=True)
    scales = [np.concatenate([arc(x, y, 0.05, -70, 70), arc(x, y, 0.042, 70, -70)])
        for x in np.arange(-0.4, 0.3, 0.085).tolist() for y in (0.4, 0.5, 0.6)]
    sprite.fill(shade(coat, -0.1), *scales, inside=True, alpha=0.4)
    sprite.fill(shade(fin, 0.03), smooth([(0.26, 0.46), (0.08, 0.4), (-0.04, 0.26), (0.16, 0.3)]))
    sprite.fill((1, 1, 1), ellipse(0.5, 0.56, 0.06))
    sprite.fill(_DARK, ellipse(0.51, 0.56, 0.04))
    sprite.fill((1, 1, 1), ellipse(0.525, 0.575, 0.012))
    sprite.fill(shade(coat, -0.22), limb([(0.7, 0.44), (0.6, 0.41)], (0.014, 0.008), 3))


def paint_whale(sprite: Sprite, look: Look) -> None:
    """Paint a great whale, three units long; an orca for that word."""
    orca = look.word == "orca"
    coat = look.main("#23272e") if orca else look.main("#4a6a86", "#556f84", "#3f5f7a")
    belly = from_hex("#eceae4") if orca else mix(coat, from_hex("#e4ebec"), 0.65)
    sprite.fill(shade(coat, -0.03), smooth([(-1.2, 0.52), (-1.55, 0.86), (-1.72, 0.82),
        (-1.5, 0.58), (-1.66, 0.4), (-1.5, 0.36)]))
    body = smooth([(1.5, 0.46), (1.3, 0.74), (0.7, 0.88), (0.0, 0.84), (-0.7, 0.66), (-1.3, 0.58),
        (-1.3, 0.48), (-0.6, 0.32), (0.2, 0.12), (1.0, 0.12), (1.42, 0.28)])
    sprite.fill(upright(coat, 0.1, 0.9, 0.09), body)
    sprite.soft(belly, smooth([(1.5, 0.36), (0.9, 0.36), (0.2, 0.3), (-0.6, 0.32), (0.1, 0.0),
        (1.0, 0.0), (1.5, 0.2)]), blur=0.02)
    if not orca:
        grooves = [limb([(1.4 - 0.03 * i, 0.3 - 0.035 * i), (0.8, 0.25 - 0.035 * i),
            (0.1, 0.24 - 0.025 * i)], (0.008, 0.01, 0.003)) for i in range(6)]
        sprite.fill(shade(belly, -0.14), *grooves, inside=True, alpha=0.7)
    else:
        sprite.fill(belly, ellipse(1.04, 0.6, 0.14, 0.06, -8), inside=True)
        sprite.fill(coat, smooth([(0.05, 0.8), (-0.08, 1.18), (-0.2, 1.16), (-0.3, 0.76)]))
    sprite.fill(shade(coat, -0.06), smooth([(0.62, 0.3), (0.3, 0.0), (0.06, -0.12), (0.1, 0.06),
        (0.36, 0.32)]))
    sprite.fill(_DARK, ellipse(1.12, 0.46, 0.03))
    sprite.fill((1, 1, 1), ellipse(1.13, 0.47, 0.009))
    sprite.fill(shade(coat, -0.2), limb([(1.5, 0.42), (1.2, 0.4), (1.02, 0.46)],
        (0.012, 0.012, 0.006)))


def paint_dolphin(sprite: Sprite, look: Look) -> None:
    """Paint a leaping dolphin; a shark swims level."""
    shark = look.word in ("shark", "stingray", "manta", "manta ray")
    coat = look.main("#6f7d88", "#66747e") if shark else look.main("#6f93ad", "#7a9ab0")
    belly = mix(coat, from_hex("#f0f3f2"), 0.75)
    tail = (smooth([(-0.95, 0.5), (-1.3, 0.95), (-1.36, 0.9), (-1.18, 0.5), (-1.28, 0.18),
        (-1.2, 0.16)]) if shark else smooth([(-1.0, 0.28), (-1.3, 0.3), (-1.42, 0.18), (-1.2, 0.16),
        (-1.3, 0.0), (-1.16, 0.0)]))
    sprite.fill(shade(coat, -0.04), tail)
    sprite.fill(shade(coat, -0.03), smooth([(0.15, 0.68), (-0.08, 1.0), (-0.2, 1.0), (-0.2, 0.68)]))
    if shark:
        body = smooth([(1.2, 0.55), (0.8, 0.7), (0.2, 0.72), (-0.5, 0.6), (-1.05, 0.54),
            (-1.05, 0.46), (-0.5, 0.38), (0.2, 0.3), (0.9, 0.38)])
        low = smooth([(1.2, 0.48), (0.2, 0.42), (-0.9, 0.47), (0.0, 0.2), (1.0, 0.25)])
    else:
        body = smooth([(1.24, 0.42), (1.0, 0.5), (0.84, 0.64), (0.4, 0.76), (-0.2, 0.7),
            (-0.8, 0.42), (-1.12, 0.22), (-0.96, 0.14), (-0.4, 0.32), (0.2, 0.34), (0.8, 0.36)])
        low = smooth([(1.0, 0.42), (0.3, 0.44), (-0.5, 0.34), (0.0, 0.2), (0.8, 0.25)])
    sprite.fill(upright(coat, 0.25, 0.75, 0.08), body)
    sprite.soft(belly, low, blur=0.02)
    sprite.fill(shade(coat, -0.07), smooth([(0.4, 0.42), (0.16, 0.14), (0.04, 0.14), (0.18, 0.42)]))
    sprite.fill(_DARK, ellipse(0.82, 0.55, 0.024))
    if shark:
        sprite.fill(shade(coat, -0.18), *(limb([(0.5 - 0.05 * i, 0.58), (0.47 - 0.05 * i, 0.46)],
            (0.012, 0.008), 2) for i in range(4)))


def paint_jellyfish(sprite: Sprite, look: Look) -> None:
    """Paint a glowing jellyfish."""
    stream = look.stream.child("jelly")
    colour = look.main("#f0a8c8", "#a8c8f4", "#c9a8f0", "#f4c6a0")
    for index in range(9):
        x = -0.24 + index * 0.06
        sway = stream.uniform(-0.08, 0.08)
        sprite.fill(Fade((0, 0.6), (0, 0), colour, shade(colour, -0.05)),
            limb([(x, 0.66), (x + sway, 0.42), (x - sway, 0.2),
            (x + sway * 1.4, stream.uniform(-0.05, 0.1))], (0.014, 0.012, 0.008, 0.003)), alpha=0.7)
    for index in range(4):
        x = -0.12 + index * 0.08
        frill = [(x, 0.66), (x + 0.04, 0.56), (x - 0.03, 0.46), (x + 0.03, 0.36), (x - 0.01, 0.26)]
        sprite.fill(shade(colour, 0.07), limb(frill, (0.06, 0.07, 0.05, 0.04, 0.01)), alpha=0.6)
    bell = smooth([(0, 1.0), (0.24, 0.94), (0.33, 0.76), (0.3, 0.64), (0.2, 0.67), (0.1, 0.635),
        (0, 0.665), (-0.1, 0.635), (-0.2, 0.67), (-0.3, 0.64), (-0.33, 0.76), (-0.24, 0.94)])
    sprite.fill(Fade((0, 1), (0, 0.62), shade(colour, 0.08), shade(colour, -0.08)), bell,
        alpha=0.85)
    sprite.shine(colour, bell, strength=0.35, spill=0.06)
    sprite.soft(shade(colour, 0.16), ellipse(-0.1, 0.88, 0.09, 0.05, 25), blur=0.02, alpha=0.9)
    ribs = [limb([(0, 0.96), (x * 0.8, 0.84), (x, 0.66)], (0.006, 0.008, 0.006))
        for x in (-0.22, -0.11, 0.0, 0.11, 0.22)]
    sprite.fill(shade(colour, 0.12), *ribs, inside=True, alpha=0.6)


def paint_turtle(sprite: Sprite, look: Look) -> None:
    """Paint a sea turtle swimming."""
    shell = look.main("#7a6a3c", "#6f7a48", "#8a6a44")
    skin = look.second("#7f9a5f", "#8aa07a")
    sprite.fill(shade(skin, -0.05), smooth([(0.3, 0.4), (0.3, 0.1), (0.1, -0.15), (0.0, -0.12),
        (0.1, 0.2)]), smooth([(-0.5, 0.4), (-0.75, 0.2), (-0.85, 0.26), (-0.6, 0.48)]))
    sprite.fill(upright(skin, 0.4, 0.7, 0.05), ellipse(0.72, 0.6, 0.19, 0.14),
        limb([(0.4, 0.5), (0.66, 0.58)], (0.2, 0.16)))
    sprite.fill(from_hex("#d9c99a"), smooth([(0.56, 0.42), (0.0, 0.26), (-0.6, 0.38), (0, 0.5)]))
    sprite.fill(upright(shell, 0.4, 0.9, 0.09), smooth([(0.58, 0.46), (0.3, 0.78), (-0.1, 0.86),
        (-0.46, 0.7), (-0.66, 0.42), (0, 0.38)]))
    plates = [[(-0.3, 0.5), (-0.18, 0.66), (0.02, 0.66), (0.1, 0.5), (-0.1, 0.42)],
        [(0.14, 0.5), (0.06, 0.66), (0.22, 0.72), (0.36, 0.56)],
        [(-0.34, 0.5), (-0.22, 0.68), (-0.36, 0.68), (-0.52, 0.5)],
        [(-0.16, 0.7), (0.03, 0.7), (0.14, 0.78), (-0.1, 0.83)]]
    for plate in plates:
        sprite.fill(shade(shell, 0.07), outline([(x, y) for x, y in plate]), inside=True,
            alpha=0.75)
    sprite.fill(upright(shade(skin, 0.02), 0, 0.5, 0.06),
        smooth([(0.36, 0.46), (0.5, 0.16), (0.36, -0.1), (0.26, -0.08), (0.18, 0.36)]))
    sprite.fill(_DARK, ellipse(0.8, 0.64, 0.026))


def paint_octopus(sprite: Sprite, look: Look) -> None:
    """Paint an octopus."""
    stream = look.stream.child("octopus")
    coat = look.main("#c9604a", "#b0527a", "#d98a4a")
    for index in range(8):
        angle = math.radians(-160 + 140 * index / 7)
        curl = stream.sign() * stream.uniform(0.1, 0.2)
        x1, y1 = math.cos(angle) * 0.34, 0.46 + math.sin(angle) * 0.26
        x2, y2 = math.cos(angle) * 0.6, 0.4 + math.sin(angle) * 0.4
        spine = [(math.cos(angle) * 0.1, 0.5), (x1, y1), (x2, y2), (x2 + curl, y2 - 0.03),
            (x2 + curl * 0.8, y2 + 0.08)]
        sprite.fill(upright(shade(coat, -0.1 + 0.02 * index), 0, 0.5, 0.06),
            limb(spine, (0.12, 0.1, 0.065, 0.04, 0.015)))
    sprite.mass(upright(coat, 0.4, 1.0, 0.09), ellipse(0, 0.76, 0.24, 0.25),
        ellipse(0, 0.52, 0.19, 0.12), fuse=0.03)
    spots = [ellipse(stream.uniform(-0.2, 0.2), stream.uniform(0.7, 0.98),
        stream.uniform(0.012, 0.03)) for _ in range(14)]
    sprite.fill(shade(coat, 0.1), *spots, inside=True, alpha=0.7)
    for side in (-1, 1):
        sprite.fill((0.98, 0.95, 0.88), ellipse(side * 0.1, 0.58, 0.052))
        sprite.fill(_DARK, ellipse(side * 0.096, 0.578, 0.032))
        sprite.fill((1, 1, 1), ellipse(side * 0.096 + 0.01, 0.59, 0.01))


def paint_coral(sprite: Sprite, look: Look) -> None:
    """Paint a branching coral, a fan, or waving kelp."""
    stream = look.stream.child("coral")
    colour = look.main("#e8705a", "#e88ab0", "#f0a84a", "#a86ac4", "#5fae9a")
    if look.word in ("kelp", "seaweed"):
        for index in range(5):
            x, sway = -0.24 + 0.12 * index, stream.uniform(-0.12, 0.12)
            blade = limb([(x, -0.05), (x + sway, 0.35), (x - sway * 0.6, 0.7),
                (x + sway, stream.uniform(0.85, 1.05))], (0.05, 0.09, 0.07, 0.01))
            sprite.fill(upright(shade(from_hex("#4f8a5a"), 0.03 * (index - 2)), 0, 1, 0.08), blade)
        return
    shapes = []

    def grow(x: float, y: float, angle: float, length: float, width: float, level: int) -> None:
        own = stream.child(f"{level}/{x:.4f}/{y:.4f}")
        end = (x + math.cos(angle) * length, y + math.sin(angle) * length)
        shapes.append(limb([(x, y), end], (width, width * 0.8), 3))
        if level:
            for turn in (-0.5, 0.05, 0.5) if level > 1 else (-0.4, 0.4):
                grow(*end, angle + turn + own.uniform(-0.2, 0.2), length * own.uniform(0.66, 0.82),
                    width * 0.72, level - 1)

    grow(0.0, -0.04, math.pi / 2, 0.26, 0.1, 4)
    sprite.mass(upright(colour, 0, 1, 0.1), *shapes, fuse=0.006)
    tips = [turned(ellipse(0, 0, 0.012), 0) + shape[len(shape) // 2] for shape in shapes[-40:]]
    sprite.fill(shade(colour, 0.16), *tips, alpha=0.7)
