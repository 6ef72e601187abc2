"""The land, water and sky of a landscape, without the things in it."""

from __future__ import annotations

import numpy as np

from pipeline.imaging.sketch.canvas import blend
from pipeline.imaging.sketch.colour import Colour, from_hex, mix, ramp, shade
from pipeline.imaging.sketch.noise import curve
from pipeline.imaging.sketch.painters.cityscape import paint_skyline
from pipeline.imaging.sketch.painters.features import (
    paint_forest_band,
    paint_meadow,
)
from pipeline.imaging.sketch.painters.ground import paint_falls, paint_river, paint_road, paint_rows
from pipeline.imaging.sketch.painters.terrain import (
    Range,
    hill_line,
    mist_bank,
    paint_dune,
    paint_hill,
    paint_range,
)
from pipeline.imaging.sketch.painters.water import paint_beach, paint_water
from pipeline.imaging.sketch.scenes.terms import Terms
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.stream import Plane


def paint_heights(stage: Stage, terms: Terms, base: float) -> None:
    """Paint the ranges that stand at the horizon."""
    canvas = stage.canvas
    stream = stage.stream.child("heights")
    mention = stage.reading.get("mountain", "volcano")
    size = mention.size if mention else 1.0
    own = mention.colours[0] if mention and mention.colours else None
    count = 3 if terms.peaks == 2 else 2
    room = max(canvas.unit * 0.2, base - stage.canvas.height * 0.1)
    for index in range(count):
        t = index / max(1, count - 1)
        tall = canvas.unit * (0.33 - 0.15 * t) * size * (1.0 if terms.peaks == 2 else 0.5)
        tall = min(tall, room * 0.9) * stream.uniform(0.85, 1.15)
        lone = None
        if index == 0 and mention is not None and (mention.count == 1 or mention.kind == "volcano"):
            where = (
                0.5 + 0.24 * mention.side
                if mention.side is not None
                else stream.uniform(0.32, 0.68)
            )
            lone = canvas.width * where
            tall *= 1.12
        spec = Range(
            base=base + canvas.unit * 0.012 * index,
            height=tall,
            nearness=0.08 + 0.34 * t,
            peaks=stream.uniform(1.5, 2.4) + t * 1.2,
            snow=terms.snow * (1 - 0.7 * t) if terms.snow > 0.12 else 0.0,
            sharp=(0.95 if terms.peaks == 2 else 0.5) * (1 - 0.35 * t),
            peak_x=lone,
        )
        paint_range(stage, stream.child(str(index)), spec, own)
        if stage.script.light.mist > 0.3:
            mist_bank(
                stage,
                stream.child(f"mist{index}"),
                base - tall * 0.12,
                canvas.unit * 0.05,
                0.4 * stage.script.light.mist,
            )


def paint_ground(stage: Stage, terms: Terms) -> None:
    """Paint everything from the horizon to the viewer."""
    canvas = stage.canvas
    if terms.peaks:
        paint_heights(stage, terms, stage.horizon + canvas.unit * 0.015)
    if terms.city:
        _paint_city(stage)
    if terms.water == "sea":
        _paint_sea(stage, terms)
    elif terms.water == "waterfront":
        paint_water(stage, stage.horizon + canvas.unit * 0.035, 0.82)
        _quay(stage)
    elif terms.water == "lake":
        _paint_lake(stage, terms)
    elif terms.desert:
        _paint_desert(stage)
    else:
        _paint_land(stage, terms)


def _quay(stage: Stage) -> None:
    """Pave the near bank when somebody or something is to stand there."""
    canvas, script = stage.canvas, stage.script
    afloat = ("boat", "ship", "rowboat", "swan", "duck", "bridge")
    things = stage.reading.of("person", "animal", "vehicle", "object", "built")
    if all(thing.kind in (*afloat, "city") for thing in things):
        return
    line = np.full(canvas.width, canvas.height * 0.84, np.float32)
    stage.shore = line
    stone = script.lit((0.56, 0.54, 0.53), 0.9)
    rows = canvas.rows_below(line)
    t = np.linspace(0, 1, rows.stop - rows.start, dtype=np.float32)[:, None]
    paving = np.repeat(t, canvas.width, axis=1)
    rgb = ramp([(0.0, shade(stone, 0.04)), (0.08, stone), (1.0, shade(stone, -0.14))], paving)
    blend(canvas.rgb[:, rows], rgb, canvas.mask_below(line, rows))
    edge = slice(rows.start, min(canvas.height, rows.start + max(2, round(canvas.unit * 0.008))))
    canvas.haze(mix(stone, script.light.glow, 0.35), 0.7, edge)


def _paint_city(stage: Stage) -> None:
    canvas = stage.canvas
    stream = stage.stream.child("city")
    mention = stage.reading.get("city")
    own = mention.colours[0] if mention and mention.colours else None
    size = mention.size if mention else 1.0
    for index in range(4):
        t = index / 3
        base = stage.horizon + canvas.unit * 0.012 * index
        paint_skyline(
            stage,
            base,
            canvas.unit * (0.46 - 0.2 * t) * size,
            0.12 + 0.72 * t,
            stream.child(str(index)),
            own,
        )


def _paint_sea(stage: Stage, terms: Terms) -> None:
    canvas = stage.canvas
    stream = stage.stream.child("sea")
    mention = stage.reading.get("sea", "wave")
    own = mention.colours[0] if mention and mention.colours else None
    if not terms.peaks and not terms.city and stream.chance(0.5):
        far = Range(
            stage.horizon + 2, canvas.unit * stream.uniform(0.03, 0.08), 0.12, 1.3, 0.0, 0.2
        )
        paint_range(stage, stream.child("coast"), far)
    rough = bool(stage.reading.words & {"stormy", "rough", "waves", "wave", "storm"})
    paint_water(stage, stage.horizon, 0.25 if rough else stream.uniform(0.5, 0.85), own)
    if terms.beach:
        shore = _shore(stage, stream)
        mention = stage.reading.get("beach")
        stage.shore = shore
        own = mention.colours[0] if mention and mention.colours else None
        icy = stage.script.season == "winter" or stage.reading.has("iceberg", "penguin")
        if own is None and icy:
            own = (0.95, 0.97, 1.0)
        paint_beach(stage, shore, own)


def _shore(stage: Stage, stream: object) -> Plane:
    canvas = stage.canvas
    own = stage.stream.child("shore")
    tilt = own.sign() * own.uniform(0.08, 0.22) * canvas.unit
    ramp = np.linspace(-0.5, 0.5, canvas.width, dtype=np.float32) * np.float32(tilt)
    wave = curve(own, canvas.width, 2.5 * canvas.width / canvas.unit, 4) * np.float32(
        canvas.unit * 0.07
    )
    base = stage.horizon + (canvas.height - stage.horizon) * own.uniform(0.5, 0.64)
    return (base + ramp + wave).astype(np.float32)


def _paint_lake(stage: Stage, terms: Terms) -> None:
    canvas, script = stage.canvas, stage.script
    stream = stage.stream.child("lake")
    if terms.forest and not terms.city:
        shore = hill_line(
            stage,
            stream.child("bank"),
            stage.horizon + canvas.unit * 0.03,
            canvas.unit * 0.035,
            1.6,
        )
        leaf = from_hex("#38614a") if script.season != "autumn" else script.light.leaf
        pines = terms.pines or stream.chance(0.5)
        paint_forest_band(stage, stream.child("far"), shore, canvas.unit * 0.075, 0.35, leaf, pines)
    mention = stage.reading.get("lake", "waterfall")
    own = mention.colours[0] if mention and mention.colours else None
    top = stage.horizon + canvas.unit * 0.03
    if stage.reading.has("waterfall"):
        x = canvas.width * stream.uniform(0.38, 0.62)
        paint_falls(
            stage,
            x,
            stage.horizon - canvas.unit * 0.26,
            top + canvas.unit * 0.02,
            canvas.unit * 0.11,
        )
    calm = 0.97 if "reflection" in stage.reading.flags else stream.uniform(0.85, 0.96)
    paint_water(stage, top, calm, own)
    near = hill_line(stage, stream.child("near"), canvas.height * 0.955, canvas.unit * 0.1, 1.1)
    tilt = np.linspace(-1, 1, canvas.width, dtype=np.float32) * np.float32(
        canvas.unit * 0.05 * stream.sign()
    )
    near = near + tilt
    stage.shore = near
    paint_hill(stage, stream.child("near"), near, 0.95)
    paint_meadow(
        stage, near, flower_colours(stage) if terms.flowers else [], 0.35, script.light.leaf
    )


def flower_colours(stage: Stage) -> list[Colour]:
    """Return the colours of the blossoms in a field."""
    reading = stage.reading
    mention = reading.get("flower", "tulip", "sunflower") or reading.get("meadow", "rows")
    if mention is not None and mention.colours:
        return [shade(mention.colours[0], tone) for tone in (-0.03, 0.05)]
    named = {
        "poppy": "#d8402f",
        "sunflower": "#f2b62b",
        "rose": "#d9506a",
        "daisy": "#f6f2e6",
        "tulip": "#e0506a",
    }
    if mention is not None and mention.word in named:
        return [from_hex(named[mention.word])]
    lively = [mix(accent, (0.98, 0.95, 0.9), 0.25) for accent in stage.script.accents[:2]]
    return [*lively, (0.97, 0.95, 0.9)]


def _paint_desert(stage: Stage) -> None:
    canvas = stage.canvas
    stream = stage.stream.child("desert")
    mention = stage.reading.get("dune")
    own = mention.colours[0] if mention and mention.colours else None
    if own is None and "lunar" in stage.reading.lights:
        own = (0.62, 0.62, 0.63)
    if own is None and "mars" in stage.reading.lights:
        own = (0.76, 0.44, 0.3)
    flat = stage.reading.has("mesa", "pyramid", "cactus", "camel")
    count = 3 if flat else 4
    for index in range(count):
        t = index / (count - 1)
        base = stage.horizon + (canvas.height - stage.horizon) * (0.02 + 0.7 * t**1.1)
        tall = canvas.unit * (0.05 if flat else 0.09 + 0.1 * t) * stream.uniform(0.8, 1.25)
        line = hill_line(stage, stream.child(str(index)), base, tall, 0.9)
        paint_dune(stage, stream.child(f"flank{index}"), line, 0.3 + 0.7 * t, own)


def _paint_land(stage: Stage, terms: Terms) -> None:
    canvas, script = stage.canvas, stage.script
    stream = stage.stream.child("land")
    flat = terms.road or terms.rows
    count = 2 if terms.rows else stream.integer(3, 4)
    mention = stage.reading.get("meadow", "hill")
    own: Colour | None = (
        mention.colours[0] if mention and mention.colours and mention.kind == "hill" else None
    )
    if terms.savanna or terms.grain:
        own = from_hex("#c9a45a" if terms.savanna else "#dcb24a")
    leaf = script.light.leaf
    line = np.full(canvas.width, stage.horizon, np.float32)
    for index in range(count):
        t = index / (count - 1)
        base = stage.horizon + (canvas.height - stage.horizon) * (
            0.03 + (0.16 if flat else 0.55) * t**1.2
        )
        tall = canvas.unit * (0.05 + 0.08 * t) * stream.uniform(0.7, 1.3)
        if flat or terms.water == "river":
            tall *= 0.5
        line = hill_line(stage, stream.child(str(index)), base, tall, 1.0 + 0.6 * (1 - t))
        paint_hill(stage, stream.child(f"skin{index}"), line, 0.3 + 0.7 * t, own)
        if (
            terms.forest
            and t < 0.9
            and (terms.forest == 2 or stream.chance(0.6))
            and not terms.savanna
        ):
            pines = terms.pines or stream.child("pines").chance(0.4)
            tall_trees = canvas.unit * (0.05 + 0.13 * t) * (1.35 if terms.forest == 2 else 0.9)
            tone = shade(leaf, -0.14) if not pines else mix(from_hex("#33594a"), leaf, 0.35)
            paint_forest_band(
                stage,
                stream.child(f"trees{index}"),
                line + canvas.unit * 0.01,
                tall_trees,
                0.25 + 0.5 * t,
                tone,
                pines,
                False,
            )
        if script.light.mist > 0.45:
            mist_bank(
                stage,
                stream.child(f"mist{index}"),
                float(line.mean()),
                canvas.unit * 0.03,
                0.3 * script.light.mist * (1 - t),
            )
    _cover_land(stage, terms, line)


def _cover_land(stage: Stage, terms: Terms, line: Plane) -> None:
    canvas, script = stage.canvas, stage.script
    top = float(line.min())
    reading = stage.reading
    if terms.rows:
        mention = reading.get("rows")
        base = {
            "lavender field": ["#8b74c4", "#a08fd6"],
            "tulip field": ["#d9506a", "#f0a03c"],
            "vineyard": ["#6f9450", "#8fae5a"],
        }
        codes = base.get(mention.word if mention else "", ["#6f9450", "#9ab85a"])
        colours = (
            list(mention.colours)
            if mention and mention.colours
            else [from_hex(code) for code in codes]
        )
        paint_rows(stage, line, colours)
        return
    grass = (
        mix(script.light.leaf, from_hex("#d9b052"), 0.7)
        if terms.savanna or terms.grain
        else script.light.leaf
    )
    if terms.water == "river":
        paint_river(stage, stage.horizon + canvas.unit * 0.04, None)
    if terms.road and not terms.cross_road:
        mention = reading.get("road")
        dirt = mention is not None and mention.word in ("path", "trail", "pathway", "lane")
        paint_road(
            stage,
            stage.horizon + canvas.unit * 0.03,
            not dirt,
            mention.colours[0] if mention and mention.colours else None,
        )
        return
    density = 0.0
    if terms.flowers and script.season != "winter":
        density = 1.6 if reading.has("meadow", "flower", "tulip", "sunflower") else 0.45
    low = np.maximum(line, np.float32(top + canvas.unit * 0.02))
    if script.season != "winter" and terms.water != "river":
        paint_meadow(stage, low, flower_colours(stage) if density else [], density, grass)
