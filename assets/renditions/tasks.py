"""Making renditions in the background."""

from __future__ import annotations

import logging
from dataclasses import asdict

import pyvips
from django.db import transaction

from assets.library.models import Asset
from assets.renditions.models import Rendition, RenditionFailure, RenditionKind, RenditionKindCode
from assets.renditions.queries import is_rendered
from assets.renditions.thumbnails import (
    Thumbnails,
    make_frame_thumbnails,
    make_thumbnails,
)
from assets.storage.models import Blob, ImageProperties, MediaTypeCode, VideoProperties
from assets.storage.store import ingest_bytes, local_copy
from assets.storage.videos import VIDEOS, inspect_video, read_video_frame
from studio.core.errors import DomainError
from studio.live.services import project_group, publish

log = logging.getLogger(__name__)


def run_renditions(blob_id: int) -> None:
    """Make the thumbnails and the placeholder of a blob, if it is a picture or video without them.

    May run twice, at once or later: what is there is not made again, and what two make is equal.
    A failure is recorded (`RenditionFailure`) and shown; a person may ask for another attempt.
    """
    blob = Blob.objects.filter(pk=blob_id).first()
    if blob is None or not is_rendered(blob):
        return
    if not _is_done(blob):
        try:
            made = _make(blob)
            files = {
                kind: ingest_bytes(content, MediaTypeCode.WEBP, measured=False)
                for kind, content in made.files.items()
            }
        except (pyvips.Error, FileNotFoundError, DomainError) as error:
            _record_failure(blob, error)
            return
        _record(blob, made, files)
    _announce(blob, failed=False)


def _make(blob: Blob) -> Thumbnails:
    """The thumbnails of a picture, or of a video's poster frame."""
    media_type = MediaTypeCode(blob.media_type_id)
    path = local_copy(blob)
    if media_type not in VIDEOS:
        return make_thumbnails(path)
    film = VideoProperties.objects.filter(blob=blob).first()
    if film is None:  # stored before the studio knew videos
        film = VideoProperties(blob=blob, **asdict(inspect_video(path, media_type)))
        VideoProperties.objects.bulk_create([film], ignore_conflicts=True)
    return make_frame_thumbnails(read_video_frame(path, media_type, film.poster_frame, film.fps))


def _is_done(blob: Blob) -> bool:
    made = Rendition.objects.filter(source=blob).count()
    placed = any(
        kind.objects.filter(blob=blob, thumbhash__isnull=False).exists()
        for kind in (ImageProperties, VideoProperties)
    )
    return placed and made >= len(RenditionKind.Code)


def _record(blob: Blob, made: Thumbnails, files: dict[RenditionKindCode, Blob]) -> None:
    with transaction.atomic():
        Rendition.objects.bulk_create(
            [Rendition(source=blob, kind_id=kind, blob=file) for kind, file in files.items()],
            ignore_conflicts=True,
        )
        ImageProperties.objects.filter(blob=blob).update(thumbhash=made.thumbhash)
        VideoProperties.objects.filter(blob=blob).update(thumbhash=made.thumbhash)
        RenditionFailure.objects.filter(source=blob).delete()


def _record_failure(blob: Blob, error: Exception) -> None:
    if isinstance(error, FileNotFoundError):
        reason = "The store has lost the file."
    elif isinstance(error, DomainError):
        reason = error.detail
    else:
        reason = "The picture can't be decoded."
    log.error("no renditions of blob %s: %s", blob.sha256, error)
    RenditionFailure.objects.update_or_create(source=blob, defaults={"reason": reason[:500]})
    _announce(blob, failed=True)


def _announce(blob: Blob, *, failed: bool) -> None:
    """Tell the pages that show an asset with this blob."""
    shown = (
        Asset.objects.filter(versions__blob=blob).distinct().values_list("code", "project__code")
    )
    for code, project in shown:
        message = {"kind": "asset.rendered", "code": str(code), "failed": failed}
        publish([project_group(project)], message)
