"""Uploads: begin, send (in chunks, or straight to S3), continue after a break, finish, abort."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import io
import logging
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from assets.library.models import Asset, Origin, RetentionClass, Version
from assets.library.services import add_asset, add_version
from assets.storage.backends import backend, check_space, disk_errors
from assets.storage.models import Blob, Upload, UploadState
from assets.storage.naming import check_file_name
from assets.storage.sniffing import check_known_ending
from assets.storage.store import ingest, ingest_file, prune_copies, too_large
from studio.core.access import CapabilityCode, require
from studio.core.errors import Conflict, DomainError, Invalid, LimitReached, Unavailable
from studio.core.models import Project, User
from studio.ops.sweeper import every

if TYPE_CHECKING:
    from assets.storage.s3 import S3Backend

log = logging.getLogger(__name__)

MAX_OPEN = 100
#: Nobody has continued it for so long: given up.
EXPIRES_AFTER = timedelta(hours=24)
#: Checking takes minutes at most; after this the process that did it is dead.
CHECKING_AT_MOST = timedelta(hours=1)
_State = UploadState.Code


@dataclass(frozen=True)
class Progress:
    """How far an upload is, and where the rest goes.

    `direct_url` is a presigned address that takes the whole file in one PUT; None: send chunks of
    at most `chunk_bytes` to the studio.
    """

    received_bytes: int
    chunk_bytes: int
    direct_url: str | None


def begin_upload(
    *,
    actor: User,
    project: Project,
    file_name: str,
    size_bytes: int,
    sha256: str = "",
    retention_class: RetentionClass.Code = RetentionClass.Code.SOURCE,
    asset: Asset | None = None,
) -> Upload:
    """Announce a file.

    Args:
        size_bytes: its exact size.
        sha256: hexadecimal; empty: not known.
        retention_class: of the new asset; what people bring can't be made again, hence source.
        asset: the file becomes a new version of this asset; None: a new asset.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Invalid, UnsupportedMedia, TooLarge: the name, ending or size can't be accepted.
        LimitReached: too many unfinished uploads.
        Unavailable: there is no space for it.
    """
    require(actor, CapabilityCode.CREATE, project)
    file_name = check_file_name(file_name)
    check_known_ending(file_name)
    if size_bytes < 1:
        raise Invalid("The file is empty.", fields={"size_bytes": ["Must be at least 1."]})
    if size_bytes > settings.UPLOAD_MAX_BYTES:
        raise too_large(settings.UPLOAD_MAX_BYTES)
    sha256 = sha256.lower()
    if sha256 and not re.fullmatch("[0-9a-f]{64}", sha256):
        raise Invalid(fields={"sha256": ["64 hexadecimal digits are expected."]})
    if asset is not None and asset.project_id != project.pk:
        raise Invalid("The asset is in another project.", fields={"asset": ["Wrong project."]})
    if Upload.objects.filter(user=actor, state__in=[_State.OPEN, _State.FINISHING]).count() >= (
        MAX_OPEN
    ):
        raise LimitReached(
            f"You have {MAX_OPEN} unfinished uploads.", remedy="Finish or abort some of them."
        )
    check_space(size_bytes)
    return Upload.objects.create(
        user=actor,
        project=project,
        asset=asset,
        retention_class_id=retention_class,
        file_name=file_name,
        size_bytes=size_bytes,
        sha256=sha256,
    )


def progress(upload: Upload) -> Progress:
    """How far an upload is. File or network IO."""
    place = backend()
    if not place.is_remote:
        return Progress(_received(_path(upload)), settings.UPLOAD_CHUNK_BYTES, None)
    remote = cast("S3Backend", place)
    url = None
    if upload.state_id == _State.OPEN:
        url = remote.presigned_put(
            _key(upload), size_bytes=upload.size_bytes, seconds=settings.SIGNED_LINK_SECONDS
        )
    return Progress(remote.size_bytes(_key(upload)) or 0, settings.UPLOAD_CHUNK_BYTES, url)


def receive_part(*, upload: Upload, offset: int, source: BinaryIO) -> int:
    """Add a chunk to the end of what has arrived; the upload must be the caller's own.

    Args:
        offset: where in the file the chunk begins; must be where the last one ended.
        source: the chunk, read to its end.

    Returns:
        How many bytes have arrived now.

    Raises:
        Conflict: it is finished or aborted, another chunk is just arriving, the offset is wrong
            (ask for the progress and continue there), or the file goes straight to S3.
        Invalid: more bytes than announced.
        TooLarge: the chunk is bigger than `UPLOAD_CHUNK_BYTES`.
        Unavailable: the disk is full or closed.
    """
    if backend().is_remote:
        raise Conflict(
            "This file goes straight to the storage.", remedy="Use the upload's address."
        )
    if upload.state_id != _State.OPEN:
        raise Conflict("This upload takes no more bytes.", remedy="Begin a new one.")
    with _locked(_path(upload)) as file:
        # Looked up under the lock: the file of an upload that is being finished must not change.
        if not Upload.objects.filter(pk=upload.pk, state_id=_State.OPEN).exists():
            raise Conflict("This upload takes no more bytes.", remedy="Begin a new one.")
        # Here too: any number of uploads that each fit when announced don't fit together.
        check_space(settings.UPLOAD_CHUNK_BYTES)
        received = file.seek(0, io.SEEK_END)
        if offset != received:
            raise Conflict(
                f"{received:,} bytes have arrived; this part begins at {offset:,}.",
                remedy=f"Continue at byte {received}.",
            )
        try:
            received += _append(file, source, upload.size_bytes - received)
        except (DomainError, OSError):
            file.truncate(offset)
            raise
    Upload.objects.filter(pk=upload.pk).update(changed_at=timezone.now())
    return received


def finish_upload(*, actor: User, upload: Upload, title: str = "", caption: str = "") -> Version:
    """Check what has arrived, and make it an asset or a version. Doing it again changes nothing.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: bytes are missing, or it was aborted, refused, or is being finished.
        Invalid, TooLarge, UnsupportedMedia: the file is refused; it is removed, and the upload
            says why.
        Unavailable: the store can't take it now; the upload stays as it is.
    """
    require(actor, CapabilityCode.CREATE, upload.project)
    upload.refresh_from_db()
    if upload.version is not None:
        return upload.version
    _begin_finishing(upload)
    try:
        blob = _ingest(upload)
        with transaction.atomic():
            version = _add(actor, upload, blob, title, caption)
            _move(upload, _State.FINISHING, _State.COMPLETE, version=version)
    except Unavailable:
        _move(upload, _State.FINISHING, _State.OPEN)
        raise
    except DomainError as error:
        _move(upload, _State.FINISHING, _State.FAILED, refusal=error.detail[:500])
        _discard(upload)
        raise
    _discard(upload)
    return version


def _begin_finishing(upload: Upload) -> None:
    """Move an upload whose bytes are all there to the state in which it takes no more.

    No part may be arriving at that moment: one that is refused is cut off again, and that would
    be done to a file that has become a blob meanwhile.
    """
    place = backend()
    arrives = upload.state_id == _State.OPEN and not place.is_remote
    with _locked(_path(upload)) if arrives else contextlib.nullcontext():
        received = progress(upload).received_bytes
        if upload.state_id == _State.OPEN and received != upload.size_bytes:
            raise Conflict(
                f"{received:,} of {upload.size_bytes:,} bytes have arrived.",
                remedy="Send the rest.",
            )
        if not _move(upload, _State.OPEN, _State.FINISHING):
            raise Conflict("This upload is ended, or is just being finished.")


def abort_upload(*, upload: Upload) -> None:
    """Give up an upload and forget its bytes; nothing happens if it has ended already."""
    if _move(upload, _State.OPEN, _State.ABORTED):
        _discard(upload)


def upload_file(
    *,
    actor: User,
    project: Project,
    file: BinaryIO,
    file_name: str,
    size_bytes: int | None = None,
    title: str = "",
    caption: str = "",
    retention_class: RetentionClass.Code = RetentionClass.Code.SOURCE,
) -> Version:
    """Take a whole file at once, as a new asset.

    Raises:
        As `begin_upload` and `finish_upload`.
    """
    require(actor, CapabilityCode.CREATE, project)
    blob = ingest(file, file_name=check_file_name(file_name), size_bytes=size_bytes)
    return add_asset(
        actor=actor,
        project=project,
        blob=blob,
        title=title,
        caption=caption,
        origin=Origin.Code.UPLOAD,
        retention_class=retention_class,
        file_name=file_name,
    )


def upload_version(
    *, actor: User, asset: Asset, file: BinaryIO, file_name: str, note: str = ""
) -> Version:
    """Take a whole file at once, as the next version of an asset.

    Raises:
        As `upload_file`.
    """
    require(actor, CapabilityCode.CREATE, asset.project)
    blob = ingest(file, file_name=check_file_name(file_name))
    return add_version(actor=actor, asset=asset, blob=blob, note=note, file_name=file_name)


@every(300)
def sweep_uploads() -> None:
    """Give up uploads that nobody continues, and remove what dead processes left behind."""
    now = timezone.now()
    dead = Upload.objects.filter(state_id=_State.FINISHING, changed_at__lt=now - CHECKING_AT_MOST)
    for upload in dead:
        log.warning("upload %s was left unfinished by its process", upload.code)
        _move(upload, _State.FINISHING, _State.OPEN)
    for upload in Upload.objects.filter(state_id=_State.OPEN, changed_at__lt=now - EXPIRES_AFTER):
        abort_upload(upload=upload)
    limit = time.time() - 2 * EXPIRES_AFTER.total_seconds()
    for path in backend().spool.glob("*"):
        with contextlib.suppress(FileNotFoundError):  # finished meanwhile
            if path.stat().st_mtime < limit:
                path.unlink()
    prune_copies()


def _add(actor: User, upload: Upload, blob: Blob, title: str, caption: str) -> Version:
    if upload.asset is not None:
        return add_version(actor=actor, asset=upload.asset, blob=blob, file_name=upload.file_name)
    return add_asset(
        actor=actor,
        project=upload.project,
        blob=blob,
        title=title,
        caption=caption,
        origin=Origin.Code.UPLOAD,
        retention_class=RetentionClass.Code(upload.retention_class_id),
        file_name=upload.file_name,
    )


def _ingest(upload: Upload) -> Blob:
    place = backend()
    if not place.is_remote:
        return ingest_file(
            _path(upload),
            file_name=upload.file_name,
            size_bytes=upload.size_bytes,
            sha256=upload.sha256,
        )
    try:
        source = place.open(_key(upload))
    except FileNotFoundError as error:
        raise Conflict("The file has not arrived.", remedy="Send it again.") from error
    with contextlib.closing(source):
        # What is read here is what is kept, so a late second PUT can't exchange it.
        return ingest(
            source,
            file_name=upload.file_name,
            size_bytes=upload.size_bytes,
            sha256=upload.sha256,
        )


def _move(
    upload: Upload, before: UploadState.Code, after: UploadState.Code, **values: object
) -> bool:
    """Change the state if it still is `before`; whether it was."""
    values |= {"state_id": after, "changed_at": timezone.now()}
    moved = Upload.objects.filter(pk=upload.pk, state_id=before).update(**values)
    if moved:
        for name, value in values.items():
            setattr(upload, name, value)
    return bool(moved)


def _discard(upload: Upload) -> None:
    place = backend()
    if place.is_remote:
        place.delete(_key(upload))
    else:
        _path(upload).unlink(missing_ok=True)


def _key(upload: Upload) -> str:
    return f"incoming/{upload.code}"


def _path(upload: Upload) -> Path:
    return backend().spool / f"{upload.code}.upload"


def _received(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    """The file of an upload, held so that no two chunks are written at once."""
    with disk_errors():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise
            raise Conflict(
                "Another part of this file is just arriving.", remedy="Send one at a time."
            ) from error
        with disk_errors():
            yield file
            file.flush()


def _append(file: BinaryIO, source: BinaryIO, most: int) -> int:
    written = 0
    while chunk := source.read(256 * 1024):
        written += len(chunk)
        if written > settings.UPLOAD_CHUNK_BYTES:
            raise too_large(settings.UPLOAD_CHUNK_BYTES)
        if written > most:
            raise Invalid("More bytes than announced.", remedy="Begin again with the right size.")
        file.write(chunk)
    return written
