"""The air of a landscape: horizon, sky, sun or moon, clouds, rainbow, lightning."""

from __future__ import annotations

from pipeline.imaging.sketch.painters.clouds import (
    paint_cloud_bank,
    paint_deck,
    paint_streaks,
)
from pipeline.imaging.sketch.painters.cosmos import paint_planet, world
from pipeline.imaging.sketch.painters.sky import (
    paint_aurora,
    paint_galaxy_band,
    paint_moon,
    paint_rays,
    paint_sky,
    paint_stars,
    paint_sun,
)
from pipeline.imaging.sketch.painters.weather import paint_lightning, paint_rainbow
from pipeline.imaging.sketch.reading import Mention
from pipeline.imaging.sketch.stage import Stage


def place_horizon(stage: Stage, low: float, high: float) -> None:
    """Choose horizon and sun for a view with sky, within fractions of the height."""
    canvas, light = stage.canvas, stage.script.light
    stream = stage.stream.child("horizon")
    stage.horizon = canvas.height * stream.uniform(low, high)
    side = stream.uniform(0.2, 0.8)
    mention = stage.reading.get("sun", "moon")
    if mention is not None and mention.side is not None:
        side = 0.5 + 0.27 * mention.side
    rise = 0.05 + 0.72 * light.height * stream.uniform(0.85, 1.1)
    stage.sun = (canvas.width * side, max(canvas.unit * 0.1, stage.horizon * (1 - min(0.86, rise))))


def paint_air(stage: Stage) -> None:
    """Paint sky, sun or moon, stars, clouds and what else the air was said to hold."""
    light, reading = stage.script.light, stage.reading
    stream = stage.stream.child("air")
    paint_sky(stage)
    dark = light.night > 0.55
    if (dark or reading.has("stars")) and reading.allows("stars") and light.overcast < 0.6:
        paint_stars(stage, 1.4 if reading.has("stars", "galaxy_band") else 0.8)
    if reading.has("galaxy_band"):
        paint_galaxy_band(stage)
    if reading.has("aurora"):
        mention = reading.get("aurora")
        paint_aurora(stage, mention.colours if mention else ())
    bare = bool(set(reading.lights) & {"lunar", "mars"})
    if not bare:
        _paint_disc(stage, dark)
    _paint_worlds(stage, bare)
    if not bare:
        _paint_clouds(stage)
    if reading.has("rainbow"):
        paint_rainbow(stage)
    if reading.wants("lightning") or reading.has("lightning"):
        paint_lightning(stage)
    if reading.wants("rays") or (light.overcast < 0.3 and not dark and stream.chance(0.18)):
        paint_rays(stage, 0.4 if reading.wants("rays") else 0.16)


def _paint_disc(stage: Stage, dark: bool) -> None:
    canvas, light, reading = stage.canvas, stage.script.light, stage.reading
    sun, moon = reading.get("sun"), reading.get("moon")
    wants_moon = moon is not None or reading.wants("moon")
    stream = stage.stream.child("disc")
    if (wants_moon or (dark and sun is None)) and reading.allows("moon"):
        if light.overcast > 0.8 and not wants_moon:
            return
        base = 0.1 if (moon and len(reading.mentions) <= 2) else 0.055
        radius = canvas.unit * base * (moon.size if moon else 1.0)
        phase = 1.0 if "full moon" in reading.flags else stream.uniform(0.55, 1.0)
        if "crescent" in reading.flags:
            phase = 0.2
        tint = moon.colours[0] if moon and moon.colours else None
        paint_moon(stage, *stage.sun, radius, phase, tint)
    elif reading.allows("sun") and (sun is not None or (light.overcast < 0.75 and not dark)):
        if light.night > 0.45 and sun is None:
            return
        base = 0.075 if sun and len(reading.mentions) <= 2 else 0.042
        radius = canvas.unit * base * (sun.size if sun else 1.0)
        paint_sun(stage, radius, sun.colours[0] if sun and sun.colours else None)


def _paint_worlds(stage: Stage, bare: bool) -> None:
    """Hang planets in the sky: those mentioned, and Earth over the Moon."""
    canvas, reading = stage.canvas, stage.reading
    mention = reading.get("planet")
    if mention is None:
        if not (bare and "lunar" in reading.lights and reading.allows("planet")):
            return
        mention = Mention("planet", "earth", size=0.5)
    for index in range(min(3, mention.count)):
        own = stage.stream.child(f"world{index}")
        kind, colour = world(mention, own, reading.palette)
        radius = canvas.unit * own.uniform(0.13, 0.2) * mention.size * (1.0 if index == 0 else 0.4)
        x = canvas.width * (0.5 + 0.26 * mention.side if mention.side else own.uniform(0.2, 0.8))
        paint_planet(stage, own, x, stage.horizon * own.uniform(0.22, 0.5), radius, colour, kind)
        stage.attend(x, stage.horizon * 0.4, 0.5)


def _paint_clouds(stage: Stage) -> None:
    light, reading = stage.script.light, stage.reading
    if not reading.allows("cloud"):
        return
    stream = stage.stream.child("clouds")
    mention = reading.get("cloud")
    asked = reading.wants("cloud") or (
        mention is not None and mention.word not in ("sky", "cielo", "ciel", "himmel")
    )
    tint = mention.colours[0] if mention and mention.colours else None
    if light.overcast > 0.65 or reading.wants("rain"):
        paint_deck(stage, stream, 0.75, 0.9 if "storm" in reading.lights else 0.3)
        return
    if "clear sky" in reading.words or "minimal" in reading.flags:
        return
    if stream.chance(0.75) or light.height < 0.3:
        paint_streaks(stage, stream.child("streaks"), stream.uniform(0.1, 0.75), tint)
    if asked or (light.height > 0.18 and light.night < 0.5 and stream.chance(0.7)):
        paint_cloud_bank(
            stage,
            stream.child("bank"),
            5 if asked else stream.integer(2, 4),
            1.15 if asked else 0.85,
            tint,
        )
