"""The open air: sky, land, water, and what stands in them."""

from __future__ import annotations

from pipeline.imaging.sketch.cast import PARTS, put
from pipeline.imaging.sketch.colour import from_hex, mix, shade
from pipeline.imaging.sketch.look import Look
from pipeline.imaging.sketch.painters.cityscape import paint_street
from pipeline.imaging.sketch.painters.weather import (
    paint_drift,
    paint_fireworks,
    paint_rain,
    paint_snowfall,
    paint_sparks,
)
from pipeline.imaging.sketch.placing import Setting, place
from pipeline.imaging.sketch.reading import Mention
from pipeline.imaging.sketch.scenes.air import paint_air, place_horizon
from pipeline.imaging.sketch.scenes.landforms import paint_ground
from pipeline.imaging.sketch.scenes.placement import paint_things
from pipeline.imaging.sketch.scenes.terms import Terms, settle_terms
from pipeline.imaging.sketch.sprite import Sprite
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.stream import Stream

_TREE_HEIGHT = 0.3
_TREES = ("tree", "conifer", "palm", "birch", "blossom_tree")


def paint_landscape(stage: Stage) -> None:
    """Paint an outdoor view."""
    reading = stage.reading
    terms = settle_terms(reading, stage.script.season, stage.stream.child("terms"))
    street = reading.has("street")
    if street:
        place_horizon(stage, 0.5, 0.6)
    elif terms.water == "sea":
        place_horizon(stage, 0.46, 0.6)
    elif terms.water == "lake":
        place_horizon(stage, 0.5, 0.6)
    else:
        place_horizon(stage, 0.5, 0.66)
    stage.report.reach(0.12, "sky")
    paint_air(stage)
    stage.report.reach(0.3, "land and water")
    if street:
        wet = (
            reading.wants("rain") or stage.script.light.night > 0.5 or "reflection" in reading.flags
        )
        paint_street(stage, wet)
    else:
        paint_ground(stage, terms)
    mention = reading.get("fireworks")
    if mention is not None:
        accents = list(stage.script.accents)
        paint_fireworks(stage, max(3, mention.count), list(mention.colours) or accents)
    stage.report.reach(0.5, "subjects")
    if not street:
        _company(stage, terms)
    paint_things(stage, terms)
    stage.report.reach(0.68, "foreground")
    if not street:
        _foreground(stage, terms)
    paint_weather(stage)


def _company(stage: Stage, terms: Terms) -> None:
    """Add the small things that make a view feel inhabited, unless they were refused."""
    canvas, reading = stage.canvas, stage.reading
    stream = stage.stream.child("company")
    if "minimal" in reading.flags or terms.barren:
        return
    day = stage.script.light.night < 0.55 and not reading.wants("rain")
    birdless = reading.allows("birds") and not reading.has("birds", "bird", "eagle")
    if day and birdless and stream.chance(0.55):
        _far_flock(stage, stream)
    if not reading.allows("tree"):
        return
    if terms.savanna and not reading.has("tree"):
        for index in range(3):
            x = canvas.width * (index + stream.uniform(0.1, 0.9)) / 3
            foot, setting = stage.horizon + canvas.unit * 0.05, Setting(distance=0.5, volume=0.3)
            put(stage, Mention("tree", "acacia"), 40 + index, x, foot, canvas.unit * 0.15, setting)
    plain = not (terms.water or terms.desert or terms.rows or terms.city or terms.savanna)
    if plain and not reading.has(*_TREES, "forest") and stream.chance(0.75):
        _few_trees(stage, stream, "conifer" if terms.pines else "tree")


def _far_flock(stage: Stage, stream: Stream) -> None:
    canvas = stage.canvas
    flock, setting = Mention("birds", "birds", 5), Setting(distance=0.45, volume=0.0, rim=0.0)
    x, y = canvas.width * stream.uniform(0.25, 0.75), stage.horizon * stream.uniform(0.35, 0.7)
    for index in range(stream.integer(4, 8)):
        size = canvas.unit * stream.uniform(0.012, 0.026)
        px, py = x + stream.normal(0.07) * canvas.unit, y + stream.normal(0.04) * canvas.unit
        put(stage, flock, index, px, py, size, setting)


def _few_trees(stage: Stage, stream: Stream, kind: str) -> None:
    canvas = stage.canvas
    side = stream.sign()
    for index in range(stream.integer(2, 5)):
        near = stream.uniform(0.12, 0.42)
        x = canvas.width * (0.5 + side * stream.uniform(0.2, 0.5))
        foot = stage.horizon + (canvas.height - stage.horizon) * (0.08 + 0.8 * near)
        size = canvas.unit * _TREE_HEIGHT * (0.35 + near)
        setting = Setting(distance=0.6 - near, volume=0.3, shadow=0.35)
        put(stage, Mention(kind, kind), 60 + index, x, foot, size, setting)


def _foreground(stage: Stage, terms: Terms) -> None:
    """Frame the view with dark, slightly soft growth at its lower corners or upper edge."""
    canvas, reading, script = stage.canvas, stage.reading, stage.script
    stream = stage.stream.child("foreground")
    if "minimal" in reading.flags or terms.desert or terms.rows or script.season == "winter":
        return
    if not reading.allows("grass") or not reading.allows("tree"):
        return
    leaf = shade(mix(script.light.leaf, script.land(1.0), 0.6), -0.06)
    if stream.chance(0.62) and terms.water != "sea":
        for index in range(stream.integer(5, 9)):
            side = stream.sign()
            x = canvas.width * (0.5 + side * stream.uniform(0.26, 0.54))
            size = canvas.unit * stream.uniform(0.07, 0.15)
            look = Look(stream.child(str(index)), colours=(leaf,), hero=False)
            sprite = Sprite(
                stage, x, canvas.height + canvas.unit * 0.02, size, box=PARTS["grass"].box
            )
            PARTS["grass"].paint(sprite, look)
            place(sprite, Setting(volume=0.2, rim=0.8, blur=canvas.unit * 0.0016, lit=0.85))


def paint_weather(stage: Stage) -> None:
    """Let fall or drift what the prompt said is in the air."""
    reading, script = stage.reading, stage.script
    if reading.wants("rain") or reading.wants("lightning"):
        paint_rain(stage, 0.8)
    if reading.wants("snow"):
        paint_snowfall(stage)
    if reading.wants("fireflies"):
        paint_sparks(stage, (1.0, 0.85, 0.45), 60, 0.35, 0.98)
    if reading.wants("petals") or reading.has("blossom_tree"):
        mention = reading.get("blossom_tree")
        petal = mention.colours[0] if mention and mention.colours else from_hex("#f6c4d2")
        if reading.allows("petals"):
            paint_drift(stage, [petal, mix(petal, (1, 1, 1), 0.4)], 46, 0.008)
    if reading.wants("leaves"):
        leaf = script.light.leaf
        paint_drift(stage, [leaf, from_hex("#c9642a"), from_hex("#d9a03a")], 40, 0.011)
