"""How an asset looks in a grid or a list: address, thumbnails, proportions, placeholder."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.urls import get_script_prefix, reverse

from assets.library.models import Asset, Version
from assets.renditions.models import RenditionKind
from assets.renditions.queries import properties_of, rendition_state
from assets.storage.models import AssetKind, Blob, ImageProperties, VideoProperties

#: Sides of the thumbnails, smallest first.
SIDES_PX: list[int] = sorted(int(row["side_px"]) for row in RenditionKind.extras.values())
ICONS = {
    AssetKind.Code.IMAGE: "image",
    AssetKind.Code.VIDEO: "film",
    AssetKind.Code.AUDIO: "mic",
    AssetKind.Code.TEXT: "file-text",
    AssetKind.Code.MODEL3D: "shapes",
    AssetKind.Code.DATASET: "table",
    AssetKind.Code.DOCUMENT: "book-open",
    AssetKind.Code.ARCHIVE: "archive",
}
#: Narrower and wider pictures are cropped in the grid, so that no row is a sliver.
RATIO_MIN, RATIO_MAX = 40, 300


@dataclass(frozen=True, slots=True)
class Picture:
    """The thumbnails of a version, for `<img>`; sizes are those of the whole picture."""

    src: str
    srcset: str
    width_px: int
    height_px: int
    placeholder: str


@dataclass(frozen=True, slots=True)
class Card:
    """An asset as a tile shows it.

    Args:
        state: of the thumbnails: made, pending, failed, or none for what has none.
        ratio: width by height in percent, in the steps that the style sheet has classes for.
        length: how long a video is, as "0:03"; empty for what is none.
    """

    asset: Asset
    url: str
    icon: str
    state: str
    ratio: int
    size_bytes: int
    picture: Picture | None
    length: str = ""


def card_of(asset: Asset, *, query: str = "") -> Card:
    """The card of an asset loaded by `AssetQuerySet.for_list`. No query.

    Args:
        query: query string of the list that it stands in, so that its page knows the neighbours.
    """
    version = asset.current
    url = asset_url(asset.code)
    picture = picture_of(version) if version else None
    return Card(
        asset=asset,
        url=f"{url}?{query}" if query else url,
        icon=ICONS[AssetKind.Code(asset.kind_id)],
        state=rendition_state(version.blob) if version else "none",
        ratio=ratio_of(version.blob if version else None),
        size_bytes=version.blob.size_bytes if version else 0,
        picture=picture,
        length=_length(version.blob if version else None),
    )


def _length(blob: Blob | None) -> str:
    film: VideoProperties | None = getattr(blob, "video", None)
    if film is None:
        return ""
    minutes, seconds = divmod(round(film.duration_s), 60)
    return f"{minutes}:{seconds:02}"


def picture_of(version: Version) -> Picture | None:
    """The thumbnails of a version, or None while there are none. No query after `with_file`."""
    image = properties_of(version.blob)
    if image is None or rendition_state(version.blob) != "made":
        return None
    widths = _widths(image)
    return Picture(
        src=thumb_url(version.code, SIDES_PX[0]),
        srcset=", ".join(f"{thumb_url(version.code, side)} {width}w" for side, width in widths),
        width_px=image.width_px,
        height_px=image.height_px,
        placeholder=base64.b64encode(bytes(image.thumbhash or b"")).decode(),
    )


def thumb_url(version: UUID, side_px: int) -> str:
    """Address of a thumbnail."""
    return _address("assets:thumb", get_script_prefix(), side_px).replace(_ANY, str(version))


def asset_url(asset: UUID) -> str:
    """Address of an asset's page."""
    return _address("assets:asset", get_script_prefix()).replace(_ANY, str(asset))


#: Stands for a code in an address.
_ANY = str(UUID(int=0))


@cache
def _address(name: str, prefix: str, *further: int) -> str:
    """An address with `_ANY` in it. Working out 300 of them took a third of a page's time."""
    return reverse(name, args=[_ANY, *further])


def ratio_of(blob: Blob | None) -> int:
    """Width by height in percent, rounded to the steps of the grid; square for what is no picture.

    Steps are 5 up to a square and 10 above: small against the gap between two tiles.
    """
    image = properties_of(blob) if blob is not None else None
    if image is None:
        return 100
    percent = 100 * image.width_px / image.height_px
    step = 5 if percent < 100 else 10
    return max(RATIO_MIN, min(RATIO_MAX, step * round(percent / step)))


def _widths(image: ImageProperties | VideoProperties) -> list[tuple[int, int]]:
    """Side and width of each thumbnail, leaving out those no bigger than the one before."""
    longer = max(image.width_px, image.height_px)
    found: list[tuple[int, int]] = []
    for side in SIDES_PX:
        width = max(1, round(image.width_px * min(1.0, side / longer)))
        if not found or width > found[-1][1]:
            found.append((side, width))
    return found
