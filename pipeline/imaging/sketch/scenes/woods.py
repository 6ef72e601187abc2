"""Inside a wood: trunks in layers of air, a canopy, undergrowth, light between."""

from __future__ import annotations

import dataclasses

import numpy as np

from pipeline.imaging.sketch.canvas import blend
from pipeline.imaging.sketch.cast import PARTS
from pipeline.imaging.sketch.colour import Colour, from_hex, mix, ramp, shade
from pipeline.imaging.sketch.geometry import Outline, ellipse, limb
from pipeline.imaging.sketch.look import Look
from pipeline.imaging.sketch.noise import curve, fbm, smoothstep
from pipeline.imaging.sketch.painters.features import fill_lit
from pipeline.imaging.sketch.painters.foliage import leafy
from pipeline.imaging.sketch.painters.sky import paint_rays, paint_stars
from pipeline.imaging.sketch.painters.terrain import mist_bank
from pipeline.imaging.sketch.painters.trees import paint_pine_silhouettes
from pipeline.imaging.sketch.placing import Setting, place
from pipeline.imaging.sketch.scenes.landscape import paint_weather
from pipeline.imaging.sketch.scenes.placement import paint_things
from pipeline.imaging.sketch.scenes.terms import Terms
from pipeline.imaging.sketch.sprite import Sprite
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.stream import Stream

_TREES = frozenset({"tree", "conifer", "birch", "bamboo"})
_LEAVES = {
    "autumn": ("#d9782a", "#c04a24", "#e0a83a", "#b5632a"),
    "winter": ("#8fa0a8", "#a3b1b8"),
    "spring": ("#8fbf5e", "#a3cc72", "#7fb468"),
    "": ("#5b8f4a", "#6f9f52", "#4f8a58"),
}


def paint_woods(stage: Stage) -> None:
    """Paint the inside of a wood."""
    canvas, reading, light = stage.canvas, stage.reading, stage.script.light
    stream = stage.stream.child("woods")
    stage.horizon = canvas.height * stream.uniform(0.56, 0.64)
    stage.sun = (
        canvas.width * stream.uniform(0.36, 0.64),
        stage.horizon - canvas.unit * stream.uniform(0.2, 0.34),
    )
    words = reading.tokens
    kept = tuple(m for m in reading.mentions if m.kind not in _TREES)
    stage.reading = dataclasses.replace(reading, mentions=kept)
    kind = (
        "birch"
        if words & {"birch", "aspen"}
        else "bamboo"
        if "bamboo" in words
        else (
            "pine"
            if words & {"pine", "fir", "spruce", "taiga", "conifer", "redwood", "sequoia", "cedar"}
            or stage.script.season == "winter"
            else "leaf"
        )
    )
    stage.report.reach(0.1, "light between the trees")
    _glow(stage, stream)
    if light.night > 0.7:
        paint_stars(stage, 0.6, stage.horizon * 0.6)
    stage.report.reach(0.2, "trees")
    layers = 4
    for index in range(layers):
        _layer(stage, stream.child(str(index)), index / (layers - 1), kind)
        if index == 1 and reading.allows("rays") and light.overcast < 0.7:
            paint_rays(stage, 0.55 if reading.wants("rays") else 0.3)
    if reading.has("road", "river") or stream.chance(0.45):
        _path(stage, stream)
    stage.report.reach(0.5, "subjects")
    paint_things(stage, Terms(forest=2))
    stage.report.reach(0.62, "foreground")
    _frame(stage, stream, kind)
    paint_weather(stage)


def _glow(stage: Stage, stream: Stream) -> None:
    canvas, light = stage.canvas, stage.script.light
    shape = (canvas.height, canvas.width)
    leaf = _leaf(stage, stream)
    far = mix(light.haze, stage.script.lit(leaf), 0.3)
    deep = mix(light.sky[1], stage.script.shaded(leaf), 0.6)
    away = canvas.distance(*stage.sun, stretch_y=0.85) / np.float32(canvas.unit)
    cloud = fbm(stream.child("air"), shape, canvas.cells(3), 4) - 0.5
    level = np.clip(away * 0.95 + cloud * 0.3, 0, 1).astype(np.float32)
    bright = mix(light.glow, light.sky[3], 0.5)
    canvas.rgb[:] = ramp(
        [(0.0, bright), (0.32, mix(bright, far, 0.65)), (0.7, far), (1.0, deep)], level
    )


def _leaf(stage: Stage, stream: Stream) -> Colour:
    season = stage.script.season
    codes = _LEAVES.get(season if season in _LEAVES else "", _LEAVES[""])
    mention = stage.reading.get("forest", "tree")
    if mention is not None and mention.colours:
        return mention.colours[0]
    return mix(from_hex(stream.child("leaf").pick(codes)), stage.script.light.leaf, 0.25)


def _layer(stage: Stage, stream: Stream, t: float, kind: str) -> None:
    """Paint one depth of trees; t runs from 0 far to 1 near."""
    canvas, script = stage.canvas, stage.script
    bark = from_hex({"birch": "#d9d3c6", "bamboo": "#7d9c55"}.get(kind, "#4f4038"))
    tone = script.far(mix(script.shaded(bark), script.lit(bark), 0.35), (1 - t) * 0.95)
    base = stage.horizon + (canvas.height - stage.horizon) * (0.02 + 0.5 * t**1.3)
    line = (
        base
        + curve(stream.child("ground"), canvas.width, 2.2 * canvas.width / canvas.unit, 4)
        * canvas.unit
        * 0.06
    ).astype(np.float32)
    leaf = _leaf(stage, stream)
    earth = script.far(mix(script.land(0.5 + 0.5 * t), script.lit(leaf), 0.42), (1 - t) * 0.8)
    _earth(stage, stream, line, earth)
    shapes: list[Outline] = []
    count = round((26 - 19 * t) * canvas.width / canvas.unit)
    for index in range(count):
        x = (index + stream.uniform(0.05, 0.95)) / count * canvas.width
        gap = abs(x - stage.sun[0]) / canvas.unit
        if t > 0.5 and gap < 0.16:
            continue
        column = max(0, min(canvas.width - 1, int(x)))
        width = canvas.unit * (0.009 + 0.042 * t**1.2) * stream.uniform(0.6, 1.3)
        if kind == "bamboo":
            width *= 0.5
        foot = float(line[column]) + width * 0.3
        if kind == "pine" and t < 0.9:
            tall = canvas.unit * (0.3 + 0.6 * t) * stream.uniform(0.75, 1.25)
            shapes += paint_pine_silhouettes([x], [foot], [tall], stream)
        else:
            shapes += _stem(stream, x, foot, width, canvas.height)
    if shapes:
        fill_lit(stage, shapes, tone, 0.3 + 0.7 * t)
    if kind == "birch" and t > 0.3:
        _scars(stage, stream, shapes, tone)
    if kind in ("leaf", "birch") and t < 0.9:
        _canopy(stage, stream, t, leaf)
    _bushes(stage, stream, line, t, leaf)
    mist_bank(
        stage,
        stream.child("mist"),
        base - canvas.unit * 0.01,
        canvas.unit * 0.07,
        (0.34 + 0.4 * script.light.mist) * (1 - t),
    )


def _stem(stream: Stream, x: float, foot: float, width: float, tall: float) -> list[Outline]:
    lean = stream.normal(0.025) * tall
    bend = stream.normal(0.012) * tall
    top = -tall * 0.05
    spine = [(x, foot + width * 0.2), (x + lean * 0.3 + bend, foot * 0.55), (x + lean, top)]
    trunk = limb(spine, (width * 1.9, width * 1.02, width * 0.9, width * 0.72))
    trunk[:, 1] = np.minimum(trunk[:, 1], foot + width * 0.12)
    shapes = [trunk]
    for _ in range(stream.integer(1, 3)):
        y = stream.uniform(0.12, 0.55) * foot
        side = stream.sign()
        root = x + lean * (1 - y / max(1.0, foot))
        reach = width * stream.uniform(2.5, 6.0)
        shapes.append(
            limb(
                [
                    (root, y),
                    (root + side * reach * 0.6, y - reach * 0.45),
                    (root + side * reach, y - reach * 1.0),
                ],
                (width * 0.42, width * 0.22, width * 0.06),
            )
        )
    return shapes


def _scars(stage: Stage, stream: Stream, shapes: list[Outline], tone: Colour) -> None:
    marks: list[Outline] = []
    for shape in shapes:
        if float(np.ptp(shape[:, 1])) < stage.canvas.height * 0.4:
            continue
        centre = float(shape[:, 0].mean())
        width = float(np.percentile(np.abs(shape[:, 0] - centre), 40))
        for _ in range(9):
            y = stream.uniform(0.05, 0.8) * stage.canvas.height
            near = shape[np.argsort(np.abs(shape[:, 1] - y))[:2]]
            x = float(near[:, 0].mean())
            marks.append(
                ellipse(
                    x + stream.uniform(-0.2, 0.2) * width,
                    y,
                    max(1.0, width * stream.uniform(0.2, 0.5)),
                    max(0.7, width * 0.09),
                )
            )
    if marks:
        stage.canvas.fill(marks, mix(tone, (0.14, 0.12, 0.12), 0.7), 0.8)


def _earth(stage: Stage, stream: Stream, line: np.ndarray, earth: Colour) -> None:
    canvas = stage.canvas
    rows = canvas.rows_below(line)
    if rows.stop - rows.start < 2:
        return
    shape = (rows.stop - rows.start, canvas.width)
    litter = (
        fbm(
            stream.child("litter"),
            shape,
            (max(1, shape[0] / canvas.unit * 40), canvas.width / canvas.unit * 22),
            4,
        )
        - 0.5
    )
    near = np.exp(-(((canvas.columns - stage.sun[0]) / np.float32(canvas.unit * 0.4)) ** 2))
    level = np.clip(0.46 + litter * 0.9 + near * 0.25, 0, 1).astype(np.float32)
    warm = mix(shade(earth, 0.1), stage.script.light.glow, 0.25 * (1 - stage.script.light.overcast))
    rgb = ramp([(0.0, shade(earth, -0.1)), (0.5, earth), (1.0, warm)], level)
    blend(canvas.rgb[:, rows], rgb, canvas.mask_below(line, rows))


def _canopy(stage: Stage, stream: Stream, t: float, leaf: Colour) -> None:
    """Hang foliage from the upper edge."""
    canvas = stage.canvas
    aspect = canvas.width / canvas.unit
    tall = canvas.height / canvas.unit
    sprite = Sprite(
        stage,
        canvas.width / 2,
        float(canvas.height),
        canvas.unit,
        box=(-aspect / 2 - 0.05, tall * 0.5, aspect / 2 + 0.05, tall + 0.05),
    )
    clumps = []
    for _ in range(round((26 - 8 * t) * aspect)):
        x = stream.uniform(-0.55, 0.55) * aspect
        side = abs(x) / (0.5 * aspect)
        y = tall * (1.02 - stream.uniform(0.0, 0.13 + 0.16 * side**1.5) * (1.15 - 0.3 * t))
        clumps.append((x, y, stream.uniform(0.05, 0.095) * (0.75 + 0.5 * t)))
    tone = stage.script.far(leaf, 0.0)
    leafy(sprite, stream.child("canopy"), clumps, shade(tone, 0.04 - 0.1 * t), 2.6)
    place(sprite, Setting(distance=(1 - t) * 0.75, volume=0.0, rim=0.0, lit=1.0))


def _bushes(stage: Stage, stream: Stream, line: np.ndarray, t: float, leaf: Colour) -> None:
    canvas = stage.canvas
    clumps = []
    aspect = canvas.width / canvas.unit
    base = float(line.mean())
    for _ in range(round(15 * aspect)):
        x = stream.uniform(-0.53, 0.53) * aspect
        px = canvas.width / 2 + x * canvas.unit
        if abs(px - stage.sun[0]) < canvas.unit * (0.07 + 0.14 * t):
            continue
        column = max(0, min(canvas.width - 1, int(px)))
        y = (base - float(line[column])) / canvas.unit
        clumps.append(
            (x, y + stream.uniform(-0.01, 0.025), stream.uniform(0.018, 0.045) * (0.55 + 0.8 * t))
        )
    if not clumps:
        return
    sprite = Sprite(
        stage,
        canvas.width / 2,
        base,
        canvas.unit,
        box=(-aspect / 2 - 0.05, -0.12, aspect / 2 + 0.05, 0.2),
    )
    leafy(sprite, stream.child("bushes"), clumps, shade(leaf, -0.04), 3.0)
    place(sprite, Setting(distance=(1 - t) * 0.8, volume=0.0, rim=0.0))


def _path(stage: Stage, stream: Stream) -> None:
    """Lay a trodden path (or a stream) from the viewer into the light."""
    canvas, script = stage.canvas, stage.script
    start = round(stage.horizon + canvas.unit * 0.02)
    count = canvas.height - start
    if count < 4:
        return
    t = np.linspace(0, 1, count, dtype=np.float32)
    sway = np.sin(t * np.float32(4.2) + np.float32(stream.uniform(0, 6))) * (1 - t * 0.4)
    centre = stage.sun[0] + (canvas.width * 0.5 - stage.sun[0]) * t + sway * canvas.unit * 0.09 * t
    half = canvas.unit * (0.008 + 0.2 * t**1.35)
    ragged = (
        fbm(
            stream.child("edge"),
            (count, canvas.width),
            (count / canvas.unit * 30, canvas.width / canvas.unit * 30),
            3,
        )
        - 0.5
    )
    offset = (
        np.abs(canvas.columns[None, :] - centre[:, None]) + ragged * canvas.unit * 0.05 * t[:, None]
    )
    mask = smoothstep(0.0, 1.0, (half[:, None] - offset) / np.float32(canvas.unit * 0.012))
    mention = stage.reading.get("road")
    soil = mention.colours[0] if mention and mention.colours else from_hex("#b59a74")
    wet = stage.reading.has("river")
    near, far = script.lit(soil), mix(script.light.glow, script.lit(soil), 0.5)
    if wet:
        near, far = (
            mix(script.light.water, script.light.sky[1], 0.3),
            mix(script.light.glow, script.light.sky[3], 0.4),
        )
    grain = (
        fbm(stream.child("soil"), (count, canvas.width), (count / canvas.unit * 70, 40), 3) - 0.5
    )
    rgb = ramp(
        [(0.0, far), (0.5, mix(far, near, 0.7)), (1.0, shade(near, -0.04))],
        np.repeat(t[:, None], canvas.width, axis=1),
    )
    rgb *= 1 + grain * np.float32(0.2)
    blend(canvas.rgb[:, start:], rgb, mask * smoothstep(0.0, 0.2, t)[:, None] * np.float32(0.88))


def _frame(stage: Stage, stream: Stream, kind: str) -> None:
    """Stand two or three dark trunks before everything, and growth at the lower corners."""
    canvas, script = stage.canvas, stage.script
    dark = mix(shade(script.land(1.0), -0.08), (0.05, 0.05, 0.07), 0.25)
    shapes: list[Outline] = []
    if kind != "pine":
        for side in (0.06, 0.93):
            if stream.chance(0.8):
                x = canvas.width * (side + stream.normal(0.02))
                shapes += _stem(
                    stream,
                    x,
                    canvas.height * 1.02,
                    canvas.unit * stream.uniform(0.055, 0.085),
                    float(canvas.height),
                )
    else:
        for side in (-0.02, 1.02):
            tall = canvas.height * stream.uniform(0.75, 1.0)
            shapes += paint_pine_silhouettes(
                [canvas.width * side], [canvas.height * 1.03], [tall], stream
            )
    if shapes:
        fill_lit(stage, shapes, dark, 1.0)
    for index in range(stream.integer(8, 13)):
        side = stream.sign()
        x = canvas.width * (0.5 + side * stream.uniform(0.24, 0.54))
        size = canvas.unit * stream.uniform(0.06, 0.15)
        leaf = shade(mix(_leaf(stage, stream), dark, 0.62), -0.03)
        look = Look(stream.child(f"tuft{index}"), colours=(leaf,))
        sprite = Sprite(stage, x, canvas.height + canvas.unit * 0.02, size, box=PARTS["grass"].box)
        PARTS["grass"].paint(sprite, look)
        place(sprite, Setting(volume=0.2, rim=0.8, blur=canvas.unit * 0.0014))
