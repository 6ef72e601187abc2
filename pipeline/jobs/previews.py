"""Pictures of what is in the making, small enough for a live message."""

from __future__ import annotations

import io
import warnings

from PIL import Image, UnidentifiedImageError

#: A live message has room for 7.9 kB; base64 makes four bytes of three.
MOST_BYTES = 3_750
#: Longest side, quality: the first that fits is taken.
_TRIES = ((256, 60), (192, 50), (160, 40), (128, 30), (96, 25), (64, 20))
_MOST_PIXELS = 40_000_000


def shrink(content: bytes) -> bytes | None:
    """A JPEG of at most `MOST_BYTES` of a JPEG, PNG or WebP; None of anything else.

    What a server sends is not trusted: it is looked at before it is decoded.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP"))
        if picture.width * picture.height > _MOST_PIXELS:
            return None
        picture.draft("RGB", (512, 512))  # a large JPEG is decoded at a fraction of its size
        small = picture.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    for side, quality in _TRIES:
        small.thumbnail((side, side))
        out = io.BytesIO()
        small.save(out, "JPEG", quality=quality)
        if out.tell() <= MOST_BYTES:
            return out.getvalue()
    return None
