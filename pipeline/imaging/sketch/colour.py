"""Colours as sRGB triples, mixed and moved in OKLab so that steps look even.

A ``Colour`` is (red, green, blue), sRGB-encoded, each nominally 0 … 1. OKLCh is
(lightness 0 … 1, chroma about 0 … 0.35, hue in degrees).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Colour = tuple[float, float, float]
Stops = Sequence[tuple[float, Colour]]


def from_hex(text: str) -> Colour:
    """Return the colour of ``#rrggbb``."""
    digits = text.lstrip("#")
    red, green, blue = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return red, green, blue


def _to_linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _from_linear(value: float) -> float:
    value = max(0.0, min(1.0, value))
    return value * 12.92 if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def to_oklab(colour: Colour) -> tuple[float, float, float]:
    """Return (L, a, b) of an sRGB colour."""
    r, g, b = (_to_linear(max(0.0, min(1.0, channel))) for channel in colour)
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    medium = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def from_oklab(lab: tuple[float, float, float]) -> Colour:
    """Return the sRGB colour of (L, a, b), clipped into the gamut."""
    lightness, a, b = lab
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _from_linear(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _from_linear(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _from_linear(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )


def to_lch(colour: Colour) -> tuple[float, float, float]:
    """Return (lightness, chroma, hue in degrees)."""
    lightness, a, b = to_oklab(colour)
    return lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def from_lch(lightness: float, chroma: float, hue: float) -> Colour:
    """Return the sRGB colour, giving up chroma rather than hue when out of gamut."""
    angle = math.radians(hue)
    for _ in range(8):
        lab = (lightness, chroma * math.cos(angle), chroma * math.sin(angle))
        colour = from_oklab(lab)
        back = to_oklab(colour)
        if max(abs(back[i] - lab[i]) for i in range(3)) < 0.02:
            return colour
        chroma *= 0.88
    return colour


def mix(a: Colour, b: Colour, t: float) -> Colour:
    """Return the colour ``t`` (0 … 1) of the way from a to b."""
    first, second = to_oklab(a), to_oklab(b)
    lab = tuple(x + (y - x) * t for x, y in zip(first, second, strict=True))
    return from_oklab((lab[0], lab[1], lab[2]))


def shade(colour: Colour, amount: float) -> Colour:
    """Return the colour lighter (amount > 0) or darker (< 0) by OKLab lightness."""
    lightness, chroma, hue = to_lch(colour)
    return from_lch(max(0.0, min(1.0, lightness + amount)), chroma, hue)


def saturate(colour: Colour, factor: float) -> Colour:
    """Return the colour with its chroma multiplied."""
    lightness, chroma, hue = to_lch(colour)
    return from_lch(lightness, min(0.34, chroma * factor), hue)


def toward(colour: Colour, target: Colour, weight: float) -> Colour:
    """Tint: keep the lightness, move hue and chroma ``weight`` of the way to the target."""
    own, aim = to_oklab(colour), to_oklab(target)
    chroma = math.hypot(own[1], own[2])
    aim_chroma = math.hypot(aim[1], aim[2])
    if aim_chroma > 0.03:
        # A tint must show on dull colours too, but not make pale ones garish.
        room = 0.35 + 0.65 * (1 - abs(2 * own[0] - 1.1))
        wanted = max(chroma, aim_chroma * max(0.25, min(1.0, room)))
        goal_a, goal_b = aim[1] / aim_chroma * wanted, aim[2] / aim_chroma * wanted
    else:
        goal_a, goal_b = aim[1], aim[2]
    lab = (own[0], own[1] + (goal_a - own[1]) * weight, own[2] + (goal_b - own[2]) * weight)
    return from_oklab(lab)


def luminance(colour: Colour) -> float:
    """Return OKLab lightness, 0 … 1."""
    return to_oklab(colour)[0]


def ramp(stops: Stops, positions: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the gradient's colours at the positions, shape (3, *positions.shape).

    Args:
        stops: (position, colour) in ascending order of position.
        positions: any shape; values outside the stops take the end colours.
    """
    first, last = stops[0][0], stops[-1][0]
    knots = np.linspace(first, last, 64)
    table = np.array([_between(stops, knot) for knot in knots.tolist()])
    fine = np.linspace(first, last, 4096)
    lookup = np.stack([np.interp(fine, knots, table[:, c]) for c in range(3)]).astype(np.float32)
    scale = np.float32(4095 / max(1e-6, last - first))
    index = np.clip((positions - np.float32(first)) * scale, 0, 4095).astype(np.int32)
    return np.asarray(lookup[:, index], np.float32)


def _between(stops: Stops, position: float) -> Colour:
    for (start, first), (end, second) in pairwise(stops):
        if position <= end:
            t = max(0.0, (position - start) / max(1e-6, end - start))
            return mix(first, second, t * t * (3 - 2 * t) * 0.35 + t * 0.65)
    return stops[-1][1]
