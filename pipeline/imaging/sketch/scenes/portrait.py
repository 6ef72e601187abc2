"""A person, or an animal's face, seen close before a quiet ground."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np

from pipeline.imaging.sketch.canvas import blend
from pipeline.imaging.sketch.cast import PARTS, look_for
from pipeline.imaging.sketch.colour import from_hex, mix, ramp, shade, toward
from pipeline.imaging.sketch.noise import blurred, fbm
from pipeline.imaging.sketch.painters.weather import paint_bokeh
from pipeline.imaging.sketch.placing import Setting, place
from pipeline.imaging.sketch.reading import Mention
from pipeline.imaging.sketch.scenes.air import paint_air, place_horizon
from pipeline.imaging.sketch.scenes.landforms import paint_ground
from pipeline.imaging.sketch.scenes.landscape import paint_weather
from pipeline.imaging.sketch.scenes.terms import settle_terms
from pipeline.imaging.sketch.sprite import Sprite
from pipeline.imaging.sketch.stage import Stage

_GROUNDS = (
    "#c9a58f",
    "#8fa8ad",
    "#d9b48a",
    "#a7a0bd",
    "#b5bfa8",
    "#c98c78",
    "#7d93a0",
    "#d8c2b0",
    "#5f7378",
)


def paint_portrait_scene(stage: Stage) -> None:
    """Paint one or more people from the shoulders up."""
    canvas, reading = stage.canvas, stage.reading
    outdoors = [
        m
        for m in reading.mentions
        if m.family in ("land", "water", "plant", "built", "sky") or m.kind == "city"
    ]
    stage.report.reach(0.1, "backdrop")
    if outdoors and not reading.flags & {"studio", "white"}:
        blurred_view(stage, 0.02)
    else:
        _studio_ground(stage)
    stage.frontal = True
    stage.report.reach(0.45, "subject")
    person = next(
        (m for m in reading.mentions if m.kind == "portrait"), Mention("portrait", "portrait")
    )
    count = min(3, person.count)
    tall = min(canvas.height * 0.9, canvas.width * (1.06 if count == 1 else 1.5 / count))
    tall *= 0.94 + 0.008 * stage.guidance if "close" not in reading.flags else 1.3
    stream = stage.stream.child("bust")
    centre = canvas.width * (
        0.5 + (0.2 * person.side if person.side else stream.uniform(-0.04, 0.04))
    )
    for index in range(count):
        x = centre + (index - (count - 1) / 2) * canvas.width * 0.3
        look = look_for(stage, person, index, True)
        sprite = Sprite(
            stage,
            x,
            canvas.height + tall * 0.015,
            tall,
            box=PARTS["portrait"].box,
            tilt_deg=stream.uniform(-2.5, 2.5),
        )
        PARTS["portrait"].paint(sprite, look)
        place(sprite, Setting(volume=0.5, rim=0.7, lit=1.06 + 0.25 * stage.script.light.night))
        stage.attend(x, canvas.height - tall * 0.63, 3.0)
    if (
        reading.wants("petals")
        or reading.wants("snow")
        or reading.wants("rain")
        or reading.wants("leaves")
        or reading.wants("fireflies")
    ):
        paint_weather(stage)


def _studio_ground(stage: Stage) -> None:
    canvas, reading, script = stage.canvas, stage.reading, stage.script
    stream = stage.stream.child("ground")
    side = stream.sign()
    stage.horizon = canvas.height
    stage.sun = (canvas.width * (0.5 + side * 0.7), canvas.height * 0.05)
    base = from_hex(stream.pick(_GROUNDS))
    if reading.palette:
        base = toward(base, reading.palette[0], 0.85)
    if "white" in reading.flags:
        base = (0.94, 0.935, 0.925)
    # A painted ground takes only a breath of the light, or golden hours turn it to mud.
    base = mix(base, script.lit(base), 0.4)
    if script.light.night > 0.5 or set(reading.moods) & {"dark", "moody", "dramatic"}:
        base = mix(shade(base, -0.4), script.light.sky[1], 0.4)
    shape = (canvas.height, canvas.width)
    cloth = fbm(stream, shape, canvas.cells(1.6), stage.octaves(5)) - 0.5
    away = canvas.distance(canvas.width * (0.5 + side * 0.12), canvas.height * 0.42) / np.float32(
        canvas.unit * 0.85
    )
    level = np.clip(0.95 - away * 0.62 + cloth * 0.34, 0, 1).astype(np.float32)
    canvas.rgb[:] = ramp(
        [
            (0.0, shade(base, -0.18)),
            (0.55, base),
            (1.0, mix(shade(base, 0.09), script.light.glow, 0.15)),
        ],
        level,
    )
    if script.light.night > 0.6:
        paint_bokeh(stage, list(script.accents), 24, 0.02, 0.85, 1.3)
    elif stream.chance(0.6) and "minimal" not in reading.flags and "studio" not in reading.flags:
        accent = mix(base, script.lit(script.accents[0]), 0.5)
        radius = canvas.unit * stream.uniform(0.33, 0.42)
        x, y = (
            canvas.width * (0.5 + side * stream.uniform(0.0, 0.1)),
            canvas.height * stream.uniform(0.38, 0.46),
        )
        disc = np.clip(np.float32(radius) - canvas.distance(x, y) + 0.5, 0, 1)
        slope = np.clip((canvas.rows - np.float32(y - radius)) / np.float32(2 * radius), 0, 1)
        rgb = ramp(
            [(0.0, shade(accent, 0.06)), (1.0, shade(accent, -0.04))],
            np.repeat(slope, canvas.width, axis=1),
        )
        blend(canvas.rgb, rgb, disc * np.float32(0.88))


def blurred_view(stage: Stage, blur: float) -> None:
    """Paint the surroundings out of focus.

    Args:
        blur: sigma as a fraction of the unit.
    """
    canvas = stage.canvas
    reading = stage.reading
    kept = tuple(
        m
        for m in reading.mentions
        if m.family in ("land", "water", "sky") or m.kind in ("city", "forest")
    )
    stage.reading = dataclasses.replace(reading, mentions=kept)
    terms = settle_terms(stage.reading, stage.script.season, stage.stream.child("terms"))
    place_horizon(stage, 0.5, 0.62)
    paint_air(stage)
    paint_ground(stage, terms)
    stage.reading = reading
    sigma = canvas.unit * blur
    small = max(1, int(sigma / 2))
    for channel in range(3):
        plane = canvas.rgb[channel]
        if small > 1:
            size = (max(8, canvas.width // small), max(8, canvas.height // small))
            reduced = cv2.GaussianBlur(
                cv2.resize(plane, size, interpolation=cv2.INTER_AREA), (0, 0), sigma / small
            )
            canvas.rgb[channel] = cv2.resize(
                reduced, (canvas.width, canvas.height), interpolation=cv2.INTER_CUBIC
            )
        else:
            canvas.rgb[channel] = blurred(plane, sigma)
    light = stage.script.light
    colours = [mix(light.glow, (1, 1, 1), 0.3), mix(light.sky[3], light.glow, 0.5)]
    if light.night > 0.5:
        colours = [(1.0, 0.78, 0.45), *stage.script.accents[:2]]
    paint_bokeh(stage, colours, 20, 0.1, 0.9, 1.1)


def paint_out_of_focus(stage: Stage) -> None:
    """Paint a view that is nothing but soft light, with rain if it was named."""
    stage.report.reach(0.1, "surroundings")
    blurred_view(stage, 0.024)
    stage.report.reach(0.6, "lights")
    colours = [(1.0, 0.7, 0.36), (1.0, 0.86, 0.62), *stage.script.accents[:3]]
    paint_bokeh(stage, colours, 58, 0.3, 0.95, 1.3, strength=1.9)
    paint_weather(stage)


def paint_close_up(stage: Stage) -> None:
    """Paint one small living thing large, its surroundings melted away."""
    canvas, reading = stage.canvas, stage.reading
    stage.report.reach(0.1, "surroundings")
    blurred_view(stage, 0.035)
    stage.report.reach(0.5, "subject")
    stream = stage.stream.child("close")
    things = [m for m in reading.mentions if m.kind in PARTS]
    if not things:
        return
    if things[0].kind in ("bee", "butterfly"):
        # An insect on a flower is small; the flower is the stage.
        things.sort(key=lambda m: m.family != "plant")
    lead = things[0]
    part = PARTS[lead.kind]
    hanging = lead.kind in ("butterfly", "bee", "leaf", "bird", "owl", "eagle")
    count = min(lead.count, 7)
    tall = canvas.unit * (0.78 if count == 1 else 0.62) * lead.size * (0.9 + 0.015 * stage.guidance)
    tall = min(tall, canvas.height * 0.86, canvas.width * 0.9 / (2 * part.half))
    foot = canvas.height * (0.78 if hanging else 0.97)
    if lead.kind in ("flower", "tulip", "sunflower"):
        tall, foot = tall * 1.18, canvas.height * 1.04
    spots = sorted(range(count), key=lambda i: -i)
    for index in spots:
        x = canvas.width * (0.5 + (0.2 * lead.side if lead.side else stream.uniform(-0.05, 0.05)))
        x += 0.0 if index == 0 else ((index + 1) // 2) * (-1) ** index * canvas.width * 0.15
        size = tall * (1.0 if index == 0 else stream.uniform(0.62, 0.85))
        drop = 0.0 if index == 0 else -canvas.unit * stream.uniform(0.0, 0.05)
        sprite = Sprite(stage, x, foot + drop, size, box=part.box, flip=stream.chance(0.5))
        part.paint(sprite, look_for(stage, lead, index, True))
        soft = 0.0 if index == 0 else canvas.unit * 0.0022 * index
        place(sprite, Setting(volume=part.volume, rim=0.6, blur=soft, distance=0.05 * index))
        stage.attend(x, foot - size * 0.7, 3.0 if index == 0 else 0.5)
    for order, mention in enumerate(things[1:3]):
        other = PARTS[mention.kind]
        size = canvas.unit * 0.2 * mention.size
        side = mention.side if mention.side else (1 if order else -1)
        x, y = canvas.width * (0.5 + 0.27 * side), canvas.height * stream.uniform(0.3, 0.5)
        sprite = Sprite(stage, x, y, size, box=other.box, flip=side > 0)
        other.paint(sprite, look_for(stage, mention, 0, True))
        place(sprite, Setting(volume=other.volume, rim=0.5))
    paint_weather(stage)
