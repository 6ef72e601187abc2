"""Runs of black and of frozen pictures, by the definitions of FFmpeg's blackdetect, freezedetect.

Black: at least 98 % of the pixels have a luma of at most 10 % of the range.
Frozen: the mean absolute difference of luma from the first picture of the run stays at or below
0.003 of full scale (-50 dB), so a slow drift is not taken for a standstill. At FFmpeg's own limit
of -60 dB every keyframe of a compressed still would end the run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

#: Luma of one picture in the video range, 16 … 235.
Luma = npt.NDArray[np.uint8]

BLACK_PIXELS = 0.98
BLACK_LEVEL = 16 + 0.10 * 219
FROZEN_DIFFERENCE = 0.003 * 255

Run = tuple[int, int]


@dataclass(frozen=True)
class BlackFreeze:
    """What was found: half-open runs [start, stop) of frame numbers, and how many were seen."""

    frames: int
    black: tuple[Run, ...]
    frozen: tuple[Run, ...]


def is_black(luma: Luma) -> bool:
    """Whether a picture is black."""
    return float(np.mean(luma <= BLACK_LEVEL)) >= BLACK_PIXELS


@dataclass
class _Runs:
    """Collects runs of at least `least` frames."""

    least: int
    found: list[Run] = field(default_factory=list)
    start: int | None = None

    def see(self, number: int, holds: bool) -> None:
        if holds and self.start is None:
            self.start = number
        elif not holds:
            self.end(number)

    def end(self, number: int) -> None:
        if self.start is not None and number - self.start >= self.least:
            self.found.append((self.start, number))
        self.start = None


def find_black_and_frozen(
    pictures: Iterable[Luma], *, black_least: int = 2, frozen_least: int = 12
) -> BlackFreeze:
    """Find the runs in one pass.

    Args:
        pictures: luma of every frame in order, all of one shape.
        black_least: frames that make a run of black.
        frozen_least: equal frames that make a standstill, at least 2.
    """
    black, frozen = _Runs(black_least), _Runs(max(2, frozen_least))
    anchor: npt.NDArray[np.int16] | None = None
    anchor_number = number = 0
    for number, luma in enumerate(pictures):
        black.see(number, is_black(luma))
        wide = luma.astype(np.int16)
        if anchor is not None and _difference(anchor, wide) <= FROZEN_DIFFERENCE:
            frozen.see(anchor_number, True)
            continue
        frozen.see(number, False)
        anchor, anchor_number = wide, number
    seen = number + 1 if anchor is not None else 0
    black.end(seen)
    frozen.end(seen)
    return BlackFreeze(seen, tuple(black.found), tuple(frozen.found))


def _difference(a: npt.NDArray[np.int16], b: npt.NDArray[np.int16]) -> float:
    return float(np.abs(a - b).mean(dtype=np.float64))
