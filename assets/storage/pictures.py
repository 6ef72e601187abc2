"""Reading pictures that may be hostile: limits from the header first, then one bounded decode."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyvips
from django.conf import settings

from assets.storage import structure
from assets.storage.fingerprints import TooSlow, perceptual_hash, pixel_sha256, strips
from assets.storage.models import MediaTypeCode
from studio.core.errors import TooLarge, UnsupportedMedia

# libvips remembers what it has opened by file name; here each file is seen once, under a name of
# its own, and must not be held open after it is gone.
pyvips.cache_set_max(0)

#: All frames of an animation together may have this many times the pixels of one picture.
ANIMATION_FACTOR = 4
DECODE_SECONDS = 60

_M = MediaTypeCode
#: The decoder is chosen by the sniffed type, so no other one of libvips is ever reached.
_LOADERS = {
    _M.PNG: "pngload",
    _M.JPEG: "jpegload",
    _M.WEBP: "webpload",
    _M.GIF: "gifload",
    _M.TIFF: "tiffload",
    _M.AVIF: "heifload",
}
_ANIMATED = frozenset({_M.WEBP, _M.GIF})


@dataclass(frozen=True)
class Picture:
    """What a picture is; the fields are those of `ImageProperties`."""

    width_px: int
    height_px: int
    frames: int
    has_alpha: bool
    pixel_sha256: str
    phash: int


def inspect_picture(path: Path, media_type: MediaTypeCode) -> Picture:
    """Check a picture against the limits, decode all of it, and say what it is.

    Raises:
        TooLarge: too many pixels, too long a side, too many frames, too big a profile.
        UnsupportedMedia: it can't be decoded to the last pixel.
    """
    try:
        header = _open(path, media_type)
        frames = _check_limits(header)
        digest = pixel_sha256(_open(path, media_type), seconds=DECODE_SECONDS)
        if frames > 1 and media_type in _ANIMATED:
            for _ in strips(_open(path, media_type, n=-1), seconds=DECODE_SECONDS):
                pass
        small = pyvips.Image.thumbnail(str(path), 32, height=32, size="force", fail_on="error")
        phash = perceptual_hash(small)
    except TooSlow as error:
        raise TooLarge("The picture takes too long to decode.") from error
    except pyvips.Error as error:
        raise UnsupportedMedia(
            "The picture is cut off or damaged: it can't be decoded to the last pixel.",
            remedy="Send it again from the original.",
        ) from error
    turned = _orientation(header) >= 5
    width, height = header.width, header.height
    return Picture(
        width_px=height if turned else width,
        height_px=width if turned else height,
        frames=frames,
        has_alpha=bool(header.hasalpha()),
        pixel_sha256=digest,
        phash=phash,
    )


def _open(path: Path, media_type: MediaTypeCode, **options: Any) -> Any:
    """The picture with only its header read; decoding stops at the first error."""
    loader = getattr(pyvips.Image, _LOADERS[media_type])
    # For its decoder a JPEG with missing pixels is only worth a warning.
    strictness = "warning" if media_type == _M.JPEG else "error"
    return loader(str(path), access="sequential", fail_on=strictness, **options)


def _check_limits(header: Any) -> int:
    """Refuse what is too big by its header; returns how many frames or pages there are."""
    pixels, side = header.width * header.height, max(header.width, header.height)
    if side > settings.IMAGE_MAX_SIDE_PX:
        raise TooLarge(
            f"The picture is {side:,} px on its longer side;"
            f" at most {settings.IMAGE_MAX_SIDE_PX:,} px are accepted."
        )
    if pixels > settings.IMAGE_MAX_PIXELS:
        raise TooLarge(
            f"The picture has {pixels / 1e6:,.0f} megapixels;"
            f" at most {settings.IMAGE_MAX_PIXELS / 1e6:,.0f} are accepted."
        )
    frames = int(header.get("n-pages")) if header.get_typeof("n-pages") else 1
    if frames > structure.MAX_FRAMES:
        raise structure.too_many_frames()
    if frames * pixels > ANIMATION_FACTOR * settings.IMAGE_MAX_PIXELS:
        raise TooLarge("The frames of this animation have too many pixels together.")
    if header.get_typeof("icc-profile-data"):
        profile: Any = header.get("icc-profile-data")
        if len(profile) > structure.MAX_PROFILE_BYTES:
            raise structure.big_profile()
    return frames


def _orientation(header: Any) -> int:
    """The EXIF orientation, 1 to 8."""
    return int(header.get("orientation")) if header.get_typeof("orientation") else 1
