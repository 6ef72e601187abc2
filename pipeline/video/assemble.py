"""Rendering a cut: its pieces one after the other, copied wherever copying is exact.

For each piece, in this order:

1. its source has the profile's layout and the piece starts on a keyframe: the coded pictures are
   copied;
2. the previous cut holds the identical piece (same identity, same range): copied from there;
3. the source has the layout, but the piece starts between keyframes: it is encoded up to the next
   keyframe and copied from there on;
4. else the whole piece is encoded.

Each encoded stretch gets an encoder of its own, so its bytes depend on its frames alone: a cut
rendered with a previous cut is byte-equal to the same cut rendered from nothing, and a change costs
in proportion to what changed.

One caution of H.264: pieces of a single frame put two IDR pictures with the same number side by
side. Files carry pictures in boxes of their own, so decoders tell them apart.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from pipeline.video.copying import Joiner, Layout, Source, joined_file
from pipeline.video.encoding import CodecProfile, VideoWriter, check_target
from pipeline.video.frames import UnreadableVideo, read_frames
from pipeline.video.pieces import (
    Cancelled,
    CutCancelled,
    Piece,
    PlacedPiece,
    PreviousCut,
    RenderReport,
    Report,
    UnfitPiece,
    Work,
    check_piece,
    fit,
)
from pipeline.video.sequence import render_sequence

__all__ = [
    "CutCancelled",
    "Piece",
    "PlacedPiece",
    "PreviousCut",
    "RenderReport",
    "UnfitPiece",
    "render_cut",
]


def render_cut(
    pieces: Sequence[Piece],
    target: Path,
    profile: CodecProfile,
    *,
    fps: Fraction,
    size: tuple[int, int],
    previous: PreviousCut | None = None,
    timecode: str | None = None,
    poster_frame: int | None = None,
    progress: Report = lambda fraction: None,
    cancelled: Cancelled = lambda: False,
) -> RenderReport:
    """Write a cut.

    Args:
        pieces: what it shows, in order.
        target: the file to write; it appears when it is complete. An image sequence goes into a
            ZIP when the name ends so, else into a folder.
        profile: how to encode, see `encoding.PROFILES`.
        fps: its rate; every piece must have the same, frames are never invented or dropped.
        size: (width, height) in px; pieces of another size are fitted with black borders.
        previous: an earlier cut of the same profile, to copy unchanged pieces from. One that can't
            be read or has another layout is left alone.
        timecode: start timecode, as "01:00:00:00".
        poster_frame: number of the frame that stands for the cut, written to the file's comment;
            an image sequence can't carry it.
        progress: called with 0 … 1.
        cancelled: asked before each frame.

    Raises:
        UnfitPiece: a piece is empty, reaches outside its file or has another rate.
        UnreadableVideo: a file can't be read.
        CutCancelled: `cancelled` said so.
        OSError: the target can't be written.
        ValueError: the profile can't hold the size or rate.
    """
    if not pieces:
        raise UnfitPiece("A cut needs at least one piece.")
    for number, piece in enumerate(pieces, 1):
        if not 0 <= piece.start < piece.stop:
            raise UnfitPiece(f"Piece {number} shows no frame: {piece.start} … {piece.stop}.")
    check_target(profile, *size, fps)
    work = Work(sum(piece.frames for piece in pieces), progress, cancelled)
    if profile.is_sequence:
        return render_sequence(pieces, target, work, fps=fps, size=size, previous=previous)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".cut-") as folder:
        part = Path(folder) / f"part{profile.suffix}"
        with (
            joined_file(part, profile, size, fps, _words(timecode, poster_frame)) as (
                joiner,
                layout,
            ),
            ExitStack() as stack,
        ):
            old = _open_previous(stack, previous, layout) if previous else None
            shop = _Workshop(joiner, layout, profile, fps, size, Path(folder), previous, old, work)
            for number, piece in enumerate(pieces, 1):
                work.placed.append(shop.place(piece, number))
        part.replace(target)
    return work.finish()


def _words(timecode: str | None, poster_frame: int | None) -> dict[str, str]:
    """What the file says about itself."""
    words = {"timecode": timecode} if timecode else {}
    if poster_frame is not None:
        words["comment"] = f"poster_frame={poster_frame}"
    return words


def _open_previous(stack: ExitStack, previous: PreviousCut, layout: Layout) -> Source | None:
    """The previous cut if its pictures can be joined, else None: then it is simply not used."""
    source = Source(previous.path)
    try:
        stack.enter_context(source)
    except UnreadableVideo:
        return None
    return source if source.layout == layout and not source.is_reordered else None


@dataclass
class _Workshop:
    """Places pieces into one target, each by the cheapest exact way."""

    joiner: Joiner
    layout: Layout
    profile: CodecProfile
    fps: Fraction
    size: tuple[int, int]
    folder: Path
    previous: PreviousCut | None
    old: Source | None
    work: Work

    def place(self, piece: Piece, number: int) -> PlacedPiece:
        """Append a piece and say how."""
        at = self.joiner.frames
        with Source(piece.path) as source:
            check_piece(piece, number, source.frames, source.fps, self.fps)
            fits = source.layout == self.layout and not source.is_reordered
            keyframe = source.next_keyframe(piece.start) if fits else None
            if keyframe != piece.start and self._copy_old(piece):
                keyframe = piece.stop
                encoded = 0
            else:
                resume = piece.stop if keyframe is None else min(keyframe, piece.stop)
                encoded = resume - piece.start
                if encoded:
                    self._encode(piece.path, piece.start, resume)
                if resume < piece.stop:
                    self._copy(source, resume, piece.stop)
        copied = piece.frames - encoded
        return PlacedPiece(piece.identity, piece.start, piece.stop, at, copied, encoded)

    def _copy_old(self, piece: Piece) -> bool:
        """Copy the identical piece from the previous cut, if that has it."""
        place = self.previous.find(piece) if self.previous and self.old else None
        if place is None or self.old is None:
            return False
        if place.at not in self.old.stamps.keyframes or place.at + place.frames > self.old.frames:
            return False
        self._copy(self.old, place.at, place.at + place.frames)
        return True

    def _copy(self, source: Source, start: int, stop: int) -> None:
        for _ in self.joiner.add(source.packets(start, stop)):
            self.work.step()

    def _encode(self, path: Path, start: int, stop: int) -> None:
        """Encode a stretch by itself, then join its pictures like any other's."""
        stretch = self.folder / f"stretch{self.profile.suffix}"
        with VideoWriter(stretch, self.profile, *self.size, self.fps) as writer:
            for frame in read_frames(path, start, stop):
                writer.write(fit(frame, self.size))
                self.work.step(0.9)
        with Source(stretch) as encoded:
            if encoded.layout != self.layout:
                raise RuntimeError(f"{self.profile.title} described equal video differently")
            for _ in self.joiner.add(encoded.packets(0, encoded.frames)):
                self.work.step(0.1)
        stretch.unlink()
