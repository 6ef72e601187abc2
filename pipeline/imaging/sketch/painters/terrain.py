"""The ground: mountain ranges, hills, dunes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.imaging.sketch.canvas import blend
from pipeline.imaging.sketch.colour import Colour, mix, shade
from pipeline.imaging.sketch.noise import blurred, curve, fbm, ridged, smoothstep
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.stream import Plane, Stream


@dataclass(frozen=True)
class Range:
    """One mountain range.

    Attributes:
        base: y in px of its foot.
        height: of its highest peaks in px.
        nearness: 0 farthest … 1 nearest.
        peaks: lattice cells across a unit of width; fewer are broader.
        snow: 0 none … 1 mostly white.
        sharp: 0 rounded hills … 1 alpine.
        peak_x: x in px of a dominating peak, or None.
    """

    base: float
    height: float
    nearness: float
    peaks: float = 3.0
    snow: float = 0.0
    sharp: float = 0.8
    peak_x: float | None = None


def ridge_line(stage: Stage, stream: Stream, spec: Range) -> Plane:
    """Return the y in px of the range's outline for every column."""
    canvas = stage.canvas
    cells = max(0.8, spec.peaks * canvas.width / canvas.unit)
    broad = curve(stream.child("broad"), canvas.width, cells, 2, 0.4) * np.float32(1.4)
    # Alpine outlines are crests: folded noise, sharp above and broad below, the finer
    # the lower down the scale it goes.
    crest = np.zeros_like(broad)
    amplitude, span = 1.0, cells * 1.15
    for octave in range(stage.octaves(6)):
        fold = curve(stream.child(f"fold{octave}"), canvas.width, span, 1)
        crest += np.float32(amplitude) * (np.float32(0.25) - np.abs(fold))
        amplitude, span = amplitude * 0.46, span * 2.1
    fine = curve(stream.child("fine"), canvas.width, cells * 2.2, stage.octaves(6), 0.45)
    profile = 0.36 + broad * 0.72 + crest * np.float32(1.15 * spec.sharp)
    profile += fine * np.float32(0.5 * (1 - spec.sharp))
    if spec.peak_x is not None:
        away = np.abs(canvas.columns - spec.peak_x) / np.float32(spec.height * 1.5)
        lone = np.maximum(0, 1 - away) ** np.float32(1.15)
        profile = profile * (0.55 - 0.2 * lone) + lone * (0.86 + 0.25 * fine)
    return (spec.base - np.clip(profile, 0.02, 1.3) * spec.height).astype(np.float32)


def paint_range(stage: Stage, stream: Stream, spec: Range, own: Colour | None = None) -> Plane:
    """Paint a range of rock and snow, lit from the sun's side; return its outline."""
    canvas, script = stage.canvas, stage.script
    line = ridge_line(stage, stream, spec)
    column = int(min(canvas.width - 1, max(0.0, stage.sun[0])))
    if float(line[column]) < stage.sun[1]:
        stage.sun_hidden = True
    rows = canvas.rows_below(line)
    foot = min(canvas.height, int(spec.base) + 2)
    rows = slice(rows.start, max(rows.start, foot))
    if rows.stop <= rows.start:
        return line
    depth = canvas.rows[rows] - line
    shadow, lit, snow_lit, snow_shade = _rock_colours(stage, spec, own)
    light_side = _facets(stage, stream, spec, line, rows)
    planes = np.empty((3, rows.stop - rows.start, canvas.width), np.float32)
    for channel in range(3):
        planes[channel] = shadow[channel] + (lit[channel] - shadow[channel]) * light_side
    if spec.snow > 0:
        cover = _snow_cover(stage, stream, spec, depth, light_side)
        for channel in range(3):
            white = snow_shade[channel] + (snow_lit[channel] - snow_shade[channel]) * light_side
            planes[channel] += (white - planes[channel]) * cover
    # Mist gathers at the foot, more the farther away the range stands.
    low = np.clip(
        (canvas.rows[rows] - np.float32(spec.base - spec.height * 0.75))
        / np.float32(spec.height * 0.75),
        0,
        1,
    )
    veil = low * low * np.float32((0.25 + 0.6 * script.light.mist) * (1 - 0.6 * spec.nearness))
    blend(planes, script.light.haze, veil)
    blend(canvas.rgb[:, rows], planes, canvas.mask_below(line, rows))
    return line


def _rock_colours(
    stage: Stage, spec: Range, own: Colour | None
) -> tuple[Colour, Colour, Colour, Colour]:
    script = stage.script
    ground = script.land(spec.nearness)
    if own is not None:
        ground = mix(ground, script.lit(own), 0.7)
    distance = 1 - spec.nearness
    lit = script.far(mix(shade(ground, 0.1), script.light.glow, 0.28), distance * 0.55)
    shadow = script.far(shade(ground, -0.07), distance * 0.5)
    snow_lit = script.far(
        mix(script.lit((0.98, 0.97, 0.96)), script.light.glow, 0.22), distance * 0.3
    )
    snow_shade = script.far(mix(script.shaded((0.82, 0.87, 0.97)), ground, 0.22), distance * 0.35)
    return shadow, lit, snow_lit, snow_shade


def _facets(stage: Stage, stream: Stream, spec: Range, line: Plane, rows: slice) -> Plane:
    """Return 0 … 1, how much each place of the range faces the light."""
    canvas = stage.canvas
    height = rows.stop - rows.start
    shape = (height, canvas.width)
    cells = (height / canvas.unit * 4.5, canvas.width / canvas.unit * 7.0)
    cells = (max(0.6, cells[0]), max(0.6, cells[1]))
    rock = ridged(stream.child("rock"), shape, cells, stage.octaves(6))
    fine = fbm(stream.child("grain"), shape, (cells[0] * 9, cells[1] * 7), 3)
    depth = canvas.rows[rows] - line
    # Peaks throw their two faces down the slope: read the outline's steepness at a
    # place that wanders sideways with the rock, so that faces have ragged borders.
    slope = np.gradient(cv2.GaussianBlur(line[None, :], (0, 0), canvas.unit * 0.006)[0])
    wander = (rock - 0.5) * np.float32(canvas.unit * 0.16) + depth * np.float32(0.06)
    index = np.clip(canvas.columns + wander, 0, canvas.width - 1).astype(np.int32)
    face = slope.astype(np.float32)[index]
    # One side for the whole range: light that changes sides at the sun leaves a seam.
    middle = canvas.width / 2 if spec.peak_x is None else spec.peak_x
    side = np.float32(0.95 if stage.sun[0] >= middle else -0.95)
    lambert = -face * side * np.float32(1.5)
    relief = (rock + fine * np.float32(0.35)) * np.float32(canvas.unit * 0.06 * spec.sharp)
    grain = cv2.Sobel(relief, cv2.CV_32F, 1, 0, ksize=3, scale=0.25) * -side
    lambert = lambert + grain * np.float32(0.9)
    hard = 1 - 0.7 * stage.script.light.overcast
    result = smoothstep(-0.65, 0.85, lambert * np.float32(hard))
    fade = np.exp(-depth * np.float32(0.8 / max(1.0, spec.height)))
    return np.asarray(0.3 + (result - 0.3) * fade, np.float32)


def _snow_cover(
    stage: Stage, stream: Stream, spec: Range, depth: Plane, light_side: Plane
) -> Plane:
    canvas = stage.canvas
    shape = (depth.shape[0], canvas.width)
    cells = (max(0.6, shape[0] / canvas.unit * 6), canvas.width / canvas.unit * 14)
    ragged = fbm(stream.child("snow"), shape, cells, stage.octaves(5)) - 0.5
    reach = np.float32(spec.height * (0.15 + 0.75 * spec.snow))
    edge = depth / reach + ragged * np.float32(1.7) + (light_side - 0.5) * np.float32(0.5)
    return 1 - smoothstep(0.42, 0.62, edge)


def hill_line(
    stage: Stage, stream: Stream, base: float, height: float, cells: float = 1.2
) -> Plane:
    """Return a softly rolling outline, y in px for every column."""
    canvas = stage.canvas
    spread = max(0.6, cells * canvas.width / canvas.unit)
    roll = curve(stream, canvas.width, spread, 3, 0.32)
    return (base - (0.5 + roll * 1.5) * height).astype(np.float32)


def paint_hill(
    stage: Stage,
    stream: Stream,
    line: Plane,
    nearness: float,
    own: Colour | None = None,
    depth_px: float | None = None,
    grassy: bool = True,
) -> None:
    """Paint rolling ground under a line: light on its crest, texture running downhill."""
    canvas, script = stage.canvas, stage.script
    rows = canvas.rows_below(line)
    if rows.stop <= rows.start:
        return
    ground = script.land(nearness)
    leafy = mix(
        ground, script.lit(script.light.leaf), 0.5 if grassy and script.season != "winter" else 0.0
    )
    colour = leafy if own is None else mix(leafy, script.lit(own), 0.75)
    colour = script.far(colour, (1 - nearness) * 0.55)
    crest = mix(shade(colour, 0.09), script.light.glow, 0.25 * (1 - script.light.overcast))
    foot = shade(colour, -0.1)
    depth = canvas.rows[rows] - line
    reach = np.float32(depth_px if depth_px is not None else canvas.unit * 0.28)
    down = np.clip(depth / reach, 0, 1)
    shape = (rows.stop - rows.start, canvas.width)
    cells = (max(0.8, shape[0] / canvas.unit * 16), canvas.width / canvas.unit * 5)
    patches = fbm(stream.child("patches"), shape, cells, stage.octaves(5)) - 0.5
    slope = np.gradient(line).astype(np.float32)
    side = np.clip((stage.sun[0] - canvas.columns) / np.float32(canvas.unit * 0.6), -1, 1)
    lambert = np.clip(-slope * side * np.float32(1.6), -0.5, 0.5)
    position = np.clip(np.sqrt(down) + patches * np.float32(0.5) - lambert * (1 - down), 0, 1)
    planes = np.empty((3, *shape), np.float32)
    for channel in range(3):
        planes[channel] = crest[channel] + (foot[channel] - crest[channel]) * position
    blend(canvas.rgb[:, rows], planes, canvas.mask_below(line, rows))


def paint_dune(
    stage: Stage, stream: Stream, line: Plane, nearness: float, own: Colour | None
) -> None:
    """Paint a dune: one bright flank, one shaded, a knife-edge crest, wind ripples."""
    canvas, script = stage.canvas, stage.script
    rows = canvas.rows_below(line)
    if rows.stop <= rows.start:
        return
    sand = own if own is not None else (0.9, 0.68, 0.44)
    base = mix(script.lit(sand), script.land(nearness), 0.35)
    bright = script.far(mix(shade(base, 0.07), script.light.glow, 0.3), (1 - nearness) * 0.6)
    dark = script.far(mix(shade(base, -0.2), script.shaded(sand), 0.4), (1 - nearness) * 0.6)
    shape = (rows.stop - rows.start, canvas.width)
    depth = canvas.rows[rows] - line
    # The crest line runs down from the summit in a lazy S and parts the two flanks.
    top = float(np.argmin(line))
    span = np.float32(canvas.unit)
    d = depth / span
    swing = stream.uniform(0.5, 1.1) * stream.sign()
    edge = top + (np.sin(d * np.float32(7.0)) * np.float32(0.07) + d * np.float32(swing)) * span
    sunny = 1.0 if stage.sun[0] < top else -1.0
    flank = smoothstep(-0.004, 0.012, (edge - canvas.columns) * np.float32(sunny) / span)
    flank = flank * np.exp(-d * np.float32(1.4))
    soft = fbm(stream.child("soft"), shape, (max(0.6, shape[0] / canvas.unit * 3), 3), 3) - 0.5
    ripple = np.sin(
        (depth * np.float32(150 / canvas.unit)) + canvas.columns * np.float32(24 / canvas.unit)
        + soft * np.float32(26)
    )  # fmt: skip
    fade = np.clip(d * 4, 0, 1) * np.float32(nearness)
    level = np.clip(flank * 0.85 + soft * 0.55 + ripple * fade * np.float32(0.035) + 0.08, 0, 1)
    planes = np.empty((3, *shape), np.float32)
    for channel in range(3):
        planes[channel] = dark[channel] + (bright[channel] - dark[channel]) * level
    blend(canvas.rgb[:, rows], planes, canvas.mask_below(line, rows))
    rim = np.exp(-np.abs(depth) * np.float32(280 / canvas.unit)) * np.float32(0.22)
    canvas.shine(script.light.glow, rim * (1 - script.light.overcast), rows)


def mist_bank(stage: Stage, stream: Stream, y: float, thickness: float, amount: float) -> None:
    """Lay a drifting bank of mist across the picture around a height."""
    canvas = stage.canvas
    top, bottom = max(0, int(y - thickness * 1.6)), min(canvas.height, int(y + thickness * 1.6))
    if bottom <= top:
        return
    shape = (bottom - top, canvas.width)
    drift = fbm(
        stream, shape, (max(0.6, shape[0] / canvas.unit * 5), 2.2 * canvas.width / canvas.unit), 4
    )
    body = np.exp(-(((canvas.rows[top:bottom] - np.float32(y)) / np.float32(thickness)) ** 2))
    veil = body * smoothstep(0.2, 0.75, drift) * np.float32(amount)
    canvas.haze(stage.script.light.haze, blurred(veil, canvas.unit * 0.004), slice(top, bottom))
