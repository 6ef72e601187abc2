"""The horse and its kin, drawn from one outline, in local units (feet at 0, looking right)."""

from __future__ import annotations

import numpy as np

from pipeline.imaging.sketch.colour import Colour, from_hex, mix, shade
from pipeline.imaging.sketch.geometry import Point, ellipse, limb, outline, smooth
from pipeline.imaging.sketch.look import Look
from pipeline.imaging.sketch.sprite import Fade, Sprite

# Outlines read better as dense lists of points than one number to a line.
# fmt: off
_BODY: list[Point] = [
    (0.335, 0.6), (0.35, 0.7), (0.415, 0.83), (0.475, 0.875), (0.53, 0.825), (0.605, 0.735),
    (0.65, 0.735), (0.675, 0.775), (0.64, 0.855), (0.575, 0.965), (0.51, 1.015), (0.42, 0.985),
    (0.31, 0.87), (0.19, 0.765), (0.02, 0.725), (-0.16, 0.745), (-0.29, 0.735), (-0.37, 0.655),
    (-0.37, 0.55), (-0.24, 0.49), (-0.02, 0.465), (0.17, 0.475), (0.28, 0.52),
]
# Legs as (hip or shoulder, knee or hock, fetlock, hoof): standing, then galloping.
_HIND: tuple[list[Point], list[Point]] = (
    [(-0.29, 0.6), (-0.245, 0.37), (-0.335, 0.23), (-0.31, 0.035)],
    [(-0.29, 0.6), (-0.32, 0.4), (-0.5, 0.3), (-0.6, 0.13)])
_FORE: tuple[list[Point], list[Point]] = (
    [(0.245, 0.57), (0.255, 0.32), (0.25, 0.14), (0.25, 0.035)],
    [(0.26, 0.57), (0.42, 0.44), (0.58, 0.4), (0.62, 0.27)])
_HIND_FAR: tuple[list[Point], list[Point]] = (
    [(-0.24, 0.6), (-0.17, 0.37), (-0.24, 0.23), (-0.2, 0.035)],
    [(-0.24, 0.6), (-0.2, 0.4), (-0.34, 0.26), (-0.47, 0.06)])
_FORE_FAR: tuple[list[Point], list[Point]] = (
    [(0.26, 0.57), (0.31, 0.33), (0.27, 0.16), (0.3, 0.035)],
    [(0.26, 0.57), (0.36, 0.36), (0.28, 0.24), (0.2, 0.26)])
_DARK = from_hex("#2a2421")


def paint_horse(sprite: Sprite, look: Look) -> None:
    """Paint a horse, zebra, unicorn, pony or donkey, standing or at a gallop."""
    defaults = {"zebra": "#f1ede4", "unicorn": "#f6f2f4", "donkey": "#8f8680"}
    coat = look.main(*([defaults[look.word]] if look.word in defaults else
        ["#7a4a2c", "#5a3a2a", "#a8835c", "#d8cfc2", "#3a3230"]))
    mane = look.part("mane", from_hex("#e9b6d8") if look.word == "unicorn" else
        mix(shade(coat, -0.16), _DARK, 0.35))
    gait = 1 if "running" in look.flags else 0
    _leg(sprite, shade(coat, -0.13), _HIND_FAR[gait], True)
    _leg(sprite, shade(coat, -0.13), _FORE_FAR[gait], False)
    tail = ([(-0.35, 0.71), (-0.44, 0.6), (-0.47, 0.4), (-0.44, 0.22)],
        [(-0.35, 0.72), (-0.5, 0.72), (-0.66, 0.62), (-0.8, 0.6)])[gait]
    sprite.fill(mane, limb(tail, (0.045, 0.075, 0.085, 0.01)))
    body = smooth(_BODY, density=8)
    sprite.fill(Fade((0, 0.98), (0, 0.45), shade(coat, 0.05), shade(coat, -0.08)), body)
    _leg(sprite, coat, _HIND[gait], True)
    _leg(sprite, coat, _FORE[gait], False)
    sprite.soft(shade(coat, -0.12), limb([(0.2, 0.72), (0.27, 0.6), (0.24, 0.5)],
        (0.02, 0.05, 0.02)), blur=0.02, alpha=0.5)
    sprite.soft(shade(coat, -0.12), limb([(-0.16, 0.62), (-0.2, 0.53)], (0.03, 0.05)), blur=0.02,
        alpha=0.45)
    if look.word == "zebra":
        _stripes(sprite, look)
    _head(sprite, look, coat, mane)


def _leg(sprite: Sprite, coat: Colour, points: list[Point], hind: bool) -> None:
    widths = (0.2, 0.085, 0.05, 0.044) if hind else (0.14, 0.072, 0.05, 0.044)
    sprite.fill(Fade((0, 0.6), (0, 0.05), coat, shade(coat, -0.07)), limb(points, widths))
    x, y = points[-1]
    hoof = outline([(x - 0.024, y + 0.02), (x + 0.024, y + 0.02), (x + 0.042, y - 0.035),
        (x - 0.026, y - 0.035)])
    sprite.fill(mix(coat, _DARK, 0.72), hoof)


def _stripes(sprite: Sprite, look: Look) -> None:
    stream = look.stream.child("stripes")
    for x in np.arange(-0.36, 0.34, 0.055).tolist():
        bend = stream.uniform(-0.02, 0.03)
        sprite.fill(_DARK, limb([(x, 0.82), (x + bend, 0.64), (x + bend * 2, 0.48)],
            (0.026, 0.03, 0.004)), inside=True)
    for t in np.linspace(0, 1, 8).tolist():
        x, y = 0.25 + 0.22 * t, 0.84 + 0.14 * t
        sprite.fill(_DARK, limb([(x - 0.02, y + 0.02), (x + 0.12, y - 0.1)], (0.022, 0.004)),
            inside=True)
    for points in (_HIND[0], _FORE[0], _HIND_FAR[0], _FORE_FAR[0]):
        for t in (0.35, 0.5, 0.65, 0.8):
            y = points[0][1] * (1 - t)
            x = float(np.interp(-y, [-p[1] for p in points], [p[0] for p in points]))
            sprite.fill(_DARK, limb([(x - 0.06, y + 0.01), (x + 0.06, y)], (0.014, 0.014)),
                inside=True)


def _head(sprite: Sprite, look: Look, coat: Colour, mane: Colour) -> None:
    crest = smooth([(0.525, 1.03), (0.43, 1.015), (0.31, 0.905), (0.19, 0.79), (0.2, 0.72),
        (0.27, 0.74), (0.36, 0.82), (0.44, 0.91), (0.5, 0.97)])
    sprite.fill(mane, crest)
    locks = [limb([(0.24 + 0.24 * t, 0.83 + 0.18 * t), (0.25 + 0.22 * t, 0.74 + 0.19 * t)],
        (0.012, 0.003), 3) for t in np.linspace(0, 1, 8).tolist()]
    sprite.fill(shade(mane, 0.06), *locks, alpha=0.5)
    for x, tone in ((0.525, -0.1), (0.495, 0.0)):
        sprite.fill(shade(coat, tone), outline([(x - 0.02, 1.0), (x + 0.004, 1.09), (x + 0.034,
        1.0)]))
    sprite.fill(mane, limb([(0.535, 1.025), (0.575, 0.98), (0.585, 0.93)], (0.035, 0.03, 0.004)))
    sprite.soft(mix(coat, _DARK, 0.45), ellipse(0.648, 0.765, 0.04, 0.036), blur=0.014, alpha=0.75)
    sprite.fill(_DARK, ellipse(0.578, 0.905, 0.0135, 0.012), ellipse(0.653, 0.785, 0.009, 0.007))
    sprite.fill((1, 1, 1), ellipse(0.582, 0.909, 0.004))
    sprite.fill(shade(coat, -0.14), limb([(0.52, 0.86), (0.55, 0.835), (0.565, 0.8)],
        (0.004, 0.007, 0.003)), alpha=0.7)
    if look.word == "unicorn":
        horn = outline([(0.57, 0.985), (0.7, 1.22), (0.605, 0.955)])
        sprite.fill(Fade((0.58, 0.97), (0.7, 1.22), from_hex("#d9b45a"), from_hex("#f6e6b0")), horn)
