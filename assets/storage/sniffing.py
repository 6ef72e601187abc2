"""What a file is, by its first bytes; what a client or a name says is not believed."""

from __future__ import annotations

import re

from assets.storage.models import MediaTypeCode
from assets.storage.naming import ending_of
from studio.core.errors import UnsupportedMedia

#: Bytes that `sniff` wants to see.
HEAD_BYTES = 4096

_M = MediaTypeCode

#: Endings that fit a type; the first one is what the studio itself gives.
ENDINGS: dict[MediaTypeCode, tuple[str, ...]] = {
    _M.PNG: ("png", "apng"),
    _M.JPEG: ("jpg", "jpeg", "jpe", "jfif"),
    _M.WEBP: ("webp",),
    _M.GIF: ("gif",),
    _M.TIFF: ("tif", "tiff"),
    _M.AVIF: ("avif",),
    _M.MP4: ("mp4", "m4v"),
    _M.QUICKTIME: ("mov", "qt"),
    _M.WEBM: ("webm",),
    _M.MATROSKA: ("mkv",),
    _M.WAV: ("wav", "wave", "bwf"),
    _M.MP3: ("mp3",),
    _M.FLAC: ("flac",),
    _M.OGG: ("ogg", "oga", "opus"),
    _M.M4A: ("m4a",),
    _M.PLAIN: ("txt", "text", "log", "prompt"),
    _M.MARKDOWN: ("md", "markdown"),
    _M.CSV: ("csv", "tsv"),
    _M.JSON: ("json",),
    _M.GLB: ("glb",),
    _M.PDF: ("pdf",),
    _M.ZIP: ("zip",),
}
TEXTS = frozenset({_M.PLAIN, _M.MARKDOWN, _M.CSV, _M.JSON})
IMAGES = frozenset({_M.PNG, _M.JPEG, _M.WEBP, _M.GIF, _M.TIFF, _M.AVIF})
#: An archive may hold anything; only the studio's own parts store one.
UPLOADABLE = frozenset(_M) - {_M.ZIP}

_MARKUP = re.compile(
    rb"<(\?xml|!doctype|html|svg|head|body|script|iframe|math)\b|<\?php", re.IGNORECASE
)
_FTYP = {
    b"avif": _M.AVIF,
    b"avis": _M.AVIF,
    b"qt  ": _M.QUICKTIME,
    b"M4A ": _M.M4A,
    b"M4B ": _M.M4A,
}
_FTYP_VIDEO = (b"isom", b"iso", b"mp4", b"M4V", b"avc1", b"dash", b"MSNV", b"3gp", b"f4v")


def sniff(head: bytes, *, file_name: str = "") -> MediaTypeCode:
    """The type of a file.

    Args:
        head: its first `HEAD_BYTES` bytes, or all of it.
        file_name: tells apart the kinds of text, which have no signature; nothing else.

    Raises:
        UnsupportedMedia: it is nothing that the store lets in, and for markup, why.
    """
    found = _by_signature(head)
    if found is not None:
        return found
    if _MARKUP.search(head.lstrip(b"\xef\xbb\xbf\x00 \t\r\n")[:1024]):
        raise UnsupportedMedia(
            "SVG, HTML and other markup is not accepted: a browser could be made to run it.",
            remedy="Export the drawing as PNG, or the text as .txt.",
        )
    if b"\x00" not in head:
        ending = ending_of(file_name)
        for text in TEXTS:
            if ending in ENDINGS[text]:
                return text
    raise _unknown("This is not a kind of file that the library keeps.")


def _unknown(detail: str) -> UnsupportedMedia:
    return UnsupportedMedia(
        detail,
        remedy="Images (PNG, JPEG, WebP, GIF, TIFF, AVIF), video (MP4, MOV, WebM, MKV), audio (WAV,"
        " MP3, FLAC, OGG, M4A), text, Markdown, CSV, JSON, GLB and PDF are accepted.",
    )


def check_known_ending(file_name: str) -> None:
    """Pass when a name's ending is one that may be uploaded, or missing.

    Raises:
        UnsupportedMedia: sending the file would be in vain.
    """
    ending = ending_of(file_name)
    if ending and not any(ending in ENDINGS[media_type] for media_type in UPLOADABLE):
        raise _unknown(f"Files that end in “.{ending}” are not accepted.")


def check_ending(media_type: MediaTypeCode, file_name: str) -> None:
    """Pass when the name's ending fits what the file is; no ending fits everything.

    Raises:
        UnsupportedMedia: the name promises something else.
    """
    ending = ending_of(file_name)
    if ending and ending not in ENDINGS[media_type]:
        raise UnsupportedMedia(
            f"The name ends in “.{ending}”, but the file is a {media_type.label}.",
            remedy=f"Give it the ending “.{ENDINGS[media_type][0]}” if that is what you meant.",
        )


def _by_signature(head: bytes) -> MediaTypeCode | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return _M.PNG
    if head.startswith(b"\xff\xd8\xff"):
        return _M.JPEG
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return _M.GIF
    if head[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
        return _M.TIFF
    if head[:4] in (b"RIFF", b"RF64"):
        return {b"WEBP": _M.WEBP, b"WAVE": _M.WAV}.get(head[8:12])
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        known = _FTYP.get(brand)
        return known or (_M.MP4 if brand.startswith(_FTYP_VIDEO) else _by_brands(head))
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return _M.WEBM if b"webm" in head[:64] else _M.MATROSKA
    for start, media_type in (
        (b"fLaC", _M.FLAC),
        (b"OggS", _M.OGG),
        (b"ID3", _M.MP3),
        (b"glTF", _M.GLB),
        (b"%PDF-", _M.PDF),
        (b"PK\x03\x04", _M.ZIP),
        (b"PK\x05\x06", _M.ZIP),
    ):
        if head.startswith(start):
            return media_type
    # an MPEG audio frame: eleven bits set, layer III, neither reserved version nor bit rate
    if len(head) > 3 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2 and head[2] & 0xF0 != 0xF0:
        return _M.MP3
    return None


def _by_brands(head: bytes) -> MediaTypeCode | None:
    """Type by the compatible brands, for files whose major brand is a generic one."""
    size = int.from_bytes(head[:4], "big")
    brands = {head[i : i + 4] for i in range(16, min(size, len(head)), 4)}
    if brands & {b"avif", b"avis"}:
        return _M.AVIF
    return _M.MP4 if brands & {b"isom", b"mp41", b"mp42"} else None
