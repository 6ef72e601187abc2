"""Animals sitting and looking at the viewer, in local units (feet at 0, top at 1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.imaging.sketch.colour import Colour, from_hex, mix, shade
from pipeline.imaging.sketch.geometry import Outline, ellipse, limb, outline, smooth
from pipeline.imaging.sketch.look import Look
from pipeline.imaging.sketch.sprite import Fade, Sprite, upright

# Outlines read better as dense lists of points than one number to a line.
# fmt: off

_DARK = from_hex("#2a2421")


@dataclass(frozen=True)
class Sitter:
    """How one kind of sitting animal differs from another.

    Attributes:
        coats: default coat colours (hex).
        ears: "point", "flop", "round", "long".
        head: (half width, half height).
        body: half width of the seated body.
        muzzle: half width of the muzzle patch; 0 for none.
        pale: how pale chest and muzzle are, 0 … 1.
        tail: "curl", "bush", "none".
        mane: whether a mane frames the head.
        stripes: whether the coat is striped.
        mask: "fox" cheeks, "panda" eye patches, or "".
        eye: default eye colour (hex), "" for plain dark eyes.
    """

    coats: tuple[str, ...]
    ears: str = "point"
    head: tuple[float, float] = (0.2, 0.165)
    body: float = 0.25
    muzzle: float = 0.075
    pale: float = 0.55
    tail: str = "curl"
    mane: bool = False
    stripes: bool = False
    mask: str = ""
    eye: str = ""


SITTERS: dict[str, Sitter] = {
    "cat": Sitter(("#d98e4a", "#5b5a60", "#8a7a6a", "#e8dcc8", "#3a3a40"), eye="#9db84a"),
    "dog": Sitter(("#c98f55", "#e0c08a", "#7a5238", "#d9d2c6"), "flop", (0.185, 0.185), 0.23, 0.1,
    0.5),
    "fox": Sitter(("#d8692c", "#cf6230"), "point", (0.2, 0.15), 0.2, 0.07, 0.95, "bush",
    mask="fox"),
    "wolf": Sitter(("#7d8288", "#8f8a82", "#5f656d"), "point", (0.185, 0.17), 0.22, 0.085, 0.7,
    "bush", mask="fox", eye="#d9b04a"),
    "bear": Sitter(("#7a5236", "#5f4230", "#8a6548"), "round", (0.21, 0.185), 0.31, 0.1, 0.35,
    "none"),
    "rabbit": Sitter(("#cbb59c", "#a8927c", "#e9e3da"), "long", (0.155, 0.145), 0.22, 0.06, 0.7,
    "none"),
    "lion": Sitter(("#d9a352", "#cf9848"), "round", (0.165, 0.165), 0.23, 0.085, 0.45, "curl",
    mane=True, eye="#b5822c"),
    "tiger": Sitter(("#e08a35", "#d98233"), "round", (0.195, 0.17), 0.25, 0.095, 0.85, "curl",
    stripes=True, eye="#c9a03a"),
}  # fmt: skip


def paint_sitter(sprite: Sprite, look: Look, sitter: Sitter) -> None:
    """Paint an animal that sits facing the viewer."""
    coat = look.main(*sitter.coats)
    if look.word in ("panda", "polar bear"):
        coat = look.colours[0] if look.colours else from_hex("#efece6")
    if look.word == "black cat" and not look.colours:
        coat = from_hex("#26262c")
    dark = _DARK if look.word == "panda" else shade(coat, -0.12)
    pale = mix(coat, from_hex("#f6efe4"), sitter.pale)
    head_y = 0.7 if sitter.ears != "long" else 0.56
    _tail(sprite, sitter, coat, pale)
    _body(sprite, look, sitter, coat, pale, dark, head_y)
    if sitter.mane:
        _mane(sprite, look, head_y, coat)
    _ears(sprite, look, sitter, coat, dark, head_y)
    _head(sprite, look, sitter, coat, pale, dark, head_y)


def _tail(sprite: Sprite, sitter: Sitter, coat: Colour, pale: Colour) -> None:
    if sitter.tail == "bush":
        brush = smooth([(0.14, 0.05), (0.36, 0.02), (0.5, 0.16), (0.46, 0.36), (0.38, 0.44),
            (0.36, 0.28), (0.26, 0.18)])
        sprite.fill(upright(shade(coat, -0.03), 0, 0.4, 0.07), brush)
        sprite.soft(pale, ellipse(0.42, 0.42, 0.1, 0.1), blur=0.02)
    elif sitter.tail == "curl":
        sprite.fill(shade(coat, -0.05), limb([(0.1, 0.05), (0.34, 0.04), (0.42, 0.13), (0.36, 0.24),
            (0.3, 0.2)], (0.08, 0.075, 0.065, 0.055, 0.04)))


def _body(
    sprite: Sprite,
    look: Look,
    sitter: Sitter,
    coat: Colour,
    pale: Colour,
    dark: Colour,
    head_y: float,
) -> None:
    half = sitter.body
    neck = head_y - 0.08
    back = smooth([(-0.1, neck), (-half * 0.72, 0.4), (-half, 0.2), (-half * 0.92, 0.04),
        (-0.1, 0.0), (0.1, 0.0), (half * 0.92, 0.04), (half, 0.2), (half * 0.72, 0.4), (0.1, neck)])
    sprite.fill(Fade((0, neck), (0, 0), coat, shade(coat, -0.08)), back)
    if sitter.stripes:
        for y in (0.2, 0.3, 0.4):
            for side in (-1, 1):
                sprite.fill(_DARK, limb([(side * half * 1.1, y + 0.02),
                    (side * half * 0.45, y - 0.015)], (0.035, 0.004), 4), inside=True)
    sprite.soft(pale, ellipse(0, 0.42, half * 0.42, 0.19), blur=0.03, alpha=0.9)
    leg = dark if look.word == "panda" else coat
    for side in (-1, 1):
        haunch = ellipse(side * half * 0.72, 0.13, half * 0.42, 0.135, -12 * side)
        sprite.fill(Fade((0, 0.26), (0, 0), shade(leg, 0.015), shade(leg, -0.07)), haunch)
        sprite.fill(shade(leg, -0.02), ellipse(side * half * 0.72, 0.025, half * 0.36, 0.034))
    for side in (-1, 1):
        front = limb([(side * 0.072, 0.38), (side * 0.075, 0.18), (side * 0.08, 0.03)],
            (0.09, 0.085, 0.09))
        sprite.fill(Fade((0, 0.4), (0, 0), leg, shade(leg, -0.03)), front)
        paw = (mix(leg, pale, 0.75) if sitter.pale > 0.6 and look.word != "panda"
            else shade(leg, 0.03))
        if sitter.mask == "fox":
            paw = mix(_DARK, leg, 0.25)
        sprite.fill(paw, ellipse(side * 0.082, 0.028, 0.062, 0.034))
        for dx in (-0.02, 0.02):
            sprite.fill(shade(paw, -0.16), limb([(side * 0.082 + dx, 0.008),
                (side * 0.082 + dx, 0.03)], (0.006, 0.005), 1))
    sprite.fill(shade(coat, -0.15), limb([(0, 0.34), (0, 0.04)], (0.008, 0.014), 3), alpha=0.6)
    sprite.ground()


def _mane(sprite: Sprite, look: Look, head_y: float, coat: Colour) -> None:
    stream = look.stream.child("mane")
    brown = look.part("mane", from_hex("#8a4f26"))
    for ring, (radius, tone) in enumerate(((0.29, -0.05), (0.25, 0.0), (0.21, 0.06))):
        locks = []
        for index in range(22):
            angle = 2 * np.pi * (index + 0.5 * ring) / 22 + stream.uniform(-0.06, 0.06)
            reach = radius * stream.uniform(0.94, 1.08)
            tip = (float(np.cos(angle)) * reach, head_y + float(np.sin(angle)) * reach * 0.95)
            root = (float(np.cos(angle)) * 0.08, head_y + float(np.sin(angle)) * 0.08)
            locks.append(limb([root, tip], (0.06, 0.035), 3))
        sprite.fill(mix(shade(brown, tone), coat, 0.12 * ring), *locks)


def _ears(
    sprite: Sprite, look: Look, sitter: Sitter, coat: Colour, dark: Colour, head_y: float
) -> None:
    wide, tall = sitter.head
    inner = mix(coat, from_hex("#e8a79c"), 0.55)
    for side in (-1, 1):
        if sitter.ears == "point":
            ear = smooth([(side * wide * 0.98, head_y + tall * 0.25),
                (side * wide * 0.95, head_y + tall * 1.72), (side * wide * 0.18, head_y + tall
                * 0.86)], density=8)
            ear = outline([(side * wide * 0.98, head_y + tall * 0.2),
                (side * wide * 0.99, head_y + tall * 0.8), (side * wide * 0.9, head_y + tall
                * 1.74), (side * wide * 0.5, head_y + tall * 1.3),
                (side * wide * 0.14, head_y + tall * 0.8)])
            sprite.mass(coat if sitter.mask != "fox" else shade(coat, -0.02), ear, fuse=0.012)
            core = outline([(side * wide * 0.86, head_y + tall * 0.6),
                (side * wide * 0.84, head_y + tall * 1.46), (side * wide * 0.38, head_y + tall
                * 0.92)])
            sprite.mass(inner if sitter.mask != "fox" else _DARK, core, fuse=0.012)
        elif sitter.ears == "round":
            colour = dark if look.word == "panda" else shade(coat, -0.03)
            sprite.fill(colour, ellipse(side * wide * 0.78, head_y + tall * 0.82, 0.066, 0.064))
            sprite.fill(mix(inner, dark, 0.5), ellipse(side * wide * 0.76, head_y + tall * 0.78,
                0.038, 0.036))
        elif sitter.ears == "long":
            ear = limb([(side * 0.06, head_y + tall * 0.7), (side * 0.09, head_y + 0.26),
                (side * 0.1, head_y + 0.41)], (0.06, 0.1, 0.035))
            sprite.fill(coat, ear)
            sprite.fill(inner, limb([(side * 0.065, head_y + tall), (side * 0.09, head_y + 0.26),
                (side * 0.1, head_y + 0.37)], (0.025, 0.05, 0.015)))


def _head(
    sprite: Sprite,
    look: Look,
    sitter: Sitter,
    coat: Colour,
    pale: Colour,
    dark: Colour,
    head_y: float,
) -> None:
    wide, tall = sitter.head
    skull = smooth([(0, head_y + tall), (wide * 0.7, head_y + tall * 0.8),
        (wide, head_y + tall * 0.05), (wide * 0.72, head_y - tall * 0.72), (0, head_y - tall),
        (-wide * 0.72, head_y - tall * 0.72), (-wide, head_y + tall * 0.05),
        (-wide * 0.7, head_y + tall * 0.8)])
    sprite.soft(shade(coat, -0.2), ellipse(0, head_y - tall * 1.02, wide * 0.7, 0.05), blur=0.03,
        alpha=0.6)
    sprite.fill(Fade((0, head_y + tall), (0, head_y - tall), shade(coat, 0.03), shade(coat, -0.04)),
        skull)
    if sitter.mask == "fox":
        for side in (-1, 1):
            cheek = smooth([(side * 0.02, head_y - tall * 0.2),
                (side * wide * 0.7, head_y - tall * 0.02), (side * wide * 1.12, head_y - tall
                * 0.3), (side * wide * 0.66, head_y - tall * 0.82), (0, head_y - tall * 1.02)])
            sprite.fill(pale, cheek)
    if sitter.stripes:
        for side in (-1, 1):
            for y, x in ((0.55, 0.55), (0.1, 0.8), (-0.3, 0.85)):
                sprite.fill(_DARK, limb([(side * wide * 1.05, head_y + tall * y),
                    (side * wide * x * 0.72, head_y + tall * y * 0.8)], (0.03, 0.004), 3),
                    inside=True)
        for dx in (-0.045, 0.0, 0.045):
            sprite.fill(_DARK, limb([(dx, head_y + tall * 0.98), (dx * 0.6, head_y + tall * 0.5)],
                (0.024, 0.004), 3), inside=True)
    if sitter.muzzle:
        low = head_y - tall * 0.46
        if sitter.ears == "flop" or sitter.muzzle > 0.09:
            sprite.fill(pale, ellipse(0, low, sitter.muzzle, sitter.muzzle * 0.82))
        else:
            sprite.fill(pale, ellipse(-sitter.muzzle * 0.5, low, sitter.muzzle * 0.66, sitter.muzzle
                * 0.56), ellipse(sitter.muzzle * 0.5, low, sitter.muzzle * 0.66, sitter.muzzle
                * 0.56))
    if sitter.ears == "flop":
        floppy = look.part("ear", shade(coat, -0.13))
        for side in (-1, 1):
            sprite.fill(upright(floppy, head_y - 0.14, head_y + 0.14, 0.04),
                smooth([(side * wide * 0.5, head_y + tall * 0.92),
                (side * wide * 1.12, head_y + tall * 0.5), (side * wide * 1.3, head_y - tall
                * 0.45), (side * wide * 0.96, head_y - tall * 0.62),
                (side * wide * 0.8, head_y + tall * 0.2)]))
    _features(sprite, look, sitter, coat, dark, head_y)


def _features(
    sprite: Sprite, look: Look, sitter: Sitter, coat: Colour, dark: Colour, head_y: float
) -> None:
    wide, tall = sitter.head
    eye_x, eye_y = wide * 0.44, head_y + tall * 0.06
    iris = look.part("eye", from_hex(sitter.eye) if sitter.eye else _DARK)
    for side in (-1, 1):
        if look.word == "panda":
            sprite.fill(_DARK, ellipse(side * eye_x, eye_y - 0.01, 0.046, 0.058, side * 25))
        size = 0.034 if sitter.eye or "eye" in look.parts else 0.026
        sprite.fill(mix(_DARK, coat, 0.1), ellipse(side * eye_x, eye_y, size * 1.16, size * 1.1))
        if sitter.eye or "eye" in look.parts:
            sprite.fill(Fade((0, eye_y + size), (0, eye_y - size), shade(iris, -0.1),
                shade(iris, 0.1)), ellipse(side * eye_x, eye_y, size, size * 0.94))
            pupil = ((size * 0.3, size * 0.8) if sitter.muzzle < 0.08 and not sitter.mask
                else (size * 0.52, size * 0.55))
            sprite.fill(_DARK, ellipse(side * eye_x, eye_y, *pupil))
        sprite.fill((1.0, 1.0, 1.0), ellipse(side * eye_x + size * 0.3, eye_y + size * 0.36, size
            * 0.24), alpha=0.95)
    low = head_y - tall * 0.3
    nose = (from_hex("#d98f86") if sitter.ears in ("long",)
        or (sitter.ears == "point" and not sitter.mask) else _DARK)
    scale = 1.5 if sitter.muzzle > 0.08 else 1.0
    sprite.fill(nose, smooth([(-0.022 * scale, low + 0.008), (0.022 * scale, low + 0.008),
        (0.0, low - 0.018 * scale)], density=6))
    line = mix(dark, _DARK, 0.6)
    sprite.fill(line, limb([(0, low - 0.012), (0, low - 0.036)], (0.005, 0.005), 1),
        limb([(0, low - 0.036), (-0.024, low - 0.052), (-0.05, low - 0.044)], (0.006, 0.004), 4),
        limb([(0, low - 0.036), (0.024, low - 0.052), (0.05, low - 0.044)], (0.006, 0.004), 4))
    if (sitter.ears in ("point", "long") and not sitter.mask) or sitter.stripes or sitter.mane:
        whiskers: list[Outline] = []
        for side in (-1, 1):
            for drop in (0.0, -0.022, -0.044):
                whiskers.append(limb([(side * 0.06, low - 0.02 + drop * 0.4),
                    (side * 0.2, low - 0.012 + drop)], (0.004, 0.0015), 3))
        sprite.fill(mix(from_hex("#f6f1ea"), coat, 0.2), *whiskers, alpha=0.75)


def paint_owl(sprite: Sprite, look: Look) -> None:
    """Paint an owl on a bough."""
    coat = look.main("#8a6a4c", "#9a8468", "#a59a8c")
    pale = mix(coat, from_hex("#f3e8d4"), 0.65)
    sprite.fill(from_hex("#6a4f3a"), limb([(-0.75, 0.06), (0, 0.09), (0.75, 0.04)],
        (0.07, 0.085, 0.06)))
    sprite.fill(Fade((-0.3, 0), (0.3, 0), coat, shade(coat, -0.06)),
        smooth([(0, 0.96), (0.24, 0.92), (0.3, 0.6), (0.24, 0.2), (0.0, 0.1), (-0.24, 0.2),
        (-0.3, 0.6), (-0.24, 0.92)]))
    for side in (-1, 1):
        sprite.fill(shade(coat, -0.03), outline([(side * 0.25, 0.86), (side * 0.22, 1.04),
            (side * 0.08, 0.93)]))
        sprite.fill(upright(shade(coat, -0.1), 0.2, 0.6, 0.05),
            smooth([(side * 0.2, 0.62), (side * 0.32, 0.46), (side * 0.26, 0.16),
            (side * 0.15, 0.34)]))
    sprite.fill(pale, ellipse(0, 0.4, 0.17, 0.24))
    flecks = [ellipse(x + (0.03 if row % 2 else 0), 0.54 - row * 0.065, 0.017, 0.01)
        for row in range(6) for x in (-0.1, -0.04, 0.02, 0.08)]
    sprite.fill(shade(coat, -0.02), *flecks, inside=True)
    eye = look.part("eye", from_hex("#e9a52f"))
    for side in (-1, 1):
        sprite.fill(pale, ellipse(side * 0.115, 0.76, 0.125, 0.13))
        sprite.fill(shade(pale, -0.1), ellipse(side * 0.11, 0.76, 0.09, 0.094))
        sprite.fill(eye, ellipse(side * 0.105, 0.765, 0.068))
        sprite.fill(_DARK, ellipse(side * 0.1, 0.765, 0.036))
        sprite.fill((1, 1, 1), ellipse(side * 0.1 + 0.014, 0.782, 0.012))
        for dx in (-0.03, 0.0, 0.03):
            sprite.fill(from_hex("#c99a4a"), limb([(side * 0.09 + dx, 0.13),
                (side * 0.09 + dx, 0.07)], (0.022, 0.018), 2))
    sprite.fill(from_hex("#d9a23f"), smooth([(-0.03, 0.73), (0.03, 0.73), (0.0, 0.65)], density=6))


def paint_penguin(sprite: Sprite, look: Look) -> None:
    """Paint a penguin."""
    coat = look.main("#2b3340", "#333a46")
    sprite.fill(from_hex("#e8963a"), ellipse(-0.1, 0.02, 0.085, 0.03),
        ellipse(0.1, 0.02, 0.085, 0.03))
    for side in (-1, 1):
        sprite.fill(shade(coat, -0.03), smooth([(side * 0.2, 0.62), (side * 0.34, 0.4),
            (side * 0.33, 0.24), (side * 0.2, 0.4)]))
    sprite.fill(Fade((-0.25, 0), (0.25, 0), shade(coat, 0.04), shade(coat, -0.05)),
        smooth([(0, 1.0), (0.13, 0.96), (0.17, 0.82), (0.24, 0.5), (0.24, 0.16), (0.1, 0.02),
        (-0.1, 0.02), (-0.24, 0.16), (-0.24, 0.5), (-0.17, 0.82), (-0.13, 0.96)]))
    sprite.fill(from_hex("#f5f1e8"), smooth([(0, 0.72), (0.14, 0.62), (0.185, 0.36), (0.15, 0.1),
        (0, 0.04), (-0.15, 0.1), (-0.185, 0.36), (-0.14, 0.62)]))
    for side in (-1, 1):
        sprite.soft(from_hex("#f2b84a"), ellipse(side * 0.13, 0.8, 0.035, 0.06), blur=0.012)
        sprite.fill((1, 1, 1), ellipse(side * 0.07, 0.88, 0.024))
        sprite.fill(_DARK, ellipse(side * 0.066, 0.88, 0.015))
    sprite.fill(from_hex("#e8963a"), smooth([(-0.035, 0.84), (0.035, 0.84), (0.0, 0.77)],
        density=6))
