"""Cameras and screens: film, noir, infrared, tilt-shift, neon, vaporwave, anime, glitch."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.imaging.sketch.canvas import Planes
from pipeline.imaging.sketch.colour import from_hex, ramp
from pipeline.imaging.sketch.finish import luma_of, vignette
from pipeline.imaging.sketch.noise import blurred, displaced, fbm, smoothstep
from pipeline.imaging.sketch.pens.common import (
    Desk,
    ink_lines,
    kuwahara,
    lay,
    paper,
    posterised,
    saturated,
)


def noir(rgb: Planes, desk: Desk) -> Planes:
    """Black and white, hard light through a blind, deep corners."""
    _, height, width = rgb.shape
    level = np.clip(luma_of(rgb), 0, 1)
    curve = level * level * (3 - 2 * level)
    tone = level + (curve - level) * np.float32(0.95)
    rows = np.arange(height, dtype=np.float32)[:, None]
    columns = np.arange(width, dtype=np.float32)[None, :]
    slat = np.float32(desk.unit * 0.075)
    phase = np.mod(rows + columns * np.float32(0.22), slat) / slat
    blind = smoothstep(0.16, 0.3, np.abs(phase - 0.5) * 2)
    where = np.exp(-(((columns - width * 0.62) / np.float32(width * 0.42)) ** 2))
    tone = tone * (1 - (1 - blind) * where * np.float32(0.3))
    glow = blurred(smoothstep(0.6, 1.0, tone), desk.unit * 0.03)
    tone = np.clip(tone + glow * 0.14, 0, 1) * vignette(height, width, 0.55)
    result = np.empty_like(rgb)
    for channel, tint in enumerate((1.0, 0.99, 0.965)):
        result[channel] = 0.015 + tone * np.float32(tint)
    return result


def analog(rgb: Planes, desk: Desk) -> Planes:
    """Old colour film: lifted blacks, warm lights, halation and a leak at the edge."""
    result = np.clip(rgb, 0, 1).copy()
    _, height, width = result.shape
    level = luma_of(result)
    saturated(result, 0.86)
    red = blurred(smoothstep(0.66, 1.0, level), desk.unit * 0.014)
    result[0] += np.maximum(0, 1 - result[0]) * red * np.float32(0.3)
    result[1] += np.maximum(0, 1 - result[1]) * red * np.float32(0.09)
    for channel, (low, high, gamma) in enumerate(
        ((0.07, 0.985, 0.94), (0.065, 0.965, 1.0), (0.1, 0.87, 1.04))
    ):
        result[channel] = low + (high - low) * np.power(
            np.clip(result[channel], 0, 1), np.float32(gamma)
        )
    side = desk.stream.child("leak").sign()
    columns = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    edge = columns if side > 0 else 1 - columns
    wander = fbm(desk.stream.child("leak-form"), (height, width), (1.6, 0.8), 3)
    leak = np.exp(-(1 - edge) * np.float32(7)) * smoothstep(0.35, 0.75, wander)
    for channel, tint in enumerate((1.0, 0.48, 0.2)):
        result[channel] += np.maximum(0, 1 - result[channel]) * leak * np.float32(tint * 0.5)
    return result


def cinematic(rgb: Planes, desk: Desk) -> Planes:
    """Teal shadows, amber lights, a wide soft flare."""
    result = np.clip(rgb, 0, 1).copy()
    level = luma_of(result)
    teal, amber = from_hex("#0f4a5a"), from_hex("#ffb36a")
    for channel in range(3):
        plane = result[channel]
        plane += (teal[channel] - plane) * (1 - level) ** 2 * np.float32(0.24)
        plane += (amber[channel] - plane) * smoothstep(0.45, 1.0, level) * np.float32(0.15)
    bright = smoothstep(0.8, 1.0, level)
    flare = np.asarray(
        cv2.blur(bright, (max(3, round(desk.unit * 0.5)) | 1, 1), borderType=cv2.BORDER_CONSTANT),
        np.float32,
    )
    flare = blurred(flare, desk.unit * 0.002)
    for channel, tint in enumerate((0.5, 0.75, 1.0)):
        result[channel] += np.maximum(0, 1 - result[channel]) * flare * np.float32(tint * 0.24)
    curve = result * result * (3 - 2 * result)
    return np.asarray(result + (curve - result) * np.float32(0.28), np.float32)


def infrared(rgb: Planes, desk: Desk) -> Planes:
    """False colour: foliage glows pink and white, the sky goes dark."""
    result = np.clip(rgb, 0, 1).copy()
    red, green, blue = result[0].copy(), result[1].copy(), result[2].copy()
    leafy = np.clip((green - (red + blue) / 2) * 7 - 0.12, 0, 1)
    leafy = blurred(leafy, desk.unit * 0.002)
    sky = np.clip((blue - red) * 1.8, 0, 1)
    level = luma_of(result)
    for channel, tint in enumerate((1.0, 0.74, 0.8)):
        glow = (0.42 + level * 0.75) * np.float32(tint)
        result[channel] += (glow - result[channel]) * leafy * np.float32(0.9)
        result[channel] *= 1 - sky * np.float32((0.5, 0.4, 0.22)[channel])
    bloom = blurred(leafy * level, desk.unit * 0.02)
    result += np.maximum(0, 1 - result) * bloom * np.float32(0.3)
    return result


def tilt_shift(rgb: Planes, desk: Desk) -> Planes:
    """A toy world: a band in focus, bright colour."""
    result = np.clip(rgb, 0, 1).copy()
    _, height, _ = result.shape
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    away = np.clip((np.abs(rows - 0.62) - 0.11) / 0.34, 0, 1)
    for sigma, low, high in ((0.005, 0.0, 0.45), (0.014, 0.35, 1.0)):
        share = smoothstep(low, high, away)
        for channel in range(3):
            result[channel] += (
                blurred(result[channel], desk.unit * sigma) - result[channel]
            ) * share
    saturated(result, 1.38)
    curve = result * result * (3 - 2 * result)
    return np.asarray(result + (curve - result) * np.float32(0.35), np.float32)


def long_exposure(rgb: Planes, desk: Desk) -> Planes:
    """Clouds and water drawn out to silk."""
    result = np.clip(rgb, 0, 1).copy()
    _, height, _ = result.shape
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    moving = np.maximum(np.clip((0.42 - rows) * 4, 0, 1), np.clip((rows - 0.72) * 4, 0, 0.35))
    reach = max(3, round(desk.unit * 0.16)) | 1
    for channel in range(3):
        silk = np.asarray(
            cv2.blur(
                result[channel], (reach, max(1, reach // 40) | 1), borderType=cv2.BORDER_REFLECT_101
            ),
            np.float32,
        )
        result[channel] += (silk - result[channel]) * moving * np.float32(0.85)
    return result


def double_exposure(rgb: Planes, desk: Desk) -> Planes:
    """A second, turned and faded frame within the dark parts of the first."""
    source = np.clip(rgb, 0, 1)
    level = blurred(luma_of(source), desk.unit * 0.004)
    second = source[:, :, ::-1]
    height = source.shape[1]
    lift = round(height * 0.16)
    second = np.roll(second, -lift, axis=1)
    dark = np.clip((0.6 - level) * 3.0, 0, 1)
    result = source.copy()
    pale = from_hex("#f3eee6")
    bright = np.clip((level - 0.42) * 1.8, 0, 1)
    for channel in range(3):
        screen = 1 - (1 - second[channel]) * (1 - source[channel] * np.float32(0.55))
        result[channel] += (screen - result[channel]) * dark * np.float32(0.85)
        result[channel] += (pale[channel] - result[channel]) * bright * np.float32(0.55)
    saturated(result, 0.85)
    return result


def neon(rgb: Planes, desk: Desk) -> Planes:
    """Night, with every outline drawn in glowing tubes."""
    source = np.clip(rgb, 0, 1)
    level = luma_of(source)
    soft = blurred(level, desk.unit * 0.0025)
    dark = ramp(
        [
            (0.0, from_hex("#05030f")),
            (0.45, from_hex("#1c0b45")),
            (0.8, from_hex("#5a1a7a")),
            (1.0, from_hex("#b93fae")),
        ],
        level,
    )
    result = dark * 0.72 + source * (0.1 + 0.34 * level)
    lines = np.maximum(
        ink_lines(soft, desk.unit * 0.0028, 20, 0.08),
        ink_lines(1 - soft, desk.unit * 0.0028, 20, 0.05),
    )
    height, width = level.shape
    hue = fbm(desk.stream.child("hue"), level.shape, (1.2, 1.2 * width / height), 2)
    tubes = ramp(
        [
            (0.3, from_hex("#18e0ff")),
            (0.46, from_hex("#8a5bff")),
            (0.56, from_hex("#ff3fb4")),
            (0.7, from_hex("#ffb14a")),
        ],
        hue,
    )
    glow_near, glow_far = blurred(lines, desk.unit * 0.006), blurred(lines, desk.unit * 0.028)
    for channel in range(3):
        plane = result[channel]
        plane += (
            np.maximum(0, 1 - plane)
            * tubes[channel]
            * np.clip(lines * 0.95 + glow_near * 0.95 + glow_far * 0.8, 0, 1)
        )
        plane += np.maximum(0, 1 - plane) * np.clip(lines - 0.55, 0, 1) * np.float32(0.7)
    return result


def vaporwave(rgb: Planes, desk: Desk) -> Planes:
    """Pink and cyan dusk, a grid underfoot, scan lines over all."""
    source = np.clip(rgb, 0, 1)
    _, height, width = source.shape
    level = luma_of(source)
    tones = ramp(
        [
            (0.0, from_hex("#1b0b3d")),
            (0.32, from_hex("#5b2a9c")),
            (0.58, from_hex("#f05fb4")),
            (0.8, from_hex("#ffb3a0")),
            (1.0, from_hex("#d6fbff")),
        ],
        level,
    )
    result = source * 0.34 + tones * 0.66
    top = round(height * 0.74)
    t = (np.arange(top, height, dtype=np.float32)[:, None] - top + 1) / np.float32(height - top)
    depth = np.float32(1) / (t + np.float32(0.06))
    u = (np.arange(width, dtype=np.float32)[None, :] - width / 2) / np.float32(desk.unit)
    across = np.abs(np.mod(u * depth * np.float32(1.6), 1.0) - 0.5) * 2
    along = np.abs(np.mod(depth * np.float32(1.3), 1.0) - 0.5) * 2
    thick = np.clip(depth * np.float32(2.2 / desk.unit) + 0.004, 0.004, 0.5)
    grid = np.maximum(
        smoothstep(0.993, 1.0, across + thick), smoothstep(0.97, 1.0, along + thick)
    ) * np.clip(t * 5, 0, 1)
    for channel, tint in enumerate((0.35, 0.95, 1.0)):
        plane = result[channel, top:]
        plane *= 1 - np.clip(t, 0, 1) * np.float32(0.3)
        plane += np.maximum(0, 1 - plane) * grid * np.float32(tint * 0.75)
    shift = max(1, round(desk.unit * 0.0018))
    result[0] = np.roll(result[0], shift, axis=1)
    result[2] = np.roll(result[2], -shift, axis=1)
    period = max(3, round(desk.unit / 280))
    result *= 1 - (np.mod(np.arange(height), period) == 0).astype(np.float32)[:, None] * np.float32(
        0.1
    )
    return result


def glitch(rgb: Planes, desk: Desk) -> Planes:
    """Torn scan lines, shifted channels."""
    result = np.clip(rgb, 0, 1).copy()
    height = result.shape[1]
    stream = desk.stream.child("bands")
    for _ in range(26):
        top = stream.integer(0, height - 2)
        tall = max(2, round(desk.unit * 0.045 * stream.uniform(0.05, 1) ** 2))
        shift = round(stream.normal(desk.unit * 0.028))
        rows = slice(top, min(height, top + tall))
        result[:, rows] = np.roll(result[:, rows], shift, axis=2)
        if stream.chance(0.4):
            result[stream.integer(0, 2), rows] = np.roll(
                result[stream.integer(0, 2), rows], shift * 2, axis=1
            )
    split = max(1, round(desk.unit * 0.005))
    result[0] = np.roll(result[0], split, axis=1)
    result[2] = np.roll(result[2], -split, axis=1)
    period = max(2, round(desk.unit / 320))
    result *= 1 - (np.mod(np.arange(height), period) == 0).astype(np.float32)[:, None] * np.float32(
        0.14
    )
    saturated(result, 1.2)
    return result


def anime(rgb: Planes, desk: Desk) -> Planes:
    """Cel colour in clean steps, thin outlines, luminous air."""
    simple = kuwahara(np.clip(rgb, 0, 1), max(2, round(desk.unit * 0.0055)))
    saturated(simple, 1.36)
    level = luma_of(simple)
    stepped = posterised(np.clip(level * 1.06, 0, 1), 9, 0.28)
    simple *= (stepped + 0.06) / (level + np.float32(0.06))
    np.clip(simple, 0, 1, out=simple)
    lines = ink_lines(blurred(np.clip(luma_of(rgb), 0, 1), 1.0), desk.unit * 0.0017, 20, 0.03)
    lay(simple, from_hex("#2a2440"), lines * np.float32(0.66))
    glow = smoothstep(0.66, 1.0, luma_of(simple))
    for channel, tint in enumerate((1.0, 0.94, 0.9)):
        spill = blurred(simple[channel] * glow, desk.unit * 0.022)
        simple[channel] += np.maximum(0, 1 - simple[channel]) * spill * np.float32(0.42 * tint)
    return simple


def fantasy(rgb: Planes, desk: Desk) -> Planes:
    """Brushwork, violet shadows, golden bloom, motes of light."""
    simple = kuwahara(np.clip(rgb, 0, 1), max(2, round(desk.unit * 0.005)))
    level = luma_of(simple)
    violet, gold = from_hex("#3a1f6a"), from_hex("#ffd79a")
    for channel in range(3):
        plane = simple[channel]
        plane += (violet[channel] - plane) * (1 - level) ** 2 * np.float32(0.3)
        spill = blurred(plane * smoothstep(0.5, 1.0, level), desk.unit * 0.04)
        plane += np.maximum(0, 1 - plane) * spill * np.float32(gold[channel] * 0.62)
    saturated(simple, 1.26)
    _, height, width = simple.shape
    motes = np.zeros((height, width), np.uint8)
    for x, y, size in desk.stream.child("motes").array(round(46 * desk.detail), 3).tolist():
        cv2.circle(
            motes,
            (int(x * width * 16), int(y * height * 16)),
            int(desk.unit * (0.0012 + 0.0028 * size**3) * 16),
            255,
            -1,
            cv2.LINE_AA,
            4,
        )
    light = motes.astype(np.float32) * np.float32(1 / 255)
    halo = np.clip(light + blurred(light, desk.unit * 0.006) * 2.4, 0, 1)
    for channel, tint in enumerate((1.0, 0.92, 0.7)):
        simple[channel] += np.maximum(0, 1 - simple[channel]) * halo * np.float32(tint * 0.8)
    return simple


def enhance(rgb: Planes, desk: Desk) -> Planes:
    """Clear local contrast and lively colour."""
    result = np.clip(rgb, 0, 1).copy()
    level = luma_of(result)
    local = level - blurred(level, desk.unit * 0.03)
    fine = level - blurred(level, desk.unit * 0.0018)
    gain = 1 + (local * np.float32(0.42) + fine * np.float32(0.5)) / (level + np.float32(0.16))
    result *= gain
    saturated(result, 1.18)
    return result


def render_3d(rgb: Planes, desk: Desk) -> Planes:
    """Smooth material with ambient occlusion and a soft sheen."""
    simple = np.stack(
        [
            blurred(p, desk.unit * 0.0012)
            for p in kuwahara(np.clip(rgb, 0, 1), max(2, round(desk.unit * 0.004)))
        ]
    )
    level = luma_of(simple)
    form = blurred(level, desk.unit * 0.008)
    occlusion = np.clip(blurred(level, desk.unit * 0.022) - level, 0, 1)
    slope = cv2.Sobel(form, cv2.CV_32F, 1, 0, ksize=3) + cv2.Sobel(form, cv2.CV_32F, 0, 1, ksize=3)
    sheen = np.clip(slope * np.float32(desk.unit * 0.0032), -0.08, 0.14)
    saturated(simple, 1.22)
    for channel in range(3):
        simple[channel] = simple[channel] * (1 - occlusion * np.float32(0.75)) + sheen * np.float32(
            0.55
        )
    return simple


def pop_art(rgb: Planes, desk: Desk) -> Planes:
    """Four prints of one picture in clashing inks."""
    source = kuwahara(np.clip(rgb, 0, 1), max(2, round(desk.unit * 0.008)))
    _, height, width = source.shape
    half_h, half_w = height // 2, width // 2
    sets = (
        ("#1f1a5a", "#e8348a", "#f7d93f", "#fff3c9"),
        ("#5a0f3a", "#f0562a", "#3fc4c0", "#f4ffe0"),
        ("#0f3a4a", "#2fa85a", "#f6a5c8", "#fff6e0"),
        ("#3a0f0f", "#2f6fe0", "#f7b23f", "#fdf0ff"),
    )
    result = np.empty_like(source)
    level = np.clip(luma_of(source), 0, 1)
    small = np.asarray(
        cv2.resize(level, (half_w, half_h), interpolation=cv2.INTER_AREA), np.float32
    )
    ordered = np.sort(small.ravel()[::17])
    low, high = float(ordered[len(ordered) // 20]), float(ordered[-len(ordered) // 20])
    small = np.clip((small - low) / max(0.1, high - low), 0, 1)
    stepped = posterised(small, 4, 0.05)
    for index, codes in enumerate(sets):
        stops = [(i / 3, from_hex(code)) for i, code in enumerate(codes)]
        print_ = ramp(stops, stepped)
        top, left = (index // 2) * half_h, (index % 2) * half_w
        result[:, top : top + half_h, left : left + half_w] = print_
    result[:, 2 * half_h :] = result[:, 2 * half_h - 1 : 2 * half_h]
    result[:, :, 2 * half_w :] = result[:, :, 2 * half_w - 1 : 2 * half_w]
    result *= 1 + paper(desk.stream, (height, width), desk.unit) * np.float32(0.08)
    return result


def underdrawn(rgb: Planes, desk: Desk) -> Planes:
    """Concept art: loose paint over visible construction lines."""
    simple = kuwahara(np.clip(rgb, 0, 1), max(2, round(desk.unit * 0.011)))
    shape = simple.shape[1:]
    wobble = fbm(desk.stream.child("wobble"), shape, (14, 14 * shape[1] / shape[0]), 3) - 0.5
    reach = np.float32(desk.unit * 0.012)
    simple = np.stack([displaced(plane, wobble * reach, wobble * reach) for plane in simple])
    lines = ink_lines(blurred(np.clip(luma_of(rgb), 0, 1), 1.2), desk.unit * 0.0022, 20, 0.06)
    grain = paper(desk.stream, shape, desk.unit)
    lay(simple, from_hex("#241f24"), lines * np.clip(0.5 + grain * 1.4, 0, 0.75))
    simple *= 1 + grain * np.float32(0.1)
    return simple
