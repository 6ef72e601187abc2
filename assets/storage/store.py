"""The one way into and out of the store: bytes are checked, kept once, and only then a row.

The order matters: a file is on disk (written, synced, renamed) before its row is committed, so a
power cut can leave a file without a row, which the doctor finds, but never a row without a file.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import time
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection, transaction

from assets.storage.backends import Backend, LocalBackend, backend, disk_errors, spooled
from assets.storage.models import (
    Blob,
    ImageProperties,
    MediaType,
    MediaTypeCode,
    VideoProperties,
)
from assets.storage.naming import check_file_name
from assets.storage.pictures import Picture, inspect_picture
from assets.storage.sniffing import HEAD_BYTES, IMAGES, UPLOADABLE, check_ending, sniff
from assets.storage.structure import check_structure
from assets.storage.videos import VIDEOS, Film, inspect_video
from studio.core.errors import Invalid, TooLarge, Unavailable, UnsupportedMedia

_CHUNK_BYTES = 1024**2


def ingest(
    source: BinaryIO,
    *,
    file_name: str = "",
    size_bytes: int | None = None,
    sha256: str = "",
    accept: frozenset[MediaTypeCode] = UPLOADABLE,
) -> Blob:
    """Check a stream of bytes from outside and keep it.

    Args:
        source: read to its end once.
        file_name: as the sender calls it; its ending must fit the contents. Empty: not known.
        size_bytes: as announced; None: not announced.
        sha256: as announced, hexadecimal; empty: not announced.
        accept: types that are let in.

    Raises:
        Invalid: empty, not as announced, a bad name, text that is not text.
        TooLarge: over the limits of size, pixels, frames.
        UnsupportedMedia: a type that is not let in, damaged, truncated, two files in one.
        Unavailable: the disk is full or closed, or the storage does not answer.
    """
    _outside_transaction()
    if file_name:
        check_file_name(file_name)
    place = backend()
    with spooled(place) as path:
        digest, size = _receive(source, path)
        return _keep(place, path, digest, size, file_name, size_bytes, sha256, accept)


def ingest_file(
    path: Path,
    *,
    file_name: str = "",
    size_bytes: int | None = None,
    sha256: str = "",
    accept: frozenset[MediaTypeCode] = UPLOADABLE,
) -> Blob:
    """As `ingest`, for a file in the spool folder, which is used up when it is accepted.

    A refused file stays where it is.
    """
    _outside_transaction()
    if file_name:
        check_file_name(file_name)
    digest, size = _digest(path)
    return _keep(backend(), path, digest, size, file_name, size_bytes, sha256, accept)


def ingest_bytes(content: bytes, media_type: MediaTypeCode | str, *, measured: bool = True) -> Blob:
    """Keep bytes that a part of the studio has made or fetched.

    Args:
        media_type: what they must be (a member or its code, such as `image/png`); the bytes are
            looked at all the same.
        measured: decode a picture to the last pixel, a video's first frame, and note its
            properties. False for derived
            files that the studio itself has just encoded from a checked picture.

    Raises:
        UnsupportedMedia: they are something else, or damaged.
        TooLarge, Invalid, Unavailable: as `ingest`.
    """
    _outside_transaction()
    place = backend()
    media_type = _media_type(media_type)
    name = f"made.{MediaType.extras[media_type]['extension']}"
    with spooled(place) as path:
        digest, size = _receive(io.BytesIO(content), path)
        accept = frozenset({media_type})
        return _keep(place, path, digest, size, name, None, "", accept, measured=measured)


def open_blob(blob: Blob) -> BinaryIO:
    """The bytes of a blob, to be read from the start. File or network IO.

    Raises:
        FileNotFoundError: the store has lost them (`manage.py doctor` lists such blobs).
    """
    return backend().open(blob.key)


def local_copy(blob: Blob) -> Path:
    """The bytes of a blob as a file of this machine; to be read, never changed or moved.

    In the data folder it is the stored file itself. From S3 it is fetched once, checked, and kept
    in a cache that `prune_copies` empties.

    Raises:
        FileNotFoundError: the store has lost them.
        Unavailable: they arrive damaged, or the storage does not answer.
    """
    place = backend()
    if isinstance(place, LocalBackend):
        path = place.path(blob.key)
        if not path.exists():
            raise FileNotFoundError(blob.key)
        return path
    kept = _copies() / blob.sha256
    if kept.exists():
        os.utime(kept)  # still wanted
        return kept
    with spooled(place) as path:
        with contextlib.closing(place.open(blob.key)) as source:
            digest, _ = _receive(source, path, most=blob.size_bytes)
        if digest != blob.sha256:
            raise Unavailable("The storage handed out a damaged file.")
        with disk_errors():
            kept.parent.mkdir(parents=True, exist_ok=True)
            path.replace(kept)
    return kept


def prune_copies(*, older_than: timedelta = timedelta(days=1)) -> int:
    """Remove fetched copies that nobody has asked for lately; returns how many."""
    limit, removed = time.time() - older_than.total_seconds(), 0
    for path in _copies().glob("*"):
        with contextlib.suppress(FileNotFoundError):  # another process prunes too
            if path.stat().st_mtime < limit:
                path.unlink()
                removed += 1
    return removed


def _copies() -> Path:
    return Path(settings.DATA_DIR) / "cache" / "blobs"


def _outside_transaction() -> None:
    """Files are not written while a transaction waits (a test's own transaction is none)."""
    blocks = connection.atomic_blocks
    # the question that Django's own `atomic(durable=True)` asks
    if blocks and not getattr(blocks[-1], "_from_testcase", False):
        raise RuntimeError("Files must be stored before the transaction begins.")


def _receive(source: BinaryIO, path: Path, *, most: int | None = None) -> tuple[str, int]:
    """Write a stream to a file; returns its SHA-256 and its size in bytes."""
    most = settings.UPLOAD_MAX_BYTES if most is None else most
    digest, size = hashlib.sha256(), 0
    with disk_errors(), path.open("xb") as file:
        while chunk := source.read(_CHUNK_BYTES):
            size += len(chunk)
            if size > most:
                raise too_large(most)
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest(), size


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return digest.hexdigest(), file.tell()


def too_large(most: int) -> TooLarge:
    """The error for a file over the limit of size."""
    return TooLarge(f"A file may have at most {most / 1024**2:,.0f} MiB.")


def _keep(
    place: Backend,
    path: Path,
    digest: str,
    size: int,
    file_name: str,
    wanted_size: int | None,
    wanted_digest: str,
    accept: frozenset[MediaTypeCode],
    *,
    measured: bool = True,
) -> Blob:
    """Check a received file against what was announced and what is let in, then keep it."""
    if size == 0:
        raise Invalid("The file is empty.", remedy="Choose another one.")
    if size > settings.UPLOAD_MAX_BYTES:
        raise too_large(settings.UPLOAD_MAX_BYTES)
    if wanted_size is not None and wanted_size != size:
        raise Invalid(f"The file has {size:,} bytes, {wanted_size:,} were announced.")
    if wanted_digest and wanted_digest != digest:
        raise Invalid("The file was damaged on its way: its SHA-256 is not the announced one.")
    media_type = _check_type(path, size, file_name, accept)
    found = _inspect(path, media_type) if measured else None
    present = Blob.objects.filter(sha256=digest).first()
    place.put(
        path,
        f"blobs/{digest[:2]}/{digest[2:4]}/{digest}",
        sha256=digest,
        media_type=media_type.code,
    )
    return present or _insert(digest, size, media_type, found)


def _inspect(path: Path, media_type: MediaTypeCode) -> Picture | Film | None:
    """What a picture or a video is; None for anything else."""
    if media_type in IMAGES:
        return inspect_picture(path, media_type)
    return inspect_video(path, media_type) if media_type in VIDEOS else None


def _media_type(wanted: MediaTypeCode | str) -> MediaTypeCode:
    if isinstance(wanted, MediaTypeCode):
        return wanted
    try:
        return MediaTypeCode(MediaTypeCode.by_code(wanted))
    except KeyError as error:
        raise UnsupportedMedia(f"The library does not keep files of type {wanted}.") from error


def _check_type(
    path: Path, size: int, file_name: str, accept: frozenset[MediaTypeCode]
) -> MediaTypeCode:
    with path.open("rb") as file:
        media_type = sniff(file.read(HEAD_BYTES), file_name=file_name)
        check_ending(media_type, file_name)
        if media_type not in accept:
            raise UnsupportedMedia(
                f"A {media_type.label} is not accepted here.",
                remedy="Send the files that are in it one by one."
                if media_type == MediaTypeCode.ZIP
                else "",
            )
        check_structure(media_type, file, size)
    return media_type


def _insert(
    digest: str, size: int, media_type: MediaTypeCode, found: Picture | Film | None
) -> Blob:
    """The row of these bytes; two who store the same at once get the same row."""
    with transaction.atomic(durable=True):
        Blob.objects.bulk_create(
            [Blob(sha256=digest, size_bytes=size, media_type_id=media_type)],
            ignore_conflicts=True,
        )
        blob = Blob.objects.get(sha256=digest)
        if isinstance(found, Picture):
            ImageProperties.objects.bulk_create(
                [ImageProperties(blob=blob, **asdict(found))], ignore_conflicts=True
            )
        elif found is not None:
            VideoProperties.objects.bulk_create(
                [VideoProperties(blob=blob, **asdict(found))], ignore_conflicts=True
            )
    return blob
