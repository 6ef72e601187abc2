"""Which camera move the words of a prompt ask for.

The words are matched whole, without regard to case; of several moves named the first one counts.
A move that the negative prompt names is not drawn by chance either.

* push-in: push in, dolly in, zoom in, move closer, closer, close in, approach, toward(s)
* pull-out: pull out, pull back, dolly out, zoom out, move away, back away, wider, reveal(s)
* pan-left / pan-right: pan left, look left, turn left, track left, truck left, slide left; likewise
  right; "from left to right" is pan-right, "from right to left" pan-left
* tilt-up / tilt-down: tilt up, look up, crane up, rise, rising; tilt down, look down, crane down
* orbit-left / orbit-right: orbit, arc, circle, circling, rotate around, revolve, turns around;
  with "left" after it to the left, else to the right
* handheld: handheld, hand-held, documentary, shaky, walking camera
* hold: static, still camera, locked, locked-off, tripod, hold, no camera movement, motionless

Where no word names a move, one is drawn by the random seed that can come back to where it began:
so a chain of takes, each started from the end of another, does not creep ever closer.

Pace: slow, slowly, gentle, gently, subtle, slight, calm take 0.6 of the strength; fast, quick,
quickly, dramatic, energetic, dynamic 1.5 of it.
"""

from __future__ import annotations

import re

import numpy as np

_SIDE_VERBS = r"(?:pans?|panning|looks?|turns?|tracks?|tracking|trucks?|slides?|sliding)"
_ORBIT = r"(?:orbit(?:s|ing)?|arc(?:s|ing)?|circl(?:e|es|ing)|revolv(?:e|es|ing)"
_ORBIT += r"|(?:rotat|turn)(?:e|es|s|ing) around)"

_MOVES: tuple[tuple[str, str], ...] = (
    (
        "hold",
        r"static|still camera|locked(?:[- ]off)?|tripod|hold|no camera move(?:ment)?|motionless",
    ),
    ("handheld", r"hand[- ]?held|documentary|shaky|walking camera"),
    ("orbit-left", rf"{_ORBIT}(?: to)?(?: the)? left"),
    ("orbit-right", _ORBIT),
    ("pan-right", rf"{_SIDE_VERBS}(?: to)?(?: the)? right|from left to right"),
    ("pan-left", rf"{_SIDE_VERBS}(?: to)?(?: the)? left|from right to left"),
    ("tilt-up", r"(?:tilt(?:s|ing)?|looks?|crane(?:s)?) up|ris(?:e|es|ing)"),
    ("tilt-down", r"(?:tilt(?:s|ing)?|looks?|crane(?:s)?) down"),
    (
        "pull-out",
        r"(?:pull(?:s|ing)?|doll(?:y|ies|ying)|zoom(?:s|ing)?)[- ](?:out|back)"
        r"|(?:move|moves|moving|back|backs) away|wider|reveal(?:s|ing)?",
    ),
    (
        "push-in",
        r"(?:push(?:es|ing)?|doll(?:y|ies|ying)|zoom(?:s|ing)?|clos(?:e|es|ing))[- ]in"
        r"|closer|approach(?:es|ing)?|towards?",
    ),
)
_SLOW = re.compile(r"\b(?:slow(?:ly)?|gent(?:le|ly)|subtle|slight(?:ly)?|calm(?:ly)?)\b", re.I)
_FAST = re.compile(r"\b(?:fast|quick(?:ly)?|dramatic|energetic|dynamic)\b", re.I)

#: What is drawn where no word says anything, and how often of ten.
_CHANCES = {
    "orbit-left": 2,
    "orbit-right": 2,
    "handheld": 2,
    "pan-left": 1,
    "pan-right": 1,
    "tilt-up": 1,
    "hold": 1,
}


def moves_named(text: str) -> list[str]:
    """The moves that a text names, in the order of their first mention."""
    found: list[tuple[int, int, str]] = []
    taken: list[tuple[int, int]] = []
    for rank, (move, pattern) in enumerate(_MOVES):
        for match in re.finditer(rf"\b(?:{pattern})\b", text, re.I):
            if all(match.end() <= start or match.start() >= end for start, end in taken):
                taken.append(match.span())
                found.append((match.start(), rank, move))
    return list(dict.fromkeys(move for _, _, move in sorted(found)))


def choose_move(prompt: str, negative_prompt: str, random_seed: int) -> tuple[str, bool]:
    """The camera move for a prompt, and whether it was named: the first one, else one drawn."""
    unwanted = set(moves_named(negative_prompt))
    named = [move for move in moves_named(prompt) if move not in unwanted]
    if named:
        return named[0], True
    chances = {move: weight for move, weight in _CHANCES.items() if move not in unwanted}
    if not chances:
        return "hold", False
    weights = np.array(list(chances.values()), np.float64)
    draw = np.random.Generator(np.random.PCG64(random_seed)).random()
    index = int(np.searchsorted(np.cumsum(weights) / weights.sum(), draw, side="right"))
    return list(chances)[min(index, len(chances) - 1)], False


def pace(prompt: str) -> float:
    """How strongly the words want it to move, as a factor of the strength: 0.6, 1 or 1.5."""
    slow, fast = bool(_SLOW.search(prompt)), bool(_FAST.search(prompt))
    if slow == fast:
        return 1.0
    return 0.6 if slow else 1.5
