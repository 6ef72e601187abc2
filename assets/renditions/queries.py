"""Reads of renditions."""

from __future__ import annotations

from assets.storage.models import (
    AssetKind,
    Blob,
    ImageProperties,
    MediaType,
    MediaTypeCode,
    VideoProperties,
)

RENDITION_STATES = ["made", "pending", "failed", "none"]


def is_rendered(blob: Blob) -> bool:
    """Whether this kind of file has renditions at all. No query."""
    kind = MediaType.extras[MediaTypeCode(blob.media_type_id)]["kind_id"]
    return kind in (AssetKind.Code.IMAGE, AssetKind.Code.VIDEO)


def properties_of(blob: Blob) -> ImageProperties | VideoProperties | None:
    """What is known of the picture or video. No query for a blob loaded `with_file()`."""
    return getattr(blob, "image", None) or getattr(blob, "video", None)


def rendition_state(blob: Blob) -> str:
    """How far the renditions are: made, pending, failed, or none for what has none.

    No query for a blob loaded by `VersionQuerySet.with_file()`.
    """
    if not is_rendered(blob):
        return "none"
    properties = properties_of(blob)
    if properties is not None and properties.thumbhash is not None:
        return "made"
    return "failed" if getattr(blob, "rendition_failure", None) is not None else "pending"
