"""Small pictures of versions: which are made already, asked once for a whole page."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from assets.models import ImageProperties, Version
from pipeline.jobs.shown import THUMB_PX
from pipeline.scenes.queries import SceneBoard


class Thumbs:
    """Addresses of small pictures; before they are made, of the files themselves. One query."""

    def __init__(self, versions: Iterable[Version | None]) -> None:
        blobs = {version.blob_id for version in versions if version is not None}
        made = ImageProperties.objects.filter(blob__in=blobs, thumbhash__isnull=False)
        self._made = set(made.values_list("blob_id", flat=True))

    def url(self, version: Version | None) -> str:
        """Where the small picture of a version is; empty for none."""
        if version is None:
            return ""
        if version.blob_id in self._made:
            return reverse("assets:thumb", args=[version.code, THUMB_PX])
        return reverse("assets:file", args=[version.code])


def thumbs_of(board: SceneBoard) -> Thumbs:
    """The small pictures of all that the page of a scene shows."""
    versions: list[Version | None] = [board.scene.seed_a]
    for slot in (*board.slots, *board.removed):
        for shown in slot.takes:
            found = getattr(shown.take, "examination", None)
            versions += [shown.take.start_image, found.end_picture if found else None]
    return Thumbs(versions)
