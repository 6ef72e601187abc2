"""Points: pencil, charcoal, ink wash, line art, engraving, woodcut, blueprint, comic."""

from __future__ import annotations

import math

import cv2
import numpy as np

from pipeline.imaging.sketch.canvas import Planes
from pipeline.imaging.sketch.colour import Colour, from_hex
from pipeline.imaging.sketch.finish import luma_of
from pipeline.imaging.sketch.noise import blurred, fbm
from pipeline.imaging.sketch.pens.common import (
    Desk,
    fibres,
    flat,
    ink_lines,
    kuwahara,
    lay,
    paper,
    posterised,
    ragged_border,
    saturated,
    smeared,
)
from pipeline.imaging.sketch.stream import Plane


def _tones(rgb: Planes) -> Plane:
    """Return luma stretched to use the whole range, 0 … 1."""
    level = np.clip(luma_of(rgb), 0, 1)
    small = cv2.resize(level, (64, 64), interpolation=cv2.INTER_AREA).ravel()
    ordered = np.sort(small)
    low, high = float(ordered[80]), float(ordered[-80])
    return np.asarray(np.clip((level - low) / max(0.15, high - low), 0, 1), np.float32)


def _hatching(desk: Desk, tone: Plane, angles: tuple[float, ...], fine: float) -> Plane:
    """Return 0 … 1 graphite: each further direction only in darker tones."""
    dark = np.zeros_like(tone)
    for index, angle in enumerate(angles):
        strokes = fibres(desk.stream.child(f"hatch{index}"), tone.shape, desk.unit, angle, fine)
        threshold = 0.92 - 0.24 * index
        depth = np.clip((np.float32(threshold) - tone) * np.float32(1.7), 0, 1)
        dark = 1 - (1 - dark) * (1 - np.clip((strokes - 0.56 + depth * 0.42) * 2.6, 0, 1) * depth)
    return dark


def pencil(rgb: Planes, desk: Desk) -> Planes:
    """Graphite on white paper: outlines and hatching."""
    tone = _tones(rgb)
    shape = tone.shape
    tooth = paper(desk.stream, shape, desk.unit)
    hatch = _hatching(desk, tone, (32.0, 58.0, -12.0), 300)
    lines = ink_lines(blurred(tone, desk.unit * 0.0012), desk.unit * 0.0022, 20, 0.08)
    smudge = np.clip(1 - tone, 0, 1) * np.float32(0.3)
    graphite = 1 - (1 - hatch * np.float32(0.6)) * (1 - lines * np.float32(0.86)) * (1 - smudge)
    graphite = np.clip(graphite * (1 + tooth * np.float32(0.9)), 0, 1)
    sheet = flat(from_hex("#f8f6f0"), rgb)
    edge = ragged_border(desk, shape, 0.03)
    lay(sheet, from_hex("#35353a"), graphite * np.float32(0.94) * edge)
    sheet *= 1 + tooth * np.float32(0.03)
    return sheet


def coloured_pencil(rgb: Planes, desk: Desk) -> Planes:
    """Layers of coloured pencil with the paper shining through."""
    shape = rgb.shape[1:]
    simple = kuwahara(np.clip(rgb, 0, 1), max(2, round(desk.unit * 0.005)))
    tone = _tones(simple)
    first = fibres(desk.stream.child("a"), shape, desk.unit, 38, 340)
    second = fibres(desk.stream.child("b"), shape, desk.unit, 72, 340)
    tooth = paper(desk.stream, shape, desk.unit)
    cover = np.clip(
        0.5 + (1 - tone) * 0.5 + (first - 0.5) * 0.9 + (second - 0.5) * 0.6 + tooth * 0.6, 0.04, 1
    )
    saturated(simple, 1.3)
    sheet = flat(from_hex("#faf7f0"), rgb)
    for channel in range(3):
        sheet[channel] += (simple[channel] * 0.96 - sheet[channel]) * cover
    lines = ink_lines(blurred(luma_of(simple), desk.unit * 0.0012), desk.unit * 0.002, 18, 0.05)
    lay(sheet, from_hex("#4a4048"), lines * np.clip(0.62 + tooth, 0.2, 0.8))
    return sheet


def charcoal(rgb: Planes, desk: Desk) -> Planes:
    """Charcoal and white chalk, rubbed, on warm paper."""
    tone = _tones(rgb)
    shape = tone.shape
    tooth = paper(desk.stream, shape, desk.unit, 0.8)
    grain = fibres(desk.stream.child("drag"), shape, desk.unit, 41, 200)
    rubbed = blurred(tone, desk.unit * 0.004)
    dark = np.clip((0.72 - rubbed) * 1.5 + (grain - 0.5) * 0.6 + tooth * 0.8, 0, 1) * np.clip(
        (0.95 - rubbed) * 2, 0, 1
    )
    lines = ink_lines(blurred(tone, desk.unit * 0.002), desk.unit * 0.004, 18, 0.06)
    sheet = flat(from_hex("#dccfb9"), rgb)
    lay(
        sheet,
        from_hex("#1e1c1d"),
        1 - (1 - dark * np.float32(0.92)) * (1 - lines * np.clip(0.75 + tooth * 2, 0, 1)),
    )
    light = np.clip((rubbed - 0.84) * 4 + tooth * 1.6 + (grain - 0.5), 0, 1) * np.clip(
        (rubbed - 0.74) * 5, 0, 1
    )
    lay(sheet, (0.98, 0.97, 0.94), light * np.float32(0.75))
    return sheet


def ink_wash(rgb: Planes, desk: Desk) -> Planes:
    """Brush and diluted ink on rice paper, with a red seal."""
    tone = _tones(rgb)
    shape = tone.shape
    unit = desk.unit
    wet = (
        fbm(desk.stream.child("wet"), shape, (shape[0] / unit * 5, shape[1] / unit * 5), 5, 0.55)
        - 0.5
    )
    washes = posterised(np.clip(blurred(tone, unit * 0.007) + wet * np.float32(0.2), 0, 1), 5, 0.34)
    rims = np.clip((blurred(washes, unit * 0.005) - washes) * 2.2, 0, 0.3)
    dry = fibres(desk.stream.child("dry"), shape, unit, 8, 150)
    bold = ink_lines(blurred(tone, unit * 0.002), unit * 0.0055, 16, 0.05) * np.clip(
        0.35 + dry, 0, 1
    )
    ink = 1 - (1 - (1 - washes) ** 1.5 * np.float32(0.86)) * (1 - rims) * (
        1 - bold * np.float32(0.9)
    )
    tooth = paper(desk.stream, shape, unit, 0.6)
    sheet = flat(from_hex("#f1ead9"), rgb)
    edge = ragged_border(desk, shape, 0.045)
    soft = np.asarray(blurred(edge, unit * 0.02), np.float32)
    chroma = kuwahara(np.clip(rgb, 0, 1), max(2, round(unit * 0.012)))
    saturated(chroma, 0.4)
    for channel in range(3):
        tint = 1 - (1 - chroma[channel]) * np.float32(0.16) * soft
        sheet[channel] *= tint
    lay(sheet, from_hex("#1c1d22"), ink * soft)
    sheet *= 1 + tooth * np.float32(0.06)
    _seal(sheet, desk)
    return sheet


def _seal(sheet: Planes, desk: Desk) -> None:
    """Press a small red seal with a made-up sign into the lower corner."""
    _, height, width = sheet.shape
    side = int(desk.unit * 0.05)
    mark = np.zeros((side, side), np.uint8)
    cv2.rectangle(mark, (1, 1), (side - 2, side - 2), 255, -1)
    stream = desk.stream.child("seal")
    for index in range(3):
        y = int(side * (0.24 + 0.26 * index))
        x0, x1 = int(side * stream.uniform(0.16, 0.3)), int(side * stream.uniform(0.66, 0.84))
        cv2.line(mark, (x0, y), (x1, y), 0, max(1, side // 14))
    x = int(side * stream.uniform(0.38, 0.62))
    cv2.line(mark, (x, int(side * 0.16)), (x, int(side * 0.84)), 0, max(1, side // 14))
    left = width - int(desk.unit * 0.09) - side
    top = height - int(desk.unit * 0.09) - side
    worn = paper(stream, (side, side), desk.unit) * np.float32(0.7)
    mask = np.clip(mark.astype(np.float32) / 255 * (0.9 + worn), 0, 1)
    for channel, level in enumerate(from_hex("#b3322a")):
        patch = sheet[channel, top : top + side, left : left + side]
        patch += (level - patch) * mask


def line_art(rgb: Planes, desk: Desk) -> Planes:
    """Clean black lines on white, a breath of tone."""
    tone = _tones(rgb)
    unit = desk.unit
    soft = blurred(tone, unit * 0.0018)
    lines = np.maximum(
        ink_lines(soft, unit * 0.0032, 22, 0.1),
        ink_lines(blurred(tone, unit * 0.006), unit * 0.008, 16, 0.04) * 0.9,
    )
    sheet = flat((0.985, 0.983, 0.975), rgb)
    pale = kuwahara(np.clip(rgb, 0, 1), max(2, round(unit * 0.012)))
    for channel in range(3):
        sheet[channel] += (pale[channel] - sheet[channel]) * np.float32(0.09)
    lay(sheet, from_hex("#15151a"), np.clip(lines * 1.25, 0, 1))
    dark = np.clip((0.13 - soft) * 14, 0, 1)
    lay(sheet, from_hex("#15151a"), dark)
    return sheet


def engraving(rgb: Planes, desk: Desk) -> Planes:
    """Copperplate: swelling parallel lines, crossed in the shadows."""
    tone = np.clip(_tones(rgb) * 1.02 + 0.02, 0, 1)
    height, width = tone.shape
    unit = desk.unit
    period = max(3.2, unit / 190)
    relief = blurred(tone, unit * 0.012) * np.float32(unit * 0.05)
    rows = np.arange(height, dtype=np.float32)[:, None]
    columns = np.arange(width, dtype=np.float32)[None, :]
    ink = np.zeros_like(tone)
    for index, (angle, limit) in enumerate(((18.0, 1.0), (-42.0, 0.52), (78.0, 0.26))):
        radians = math.radians(angle)
        phase = (
            rows * np.float32(math.cos(radians))
            + columns * np.float32(math.sin(radians))
            + relief * np.float32(1 - index * 0.4)
        ) / np.float32(period)
        wave = np.abs(np.mod(phase, 1.0) - 0.5) * 2
        dark = np.clip((np.float32(limit) - tone) / np.float32(limit), 0, 1)
        line = np.clip((dark * np.float32(0.98) - wave) * np.float32(period * 0.75) + 0.5, 0, 1)
        ink = np.maximum(ink, line * np.clip(dark * 6, 0, 1))
    ink = np.maximum(ink, ink_lines(blurred(tone, 1.0), unit * 0.002, 20, 0.05))
    tooth = paper(desk.stream, tone.shape, unit)
    sheet = flat(from_hex("#f2ead8"), rgb)
    sheet *= 1 + tooth * np.float32(0.05)
    lay(sheet, from_hex("#2a2320"), np.clip(ink * (0.93 + tooth * 0.3), 0, 1))
    return sheet


def woodcut(rgb: Planes, desk: Desk) -> Planes:
    """Two or three printed blocks: black key, one or two flat colours, gouge marks."""
    tone = _tones(rgb)
    shape = tone.shape
    unit = desk.unit
    simple = kuwahara(np.clip(rgb, 0, 1), max(3, round(unit * 0.014)))
    level = blurred(tone, unit * 0.0035)
    gouge = fibres(desk.stream.child("gouge"), shape, unit, 6, 105)
    swing = fibres(desk.stream.child("swing"), shape, unit, -14, 80)
    key = np.clip((0.36 - level + (gouge - 0.5) * 0.34) * 16 + 0.5, 0, 1)
    middle = np.clip((0.7 - level + (swing - 0.5) * 0.3) * 14 + 0.5, 0, 1)
    mean = simple.reshape(3, -1)
    order = np.argsort(level.ravel()[:: max(1, level.size // 4000)])
    picked = mean[:, :: max(1, level.size // 4000)][:, order]
    third = picked.shape[1] // 3
    mid = [float(v) for v in picked[:, third : 2 * third].mean(axis=1, dtype=np.float64)]
    high = [float(v) for v in picked[:, 2 * third :].mean(axis=1, dtype=np.float64)]
    sheet = flat(from_hex("#f3ead6"), rgb)
    light: Colour = (high[0] * 0.7 + 0.28, high[1] * 0.7 + 0.26, high[2] * 0.7 + 0.22)
    lay(sheet, light, 0.75)
    body: Colour = (mid[0], mid[1], mid[2])
    plane = np.empty_like(sheet)
    for channel in range(3):
        plane[channel] = body[channel]
    grey = sum(body) / 3
    for channel in range(3):
        plane[channel] = grey + (plane[channel] - grey) * np.float32(1.5)
        sheet[channel] += (plane[channel] - sheet[channel]) * middle * np.float32(0.92)
    lines = ink_lines(blurred(tone, unit * 0.003), unit * 0.006, 18, 0.08)
    print_grain = np.clip(0.96 + paper(desk.stream, shape, unit) * 0.35, 0, 1)
    lay(sheet, from_hex("#1d1b1c"), np.maximum(key, np.clip(lines * 1.4, 0, 1)) * print_grain)
    edge = ragged_border(desk, shape, 0.022)
    lay(sheet, from_hex("#f3ead6"), 1 - edge)
    return sheet


def blueprint(rgb: Planes, desk: Desk) -> Planes:
    """White construction lines on blue, with a grid and a frame."""
    tone = _tones(rgb)
    shape = tone.shape
    unit = desk.unit
    blue = from_hex("#17448c")
    sheet = flat(blue, rgb)
    stain = (
        fbm(desk.stream.child("stain"), shape, (shape[0] / unit * 3, shape[1] / unit * 3), 5) - 0.5
    )
    sheet *= 1 + stain * np.float32(0.3) + paper(desk.stream, shape, unit) * np.float32(0.08)
    rows = np.arange(shape[0], dtype=np.float32)[:, None]
    columns = np.arange(shape[1], dtype=np.float32)[None, :]
    for step, strength in ((unit / 40, 0.09), (unit / 8, 0.16)):
        for axis in (rows, columns):
            near = np.minimum(np.mod(axis, step), step - np.mod(axis, step))
            lay(
                sheet,
                (0.8, 0.9, 1.0),
                np.clip(0.9 - near, 0, 1).astype(np.float32) * np.float32(strength),
            )
    pale = (0.92, 0.96, 1.0)
    shade = np.clip((tone - 0.45) * 0.5, 0, 0.26)
    hatch = fibres(desk.stream.child("hatch"), shape, unit, 45, 170)
    lay(sheet, pale, shade * np.clip(hatch * 1.5, 0, 1))
    lines = np.maximum(
        ink_lines(blurred(tone, unit * 0.0014), unit * 0.0024, 24, 0.1),
        ink_lines(1 - blurred(tone, unit * 0.0014), unit * 0.0024, 24, 0.06),
    )
    lay(sheet, pale, np.clip(lines * np.float32(1.15), 0, 1) * np.float32(0.94))
    margin = unit * 0.035
    inside = np.minimum(
        np.minimum(rows, shape[0] - 1 - rows), np.minimum(columns, shape[1] - 1 - columns)
    )
    for offset, width in ((margin, 1.6), (margin * 1.22, 0.9)):
        frame = np.clip(
            np.float32(width * unit / 1024 + 0.5) - np.abs(inside - np.float32(offset)), 0, 1
        )
        lay(sheet, pale, frame * np.float32(0.9))
    return sheet


def comic(rgb: Planes, desk: Desk) -> Planes:
    """Bold ink, flat colour, printed dots in the shadows."""
    unit = desk.unit
    simple = kuwahara(np.clip(rgb, 0, 1), max(2, round(unit * 0.008)))
    saturated(simple, 1.5)
    level = luma_of(simple)
    stepped = posterised(np.clip(level, 0, 1), 5, 0.12)
    simple *= (stepped + 0.05) / (level + np.float32(0.05))
    np.clip(simple, 0, 1, out=simple)
    tone = _tones(rgb)
    period = max(5.0, unit / 120)
    dots = _dots(tone.shape, period, 22.0)
    depth = np.clip((0.62 - blurred(tone, period * 0.5)) * 1.3, 0, 0.8)
    spots = np.clip(
        (np.sqrt(depth) * np.float32(0.7) - dots) * np.float32(period * 0.5) + 0.5, 0, 1
    )
    simple *= 1 - spots * np.float32(0.3)
    warm = np.clip((blurred(tone, period * 0.5) - 0.7) * 1.4, 0, 0.5)
    light = np.clip(
        (np.sqrt(warm) * np.float32(0.6) - _dots(tone.shape, period, 67.0))
        * np.float32(period * 0.5)
        + 0.5,
        0,
        1,
    )
    lay(simple, (1.0, 0.98, 0.9), light * np.float32(0.4))
    lines = np.maximum(
        ink_lines(blurred(tone, unit * 0.0016), unit * 0.0034, 24, 0.1),
        np.clip((0.1 - tone) * 12, 0, 1),
    )
    lay(simple, from_hex("#141218"), np.clip(lines * 1.4, 0, 1))
    return simple


def _dots(shape: tuple[int, int], period: float, angle_deg: float) -> Plane:
    """Return the distance to the middle of the nearest printed dot, 0 … about 0.7 periods."""
    radians = math.radians(angle_deg)
    rows = np.arange(shape[0], dtype=np.float32)[:, None]
    columns = np.arange(shape[1], dtype=np.float32)[None, :]
    u = (
        columns * np.float32(math.cos(radians)) + rows * np.float32(math.sin(radians))
    ) / np.float32(period)
    v = (
        rows * np.float32(math.cos(radians)) - columns * np.float32(math.sin(radians))
    ) / np.float32(period)
    du, dv = np.mod(u, 1.0) - 0.5, np.mod(v, 1.0) - 0.5
    return np.sqrt(du * du + dv * dv).astype(np.float32)


def halftone_print(rgb: Planes, desk: Desk) -> Planes:
    """Risograph: two or three spot inks, each with its own screen, slightly out of register."""
    shape = rgb.shape[1:]
    unit = desk.unit
    source = kuwahara(np.clip(rgb, 0, 1), max(2, round(unit * 0.004)))
    inks = (from_hex("#e0345f"), from_hex("#f2b01e"), from_hex("#1f6fa8"))
    amounts = (1 - source[1], 1 - source[2], 1 - source[0])
    sheet = flat(from_hex("#f6f0e2"), rgb)
    period = max(4.0, unit / 150)
    for index, (ink, amount) in enumerate(zip(inks, amounts, strict=True)):
        stream = desk.stream.child(f"ink{index}")
        shift = (round(stream.normal(unit * 0.0018)), round(stream.normal(unit * 0.0018)))
        dense = np.roll(np.clip(amount * 1.05 - 0.04, 0, 1), shift, (0, 1))
        dots = _dots(shape, period, (15.0, 45.0, 75.0)[index])
        spots = np.clip(
            (np.sqrt(dense) * np.float32(0.72) - dots) * np.float32(period * 0.7) + 0.5, 0, 1
        )
        uneven = np.clip(0.9 + paper(stream, shape, unit, 0.8) * 0.45, 0, 1)
        for channel in range(3):
            sheet[channel] *= 1 - spots * uneven * np.float32(1 - ink[channel])
    return sheet


def scribble(rgb: Planes, desk: Desk) -> Planes:
    """Loose ballpoint: strokes that follow the form."""
    tone = _tones(rgb)
    shape = tone.shape
    noise = desk.stream.child("noise").array(*shape)
    angle = fbm(
        desk.stream.child("angle"), shape, (shape[0] / desk.unit * 3, shape[1] / desk.unit * 3), 3
    ) * np.float32(9)
    strokes = smeared(noise, np.cos(angle), np.sin(angle), desk.unit * 0.03, 7)
    strokes = (strokes - 0.5) * np.float32(5)
    dark = np.clip((0.8 - tone) * 1.4 + strokes * 0.55 - 0.2, 0, 1) * np.clip(
        (0.96 - tone) * 3, 0, 1
    )
    lines = ink_lines(blurred(tone, desk.unit * 0.0012), desk.unit * 0.0024, 22, 0.09)
    sheet = flat(from_hex("#f7f5ee"), rgb)
    lay(sheet, from_hex("#1f2f6b"), np.clip(np.maximum(dark * 0.88, lines), 0, 1))
    return sheet
