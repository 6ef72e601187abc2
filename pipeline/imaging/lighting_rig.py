"""A three-point lighting rig in numbers, and the words that say it to a model.

Azimuth: degrees clockwise from the camera as seen from above, −180…180; 0 stands at the camera,
90 at the right of the picture, 180 behind the subject. Elevation: degrees above the subject's eyes,
−90…90. Intensity: percent of the rig's strongest lamp, 0 is off. Temperature: kelvin. Softness:
percent, 0 a bare bulb, 100 an overcast sky.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Least and most of each setting, and its unit.
RANGES: dict[str, tuple[int, int, str]] = {
    "azimuth": (-180, 180, "°"),
    "elevation": (-90, 90, "°"),
    "intensity": (0, 100, "%"),
    "temperature": (1800, 12000, "K"),
    "softness": (0, 100, "%"),
}
LAMPS = ("key", "fill", "rim")


@dataclass(frozen=True)
class Lamp:
    """One light of the rig; units as at the top of this module."""

    azimuth: int
    elevation: int
    intensity: int
    temperature: int
    softness: int

    def __post_init__(self) -> None:
        """Refuse settings out of range.

        Raises:
            ValueError: one is.
        """
        for name, (least, most, unit) in RANGES.items():
            if not least <= getattr(self, name) <= most:
                raise ValueError(f"{name} must lie between {least} and {most} {unit}".rstrip())


@dataclass(frozen=True)
class Rig:
    """Key, fill and rim light."""

    key: Lamp
    fill: Lamp
    rim: Lamp

    @property
    def lit(self) -> list[tuple[str, Lamp]]:
        """The lamps that are on, with their names."""
        found = [(name, getattr(self, name)) for name in LAMPS]
        return [(name, lamp) for name, lamp in found if lamp.intensity > 0]


@dataclass(frozen=True)
class LightWords:
    """What a rig is called in the document's `lighting`."""

    conditions: str
    direction: str
    shadows: str


#: The rig that a new document begins with: a usual portrait.
STANDARD_RIG = Rig(
    key=Lamp(-45, 35, 80, 5600, 60),
    fill=Lamp(50, 10, 35, 5600, 85),
    rim=Lamp(150, 40, 45, 5600, 30),
)

_COLOURS = (
    (2500, "candle-warm"),
    (3500, "warm tungsten"),
    (4700, "warm white"),
    (6000, "neutral daylight"),
    (7500, "cool overcast"),
)
_HARDNESS = (
    (15, "very hard"),
    (40, "hard"),
    (65, "slightly diffused"),
    (85, "soft"),
    (100, "very soft, wrap-around"),
)
_STRENGTH = ((15, "faint"), (40, "gentle"), (70, "moderate"), (90, "strong"), (100, "intense"))


def compile_rig(rig: Rig) -> LightWords:
    """The words for a rig; the same rig has the same words."""
    if not rig.lit:
        return LightWords(
            "unlit, near darkness, silhouettes only", "no directional light", "everything in shadow"
        )
    parts = [
        f"{_step(_STRENGTH, lamp.intensity)} {_step(_HARDNESS, lamp.softness)}"
        f" {colour_of(lamp.temperature)} {name} light ({lamp.temperature} K)"
        for name, lamp in rig.lit
    ]
    where = [f"{name} light {place_of(lamp)}" for name, lamp in rig.lit]
    ratio = _contrast(rig)
    return LightWords(f"{ratio}: {_joined(parts)}", _joined(where), _shadows(rig))


def colour_of(kelvin: int) -> str:
    """The colour of light of a temperature."""
    return next((word for below, word in _COLOURS if kelvin < below), "cold blue")


def place_of(lamp: Lamp) -> str:
    """Where a lamp stands, seen from the camera."""
    around = abs(lamp.azimuth)
    side = "right" if lamp.azimuth > 0 else "left"
    if around <= 15:
        place = "from the front, at the camera"
    elif around <= 65:
        place = f"from the front {side}"
    elif around <= 115:
        place = f"from the {side} side"
    elif around <= 165:
        place = f"from behind, at the {side}"
    else:
        place = "from directly behind"
    return f"{place}, {_height(lamp.elevation)}"


def _height(degrees: int) -> str:
    if degrees < -15:
        return "from below"
    if degrees <= 15:
        return "at eye level"
    if degrees <= 40:
        return "slightly above eye level"
    return "from high above" if degrees <= 70 else "from straight overhead"


def _step(steps: tuple[tuple[int, str], ...], value: int) -> str:
    return next(word for most, word in steps if value <= most)


def _contrast(rig: Rig) -> str:
    """Low-key to high-key, by what the fill leaves of the key."""
    if rig.key.intensity == 0:
        return "backlit, the subject dark" if rig.rim.intensity > rig.fill.intensity else "flat"
    share = rig.fill.intensity / rig.key.intensity
    if share < 0.15:
        return "dramatic low-key lighting"
    if share < 0.4:
        return "contrasty studio lighting"
    return "balanced three-point lighting" if share < 0.8 else "bright even high-key lighting"


def _shadows(rig: Rig) -> str:
    name, lamp = max(rig.lit, key=lambda item: item[1].intensity)
    edge = _step(
        (
            (25, "crisp, sharp-edged"),
            (50, "well-defined"),
            (75, "soft-edged"),
            (100, "diffuse, barely visible"),
        ),
        lamp.softness,
    )
    fill = rig.fill.intensity / lamp.intensity if name != "fill" else 1.0
    depth = "deep" if fill < 0.2 else "medium" if fill < 0.6 else "light, open"
    return f"{depth} {edge} shadows, falling {_falls(lamp)}"


def _falls(lamp: Lamp) -> str:
    if abs(lamp.elevation) > 70:
        return "straight down" if lamp.elevation > 0 else "upwards"
    around = abs(lamp.azimuth)
    if around <= 15:
        return "behind the subject"
    if around > 165:
        return "towards the camera"
    side = "left" if lamp.azimuth > 0 else "right"
    if around > 115:
        return f"forwards to the {side}"
    return f"to the {side}" if around > 65 else f"backwards to the {side}"


def _joined(parts: list[str]) -> str:
    return "; ".join(parts)
