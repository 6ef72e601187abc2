"""The texts that a PNG carries (tEXt, zTXt, iTXt), within limits, without decoding its pixels."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection, Iterator

from pipeline.workflows.editor import Unreadable

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_CHUNKS = 10_000


def png_texts(content: bytes, *, wanted: Collection[str], most_bytes: int) -> dict[str, str]:
    """The wanted texts by keyword; of several with one keyword the first.

    Args:
        most_bytes: a text that is longer, packed or unpacked, is refused.

    Raises:
        Unreadable: the file is cut off or damaged, or a text is too long.
    """
    found: dict[str, str] = {}
    for kind, data in _chunks(content):
        if kind not in (b"tEXt", b"zTXt", b"iTXt"):
            continue
        keyword, _, rest = data.partition(b"\x00")
        name = keyword.decode("latin-1")
        if name in wanted and name not in found:
            found[name] = _text(kind, rest, most_bytes)
    return found


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(PNG_SIGNATURE)
    for _ in range(MOST_CHUNKS):
        if at + 8 > len(content):
            raise Unreadable("The picture is cut off.")
        length, kind = struct.unpack_from(">I4s", content, at)
        end = at + 8 + length
        if end + 4 > len(content):
            raise Unreadable("The picture is cut off.")
        if kind == b"IEND":
            return
        data = content[at + 8 : end]
        if kind[:1].islower() and zlib.crc32(kind + data) != int.from_bytes(
            content[end : end + 4], "big"
        ):
            raise Unreadable("The picture is damaged: a text in it does not match its checksum.")
        yield kind, data
        at = end + 4
    raise Unreadable("The picture has too many parts.")


def _text(kind: bytes, data: bytes, most_bytes: int) -> str:
    """The text behind the keyword; each kind packs it differently."""
    if kind == b"tEXt":
        return _limited(data, most_bytes).decode("latin-1")
    if kind == b"zTXt":
        return _unpacked(data[1:], most_bytes).decode("latin-1")
    packed = data[:1] == b"\x01"
    # compression method, language, translated keyword, text
    parts = data[2:].split(b"\x00", 2)
    if len(parts) != 3:
        raise Unreadable("The picture is damaged: a text in it is incomplete.")
    raw = _unpacked(parts[2], most_bytes) if packed else _limited(parts[2], most_bytes)
    return raw.decode("utf-8", "replace")


def _unpacked(data: bytes, most_bytes: int) -> bytes:
    try:
        unpacker = zlib.decompressobj()
        raw = unpacker.decompress(data, most_bytes + 1)
    except zlib.error:
        raise Unreadable("The picture is damaged: a text in it can't be unpacked.") from None
    return _limited(raw, most_bytes)


def _limited(raw: bytes, most_bytes: int) -> bytes:
    if len(raw) > most_bytes:
        raise Unreadable(f"A text in the picture is longer than {most_bytes // 1_000_000} MB.")
    return raw
