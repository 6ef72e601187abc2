"""The room of a still life: wall, table, plinth, the window's light."""

from __future__ import annotations

import math

import cv2
import numpy as np

from pipeline.imaging.sketch.canvas import blend
from pipeline.imaging.sketch.colour import Colour, from_hex, mix, ramp, shade
from pipeline.imaging.sketch.geometry import Outline, outline
from pipeline.imaging.sketch.noise import blurred, fbm, smoothstep
from pipeline.imaging.sketch.stage import Stage


def paint_backdrop(stage: Stage, wall: Colour, sweep: bool) -> None:
    """Fill the canvas with a lit wall; ``sweep`` lets it curve into the floor."""
    canvas, script = stage.canvas, stage.script
    shape = (canvas.height, canvas.width)
    cloud = fbm(stage.stream.child("plaster"), shape, canvas.cells(1.4), 4) - 0.5
    away = canvas.distance(stage.sun[0], stage.sun[1]) * np.float32(1 / (canvas.unit * 1.7))
    level = np.clip(1.02 - away * 0.55 + cloud * 0.16, 0, 1).astype(np.float32)
    low = mix(shade(wall, -0.16), script.light.ambient, 0.08)
    high = mix(shade(wall, 0.09), script.light.glow, 0.22)
    canvas.rgb[:] = ramp([(0.15, low), (0.6, wall), (1.0, high)], level)
    floor = (canvas.rows - np.float32(stage.horizon)) / np.float32(canvas.unit)
    if sweep:
        curve = smoothstep(-0.1, 0.12, floor) * np.float32(0.55)
        lift = mix(shade(wall, 0.05), script.light.glow, 0.12)
        canvas.haze(lift, curve * (0.75 + cloud * 0.5))
        crease = np.exp(-((floor / np.float32(0.07)) ** 2)) * np.float32(0.16)
        canvas.haze(shade(wall, -0.2), crease)


def paint_wall_shape(stage: Stage, wall: Colour) -> None:
    """Set one large quiet shape behind the things: a disc or an arch."""
    canvas = stage.canvas
    stream = stage.stream.child("shape")
    choice = stream.integer(0, 3)
    if choice == 0:
        return
    accent = stage.script.lit(stage.script.accents[stream.integer(0, 1)])
    colour = mix(wall, accent, 0.4)
    x = canvas.width * (0.5 + stream.uniform(-0.08, 0.08))
    radius = canvas.unit * stream.uniform(0.3, 0.37)
    if choice == 1:
        y = stage.horizon - radius * stream.uniform(0.75, 1.0)
        mask = np.clip(np.float32(radius) - canvas.distance(x, y) + 0.5, 0, 1)
    else:
        y = stage.horizon - radius * stream.uniform(0.6, 1.0)
        dome = np.clip(np.float32(radius * 0.8) - canvas.distance(x, y) + 0.5, 0, 1)
        post = np.clip(
            np.float32(radius * 0.8) - np.abs(canvas.columns - np.float32(x)) + 0.5, 0, 1
        )
        mask = np.maximum(dome, post * (canvas.rows > y))
    cut = np.clip(np.float32(stage.horizon) - canvas.rows + 0.5, 0, 1)
    mask = (mask * cut).astype(np.float32)
    shifted = np.roll(
        mask,
        (int(canvas.unit * 0.012), int(math.copysign(canvas.unit * 0.012, -stage.sun[0]))),
        (0, 1),
    )
    canvas.haze(
        shade(wall, -0.25),
        np.clip(blurred(shifted, canvas.unit * 0.012) - mask, 0, 1) * np.float32(0.3) * cut,
    )
    slope = np.clip((canvas.rows - np.float32(y - radius)) / np.float32(radius * 2), 0, 1)
    rgb = ramp(
        [(0.0, shade(colour, 0.05)), (1.0, shade(colour, -0.05))],
        np.repeat(slope, canvas.width, axis=1),
    )
    blend(canvas.rgb, rgb, mask * np.float32(0.9))


def paint_table(stage: Stage) -> None:
    """Lay a wooden table across the lower part."""
    canvas, script = stage.canvas, stage.script
    stream = stage.stream.child("table")
    top = round(stage.horizon)
    count = canvas.height - top
    if count < 4:
        return
    wood = script.lit(from_hex(stream.pick(("#b07f52", "#8f6440", "#c59a6a", "#6f4c34"))))
    t = np.linspace(0, 1, count, dtype=np.float32)[:, None]
    depth = np.float32(1) / (np.float32(1.25) - t)
    u = (canvas.columns - canvas.width / 2)[None, :] / np.float32(canvas.unit) / depth
    tile = fbm(stream, (256, 1024), (34, 3.5), 5)
    map_y = np.mod(depth * np.float32(150), 250) + np.zeros_like(u)
    map_x = np.mod((u + 2) * np.float32(260), 1020)
    grain = cv2.remap(
        tile,
        np.ascontiguousarray(map_x, np.float32),
        np.ascontiguousarray(map_y, np.float32),
        cv2.INTER_LINEAR,
    )
    plank = np.mod(depth * np.float32(3.2), 1.0)
    seam = np.exp(-((plank - 0.5) ** 2) * np.float32(9000)) * np.float32(0.5)
    shift = np.floor(depth * np.float32(3.2))
    tone = (np.mod(shift * np.float32(0.618), 1.0) - 0.5) * np.float32(0.16)
    away = canvas.distance(stage.sun[0], stage.sun[1])[top:] * np.float32(1 / (canvas.unit * 1.8))
    level = np.clip(0.62 + (grain - 0.5) * 0.85 + tone - (away - 0.5) * 0.36, 0, 1)
    rgb = ramp(
        [
            (0.0, shade(wood, -0.2)),
            (0.5, wood),
            (1.0, mix(shade(wood, 0.12), script.light.glow, 0.2)),
        ],
        level.astype(np.float32),
    )
    rgb *= 1 - seam
    canvas.rgb[:, top:] = rgb
    mirror = canvas.rgb[:, top - min(count, top - 1) : top][:, ::-1]
    sheen = np.clip(1 - t[: mirror.shape[1]] * 2.2, 0, 1) * np.float32(0.16)
    blend(canvas.rgb[:, top : top + mirror.shape[1]], np.ascontiguousarray(mirror), sheen)


def paint_window_light(stage: Stage, side: int) -> None:
    """Let a window's light fall aslant over wall and table, broken by bars or leaves."""
    canvas = stage.canvas
    stream = stage.stream.child("gobo")
    if stream.chance(0.18):
        return
    mask = np.zeros((canvas.height, canvas.width), np.uint8)
    lean = -side * stream.uniform(0.35, 0.6)
    x0 = canvas.width * (0.5 + side * stream.uniform(-0.1, 0.15))
    pane_w, pane_h = (
        canvas.unit * stream.uniform(0.16, 0.22),
        canvas.unit * stream.uniform(0.22, 0.3),
    )
    top = canvas.height * stream.uniform(0.0, 0.14)
    for row in range(4):
        for column in range(-1, 2):
            y0 = top + row * pane_h * 1.07
            y1 = y0 + pane_h
            left = x0 + column * pane_w * 1.09
            quad = [
                (left - lean * y0, y0),
                (left + pane_w - lean * y0, y0),
                (left + pane_w - lean * y1, y1),
                (left - lean * y1, y1),
            ]
            cv2.fillPoly(mask, [(np.array(quad) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    if stream.chance(0.45):
        _leaf_shadows(stage, mask)
    light = blurred(mask.astype(np.float32) * np.float32(1 / 255), canvas.unit * 0.014)
    fade = np.clip(
        1.1 - canvas.distance(stage.sun[0], stage.sun[1]) * np.float32(0.42 / canvas.unit), 0.15, 1
    )
    canvas.shine(
        mix(stage.script.light.glow, (1.0, 0.95, 0.85), 0.4), light * fade * np.float32(0.3)
    )
    canvas.rgb *= 1 - (1 - light) * np.float32(0.05)


def _leaf_shadows(stage: Stage, mask: np.ndarray) -> None:
    canvas = stage.canvas
    stream = stage.stream.child("leaves")
    x, y = canvas.width * stream.uniform(0.1, 0.9), canvas.height * stream.uniform(-0.1, 0.2)
    for branch in range(3):
        angle = math.radians(stream.uniform(40, 140))
        for step in range(9):
            along = canvas.unit * 0.07 * (step + 1)
            px, py = (
                x + math.cos(angle) * along + branch * canvas.unit * 0.12,
                y + math.sin(angle) * along,
            )
            for turn in (-50, 50):
                axes = (int(canvas.unit * 0.055 * 16), int(canvas.unit * 0.016 * 16))
                cv2.ellipse(
                    mask,
                    (int(px * 16), int(py * 16)),
                    axes,
                    math.degrees(angle) + turn,
                    0,
                    360,
                    0,
                    -1,
                    cv2.LINE_AA,
                    4,
                )


def paint_plinth(
    stage: Stage, x: float, top: float, half: float, tall: float, wall: Colour
) -> None:
    """Stand a round plinth under the hero."""
    canvas = stage.canvas
    stone = mix(wall, stage.script.lit(stage.script.accents[1]), 0.22)
    squash = 0.2

    def drum(radius: float, y0: float, y1: float, colour: Colour) -> None:
        angle = np.linspace(0, math.pi, 40)
        low = np.stack([x + radius * np.cos(angle), y1 + radius * squash * np.sin(angle)], axis=1)
        shape: Outline = np.concatenate([low, outline([(x - radius, y0), (x + radius, y0)])])
        sunny = stage.sun[0] < x
        slope = np.clip((canvas.columns - np.float32(x - radius)) / np.float32(2 * radius), 0, 1)[
            None, :
        ]
        tones = [
            (0.0, shade(colour, 0.05)),
            (0.35, shade(colour, 0.02)),
            (1.0, shade(colour, -0.18)),
        ]
        rgb = ramp(
            tones,
            np.repeat(slope if sunny else 1 - slope, canvas.height, axis=0).astype(np.float32),
        )
        canvas.fill([shape], rgb)
        full = np.linspace(0, 2 * math.pi, 80)
        rim = np.stack([x + radius * np.cos(full), y0 + radius * squash * np.sin(full)], axis=1)
        canvas.fill([rim], mix(shade(colour, 0.09), stage.script.light.glow, 0.12))

    shadow = np.exp(
        -(
            (
                canvas.distance(x - (stage.sun[0] - x) * 0.12, top + tall + half * 0.2, 4.0)
                / np.float32(half * 1.5)
            )
            ** 2
        )
    )
    canvas.haze(shade(wall, -0.3), shadow * np.float32(0.42))
    drum(half, top, top + tall, stone)
