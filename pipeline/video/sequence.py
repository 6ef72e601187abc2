"""A cut as one PNG per frame: in a folder, or in a ZIP that only stores."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

import cv2

from pipeline.video.frames import Frame, probe
from pipeline.video.pieces import (
    Piece,
    PlacedPiece,
    PreviousCut,
    RenderReport,
    Work,
    check_piece,
    fitted_frames,
)

_Read = Callable[[str], bytes]
_Write = Callable[[str, bytes], None]

#: PNG effort: level 3 is within a few per cent of the smallest files at a fraction of the time.
_PNG = [cv2.IMWRITE_PNG_COMPRESSION, 3, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_FILTERED]

#: The earliest time a ZIP can state: files made from equal frames are equal.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def frame_name(number: int) -> str:
    """The file name of a frame of the cut, from 0."""
    return f"frame_{number:06d}.png"


def png_of(frame: Frame) -> bytes:
    """A frame as PNG, always the same bytes for the same pixels."""
    return bytes(cv2.imencode(".png", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), _PNG)[1])


def add_stored(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Append a file to a ZIP uncompressed and without a time."""
    entry = zipfile.ZipInfo(name, _NO_TIME)
    entry.create_system = 3
    entry.external_attr = 0o100644 << 16
    archive.writestr(entry, content, zipfile.ZIP_STORED)


def render_sequence(
    pieces: Sequence[Piece],
    target: Path,
    work: Work,
    *,
    fps: Fraction,
    size: tuple[int, int],
    previous: PreviousCut | None,
) -> RenderReport:
    """Write the pictures of a cut; see `assemble.render_cut`."""
    part = target.with_name(f".part-{target.name}")
    try:
        with ExitStack() as stack:
            write = _writer(stack, part, target.suffix == ".zip")
            read = _reader(stack, previous)
            for number, piece in enumerate(pieces, 1):
                info = probe(piece.path)
                check_piece(piece, number, info.frames, info.fps, fps)
                at = sum(p.frames for p in work.placed)
                work.placed.append(_place(piece, at, size, work, previous, read, write))
        part.replace(target)
    finally:
        _remove(part)
    return work.finish()


def _place(
    piece: Piece,
    at: int,
    size: tuple[int, int],
    work: Work,
    previous: PreviousCut | None,
    read: _Read | None,
    write: _Write,
) -> PlacedPiece:
    old = previous.find(piece) if previous and read else None
    if old and read:
        for offset in range(piece.frames):
            write(frame_name(at + offset), read(frame_name(old.at + offset)))
            work.step()
        return PlacedPiece(piece.identity, piece.start, piece.stop, at, copied=piece.frames)
    for offset, frame in enumerate(fitted_frames(piece, size)):
        write(frame_name(at + offset), png_of(frame))
        work.step()
    return PlacedPiece(piece.identity, piece.start, piece.stop, at, encoded=piece.frames)


def _writer(stack: ExitStack, part: Path, is_zip: bool) -> _Write:
    if is_zip:
        archive = stack.enter_context(zipfile.ZipFile(part, "w", zipfile.ZIP_STORED))
        return lambda name, content: add_stored(archive, name, content)
    part.mkdir()

    def write(name: str, content: bytes) -> None:
        (part / name).write_bytes(content)

    return write


def _reader(stack: ExitStack, previous: PreviousCut | None) -> _Read | None:
    """How to read a picture of the previous cut, or None when it is no whole sequence."""
    if previous is None or not previous.path.exists():
        return None
    wanted = {frame_name(p.at + n) for p in previous.pieces for n in range(p.frames)}
    if previous.path.is_dir():
        folder = previous.path
        if not wanted <= {entry.name for entry in folder.iterdir()}:
            return None
        return lambda name: (folder / name).read_bytes()
    if not zipfile.is_zipfile(previous.path):
        return None
    archive = stack.enter_context(zipfile.ZipFile(previous.path))
    return archive.read if wanted <= set(archive.namelist()) else None


def _remove(part: Path) -> None:
    """Take away what an unfinished sequence left."""
    if part.is_dir():
        for entry in part.iterdir():
            entry.unlink()
        part.rmdir()
    else:
        part.unlink(missing_ok=True)
