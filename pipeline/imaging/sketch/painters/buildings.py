"""Houses and landmarks, in local units (feet at 0, top at 1)."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from pipeline.imaging.sketch.colour import Colour, from_hex, shade
from pipeline.imaging.sketch.geometry import (
    Outline,
    arc,
    ellipse,
    limb,
    outline,
    rectangle,
    smooth,
)
from pipeline.imaging.sketch.look import Look
from pipeline.imaging.sketch.sprite import Fade, Sprite, upright

# Outlines read better as dense lists of points than one number to a line.
# fmt: off

WARM_LIGHT: Colour = (1.0, 0.8, 0.45)


def wall(
    sprite: Sprite, colour: Colour, left: float, bottom: float, right: float, top: float
) -> None:
    """Paint a wall with a little light falling across it."""
    paint = Fade((left, 0), (right, 0), shade(colour, 0.03), shade(colour, -0.06))
    sprite.fill(paint, rectangle(left, bottom, right, top))


def windows(sprite: Sprite, look: Look, frames: list[Outline], glass: Colour | None = None) -> None:
    """Paint panes: glowing at night, mirroring the sky by day."""
    stream = look.stream.child("windows")
    pane = from_hex("#6c8296") if glass is None else glass
    sprite.fill(shade(pane, -0.18 * (0.4 + look.night)), *frames)
    if look.night > 0.25:
        lit = [frame for frame in frames if stream.chance(0.72)]
        if lit:
            sprite.fill(from_hex("#f4c878"), *lit)
            sprite.shine(WARM_LIGHT, *lit, strength=0.5 + 0.4 * look.night, spill=0.016)
    elif sprite.scale > 70:
        glints = [frame + np.array([0.0, 0.0]) for frame in frames if stream.chance(0.3)]
        if glints:
            sprite.fill(shade(pane, 0.2), *glints, alpha=0.5)


def roof(
    sprite: Sprite, colour: Colour, left: float, right: float, eaves: float, ridge: float
) -> None:
    """Paint a gable roof seen a little from the side."""
    middle = (left + right) / 2
    over = (right - left) * 0.08
    sprite.fill(Fade((0, ridge), (0, eaves), shade(colour, 0.06), shade(colour, -0.06)),
        outline([(left - over, eaves), (middle, ridge), (right + over, eaves)]))
    sprite.fill(shade(colour, -0.16), outline([
        (left - over, eaves), (middle, ridge), (right + over, eaves), (right + over * 0.5,
        eaves - 0.012),
        (middle, ridge - 0.045), (left - over * 0.5, eaves - 0.012),
    ]), alpha=0.8)  # fmt: skip


def paint_house(sprite: Sprite, look: Look) -> None:
    """Paint a house in three-quarter view: gable front, long roof, chimney, lit windows."""
    stream = look.stream.child("house")
    plaster = look.main("#efe3cf", "#e2d2b8", "#d9c0ac", "#c9d2cf", "#e9dcd0")
    tiles = look.part("roof", look.second("#9c4a36", "#7d4a3c", "#5a5f6b", "#a85a3c"))
    front, side, eaves = 0.26, 0.74, 0.5
    ridge = stream.uniform(0.8, 0.9)
    left = -0.62
    mid = left + front
    sprite.fill(from_hex("#8a5a48"), rectangle(0.1, ridge - 0.12, 0.2, ridge + 0.1))
    sprite.fill(shade(plaster, -0.09), rectangle(left + 2 * front, 0, left + 2 * front + side,
        eaves))
    wall(sprite, plaster, left, 0, left + 2 * front, eaves)
    sprite.fill(upright(plaster, 0.4, 0.9, 0.03), outline([(left, eaves), (mid, ridge),
        (left + 2 * front, eaves)]))
    long_roof = outline([
        (mid, ridge), (mid + side, ridge), (left + 2 * front + side + 0.05, eaves - 0.03),
        (left + 2 * front - 0.02, eaves - 0.03),
    ])  # fmt: skip
    sprite.fill(Fade((0, eaves), (0, ridge), shade(tiles, -0.04), shade(tiles, 0.07)), long_roof)
    for row in range(1, 5):
        t = row / 5
        y = eaves - 0.03 + (ridge - eaves + 0.03) * t
        x0 = left + 2 * front - 0.02 + (mid - left - 2 * front + 0.02) * t
        sprite.fill(shade(tiles, -0.09), limb([(x0, y), (x0 + side + 0.05, y)], (0.006, 0.006)),
            alpha=0.6, inside=True)
    barge = limb([(left - 0.05, eaves - 0.04), (mid, ridge + 0.015),
        (left + 2 * front + 0.0, eaves - 0.04)], (0.035, 0.035), 1)
    sprite.fill(shade(tiles, -0.1), barge)
    door = look.part("door", look.accent(1, 0.5, from_hex("#6a4a38")))
    sprite.fill(upright(door, 0, 0.3, 0.05), rectangle(mid - 0.07, 0, mid + 0.07, 0.27))
    sprite.fill(from_hex("#e8c77a"), ellipse(mid + 0.045, 0.13, 0.01))
    frames = [rectangle(mid - 0.06, 0.48, mid + 0.06, 0.62)]
    frames += [rectangle(x, 0.18, x + 0.13, 0.36) for x in (0.0, 0.22, 0.44)]
    frames += [rectangle(left + 0.045, 0.16, left + 0.135, 0.34),
        rectangle(left + 0.385, 0.16, left + 0.475, 0.34)]
    sprite.fill(shade(plaster, 0.1), *(_grown(frame, 0.014) for frame in frames))
    windows(sprite, look, frames)
    bars = [limb([(f[0][0], f[:, 1].mean()), (f[1][0], f[:, 1].mean())], (0.008, 0.008), 1)
        for f in frames]
    sprite.fill(shade(plaster, 0.1), *bars)
    if look.season == "winter" or "snowcap" in look.flags:
        sprite.fill((0.95, 0.97, 1.0), long_roof, alpha=0.86)
        sprite.fill((0.97, 0.98, 1.0), barge, alpha=0.9)


def _grown(frame: Outline, by: float) -> Outline:
    centre = frame.mean(axis=0)
    return np.asarray(frame + np.sign(frame - centre) * by, np.float64)


def paint_cabin(sprite: Sprite, look: Look) -> None:
    """Paint a log cabin with a steep roof and smoke."""
    timber = look.main("#8a5e3c", "#74503a")
    for row in range(7):
        y = row * 0.062
        sprite.fill(upright(shade(timber, 0.02 * (row % 2)), y, y + 0.062, 0.07),
            rectangle(-0.5, y, 0.5, y + 0.064))
    gable = outline([(-0.5, 0.43), (0, 0.96), (0.5, 0.43)])
    sprite.fill(upright(shade(timber, -0.03), 0.4, 0.95, 0.05), gable)
    tiles = look.part("roof", from_hex("#4f3d38"))
    left = limb([(-0.62, 0.34), (0.0, 1.0)], (0.075, 0.075), 1)
    right = limb([(0.62, 0.34), (0.0, 1.0)], (0.075, 0.075), 1)
    sprite.fill(shade(tiles, 0.04), left)
    sprite.fill(shade(tiles, -0.05), right)
    if look.season == "winter" or "snowcap" in look.flags:
        snow = (0.95, 0.97, 1.0)
        sprite.fill(snow, limb([(-0.63, 0.37), (0.0, 1.035)], (0.06, 0.06), 1),
            limb([(0.63, 0.37), (0, 1.035)], (0.06, 0.06), 1))
    sprite.fill(shade(timber, -0.2), rectangle(-0.09, 0, 0.09, 0.3))
    frames = [rectangle(-0.39, 0.16, -0.2, 0.32), rectangle(0.2, 0.16, 0.39, 0.32),
        rectangle(-0.09, 0.52, 0.09, 0.68)]
    sprite.fill(shade(timber, 0.14), *(_grown(frame, 0.018) for frame in frames))
    windows(sprite, look, frames)


def paint_castle(sprite: Sprite, look: Look) -> None:
    """Paint a castle of round towers with pointed roofs."""
    stream = look.stream.child("castle")
    stone = look.main("#b8ab98", "#a6a39c", "#c9b8a0")
    tiles = look.part("roof", look.second("#5a6c94", "#8a4a44", "#4f6f74"))
    towers = [(-0.52, 0.11, 0.5), (-0.28, 0.09, 0.62), (0.02, 0.13, 0.78), (0.3, 0.1, 0.58),
        (0.54, 0.1, 0.46)]
    frames: list[Outline] = []
    sprite.fill(Fade((-0.6, 0), (0.6, 0), stone, shade(stone, -0.12)),
        rectangle(-0.55, 0, 0.55, 0.3))
    merlons = [rectangle(-0.55 + 0.055 * i, 0.3, -0.52 + 0.055 * i, 0.34) for i in range(20)]
    sprite.fill(shade(stone, -0.04), *merlons)
    for x, half, top in towers:
        top += stream.uniform(-0.04, 0.03)
        sprite.fill(Fade((x - half, 0), (x + half, 0), shade(stone, 0.06), shade(stone, -0.16)),
            rectangle(x - half, 0, x + half, top))
        sprite.fill(shade(stone, -0.06), rectangle(x - half * 1.16, top - 0.045, x + half * 1.16,
            top))
        peak = top + half * 2.1
        cone = outline([(x - half * 1.3, top), (x, peak), (x + half * 1.3, top)])
        sprite.fill(Fade((x - half, 0), (x + half, 0), shade(tiles, 0.07), shade(tiles, -0.14)),
            cone)
        pennant = look.accent(0, 0.8, from_hex("#c23b3b"))
        sprite.fill(from_hex("#555555"), limb([(x, peak), (x, peak + 0.05)], (0.005, 0.004), 1))
        sprite.fill(pennant, outline([(x, peak + 0.05), (x + 0.055, peak + 0.036),
            (x, peak + 0.022)]))
        for y in np.arange(0.4, top - 0.07, 0.14).tolist():
            frames.append(_slit(x, y, half * 0.24, 0.065))
    gate = np.concatenate([arc(0.02, 0.13, 0.075, 0, 180), outline([(-0.055, 0), (0.095, 0)])])
    sprite.fill(from_hex("#3c3028"), gate)
    windows(sprite, look, frames, from_hex("#4c4a4e"))


def _slit(x: float, y: float, half: float, tall: float) -> Outline:
    return np.concatenate([arc(x, y + tall - half, half, 0, 180),
        outline([(x - half, y), (x + half, y)])])


def paint_lighthouse(sprite: Sprite, look: Look) -> None:
    """Paint a lighthouse on its rock; its lamp burns when it is dark."""
    white = look.main("#f0ebe2")
    band = look.second("#c2402f", "#34527a")
    rock = smooth([(-0.34, -0.02), (-0.26, 0.07), (-0.1, 0.1), (0.1, 0.09), (0.26, 0.06),
        (0.36, -0.02)])
    sprite.fill(from_hex("#6b6660"), rock)

    def half(y: float) -> float:
        return 0.125 - 0.065 * (y - 0.08) / 0.66

    edges = np.linspace(0.08, 0.74, 6).tolist()
    for index, (y0, y1) in enumerate(pairwise(edges)):
        colour = band if index % 2 else white
        piece = outline([(-half(y0), y0), (half(y0), y0), (half(y1), y1), (-half(y1), y1)])
        sprite.fill(Fade((-0.12, 0), (0.12, 0), shade(colour, 0.02), shade(colour, -0.2)), piece)
    iron = from_hex("#3b3f45")
    sprite.fill(iron, rectangle(-0.095, 0.735, 0.095, 0.757))
    sprite.fill(from_hex("#f7e3a4"), rectangle(-0.05, 0.757, 0.05, 0.86))
    sprite.fill(iron, *(rectangle(x - 0.004, 0.757, x + 0.004, 0.86)
        for x in (-0.048, -0.016, 0.016, 0.048)))
    sprite.fill(band, outline([(-0.066, 0.86), (0, 0.95), (0.066, 0.86)]))
    sprite.fill(iron, limb([(0, 0.95), (0, 1.0)], (0.008, 0.005), 1))
    frames = [_slit(0.0, y, 0.018, 0.055) for y in (0.22, 0.4, 0.58)]
    windows(sprite, look, frames)
    if look.night > 0.1:
        sprite.shine((1.0, 0.93, 0.7), rectangle(-0.05, 0.757, 0.05, 0.86), strength=1.0,
            spill=0.05)
        for side in (-1, 1):
            beam = outline([(0, 0.82), (side * 2.6, 1.02), (side * 2.6, 0.7), (0, 0.795)])
            sprite.shine((1.0, 0.94, 0.75), beam, strength=0.2 + 0.1 * look.night)


def paint_church(sprite: Sprite, look: Look) -> None:
    """Paint a village church with a steeple."""
    plaster = look.main("#ece4d6", "#d8ccb8")
    tiles = look.part("roof", look.second("#7a4438", "#56606e"))
    sprite.fill(shade(plaster, -0.07), rectangle(-0.12, 0, 0.5, 0.32))
    sprite.fill(Fade((0, 0.3), (0, 0.55), shade(tiles, -0.05), shade(tiles, 0.06)),
        outline([(-0.12, 0.31), (0.54, 0.31), (0.46, 0.54), (-0.12, 0.54)]))
    wall(sprite, plaster, -0.36, 0, -0.1, 0.58)
    sprite.fill(Fade((-0.4, 0), (-0.06, 0), shade(tiles, 0.07), shade(tiles, -0.12)),
        outline([(-0.39, 0.57), (-0.23, 0.94), (-0.07, 0.57)]))
    gold = from_hex("#d9b45a")
    sprite.fill(gold, limb([(-0.23, 0.93), (-0.23, 1.0)], (0.01, 0.01), 1),
        limb([(-0.255, 0.975), (-0.205, 0.975)], (0.01, 0.01), 1))
    frames = [_slit(x, 0.1, 0.028, 0.13) for x in (0.02, 0.17, 0.32)] + [_slit(-0.23, 0.4, 0.03,
        0.1)]
    windows(sprite, look, frames)
    sprite.fill(from_hex("#5c4434"), _slit(-0.23, 0.0, 0.05, 0.2))


def paint_windmill(sprite: Sprite, look: Look) -> None:
    """Paint a windmill, or a wind turbine when that was the word."""
    stream = look.stream.child("mill")
    turn = stream.uniform(0, 90)
    if "turbine" in look.word:
        white = look.main("#f2f2ee")
        sprite.fill(Fade((-0.02, 0), (0.02, 0), white, shade(white, -0.15)),
            limb([(0, 0), (0, 0.66)], (0.04, 0.02), 1))
        for blade in range(3):
            angle = math.radians(90 + turn + blade * 120)
            tip = (math.cos(angle) * 0.34, 0.67 + math.sin(angle) * 0.34)
            sprite.fill(white, limb([(0, 0.67), tip], (0.034, 0.006), 2))
        sprite.fill(shade(white, -0.05), ellipse(0, 0.67, 0.025))
        return
    body = look.main("#e8ddcc", "#b08968")
    tower = outline([(-0.2, 0), (0.2, 0), (0.12, 0.56), (-0.12, 0.56)])
    sprite.fill(Fade((-0.2, 0), (0.2, 0), shade(body, 0.03), shade(body, -0.16)), tower)
    cap = look.part("roof", look.second("#7d4b3a", "#4f5a63"))
    sprite.fill(shade(cap, 0.0), smooth([(-0.14, 0.55), (-0.1, 0.65), (0, 0.7), (0.1, 0.65),
        (0.14, 0.55)]))
    frames = [_slit(0, 0.34, 0.03, 0.09), _slit(-0.05, 0.14, 0.03, 0.09)]
    windows(sprite, look, frames)
    sprite.fill(from_hex("#5c4434"), _slit(0.04, 0.0, 0.045, 0.16))
    dark = from_hex("#54453a")
    hub = np.array([0.0, 0.62])
    for blade in range(4):
        angle = math.radians(45 + turn * 0.5 + blade * 90)
        direction = np.array([math.cos(angle), math.sin(angle)])
        normal = np.array([-direction[1], direction[0]])
        sprite.fill(dark, limb([tuple(hub), tuple(hub + direction * 0.4)], (0.016, 0.01), 1))
        cloth = outline([tuple(hub + direction * d + normal * n) for d,
            n in ((0.08, 0.005), (0.4, 0.005), (0.4, 0.09), (0.08, 0.075))])
        sprite.fill(look.part("sail", from_hex("#f0e7d6")), cloth, alpha=0.92)
        for d in (0.16, 0.24, 0.32):
            sprite.fill(dark, limb([tuple(hub + direction * d),
                tuple(hub + direction * d + normal * 0.085)], (0.005, 0.005), 1))
    sprite.fill(dark, ellipse(0, 0.62, 0.022))


def paint_pagoda(sprite: Sprite, look: Look) -> None:
    """Paint a five-storied pagoda with upswept eaves."""
    red = look.main("#a8392e", "#8c3b34")
    tiles = look.part("roof", look.second("#3f4a52", "#4a4f57", "#35524f"))
    frames: list[Outline] = []
    storeys = 5
    y = 0.03
    sprite.fill(from_hex("#9a948a"), rectangle(-0.36, 0, 0.36, 0.035))
    for level in range(storeys):
        half = 0.24 - 0.032 * level
        tall = 0.1 - 0.004 * level
        sprite.fill(upright(red, y, y + tall, 0.05), rectangle(-half, y, half, y + tall))
        frames += [rectangle(x - 0.028, y + 0.022, x + 0.028, y + tall - 0.02)
            for x in (-half * 0.55, 0.0, half * 0.55)]
        over = half + 0.13 - 0.012 * level
        y += tall
        eave = [(-over, y + 0.028), (-half * 0.9, y - 0.008), (half * 0.9, y - 0.008),
            (over, y + 0.028), (half * 0.7, y + 0.06), (-half * 0.7, y + 0.06)]
        sprite.fill(upright(tiles, y - 0.01, y + 0.06, 0.08), smooth(eave, density=8))
        y += 0.052
    sprite.fill(from_hex("#c9a24a"), limb([(0, y), (0, 1.0)], (0.022, 0.006), 2))
    sprite.fill(from_hex("#c9a24a"), *(ellipse(0, h, 0.022, 0.006)
        for h in np.linspace(y + 0.03, 0.97, 5).tolist()))
    windows(sprite, look, frames, from_hex("#e8d6a8"))


def paint_torii(sprite: Sprite, look: Look) -> None:
    """Paint a torii gate."""
    red = look.main("#c8402c", "#b5382a")
    for side in (-1, 1):
        post = outline([(side * 0.46 - 0.045, 0), (side * 0.46 + 0.045, 0),
            (side * 0.38 + 0.04, 0.86), (side * 0.38 - 0.04, 0.86)])
        sprite.fill(Fade((side * 0.46 - 0.05, 0), (side * 0.46 + 0.05, 0), shade(red, 0.06),
            shade(red, -0.14)), post)
        sprite.fill(from_hex("#33302e"), rectangle(side * 0.46 - 0.055, 0, side * 0.46 + 0.055,
            0.06))
    sprite.fill(upright(red, 0.62, 0.7, 0.05), rectangle(-0.56, 0.63, 0.56, 0.695))
    sprite.fill(shade(red, -0.08), rectangle(-0.05, 0.69, 0.05, 0.82))
    sprite.fill(upright(red, 0.8, 0.88, 0.05), outline([(-0.64, 0.83), (0, 0.8), (0.64, 0.83),
        (0.66, 0.9), (0, 0.87), (-0.66, 0.9)]))
    lintel = smooth([(-0.74, 0.95), (-0.4, 0.885), (0, 0.87), (0.4, 0.885), (0.74, 0.95),
        (0.7, 0.985), (0.4, 0.93), (0, 0.915), (-0.4, 0.93), (-0.7, 0.985)])
    sprite.fill(from_hex("#2f2b2b"), lintel)


def paint_tower(sprite: Sprite, look: Look) -> None:
    """Paint a single tall tower: glass and steel, or the Eiffel's lattice by night or day."""
    stream = look.stream.child("tower")
    steel = look.main("#7f93a6", "#8a98a4", "#6f8796")
    setbacks = [(0.17, 0.0, 0.45), (0.13, 0.45, 0.72), (0.085, 0.72, 0.86)]
    frames: list[Outline] = []
    for half, y0, y1 in setbacks:
        sprite.fill(Fade((-half, 0), (half, 0), shade(steel, 0.1), shade(steel, -0.16)),
            rectangle(-half, y0, half, y1))
        columns = max(3, int(half / 0.021))
        for row in np.arange(y0 + 0.012, y1 - 0.014, 0.024).tolist():
            for column in range(columns):
                x = -half + (column + 0.5) * 2 * half / columns
                if stream.chance(0.86):
                    frames.append(rectangle(x - half / columns * 0.62, row, x + half / columns
                        * 0.62, row + 0.013))
    windows(sprite, look, frames)
    sprite.fill(shade(steel, -0.1), outline([(-0.06, 0.86), (0, 0.94), (0.06, 0.86)]),
        limb([(0, 0.92), (0, 1.0)], (0.01, 0.004), 1))
    if look.night > 0.3:
        sprite.shine((1.0, 0.3, 0.25), ellipse(0, 1.0, 0.008), spill=0.02)


def paint_tent(sprite: Sprite, look: Look) -> None:
    """Paint a tent, lit from within at night, with a small fire beside it."""
    cloth = look.main("#e0803c", "#5f8f8a", "#d9b44a")
    sprite.fill(shade(cloth, -0.1), outline([(-0.1, 0.0), (0.62, 0.0), (0.3, 0.72), (-0.28, 0.8)]))
    front = outline([(-0.66, 0), (0.1, 0), (-0.28, 0.8)])
    sprite.fill(Fade((-0.28, 0.8), (-0.28, 0), shade(cloth, 0.08), cloth), front)
    opening = outline([(-0.42, 0), (-0.14, 0), (-0.28, 0.56)])
    sprite.fill(shade(cloth, -0.32), opening)
    if look.night > 0.2 or look.word in ("campfire", "bonfire", "camp"):
        sprite.shine((1.0, 0.75, 0.4), front, strength=0.35 * max(0.4, look.night))
        sprite.shine((1.0, 0.85, 0.5), opening, strength=0.8, spill=0.06)
        flame = [(0.92, 0.02), (0.84, 0.14), (0.9, 0.2), (0.93, 0.36), (0.99, 0.22), (1.04, 0.13),
            (0.98, 0.02)]
        sprite.fill(from_hex("#f08a2c"), smooth(flame))
        sprite.shine((1.0, 0.55, 0.18), smooth(flame), strength=1.0, spill=0.12)
        sprite.fill(from_hex("#4a3426"), limb([(0.78, 0.0), (1.06, 0.04)], (0.04, 0.04), 1),
            limb([(1.06, 0.0), (0.78, 0.04)], (0.04, 0.04), 1))


def paint_pyramid(sprite: Sprite, look: Look) -> None:
    """Paint a pyramid of stone courses, one face in the light."""
    stone = look.main("#d8b27c", "#cfa874")
    sprite.fill(upright(shade(stone, 0.05), 0, 1, 0.04), outline([(-0.85, 0), (0.22, 0), (0, 1)]))
    sprite.fill(upright(shade(stone, -0.2), 0, 1, 0.04), outline([(0.22, 0), (0.85, 0.03), (0, 1)]))
    for row in range(1, 22):
        y = row / 22
        left, edge, right = -0.85 * (1 - y), 0.22 * (1 - y), 0.85 * (1 - y)
        sprite.fill(shade(stone, -0.12), limb([(left, y), (edge, y), (right, y)], (0.004, 0.004),
            1), alpha=0.3)
