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


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """A ZIP for reading.

    Raises:
        UnsupportedMedia: it is none, or damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except zipfile.BadZipFile as error:
        raise UnsupportedMedia(
            "This is no ZIP, or it is damaged.", remedy="Pack the folder again."
        ) from error


def entries_of(archive: zipfile.ZipFile) -> list[Entry]:
    """The files of a ZIP as it declares them.

    Raises:
        Invalid: one is encrypted or a link.
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
