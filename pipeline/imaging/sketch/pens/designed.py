"""Movements of design: art deco, art nouveau, bauhaus, brutalism."""

from __future__ import annotations

import math

import numpy as np

from pipeline.imaging.sketch.canvas import Planes
from pipeline.imaging.sketch.colour import Colour, from_hex, ramp
from pipeline.imaging.sketch.finish import luma_of
from pipeline.imaging.sketch.noise import blurred, fbm, smoothstep
from pipeline.imaging.sketch.pens.common import (
    Desk,
    ink_lines,
    kuwahara,
    lay,
    paper,
    posterised,
    saturated,
)
from pipeline.imaging.sketch.stream import Plane


def _inside(shape: tuple[int, int]) -> Plane:
    rows = np.arange(shape[0], dtype=np.float32)[:, None]
    columns = np.arange(shape[1], dtype=np.float32)[None, :]
    return np.minimum(
        np.minimum(rows, shape[0] - 1 - rows), np.minimum(columns, shape[1] - 1 - columns)
    )


def _line(distance: Plane, at: float, width: float) -> Plane:
    near = np.float32(width / 2) - np.abs(distance - np.float32(at)) + 0.5
    return np.asarray(np.clip(near, 0, 1), np.float32)


def art_deco(rgb: Planes, desk: Desk) -> Planes:
    """Navy, cream and gold; rays behind, stepped frame around."""
    shape = rgb.shape[1:]
    unit = desk.unit
    simple = kuwahara(np.clip(rgb, 0, 1), max(3, round(unit * 0.011)))
    level = posterised(np.clip(luma_of(simple) * 1.25 - 0.2, 0, 1), 6, 0.12)
    tones = ramp(
        [
            (0.0, from_hex("#0f1a2e")),
            (0.3, from_hex("#1f4654")),
            (0.55, from_hex("#a87b3f")),
            (0.8, from_hex("#e6c383")),
            (1.0, from_hex("#f8ecd0")),
        ],
        level,
    )
    saturated(simple, 1.1)
    result = simple * 0.3 + tones * 0.7
    rows = np.arange(shape[0], dtype=np.float32)[:, None]
    columns = np.arange(shape[1], dtype=np.float32)[None, :]
    angle = np.arctan2(columns - shape[1] / 2, np.float32(shape[0] * 0.92) - rows)
    rays = np.abs(np.mod(angle * np.float32(12 / math.pi), 1.0) - 0.5) * 2
    fan = (
        np.clip((rays - 0.5) * 30 + 0.5, 0, 1)
        * smoothstep(0.55, 0.9, luma_of(result))
        * np.float32(0.16)
    )
    gold = from_hex("#d9b061")
    lay(result, gold, fan)
    lines = ink_lines(blurred(luma_of(simple), unit * 0.002), unit * 0.003, 20, 0.06)
    lay(result, gold, lines * np.float32(0.8))
    edge = _inside(shape)
    lay(result, from_hex("#101b2e"), np.clip(np.float32(unit * 0.052) - edge + 0.5, 0, 1))
    for at, width in ((0.018, 0.004), (0.034, 0.0016), (0.052, 0.006)):
        lay(result, gold, _line(edge, unit * at, unit * width))
    _corner_steps(result, desk, gold)
    return result


def _corner_steps(result: Planes, desk: Desk, gold: Colour) -> None:
    _, height, width = result.shape
    for step in range(4):
        size = round(desk.unit * (0.12 - 0.024 * step))
        inner = round(desk.unit * (0.052 + 0.0 * step))
        thick = max(1, round(desk.unit * 0.0022))
        for top in (True, False):
            for left in (True, False):
                y = inner + size if top else height - inner - size
                x = inner + size if left else width - inner - size
                y0, y1 = (inner, y) if top else (y, height - inner)
                x0, x1 = (inner, x) if left else (x, width - inner)
                for channel in range(3):
                    result[channel, max(0, y - thick) : y, x0:x1] = gold[channel]
                    result[channel, y0:y1, max(0, x - thick) : x] = gold[channel]


def art_nouveau(rgb: Planes, desk: Desk) -> Planes:
    """Flat muted colour, swelling outlines, an arched ornamental frame."""
    shape = rgb.shape[1:]
    unit = desk.unit
    simple = kuwahara(np.clip(rgb, 0, 1), max(3, round(unit * 0.012)))
    level = luma_of(simple)
    stepped = posterised(np.clip(level, 0, 1), 7, 0.16)
    simple *= (stepped + 0.08) / (level + np.float32(0.08))
    saturated(simple, 0.92)
    lay(simple, from_hex("#e9d9b4"), 0.18)
    soft = blurred(np.clip(luma_of(rgb), 0, 1), unit * 0.002)
    lines = np.maximum(
        ink_lines(soft, unit * 0.003, 20, 0.08),
        ink_lines(blurred(soft, unit * 0.005), unit * 0.008, 16, 0.05),
    )
    dark = from_hex("#3a2a22")
    lay(simple, dark, np.clip(lines * np.float32(1.3), 0, 1) * np.float32(0.92))
    rows = np.arange(shape[0], dtype=np.float32)[:, None]
    columns = np.arange(shape[1], dtype=np.float32)[None, :]
    edge = _inside(shape)
    radius = np.float32(min(shape[1] * 0.5, shape[0] * 0.6) - unit * 0.06)
    cx, cy = shape[1] / 2, radius + unit * 0.06
    dome = np.sqrt((columns - cx) ** 2 + (rows - cy) ** 2) - radius
    straight = np.abs(columns - cx) - radius
    window = np.where(rows < cy, dome, straight)
    outside = np.maximum(window, np.float32(unit * 0.06) - edge)
    frame = np.clip(outside + 0.5, 0, 1)
    cream = from_hex("#ecdcb6")
    vines = fbm(desk.stream.child("vines"), shape, (shape[0] / unit * 6, shape[1] / unit * 6), 2)
    curl = np.exp(-((np.abs(np.mod(vines * 7, 1.0) - 0.5) * 9) ** 2))
    lay(simple, cream, frame)
    lay(simple, from_hex("#7f8f5a"), curl * frame * np.float32(0.75))
    blossom = smoothstep(0.68, 0.72, vines) * frame
    lay(simple, from_hex("#c9735a"), blossom * np.float32(0.8))
    for at, width in ((0.0, 0.006), (unit * 0.014, 0.0024)):
        lay(simple, dark, _line(outside.astype(np.float32), at, unit * width))
    lay(simple, dark, _line(edge, unit * 0.012, unit * 0.004))
    simple *= 1 + paper(desk.stream, shape, unit) * np.float32(0.08)
    return simple


def bauhaus(rgb: Planes, desk: Desk) -> Planes:
    """Primary colours, cream, black; a bar, a disc and a diagonal from the class."""
    shape = rgb.shape[1:]
    unit = desk.unit
    simple = kuwahara(np.clip(rgb, 0, 1), max(3, round(unit * 0.014)))
    saturated(simple, 1.6)
    chips = [
        from_hex(code)
        for code in (
            "#f2e8d5",
            "#d8412f",
            "#efb32f",
            "#2a5a9c",
            "#1c1c20",
            "#d9c9a8",
            "#e88f6a",
            "#7f9fb5",
        )
    ]
    best = np.full(shape, np.inf, np.float32)
    result = np.empty_like(simple)
    for chip in chips:
        away = sum(
            (simple[c] - np.float32(chip[c])) ** 2 * w
            for c, w in zip(range(3), (0.9, 1.4, 0.7), strict=True)
        )
        wins = away < best
        best[wins] = np.asarray(away)[wins]
        for channel in range(3):
            result[channel][wins] = chip[channel]
    result = np.stack([blurred(plane, 0.8) for plane in result])
    stream = desk.stream.child("class")
    rows = np.arange(shape[0], dtype=np.float32)[:, None]
    columns = np.arange(shape[1], dtype=np.float32)[None, :]
    cx, cy = shape[1] * stream.pick((0.2, 0.8)), shape[0] * stream.uniform(0.16, 0.26)
    ring = np.sqrt((columns - cx) ** 2 + (rows - cy) ** 2)
    lay(
        result,
        chips[stream.pick((1, 2, 3))],
        np.clip(np.float32(unit * 0.11) - ring + 0.5, 0, 1) * np.float32(0.92),
    )
    lay(result, chips[4], _line(ring, unit * 0.14, unit * 0.006))
    slant = (columns - shape[1] * 0.5) * np.float32(0.7) + (
        rows - shape[0] * stream.uniform(0.5, 0.9)
    ) * np.float32(0.7)
    for index in range(4):
        lay(result, chips[4], _line(slant, unit * 0.022 * index, unit * 0.005) * np.float32(0.85))
    result *= 1 + paper(desk.stream, shape, unit) * np.float32(0.1)
    return result


def brutalist(rgb: Planes, desk: Desk) -> Planes:
    """Board-marked concrete with one raw colour."""
    shape = rgb.shape[1:]
    unit = desk.unit
    level = np.clip(luma_of(kuwahara(np.clip(rgb, 0, 1), max(2, round(unit * 0.008)))), 0, 1)
    stepped = posterised(level, 5, 0.08)
    grit = (
        fbm(
            desk.stream.child("grit"), shape, (shape[0] / unit * 120, shape[1] / unit * 120), 3, 0.7
        )
        - 0.5
    )
    stain = (
        fbm(desk.stream.child("stain"), shape, (shape[0] / unit * 2, shape[1] / unit * 9), 5) - 0.5
    )
    rows = np.arange(shape[0], dtype=np.float32)[:, None]
    board = np.float32(unit * 0.045)
    seam = np.exp(-((np.mod(rows, board) / np.float32(unit * 0.0016)) ** 2)) * np.float32(0.2)
    tone = 0.02 + stepped * 0.92 + grit * np.float32(0.13) + stain * np.float32(0.2) - seam
    result = np.stack([tone * t for t in (0.98, 0.98, 0.96)]).astype(np.float32)
    accent = desk.accents[0] if desk.accents else from_hex("#d8412f")
    chroma = np.max(rgb, axis=0) - np.min(rgb, axis=0)
    hot = smoothstep(0.42, 0.6, blurred(np.asarray(chroma, np.float32), unit * 0.004))
    lay(result, accent, hot * np.float32(0.8))
    return result
