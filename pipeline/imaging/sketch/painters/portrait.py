"""A head and shoulders, drawn like a calm editorial illustration.

Local units: the lower edge of the bust at 0, the top of the head near 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.imaging.sketch.colour import Colour, from_hex, luminance, mix, shade
from pipeline.imaging.sketch.geometry import Outline, arc, ellipse, limb, outline, smooth
from pipeline.imaging.sketch.look import Look
from pipeline.imaging.sketch.sprite import Fade, Sprite, upright

# Outlines read better as dense lists of points than one number to a line.
# fmt: off

_MEN = frozenset(
    ["man", "gentleman", "king", "prince", "actor", "hombre", "homme", "mann", "chef",
     "businessman", "grandfather", "viking", "pirate", "ceo", "old man", "young man"]
)
_WOMEN = frozenset(
    ["woman", "girl", "lady", "queen", "princess", "actress", "mujer", "femme", "frau", "goddess",
     "geisha", "fairy", "grandmother", "mermaid", "businesswoman", "old woman", "young woman",
     "fashion model", "beauty", "influencer"]
)
_SKIN = ("#f0cdb0", "#e8b894", "#d49a72", "#b97b56", "#8d5a3e", "#6a4230", "#f3d6bf", "#c98e66")
_HAIR = ("#2b211e", "#3d2a22", "#5d3a26", "#8a5530", "#b5772f", "#d9b06a", "#1f1d22")
_CLOTH = ("#2f5d73", "#b5503c", "#d9a441", "#4f6b52", "#7a4a66", "#e3d6c2", "#33415c", "#c97f6a")


@dataclass(frozen=True)
class Sitter:
    """What was decided about the person before drawing."""

    skin: Colour
    hair: Colour
    cloth: Colour
    eye: Colour
    manly: bool
    old: bool
    style: str
    turn: float


def _decide(look: Look) -> Sitter:
    stream = look.stream
    manly = stream.child("sex").chance(0.45)
    if look.word in _WOMEN or look.tokens & _WOMEN:
        manly = False
    elif look.word in _MEN or look.tokens & _MEN or any(t.endswith("man") for t in look.tokens):
        manly = True
    old = "old" in look.flags or look.word.startswith(("old ", "grand")) or "old" in look.tokens
    skin = look.part("skin", from_hex(stream.child("skin").pick(_SKIN)))
    hair = look.part("hair", from_hex("#c9c6c2") if old
        else from_hex(stream.child("hair").pick(_HAIR)))
    cloth = next((look.parts[name] for name in ("dress", "shirt", "coat", "jacket", "suit",
        "sweater", "robe", "armor") if name in look.parts), look.colours[0] if look.colours
        else mix(from_hex(stream.child("cloth").pick(_CLOTH)), look.accent(0), 0.25))
    eye = look.part("eye", from_hex(stream.child("eye").pick(("#4a3424", "#3f5a4a", "#3f5f86",
        "#5a4a38"))))
    if "curly hair" in look.flags:
        style = "curly"
    elif "long hair" in look.flags:
        style = "long"
    elif "bun" in look.flags:
        style = "bun"
    elif "short hair" in look.flags:
        style = "short"
    else:
        style = stream.child("style").pick(("short", "side", "curly", "short") if manly
            else ("long", "bun", "bob", "curly", "long"))
    return Sitter(skin, hair, cloth, eye, manly, old, style, stream.child("turn").uniform(-1, 1))


def paint_portrait(sprite: Sprite, look: Look) -> None:
    """Paint a person's bust."""
    who = _decide(look)
    hood = "hood" in look.flags
    if not hood:
        _back_hair(sprite, look, who)
    else:
        cloak = look.part("cloak", look.part("hood", shade(who.cloth, -0.05)))
        sprite.fill(upright(shade(cloak, -0.08), 0.3, 1.0, 0.05),
            smooth([(0, 1.03), (0.2, 0.94), (0.25, 0.66), (0.24, 0.4), (0, 0.3), (-0.24, 0.4),
            (-0.25, 0.66), (-0.2, 0.94)]))
    _shoulders(sprite, look, who)
    _neck_and_head(sprite, who)
    _features(sprite, look, who)
    if "beard" in look.flags or (who.manly and look.stream.child("beard").chance(0.28)):
        _beard(sprite, who)
        _mouth(sprite, look, who)
    if hood:
        cloak = look.part("cloak", look.part("hood", shade(who.cloth, -0.05)))
        ring = np.concatenate([smooth([(0, 1.03), (0.19, 0.95), (0.235, 0.7), (0.2, 0.45),
            (0.12, 0.36)], closed=False), smooth([(0.1, 0.42), (0.15, 0.56), (0.155, 0.74),
            (0.1, 0.86), (0, 0.9)], closed=False)])
        sprite.fill(upright(cloak, 0.3, 1.0, 0.05), ring, ring * np.array([-1.0, 1.0]))
    else:
        _front_hair(sprite, look, who)
    _extras(sprite, look, who)


def _back_hair(sprite: Sprite, look: Look, who: Sitter) -> None:
    dark = shade(who.hair, -0.06)
    if who.style == "long":
        shape = smooth([(0, 0.95), (0.17, 0.9), (0.21, 0.68), (0.22, 0.45), (0.26, 0.22),
            (0.1, 0.14), (-0.1, 0.14), (-0.26, 0.22), (-0.22, 0.45), (-0.21, 0.68), (-0.17, 0.9)])
        sprite.fill(upright(dark, 0.15, 0.95, 0.05), shape)
        strands = [limb([(x * 0.7, 0.8), (x, 0.5), (x * 1.15, 0.2)], (0.006, 0.012, 0.003))
            for x in np.linspace(-0.21, 0.21, 13).tolist()]
        sprite.fill(shade(who.hair, 0.05), *strands, alpha=0.35, inside=True)
    elif who.style == "bob":
        sprite.fill(dark, smooth([(0, 0.95), (0.17, 0.9), (0.21, 0.68), (0.2, 0.5), (0.12, 0.45),
            (-0.12, 0.45), (-0.2, 0.5), (-0.21, 0.68), (-0.17, 0.9)]))
    elif who.style == "curly":
        stream = look.stream.child("curls")
        curls = [ellipse(float(np.cos(a)) * 0.19, 0.72 + float(np.sin(a)) * 0.19,
            stream.uniform(0.055, 0.08)) for a in np.linspace(-0.7, 3.84, 17).tolist()]
        low = ([] if who.manly else [ellipse(s * stream.uniform(0.17, 0.21), y,
            stream.uniform(0.05, 0.07)) for s in (-1, 1) for y in (0.42, 0.5, 0.57)])
        sprite.fill(upright(dark, 0.5, 0.95, 0.05), *curls, *low, ellipse(0, 0.74, 0.18, 0.18))
    elif who.style == "bun":
        sprite.fill(upright(dark, 0.85, 1.05, 0.05), ellipse(0.02, 0.985, 0.075, 0.065))
        sprite.fill(dark, ellipse(0, 0.75, 0.165, 0.19))
    else:
        sprite.fill(dark, ellipse(0, 0.76, 0.158, 0.175))


def _shoulders(sprite: Sprite, look: Look, who: Sitter) -> None:
    wide = 0.46 if who.manly else 0.38
    cloth = who.cloth
    body = smooth([(0.07, 0.4), (wide * 0.55, 0.33), (wide * 0.93, 0.25), (wide * 1.08, 0.08),
        (wide * 1.12, -0.12), (-wide * 1.12, -0.12), (-wide * 1.08, 0.08), (-wide * 0.93, 0.25),
        (-wide * 0.55, 0.33), (-0.07, 0.4)])
    sprite.fill(Fade((0, 0.4), (0, -0.05), shade(cloth, 0.02), shade(cloth, -0.09)), body)
    skin_shadow = shade(who.skin, -0.1)
    choice = look.stream.child("collar").integer(0, 3)
    if "suit" in look.parts or look.word in ("gentleman", "ceo", "businessman", "businesswoman"):
        choice = 4
    if choice == 0:
        sprite.fill(shade(cloth, -0.06), smooth([(-0.1, 0.46), (0.1, 0.46), (0.115, 0.36),
            (0, 0.33), (-0.115, 0.36)], density=6))
    elif choice in (1, 2):
        neckline = smooth([(-0.13, 0.4), (0.13, 0.4), (0.08, 0.28), (0, 0.235), (-0.08, 0.28)],
            density=8)
        sprite.fill(Fade((0, 0.4), (0, 0.22), skin_shadow, shade(who.skin, -0.02)), neckline)
        for side in (-1, 1):
            sprite.fill(shade(who.skin, -0.13), limb([(side * 0.02, 0.325), (side * 0.12, 0.35)],
                (0.008, 0.003), 4), alpha=0.7)
    elif choice == 3:
        sprite.fill(skin_shadow, smooth([(-0.1, 0.41), (0.1, 0.41), (0.06, 0.345), (0, 0.33),
            (-0.06, 0.345)], density=6))
        sprite.fill(shade(cloth, 0.07), limb([(-0.11, 0.4), (-0.06, 0.345), (0, 0.328),
            (0.06, 0.345), (0.11, 0.4)], (0.022, 0.022)))
    else:
        sprite.fill(from_hex("#f2efe8"), outline([(-0.11, 0.42), (0.11, 0.42), (0.05, 0.0),
            (0.0, -0.1), (-0.05, 0.0)]))
        sprite.fill(look.accent(0, 0.7, from_hex("#8a2f3a")),
            outline([(-0.025, 0.34), (0.025, 0.34), (0.035, 0.0), (0, -0.06), (-0.035, 0.0)]))
        for side in (-1, 1):
            sprite.fill(shade(cloth, -0.07), outline([(side * 0.1, 0.42), (side * 0.18, 0.36),
                (side * 0.14, 0.2), (side * 0.03, -0.08), (side * 0.02, 0.0)]))
    for side in (-1, 1):
        sprite.soft(shade(cloth, -0.14), limb([(side * wide * 0.78, 0.16),
            (side * wide * 0.7, -0.1)], (0.01, 0.03)), blur=0.012, alpha=0.7)


def _neck_and_head(sprite: Sprite, who: Sitter) -> None:
    skin, width = who.skin, 0.075 if who.manly else 0.06
    neck = outline([(-width, 0.54), (width, 0.54), (width * 1.12, 0.38), (width * 0.4, 0.335),
        (-width * 0.4, 0.335), (-width * 1.12, 0.38)])
    sprite.fill(Fade((0, 0.54), (0, 0.34), shade(skin, -0.15), shade(skin, -0.06)), neck)
    for side in (-1, 1):
        sprite.fill(shade(skin, -0.06), ellipse(side * 0.148, 0.635, 0.024, 0.042))
    jaw = 0.1 if who.manly else 0.078
    face = smooth([(0, 0.9), (0.1, 0.875), (0.142, 0.77), (0.141, 0.65), (0.125, 0.555),
        (jaw * 0.82, 0.478), (0, 0.448 if who.manly else 0.452), (-jaw * 0.82, 0.478),
        (-0.125, 0.555), (-0.141, 0.65), (-0.142, 0.77), (-0.1, 0.875)])
    sprite.fill(Fade((-0.1 * who.turn - 0.02, 0.75), (0.14, 0.5), shade(skin, 0.015),
        shade(skin, -0.05)), face)
    rosy = mix(skin, from_hex("#d9604f"), 0.4)
    for side in (-1, 1):
        sprite.soft(rosy, ellipse(side * 0.085 + 0.012 * who.turn, 0.585, 0.034, 0.026), blur=0.02,
            alpha=0.32)
    sprite.soft(shade(skin, -0.16), ellipse(0, 0.885, 0.13, 0.03), blur=0.02, alpha=0.5)


def _features(sprite: Sprite, look: Look, who: Sitter) -> None:
    skin, shift = who.skin, 0.014 * who.turn
    ink = mix(from_hex("#2a1f1c"), who.hair, 0.25)
    brow = mix(shade(who.hair, -0.08), ink, 0.35) if not who.old else from_hex("#a5a19c")
    for side in (-1, 1):
        x, y = side * 0.061 + shift, 0.652
        thick = 0.016 if who.manly else 0.011
        sprite.fill(brow, limb([(x - side * 0.03, y + 0.044), (x + side * 0.006, y + 0.056),
            (x + side * 0.036, y + 0.043)], (thick, thick, thick * 0.3)))
        sprite.soft(shade(skin, -0.1), ellipse(x, y + 0.016, 0.036, 0.016), blur=0.01, alpha=0.55)
        white = smooth([(x - 0.031, y - 0.003), (x, y + 0.0155), (x + 0.031, y), (x, y - 0.013)],
            density=8)
        sprite.fill(mix((0.97, 0.95, 0.93), skin, 0.12), white)
        iris_x = x + 0.003 * who.turn
        sprite.fill(who.eye, ellipse(iris_x, y + 0.001, 0.0135, 0.0138))
        sprite.fill(from_hex("#171213"), ellipse(iris_x, y + 0.001, 0.0066))
        sprite.fill((1, 1, 1), ellipse(iris_x + 0.0045, y + 0.006, 0.0034))
        lid = [(x - side * 0.031, y - 0.001), (x, y + 0.0165), (x + side * 0.034, y + 0.003)]
        sprite.fill(ink, limb(lid, (0.004, 0.008 if not who.manly else 0.006, 0.003)))
        if not who.manly:
            sprite.fill(ink, limb([(x + side * 0.026, y + 0.008), (x + side * 0.041, y + 0.014)],
                (0.006, 0.002), 3))
        sprite.fill(shade(skin, -0.13), limb([(x - side * 0.026, y + 0.022), (x, y + 0.029),
            (x + side * 0.03, y + 0.02)], (0.002, 0.004, 0.002)), alpha=0.7)
        if who.old:
            sprite.fill(shade(skin, -0.1), limb([(x - side * 0.02, y - 0.024),
                (x + side * 0.02, y - 0.028)], (0.003, 0.002), 3),
                limb([(side * 0.05, 0.58), (side * 0.07, 0.545), (side * 0.066, 0.52)],
                (0.004, 0.003)), alpha=0.8)
    dark = shade(skin, -0.11)
    lean = 0.012 if who.turn >= 0 else -0.012
    sprite.soft(dark, limb([(shift + lean * 0.5, 0.655), (shift + lean, 0.61),
        (shift + lean * 1.7, 0.585)], (0.006, 0.01, 0.02)), blur=0.006, alpha=0.6)
    sprite.fill(shade(skin, -0.17), limb([(shift - 0.02, 0.578), (shift, 0.571),
        (shift + 0.02, 0.578)], (0.003, 0.008, 0.003)), alpha=0.75)
    sprite.soft(shade(skin, 0.1), ellipse(shift - lean * 0.5, 0.6, 0.007, 0.014), blur=0.005,
        alpha=0.7)
    _mouth(sprite, look, who)
    if look.stream.child("freckles").chance(0.2) and luminance(skin) > 0.7:
        stream = look.stream.child("freckle")
        dots = [ellipse(stream.normal(0.05) + shift, 0.6 + stream.normal(0.012), 0.0026)
            for _ in range(26)]
        sprite.fill(mix(skin, from_hex("#a5623f"), 0.5), *dots, inside=True, alpha=0.6)


def _mouth(sprite: Sprite, look: Look, who: Sitter) -> None:
    shift = 0.014 * who.turn
    red = look.part("lip", look.part("lipstick", mix(who.skin, from_hex("#b3404a"), 0.38
        if who.manly else 0.62)))
    half = 0.043 if who.manly else 0.04
    up = 0.008 if "smile" in look.flags else 0.002
    upper = smooth([(shift - half, 0.527 + up), (shift - 0.012, 0.541), (shift, 0.537),
        (shift + 0.012, 0.541), (shift + half, 0.527 + up), (shift, 0.525)], density=6)
    lower = smooth([(shift - half, 0.527 + up), (shift, 0.5255), (shift + half, 0.527 + up),
        (shift + 0.018, 0.509), (shift - 0.018, 0.509)], density=6)
    sprite.fill(shade(red, -0.05), upper)
    sprite.fill(shade(red, 0.03), lower)
    sprite.fill(shade(red, -0.22), limb([(shift - half, 0.527 + up), (shift, 0.5255),
        (shift + half, 0.527 + up)], (0.003, 0.005, 0.003)))
    sprite.soft(shade(who.skin, -0.12), ellipse(shift, 0.496, 0.026, 0.008), blur=0.006, alpha=0.6)


def _beard(sprite: Sprite, who: Sitter) -> None:
    hair = shade(who.hair, -0.02)
    shape = np.concatenate([
        smooth([(-0.142, 0.63), (-0.128, 0.54), (-0.085, 0.455), (0, 0.415), (0.085, 0.455), (0.128,
        0.54), (0.142, 0.63)], closed=False),
        smooth([(0.125, 0.6), (0.09, 0.552), (0.04, 0.558), (0, 0.55), (-0.04, 0.558), (-0.09,
        0.552), (-0.125, 0.6)], closed=False),
    ])  # fmt: skip
    sprite.fill(upright(hair, 0.41, 0.6, 0.04), shape)
    strands = [limb([(x, 0.55), (x * 0.92, 0.44)], (0.004, 0.002), 2)
        for x in np.linspace(-0.1, 0.1, 15).tolist()]
    sprite.fill(shade(hair, 0.08), *strands, inside=True, alpha=0.3)


def _front_hair(sprite: Sprite, look: Look, who: Sitter) -> None:
    hair = who.hair
    paint = Fade((0, 0.98), (0, 0.7), shade(hair, 0.04), shade(hair, -0.04))
    flip = 1.0 if who.turn >= 0 else -1.0
    mirror = np.array([flip, 1.0])
    if who.style in ("long", "bob"):
        left = (smooth([(0.02, 0.955), (-0.1, 0.93), (-0.165, 0.82), (-0.165, 0.62), (-0.145, 0.54),
            (-0.135, 0.68), (-0.11, 0.79), (-0.03, 0.86)]) * mirror)
        right = (smooth([(-0.05, 0.95), (0.08, 0.945), (0.16, 0.84), (0.168, 0.62), (0.15, 0.54),
            (0.14, 0.7), (0.1, 0.8), (-0.02, 0.875)]) * mirror)
        sprite.fill(paint, left, right)
    elif who.style == "curly":
        stream = look.stream.child("fringe")
        curls = [ellipse(x, 0.885 - 1.6 * x * x + stream.uniform(-0.01, 0.015),
            stream.uniform(0.035, 0.05)) for x in np.linspace(-0.14, 0.14, 9).tolist()]
        sprite.fill(paint, *curls)
        rings = [limb([(float(c[:, 0].mean()) + 0.03 * float(np.cos(a)), float(c[:, 1].mean())
            + 0.03 * float(np.sin(a))) for a in np.linspace(0.4, 3.0, 6).tolist()], (0.005, 0.005),
            2) for c in curls]
        sprite.fill(shade(hair, 0.12), *rings, alpha=0.4)
    elif who.style == "bun":
        cap = (np.concatenate([smooth([(-0.15, 0.7), (-0.152, 0.84), (-0.09, 0.935), (0, 0.955),
            (0.09, 0.935), (0.152, 0.84), (0.15, 0.7)], closed=False),
            smooth([(0.128, 0.8), (0.06, 0.868), (-0.02, 0.875), (-0.1, 0.84), (-0.13, 0.78)],
            closed=False)]) * mirror)
        sprite.fill(paint, cap)
    elif who.style == "side":
        cap = (np.concatenate([smooth([(-0.152, 0.69), (-0.158, 0.84), (-0.1, 0.945), (0.02, 0.97),
            (0.12, 0.93), (0.158, 0.83), (0.15, 0.69)], closed=False),
            smooth([(0.135, 0.76), (0.12, 0.83), (0.02, 0.855), (-0.08, 0.825), (-0.13, 0.76)],
            closed=False)]) * mirror)
        sprite.fill(paint, cap)
    else:
        cap = np.concatenate([smooth([(-0.15, 0.69), (-0.157, 0.82), (-0.11, 0.925), (0, 0.955),
            (0.11, 0.925), (0.157, 0.82), (0.15, 0.69)], closed=False),
            smooth([(0.136, 0.77), (0.11, 0.845), (0.03, 0.868), (-0.05, 0.862), (-0.11, 0.845),
            (-0.136, 0.77)], closed=False)])
        sprite.fill(paint, cap)
    shine = [limb([(x - 0.03, 0.92 - abs(x) * 0.5), (x, 0.9 - abs(x) * 0.6),
        (x + 0.03, 0.885 - abs(x) * 0.6)], (0.002, 0.007, 0.002))
        for x in (-0.08, -0.04, 0.0, 0.05)]
    sprite.soft(shade(hair, 0.16), *shine, blur=0.004, alpha=0.45)


def _extras(sprite: Sprite, look: Look, who: Sitter) -> None:
    shift = 0.014 * who.turn
    metal = look.accent(0, 0.35, from_hex("#d9b45a"))
    if (
        not who.manly
        and look.stream.child("earring").chance(0.6)
        and "hood" not in look.flags
        and who.style in ("bun", "short", "side")
    ):
        sprite.fill(metal, ellipse(-0.15, 0.575, 0.012, 0.018), ellipse(0.15, 0.575, 0.012, 0.018))
    if "glasses" in look.flags:
        dark = "sunglasses" in look.parts
        frames: list[Outline] = []
        for side in (-1, 1):
            x = side * 0.062 + shift
            sprite.fill((0.1, 0.1, 0.13), ellipse(x, 0.652, 0.047, 0.042), alpha=0.75 if dark
                else 0.1)
            frames.append(limb([(x + 0.047 * float(np.cos(a)), 0.652 + 0.042 * float(np.sin(a)))
                for a in np.linspace(0, 6.29, 30).tolist()], (0.008, 0.008), 1))
            frames.append(limb([(x + side * 0.046, 0.66), (side * 0.148, 0.665)], (0.007, 0.006),
                1))
        frames.append(limb([(shift - 0.016, 0.657), (shift, 0.663), (shift + 0.016, 0.657)],
            (0.008, 0.008), 3))
        sprite.fill(from_hex("#2a2526"), *frames)
    if "hat" in look.flags or look.word in ("cowboy", "witch portrait"):
        felt = look.part("hat", mix(who.cloth, from_hex("#4a3a30"), 0.4))
        crown = smooth([(-0.15, 0.86), (-0.13, 1.02), (0, 1.05), (0.13, 1.02), (0.15, 0.86)],
            density=8)
        sprite.fill(upright(felt, 0.85, 1.05, 0.05), crown)
        sprite.fill(shade(felt, -0.16), outline([(-0.15, 0.86), (0.15, 0.86), (0.148, 0.9),
            (-0.148, 0.9)]))
        sprite.fill(upright(shade(felt, -0.02), 0.82, 0.9, 0.05), ellipse(0, 0.855, 0.27, 0.042))
    if "crown" in look.flags or look.word in ("queen", "king", "princess", "prince"):
        points = [(-0.13, 0.88)]
        for index in range(5):
            x = -0.13 + 0.065 * index
            points += [(x, 0.99 if index % 2 == 0 else 1.0)]
            if index < 4:
                points += [(x + 0.0325, 0.925)]
        points += [(0.13, 0.88)]
        gold = from_hex("#e0b44a")
        sprite.fill(upright(gold, 0.88, 1.0, 0.08), outline(points))
        sprite.fill(look.accent(1, 0.8, from_hex("#b8324a")), ellipse(0, 0.915, 0.014),
            ellipse(-0.07, 0.912, 0.01), ellipse(0.07, 0.912, 0.01))
    if "scarf" in look.parts:
        scarf = look.parts["scarf"]
        sprite.fill(upright(scarf, 0.3, 0.46, 0.06), smooth([(-0.15, 0.44), (0, 0.4), (0.15, 0.44),
            (0.18, 0.34), (0, 0.28), (-0.18, 0.34)]), limb([(0.08, 0.34), (0.13, 0.15),
            (0.11, -0.02)], (0.1, 0.11, 0.1)))
    if look.word == "elf" or look.word == "fairy":
        for side in (-1, 1):
            sprite.fill(shade(who.skin, -0.03), outline([(side * 0.14, 0.66), (side * 0.23, 0.76),
                (side * 0.145, 0.59)]))
        sprite.fill(metal, np.concatenate([arc(0, 0.78, 0.15, 25, 155)[::1],
            arc(0, 0.785, 0.138, 155, 25)]), alpha=0.8)
