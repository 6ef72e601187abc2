"""Checks of the store: every row has its file, every file its row, every asset a version."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from assets.library.models import Asset
from assets.storage.backends import backend
from assets.storage.models import Blob, Upload, UploadState
from studio.ops.doctor import Finding, register

_RESTORE = "Restore it from a backup, or bring the same file in again: that heals it."


@register("blobs")
def check_blobs() -> Iterator[Finding]:
    """Every blob's file is there and has its size."""
    place = backend()
    for prefix, present in _by_prefix():
        for blob in Blob.objects.filter(sha256__startswith=prefix).order_by("sha256").iterator():
            size = present.get(blob.key)
            if size is None:  # perhaps kept since the folder was read
                size = place.size_bytes(blob.key)
            if size is None:
                yield Finding(f"The file of blob {blob.sha256} is missing.", _RESTORE)
            elif size != blob.size_bytes:
                yield Finding(
                    f"The file of blob {blob.sha256} has {size:,} bytes, not {blob.size_bytes:,}.",
                    _RESTORE,
                )


@register("blob-hashes", deep=True)
def check_blob_hashes() -> Iterator[Finding]:
    """Every blob's file holds the bytes that its name promises."""
    place = backend()
    for blob in Blob.objects.order_by("sha256").iterator():
        try:
            source = place.open(blob.key)
        except FileNotFoundError:
            continue  # told by the check of blobs
        digest = hashlib.sha256()
        with contextlib.closing(source):
            while chunk := source.read(1024**2):
                digest.update(chunk)
        if digest.hexdigest() != blob.sha256:
            yield Finding(f"The file of blob {blob.sha256} is damaged.", _RESTORE)


@register("orphan-files")
def check_orphan_files() -> Iterator[Finding]:
    """Every file in the store has its row."""
    for prefix, present in _by_prefix():
        known = {blob.key for blob in Blob.objects.filter(sha256__startswith=prefix).only("sha256")}
        for key in sorted(set(present) - known):
            if not Blob.objects.filter(sha256=key.rsplit("/", 1)[-1]).exists():
                yield Finding(
                    f"{key} ({present[key]:,} bytes) belongs to no blob.",
                    remedy="A process died before it could note the file; it only takes space.",
                    is_problem=False,
                )


@register("unused-blobs")
def check_unused_blobs() -> Iterator[Finding]:
    """Every blob is a version or a rendition of something."""
    unused = Blob.objects.filter(
        versions__isnull=True,
        rendition_of__isnull=True,
        created_at__lt=timezone.now() - timedelta(hours=1),
    )
    for blob in unused.order_by("pk").iterator():
        yield Finding(
            f"Blob {blob.sha256} ({blob.size_bytes:,} bytes) is used by nothing.",
            remedy="It only takes space.",
            is_problem=False,
        )


@register("assets")
def check_assets() -> Iterator[Finding]:
    """Every asset has a version."""
    for asset in Asset.objects.filter(versions__isnull=True).order_by("pk").iterator():
        yield Finding(f"Asset {asset.code} ({asset}) has no version.")


@register("uploads")
def check_uploads() -> Iterator[Finding]:
    """No upload is stuck."""
    stuck = Upload.objects.filter(
        state_id=UploadState.Code.FINISHING, changed_at__lt=timezone.now() - timedelta(hours=2)
    )
    for upload in stuck.order_by("pk"):
        yield Finding(
            f"Upload {upload.code} ({upload.file_name}) is being checked for hours.",
            remedy="See that the sweeper runs.",
        )


def _by_prefix() -> Iterator[tuple[str, dict[str, int]]]:
    """Files of the store with their sizes, in 256 parts, so that no list becomes long."""
    place = backend()
    for number in range(256):
        prefix = f"{number:02x}"
        yield prefix, dict(place.keys(f"blobs/{prefix}/"))
