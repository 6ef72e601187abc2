"""The colour script: one light, bent to the prompt's palette, mood and season."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.imaging.sketch.colour import (
    Colour,
    from_hex,
    from_lch,
    from_oklab,
    luminance,
    mix,
    saturate,
    shade,
    to_lch,
    to_oklab,
    toward,
)
from pipeline.imaging.sketch.reading import Reading
from pipeline.imaging.sketch.stream import Stream
from pipeline.imaging.sketch.vocabulary.lights import LIGHTS, MOOD_WORDS, Light

NEUTRAL_GUIDANCE = 7.0

_WEATHER_LIGHTS = ("fog", "overcast", "storm", "winter")
_DARK_LIGHTS = ("night", "dusk", "blue hour")
_WORLD_LIGHTS = ("noir", "neon", "underwater", "space", "mars", "lunar", "pastel")
_SEASON_LEAVES = {
    "spring": from_hex("#8fbf6a"),
    "summer": from_hex("#5d9b45"),
    "autumn": from_hex("#c9732b"),
    "winter": from_hex("#6d8a86"),
}
_SNOW = from_hex("#e9f0f6")


@dataclass(frozen=True)
class ColourScript:
    """All colours that a picture is painted from.

    Attributes:
        light: the bent light; its colours are final.
        season: "spring", "summer", "autumn", "winter" or "".
        contrast: factor for the finish, about 0.8 … 1.3.
        accents: a few lively colours for small things, drawn from the palette.
        grey: whether the picture is to be black and white.
    """

    light: Light
    season: str
    contrast: float
    accents: tuple[Colour, ...]
    grey: bool

    def lit(self, colour: Colour, exposure: float = 1.0) -> Colour:
        """Return a thing's own colour as it looks in the light."""
        return _times(self._keyed(colour), self.light.illum, exposure)

    def shaded(self, colour: Colour, exposure: float = 1.0) -> Colour:
        """Return a thing's own colour as it looks in the shade."""
        return _times(self._keyed(colour), self.light.ambient, exposure * 0.82)

    def far(self, colour: Colour, distance: float) -> Colour:
        """Return a colour veiled by the air between, distance 0 … 1."""
        veil = min(0.92, distance * (0.45 + 0.5 * self.light.mist))
        return mix(colour, self.light.haze, veil)

    def land(self, nearness: float) -> Colour:
        """Return the colour of the ground: 0 the farthest range … 1 the foreground."""
        return mix(self.light.land[0], self.light.land[1], nearness)

    def _keyed(self, colour: Colour) -> Colour:
        if self.grey:
            level = luminance(colour)
            return from_oklab((level, 0.0, 0.0))
        return colour


def _times(colour: Colour, by: Colour, factor: float) -> Colour:
    # A pure product turns lively colours to mud under a coloured light; a little of the
    # light's own colour mixed in keeps them in one world.
    r, g, b = (min(1.0, c * k * factor) for c, k in zip(colour, by, strict=True))
    return mix((r, g, b), by, 0.06)


def _choose_light(reading: Reading, stream: Stream, fallback: tuple[str, ...]) -> Light:
    named = list(dict.fromkeys(reading.lights))
    worlds = [name for name in named if name in _WORLD_LIGHTS]
    times = [name for name in named if name not in _WEATHER_LIGHTS and name not in worlds]
    weathers = [name for name in named if name in _WEATHER_LIGHTS]
    if worlds:
        light = LIGHTS[worlds[0]]
        if times and worlds[0] in ("pastel", "mars"):
            light = blend_lights(light, LIGHTS[times[0]], 0.45)
        return light
    if times:
        light = LIGHTS[times[0]]
        for other in times[1:2]:
            light = blend_lights(light, LIGHTS[other], 0.3)
        for weather in weathers[:1]:
            light = blend_lights(light, LIGHTS[weather], 0.5 if weather == "storm" else 0.34)
        return light
    if weathers:
        light = LIGHTS[weathers[0]]
        if all(name in _DARK_LIGHTS for name in fallback):
            # Northern lights over snow are seen at night, however wintry.
            return blend_lights(_fallback_light(reading, stream, fallback), light, 0.2)
        for other in weathers[1:2]:
            light = blend_lights(light, LIGHTS[other], 0.4)
        return light
    return _fallback_light(reading, stream, fallback)


def _fallback_light(reading: Reading, stream: Stream, fallback: tuple[str, ...]) -> Light:
    if "winter" in reading.seasons and any(name in ("day", "golden") for name in fallback):
        fallback = ("winter",)
    allowed = [name for name in fallback if name not in reading.banned_lights]
    return LIGHTS[stream.pick(allowed or ["pastel"])]


def blend_lights(first: Light, second: Light, t: float) -> Light:
    """Return the light ``t`` of the way from first to second."""

    def between(a: float, b: float) -> float:
        return a + (b - a) * t

    sky = tuple(mix(a, b, t) for a, b in zip(first.sky, second.sky, strict=True))
    return Light(
        sky=(sky[0], sky[1], sky[2], sky[3]),
        sun=mix(first.sun, second.sun, t),
        glow=mix(first.glow, second.glow, t),
        haze=mix(first.haze, second.haze, t),
        land=(mix(first.land[0], second.land[0], t), mix(first.land[1], second.land[1], t)),
        leaf=mix(first.leaf, second.leaf, t),
        water=mix(first.water, second.water, t),
        illum=mix(first.illum, second.illum, t),
        ambient=mix(first.ambient, second.ambient, t),
        height=between(first.height, second.height),
        night=between(first.night, second.night),
        overcast=between(first.overcast, second.overcast),
        mist=between(first.mist, second.mist),
    )


def recoloured(light: Light, change: Callable[[Colour], Colour], half: float = 0.5) -> Light:
    """Return the light with every colour changed; illumination only by ``half``."""

    def partly(colour: Colour) -> Colour:
        return mix(colour, change(colour), half)

    sky = tuple(change(colour) for colour in light.sky)
    return dataclasses.replace(
        light,
        sky=(sky[0], sky[1], sky[2], sky[3]),
        sun=partly(light.sun),
        glow=change(light.glow),
        haze=change(light.haze),
        land=(change(light.land[0]), change(light.land[1])),
        leaf=partly(light.leaf),
        water=change(light.water),
        illum=partly(light.illum),
        ambient=partly(light.ambient),
    )


def _palette_change(palette: tuple[Colour, ...], weight: float) -> Callable[[Colour], Colour]:
    """Return the tint of a palette: its dark colours go to shadows, its light ones to lights."""
    ordered = sorted(palette[:5], key=luminance)

    def change(colour: Colour) -> Colour:
        level = luminance(colour)
        if len(ordered) == 1:
            target = ordered[0]
        else:
            place = max(0.0, min(1.0, (level - 0.25) / 0.6)) * (len(ordered) - 1)
            index = min(len(ordered) - 2, int(place))
            target = mix(ordered[index], ordered[index + 1], place - index)
        tinted = toward(colour, target, weight)
        aim = luminance(target)
        if len(ordered) == 1 and (aim < 0.35 or aim > 0.88):
            tinted = shade(tinted, (aim - level) * weight * (0.5 if aim < 0.35 else 0.35))
        return tinted

    return change


def _avoid(banned: tuple[Colour, ...]) -> Callable[[Colour], Colour]:
    """Return the change that turns hues away from the banned ones."""
    hues = [hue for _, chroma, hue in map(to_lch, banned) if chroma > 0.03]

    def change(colour: Colour) -> Colour:
        lightness, chroma, hue = to_lch(colour)
        for other in hues:
            gap = (hue - other + 180) % 360 - 180
            if abs(gap) < 55:
                hue = other + (72 if gap >= 0 else -72)
                chroma *= 0.6
        return from_lch(lightness, chroma, hue)

    return change


def _moody(reading: Reading, guidance: float) -> tuple[Callable[[Colour], Colour], float]:
    chroma, lift, contrast, warm = 1.0, 0.0, 1.0, 0.0
    for mood in reading.moods[:4]:
        values = MOOD_WORDS[mood]
        chroma *= values[0]
        lift += values[1]
        contrast *= values[2]
        warm += values[3]
    eager = (guidance - NEUTRAL_GUIDANCE) / 13
    chroma *= 1 + 0.28 * eager if eager > 0 else 1 + 0.55 * eager
    contrast *= 1 + 0.12 * eager
    lift, warm = max(-0.16, min(0.1, lift)), max(-0.6, min(0.6, warm))

    def change(colour: Colour) -> Colour:
        lightness, a, b = to_oklab(saturate(colour, max(0.2, min(1.7, chroma))))
        span = lightness * (1 - lightness) * 4
        return from_oklab(
            (
                max(0.0, min(1.0, lightness + lift * (0.4 + 0.6 * span))),
                a + 0.014 * warm * span,
                b + 0.045 * warm * span,
            )
        )

    return change, max(0.75, min(1.4, contrast))


def _seasonal(light: Light, season: str) -> Light:
    if not season:
        return light
    leaf = mix(light.leaf, _SEASON_LEAVES[season], 0.7)
    leaf = shade(leaf, 0.35 * (luminance(light.leaf) - luminance(leaf)))
    land = light.land
    if season == "autumn":
        land = (toward(land[0], leaf, 0.25), toward(land[1], from_hex("#7a5526"), 0.55))
    elif season == "winter":
        bright = _times(_SNOW, light.illum, 1.0)
        land = (mix(land[0], bright, 0.45), mix(land[1], bright, 0.62))
    elif season == "spring":
        land = (land[0], toward(land[1], leaf, 0.45))
    return dataclasses.replace(light, leaf=leaf, land=land)


def _accents(light: Light, palette: tuple[Colour, ...], stream: Stream) -> tuple[Colour, ...]:
    _, _, hue = to_lch(light.glow)
    base = [
        from_lch(0.68, 0.15, hue + stream.uniform(-15, 15)),
        from_lch(0.62, 0.13, hue + 180 + stream.uniform(-25, 25)),
        from_lch(0.74, 0.12, hue + 60 + stream.uniform(-20, 20)),
        from_lch(0.58, 0.15, hue - 60 + stream.uniform(-20, 20)),
    ]
    return (*palette[:4], *base)


def build_script(
    reading: Reading,
    stream: Stream,
    guidance: float,
    fallback: tuple[str, ...] = ("golden", "day", "dawn", "sunset", "pastel"),
) -> ColourScript:
    """Choose and bend the light for a prompt.

    Args:
        reading: the prompt understood.
        stream: randomness of the picture's colours.
        guidance: 0 … 20; high takes palette words literally, low hints at them.
        fallback: lights to pick from when the prompt names none.
    """
    light = _choose_light(reading, stream.child("light"), fallback)
    season = reading.seasons[0] if reading.seasons and reading.allows("season") else ""
    light = _seasonal(light, season)
    drift = stream.child("drift").normal(4.0 + max(0.0, 5 - guidance) * 2.5)
    light = recoloured(light, lambda c: _turn(c, drift))
    if reading.palette:
        weight = max(0.35, min(0.95, 0.5 + 0.04 * guidance))
        light = recoloured(light, _palette_change(reading.palette, weight), 0.55)
    if reading.banned_colours:
        light = recoloured(light, _avoid(reading.banned_colours), 1.0)
    mood, contrast = _moody(reading, guidance)
    light = recoloured(light, mood, 0.6)
    grey = "noir" in reading.lights
    accents = _accents(light, reading.palette, stream.child("accents"))
    if reading.banned_colours:
        away = _avoid(reading.banned_colours)
        accents = tuple(away(colour) for colour in accents)
    return ColourScript(light, season, contrast, accents, grey)


def _turn(colour: Colour, degrees: float) -> Colour:
    lightness, chroma, hue = to_lch(colour)
    return from_lch(lightness, chroma, hue + degrees)
