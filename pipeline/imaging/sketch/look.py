"""What one particular thing looks like: the prompt's words about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.imaging.sketch.colour import Colour, from_hex, mix, shade
from pipeline.imaging.sketch.stream import Stream


@dataclass(frozen=True)
class Look:
    """The given traits of a thing; painters fill in what the prompt left open.

    Attributes:
        stream: randomness of this one thing.
        word: the word that named it.
        colours: its own colours, most important first; may be empty.
        parts: colours of parts, by name.
        flags: framing and manner words.
        tokens: every single word of the prompt.
        season: as in the colour script.
        night: 0 day … 1 night, for windows and lamps.
        hero: whether it is what the picture is about and deserves detail.
        accents: lively colours of the picture.
    """

    stream: Stream
    word: str = ""
    colours: tuple[Colour, ...] = ()
    parts: Mapping[str, Colour] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    tokens: frozenset[str] = frozenset()
    season: str = ""
    night: float = 0.0
    hero: bool = False
    accents: tuple[Colour, ...] = ()

    def main(self, *defaults: str) -> Colour:
        """Return the thing's main colour: the prompt's, or one of the defaults (hex)."""
        if self.colours:
            return self.colours[0]
        base = from_hex(self.stream.child("main").pick(defaults))
        return shade(base, self.stream.child("tone").uniform(-0.03, 0.03))

    def second(self, *defaults: str) -> Colour:
        """Return the second colour, likewise."""
        if len(self.colours) > 1:
            return self.colours[1]
        return from_hex(self.stream.child("second").pick(defaults))

    def part(self, name: str, default: Colour) -> Colour:
        """Return the colour of a part if the prompt gave one."""
        return self.parts.get(name, default)

    def accent(self, index: int, weight: float = 1.0, base: Colour = (0.5, 0.5, 0.5)) -> Colour:
        """Return one of the picture's lively colours, mixed over a base."""
        if not self.accents:
            return base
        return mix(base, self.accents[index % len(self.accents)], weight)
