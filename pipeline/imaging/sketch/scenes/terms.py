"""The terms of a landscape: what land, water and air it is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.imaging.sketch.reading import Mention, Reading
from pipeline.imaging.sketch.stream import Stream

# Where things are at home, when the prompt does not say.
_HABITATS: dict[str, tuple[str, ...]] = {
    "sea": ("boat", "ship", "lighthouse", "whale", "dolphin", "shark", "wave", "pier", "iceberg",
    "penguin", "island", "cliff", "beach"),
    "lake": ("swan", "duck", "lotus", "rowboat", "flamingo"),
    "desert": ("camel", "pyramid", "cactus", "mesa", "dune"),
    "road": ("car", "bus", "truck", "bicycle"),
    "savanna": ("elephant", "giraffe"),
    "wood": ("deer", "mushroom", "owl"),
    "meadow": ("horse", "cow", "sheep", "butterfly", "bee", "flower", "sunflower", "tulip",
    "windmill", "house", "church", "tree", "bench", "kite", "village", "fence"),
    "peaks": ("torii", "pagoda", "castle", "cabin", "tent", "train", "eagle", "dragon", "person",
    "couple", "samurai", "wizard", "balloon", "bridge", "ruins", "statue", "conifer"),
}  # fmt: skip


# What needs no ground to stand on by the sea.
_AT_SEA = frozenset(
    {"boat", "ship", "rowboat", "swan", "duck", "lighthouse", "torii", "pier", "bridge", "eagle",
     "birds", "bird", "dragon", "balloon", "butterfly", "plane", "ufo", "lotus", "city", "tower"}
)  # fmt: skip


@dataclass
class Terms:
    """What a landscape consists of.

    Attributes:
        water: "", "sea", "lake", "river" or "waterfront" (a city's).
        desert, road, rows, beach, savanna, barren, grain: kinds of ground.
        peaks: 0 none, 1 hinted, 2 asked for.
        forest: 0 none, 1 some, 2 asked for.
        pines: whether the trees are firs.
        cross_road: the road runs across the view, under a vehicle seen from the side.
        flowers: whether the ground is in bloom.
        city: whether a skyline closes the view.
        snow: 0 … 1 on the heights.
    """

    water: str = ""
    desert: bool = False
    road: bool = False
    rows: bool = False
    barren: bool = False
    grain: bool = False
    beach: bool = False
    savanna: bool = False
    peaks: int = 0
    forest: int = 0
    pines: bool = False
    cross_road: bool = False
    flowers: bool = False
    city: bool = False
    snow: float = 0.0
    named: set[str] = field(default_factory=set)


def settle_terms(reading: Reading, season: str, stream: Stream) -> Terms:
    """Decide the landscape from what is named and, where nothing is, from habit and chance."""
    terms = Terms(named={mention.kind for mention in reading.mentions})
    _named_terms(terms, reading)
    if set(reading.lights) & {"mars", "lunar"}:
        # Bare worlds: nothing grows, nothing flows.
        terms.desert, terms.barren = True, True
        terms.peaks = max(terms.peaks, 1)
    grounded = bool(
        terms.water or terms.desert or terms.peaks or terms.forest or terms.city
        or terms.named & {"hill", "meadow", "rows", "volcano"}
    )  # fmt: skip
    if (
        terms.city
        and not terms.water
        and not terms.named & {"hill", "meadow", "mountain", "road", "rows"}
    ):
        terms.water = "waterfront" if stream.child("waterfront").chance(0.9) else ""
    if not grounded:
        _habit(terms, reading, stream)
    if season == "winter" or "snowcap" in reading.flags:
        terms.snow = 0.9
    elif terms.peaks:
        terms.snow = stream.child("snow").uniform(0.1, 0.6)
    terms.pines = bool(
        reading.tokens
        & {"pine", "fir", "spruce", "conifer", "taiga", "cedar", "evergreen", "redwood"}
    ) or (terms.peaks == 2 and stream.child("pines").chance(0.8))
    if terms.water == "lake" and not terms.forest and season != "winter":
        terms.forest = 1
    driven = terms.named & {"car", "bus", "truck", "bicycle"}
    terms.cross_road = bool(terms.road and driven)
    if terms.desert:
        terms.forest, terms.flowers = 0, False
        terms.snow = min(terms.snow, 0.15)
    for kind, attribute, empty in (
        ("mountain", "peaks", 0), ("forest", "forest", 0), ("flower", "flowers", False),
        ("city", "city", False), ("road", "road", False), ("beach", "beach", False),
    ):  # fmt: skip
        if not reading.allows(kind):
            setattr(terms, attribute, empty)
    if not reading.allows("tree"):
        terms.forest = 0
    if terms.savanna or terms.grain:
        terms.flowers, terms.forest = False, 0
    if terms.water and not (reading.allows(terms.water) and reading.allows("lake")):
        terms.water = ""
    return terms


def _named_terms(terms: Terms, reading: Reading) -> None:
    named = terms.named
    if named & {"sea", "wave", "beach", "ship", "whale", "dolphin", "island", "iceberg"}:
        terms.water = "sea"
    elif named & {"lake"}:
        terms.water = "lake"
    elif named & {"river", "waterfall"}:
        terms.water = "river" if "river" in named else "lake"
    standing = [
        mention
        for mention in reading.of("person", "animal", "plant", "vehicle", "object", "built")
        if mention.kind not in _AT_SEA
    ]
    dry = named & {"cliff", "mountain", "hill", "city"}
    terms.beach = "beach" in named or (terms.water == "sea" and bool(standing) and not dry)
    terms.desert = bool(named & {"dune", "mesa", "pyramid", "camel"})
    terms.road = bool(named & {"road", "car", "bus", "truck"}) and terms.water not in ("sea",)
    terms.rows = "rows" in named
    terms.city = bool(named & {"city", "ferris_wheel", "bridge"} & {"city"})
    if named & {"mountain", "volcano"}:
        terms.peaks = 2
    if named & {"forest"}:
        terms.forest = 2
    terms.grain = bool(reading.tokens & {"wheat", "barley", "rye", "cornfield", "harvest"})
    if reading.words & {"savanna", "savannah", "safari", "africa"}:
        terms.savanna = True
    bloom = {"flower", "tulip", "sunflower", "meadow"}
    terms.flowers = bool(named & bloom) and bool(
        named & {"meadow", "hill"} or any(m.count > 2 for m in reading.mentions if m.kind in bloom)
    )


def _habit(terms: Terms, reading: Reading, stream: Stream) -> None:
    first: Mention | None = next(
        (m for m in reading.mentions if m.family not in ("sky", "abstract")), None
    ) or next(iter(reading.mentions), None)
    home = ""
    if first is not None:
        home = next((name for name, kinds in _HABITATS.items() if first.kind in kinds), "meadow")
    if not home or (first is not None and first.family == "sky"):
        home = stream.child("home").pick(("sea", "lake", "peaks", "meadow", "peaks lake"))
    if "sea" in home:
        terms.water = "sea"
    if "lake" in home:
        terms.water, terms.forest, terms.peaks = "lake", 1, 1
    if home == "desert":
        terms.desert = True
    if home == "road":
        terms.road, terms.peaks = True, 1
    if home == "savanna":
        terms.savanna = True
    if home == "wood":
        terms.forest, terms.peaks = 2, 1
    if home == "meadow":
        terms.flowers = stream.child("bloom").chance(0.6)
        terms.peaks = 1 if stream.child("far").chance(0.5) else 0
        terms.forest = 1
    if "peaks" in home:
        terms.peaks, terms.forest = 2, 1
