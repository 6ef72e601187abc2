"""Things on a table or a plinth, in soft light from the side."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from pipeline.imaging.sketch.cast import PARTS, look_for
from pipeline.imaging.sketch.colour import Colour, from_hex, mix, shade, toward
from pipeline.imaging.sketch.painters.weather import paint_bokeh
from pipeline.imaging.sketch.placing import Setting, place
from pipeline.imaging.sketch.reading import Mention
from pipeline.imaging.sketch.scenes.table_top import (
    paint_backdrop,
    paint_plinth,
    paint_table,
    paint_wall_shape,
    paint_window_light,
)
from pipeline.imaging.sketch.sprite import Sprite
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.vocabulary.subjects import KINDS

_PRODUCTS = frozenset(
    {"box", "perfume", "bottle", "shoe", "headphones", "phone", "jar", "clock", "camera", "gift",
    "crystal"}
)  # fmt: skip
_BLOOMS = {"rose": "#cf3a56", "sunflower": "#f2b62b", "tulip": "#e0506a", "daisy": "#f6f2e6",
           "lavender": "#9a84d0", "poppy": "#d8402f", "peony": "#f0a3bb"}  # fmt: skip
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
    if len(things) > 1:
        # The table that things stand on is the table, not one of the things.
        things = [m for m in things if m.word not in ("table", "desk")]
    if reading.has("vase"):
        # The flowers stand in the vase, and give it their colour.
        bloom = reading.get("flower", "tulip", "sunflower")
        if bloom is not None:
            petal = (
                bloom.colours[0] if bloom.colours else from_hex(_BLOOMS.get(bloom.word, "#e2607f"))
            )
            accents = (petal, petal, shade(petal, 0.1), *stage.script.accents)
            stage.script = dataclasses.replace(stage.script, accents=accents)
        things = [m for m in things if m.kind not in ("flower", "tulip", "sunflower")]
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
    paint_backdrop(stage, wall, sweep=not wooden)
    dark = stage.script.light.night > 0.4
    if dark or "bokeh" in reading.flags:
        warm = [(1.0, 0.75, 0.42), (1.0, 0.6, 0.4), *stage.script.accents[:2]]
        paint_bokeh(stage, warm, 26, 0.05, 0.62, 1.15)
    elif not plain and "minimal" not in reading.flags:
        paint_wall_shape(stage, wall)
    if wooden:
        paint_table(stage)
    if "white" not in reading.flags and not dark:
        paint_window_light(stage, side)
    stage.report.reach(0.35, "subjects")
    plinth = bool(things) and things[0].kind in _PRODUCTS and not wooden
    _arrange(stage, things, wall, plinth)
    stage.report.reach(0.66, "light")


def _by_lamplight(stage: Stage) -> None:
    """Indoors the night is warm: lamps light the things, not the moon."""
    light = stage.script.light
    warm = dataclasses.replace(
        light, illum=mix(light.illum, (1.0, 0.84, 0.66), 0.8), ambient=mix(light.ambient, (0.42,
        0.34, 0.42), 0.8),
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


@dataclass(frozen=True)
class Item:
    """One thing of the group: which, its number, and its half width and height in px."""

    mention: Mention
    number: int
    half: float
    size: float


def _arrange(stage: Stage, things: list[Mention], wall: Colour, plinth: bool) -> None:
    canvas = stage.canvas
    if not things:
        return
    items = _items(stage, things)
    foot = stage.horizon + (canvas.height - stage.horizon) * (0.42 if plinth else 0.5)
    span = sum(
        2 * item.half * (0.82 if item.mention.count > 1 and item.mention.kind != "book" else 1.06)
        for item in items
        if not (item.mention.kind == "book" and item.number)
    )
    tallest = max(item.size for item in items)
    # Small things come closer, many things step back: the group fills the frame.
    room = (canvas.width * 0.8 / span, canvas.unit * 0.62 / tallest)
    squeeze = min(1.5, *room, (foot - canvas.height * 0.08) / tallest)
    if plinth:
        half = max(item.half for item in items) * squeeze * 1.3
        top = foot - 0.02 * canvas.unit
        paint_plinth(stage, canvas.width / 2, top, half, canvas.height - foot + half, wall)
    _lay_out(stage, items, foot, squeeze)


def _items(stage: Stage, things: list[Mention]) -> list[Item]:
    stream = stage.stream.child("arrange")
    lead = KINDS[things[0].kind]
    together = len(things) > 1 or things[0].count > 1
    tall = stage.unit * lead.hero * (0.86 if together else 1.04) * (0.85 + 0.02 * stage.guidance)
    items: list[Item] = []
    for order, mention in enumerate(things):
        scale = tall * KINDS[mention.kind].hero / lead.hero * (0.8 if order else 1) * mention.size
        for number in range(min(mention.count, 9)):
            size = scale * (1.0 if number == 0 else stream.uniform(0.8, 0.98))
            if mention.kind == "book":
                size = scale * 0.36
            items.append(Item(mention, number, PARTS[mention.kind].half * size, size))
    return items


def _lay_out(stage: Stage, items: list[Item], foot: float, squeeze: float) -> None:
    canvas = stage.canvas
    columns = _columns(items, squeeze)
    shift = items[0].mention.side * canvas.width * 0.16 if items[0].mention.side else 0.0
    stream = stage.stream.child("layout")
    heap = 0.0
    placed: list[tuple[float, int, float, float]] = []
    for index, item in enumerate(items):
        x = canvas.width / 2 + columns[index] + shift
        y = foot + (0.0 if index == 0 else stream.uniform(-0.03, 0.06) * canvas.unit)
        order = y
        if item.mention.kind == "book":
            # Books lie one upon another.
            base = next(i for i, other in enumerate(items) if other.mention is item.mention)
            x = canvas.width / 2 + columns[base] + shift + stream.normal(0.01) * canvas.unit
            y, order = foot - heap, foot + 1
            heap += item.size * squeeze * 0.98
        placed.append((order, index, x, y))
    for _, index, x, y in sorted(placed):
        item = items[index]
        part, size = PARTS[item.mention.kind], item.size * squeeze
        sprite = Sprite(stage, x, y, size, box=part.box)
        part.paint(sprite, look_for(stage, item.mention, item.number, True))
        blur = canvas.unit * 0.003 if "close" in stage.reading.flags and index else 0.0
        place(sprite, Setting(volume=part.volume * 0.9, rim=0.35, shadow=0.62, blur=blur))
        stage.attend(x, y - size * 0.5, 2.0 if index == 0 else 0.7)


def _columns(items: list[Item], squeeze: float) -> list[float]:
    """Return each thing's middle in px from the group's: the lead inmost, others to its sides."""
    columns: list[float] = []
    left = right = 0.0
    for rank, item in enumerate(items):
        width = item.half * squeeze * (0.84 if item.mention.count > 1 else 1.06)
        side = item.mention.side
        goes_left = side < 0 if side and rank else rank % 2 == 0
        if item.mention.kind == "book" and item.number:
            columns.append(0.0)
        elif rank == 0:
            columns.append(0.0)
            left, right = -width, width
        elif goes_left:
            columns.append(left - width)
            left -= 2 * width
        else:
            columns.append(right + width)
            right += 2 * width
    return [column - (left + right) / 2 for column in columns]
