"""Standing figures, in local units (feet at 0, crown of the head at 1)."""

from __future__ import annotations

import numpy as np

from pipeline.imaging.sketch.colour import Colour, from_hex, mix, shade
from pipeline.imaging.sketch.geometry import (
    Outline,
    arc,
    ellipse,
    limb,
    rectangle,
    rounded,
    smooth,
)
from pipeline.imaging.sketch.look import Look
from pipeline.imaging.sketch.sprite import Fade, Sprite, upright
from pipeline.imaging.sketch.stream import Stream

# Outlines read better as dense lists of points than one number to a line.
# fmt: off

_WALKERS = frozenset(
    ["hiker", "traveler", "traveller", "explorer", "climber", "pilgrim", "wanderer"]
)
_SKIN = ("#f0cdb0", "#e0b08a", "#c08a62", "#8d5a3e", "#6a4230")
_CLOTH = ("#b5503c", "#2f5d73", "#d9a441", "#4f6b52", "#7a4a66", "#33415c", "#c97f6a")
_HAIR = ("#2b211e", "#4a3024", "#7a4a28", "#c9a05a")


def _wears_dress(look: Look, stream: Stream) -> bool:
    if look.tokens & {"dress", "woman", "girl", "lady", "queen", "princess", "mujer", "femme"}:
        return True
    if look.tokens & {"man", "boy", "gentleman", "king", "prince", "hombre", "homme"}:
        return False
    return stream.chance(0.4)


def _figure(
    sprite: Sprite, look: Look, x: float = 0.0, tall: float = 1.0, dress: bool | None = None
) -> None:
    """Paint one person, seen from behind or the side, walking a little."""
    stream = look.stream.child(f"figure/{x:.3f}")
    skin = from_hex(stream.pick(_SKIN))
    coat = look.colours[0] if look.colours else from_hex(stream.pick(_CLOTH))
    coat = look.part("coat", look.part("dress", look.part("jacket", look.part("shirt", coat))))
    legs = look.part("trousers", from_hex(stream.pick(("#2e3440", "#3f3a38", "#4a5568",
        "#5a4a3e"))))
    hair = look.part("hair", from_hex(stream.pick(_HAIR)))
    skirt = _wears_dress(look, stream) if dress is None else dress
    step = stream.uniform(0.02, 0.06) * stream.sign()

    def at(px: float, py: float) -> tuple[float, float]:
        return x + px * tall, py * tall

    def piece(points: list[tuple[float, float]], widths: tuple[float, ...]) -> Outline:
        return limb([at(*point) for point in points], [width * tall for width in widths])

    sprite.fill(shade(legs, -0.06), piece([(0.03, 0.5), (0.035 - step, 0.27),
        (0.03 - step * 1.8, 0.03)], (0.1, 0.075, 0.05)))
    sprite.fill(legs, piece([(-0.03, 0.5), (-0.03 + step, 0.27), (-0.035 + step * 1.4, 0.03)],
        (0.1, 0.078, 0.05)))
    shoe = from_hex("#2a2626")
    sprite.fill(shoe, ellipse(*at(0.04 - step * 1.8, 0.012), 0.04 * tall, 0.017 * tall),
        ellipse(*at(-0.025 + step * 1.4, 0.012), 0.04 * tall, 0.017 * tall))
    sprite.fill(shade(coat, -0.1), piece([(0.09, 0.78), (0.125, 0.62), (0.11 + step, 0.47)],
        (0.065, 0.055, 0.045)))
    sprite.fill(skin, ellipse(*at(0.11 + step, 0.45), 0.02 * tall, 0.026 * tall))
    hem, flare = (0.34, 0.15) if skirt else (0.46, 0.095)
    torso = smooth([at(0, 0.84), at(0.085, 0.81), at(0.1, 0.68), at(0.075, 0.58), at(flare, hem),
        at(-flare, hem), at(-0.075, 0.58), at(-0.1, 0.68), at(-0.085, 0.81)])
    sprite.fill(upright(coat, hem * tall, 0.84 * tall, 0.06), torso)
    sprite.fill(shade(coat, -0.04), piece([(-0.09, 0.78), (-0.12, 0.62), (-0.105 - step, 0.47)],
        (0.065, 0.055, 0.045)))
    sprite.fill(skin, ellipse(*at(-0.105 - step, 0.45), 0.02 * tall, 0.026 * tall))
    sprite.fill(shade(skin, -0.06), piece([(0, 0.82), (0, 0.88)], (0.05, 0.045)))
    sprite.fill(skin, ellipse(*at(0, 0.925), 0.052 * tall, 0.066 * tall))
    if "hat" in look.flags or look.word in ("cowboy", "detective", "fisherman"):
        felt = look.part("hat", shade(coat, -0.18))
        sprite.fill(felt, ellipse(*at(0, 0.955), 0.1 * tall, 0.018 * tall),
            smooth([at(-0.055, 0.955), at(-0.045, 1.02), at(0.045, 1.02), at(0.055, 0.955)],
            density=6))
    else:
        back = [at(-0.056, 0.9), at(-0.058, 0.96), at(0, 1.0), at(0.058, 0.96), at(0.056, 0.9),
            at(0.03, 0.87 if not skirt else 0.78), at(-0.03, 0.87 if not skirt else 0.78)]
        sprite.fill(upright(hair, 0.85 * tall, tall, 0.05), smooth(back))
    if look.tokens & {"umbrella", "parasol"}:
        cloth = look.accent(0, 0.7, from_hex("#c9433f"))
        sprite.fill(from_hex("#4a4038"), piece([(0.12, 0.5), (0.12, 1.2)], (0.014, 0.012)))
        dome = smooth([at(-0.24, 1.05), at(-0.12, 1.2), at(0.1, 1.26), at(0.32, 1.2),
            at(0.44, 1.05), at(0.27, 1.09), at(0.1, 1.06), at(-0.07, 1.09)], density=8)
        sprite.fill(upright(cloth, tall, 1.26 * tall, 0.06), dome)
    if look.word in _WALKERS:
        pack = look.accent(0, 0.6, from_hex("#b5503c"))
        bag = rounded(*at(-0.075, 0.58), *at(0.075, 0.81), 0.03 * tall)
        sprite.fill(upright(pack, 0.58, 0.82, 0.06), bag)
        sprite.fill(shade(pack, -0.12), rounded(*at(-0.055, 0.6), *at(0.055, 0.69), 0.02 * tall))
        sprite.fill(from_hex("#8a6a48"), piece([(0.13, 0.5), (0.17, 0.0)], (0.012, 0.012)))


def paint_person(sprite: Sprite, look: Look) -> None:
    """Paint a person standing or walking."""
    _figure(sprite, look)


def paint_child(sprite: Sprite, look: Look) -> None:
    """Paint a child, perhaps holding a balloon."""
    _figure(sprite, look, 0.0, 0.82)
    if look.stream.child("balloon").chance(0.5) or look.hero:
        sprite.fill(from_hex("#6a5f58"), limb([(0.09, 0.38), (0.16, 0.7), (0.2, 0.9)],
            (0.005, 0.005)))
        colour = look.accent(0, 0.8, from_hex("#d9503c"))
        sprite.fill(Fade((0.15, 1.1), (0.27, 0.9), shade(colour, 0.1), shade(colour, -0.08)),
            ellipse(0.21, 1.0, 0.085, 0.105))


def paint_couple(sprite: Sprite, look: Look) -> None:
    """Paint two people hand in hand."""
    _figure(sprite, look, -0.125, 1.0, dress=False)
    _figure(sprite, look, 0.125, 0.92, dress=True)


def paint_crowd(sprite: Sprite, look: Look) -> None:
    """Paint a loose group of people."""
    stream = look.stream.child("crowd")
    spots = sorted(((stream.uniform(-1.3, 1.3), stream.uniform(0.82, 1.0)) for _ in range(9)),
        key=lambda s: -s[1])
    for x, tall in spots:
        _figure(sprite, look, x, tall)


def paint_astronaut(sprite: Sprite, look: Look) -> None:
    """Paint an astronaut with a mirrored visor."""
    suit = look.main("#eeebe4", "#e3e0da", "#e8a04a")
    trim = look.second("#d2603a", "#3f74a8")
    sprite.fill(upright(shade(suit, -0.12), 0.4, 0.85, 0.05), rounded(-0.2, 0.4, 0.2, 0.82, 0.05))
    for side in (-1, 1):
        sprite.mass(upright(shade(suit, -0.02), 0, 0.5, 0.06),
            limb([(side * 0.08, 0.46), (side * 0.1, 0.26), (side * 0.11, 0.07)],
            (0.16, 0.14, 0.13)), rounded(side * 0.11 - 0.085, -0.01, side * 0.11 + 0.085, 0.07,
            0.03), fuse=0.012)
        sprite.fill(shade(suit, -0.14), limb([(side * 0.1 - 0.07, 0.25), (side * 0.1 + 0.07, 0.25)],
            (0.012, 0.012), 2), alpha=0.6, inside=True)
        arm = limb([(side * 0.16, 0.73), (side * 0.25, 0.58), (side * 0.27, 0.42)],
            (0.14, 0.115, 0.1))
        sprite.fill(upright(shade(suit, -0.03), 0.4, 0.75, 0.05), arm)
        sprite.fill(trim, limb([(side * 0.205, 0.64), (side * 0.275, 0.67)], (0.025, 0.025), 2),
            inside=True)
        sprite.fill(from_hex("#5a6068"), ellipse(side * 0.272, 0.385, 0.056, 0.06))
    sprite.fill(upright(suit, 0.38, 0.8, 0.06), smooth([(0.0, 0.81), (0.15, 0.78), (0.19, 0.62),
        (0.17, 0.4), (0, 0.36), (-0.17, 0.4), (-0.19, 0.62), (-0.15, 0.78)]))
    sprite.fill(from_hex("#8a919a"), rounded(-0.1, 0.54, 0.1, 0.66, 0.02))
    for index, x in enumerate((-0.06, 0.0, 0.06)):
        sprite.fill(look.accent(index, 0.9, trim), ellipse(x, 0.6, 0.018))
    sprite.fill(shade(suit, -0.06), ellipse(0, 0.87, 0.165, 0.155))
    sprite.fill(upright(suit, 0.7, 1.05, 0.06), ellipse(0, 0.875, 0.152, 0.145))
    visor = ellipse(0, 0.872, 0.112, 0.1)
    sprite.fill(Fade((-0.08, 0.96), (0.08, 0.78), from_hex("#e9b25a"), from_hex("#2a2440")), visor)
    sprite.soft((1, 0.97, 0.9), limb([(-0.07, 0.9), (-0.045, 0.935), (0.0, 0.95)],
        (0.012, 0.02, 0.01)), blur=0.008, alpha=0.85)


def paint_samurai(sprite: Sprite, look: Look) -> None:
    """Paint an armoured swordsman; a knight's steel for that word."""
    knight = look.word in ("knight", "gladiator")
    plate = look.main("#aab3bd") if knight else look.main("#7a2f2c", "#2c3140", "#3f4a3c")
    cape = look.part("cape", look.accent(0, 0.6, from_hex("#8a2f2f")))
    if knight:
        sprite.fill(upright(cape, 0.05, 0.8, 0.07), smooth([(-0.1, 0.82), (-0.3, 0.4),
            (-0.28, 0.05), (0.2, 0.06), (0.16, 0.82)]))
    dark = shade(plate, -0.16)
    sprite.fill(upright(dark, 0, 0.5, 0.06), limb([(-0.06, 0.48), (-0.1, 0.25), (-0.12, 0.03)],
        (0.15, 0.11, 0.08)), limb([(0.06, 0.48), (0.1, 0.25), (0.13, 0.03)], (0.15, 0.11, 0.08)),
        ellipse(-0.14, 0.015, 0.06, 0.02), ellipse(0.15, 0.015, 0.06, 0.02))
    sprite.fill(upright(plate, 0.36, 0.82, 0.07), smooth([(0, 0.83), (0.14, 0.79), (0.13, 0.56),
        (0.2, 0.34), (-0.2, 0.34), (-0.13, 0.56), (-0.14, 0.79)]))
    bands = [limb([(-0.22, y), (0.22, y)], (0.008, 0.008), 2) for y in (0.4, 0.46, 0.52, 0.62, 0.7)]
    sprite.fill(shade(plate, -0.18), *bands, inside=True)
    sprite.fill(from_hex("#d2ac54"), limb([(-0.13, 0.56), (0.13, 0.56)], (0.03, 0.03), 2),
        inside=True)
    for side in (-1, 1):
        sprite.fill(upright(shade(plate, 0.02), 0.66, 0.84, 0.07),
            smooth([(side * 0.1, 0.82), (side * 0.25, 0.79), (side * 0.26, 0.64),
            (side * 0.13, 0.67)], density=6))
    sprite.fill(dark, limb([(0.2, 0.72), (0.24, 0.58), (0.2, 0.5)], (0.08, 0.07, 0.06)),
        limb([(-0.2, 0.72), (-0.25, 0.56), (-0.21, 0.46)], (0.08, 0.07, 0.06)))
    steel = from_hex("#dfe5ea")
    sprite.fill(steel, limb([(0.2, 0.5), (0.44, 0.78), (0.6, 1.02)], (0.024, 0.022, 0.004), 4))
    sprite.fill(from_hex("#3a2c28"), limb([(0.2, 0.5), (0.14, 0.43)], (0.034, 0.03), 2))
    if knight:
        sprite.fill(upright(plate, 0.82, 1.02, 0.08), smooth([(0, 1.02), (0.085, 0.97),
            (0.09, 0.86), (0.04, 0.81), (-0.04, 0.81), (-0.09, 0.86), (-0.085, 0.97)]))
        sprite.fill(from_hex("#22262c"), limb([(-0.07, 0.925), (0.07, 0.925)], (0.016, 0.016), 2))
        sprite.fill(cape, limb([(0, 1.01), (-0.06, 1.08), (-0.16, 1.04)], (0.03, 0.06, 0.02)))
        return
    sprite.fill(from_hex("#d9b08a"), ellipse(0, 0.89, 0.055, 0.065))
    sprite.fill(upright(dark, 0.88, 1.02, 0.06), smooth([(-0.13, 0.86), (-0.075, 0.97), (0, 1.01),
        (0.075, 0.97), (0.13, 0.86), (0.06, 0.91), (-0.06, 0.91)]))
    sprite.fill(from_hex("#d9b45a"), limb([(-0.015, 0.96), (-0.1, 1.03), (-0.12, 1.12)],
        (0.022, 0.022, 0.006)), limb([(0.015, 0.96), (0.1, 1.03), (0.12, 1.12)],
        (0.022, 0.022, 0.006)))


def paint_dancer(sprite: Sprite, look: Look) -> None:
    """Paint a dancer on one toe with a wide skirt."""
    stream = look.stream.child("dancer")
    skin = from_hex(stream.pick(_SKIN))
    dress = look.part("dress", look.main("#e8a0b4", "#c9503c", "#f2e6d4", "#7a6fb5"))
    sprite.fill(skin, limb([(0.0, 0.5), (0.01, 0.28), (0.0, 0.0)], (0.075, 0.055, 0.022)))
    sprite.fill(shade(skin, -0.05), limb([(0.02, 0.5), (0.2, 0.46), (0.44, 0.54)],
        (0.075, 0.05, 0.018)))
    tulle: Colour = mix(dress, (1, 1, 1), 0.25)
    for spread, tone in ((0.34, -0.04), (0.29, 0.02), (0.24, 0.07)):
        sprite.fill(shade(tulle, tone), smooth([(-0.05, 0.58), (-spread, 0.47),
            (-spread * 0.9, 0.42), (0, 0.45), (spread * 0.9, 0.42), (spread, 0.47), (0.05, 0.58)]),
            alpha=0.85)
    sprite.fill(upright(dress, 0.55, 0.8, 0.05), smooth([(0.055, 0.8), (0.06, 0.7), (0.045, 0.58),
        (-0.045, 0.58), (-0.06, 0.7), (-0.055, 0.8)]))
    sprite.fill(skin, limb([(0.055, 0.79), (0.16, 0.92), (0.1, 1.07)], (0.038, 0.03, 0.018)),
        limb([(-0.055, 0.79), (-0.2, 0.8), (-0.34, 0.9)], (0.038, 0.03, 0.018)),
        limb([(0, 0.8), (0, 0.87)], (0.035, 0.032)))
    sprite.fill(skin, ellipse(0, 0.905, 0.042, 0.053))
    hair = look.part("hair", from_hex(stream.pick(_HAIR)))
    sprite.fill(hair, np.concatenate([arc(0, 0.915, 0.047, -10, 190)]), ellipse(0.0, 0.972, 0.026))


def paint_wizard(sprite: Sprite, look: Look) -> None:
    """Paint a wizard or witch with a glowing staff."""
    robe = look.part("robe", look.main("#3f3a78", "#4a5a6a", "#5a3a66"))
    sprite.fill(upright(robe, 0, 0.8, 0.08), smooth([(0, 0.82), (0.11, 0.77), (0.14, 0.5),
        (0.24, 0.0), (-0.24, 0.0), (-0.14, 0.5), (-0.11, 0.77)]))
    folds = [limb([(x * 0.4, 0.55), (x, 0.02)], (0.004, 0.014), 3)
        for x in (-0.16, -0.08, 0.02, 0.1, 0.17)]
    sprite.fill(shade(robe, -0.13), *folds, inside=True, alpha=0.7)
    sprite.fill(shade(robe, 0.03), limb([(0.09, 0.75), (0.22, 0.62), (0.3, 0.58)],
        (0.09, 0.1, 0.12)))
    sprite.fill(from_hex("#6a4f38"), limb([(0.33, 0.0), (0.32, 0.5), (0.33, 0.98)],
        (0.025, 0.022, 0.02)))
    gem = look.accent(0, 0.6, (0.6, 0.9, 1.0))
    sprite.fill(gem, ellipse(0.33, 1.0, 0.035))
    sprite.shine(mix(gem, (1, 1, 1), 0.3), ellipse(0.33, 1.0, 0.035), strength=1.0, spill=0.08)
    sprite.fill(from_hex("#e0b894"), ellipse(0.32, 0.57, 0.03), ellipse(0, 0.86, 0.052, 0.06))
    if look.word != "witch":
        sprite.fill(from_hex("#ece8e0"), smooth([(-0.055, 0.86), (0.055, 0.86), (0.06, 0.72),
            (0.0, 0.55), (-0.06, 0.72)]))
    hat = look.part("hat", shade(robe, -0.05))
    sprite.fill(upright(hat, 0.88, 1.2, 0.05), smooth([(-0.075, 0.9), (-0.03, 1.06), (0.06, 1.2),
        (0.05, 1.08), (0.075, 0.9)], density=8))
    sprite.fill(shade(hat, -0.06), ellipse(0, 0.905, 0.16, 0.03))
    sprite.fill(from_hex("#d9b45a"), rectangle(-0.066, 0.915, 0.068, 0.935), inside=True)
