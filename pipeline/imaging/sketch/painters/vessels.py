"""Cups, bottles, glasses, vases and other turned things, in local units."""

from __future__ import annotations

import numpy as np

from pipeline.imaging.sketch.colour import Colour, from_hex, mix, shade
from pipeline.imaging.sketch.geometry import (
    Outline,
    arc,
    ellipse,
    lathe,
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

_GLAZES = ("#e9e2d6", "#3f6f7c", "#c9785a", "#8fa396", "#d9a84e", "#4a5568", "#b5604a")


def ceramic(
    sprite: Sprite, colour: Colour, shape: Outline, half: float, gloss: float = 0.5
) -> None:
    """Paint a round glazed body: light from the left, a soft highlight, a dark right side."""
    sprite.fill(Fade((-half, 0), (half, 0), shade(colour, 0.05), shade(colour, -0.12)), shape)
    low, high = float(shape[:, 1].min()), float(shape[:, 1].max())
    tall = high - low
    sprite.soft(shade(colour, -0.16), limb([(half * 0.95, low + tall * 0.15),
        (half * 0.8, low + tall * 0.9)], (half * 0.5, half * 0.4)), blur=half * 0.22, alpha=0.7)
    sprite.soft((1, 1, 1), limb([(-half * 0.55, low + tall * 0.25),
        (-half * 0.58, low + tall * 0.75)], (half * 0.1, half * 0.14)), blur=half * 0.1,
        alpha=gloss)


def steam(sprite: Sprite, look: Look, x: float, y: float, tall: float = 0.5) -> None:
    """Let steam curl up from (x, y)."""
    stream = look.stream.child("steam")
    for index in range(3):
        px, rise = x + (index - 1) * 0.13, tall * (0.75 + 0.25 * (index == 1))
        sway = stream.uniform(0.03, 0.05)
        wisp = limb([(px, y), (px + sway, y + rise * 0.3), (px - sway, y + rise * 0.65),
            (px + sway * 0.8, y + rise)], (0.012, 0.035, 0.035, 0.004))
        sprite.soft((1, 1, 1), wisp, blur=0.022, alpha=0.4, inside=False)


def paint_cup(sprite: Sprite, look: Look) -> None:
    """Paint a cup on its saucer, with what is in it."""
    glaze = look.main(*_GLAZES)
    sprite.fill(shade(glaze, -0.08), ellipse(0, 0.035, 0.62, 0.085))
    sprite.fill(upright(glaze, 0.0, 0.1, 0.05), ellipse(0, 0.055, 0.6, 0.078))
    sprite.fill(shade(glaze, -0.1), ellipse(0, 0.065, 0.34, 0.04))
    ring = limb([(0.36, 0.66), (0.58, 0.64), (0.6, 0.42), (0.34, 0.3)], (0.075, 0.075, 0.075, 0.06),
        10)
    sprite.fill(Fade((0.3, 0.6), (0.62, 0.4), shade(glaze, -0.02), shade(glaze, -0.14)), ring)
    body = lathe([(0.2, 0.06), (0.32, 0.16), (0.405, 0.45), (0.43, 0.82)])
    ceramic(sprite, glaze, body, 0.43)
    sprite.fill(shade(glaze, 0.08), ellipse(0, 0.82, 0.432, 0.088))
    drink = from_hex("#4a2c1c")
    if look.word in ("tea", "cup of tea", "tea cup", "teacup"):
        drink = from_hex("#b5652a")
    elif look.word == "matcha":
        drink = from_hex("#8fae52")
    elif look.word in ("latte", "cappuccino", "hot chocolate"):
        drink = from_hex("#c99a6a")
    drink = look.part("liquid", drink)
    sprite.fill(shade(glaze, -0.2), ellipse(0, 0.815, 0.4, 0.074))
    sprite.fill(Fade((-0.4, 0.85), (0.4, 0.75), shade(drink, 0.07), shade(drink, -0.03)),
        ellipse(0, 0.805, 0.385, 0.064))
    if look.word in ("latte", "cappuccino"):
        foam = from_hex("#f6ead6")
        sprite.fill(foam, smooth([(0, 0.765), (0.13, 0.81), (0.1, 0.838), (0, 0.822), (-0.1, 0.838),
            (-0.13, 0.81)]))
    steam(sprite, look, 0.0, 0.86, 0.5)


def paint_bowl(sprite: Sprite, look: Look) -> None:
    """Paint a bowl of food: fruit, noodles or salad by the word."""
    stream = look.stream.child("food")
    glaze = look.main(*_GLAZES)
    sprite.fill(shade(glaze, -0.12), ellipse(0, 0.6, 0.86, 0.13))
    if look.word in ("ramen", "noodle", "noodles", "soup", "pho"):
        broth = from_hex("#c98a4a")
        sprite.fill(broth, ellipse(0, 0.61, 0.8, 0.11))
        strands = [limb([(stream.uniform(-0.6, 0.3), 0.6 + stream.normal(0.02)),
            (stream.uniform(-0.3, 0.5), 0.68 + stream.normal(0.02)),
            (stream.uniform(0, 0.7), 0.62)], (0.022, 0.022)) for _ in range(16)]
        sprite.fill(from_hex("#f0d9a0"), *strands)
        sprite.fill((0.98, 0.96, 0.9), ellipse(-0.3, 0.68, 0.17, 0.09),
            ellipse(0.1, 0.7, 0.16, 0.085))
        sprite.fill(from_hex("#f0a53a"), ellipse(-0.3, 0.69, 0.08, 0.045),
            ellipse(0.1, 0.71, 0.075, 0.042))
        onions = [ellipse(stream.uniform(-0.6, 0.6), 0.64 + stream.normal(0.03), 0.028, 0.017)
            for _ in range(22)]
        sprite.fill(from_hex("#6fa04f"), *onions)
        sprite.fill(from_hex("#5a3a2a"), limb([(0.3, 0.7), (0.85, 1.05)], (0.03, 0.018), 1),
            limb([(0.38, 0.68), (0.95, 0.99)], (0.03, 0.018), 1))
    elif look.word in ("salad", "rice bowl"):
        for _ in range(26):
            x = stream.uniform(-0.66, 0.66)
            colour = from_hex(stream.pick(("#7fae4f", "#5f9a4a", "#a8c86a", "#d9503c", "#f0c24a",
                "#f2efe4")))
            sprite.fill(colour, ellipse(x, 0.66 + 0.14 * (1 - x * x * 2) + stream.normal(0.03),
                0.13, 0.085, stream.uniform(0, 180)))
    else:
        fruit = (("#d9432f", 0.2), ("#f0922e", 0.21), ("#8fae3a", 0.19), ("#c9305a", 0.17),
            ("#f2c33c", 0.19))
        for index, x in enumerate((-0.5, 0.48, -0.18, 0.2, 0.0)):
            code, radius = fruit[index]
            colour = from_hex(code)
            y = 0.76 + (0.12 if index == 4 else 0.03 * (index % 2))
            sprite.fill(Fade((x - radius, y + radius), (x + radius, y - radius),
                shade(colour, 0.07), shade(colour, -0.12)), ellipse(x, y, radius))
            sprite.soft((1, 1, 1), ellipse(x - radius * 0.35, y + radius * 0.4, radius * 0.2, radius
                * 0.14, 30), blur=0.02, alpha=0.6)
    body = np.concatenate([smooth([(-0.86, 0.6), (-0.7, 0.28), (-0.36, 0.06), (0, 0.03),
        (0.36, 0.06), (0.7, 0.28), (0.86, 0.6)], closed=False), arc(0, 0.6, 0.001, 0, 1),
        smooth([(0.86, 0.6), (0.45, 0.505), (0, 0.485), (-0.45, 0.505), (-0.86, 0.6)],
        closed=False)])
    ceramic(sprite, glaze, body, 0.86, 0.4)
    sprite.fill(shade(glaze, -0.1), rectangle(-0.3, 0.0, 0.3, 0.055))
    if look.word in ("ramen", "soup", "pho", "noodles"):
        steam(sprite, look, 0.0, 0.8, 0.5)


_BOTTLES: dict[str, list[tuple[float, float]]] = {
    "wine": [(0.0, 0.0), (0.125, 0.005), (0.13, 0.06), (0.13, 0.52), (0.115, 0.6), (0.05, 0.7),
    (0.043, 0.8), (0.043, 0.95), (0.05, 0.96), (0.05, 1.0), (0.0, 1.0)],
    "champagne": [(0.0, 0.0), (0.14, 0.005), (0.145, 0.06), (0.14, 0.4), (0.1, 0.58), (0.055, 0.75),
    (0.05, 0.93), (0.058, 0.94), (0.058, 1.0), (0.0, 1.0)],
    "flask": [(0.0, 0.0), (0.2, 0.02), (0.26, 0.16), (0.24, 0.32), (0.12, 0.46), (0.075, 0.56),
    (0.075, 0.78), (0.1, 0.8), (0.1, 0.84), (0.0, 0.84)],
    "dropper": [(0.0, 0.0), (0.17, 0.005), (0.18, 0.05), (0.18, 0.5), (0.16, 0.56), (0.08, 0.6),
    (0.075, 0.66), (0.0, 0.66)],
}  # fmt: skip


def paint_bottle(sprite: Sprite, look: Look) -> None:
    """Paint a bottle with a label: wine, champagne, a potion's flask or a cosmetic dropper."""
    word = look.word
    form = ("champagne" if word == "champagne" else "flask" if word in ("flask", "potion")
        else ("dropper" if word in ("serum", "lotion", "cosmetic", "skincare", "shampoo",
        "dropper bottle") else "wine"))
    defaults = {"wine": ("#2f4a36", "#4a2a30", "#5a3a28"), "champagne": ("#2f4a38",),
        "flask": ("#5fae9a", "#a86ac4"), "dropper": ("#b5783f", "#8fa8a4", "#d8c3b0")}
    glass = look.main(*defaults[form])
    profile = _BOTTLES[form]
    body = lathe(profile, smooth_profile=form == "flask")
    half = max(x for x, _ in profile)
    sprite.fill(Fade((-half, 0), (half, 0), shade(glass, 0.08), shade(glass, -0.1)), body)
    sprite.soft(shade(glass, -0.16), limb([(half * 0.7, 0.05), (half * 0.7, 0.55)],
        (half * 0.35, half * 0.3)), blur=0.025, alpha=0.7)
    if form == "flask":
        brew = look.part("liquid", shade(look.accent(0, 0.6, glass), 0.02))
        sprite.fill(upright(brew, 0.02, 0.3, 0.08), smooth([(-0.23, 0.26), (0.23, 0.26),
            (0.24, 0.16), (0.18, 0.04), (-0.18, 0.04), (-0.24, 0.16)]))
        sprite.fill(shade(brew, 0.12), ellipse(0, 0.26, 0.225, 0.03))
        sprite.shine(brew, ellipse(0, 0.15, 0.18, 0.1), strength=0.35, spill=0.05)
        sprite.fill(from_hex("#a8794a"), rounded(-0.07, 0.8, 0.07, 0.93, 0.02))
    elif form == "dropper":
        cap = from_hex("#2f2d2c")
        sprite.fill(Fade((-0.08, 0), (0.08, 0), shade(cap, 0.14), cap),
            rounded(-0.085, 0.64, 0.085, 0.78, 0.015))
        sprite.fill(Fade((-0.05, 0), (0.05, 0), shade(cap, 0.16), cap),
            smooth([(-0.05, 0.78), (-0.058, 0.9), (-0.03, 0.99), (0.03, 0.99), (0.058, 0.9),
            (0.05, 0.78)]))
    else:
        foil = (look.second("#b5903f", "#7a2a30", "#c9a24a") if form == "champagne"
            else look.second("#7a2a30", "#2a2a2e", "#b5903f"))
        sprite.fill(Fade((-0.05, 0), (0.05, 0), shade(foil, 0.1), shade(foil, -0.12)),
            rectangle(-0.053, 0.8, 0.053, 1.0))
    label = look.part("label", from_hex("#efe6d2"))
    low, high = (0.14, 0.42) if form != "flask" else (0.0, 0.0)
    if high:
        edge = half * 0.985
        paper = np.concatenate([outline([(-edge, high)]), arc(0, high + 0.28, edge * 2.2, 243, 297)
            * 0 + np.array([edge, high]), outline([(edge, low), (-edge, low)])])
        sprite.fill(Fade((-half, 0), (half, 0), label, shade(label, -0.14)), paper)
        ink = mix(glass, from_hex("#2a2422"), 0.5)
        sprite.fill(look.accent(0, 0.6, ink), ellipse(0, low + 0.19, half * 0.3))
        sprite.fill(ink, *(rectangle(-w * half, y, w * half, y + 0.008) for y,
            w in ((low + 0.08, 0.55), (low + 0.055, 0.4), (low + 0.03, 0.5))))
    sprite.soft((1, 1, 1), limb([(-half * 0.62, 0.06), (-half * 0.62, 0.5), (-half * 0.45, 0.6)],
        (0.016, 0.022, 0.01)), blur=0.008, alpha=0.55)


def paint_wine_glass(sprite: Sprite, look: Look) -> None:
    """Paint a stemmed glass; cocktails get a cone, juices a tumbler with a straw."""
    word = look.word
    wine = look.part("liquid", look.main("#8a1f38", "#7a1a34", "#e9c36a", "#e8909a")
        if word not in ("juice", "lemonade", "smoothie")
        else look.main("#f0a53a", "#e8605a", "#f4d35e"))
    glass = from_hex("#dfe8ea")
    if word in ("juice", "lemonade", "smoothie", "drink"):
        body = outline([(-0.19, 0.0), (0.19, 0.0), (0.25, 0.78), (-0.25, 0.78)])
        sprite.fill(glass, body, alpha=0.45)
        sprite.fill(upright(wine, 0, 0.65, 0.08), outline([(-0.18, 0.03), (0.18, 0.03),
            (0.23, 0.66), (-0.23, 0.66)]), alpha=0.92)
        sprite.fill(shade(wine, 0.12), ellipse(0, 0.66, 0.23, 0.035))
        sprite.fill(look.accent(0, 0.7, from_hex("#d9503c")),
            limb([(0.02, 0.3), (0.17, 1.02)], (0.035, 0.035), 1))
        sprite.fill(from_hex("#f2c83c"), ellipse(-0.22, 0.78, 0.13))
        sprite.fill(from_hex("#f8e6a0"), ellipse(-0.22, 0.78, 0.105))
        sprite.soft((1, 1, 1), limb([(-0.15, 0.08), (-0.19, 0.6)], (0.02, 0.03)), blur=0.01,
            alpha=0.6)
        return
    stem = limb([(0, 0.03), (0, 0.2), (0, 0.46)], (0.035, 0.018, 0.04))
    sprite.fill(Fade((-0.02, 0), (0.02, 0), shade(glass, 0.05), shade(glass, -0.25)), stem,
        ellipse(0, 0.02, 0.19, 0.024), alpha=0.75)
    if word in ("cocktail", "martini", "margarita"):
        bowl = outline([(0, 0.44), (0.32, 0.9), (-0.32, 0.9)])
        liquid = outline([(0, 0.46), (0.27, 0.84), (-0.27, 0.84)])
        top = ellipse(0, 0.84, 0.27, 0.035)
    elif word == "champagne flute":
        bowl = lathe([(0.02, 0.44), (0.09, 0.56), (0.1, 0.8), (0.085, 1.0)])
        liquid = lathe([(0.01, 0.46), (0.08, 0.57), (0.092, 0.78), (0.09, 0.86)])
        top = ellipse(0, 0.86, 0.09, 0.014)
    else:
        bowl = lathe([(0.02, 0.43), (0.16, 0.53), (0.215, 0.7), (0.19, 0.86), (0.16, 1.0)])
        liquid = lathe([(0.01, 0.445), (0.15, 0.54), (0.205, 0.69), (0.205, 0.71)])
        top = ellipse(0, 0.71, 0.205, 0.034)
    sprite.fill(glass, bowl, alpha=0.34)
    sprite.fill(Fade((-0.2, 0.8), (0.2, 0.5), shade(wine, 0.05), shade(wine, -0.1)), liquid,
        alpha=0.94)
    sprite.fill(shade(wine, 0.1), top)
    rim_y = float(bowl[:, 1].max())
    half = float(bowl[bowl[:, 1] > rim_y - 0.01][:, 0].max())
    rim = limb([(half * float(np.cos(a)), rim_y + half * 0.15 * float(np.sin(a)))
        for a in np.linspace(0, 6.29, 30).tolist()], (0.008, 0.008), 1)
    sprite.fill((1, 1, 1), rim, alpha=0.6)
    sprite.soft((1, 1, 1), limb([(-half * 0.75, rim_y - 0.05), (-half * 1.0, rim_y - 0.25),
        (-half * 0.7, rim_y - 0.4)], (0.012, 0.024, 0.01)), blur=0.008, alpha=0.75)
    if word in ("cocktail", "martini", "margarita"):
        sprite.fill(from_hex("#8fae3a"), ellipse(0.06, 0.86, 0.04))
        sprite.fill(from_hex("#8a6a48"), limb([(-0.06, 0.8), (0.22, 0.98)], (0.01, 0.01), 1))


_VASES = (
    [(0.14, 0.0), (0.24, 0.1), (0.28, 0.28), (0.2, 0.5), (0.09, 0.62), (0.08, 0.7), (0.12, 0.76)],
    [(0.12, 0.0), (0.17, 0.12), (0.26, 0.4), (0.25, 0.56), (0.12, 0.68), (0.1, 0.76)],
    [(0.16, 0.0), (0.16, 0.2), (0.13, 0.45), (0.16, 0.66), (0.19, 0.76)],
)  # fmt: skip


def paint_vase(sprite: Sprite, look: Look) -> None:
    """Paint a vase with a few stems in it."""
    stream = look.stream.child("vase")
    glaze = look.main(*_GLAZES)
    scale = 0.62
    flowers = look.accent(0, 0.75, from_hex("#e88aa0"))
    for index in range(7):
        lean = -0.36 + 0.12 * index + stream.uniform(-0.04, 0.04)
        top = stream.uniform(0.82, 1.02) - abs(lean) * 0.35
        sprite.fill(from_hex("#6f8a56"), limb([(lean * 0.12, 0.42), (lean * 0.6, 0.68),
            (lean, top)], (0.012, 0.01, 0.008)))
        if index % 3 == 1:
            leaves = [ellipse(lean * t + stream.uniform(-0.03, 0.03), 0.5 + (top - 0.5) * t, 0.05,
                0.02, stream.uniform(20, 160)) for t in (0.5, 0.65, 0.8, 0.95)]
            sprite.fill(from_hex("#7f9a62"), *leaves)
        else:
            tone = stream.uniform(-0.06, 0.08)
            colour = shade(flowers if index % 2 else look.accent(2, 0.6, flowers), tone)
            for ring in range(3):
                petals = [ellipse(lean + float(np.cos(a)) * 0.055 * (1 - ring * 0.3), top
                    + float(np.sin(a)) * 0.05 * (1 - ring * 0.3), 0.045 * (1 - ring * 0.2))
                    for a in np.linspace(0, 6.28, 7)[:-1].tolist()]
                sprite.fill(shade(colour, -0.07 + 0.06 * ring), *petals)
    profile = [(x * 0.9, y * scale / 0.76) for x, y in _VASES[stream.integer(0, 2)]]
    shape = lathe(profile)
    ceramic(sprite, glaze, shape, max(x for x, _ in profile))
    mouth = profile[-1]
    sprite.fill(shade(glaze, -0.22), ellipse(0, mouth[1], mouth[0] * 0.9, mouth[0] * 0.16))
    sprite.ground()


def paint_teapot(sprite: Sprite, look: Look) -> None:
    """Paint a teapot."""
    glaze = look.main(*_GLAZES)
    sprite.fill(shade(glaze, -0.04), limb([(0.4, 0.4), (0.62, 0.46), (0.72, 0.72), (0.82, 0.78)],
        (0.2, 0.13, 0.09, 0.08)))
    sprite.fill(shade(glaze, -0.08), limb([(-0.42, 0.66), (-0.72, 0.7), (-0.76, 0.4),
        (-0.42, 0.26)], (0.085, 0.085, 0.085, 0.07), 10))
    ceramic(sprite, glaze, lathe([(0.24, 0.0), (0.44, 0.12), (0.53, 0.38), (0.42, 0.66),
        (0.2, 0.76)]), 0.53)
    sprite.fill(Fade((-0.2, 0), (0.2, 0), shade(glaze, 0.06), shade(glaze, -0.1)),
        lathe([(0.24, 0.755), (0.2, 0.83), (0.06, 0.88)]))
    sprite.fill(shade(glaze, -0.03), ellipse(0, 0.93, 0.07, 0.065))
    sprite.fill(shade(glaze, -0.15), limb([(-0.25, 0.755), (0, 0.735), (0.25, 0.755)],
        (0.012, 0.016, 0.012)))
    steam(sprite, look, 0.84, 0.82, 0.35)


def paint_jar(sprite: Sprite, look: Look) -> None:
    """Paint a glass jar of something, with a lid and a label."""
    fill = look.main("#e0a03a", "#b5304a", "#d9c7a4")
    sprite.fill(from_hex("#dfe6e6"), rounded(-0.34, 0, 0.34, 0.82, 0.1), alpha=0.6)
    sprite.fill(Fade((-0.3, 0), (0.3, 0), shade(fill, 0.07), shade(fill, -0.12)),
        rounded(-0.31, 0.03, 0.31, 0.7, 0.08), alpha=0.95)
    lid = look.part("lid", look.second("#c9a24a", "#b9bdc2", "#6a4a38"))
    sprite.fill(Fade((-0.34, 0), (0.34, 0), shade(lid, 0.08), shade(lid, -0.14)),
        rounded(-0.34, 0.8, 0.34, 0.97, 0.04))
    paper = from_hex("#f2ead8")
    sprite.fill(Fade((-0.3, 0), (0.3, 0), paper, shade(paper, -0.12)),
        rounded(-0.3, 0.2, 0.3, 0.52, 0.02))
    sprite.fill(look.accent(0, 0.6, fill), ellipse(0, 0.41, 0.06),
        *(rectangle(-w, y, w, y + 0.016) for y, w in ((0.29, 0.15), (0.25, 0.1))))
    sprite.soft((1, 1, 1), limb([(-0.27, 0.1), (-0.27, 0.72)], (0.03, 0.04)), blur=0.012,
        alpha=0.55)


def paint_perfume(sprite: Sprite, look: Look) -> None:
    """Paint a flacon of heavy glass."""
    juice = look.main("#e8b08a", "#d98aa0", "#c9b56a", "#8fb0c4")
    glass = mix(juice, (1, 1, 1), 0.6)
    sprite.fill(Fade((-0.4, 0.7), (0.4, 0), shade(glass, 0.04), shade(glass, -0.12)),
        rounded(-0.4, 0, 0.4, 0.68, 0.07))
    sprite.fill(Fade((-0.3, 0.6), (0.3, 0.08), shade(juice, 0.06), shade(juice, -0.1)),
        rounded(-0.33, 0.07, 0.33, 0.58, 0.05))
    sprite.fill(shade(juice, 0.14), rectangle(-0.33, 0.5, 0.33, 0.515), alpha=0.8)
    gold = look.second("#d9b46a", "#2a2a2e", "#c9a24a")
    sprite.fill(Fade((-0.1, 0), (0.1, 0), shade(gold, 0.1), shade(gold, -0.14)),
        rectangle(-0.1, 0.68, 0.1, 0.75))
    sprite.fill(Fade((-0.16, 0), (0.16, 0), shade(gold, 0.12), shade(gold, -0.16)),
        rounded(-0.16, 0.75, 0.16, 1.0, 0.03))
    sprite.fill((0.99, 0.97, 0.93), rectangle(-0.16, 0.22, 0.16, 0.38), alpha=0.9)
    sprite.fill(from_hex("#3a3432"), rectangle(-0.09, 0.31, 0.09, 0.322),
        rectangle(-0.06, 0.27, 0.06, 0.28))
    sprite.soft((1, 1, 1), limb([(-0.36, 0.06), (-0.36, 0.6)], (0.02, 0.025)), blur=0.008,
        alpha=0.8)
    sprite.soft((1, 1, 1), outline([(0.1, 0.58), (0.24, 0.58), (0.02, 0.08), (-0.1, 0.08)]),
        blur=0.02, alpha=0.22)
