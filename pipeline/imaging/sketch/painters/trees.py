"""Trees, painted as sprites in local units (feet at 0, top at 1)."""

from __future__ import annotations

import math

import numpy as np

from pipeline.imaging.sketch.colour import Colour, from_hex, shade
from pipeline.imaging.sketch.geometry import Outline, ellipse, limb, outline
from pipeline.imaging.sketch.look import Look
from pipeline.imaging.sketch.painters.foliage import leafy
from pipeline.imaging.sketch.sprite import Fade, Sprite
from pipeline.imaging.sketch.stream import Stream

# Outlines read better as dense lists of points than one number to a line.
# fmt: off

_LEAVES = {
    "spring": ("#8fbf5e", "#a3c86a"),
    "summer": ("#5b8f3f", "#4f8446"),
    "autumn": ("#d07a2a", "#b84a24", "#d9a035"),
    "winter": ("#7d8a7c", "#8b958a"),
    "": ("#64954a", "#5a8a50", "#7a9c4c"),
}
_BARK = "#5b4636"


def leaf_colour(look: Look) -> Colour:
    """Return the foliage's colour for the season, unless the prompt named one."""
    return look.main(*_LEAVES[look.season])


def dabs(stream: Stream, count: int, radius: float, spread: Outline) -> list[Outline]:
    """Return small leaf-like ellipses scattered around the points of ``spread``."""
    shapes = []
    for _ in range(count):
        x, y = spread[stream.integer(0, len(spread) - 1)]
        angle, away = stream.uniform(0, 6.283), stream.uniform(0, 1) ** 0.6
        size = radius * stream.uniform(0.6, 1.4)
        shapes.append(
            ellipse(
                x + math.cos(angle) * away * radius * 5,
                y + math.sin(angle) * away * radius * 4,
                size, size * 0.55, stream.uniform(0, 180),
            )
        )  # fmt: skip
    return shapes


def crown(
    sprite: Sprite,
    look: Look,
    centre: tuple[float, float],
    reach: tuple[float, float],
    leaf: Colour,
) -> None:
    """Paint a crown of leaves as overlapping clumps, dark within and light above."""
    stream = look.stream.child("crown")
    count = 22 if sprite.scale > 100 else 12
    clumps = []
    for index in range(count):
        angle = 2.4 * index + stream.uniform(-0.5, 0.5)
        away = math.sqrt((index + 0.5) / count) * stream.uniform(0.85, 1.05)
        clumps.append((centre[0] + math.cos(angle) * away * reach[0] * 0.8, centre[1]
            + math.sin(angle) * away * reach[1] * 0.8, min(reach) * stream.uniform(0.28, 0.46)
            * (1.15 - 0.4 * away)))
    leafy(sprite, stream, clumps, leaf)


def trunk(sprite: Sprite, look: Look, top: float, width: float, bark: Colour) -> None:
    """Paint a trunk that forks into a few boughs."""
    stream = look.stream.child("trunk")
    lean = stream.uniform(-0.05, 0.05)
    sprite.fill(Fade((-width, 0), (width, 0), shade(bark, 0.05), shade(bark, -0.08)),
        limb([(0, -0.01), (lean * 0.4, top * 0.5), (lean, top)], (width * 1.7, width, width * 0.6)))
    sprite.ground()
    for _ in range(5 if look.hero else 3):
        start = stream.uniform(0.55, 0.85) * top
        side = stream.sign() * stream.uniform(0.1, 0.26)
        end = (lean + side, top + stream.uniform(0.05, 0.22))
        spine = [(lean * start / top, start), (lean + side * 0.55, start + 0.09), end]
        sprite.fill(shade(bark, -0.03), limb(spine, (width * 0.55, width * 0.16)))


def paint_tree(sprite: Sprite, look: Look) -> None:
    """Paint a broad-leaved tree; leafless in winter."""
    bark = from_hex(_BARK)
    trunk(sprite, look, 0.5, 0.055, bark)
    if look.season == "winter" and not look.colours:
        _bare(sprite, look, bark)
        return
    leaf = leaf_colour(look)
    wide = look.stream.child("shape").uniform(0.32, 0.42)
    crown(sprite, look, (0.0, 0.66), (wide, 0.31), leaf)


def _bare(sprite: Sprite, look: Look, bark: Colour) -> None:
    shapes: list[Outline] = []

    def grow(x: float, y: float, angle: float, length: float, width: float, level: int) -> None:
        stream = look.stream.child(f"{level}/{x:.4f}/{y:.4f}")
        bend = angle + stream.uniform(-0.18, 0.18)
        end = (x + math.cos(bend) * length, y + math.sin(bend) * length)
        shapes.append(limb([(x, y), end], (width, width * 0.6), 3))
        if level == 0 or width * sprite.scale < 0.4:
            return
        for turn in (-0.5, 0.42) if level % 2 else (-0.36, 0.1, 0.55):
            spread = turn + stream.uniform(-0.12, 0.12)
            grow(*end, bend + spread, length * stream.uniform(0.66, 0.8), width * 0.6, level - 1)

    grow(0.0, 0.22, math.pi / 2, 0.2, 0.05, 5 if sprite.scale > 120 else 4)
    sprite.fill(shade(bark, 0.03), *shapes)


def paint_blossom_tree(sprite: Sprite, look: Look) -> None:
    """Paint a gnarled tree in blossom."""
    bark = from_hex("#4a3a38")
    trunk(sprite, look, 0.46, 0.06, bark)
    petal = look.main("#f3b2c4", "#f0a3bb", "#f7c6d3")
    crown(sprite, look, (0.02, 0.64), (0.44, 0.28), petal)
    stream = look.stream.child("fallen")
    fallen = [ellipse(stream.normal(0.28), stream.uniform(-0.04, 0.02), 0.008, 0.004)
        for _ in range(40 if look.hero else 12)]
    sprite.fill(shade(petal, 0.04), *fallen, alpha=0.9)


def paint_conifer(sprite: Sprite, look: Look) -> None:
    """Paint a fir in tiers of drooping branches, with snow in winter."""
    stream = look.stream.child("fir")
    leaf = look.main("#2f5d46", "#35634a", "#2a5548")
    sprite.fill(from_hex(_BARK), limb([(0, -0.01), (0, 0.5)], (0.045, 0.025)))
    tiers = 9 if sprite.scale > 90 else 6
    half = stream.uniform(0.19, 0.25)
    snowy = look.season == "winter" or "snowcap" in look.flags
    for tier in range(tiers):
        t = tier / tiers
        y, tall = 0.07 + 0.83 * t, 1.9 / tiers * (1 - 0.35 * t)
        reach = half * (1 - t) ** 0.9 + 0.012
        colour = shade(leaf, -0.07 + 0.13 * t + stream.uniform(-0.015, 0.015))
        sprite.fill(colour, _tier(stream, y, tall, reach, 9 if tiers > 6 else 6))
        if sprite.scale > 80:
            light = _tier(stream, y + 0.02, tall * 0.8, reach * 0.7, 7)
            sprite.fill(shade(colour, 0.055), light, alpha=0.55)
        if snowy:
            sprite.fill((0.94, 0.96, 0.99), _tier(stream, y + tall * 0.42, tall * 0.5, reach * 0.6,
                7), alpha=0.88)


def _tier(stream: Stream, y: float, tall: float, reach: float, teeth: int) -> Outline:
    points = [(0.0, y + tall)]
    for index in range(teeth + 1):
        x = reach - 2 * reach * index / teeth
        sag = (abs(x) / max(reach, 1e-6)) ** 1.5 * tall * 0.22
        points.append((x * stream.uniform(0.92, 1.05), y - sag + stream.uniform(-0.1, 0.1) * tall
            * 0.3))
        if index < teeth:
            points.append((x - reach / teeth, y - sag * 0.7 + tall * 0.13))
    return outline(points)


def paint_palm(sprite: Sprite, look: Look) -> None:
    """Paint a leaning palm."""
    stream = look.stream.child("palm")
    lean = stream.sign() * stream.uniform(0.08, 0.24)
    bark = from_hex("#7c6249")
    spine = [(0.0, -0.01), (lean * 0.25, 0.35), (lean, 0.8)]
    sprite.fill(Fade((-0.04, 0), (0.05, 0), shade(bark, 0.08), shade(bark, -0.1)),
        limb(spine, (0.06, 0.035, 0.03)))
    leaf = look.main("#4f8a4a", "#5b954c", "#447d4e")
    for index in range(11):
        angle = math.radians(-25 + 230 * index / 10 + stream.uniform(-8, 8))
        length = stream.uniform(0.26, 0.36)
        colour = shade(leaf, -0.1 + 0.16 * (math.sin(angle) * 0.5 + 0.5))
        sprite.fill(colour, _frond(stream, (lean, 0.8), angle, length))
    sprite.fill(from_hex("#5a4030"), *(ellipse(lean + dx, 0.785, 0.018)
        for dx in (-0.02, 0.015, 0.0)))


def _frond(stream: Stream, root: tuple[float, float], angle: float, length: float) -> Outline:
    upper, lower = [], []
    x, y = root
    heading = angle
    steps = 12
    for index in range(steps + 1):
        t = index / steps
        width = 0.052 * math.sin(math.pi * min(1.0, 0.12 + t * 0.92)) + 0.002
        tooth = 0.55 + 0.45 * (index % 2)
        nx, ny = -math.sin(heading), math.cos(heading)
        upper.append((x + nx * width * 0.5 * tooth, y + ny * width * 0.5 * tooth))
        lower.append((x - nx * width * tooth, y - ny * width * tooth))
        x += math.cos(heading) * length / steps
        y += math.sin(heading) * length / steps
        droop = 0.14 if math.cos(angle) > 0 else -0.14
        heading -= droop * (0.5 + t) * stream.uniform(0.8, 1.1)
    return outline([*upper, *lower[::-1]])


def paint_willow(sprite: Sprite, look: Look) -> None:
    """Paint a weeping willow."""
    stream = look.stream.child("willow")
    leaf = look.main("#8aa35a", "#93a862", "#7c9a5a")
    trunk(sprite, look, 0.55, 0.07, from_hex(_BARK))
    crown(sprite, look, (0.0, 0.76), (0.36, 0.2), shade(leaf, -0.05))
    for step in range(3):
        strands = []
        for _ in range(26):
            x = stream.uniform(-0.44, 0.44)
            top = 0.9 - x * x * 1.2 - step * 0.08 + stream.uniform(-0.05, 0.03)
            low = max(0.06, top - stream.uniform(0.3, 0.62))
            sway = stream.uniform(-0.03, 0.03)
            strands.append(limb([(x * 0.9, top), (x, (top + low) / 2), (x * 1.05 + sway, low)],
                (0.016, 0.02, 0.004), 5))
        sprite.fill(shade(leaf, -0.08 + 0.08 * step), *strands, alpha=0.85)


def paint_birch(sprite: Sprite, look: Look) -> None:
    """Paint a birch: a slim white stem with dark scars and a light crown."""
    stream = look.stream.child("birch")
    lean = stream.uniform(-0.03, 0.03)
    white = from_hex("#e9e4da")
    stem = limb([(0, -0.01), (lean, 0.5), (lean * 1.5, 0.97)], (0.05, 0.036, 0.012))
    sprite.fill(Fade((-0.025, 0), (0.03, 0), white, shade(white, -0.2)), stem)
    scars = [ellipse(stream.uniform(-0.016, 0.016) + lean * y, y, stream.uniform(0.006, 0.016),
        0.0035) for y in (stream.uniform(0.02, 0.85) for _ in range(18))]
    sprite.fill(from_hex("#3b3632"), *scars, inside=True)
    leaf = look.main("#d9b23c", "#e0bb4a") if look.season in ("autumn", "") else leaf_colour(look)
    if look.season == "winter":
        return
    points = np.array([(lean + stream.normal(0.09), stream.uniform(0.5, 0.98)) for _ in range(26)])
    for step in range(3):
        leaves = dabs(stream.child(str(step)), 130, max(0.008, 2.2 / sprite.scale), points)
        sprite.fill(shade(leaf, -0.08 + 0.09 * step), *leaves, alpha=0.9)


def paint_bamboo(sprite: Sprite, look: Look) -> None:
    """Paint one jointed cane with narrow leaves."""
    stream = look.stream.child("bamboo")
    green = look.main("#7d9c4f", "#8aa657", "#6c9150")
    lean = stream.uniform(-0.03, 0.03)
    width = stream.uniform(0.022, 0.034)
    joints = 8
    for index in range(joints):
        y0, y1 = index / joints, (index + 1) / joints - 0.006
        colour = shade(green, stream.uniform(-0.04, 0.04))
        piece = outline([
            (lean * y0 - width / 2, y0), (lean * y0 + width / 2, y0), (lean * y1 + width * 0.46,
            (y0 + y1) / 2),
            (lean * y1 + width / 2, y1), (lean * y1 - width / 2, y1), (lean * y1 - width * 0.46,
            (y0 + y1) / 2),
        ])  # fmt: skip
        sprite.fill(Fade((-width / 2, 0), (width / 2, 0), shade(colour, 0.1), shade(colour, -0.12)),
            piece)
    for _ in range(9):
        y, side = stream.uniform(0.45, 0.98), stream.sign()
        length = stream.uniform(0.06, 0.12)
        blade = limb([(lean * y, y), (side * length * 0.6, y - 0.01), (side * length, y - 0.05)],
            (0.004, 0.018, 0.002))
        sprite.fill(shade(green, stream.uniform(-0.1, 0.06)), blade)


def paint_cactus(sprite: Sprite, look: Look) -> None:
    """Paint a saguaro with two arms and ribs."""
    stream = look.stream.child("cactus")
    green = look.main("#5f8a5a", "#6c9262")
    left, right = stream.uniform(0.3, 0.45), stream.uniform(0.4, 0.6)
    body = [
        limb([(0, -0.02), (0, 0.5), (0, 0.92)], (0.17, 0.19, 0.16)),
        limb([(0, left), (-0.2, left + 0.02), (-0.24, left + 0.14), (-0.24, left + 0.32)], (0.1,
        0.11, 0.12, 0.1)),
        limb([(0, right), (0.17, right + 0.02), (0.21, right + 0.1), (0.21, right + 0.25)], (0.09,
        0.1, 0.1, 0.09)),
    ]  # fmt: skip
    sprite.fill(Fade((-0.25, 0.5), (0.25, 0.5), shade(green, 0.07), shade(green, -0.1)), *body)
    for x in (-0.055, -0.018, 0.02, 0.056):
        sprite.fill(shade(green, -0.14), limb([(x, 0.0), (x, 0.95)], (0.007, 0.005)), alpha=0.6,
            inside=True)
    sprite.ground()
    if look.hero or stream.chance(0.4):
        sprite.fill(look.accent(0, 0.6, from_hex("#e8739a")), ellipse(0, 1.0, 0.05, 0.035),
            ellipse(0.21, right + 0.3, 0.03, 0.02))


def paint_bush(sprite: Sprite, look: Look) -> None:
    """Paint a low round bush."""
    crown(sprite, look, (0.0, 0.42), (0.55, 0.36), leaf_colour(look))


def paint_pine_silhouettes(
    xs: list[float], bases: list[float], heights: list[float], stream: Stream
) -> list[Outline]:
    """Return rows of distant firs as plain outlines in px (y down)."""
    shapes = []
    for x, base, tall in zip(xs, bases, heights, strict=True):
        half = tall * stream.uniform(0.15, 0.22)
        points = [(x, base - tall)]
        for level in range(1, 6):
            t = level / 5
            points.append((x + half * t, base - tall * (1 - t)))
            points.append((x + half * t * 0.55, base - tall * (1 - t) - tall * 0.02))
        points.append((x, base + tall * 0.06))
        for level in range(5, 0, -1):
            t = level / 5
            points.append((x - half * t * 0.55, base - tall * (1 - t) - tall * 0.02))
            points.append((x - half * t, base - tall * (1 - t)))
        shapes.append(outline(points))
    return shapes


def paint_grass_tuft(sprite: Sprite, look: Look) -> None:
    """Paint a tuft of blades."""
    stream = look.stream.child("tuft")
    leaf = look.main(*_LEAVES[look.season])
    for tone in (-0.1, 0.0, 0.09):
        blades = []
        for _ in range(12):
            x, lean = stream.normal(0.22), stream.normal(0.16)
            tall = stream.uniform(0.45, 1.0)
            blades.append(limb([(x, -0.02), (x + lean * 0.3, tall * 0.6), (x + lean, tall)],
                (0.045, 0.03, 0.004), 5))
        sprite.fill(shade(leaf, tone), *blades)
