"""What a prompt asks for, once the negative prompt has had its say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.imaging.sketch.colour import Colour, to_lch
from pipeline.imaging.sketch.scanning import Noticed, Scan, scan_text
from pipeline.imaging.sketch.spec import SketchSpec
from pipeline.imaging.sketch.vocabulary.colours import COLOUR_WORDS, PALETTE_WORDS
from pipeline.imaging.sketch.vocabulary.lights import LIGHT_WORDS, WEATHER_WORDS
from pipeline.imaging.sketch.vocabulary.subjects import KINDS, SUBJECT_WORDS, Family

MAX_COUNT = 60

# Lights that a style brings with it; its other light words only describe its manner.
_STYLE_LIGHTS = frozenset({"neon", "noir", "golden", "storm"})

# Words that say less than another word for the same kind.
_VAGUE = frozenset(
    {
        "portrait",
        "face",
        "headshot",
        "bowl",
        "plate",
        "flower",
        "tree",
        "selfie",
        "meadow",
        "glass",
        "drink",
    }
)


@dataclass(frozen=True)
class Mention:
    """A subject of the picture.

    Attributes:
        kind: key of ``KINDS``.
        word: the word that named it, for finer distinctions (zebra among horses).
        count: how many, 1 … 60.
        colours: its own colours, if the prompt gave any.
        size: factor on the usual size.
        side: -1 left, 0 middle, 1 right, None free.
        depth: -1 near, 1 far, None free.
        lift: 1 above other things, -1 below, None free.
    """

    kind: str
    word: str
    count: int = 1
    colours: tuple[Colour, ...] = ()
    size: float = 1.0
    side: int | None = None
    depth: int | None = None
    lift: int | None = None

    @property
    def family(self) -> Family:
        """The family of its kind."""
        return KINDS[self.kind].family


@dataclass(frozen=True)
class Reading:
    """A prompt understood.

    Attributes:
        mentions: subjects in reading order, each kind once.
        lights: names of lights, strongest claim first.
        weathers, seasons, moods: names, in reading order.
        palette: colours that belong to the whole picture.
        flags: framing and manner ("close", "bokeh", "table", …).
        words: every word seen in the prompt.
        texts: quoted texts to letter.
        parts: colours of parts of things, such as hair or roof.
        unknown: words nothing is known about; they bend the picture by their hash.
        banned: kinds and weathers that must not appear.
        banned_lights: lights that must not be chosen.
        banned_colours: colours to keep away from.
    """

    mentions: tuple[Mention, ...]
    lights: tuple[str, ...]
    weathers: tuple[str, ...]
    seasons: tuple[str, ...]
    moods: tuple[str, ...]
    palette: tuple[Colour, ...]
    flags: frozenset[str]
    words: frozenset[str]
    texts: tuple[str, ...]
    parts: Mapping[str, Colour]
    unknown: tuple[str, ...]
    banned: frozenset[str]
    banned_lights: frozenset[str]
    banned_colours: tuple[Colour, ...]

    @property
    def tokens(self) -> frozenset[str]:
        """Every single word seen, phrases taken apart."""
        return frozenset(token for word in self.words for token in word.split())

    def has(self, *kinds: str) -> bool:
        """Whether any of the kinds is mentioned."""
        return any(mention.kind in kinds for mention in self.mentions)

    def get(self, *kinds: str) -> Mention | None:
        """Return the first mention of any of the kinds."""
        return next((m for m in self.mentions if m.kind in kinds), None)

    def of(self, *families: Family) -> list[Mention]:
        """Return the mentions of some families, in reading order."""
        return [m for m in self.mentions if m.family in families]

    def allows(self, kind: str) -> bool:
        """Whether the negative prompt leaves room for a kind or weather."""
        return kind not in self.banned

    def wants(self, weather: str) -> bool:
        """Whether a weather was asked for and not refused."""
        return weather in self.weathers


def read_prompt(spec: SketchSpec) -> Reading:
    """Read the prompt, its negative and the style's words."""
    scan = scan_text(spec.prompt)
    style = scan_text(spec.style_words)
    negative = scan_text(spec.negative_prompt)
    refused = scan.refused | negative.words
    banned = {SUBJECT_WORDS[word] for word in refused if word in SUBJECT_WORDS}
    banned |= {WEATHER_WORDS[word] for word in refused if word in WEATHER_WORDS}
    if banned & {"person", "crowd", "portrait", "couple"}:
        banned |= {"person", "crowd", "portrait", "couple", "child"}
    if "bird" in banned or "birds" in banned:
        banned |= {"bird", "birds", "eagle"}
    if "tree" in banned or "forest" in banned:
        banned |= {"tree", "forest", "conifer", "birch"}
    if "flower" in banned:
        banned |= {"flower", "tulip", "sunflower", "lotus", "petals"}
    banned_lights = {LIGHT_WORDS[word] for word in refused if word in LIGHT_WORDS}
    banned_colours = [COLOUR_WORDS[word] for word in refused if word in COLOUR_WORDS]
    for word in sorted(refused & set(PALETTE_WORDS)):
        banned_colours.extend(PALETTE_WORDS[word])
    palette = [c for c in (*scan.palette, *style.palette) if not _close(c, banned_colours)]
    weathers = [w for w in (*scan.weathers, *style.weathers) if w not in banned]
    return Reading(
        mentions=_mentions(scan, banned),
        lights=tuple(
            name
            for name in (*scan.lights, *(n for n in style.lights if n in _STYLE_LIGHTS))
            if name not in banned_lights
        ),
        weathers=tuple(dict.fromkeys(weathers)),
        seasons=tuple(dict.fromkeys(scan.seasons)),
        moods=tuple(m for m in (*scan.moods, *style.moods) if m not in refused),
        palette=tuple(palette),
        flags=frozenset(scan.flags | (style.flags - {"abstract", "underwater"})),
        words=frozenset(scan.words),
        texts=tuple(text for text in scan.texts if text),
        parts=dict(scan.parts),
        unknown=tuple(scan.unknown),
        banned=frozenset(banned),
        banned_lights=frozenset(banned_lights),
        banned_colours=tuple(banned_colours),
    )


def _close(colour: Colour, others: list[Colour]) -> bool:
    """Whether a colour has the hue (or the greyness) of any other."""
    lightness, chroma, hue = to_lch(colour)
    for other in others:
        other_lightness, other_chroma, other_hue = to_lch(other)
        if min(chroma, other_chroma) < 0.03:
            if max(chroma, other_chroma) < 0.04 and abs(lightness - other_lightness) < 0.2:
                return True
        elif abs((hue - other_hue + 180) % 360 - 180) < 28:
            return True
    return False


def _mentions(scan: Scan, banned: set[str]) -> tuple[Mention, ...]:
    found: dict[str, Mention] = {}
    for noticed in scan.subjects:
        if noticed.kind in banned:
            continue
        mention = _mention(noticed)
        earlier = found.get(noticed.kind)
        if earlier is not None:
            mention = Mention(
                earlier.kind,
                mention.word if earlier.word in _VAGUE else earlier.word,
                max(earlier.count, mention.count),
                earlier.colours or mention.colours,
                earlier.size if earlier.size != 1.0 else mention.size,
                earlier.side if earlier.side is not None else mention.side,
                earlier.depth if earlier.depth is not None else mention.depth,
                earlier.lift if earlier.lift is not None else mention.lift,
            )
        found[noticed.kind] = mention
    # "Portrait of a fox" is a fox seen close, not a fox and a person.
    if "portrait" in found and found["portrait"].word in ("portrait", "face", "headshot"):
        others = [
            m
            for m in found.values()
            if m.family in ("animal", "sea life")
            or m.kind in ("astronaut", "robot", "samurai", "wizard", "cat")
        ]
        if others:
            del found["portrait"]
    return tuple(found.values())


def _mention(noticed: Noticed) -> Mention:
    several = KINDS[noticed.kind].several
    if noticed.count is not None and (noticed.plural or noticed.count > 1):
        count = noticed.count
    else:
        count = several if noticed.plural or noticed.kind == "birds" else 1
    return Mention(
        noticed.kind, noticed.word, max(1, min(MAX_COUNT, count)), noticed.colours, noticed.size,
        noticed.side, noticed.depth, noticed.lift,
    )  # fmt: skip
