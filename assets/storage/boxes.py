"""Walks over the boxes of MP4, QuickTime and AVIF, and the elements of WebM and Matroska."""

from __future__ import annotations

import mmap
import struct

from studio.core.errors import UnsupportedMedia

_SEGMENT = 0x18538067


def _damaged() -> UnsupportedMedia:
    return UnsupportedMedia(
        "The file is cut off or damaged.", remedy="Send it again from the original."
    )


def check_iso(data: mmap.mmap, *, needs: bytes) -> None:
    """Pass when the top boxes fill the file exactly and `needs` is one of them.

    Raises:
        UnsupportedMedia: truncated, something behind the end, or nothing to play or show.
    """
    place, end, seen = 0, len(data), set()
    while place < end:
        if place + 8 > end:
            raise _damaged()
        (size,) = struct.unpack_from(">I", data, place)
        kind = data[place + 4 : place + 8]
        if not all(32 <= c < 127 or c == 0xA9 for c in kind):
            raise _damaged()
        if size == 1:
            if place + 16 > end:
                raise _damaged()
            (size,) = struct.unpack_from(">Q", data, place + 8)
        elif size == 0:  # to the end of the file
            size = end - place
        if size < 8:
            raise _damaged()
        seen.add(kind)
        place += size
    if place != end or needs not in seen:
        raise _damaged()


def check_ebml(data: mmap.mmap) -> None:
    """Pass when the segment of a WebM or Matroska file is all there.

    Raises:
        UnsupportedMedia: truncated, or no segment.
    """
    _, place = _number(data, 0, keep_marker=True)
    size, place = _number(data, place)
    if size is None or place + size > len(data):
        raise _damaged()
    identity, place = _number(data, place + size, keep_marker=True)
    size, place = _number(data, place)
    if identity != _SEGMENT or (size is not None and place + size > len(data)):
        raise _damaged()


def _number(data: mmap.mmap, place: int, *, keep_marker: bool = False) -> tuple[int | None, int]:
    """A variable-length number and the place behind it; None: "unknown size"."""
    if place >= len(data) or data[place] == 0:
        raise _damaged()
    length = 9 - data[place].bit_length()
    if place + length > len(data):
        raise _damaged()
    value = int.from_bytes(data[place : place + length], "big")
    if keep_marker:
        return value, place + length
    value &= (1 << 7 * length) - 1
    return (None if value == (1 << 7 * length) - 1 else value), place + length
