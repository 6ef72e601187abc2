"""Elastic duration: a take ends at its most stable frame.

The next take starts from this one's end frame, so that frame should be a moment of rest: little
moves around it, it is sharp, and a face in it has its eyes open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.imaging.eyes import find_eyes
from pipeline.imaging.faces import Face
from pipeline.imaging.measures import luma
from pipeline.video.figures import FrameFigures, measure_frames, motion_around
from pipeline.video.measures import Frame

#: Weight of softness beside motion.
SOFT_WEIGHT = 0.5
#: Frames this close to the best are equally good; the latest of them is taken.
TIE = 0.02
#: How many of the best frames are looked at for open eyes.
CANDIDATES = 3
#: Eyes with less than this share of the take's usual contrast are shut.
SHUT_SHARE = 0.6
_STILL = 0.0001  # motion that nobody sees, by the shorter side


@dataclass(frozen=True)
class EndChoice:
    """Where a take ends.

    Attributes:
        frame: number of the end frame, 0-based; the take shows ``frame + 1`` frames with it.
        reason: why, a sentence for people.
        energies: motion around each frame of the clip, by the shorter side.
    """

    frame: int
    reason: str
    energies: tuple[float, ...]


def choose_end(
    frames: Sequence[Frame] | Sequence[FrameFigures],
    shortest: int,
    longest: int,
    look: Callable[[int], float | None] | None = None,
    usual_openness: float | None = None,
) -> EndChoice:
    """Choose the end frame of a take.

    Each frame that leaves the take with ``shortest`` to ``longest`` frames costs

        motion around it / the most motion of these frames
        + 0.5 · (1 − sharpness / the best sharpness of these frames)

    and the cheapest is taken; within 0.02 of it the latest. With ``look``, the three cheapest
    frames (at least two apart) are looked at in turn, and one whose eyes are shut is passed over.

    Args:
        frames: the whole clip, or its figures (`figures.measure_frames`).
        shortest: fewest frames the take may have, with its end frame; at least 1.
        longest: most frames; the clip's length if that is less.
        look: tells how open the eyes in a frame are (`eye_contrast`), None where there is no face.
        usual_openness: what is usual for open eyes in this take; None: the most of those seen.

    Raises:
        ValueError: the clip is shorter than ``shortest``, or the limits are out of order.
    """
    if not 1 <= shortest <= longest:
        raise ValueError("a take has at least one frame, and the limits are in order")
    if len(frames) < shortest:
        raise ValueError(
            f"The clip has {len(frames)} frames; at least {shortest} are needed to end it in."
        )
    figures = [
        item
        for item in (frames if isinstance(frames[0], FrameFigures) else _measured(frames))
        if isinstance(item, FrameFigures)
    ]
    energies = motion_around(figures)
    first, stop = shortest - 1, min(longest, len(figures))
    cost = _costs(figures, energies, first, stop)
    numbers = np.arange(first, stop)
    best = int(numbers[np.flatnonzero(cost <= cost.min() + TIE)[-1]])
    chosen, passed = best, 0
    if look is not None:
        chosen, passed = _with_open_eyes(_candidates(best, cost, first), look, usual_openness)
    reason = _reason(figures[chosen], energies, chosen, first, stop, passed)
    return EndChoice(chosen, reason, tuple(energies))


def _measured(frames: Sequence[Frame] | Sequence[FrameFigures]) -> list[FrameFigures]:
    return measure_frames(frame for frame in frames if not isinstance(frame, FrameFigures))


def _costs(
    figures: Sequence[FrameFigures], energies: Sequence[float], first: int, stop: int
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    motion = np.array(energies[first:stop])
    sharp = np.array([item.sharpness for item in figures[first:stop]])
    moves = motion / max(float(motion.max()), _STILL)
    soft = 1 - sharp / max(float(sharp.max()), 1e-9)
    return np.asarray(moves + SOFT_WEIGHT * soft, np.float64)


def _candidates(
    best: int, cost: np.ndarray[tuple[int], np.dtype[np.float64]], first: int
) -> list[int]:
    """The best frame, then the next cheapest ones that are not its neighbours."""
    found = [best]
    for place in np.argsort(cost, kind="stable").tolist():
        number = place + first
        if all(abs(number - other) >= 2 for other in found):
            found.append(number)
        if len(found) == CANDIDATES:
            break
    return found


def _with_open_eyes(
    candidates: Sequence[int], look: Callable[[int], float | None], usual: float | None
) -> tuple[int, int]:
    """The first candidate whose eyes are open (or that shows no face), and how many were shut."""
    seen = {number: look(number) for number in candidates}
    known = [value for value in seen.values() if value is not None]
    if not known:
        return candidates[0], 0
    least = SHUT_SHARE * (max(known) if usual is None else usual)
    for passed, number in enumerate(candidates):
        value = seen[number]
        if value is None or value >= least:
            return number, passed
    return candidates[0], 0


def _reason(
    item: FrameFigures,
    energies: Sequence[float],
    chosen: int,
    first: int,
    stop: int,
    passed: int,
) -> str:
    if stop - first == 1:
        return f"Frame {chosen} is the only one that the limits allow."
    mean = float(np.mean(energies[first:stop]))
    share = energies[chosen] / mean if mean > 0 else 1.0
    text = f"Frame {chosen} is the most stable of frames {first} to {stop - 1}"
    if mean > _STILL:
        text += f": it moves {share:.0%} of what they do on the average"
    else:
        text += ": nothing moves"
    if passed:
        text += f"; {passed} calmer {'one' if passed == 1 else 'ones'} had shut eyes"
    return text + "."


def eye_contrast(rgb: Frame, face: Face) -> float:
    """Return how open the eyes of a face are, 0 … 1; a figure to compare within one take.

    In a box of 0.20 × 0.09 of the face's width around each eye (where `find_eyes` finds them, or
    where eyes sit in a frontal face), the mean of the darkest 40 per cent is compared with the
    skin's median below the eyes: ``(skin − dark) / skin``. An open eye shows iris and pupil; of a
    shut one only the lashes are dark, far less than 40 per cent of the box. Glasses, shadows and
    heads turned aside make it less sure.
    """
    plane = luma(rgb)
    height, width = plane.shape
    pair = find_eyes(rgb, (face.left, face.top, face.width, face.height))
    if pair is None:
        line = face.top + 0.36 * face.height
        pair = (face.left + 0.31 * face.width, line), (face.left + 0.69 * face.width, line)
    values = []
    for x, y in pair:
        box = _box(x, y, 0.20 * face.width, 0.09 * face.width, width, height)
        below = _box(x, y + 0.24 * face.width, 0.20 * face.width, 0.1 * face.width, width, height)
        eye, skin = plane[box].ravel(), plane[below].ravel()
        if eye.size < 8 or skin.size < 8:
            continue
        dark = float(np.sort(eye)[: max(1, round(0.4 * eye.size))].mean())
        bright = max(1.0, float(np.median(skin)))
        values.append(min(1.0, max(0.0, (bright - dark) / bright)))
    return float(np.mean(values)) if values else 0.0


def _box(
    x: float, y: float, across: float, down: float, width: int, height: int
) -> tuple[slice, slice]:
    rows = slice(max(0, round(y - down / 2)), min(height, round(y + down / 2) + 1))
    return rows, slice(max(0, round(x - across / 2)), min(width, round(x + across / 2) + 1))
