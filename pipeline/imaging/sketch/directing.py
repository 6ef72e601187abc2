"""Which kind of picture a prompt calls for, and in which light it is usually seen."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.imaging.sketch.reading import Reading
from pipeline.imaging.sketch.scenes.abstract import paint_abstract
from pipeline.imaging.sketch.scenes.landscape import paint_landscape
from pipeline.imaging.sketch.scenes.portrait import (
    paint_close_up,
    paint_out_of_focus,
    paint_portrait_scene,
)
from pipeline.imaging.sketch.scenes.space import paint_space
from pipeline.imaging.sketch.scenes.still_life import paint_still_life
from pipeline.imaging.sketch.scenes.underwater import paint_underwater
from pipeline.imaging.sketch.scenes.woods import paint_woods
from pipeline.imaging.sketch.stage import Stage
from pipeline.imaging.sketch.vocabulary.subjects import Family

Scene = Callable[[Stage], None]

_OUTDOOR = ("golden", "day", "dawn", "sunset", "golden", "pastel")
_NIGHTLY = frozenset({"aurora", "stars", "galaxy_band", "fireworks", "comet"})
_CLOSE = frozenset(
    {"flower", "tulip", "sunflower", "butterfly", "bee", "bird", "owl", "leaf", "mushroom"}
)


def choose_scene(reading: Reading) -> tuple[Scene, tuple[str, ...]]:
    """Return the scene's painter and the lights to choose from if none was named."""
    families = {mention.family for mention in reading.mentions}
    solid = families - {"abstract", "sky"}
    if "abstract" in reading.flags or (families and not solid and "abstract" in families):
        return paint_abstract, ("pastel", "golden", "dawn")
    if _in_space(reading):
        return paint_space, ("space",)
    if _under_water(reading):
        return paint_underwater, ("underwater",)
    if reading.has("portrait") and not stands_in_view(reading):
        return paint_portrait_scene, ("studio", "dawn", "studio")
    if _on_table(reading, solid):
        return paint_still_life, ("studio",)
    if "bokeh" in reading.flags and reading.has("city", "street"):
        return paint_out_of_focus, ("night", "dusk", "blue hour")
    if _is_close(reading):
        return paint_close_up, ("golden", "day", "dawn", "pastel")
    if _in_woods(reading):
        return paint_woods, ("golden", "dawn", "day", "golden", "dusk")
    if not families and not reading.lights and not reading.weathers and not reading.seasons:
        return paint_abstract, ("pastel", "golden", "dawn")
    return paint_landscape, _usual_lights(reading)


def stands_in_view(reading: Reading) -> bool:
    """Whether a person named is a figure in a view rather than the face of a portrait."""
    if "full body" in reading.flags:
        return True
    if reading.tokens & {"portrait", "headshot", "face", "selfie", "retrato", "closeup"}:
        return False
    if reading.flags & {"close", "studio", "white", "long hair", "short hair", "beard", "glasses"}:
        return False
    return bool(reading.of("land", "water", "animal", "vehicle") or reading.has("street", "forest"))


def _usual_lights(reading: Reading) -> tuple[str, ...]:
    if reading.has(*_NIGHTLY):
        return ("night",)
    if reading.has("moon"):
        return ("night", "blue hour", "dusk")
    if reading.has("sky_lantern", "tent"):
        return ("dusk", "blue hour")
    if reading.has("city", "street", "ferris_wheel"):
        return ("dusk", "golden", "sunset", "night", "blue hour")
    if reading.has("dune", "mesa", "pyramid", "camel", "cactus"):
        return ("desert", "sunset", "golden")
    if reading.has("sun"):
        return ("golden", "sunset", "dawn")
    return _OUTDOOR


def _in_space(reading: Reading) -> bool:
    land = reading.of("land", "water", "built", "plant") or reading.has("city")
    if reading.has("nebula", "galaxy", "blackhole", "asteroid", "satellite"):
        return not land
    if reading.has("planet", "spaceship"):
        return not land
    return "space" in reading.lights and not land


def _under_water(reading: Reading) -> bool:
    if "underwater" in reading.flags or "underwater" in reading.lights:
        return True
    swims = reading.of("sea life")
    if not swims:
        return False
    above = reading.has("boat", "ship", "lighthouse", "beach", "island", "sun") or bool(
        reading.words & {"jumping", "leaping", "breaching", "sunset", "surface"}
    )
    return not above


def _in_woods(reading: Reading) -> bool:
    """Whether the view is inside a wood rather than of one from outside."""
    if not reading.has("forest") and not (
        reading.has("birch", "bamboo") and (reading.get("birch", "bamboo") or 0)
    ):
        return False
    outside = reading.has(
        "mountain", "lake", "sea", "hill", "city", "volcano", "island", "beach", "castle", "village"
    )
    return not outside and "wide" not in reading.flags and "aerial" not in reading.flags


def _on_table(reading: Reading, solid: set[Family]) -> bool:
    if reading.flags & {"interior", "table"} and solid and solid <= {"animal", "plant", "object"}:
        return True
    if not reading.of("object"):
        if reading.flags & {"studio", "white"} and solid <= {
            "plant",
            "animal",
            "vehicle",
            "person",
        }:
            return bool(solid)
        return reading.has("potted_plant", "vase")
    return not (solid - {"object", "plant"}) or bool(
        reading.flags & {"table", "studio", "white", "interior"}
    )


def _is_close(reading: Reading) -> bool:
    living = [m for m in reading.mentions if m.family in ("animal", "plant")]
    if not living or reading.of("built", "vehicle", "person"):
        return False
    if reading.flags & {"close", "bokeh"}:
        return True
    lead = living[0]
    ground = reading.of("land", "water") or reading.has("forest", "city")
    return lead.kind in _CLOSE and not ground and lead.count <= 3 and "wide" not in reading.flags
