"""Under the sea: light from above, a floor in the deep, and what swims between."""

from __future__ import annotations

import numpy as np

from pipeline.imaging.sketch.cast import PARTS, put
from pipeline.imaging.sketch.colour import from_hex, mix, ramp, shade
from pipeline.imaging.sketch.noise import fbm, ridged, smoothstep
from pipeline.imaging.sketch.painters.cityscape import paint_skyline
from pipeline.imaging.sketch.painters.terrain import hill_line, paint_hill
from pipeline.imaging.sketch.placing import Setting
from pipeline.imaging.sketch.reading import Mention
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.stream import Stream
from pipeline.imaging.sketch.vocabulary.subjects import KINDS

_FLOOR = frozenset({"coral", "octopus", "ruins", "statue", "lantern", "crystal"})


def paint_underwater(stage: Stage) -> None:
    """Paint a picture under water."""
    canvas, light = stage.canvas, stage.script.light
    stream = stage.stream.child("deep")
    stage.horizon = canvas.height * 0.8
    stage.sun = (canvas.width * stream.uniform(0.3, 0.7), -canvas.height * 0.15)
    stage.report.reach(0.1, "water")
    shape = (canvas.height, canvas.width)
    drift = fbm(stream.child("drift"), shape, canvas.cells(1.4), 3) - 0.5
    place = canvas.rows / np.float32(canvas.height) + drift * np.float32(0.16)
    near = np.exp(-(((canvas.columns - stage.sun[0]) / np.float32(canvas.unit * 0.75)) ** 2))
    place = place - near * np.float32(0.12) * np.clip(
        1.2 - canvas.rows / np.float32(canvas.height), 0, 1
    )
    sky = light.sky
    canvas.rgb[:] = ramp(
        [(-0.1, sky[0]), (0.22, sky[1]), (0.55, sky[2]), (1.0, sky[3])], place.astype(np.float32)
    )
    _beams(stage, stream)
    stage.report.reach(0.3, "sea floor")
    if stage.reading.has("city", "tower"):
        for index in range(3):
            base, tall = canvas.height * (0.8 + 0.03 * index), canvas.unit * (0.5 - 0.1 * index)
            paint_skyline(stage, base, tall, 0.25 + 0.2 * index, stream.child(f"city{index}"))
    _floor(stage, stream)
    stage.report.reach(0.5, "life")
    _life(stage, stream)
    _bubbles(stage, stream)


def _beams(stage: Stage, stream: Stream) -> None:
    canvas = stage.canvas
    angle = np.arctan2(
        canvas.columns - np.float32(stage.sun[0]), canvas.rows - np.float32(stage.sun[1])
    )
    profile = fbm(stream.child("beams"), (1, 900), (1, 46), 4)[0]
    index = np.clip((angle / np.float32(np.pi) + np.float32(0.5)) * 899, 0, 899).astype(np.int32)
    beams = smoothstep(0.46, 0.74, profile)[index]
    down = canvas.rows / np.float32(canvas.height)
    canvas.shine((0.75, 1.0, 0.95), beams * np.exp(-down * np.float32(2.0)) * np.float32(0.34))
    net = ridged(stream.child("caustics"), (canvas.height, canvas.width), canvas.cells(9, 22), 3)
    canvas.shine(
        (0.85, 1.0, 0.97),
        smoothstep(0.62, 0.95, net) * np.exp(-down * np.float32(9)) * np.float32(0.5),
    )


def _floor(stage: Stage, stream: Stream) -> None:
    canvas, reading = stage.canvas, stage.reading
    for index in range(3):
        t = index / 2
        line = hill_line(
            stage,
            stream.child(f"floor{index}"),
            canvas.height * (0.8 + 0.12 * t),
            canvas.unit * (0.09 - 0.02 * t),
            1.3,
        )
        paint_hill(
            stage,
            stream.child(f"skin{index}"),
            line,
            0.2 + 0.5 * t,
            (0.75, 0.72, 0.6),
            grassy=False,
        )
        mention = reading.get("coral") or Mention("coral", "coral")
        if not reading.allows("coral"):
            continue
        for number in range(5 if mention.word == "coral" and reading.has("coral") else 3):
            own = stream.child(f"coral{index}/{number}")
            word = own.pick(("coral", "coral", "kelp"))
            x = canvas.width * own.uniform(0.02, 0.98)
            column = max(0, min(canvas.width - 1, int(x)))
            tall = canvas.unit * own.uniform(0.09, 0.2) * (0.6 + 0.8 * t)
            thing = Mention("coral", word, colours=mention.colours)
            put(
                stage,
                thing,
                100 + index * 10 + number,
                x,
                float(line[column]) + tall * 0.12,
                tall,
                Setting(distance=0.75 - 0.55 * t, volume=0.5, rim=0.3),
            )


def _life(stage: Stage, stream: Stream) -> None:
    canvas, reading = stage.canvas, stage.reading
    things = [m for m in reading.mentions if m.kind in PARTS and m.kind != "coral"]
    if not reading.has("fish") and reading.allows("fish"):
        _school(stage, stream)
    for order, mention in enumerate(things):
        kind, part = KINDS[mention.kind], PARTS[mention.kind]
        count = min(24, mention.count)
        alone = len(things) == 1 and count <= 2
        for index in range(count):
            own = stream.child(f"{mention.kind}{index}")
            near = 1.0 if index == 0 else own.uniform(0.3, 0.9)
            base = (
                kind.hero * (1.0 if alone else 0.78)
                if order == 0 and index == 0 and count < 4
                else kind.height
            )
            size = canvas.unit * base * mention.size * (0.5 + 0.6 * near)
            size = min(size, canvas.height * 0.72, canvas.width * 0.9 / (2 * part.half))
            x = canvas.width * (
                own.uniform(0.4, 0.6) if index == 0 and order == 0 else own.uniform(0.08, 0.92)
            )
            if mention.side is not None:
                x = canvas.width * (0.5 + 0.25 * mention.side) + own.normal(0.03) * canvas.unit
            foot = (
                canvas.height * (own.uniform(0.4, 0.56) if index == 0 else own.uniform(0.2, 0.72))
                + size * 0.5
            )
            if mention.kind in _FLOOR:
                foot = canvas.height * own.uniform(0.88, 0.93)
            setting = Setting(distance=0.65 * (1 - near), volume=part.volume, rim=0.5)
            put(
                stage,
                mention,
                index,
                x,
                foot,
                size,
                setting,
                alone,
                own.normal(4.0) if mention.kind not in _FLOOR else 0.0,
            )


def _school(stage: Stage, stream: Stream) -> None:
    """Send a shoal of small fish through the distance."""
    canvas = stage.canvas
    x, y = canvas.width * stream.uniform(0.2, 0.8), canvas.height * stream.uniform(0.2, 0.45)
    colour = mix(stage.script.light.sky[1], from_hex("#f0d9a8"), 0.4)
    for index in range(stage.many(16)):
        size = canvas.unit * stream.uniform(0.016, 0.032)
        px, py = x + stream.normal(0.13) * canvas.unit, y + stream.normal(0.06) * canvas.unit
        put(
            stage,
            Mention("fish", "fish", colours=(shade(colour, 0.02),)),
            200 + index,
            px,
            py,
            size,
            Setting(distance=0.55, volume=0.3, rim=0.2),
        )


def _bubbles(stage: Stage, stream: Stream) -> None:
    canvas = stage.canvas
    for _ in range(stage.many(38)):
        x = canvas.width * stream.uniform(0, 1)
        y = canvas.height * stream.uniform(0.05, 0.95)
        radius = canvas.unit * (0.0015 + 0.008 * stream.uniform(0, 1) ** 4)
        x0, x1 = max(0, int(x - radius) - 2), min(canvas.width, int(x + radius) + 3)
        y0, y1 = max(0, int(y - radius) - 2), min(canvas.height, int(y + radius) + 3)
        if x1 <= x0 or y1 <= y0:
            continue
        u = (np.arange(x0, x1, dtype=np.float32) - np.float32(x)) / np.float32(radius)
        v = ((np.arange(y0, y1, dtype=np.float32) - np.float32(y)) / np.float32(radius))[:, None]
        away = np.sqrt(u * u + v * v)
        ring = np.exp(-(((away - 0.82) / 0.22) ** 2)) * np.float32(0.4)
        spark = np.exp(-((u + 0.35) ** 2 + (v + 0.4) ** 2) * 14) * np.float32(0.8)
        for channel in range(3):
            patch = canvas.rgb[channel, y0:y1, x0:x1]
            patch += np.maximum(0, 1 - patch) * np.minimum(1, ring + spark)
