"""From text to hits: what each word or phrase of a prompt stands for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.imaging.sketch.colour import Colour
from pipeline.imaging.sketch.vocabulary.colours import COLOUR_WORDS, PALETTE_WORDS
from pipeline.imaging.sketch.vocabulary.emoji import EMOJI
from pipeline.imaging.sketch.vocabulary.framing import FLAGS
from pipeline.imaging.sketch.vocabulary.grammar import (
    FILLERS,
    IRREGULAR_PLURALS,
    JOINERS,
    NEGATIONS,
    NUMBERS,
    PALETTE_NOUNS,
    PARTS,
    PLACES,
    SIZES,
)
from pipeline.imaging.sketch.vocabulary.lights import (
    LIGHT_WORDS,
    MOOD_WORDS,
    SEASON_WORDS,
    WEATHER_WORDS,
)
from pipeline.imaging.sketch.vocabulary.phrases import SET_PHRASES
from pipeline.imaging.sketch.vocabulary.subjects import KINDS, SUBJECT_WORDS

MAX_TEXT_CHARS = 12_000
_LONGEST_PHRASE = 4
_QUOTED = re.compile(
    r"\"([^\"\n]{1,80})\"|“([^”\n]{1,80})”|«([^»\n]{1,80})»|(?<!\w)'([^'\n]{2,60})'(?!\w)"
)
_TOKEN = re.compile(r"[^\W_]+(?:[-'’/][^\W_]+)*|[,.;:()|\n]")
_STOPS = frozenset(",.;:()|\n")
_EMOJI = re.compile("|".join(sorted(map(re.escape, EMOJI), key=len, reverse=True)))
_PHRASES: tuple[dict[str, object], ...] = (
    dict(PLACES), dict(FLAGS), dict(LIGHT_WORDS), dict(WEATHER_WORDS), dict(SUBJECT_WORDS),
    dict(COLOUR_WORDS), dict(PALETTE_WORDS), dict(SEASON_WORDS), dict(MOOD_WORDS),
    dict(SIZES), dict(NUMBERS), dict.fromkeys(PARTS), dict.fromkeys(SET_PHRASES),
)  # fmt: skip
_KNOWN = frozenset().union(*_PHRASES)


@dataclass
class Hit:
    """A word or phrase of the text, folded to the form the tables know."""

    text: str
    plural: bool
    stop: bool = False


@dataclass
class Noticed:
    """What a subject hit had around it."""

    kind: str
    word: str
    plural: bool
    count: int | None
    colours: tuple[Colour, ...]
    size: float
    side: int | None = None
    depth: int | None = None
    lift: int | None = None


@dataclass
class Scan:
    """Everything found in one text, in reading order."""

    subjects: list[Noticed] = field(default_factory=list)
    lights: list[str] = field(default_factory=list)
    weathers: list[str] = field(default_factory=list)
    seasons: list[str] = field(default_factory=list)
    moods: list[str] = field(default_factory=list)
    palette: list[Colour] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    parts: dict[str, Colour] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)


def _singulars(word: str) -> Iterator[tuple[str, bool]]:
    """Yield candidate dictionary forms and whether the word was a plural."""
    yield word, False
    last = word.rsplit(" ", 1)
    head, tail = (last[0] + " ", last[1]) if len(last) == 2 else ("", word)
    if tail in IRREGULAR_PLURALS:
        yield head + IRREGULAR_PLURALS[tail], True
    if tail.endswith("ies") and len(tail) > 4:
        yield head + tail[:-3] + "y", True
    if tail.endswith("es") and len(tail) > 4:
        yield head + tail[:-2], True
    if tail.endswith("s") and not tail.endswith("ss") and len(tail) > 3:
        yield head + tail[:-1], True


def _tokens(text: str) -> list[str]:
    parts: list[str] = []
    for token in _TOKEN.findall(text):
        whole_known = any(form in _KNOWN for form, _ in _singulars(token))
        if "-" in token and not whole_known and token not in FILLERS:
            parts.extend(token.split("-"))
        elif token.endswith(("'s", "’s")):
            parts.append(token[:-2])
        else:
            parts.append(token)
    return parts


def _hits(tokens: list[str]) -> Iterator[Hit]:
    index = 0
    while index < len(tokens):
        if tokens[index] in _STOPS:
            yield Hit(tokens[index], False, stop=True)
            index += 1
            continue
        for length in range(min(_LONGEST_PHRASE, len(tokens) - index), 0, -1):
            phrase = tokens[index : index + length]
            if any(token in _STOPS for token in phrase):
                continue
            text = " ".join(phrase)
            found = next(((f, p) for f, p in _singulars(text) if f in _KNOWN), None)
            if found is not None:
                yield Hit(found[0], found[1])
                index += length
                break
        else:
            yield Hit(tokens[index], False)
            index += 1


def _prepare(text: str, scan: Scan) -> str:
    """Take quoted texts out, fold emoji and case."""
    text = unicodedata.normalize("NFKC", text[:MAX_TEXT_CHARS])

    def keep(match: re.Match[str]) -> str:
        quoted = next(group for group in match.groups() if group is not None)
        scan.texts.append(" ".join(quoted.split()))
        return " "

    text = _QUOTED.sub(keep, text)
    return _EMOJI.sub(lambda match: f" {EMOJI[match.group()]} ", text).lower()


class _Reader:
    """Walks the hits of one text, keeping what waits for a noun."""

    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        self.colours: list[Colour] = []
        self.colour_words: list[str] = []
        self.count: int | None = None
        self.size = 1.0
        self.ahead_depth: int | None = None
        self.negated = False
        self.age = 0
        self.joined = False

    def read(self, hit: Hit) -> None:
        """Take in one hit."""
        after_noun, self.joined = self.joined, False
        if hit.stop:
            self._flush()
            self.negated = False
            return
        text = hit.text
        if text in NEGATIONS:
            self.negated = True
            return
        if text in JOINERS:
            return
        self.scan.words.add(text)
        if self.negated:
            if text in _KNOWN and text not in NUMBERS:
                self.scan.refused.add(text)
            elif text not in FILLERS:
                self.negated = False
            return
        self.age += 1
        if self.age > 3:
            self._flush()
        if after_noun and text in SUBJECT_WORDS and self._joins(hit):
            self.joined = True
            return
        self._take(hit)

    def _joins(self, hit: Hit) -> bool:
        """Fold a compound noun ("perfume bottle", "pine trees") into one subject.

        The first word says which, the last how many; a forest or field stays what it is.
        """
        last = self.scan.subjects[-1]
        kind = SUBJECT_WORDS[hit.text]
        family = KINDS[kind].family
        if family != KINDS[last.kind].family or kind == "portrait":
            return False
        if family in ("land", "water", "sky", "space", "abstract"):
            return False  # a mountain path is a mountain and a path
        if kind in ("forest", "street"):
            last.kind = kind
        last.plural = last.plural or hit.plural
        return True

    def _take(self, hit: Hit) -> None:
        text = hit.text
        scan = self.scan
        known = text in _KNOWN
        if text in COLOUR_WORDS:
            self.colours.append(COLOUR_WORDS[text])
            self.age = 0
        if text in NUMBERS:
            # "a pair of", "a flock of": the larger word wins over the article.
            self.count = max(NUMBERS[text], self.count or 0)
            self.age = 0
        if text in SIZES:
            self.size = SIZES[text]
            self.age = 0
        if text in PALETTE_WORDS:
            scan.palette.extend(PALETTE_WORDS[text])
        if text in MOOD_WORDS:
            scan.moods.append(text)
        if text in SEASON_WORDS:
            scan.seasons.append(SEASON_WORDS[text])
        if text in WEATHER_WORDS:
            scan.weathers.append(WEATHER_WORDS[text])
        if text in FLAGS:
            scan.flags.add(FLAGS[text])
        if text in LIGHT_WORDS:
            scan.lights.append(LIGHT_WORDS[text])
            scan.palette.extend(self.colours)
            self.colours = []
        if text in PARTS and self.colours:
            scan.parts.setdefault(text, self.colours[0])
            self.colours = []
        if text.rstrip("s") in PALETTE_NOUNS:
            scan.palette.extend(self.colours)
            self.colours = []
        if text in PLACES:
            self._place(*PLACES[text])
        if text in SUBJECT_WORDS:
            self._notice(hit)
        elif text.isdigit() and 1 <= int(text[:4]) <= 60:
            self.count, self.age = int(text[:4]), 0
        elif not known and text not in FILLERS and not text.isdigit():
            scan.unknown.append(text)

    def _place(self, what: str, value: int) -> None:
        last = self.scan.subjects[-1] if self.scan.subjects else None
        if what == "ahead-depth":
            self.ahead_depth = value
        elif last is None:
            return
        elif what == "side":
            last.side = value
        elif what == "depth":
            last.depth = value
        elif what == "lift":
            last.lift = value
        elif what == "next-depth":
            # "A behind B" sends A back; "A in front of B" sends B back.
            if "behind" in self.scan.words and "in front of" not in self.scan.words:
                last.depth = 1
            else:
                last.depth, self.ahead_depth = -1, 1

    def _notice(self, hit: Hit) -> None:
        kind = SUBJECT_WORDS[hit.text]
        noticed = Noticed(
            kind, hit.text, hit.plural, self.count, tuple(self.colours), self.size,
            depth=self.ahead_depth,
        )  # fmt: skip
        self.scan.subjects.append(noticed)
        self.colours, self.count, self.size, self.ahead_depth = [], None, 1.0, None
        self.joined = True

    def _flush(self) -> None:
        """Give up waiting for a noun: colours without one are the whole picture's."""
        self.scan.palette.extend(self.colours)
        self.colours, self.count, self.size = [], None, 1.0
        self.age = 0

    def finish(self) -> None:
        """Close the text."""
        self._flush()


def scan_text(text: str) -> Scan:
    """Return everything the tables know in a text; any text will do, even none."""
    scan = Scan()
    reader = _Reader(scan)
    for hit in _hits(_tokens(_prepare(text, scan))):
        reader.read(hit)
    reader.finish()
    return scan
