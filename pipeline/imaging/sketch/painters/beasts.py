"""Animals seen from the side, standing or walking, in local units (feet at 0, looking right)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.imaging.sketch.colour import Colour, from_hex, mix, shade
from pipeline.imaging.sketch.geometry import Outline, Point, ellipse, limb, smooth
from pipeline.imaging.sketch.look import Look
from pipeline.imaging.sketch.sprite import Sprite, upright

# Outlines read better as dense lists of points than one number to a line.
# fmt: off

_DARK = from_hex("#2a2421")


@dataclass(frozen=True)
class Beast:
    """The proportions of a four-legged animal; the crown of its head is near y = 1.

    Attributes:
        coats: default colours (hex).
        half: half the length between hips and shoulders.
        belly: height of the belly line; the legs reach up to it.
        girth: thickness of (hips, waist, chest).
        leg: thickness of a leg at (top, foot).
        head_at: where the middle of the skull is.
        skull: thickness of the head at (back, muzzle), and its length.
        nod: how far the muzzle hangs below the skull.
        neck: thickness of the neck at (shoulder, head).
        tail: points of the tail from the hips, with thickness at (root, tip).
        ear: height of the ears; negative hangs.
        extras: "antlers", "horns", "trunk", "wool", "stripes", "spots", "hump",
            "patches", "ruff".
    """

    coats: tuple[str, ...]
    half: float = 0.42
    belly: float = 0.45
    girth: tuple[float, float, float] = (0.26, 0.24, 0.3)
    leg: tuple[float, float] = (0.1, 0.05)
    head_at: Point = (0.62, 0.88)
    skull: tuple[float, float, float] = (0.15, 0.08, 0.2)
    nod: float = 0.1
    neck: tuple[float, float] = (0.2, 0.13)
    tail: tuple[tuple[Point, ...], float, float] = (((-0.08, -0.1), (-0.12, -0.3)), 0.04, 0.02)
    ear: float = 0.1
    extras: tuple[str, ...] = ()


BEASTS: dict[str, Beast] = {
    "deer": Beast(
        ("#9a6a42", "#8a5f40", "#b08052"), 0.22, 0.38, (0.18, 0.155, 0.19), (0.065, 0.03),
        (0.36, 0.73), (0.09, 0.05, 0.12), 0.06, (0.14, 0.075),
        (((-0.04, 0.02), (-0.07, -0.03)), 0.05, 0.03), 0.09, ("antlers",)),
    "dog": Beast(
        ("#c08a54", "#7a5540", "#d8c8a8", "#4a4644"), 0.3, 0.42, (0.21, 0.18, 0.27), (0.11, 0.06),
        (0.47, 0.86), (0.18, 0.1, 0.18), 0.06, (0.2, 0.16),
        (((-0.1, 0.12), (-0.2, 0.26)), 0.06, 0.03), -0.15),
    "wolf": Beast(
        ("#6f747a", "#86817a", "#54595f"), 0.33, 0.42, (0.23, 0.2, 0.29), (0.11, 0.055),
        (0.54, 0.82), (0.19, 0.075, 0.21), 0.06, (0.26, 0.18),
        (((-0.14, -0.06), (-0.26, -0.22)), 0.09, 0.07), 0.13),
    "fox": Beast(
        ("#d2662c", "#c85f2c"), 0.32, 0.36, (0.21, 0.18, 0.23), (0.09, 0.045),
        (0.52, 0.74), (0.19, 0.06, 0.2), 0.07, (0.2, 0.16),
        (((-0.16, 0.0), (-0.4, -0.08), (-0.6, -0.12)), 0.1, 0.13), 0.15),
    "cat": Beast(
        ("#d08a4a", "#5b5a60", "#8a7a6a", "#33333a"), 0.31, 0.34, (0.22, 0.19, 0.22), (0.1, 0.06),
        (0.47, 0.74), (0.2, 0.12, 0.09), 0.03, (0.17, 0.16),
        (((-0.12, 0.14), (-0.2, 0.36), (-0.1, 0.46)), 0.06, 0.045), 0.12),
    "bear": Beast(
        ("#6a4630", "#5a3e2e"), 0.36, 0.32, (0.42, 0.38, 0.44), (0.19, 0.14),
        (0.6, 0.68), (0.28, 0.14, 0.2), 0.08, (0.36, 0.28),
        (((-0.04, -0.02), (-0.06, -0.05)), 0.08, 0.06), 0.09),
    "elephant": Beast(
        ("#8a8c94", "#7d8088"), 0.36, 0.36, (0.46, 0.46, 0.46), (0.18, 0.16),
        (0.6, 0.76), (0.3, 0.2, 0.12), 0.06, (0.36, 0.3),
        (((-0.06, -0.16), (-0.08, -0.34)), 0.03, 0.025), 0.0, ("trunk",)),
    "cow": Beast(
        ("#f0ebe2", "#8a5a3c", "#4a4240"), 0.4, 0.38, (0.33, 0.33, 0.35), (0.13, 0.075),
        (0.66, 0.84), (0.19, 0.14, 0.18), 0.14, (0.28, 0.2),
        (((-0.06, -0.1), (-0.08, -0.4)), 0.03, 0.05), -0.08, ("horns", "patches")),
    "sheep": Beast(
        ("#f0ece2", "#e4ddd0"), 0.32, 0.36, (0.38, 0.4, 0.38), (0.08, 0.06),
        (0.54, 0.8), (0.17, 0.11, 0.15), 0.1, (0.22, 0.16),
        (((-0.04, -0.04), (-0.07, -0.1)), 0.06, 0.05), -0.1, ("wool",)),
    "lion": Beast(
        ("#d2a052", "#c9974c"), 0.38, 0.38, (0.27, 0.23, 0.31), (0.13, 0.09),
        (0.58, 0.78), (0.22, 0.13, 0.14), 0.05, (0.3, 0.26),
        (((-0.12, -0.06), (-0.22, -0.26), (-0.3, -0.24)), 0.05, 0.06), 0.05, ("ruff",)),
    "tiger": Beast(
        ("#dc8434", "#d67e32"), 0.41, 0.38, (0.28, 0.24, 0.3), (0.13, 0.09),
        (0.64, 0.76), (0.23, 0.13, 0.13), 0.05, (0.28, 0.24),
        (((-0.14, -0.04), (-0.28, -0.2), (-0.36, -0.1)), 0.06, 0.05), 0.06, ("stripes",)),
    "giraffe": Beast(
        ("#d9a85a", "#cf9c50"), 0.2, 0.38, (0.17, 0.17, 0.2), (0.065, 0.03),
        (0.45, 0.95), (0.07, 0.045, 0.09), 0.04, (0.15, 0.055),
        (((-0.04, -0.06), (-0.05, -0.22)), 0.016, 0.03), 0.05, ("spots",)),
    "camel": Beast(
        ("#c79a62", "#b98c58"), 0.3, 0.46, (0.24, 0.25, 0.27), (0.1, 0.055),
        (0.62, 0.96), (0.12, 0.08, 0.15), 0.06, (0.17, 0.1),
        (((-0.04, -0.06), (-0.06, -0.22)), 0.03, 0.03), 0.05, ("hump",)),
    "rabbit": Beast(
        ("#bda58a", "#a08a74", "#e6e0d6"), 0.3, 0.18, (0.42, 0.4, 0.34), (0.14, 0.1),
        (0.46, 0.58), (0.26, 0.16, 0.1), 0.04, (0.26, 0.22),
        (((-0.08, 0.04), (-0.1, 0.05)), 0.13, 0.12), 0.38),
}  # fmt: skip


def paint_beast(sprite: Sprite, look: Look, beast: Beast) -> None:
    """Paint a four-legged animal from the side."""
    coat = look.main(*beast.coats)
    if look.word in ("panther", "jaguar") and not look.colours:
        coat = from_hex("#2c2a30")
    if look.word == "polar bear" and not look.colours:
        coat = from_hex("#f0ece2")
    running = "running" in look.flags
    hips, chest, back = _joints(beast)
    for near in (False, True):
        if near:
            _torso(sprite, look, beast, coat, hips, chest)
        _legs(sprite, look, beast, coat, near, running)
    _markings(sprite, look, beast, coat, back)
    _head(sprite, look, beast, coat)
    sprite.ground(-0.01)


def _joints(beast: Beast) -> tuple[Point, Point, float]:
    hips = (-beast.half, beast.belly + beast.girth[0] / 2)
    chest = (beast.half * 0.86, beast.belly + beast.girth[2] / 2)
    return hips, chest, beast.belly + max(beast.girth)


def _torso(
    sprite: Sprite, look: Look, beast: Beast, coat: Colour, hips: Point, chest: Point
) -> None:
    middle = (0.0, beast.belly + beast.girth[1] * 0.55)
    points, root, tip = beast.tail
    start = (hips[0] - beast.girth[0] * 0.3, hips[1] + beast.girth[0] * 0.2)
    tail = [start, *((start[0] + x, start[1] + y) for x, y in points)]
    hair = look.part("tail", coat)
    sprite.fill(hair, limb(tail, (root, root, tip)))
    if beast is BEASTS["fox"]:
        end = tail[-1]
        sprite.soft(from_hex("#f4ece0"), ellipse(end[0], end[1], 0.1, 0.09), blur=0.02)
    if beast.belly > 0.3 and "wool" not in beast.extras and tip < 0.045:
        sprite.fill(shade(coat, -0.2), ellipse(tail[-1][0], tail[-1][1], tip * 1.1, tip * 1.6))
    head_x, head_y = beast.head_at
    neck = limb([(chest[0] - 0.03, chest[1] + 0.03), ((chest[0] + head_x) / 2, (chest[1] + head_y)
        / 2), (head_x, head_y)], beast.neck)
    body = limb([hips, middle, chest], (beast.girth[0] * 0.95, beast.girth[1], beast.girth[2]
        * 0.95))
    rump = ellipse(hips[0] + 0.01, hips[1] + 0.01, beast.girth[0] * 0.58, beast.girth[0] * 0.56)
    breast = ellipse(chest[0], chest[1], beast.girth[2] * 0.52, beast.girth[2] * 0.56)
    parts: list[Outline] = [body, neck, rump, breast]
    if "hump" in beast.extras:
        parts.append(ellipse(-0.04, beast.belly + 0.34, 0.13, 0.13))
    if "wool" in beast.extras:
        stream = look.stream.child("wool")
        for index in range(26):
            t = index / 26 * 2 * np.pi
            x, y = float(np.cos(t)) * 0.44, beast.belly + 0.22 + float(np.sin(t)) * 0.2
            parts.append(ellipse(x, y, 0.085 * stream.uniform(0.85, 1.15)))
        parts.append(ellipse(0, beast.belly + 0.22, 0.45, 0.22))
    sprite.mass(upright(coat, beast.belly, beast.belly + 0.4, 0.06), *parts, fuse=0.03)
    belly = mix(coat, from_hex("#f4ebdc"), 0.4)
    if look.word != "panther":
        sprite.soft(belly, ellipse(0, beast.belly - 0.01, beast.half * 0.95, 0.07), blur=0.04,
            alpha=0.6)


def _legs(
    sprite: Sprite, look: Look, beast: Beast, coat: Colour, near: bool, running: bool
) -> None:
    top, foot = beast.leg
    colour = shade(coat, -0.02 if near else -0.13)
    shift = 0.0 if near else beast.half * 0.16
    reach = 0.16 if running else 0.0
    stride = 0.03 if near else -0.05
    hind_x, front_x = -beast.half - 0.02 + shift, beast.half * 0.82 + shift * 0.8
    hip_y, knee_y = beast.belly + beast.girth[0] * 0.42, beast.belly * 0.5
    lift = 0.12 if running and near else 0.0
    hind = [(hind_x, hip_y), (hind_x + 0.04 + stride - reach, knee_y + 0.04),
        (hind_x - 0.05 + stride - reach * 1.6, knee_y * 0.8),
        (hind_x - 0.03 + stride - reach * 2, 0.02 + lift)]
    fore = [(front_x, hip_y), (front_x + stride * 0.5 + reach, knee_y),
        (front_x - stride * 0.6 + reach * (1.7 if near else 0.7), 0.02 + lift * 0.6)]
    sprite.fill(colour, limb(hind, (top * 1.6, top * 0.95, foot * 1.15, foot)),
        limb(fore, (top * 1.2, top * 0.7, foot)))
    paw = mix(colour, _DARK, 0.6) if beast is not BEASTS["rabbit"] else colour
    for x, y in (hind[-1], fore[-1]):
        sprite.fill(paw, ellipse(x + foot * 0.3, y - 0.002, foot * 0.85, foot * 0.5))
    if beast is BEASTS["fox"]:
        sprite.fill(_DARK, limb(hind[2:], (foot * 1.2, foot)), limb(fore[1:], (foot * 1.1, foot)),
            alpha=0.85)


def _markings(sprite: Sprite, look: Look, beast: Beast, coat: Colour, back: float) -> None:
    stream = look.stream.child("marks")
    if "stripes" in beast.extras:
        if look.word in ("panther", "lynx", "puma"):
            return
        for x in np.arange(-beast.half - 0.2, beast.head_at[0] + 0.1, 0.07).tolist():
            slant = stream.uniform(-0.03, 0.03)
            length = stream.uniform(0.16, 0.3)
            if look.word in ("leopard", "cheetah", "jaguar"):
                break
            sprite.fill(_DARK, limb([(x, back + 0.34), (x + 0.03 + slant, back - 0.02),
                (x + slant, back - length)], (0.028, 0.026, 0.004)), inside=True)
    if "spots" in beast.extras or look.word in ("leopard", "cheetah", "jaguar", "dalmatian"):
        colour = shade(coat, -0.22) if "spots" in beast.extras else _DARK
        size = 0.03 if "spots" in beast.extras else 0.018
        spots = [ellipse(stream.uniform(-beast.half - 0.15, beast.head_at[0]),
            stream.uniform(beast.belly * 0.7, 0.95), size * stream.uniform(0.7, 1.4), size
            * stream.uniform(0.6, 1.1)) for _ in range(70)]
        sprite.fill(colour, *spots, inside=True, alpha=0.85)
    if "patches" in beast.extras and not look.colours and look.word == "cow":
        patches = [ellipse(-0.35, 0.62, 0.17, 0.12, 20), ellipse(0.12, 0.7, 0.14, 0.1),
            ellipse(0.4, 0.5, 0.1, 0.09), ellipse(-0.05, 0.45, 0.1, 0.06)]
        sprite.fill(from_hex("#3a3433"), *patches, inside=True)


def _head(sprite: Sprite, look: Look, beast: Beast, coat: Colour) -> None:
    x, y = beast.head_at
    back, front, length = beast.skull
    tip = (x + length, y - beast.nod)
    face = from_hex("#4a4340") if look.word == "sheep" and not look.colours else coat
    if "ruff" in beast.extras and look.word != "lioness":
        mane = look.part("mane", from_hex("#8a5228"))
        for ring, radius in enumerate((0.3, 0.24)):
            tufts = [ellipse(x - 0.08 + float(np.cos(a)) * radius * 0.6, y - 0.06 + float(np.sin(a))
                * radius * 0.7, 0.1) for a in np.linspace(0, 6.28, 15).tolist()]
            sprite.fill(shade(mane, 0.05 * ring), *tufts, ellipse(x - 0.08, y - 0.06, radius * 0.7,
                radius * 0.8))
    _horns(sprite, look, beast, x, y)
    if beast.ear > 0:
        for dx, tone in ((-0.02, -0.1), (-0.07, 0.0)):
            lean = -0.06 if beast.ear < 0.2 else -0.14
            ear = limb([(x + dx, y + back * 0.3), (x + dx + lean * 0.5, y + back * 0.4 + beast.ear
                * 0.6), (x + dx + lean, y + back * 0.4 + beast.ear)],
                (beast.ear * 0.5, beast.ear * 0.42, 0.012))
            sprite.fill(shade(face, tone), ear)
    sprite.mass(upright(face, y - back, y + back, 0.04),
        limb([(x - back * 0.1, y), (x + length * 0.5, y - beast.nod * 0.4), tip],
        (back, back * 0.72, front)), fuse=0.012)
    if beast in (BEASTS["fox"], BEASTS["wolf"]):
        sprite.soft(from_hex("#f4ece0"), limb([(x, y - back * 0.5), tip], (0.07, 0.05)), blur=0.015,
            alpha=0.9)
    if "trunk" in beast.extras:
        trunk = [(x + 0.12, y - 0.02), (x + 0.25, y - 0.22), (x + 0.27, y - 0.48),
            (x + 0.36, y - 0.62)]
        sprite.fill(upright(coat, 0.1, 0.7, 0.06), limb(trunk, (0.2, 0.13, 0.09, 0.06)))
        sprite.fill(from_hex("#f2ead8"), limb([(x + 0.15, y - 0.17), (x + 0.27, y - 0.27),
            (x + 0.4, y - 0.26)], (0.05, 0.045, 0.012)))
        flap = smooth([(x - 0.08, y + 0.14), (x - 0.22, y + 0.12), (x - 0.27, y - 0.08),
            (x - 0.16, y - 0.26), (x - 0.04, y - 0.1)])
        sprite.fill(upright(shade(coat, -0.05), y - 0.25, y + 0.15, 0.05), flap)
    if beast.ear < 0:
        ear = limb([(x - 0.04, y + back * 0.36), (x - 0.09, y), (x - 0.06, y + beast.ear)],
            (0.06, 0.1, 0.06))
        sprite.fill(shade(face, -0.12), ear)
    sprite.fill(_DARK, ellipse(x + length * 0.22, y + back * 0.12, 0.019),
        ellipse(tip[0] + front * 0.3, tip[1] + front * 0.15, front * 0.22) if beast.skull[2] > 0.13
        and "trunk" not in beast.extras
        else ellipse(x + length * 0.22, y + back * 0.12, 0.016))


def _horns(sprite: Sprite, look: Look, beast: Beast, x: float, y: float) -> None:
    bone = from_hex("#cdb892")
    if "antlers" in beast.extras and look.word not in ("doe", "fawn"):
        for side, tone in ((0.05, -0.14), (0.0, 0.0)):
            beam = [(x - 0.01 + side, y + 0.04), (x - 0.07 + side, y + 0.14),
                (x - 0.02 + side, y + 0.27)]
            tines = [[(x - 0.05 + side, y + 0.1), (x + 0.03 + side, y + 0.16)],
                [(x - 0.065 + side, y + 0.16), (x + 0.03 + side, y + 0.22)],
                [(x - 0.06 + side, y + 0.19), (x - 0.12 + side, y + 0.27)]]
            colour = shade(from_hex("#8a7358"), tone)
            sprite.fill(colour, limb(beam, (0.022, 0.018, 0.006)),
                *(limb(tine, (0.014, 0.005), 3) for tine in tines))
    if "horns" in beast.extras:
        sprite.fill(bone, limb([(x - 0.02, y + 0.08), (x + 0.02, y + 0.18), (x + 0.09, y + 0.2)],
            (0.04, 0.03, 0.008)))
    if look.word == "giraffe":
        sprite.fill(_DARK, limb([(x, y + 0.02), (x - 0.01, y + 0.06)], (0.012, 0.016), 2))
