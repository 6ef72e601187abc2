"""Derived files of a blob, and what went wrong in making them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from assets.storage.models import Blob
from studio.core.lookups import Codes, Lookup

__all__ = ["Rendition", "RenditionFailure", "RenditionKind", "RenditionKindCode"]


class RenditionKindCode(Codes):
    """Thumbnails by their longer side."""

    THUMB_320 = 1, "thumb_320", "Thumbnail, 320 px"
    THUMB_640 = 2, "thumb_640", "Thumbnail, 640 px"
    THUMB_1280 = 3, "thumb_1280", "Preview, 1280 px"


class RenditionKind(Lookup):
    """A row states that this kind of derived file can be made.

    `side_px` is the length that the longer side is brought to; smaller pictures stay as they are.
    """

    Code = RenditionKindCode
    extras = {
        RenditionKindCode.THUMB_320: {"side_px": 320},
        RenditionKindCode.THUMB_640: {"side_px": 640},
        RenditionKindCode.THUMB_1280: {"side_px": 1280},
    }

    side_px = models.PositiveIntegerField()


class Rendition(models.Model):
    """A row states that a blob's derived file of one kind is made, and which bytes it is.

    It belongs to the blob, not to a version: equal bytes share their renditions.
    """

    source = models.ForeignKey(Blob, on_delete=models.CASCADE, related_name="renditions")
    kind = models.ForeignKey(RenditionKind, on_delete=models.PROTECT, related_name="+")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="rendition_of")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "kind"], name="rendition_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.source}"


class RenditionFailure(models.Model):
    """A row states that the renditions of a blob could not be made, when and why.

    Deleted when a later attempt, asked for by a person, succeeds.
    """

    source = models.OneToOneField(
        Blob, on_delete=models.CASCADE, related_name="rendition_failure", primary_key=True
    )
    reason = models.CharField(max_length=500)
    failed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="rendition_failure_says_why")
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"
