"""Reads of renditions."""

from __future__ import annotations

from assets.storage.models import AssetKind, Blob, MediaType, MediaTypeCode

RENDITION_STATES = ["made", "pending", "failed", "none"]


def is_rendered(blob: Blob) -> bool:
    """Whether this kind of file has renditions at all. No query."""
    kind = MediaType.extras[MediaTypeCode(blob.media_type_id)]["kind_id"]
    return bool(kind == AssetKind.Code.IMAGE)


def rendition_state(blob: Blob) -> str:
    """How far the renditions are: made, pending, failed, or none for what has none.

    No query for a blob loaded by `VersionQuerySet.with_file()`.
    """
    if not is_rendered(blob):
        return "none"
    picture = getattr(blob, "image", None)
    if picture is not None and picture.thumbhash is not None:
        return "made"
    return "failed" if getattr(blob, "rendition_failure", None) is not None else "pending"
