"""Checks of renditions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from assets.renditions.models import RenditionFailure
from assets.storage.models import ImageProperties, VideoProperties
from studio.ops.doctor import Finding, register

_LATE = timedelta(hours=1)


@register("renditions")
def check_renditions() -> Iterator[Finding]:
    """Every picture and video in the library has its thumbnails."""
    for failure in RenditionFailure.objects.select_related("source").order_by("source_id"):
        yield Finding(
            f"No thumbnails of blob {failure.source.sha256}: {failure.reason}",
            remedy="Open the asset and ask for them again.",
            is_problem=False,
        )
    for kind in (ImageProperties, VideoProperties):
        late = kind.objects.filter(
            thumbhash__isnull=True,
            blob__created_at__lt=timezone.now() - _LATE,
            blob__rendition_failure__isnull=True,
            blob__versions__isnull=False,
        )
        for found in late.select_related("blob").distinct().order_by("blob_id"):
            yield Finding(
                f"Blob {found.blob.sha256} waits for its thumbnails for more than an hour.",
                remedy="See that the workers of the queue `media` run.",
            )
