"""What a cut is made of, and what rendering it tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from pipeline.video.frames import Frame, read_frames

#: Told how much is done, 0 … 1.
Report = Callable[[float], None]
#: Asked whether to stop.
Cancelled = Callable[[], bool]


class CutCancelled(Exception):
    """Rendering was asked to stop; nothing is left of the target."""


class UnfitPiece(ValueError):
    """A piece can't be part of this cut; the message says which and why, for people."""


@dataclass(frozen=True)
class Piece:
    """Frames [start, stop) of a file.

    `identity` names the file's content (its SHA-256, say): equal identity and range mean equal
    frames, which is what allows copying from a previous cut.
    """

    path: Path
    start: int
    stop: int
    identity: str

    @property
    def frames(self) -> int:
        """How many frames it shows."""
        return self.stop - self.start


@dataclass(frozen=True)
class PlacedPiece:
    """Where a piece lies in a cut: its first frame there, and how many were copied or encoded."""

    identity: str
    start: int
    stop: int
    at: int
    copied: int = 0
    encoded: int = 0

    @property
    def frames(self) -> int:
        """How many frames it shows."""
        return self.stop - self.start

    def document(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "identity": self.identity,
            "start": self.start,
            "stop": self.stop,
            "at": self.at,
            "copied": self.copied,
            "encoded": self.encoded,
        }


@dataclass(frozen=True)
class PreviousCut:
    """A finished cut of the same profile and what lies where in it."""

    path: Path
    pieces: tuple[PlacedPiece, ...]

    def find(self, piece: Piece) -> PlacedPiece | None:
        """The identical piece, or None."""
        return self._places.get((piece.identity, piece.start, piece.stop))

    @cached_property
    def _places(self) -> Mapping[tuple[str, int, int], PlacedPiece]:
        return {(p.identity, p.start, p.stop): p for p in self.pieces}


@dataclass(frozen=True)
class RenderReport:
    """What rendering a cut did: frames in it, of these copied and encoded, and the pieces."""

    frames: int
    copied: int
    encoded: int
    pieces: tuple[PlacedPiece, ...]


@dataclass
class Work:
    """What a rendering knows: its frame, its ways to report and to hear of cancellation."""

    total: int
    report: Report
    cancelled: Cancelled
    done: float = 0.0
    placed: list[PlacedPiece] = field(default_factory=list)

    def step(self, share: float = 1.0) -> None:
        """One more frame, or a share of one, is done.

        Raises:
            CutCancelled: somebody asked for that.
        """
        if self.cancelled():
            raise CutCancelled
        self.done += share
        self.report(min(1.0, self.done / self.total))

    def finish(self) -> RenderReport:
        """The report of what was placed."""
        return RenderReport(
            frames=sum(p.frames for p in self.placed),
            copied=sum(p.copied for p in self.placed),
            encoded=sum(p.encoded for p in self.placed),
            pieces=tuple(self.placed),
        )


def check_piece(piece: Piece, number: int, frames: int, rate: Fraction, fps: Fraction) -> None:
    """Refuse a piece that its file does not hold or that runs at another rate.

    Raises:
        UnfitPiece: with the reason.
    """
    if piece.stop > frames:
        raise UnfitPiece(
            f"Piece {number} wants frames {piece.start} … {piece.stop} of “{piece.path.name}”, "
            f"which has {frames}."
        )
    if rate != fps:
        raise UnfitPiece(
            f"Piece {number} (“{piece.path.name}”) runs at {float(rate):.5g} frames per second, "
            f"the cut at {float(fps):.5g}. Make the take at the cut's rate."
        )


def fit(frame: Frame, size: tuple[int, int]) -> Frame:
    """A frame brought to a size: scaled without distortion, centred on black."""
    width, height = size
    if frame.shape[:2] == (height, width):
        return frame
    factor = min(width / frame.shape[1], height / frame.shape[0])
    inner = (
        min(width, max(1, round(frame.shape[1] * factor))),
        min(height, max(1, round(frame.shape[0] * factor))),
    )
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
    canvas = np.zeros((height, width, 3), np.uint8)
    canvas[top : top + inner[1], left : left + inner[0]] = cv2.resize(
        frame, inner, interpolation=method
    )
    return canvas


def fitted_frames(piece: Piece, size: tuple[int, int]) -> Iterator[Frame]:
    """The frames of a piece at the size of the cut."""
    for frame in read_frames(piece.path, piece.start, piece.stop):
        yield fit(frame, size)
