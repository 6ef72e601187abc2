"""Open space."""

from __future__ import annotations

from pipeline.imaging.sketch.cast import PARTS, put
from pipeline.imaging.sketch.colour import Colour, from_hex
from pipeline.imaging.sketch.painters.cosmos import (
    nebula_colours,
    paint_blackhole,
    paint_galaxy,
    paint_nebula,
    paint_planet,
    paint_rock,
    world,
)
from pipeline.imaging.sketch.painters.sky import paint_stars
from pipeline.imaging.sketch.placing import Setting
from pipeline.imaging.sketch.reading import Mention
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.stream import Stream
from pipeline.imaging.sketch.vocabulary.subjects import KINDS


def paint_space(stage: Stage) -> None:
    """Paint a picture among the stars."""
    canvas, reading = stage.canvas, stage.reading
    stream = stage.stream.child("space")
    stage.horizon = float(canvas.height)
    stage.sun = (
        canvas.width * stream.pick((-0.15, 1.15)),
        canvas.height * stream.uniform(0.05, 0.45),
    )
    colours = nebula_colours(stage)
    lone = reading.has("blackhole", "galaxy")
    stage.report.reach(0.1, "deep space")
    paint_nebula(stage, colours, 0.5 if lone else 0.55 + 0.45 * (reading.has("nebula")))
    if reading.allows("stars"):
        paint_stars(stage, 1.5, canvas.height * 1.1)
    stage.report.reach(0.4, "worlds")
    _far_bodies(stage, stream, colours)
    _planets(stage, stream)
    _rocks(stage, stream)
    stage.report.reach(0.6, "travellers")
    _travellers(stage, stream)


def _far_bodies(stage: Stage, stream: Stream, colours: list[Colour]) -> None:
    canvas, reading = stage.canvas, stage.reading
    for kind in ("galaxy", "blackhole"):
        mention = reading.get(kind)
        if mention is None:
            continue
        x = canvas.width * (
            0.5 + (0.24 * mention.side if mention.side else stream.uniform(-0.06, 0.06))
        )
        y = canvas.height * stream.uniform(0.44, 0.54)
        colour = mention.colours[0] if mention.colours else colours[0]
        radius = canvas.unit * 0.5 * mention.size
        if kind == "galaxy":
            paint_galaxy(stage, stream.child("galaxy"), x, y, radius * 1.15, colour)
        else:
            paint_blackhole(stage, stream.child("hole"), x, y, radius * 0.9, colour)


def _planets(stage: Stage, stream: Stream) -> None:
    canvas, reading = stage.canvas, stage.reading
    mentions = [m for m in reading.mentions if m.kind in ("planet", "moon", "sun")]
    if not mentions and not reading.has("galaxy", "blackhole") and reading.allows("planet"):
        mentions = [Mention("planet", "planet", size=1.0)]
    number = 0
    total = sum(min(6, m.count) for m in mentions)
    for mention in mentions:
        for index in range(min(6, mention.count)):
            own = stream.child(f"{mention.kind}{index}")
            kind, colour = world(mention, own, reading.palette)
            if mention.kind == "moon":
                kind, colour = (
                    "rock",
                    mention.colours[0] if mention.colours else from_hex("#b9b5ae"),
                )
            if mention.kind == "sun":
                kind, colour = "bands", from_hex("#ffb84a")
            main = number == 0
            radius = (
                canvas.unit
                * (own.uniform(0.2, 0.29) if main else own.uniform(0.04, 0.11))
                * mention.size
            )
            x = (
                canvas.width * own.uniform(0.34, 0.66)
                if main
                else canvas.width * own.uniform(0.08, 0.92)
            )
            y = (
                canvas.height * own.uniform(0.4, 0.6)
                if main
                else canvas.height * own.uniform(0.1, 0.85)
            )
            travellers = any(m.kind in PARTS for m in reading.mentions)
            if main and (travellers or total == 0):
                side = own.sign()
                x, y = (
                    canvas.width * (0.5 + side * own.uniform(0.2, 0.34)),
                    canvas.height * own.uniform(0.25, 0.4),
                )
                if own.chance(0.45):
                    x, y = canvas.width * own.uniform(0.25, 0.75), canvas.height * 1.12
                    radius = canvas.unit * own.uniform(0.45, 0.6)
            if mention.side is not None:
                x = canvas.width * (0.5 + 0.26 * mention.side)
            paint_planet(stage, own, x, y, radius, colour, kind)
            stage.attend(x, min(y, canvas.height * 0.9), 2.0 if main else 0.5)
            number += 1


def _rocks(stage: Stage, stream: Stream) -> None:
    canvas = stage.canvas
    mention = stage.reading.get("asteroid")
    if mention is None:
        return
    colour = stage.script.lit(mention.colours[0] if mention.colours else from_hex("#8a7a6c"))
    sizes = sorted(stream.uniform(0, 1) ** 2.5 for _ in range(max(9, mention.count * 3)))
    for index, size in enumerate(sizes):
        own = stream.child(f"rock{index}")
        x, y = canvas.width * own.uniform(0, 1), canvas.height * own.uniform(0.05, 0.95)
        paint_rock(stage, own, x, y, canvas.unit * (0.008 + 0.11 * size) * mention.size, colour)


def _travellers(stage: Stage, stream: Stream) -> None:
    canvas, reading = stage.canvas, stage.reading
    things = [m for m in reading.mentions if m.kind in PARTS]
    for order, mention in enumerate(things):
        kind, part = KINDS[mention.kind], PARTS[mention.kind]
        for index in range(min(8, mention.count)):
            own = stream.child(f"{mention.kind}{index}")
            share = kind.hero * 0.85 if order == 0 and index == 0 else kind.height
            size = (
                canvas.unit * share * mention.size * (1.0 if index == 0 else own.uniform(0.5, 0.9))
            )
            size = min(size, canvas.height * 0.8, canvas.width * 0.85 / (2 * part.half))
            x = canvas.width * (
                own.uniform(0.36, 0.64) if order == 0 and index == 0 else own.uniform(0.12, 0.88)
            )
            if mention.side is not None:
                x = canvas.width * (0.5 + 0.25 * mention.side)
            y = canvas.height * own.uniform(0.42, 0.6) + size * 0.5
            tilt = (
                own.uniform(-24, 24)
                if mention.kind in ("astronaut", "rocket", "satellite")
                else own.uniform(-9, 9)
            )
            put(
                stage,
                mention,
                index,
                x,
                y,
                size,
                Setting(volume=part.volume, rim=0.75, distance=0.0),
                order == 0,
                tilt,
            )
