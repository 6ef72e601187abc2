"""Things on a table or a plinth, in soft light from the side."""

from __future__ import annotations

import dataclasses
import math

import cv2
import numpy as np

from pipeline.imaging.sketch.canvas import blend
from pipeline.imaging.sketch.cast import PARTS, look_for
from pipeline.imaging.sketch.colour import Colour, from_hex, mix, ramp, shade, toward
from pipeline.imaging.sketch.geometry import Outline, outline
from pipeline.imaging.sketch.noise import blurred, fbm, smoothstep
from pipeline.imaging.sketch.painters.weather import paint_bokeh
from pipeline.imaging.sketch.placing import Setting, place
from pipeline.imaging.sketch.reading import Mention
from pipeline.imaging.sketch.sprite import Sprite
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.vocabulary.subjects import KINDS

_PRODUCTS = frozenset(
    {"box", "perfume", "bottle", "shoe", "headphones", "phone", "jar", "clock", "camera", "gift", "crystal"}
)  # fmt: skip
_WALLS = (
    "#d9b79a",
    "#b9c4bd",
    "#e3cbb4",
    "#a9b8c4",
    "#d8a58f",
    "#c7c0d6",
    "#8fa79a",
    "#e6d3a8",
    "#3f5560",
    "#c98f7a",
)


def paint_still_life(stage: Stage) -> None:
    """Paint a table-top picture of the things mentioned."""
    canvas, reading = stage.canvas, stage.reading
    stream = stage.stream.child("still")
    things = [m for m in reading.mentions if m.kind in PARTS]
    side = stream.sign()
    if stage.script.light.night > 0.4:
        _by_lamplight(stage)
    stage.sun = (canvas.width * (0.5 - side * 0.75), canvas.height * stream.uniform(-0.25, 0.1))
    wooden = bool(reading.flags & {"table", "interior"}) or bool(
        reading.words & {"wooden", "wood", "rustic"}
    )
    plain = bool(reading.flags & {"studio", "white"})
    stage.horizon = canvas.height * stream.uniform(0.62, 0.7)
    wall = _wall_colour(stage)
    stage.report.reach(0.12, "backdrop")
    _backdrop(stage, wall, sweep=not wooden)
    dark = stage.script.light.night > 0.4
    if dark or "bokeh" in reading.flags:
        warm = [(1.0, 0.75, 0.42), (1.0, 0.6, 0.4), *stage.script.accents[:2]]
        paint_bokeh(stage, warm, 26, 0.05, 0.62, 1.15)
    elif not plain and "minimal" not in reading.flags:
        _wall_shape(stage, wall)
    if wooden:
        _table(stage)
    if "white" not in reading.flags and not dark:
        _window_light(stage, side)
    stage.report.reach(0.35, "subjects")
    plinth = bool(things) and things[0].kind in _PRODUCTS and not wooden
    _arrange(stage, things, wall, plinth)
    stage.report.reach(0.66, "light")


def _by_lamplight(stage: Stage) -> None:
    """Indoors the night is warm: lamps light the things, not the moon."""
    light = stage.script.light
    warm = dataclasses.replace(
        light, illum=mix(light.illum, (1.0, 0.84, 0.66), 0.8), ambient=mix(light.ambient, (0.42, 0.34, 0.42), 0.8),
        glow=mix(light.glow, (1.0, 0.8, 0.55), 0.7),
    )  # fmt: skip
    stage.script = dataclasses.replace(stage.script, light=warm)


def _wall_colour(stage: Stage) -> Colour:
    script, reading = stage.script, stage.reading
    if "white" in reading.flags:
        return (0.95, 0.945, 0.935)
    base = from_hex(stage.stream.child("wall").pick(_WALLS))
    if reading.palette:
        base = toward(base, reading.palette[0], 0.85)
    if script.light.night > 0.4 or set(reading.moods) & {"dark", "moody", "dramatic", "luxurious"}:
        base = mix(shade(base, -0.42), (0.06, 0.055, 0.07), 0.35)
    for banned in reading.banned_colours:
        base = toward(base, (0.6, 0.6, 0.6), 0.6 if banned else 0.0)
    return script.lit(base, 1.02)


def _backdrop(stage: Stage, wall: Colour, sweep: bool) -> None:
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


def _wall_shape(stage: Stage, wall: Colour) -> None:
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


def _table(stage: Stage) -> None:
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


def _window_light(stage: Stage, side: int) -> None:
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


def _plinth(stage: Stage, x: float, top: float, half: float, tall: float, wall: Colour) -> None:
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


def _arrange(stage: Stage, things: list[Mention], wall: Colour, plinth: bool) -> None:
    canvas = stage.canvas
    stream = stage.stream.child("arrange")
    if not things:
        return
    lead = things[0]
    tall = (
        canvas.unit * KINDS[lead.kind].hero * (0.86 if len(things) > 1 or lead.count > 1 else 1.04)
    )
    tall *= 0.85 + 0.02 * stage.guidance
    foot = stage.horizon + (canvas.height - stage.horizon) * (0.42 if plinth else 0.5)
    items: list[tuple[Mention, int, float, float, float]] = []
    span = 0.0
    for order, mention in enumerate(things):
        scale = (
            tall
            * KINDS[mention.kind].hero
            / KINDS[lead.kind].hero
            * (0.8 if order else 1.0)
            * mention.size
        )
        stacked = mention.kind == "book"
        for index in range(min(mention.count, 9)):
            size = scale * (1.0 if index == 0 else stream.uniform(0.8, 0.98))
            if stacked:
                size = scale * 0.36
            half = PARTS[mention.kind].half * size
            items.append((mention, index, half, size, 0.0))
            if not (stacked and index):
                span += 2 * half * (0.82 if mention.count > 1 and not stacked else 1.06)
    # Small things come closer, many things step back: the group fills the frame.
    squeeze = min(
        canvas.width * 0.8 / max(1.0, span),
        canvas.unit * 0.62 / max(item[3] for item in items),
        (foot - canvas.height * 0.08) / max(item[3] for item in items),
    )
    squeeze = min(squeeze, 1.5)
    if plinth:
        half = max(item[2] for item in items) * squeeze * 1.3
        _plinth(
            stage,
            canvas.width / 2,
            foot - 0.02 * canvas.unit,
            half,
            canvas.height - foot + half,
            wall,
        )
    _lay_out(stage, items, foot, squeeze, span)


def _lay_out(
    stage: Stage,
    items: list[tuple[Mention, int, float, float, float]],
    foot: float,
    squeeze: float,
    span: float,
) -> None:
    canvas = stage.canvas
    stream = stage.stream.child("layout")
    # The lead stands nearest the middle; the others alternate to its sides.
    order = sorted(range(len(items)), key=lambda i: (i != 0, i))
    columns: dict[int, float] = {}
    left = right = 0.0
    for rank, index in enumerate(order):
        mention, number, half, _, _ = items[index]
        width = half * squeeze * (0.84 if mention.count > 1 else 1.06)
        if mention.side is not None and mention.side != 0 and rank:
            goes_left = mention.side < 0
        else:
            goes_left = (rank % 2 == 0) == (stream.label.endswith("layout"))
        if mention.kind == "book" and number:
            columns[index] = 0.0
        elif rank == 0:
            columns[index] = 0.0
            left, right = -width, width
        elif goes_left:
            columns[index] = left - width
            left -= 2 * width
        else:
            columns[index] = right + width
            right += 2 * width
    shift = -(left + right) / 2
    lead = items[0][0]
    if lead.side:
        shift += lead.side * canvas.width * 0.16
    heap = 0.0
    placed = []
    for index, (mention, number, half, size, _) in enumerate(items):
        x = canvas.width / 2 + columns[index] + shift
        y = foot + (0.0 if index == 0 else stream.uniform(-0.03, 0.06) * canvas.unit)
        if mention.kind == "book":
            x = (
                canvas.width / 2
                + shift
                + columns[next(i for i, item in enumerate(items) if item[0] is mention)]
                + stream.normal(0.01) * canvas.unit
            )
            y = foot - heap
            heap += size * squeeze * 0.98
        placed.append(
            (
                y if mention.kind != "book" else foot + 1,
                index,
                mention,
                number,
                x,
                y,
                size * squeeze,
            )
        )
    for _, index, mention, number, x, y, size in sorted(
        placed, key=lambda item: (item[0], item[1])
    ):
        part = PARTS[mention.kind]
        sprite = Sprite(stage, x, y, size, box=part.box, flip=False)
        part.paint(sprite, look_for(stage, mention, number, True))
        blur = canvas.unit * 0.003 if "close" in stage.reading.flags and index else 0.0
        place(
            sprite, Setting(volume=part.volume * 0.9, rim=0.35, shadow=0.62, mirror=0.0, blur=blur)
        )
        stage.attend(x, y - size * 0.5, 2.0 if index == 0 else 0.7)
