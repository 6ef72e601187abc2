"""Reading ZIPs: only what is declared, never more than that, nothing extracted to a path."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings

from pipeline.seeds.onboarding.plan import Entry
from studio.core.errors import Invalid, TooLarge, UnsupportedMedia

_RATIO_FREE_BYTES = 1024**2
#: What the reader unpacks no further than it is asked for; the others unpack a block whole, however
#: much that becomes.
_BOUNDED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
#: Bytes of the table of contents for each file: its fixed part, a long name, and what packers add.
_MOST_ENTRY_BYTES = 2048
_MOST_COMMENT_BYTES = 65_535
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """A ZIP for reading.

    Raises:
        UnsupportedMedia: it is none, or damaged.
        TooLarge: its table of contents is longer than that of any import; it is not read.
    """
    _check_contents(path)
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except zipfile.BadZipFile as error:
        raise UnsupportedMedia(
            "This is no ZIP, or it is damaged.", remedy="Pack the folder again."
        ) from error


def _check_contents(path: Path) -> None:
    """Pass a ZIP whose table of contents is short enough to be read into memory."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _MOST_COMMENT_BYTES - 128))
        tail = file.read()
    length = _number(tail, tail.rfind(_END), 12, 4)
    if length == 0xFFFFFFFF:  # the longer kind of ZIP says it in front of that
        length = _number(tail, tail.rfind(_END_64), 40, 8)
    most = settings.CHARACTER_IMPORT_MAX_FILES
    if length > 4 * most * _MOST_ENTRY_BYTES:
        raise TooLarge(f"An import has at most {most:,} files.", remedy="Import it in parts.")


def _number(tail: bytes, at: int, offset: int, width: int) -> int:
    """A number of a record at the end of the file; 0 without the record, as the reader will say."""
    return int.from_bytes(tail[at + offset : at + offset + width], "little") if at >= 0 else 0


def entries_of(archive: zipfile.ZipFile) -> list[Entry]:
    """The files of a ZIP as it declares them.

    Raises:
        Invalid: one is encrypted, a link, or packed in a way that can't be unpacked safely.
        TooLarge: one becomes far larger than it is packed, or there are too many.
    """
    if len(archive.infolist()) > 4 * settings.CHARACTER_IMPORT_MAX_FILES:
        raise TooLarge(f"An import has at most {settings.CHARACTER_IMPORT_MAX_FILES:,} files.")
    found = []
    for item in archive.infolist():
        if item.is_dir():
            continue
        if item.flag_bits & 1:
            raise Invalid("The ZIP is encrypted.", remedy="Pack it without a password.")
        if stat.S_ISLNK(item.external_attr >> 16):
            raise Invalid(f"“{item.filename[:80]}” is a link, not a file; nothing was imported.")
        if item.compress_type not in _BOUNDED:
            raise Invalid(
                f"“{item.filename[:80]}” is packed in a way that is not read here.",
                remedy="Pack the folder again as an ordinary ZIP (deflate).",
            )
        packed = max(1, item.compress_size)
        ratio = item.file_size / packed
        if item.file_size > _RATIO_FREE_BYTES and ratio > settings.CHARACTER_IMPORT_MAX_RATIO:
            raise TooLarge(f"“{item.filename[:80]}” becomes {ratio:,.0f} times larger: refused.")
        found.append(Entry(item.filename, item.file_size))
    return found


@contextmanager
def file_of(archive: zipfile.ZipFile, entry: Entry) -> Iterator[BinaryIO]:
    """One file of a ZIP, no more than it declares (the reader checks size and CRC).

    Raises:
        UnsupportedMedia: it is damaged.
    """
    try:
        with archive.open(entry.path) as source:
            yield cast(BinaryIO, source)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError) as error:
        raise UnsupportedMedia(f"“{entry.path[:80]}” is damaged in the ZIP.") from error
