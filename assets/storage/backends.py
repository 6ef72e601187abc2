"""Where the bytes lie: the data folder, or an S3-speaking server; one small interface for both.

Which one serves is what `STORAGES["default"]` says. Keys are paths such as `blobs/ab/cd/<sha256>`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages

from studio.core.errors import Unavailable

#: Left free on the disk, so that an upload does not stop the database.
RESERVE_BYTES = 512 * 1024**2
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_CLOSED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


class Backend(Protocol):
    """What the store needs of a place for files. Every method does file or network IO."""

    spool: Path
    """Folder on this machine where files wait until they are checked."""
    is_remote: bool
    """Whether browsers send to it and fetch from it directly, by presigned addresses."""

    def put(self, path: Path, key: str, *, sha256: str, media_type: str) -> None:
        """Keep the file at `path` under `key`, whole or not at all; `path` may be used up."""

    def open(self, key: str) -> BinaryIO:
        """The bytes, to be read from the start.

        Raises:
            FileNotFoundError: nothing is there.
        """

    def size_bytes(self, key: str) -> int | None:
        """How big it is; None when nothing is there."""

    def delete(self, key: str) -> None:
        """Remove it, if it is there."""

    def keys(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Everything under `prefix`: key and size in bytes."""


@contextlib.contextmanager
def disk_errors() -> Iterator[None]:
    """Turn a full or closed disk into an error that a person understands."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise Unavailable(
                "The disk of the studio is full.", remedy="Ask an Admin to free space."
            ) from error
        if error.errno in _CLOSED:
            raise Unavailable(
                "The studio may not write to its data folder.", remedy="Ask an Admin to look."
            ) from error
        raise


class LocalBackend:
    """Files in a folder of this machine."""

    is_remote = False

    def __init__(self, root: Path) -> None:
        self.root = root
        # Inside the same file system, so that moving a file into place is one atomic step.
        self.spool = root / "incoming"

    def path(self, key: str) -> Path:
        """Where a key's file lies. Keys are made by the studio, never taken from outside."""
        return self.root / key

    def put(self, path: Path, key: str, *, sha256: str, media_type: str) -> None:
        """Move the file into place: on disk first, under its name second, for good third."""
        target = self.path(key)
        size = path.stat().st_size
        if self.size_bytes(key) == size:  # already kept; equal name means equal bytes
            path.unlink()
            return
        with disk_errors():
            _make_folder(target.parent)
            with path.open("rb") as file:
                os.fsync(file.fileno())
            path.replace(target)
            target.chmod(0o640)
            sync_folder(target.parent)

    def open(self, key: str) -> BinaryIO:
        """The file, open for reading."""
        return self.path(key).open("rb")

    def size_bytes(self, key: str) -> int | None:
        """Its size on disk."""
        try:
            return self.path(key).stat().st_size
        except FileNotFoundError:
            return None

    def delete(self, key: str) -> None:
        """Remove the file."""
        self.path(key).unlink(missing_ok=True)

    def keys(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Walk the folder."""
        for folder, _, names in os.walk(self.root / prefix):
            for name in names:
                path = Path(folder, name)
                with contextlib.suppress(FileNotFoundError):  # removed meanwhile
                    yield path.relative_to(self.root).as_posix(), path.stat().st_size


def backend() -> Backend:
    """The place that the settings name."""
    storage = storages["default"]
    if isinstance(storage, FileSystemStorage):
        return LocalBackend(Path(storage.location))
    from assets.storage.s3 import S3Backend  # boto3 is loaded only where it is used

    return S3Backend(storage, settings.DATA_DIR / "incoming")


def check_space(size_bytes: int) -> None:
    """Pass when this many bytes still fit beside the reserve. File IO.

    Raises:
        Unavailable: they do not.
    """
    place = backend()
    with disk_errors():
        place.spool.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(place.spool).free
    if isinstance(place, LocalBackend) and free < size_bytes + RESERVE_BYTES:
        raise Unavailable(
            "There is not enough space for this file.", remedy="Ask an Admin to free space."
        )


@contextlib.contextmanager
def spooled(place: Backend) -> Iterator[Path]:
    """A new file name in the spool folder; whatever is left under it afterwards is removed."""
    with disk_errors():
        place.spool.mkdir(parents=True, exist_ok=True)
    path = place.spool / f"{uuid.uuid4().hex}.part"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _make_folder(folder: Path) -> None:
    """Make a folder and its parents, each entered in its parent for good."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        sync_folder(path.parent)
