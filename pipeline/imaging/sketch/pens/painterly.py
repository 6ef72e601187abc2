"""Brushes: watercolour, oil, gouache, impressionist dabs, pastel chalk."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.imaging.sketch.canvas import Planes
from pipeline.imaging.sketch.colour import from_hex
from pipeline.imaging.sketch.finish import luma_of
from pipeline.imaging.sketch.noise import blurred, displaced, fbm, smoothstep
from pipeline.imaging.sketch.pens.common import (
    Desk,
    fibres,
    flow,
    kuwahara,
    lay,
    paper,
    posterised,
    ragged_border,
    saturated,
    smeared,
    to_bytes,
    to_planes,
)


def watercolour(rgb: Planes, desk: Desk) -> Planes:
    """Transparent washes with dark rims, blooms and granulation on white paper."""
    shape = rgb.shape[1:]
    unit = desk.unit
    wobble_x = (
        fbm(desk.stream.child("x"), shape, (shape[0] / unit * 16, shape[1] / unit * 16), 4) - 0.5
    )
    wobble_y = (
        fbm(desk.stream.child("y"), shape, (shape[0] / unit * 16, shape[1] / unit * 16), 4) - 0.5
    )
    reach = np.float32(unit * 0.022)
    moved = np.stack(
        [displaced(plane, wobble_x * reach, wobble_y * reach) for plane in np.clip(rgb, 0, 1)]
    )
    washes = kuwahara(moved, max(2, round(unit * 0.006)))
    level = luma_of(washes)
    soft = blurred(level, unit * 0.006)
    rim = np.clip((soft - level) * 3.2, 0, 0.34) + np.clip(
        np.abs(level - blurred(level, unit * 0.003)) * 1.5, 0, 0.16
    )
    blooms = (
        fbm(
            desk.stream.child("blooms"),
            shape,
            (shape[0] / unit * 3.2, shape[1] / unit * 3.2),
            5,
            0.55,
        )
        - 0.5
    )
    tooth = paper(desk.stream, shape, unit)
    white = from_hex("#fbf8f0")
    saturated(washes, 1.18)
    density = 0.9 + blooms * np.float32(0.7) + tooth * np.float32(0.2) * (1.1 - level)
    result = np.empty_like(rgb)
    for channel in range(3):
        pigment = (1 - washes[channel]) * density
        result[channel] = white[channel] * (
            1 - np.clip(pigment + rim * (1.1 - washes[channel]), 0, 1)
        )
    edge = ragged_border(desk, shape, 0.035)
    pooled = np.clip(edge * (1 - blurred(edge, unit * 0.007)) * 2, 0, 1) * np.float32(0.2)
    result *= 1 - pooled
    lay(result, white, 1 - edge)
    result *= 1 + tooth * np.float32(0.05)
    return result


def oil(rgb: Planes, desk: Desk) -> Planes:
    """Thick paint laid along the forms, with the light catching the brush's furrows."""
    return _brushed(rgb, desk, impasto=1.0, patch=0.005)


def gouache(rgb: Planes, desk: Desk) -> Planes:
    """Opaque matt colour in few tones, dry at the edges."""
    shape = rgb.shape[1:]
    simple = kuwahara(np.clip(rgb, 0, 1), max(2, round(desk.unit * 0.01)))
    level = luma_of(simple)
    stepped = posterised(level, 9, 0.22)
    simple *= (stepped + 0.04) / (level + np.float32(0.04))
    dry = fibres(desk.stream, shape, desk.unit, 12, 130)
    tooth = paper(desk.stream, shape, desk.unit)
    streak = (dry - 0.5) * np.float32(0.09) + tooth * np.float32(0.06)
    simple *= 1 + streak
    saturated(simple, 1.08)
    lay(simple, from_hex("#f6efe2"), 0.05)
    return simple


def _brushed(rgb: Planes, desk: Desk, impasto: float, patch: float) -> Planes:
    shape = rgb.shape[1:]
    unit = desk.unit
    simple = kuwahara(np.clip(rgb, 0, 1), max(2, round(unit * patch)))
    level = luma_of(simple)
    across, down = flow(level, unit * 0.012)
    # Flat places have no edges to follow: there the hand swings freely.
    swing = fbm(
        desk.stream.child("swing"), shape, (shape[0] / unit * 2.4, shape[1] / unit * 2.4), 3
    )
    angle = (swing - 0.5) * np.float32(7.0)
    energy = blurred(np.abs(cv2.Laplacian(level, cv2.CV_32F)), unit * 0.012)
    firm = smoothstep(0.0008, 0.008, energy)
    across = across * firm + np.cos(angle) * (1 - firm)
    down = down * firm + np.sin(angle) * (1 - firm)
    hair = desk.stream.child("hair").array(shape[0] // 2 + 1, shape[1] // 2 + 1)
    locks = cv2.resize(hair, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    streaks = smeared(np.asarray(locks, np.float32), across, down, unit * 0.034, 8)
    streaks = (streaks - np.float32(streaks.mean(dtype=np.float64))) * np.float32(4.2)
    result = np.stack([smeared(plane, across, down, unit * 0.014, 3) for plane in simple])
    slope = cv2.Sobel(blurred(streaks, 0.8), cv2.CV_32F, 0, 1, ksize=3) * np.float32(0.07)
    mix = np.clip(streaks * np.float32(0.1 * impasto), -0.16, 0.16)
    result *= 1 + mix
    gloss = np.clip(slope, -0.22, 0.26) * np.float32(impasto)
    for channel in range(3):
        result[channel] += gloss * (0.25 + 0.5 * level)
    saturated(result, 1.12)
    weave = fibres(desk.stream.child("warp"), shape, unit, 0, 240) + fibres(
        desk.stream.child("weft"), shape, unit, 90, 240
    )
    result *= 1 + (weave - 1) * np.float32(0.035)
    return result


def impressionist(rgb: Planes, desk: Desk) -> Planes:
    """Short dabs of broken colour, large first and small last."""
    height, width = rgb.shape[1:]
    unit = desk.unit
    source = np.clip(rgb, 0, 1)
    level = luma_of(source)
    across, down = flow(level, unit * 0.01)
    energy = blurred(np.abs(cv2.Laplacian(blurred(level, 1.2), cv2.CV_32F)), unit * 0.006)
    canvas = to_bytes(np.stack([blurred(plane, unit * 0.02) for plane in source]))
    sampled = to_bytes(np.stack([blurred(plane, unit * 0.003) for plane in source]))
    for order, (size, dense) in enumerate(((0.022, 0.9), (0.0125, 1.0), (0.0075, 0.8))):
        stream = desk.stream.child(str(order))
        step = unit * size * 1.05
        count = int(height * width / step**2 * dense * (0.6 + 0.5 * desk.detail))
        for x, y, turn, tone in stream.array(count, 4).tolist():
            column, row = min(width - 1, int(x * width)), min(height - 1, int(y * height))
            if order == 2 and energy[row, column] < 0.003:
                continue
            angle = (
                np.degrees(np.arctan2(down[row, column], across[row, column])) + (turn - 0.5) * 50
            )
            jitter = (tone - 0.5) * 34
            colour = [
                int(min(255, max(0, c + jitter * w)))
                for c, w in zip(sampled[row, column].tolist(), (1.0, 0.8, 1.15), strict=True)
            ]
            axes = (
                max(1, int(unit * size * (0.9 + tone * 0.6) * 8)),
                max(1, int(unit * size * 0.36 * 8)),
            )
            cv2.ellipse(
                canvas,
                (int(x * width * 8), int(y * height * 8)),
                axes,
                float(angle),
                0,
                360,
                colour,
                -1,
                cv2.LINE_AA,
                3,
            )
    result = to_planes(canvas)
    bump = luma_of(result)
    emboss = (bump - displaced(bump, np.ones_like(bump), np.ones_like(bump) * 1.5)) * np.float32(
        0.35
    )
    result += np.clip(emboss, -0.07, 0.07)
    saturated(result, 1.22)
    return result


def pastel_chalk(rgb: Planes, desk: Desk) -> Planes:
    """Soft chalk dragged over toned paper, missing its hollows."""
    shape = rgb.shape[1:]
    unit = desk.unit
    simple = kuwahara(np.clip(rgb, 0, 1), max(2, round(unit * 0.007)))
    across, down = flow(luma_of(simple), unit * 0.012)
    hair = desk.stream.child("hair").array(*shape)
    strokes = smeared(
        hair, across * 0.4 + np.float32(0.75), down * 0.4 - np.float32(0.6), unit * 0.02, 5
    )
    strokes = (strokes - 0.5) * np.float32(3.0)
    tooth = paper(desk.stream, shape, unit, 1.1)
    ground = from_hex("#cdbfae")
    level = luma_of(simple)
    cover = np.clip(0.9 + strokes * 0.4 + tooth * 0.6 + (level - 0.5) * 0.15, 0.25, 1)
    result = np.empty_like(simple)
    for channel in range(3):
        chalk = simple[channel] * 0.9 + 0.08 + strokes * np.float32(0.05)
        result[channel] = ground[channel] + (chalk - ground[channel]) * cover
    saturated(result, 1.15)
    return result


def fresco(rgb: Planes, desk: Desk) -> Planes:
    """Old wall painting: chalky colour, craquelure, losses to the plaster."""
    shape = rgb.shape[1:]
    unit = desk.unit
    simple = kuwahara(np.clip(rgb, 0, 1), max(2, round(unit * 0.008)))
    saturated(simple, 0.72)
    lay(simple, from_hex("#e6d8be"), 0.16)
    cracks = fbm(
        desk.stream.child("cracks"), shape, (shape[0] / unit * 7, shape[1] / unit * 7), 5, 0.6
    )
    lines = np.exp(-((np.abs(cracks - 0.5) * np.float32(190)) ** 2))
    lay(simple, from_hex("#6a5a48"), lines * np.float32(0.4))
    loss = fbm(desk.stream.child("loss"), shape, (shape[0] / unit * 4, shape[1] / unit * 4), 6, 0.6)
    lay(simple, from_hex("#d9cbb2"), smoothstep(0.66, 0.7, loss) * np.float32(0.9))
    simple *= 1 + paper(desk.stream, shape, unit, 0.7) * np.float32(0.08)
    return simple
