"""Checks of how a file is built: whole, nothing hidden behind its end, nothing that would burst.

Each check walks the container from its first byte to its last without decoding what it holds, so
the cost is a few reads however big the contents claim to be.
"""

from __future__ import annotations

import codecs
import json
import mmap
import re
import struct
import unicodedata
import zlib
from collections.abc import Callable
from typing import BinaryIO

from assets.storage import boxes
from assets.storage.models import MediaTypeCode
from assets.storage.sniffing import TEXTS
from studio.core.errors import Invalid, TooLarge, UnsupportedMedia

MAX_FRAMES = 2_000
MAX_PROFILE_BYTES = 4 * 1024**2
MAX_TEXT_BYTES = 64 * 1024**2
#: A compressed text or profile inside a PNG may grow to this.
MAX_INFLATED_BYTES = 16 * 1024**2

_M = MediaTypeCode
_ZIP_END = b"PK\x05\x06"
_ZIP_END_SEARCH_BYTES = 65_557

Data = mmap.mmap


def check_structure(media_type: MediaTypeCode, file: BinaryIO, size_bytes: int) -> None:
    """Pass for a file that is whole and nothing else besides.

    Raises:
        UnsupportedMedia: truncated, damaged, or two files in one.
        TooLarge: too many frames, too big a colour profile or text.
        Invalid: text that is not UTF-8, JSON that can't be read.
    """
    if media_type in TEXTS:
        _check_text(media_type, file, size_bytes)
        return
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        check = _CHECKS.get(media_type)
        try:
            if check is not None:
                check(data)
        except (struct.error, IndexError) as error:  # the walk ran over the end
            raise truncated() from error
        if media_type != _M.ZIP:
            _refuse_zip_behind(data)


def truncated() -> UnsupportedMedia:
    """The error for a file that ends too early."""
    return UnsupportedMedia(
        "The file is cut off or damaged.", remedy="Send it again from the original."
    )


def two_in_one() -> UnsupportedMedia:
    """The error for a file with something else behind its end."""
    return UnsupportedMedia(
        "There is something else hidden in this file, behind the end of the picture.",
        remedy="Open it in an image editor and save it again.",
    )


def too_many_frames() -> TooLarge:
    """The error for an animation that is too long."""
    return TooLarge(f"An animation may have at most {MAX_FRAMES:,} frames.")


def big_profile() -> TooLarge:
    """The error for metadata that is bigger than any honest one."""
    return TooLarge("The colour profile or another attachment in this picture is too big.")


def _check_png(data: Data) -> None:
    place, end = 8, len(data)
    while True:
        (length,) = struct.unpack_from(">I", data, place)
        kind = data[place + 4 : place + 8]
        body = place + 8
        place = body + length + 4
        if place > end:
            raise truncated()
        if kind == b"IEND":
            break
        if kind == b"acTL" and struct.unpack_from(">I", data, body)[0] > MAX_FRAMES:
            raise too_many_frames()
        if kind in (b"iCCP", b"zTXt", b"iTXt"):
            _check_png_text(kind, data[body : body + length])
    if place != end:
        raise two_in_one()


def _check_png_text(kind: bytes, body: bytes) -> None:
    """Refuse a compressed chunk that would burst."""
    packed = body[body.index(b"\x00") + 2 :] if b"\x00" in body else b""
    if kind == b"iTXt":
        _, _, rest = body.partition(b"\x00")
        if rest[:1] != b"\x01":
            return
        packed = rest[2:].split(b"\x00", 2)[-1]
    most = MAX_PROFILE_BYTES if kind == b"iCCP" else MAX_INFLATED_BYTES
    inflater = zlib.decompressobj()
    try:
        inflater.decompress(packed, most)
    except zlib.error as error:
        raise truncated() from error
    if inflater.unconsumed_tail:
        raise big_profile()


#: A marker that ends a run of coded pixels: neither a stuffed 0xFF, a restart, nor padding.
_JPEG_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


_NOT_PADDING = re.compile(rb"[^\x00]")
#: What something else would have to hold to be opened as such.
_ACTIVE = re.compile(rb"<(script|html|svg|iframe|!doctype|\?php)|%PDF-|PK\x03\x04", re.IGNORECASE)


def _check_jpeg(data: Data) -> None:
    place = _jpeg_end(data, 0)
    # Behind the picture there may be padding, further pictures (a gain map, a stereo pair), and
    # last what phones put there: the film of a "moving photo", a table that ends in SEFT.
    while found := _NOT_PADDING.search(data, place):
        place = found.start()
        if data[place : place + 3] == b"\xff\xd8\xff":
            place = _jpeg_end(data, place)
            continue
        film = b"ftyp" in data[place : place + 8]
        if not (film or data[-4:] == b"SEFT") or _ACTIVE.search(data, place):
            raise two_in_one()
        return


def _jpeg_end(data: Data, start: int) -> int:
    """Where the picture that starts at `start` ends."""
    place, profile = start + 2, 0
    while True:
        if data[place] != 0xFF:
            raise truncated()
        while data[place] == 0xFF:
            place += 1
        marker = data[place]
        place += 1
        if marker == 0xD9:
            return place
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:
            continue
        (length,) = struct.unpack_from(">H", data, place)
        if marker == 0xE2 and data[place + 2 : place + 13] == b"ICC_PROFILE":
            profile += length
            if profile > MAX_PROFILE_BYTES:
                raise big_profile()
        place += length
        if marker == 0xDA:
            found = _JPEG_MARKER.search(data, place)
            if found is None:
                raise truncated()
            place = found.start()


def _check_gif(data: Data) -> None:
    place = 13 + _gif_colours(data[10])
    frames = 0
    while True:
        kind = data[place]
        if kind == 0x3B:
            break
        if kind == 0x21:
            place = _gif_skip(data, place + 2)
        elif kind == 0x2C:
            frames += 1
            if frames > MAX_FRAMES:
                raise too_many_frames()
            place = _gif_skip(data, place + 11 + _gif_colours(data[place + 9]))
        else:
            raise truncated()
    if place + 1 != len(data):
        raise two_in_one()


def _gif_colours(flags: int) -> int:
    """Length of a colour table."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _gif_skip(data: Data, place: int) -> int:
    """Behind a run of sub-blocks."""
    while data[place]:
        place += data[place] + 1
    return place + 1


def _check_webp(data: Data) -> None:
    (size,) = struct.unpack_from("<I", data, 4)
    if size + 8 > len(data):
        raise truncated()
    if size + 8 < len(data):
        raise two_in_one()
    place, frames = 12, 0
    while place + 8 <= len(data):
        kind = data[place : place + 4]
        (length,) = struct.unpack_from("<I", data, place + 4)
        frames += kind == b"ANMF"
        if frames > MAX_FRAMES:
            raise too_many_frames()
        if kind in (b"ICCP", b"EXIF", b"XMP ") and length > MAX_INFLATED_BYTES:
            raise big_profile()
        place += 8 + length + (length & 1)
    if place != len(data):
        raise truncated()


def _check_wav(data: Data) -> None:
    (size,) = struct.unpack_from("<I", data, 4)
    streamed = size in (0, 0xFFFFFFFF)  # the writer could not go back to fill it in
    if not streamed and size + 8 > len(data) + 1:
        raise truncated()
    if data.find(b"data", 12, 1024**2) < 0:
        raise truncated()


def _check_glb(data: Data) -> None:
    version, length, json_bytes = struct.unpack_from("<III", data, 4)
    if version != 2 or length != len(data) or data[16:20] != b"JSON":
        raise truncated()
    if json_bytes > MAX_TEXT_BYTES:
        raise TooLarge("The description in this model is too big.")
    _parse_json(data[20 : 20 + json_bytes])


def _check_pdf(data: Data) -> None:
    if data.rfind(b"%%EOF", max(0, len(data) - 2048)) < 0:
        raise truncated()


def _refuse_zip_behind(data: Data) -> None:
    """An archive reader looks for its directory at the end of the file, whatever is before it."""
    start = max(0, len(data) - _ZIP_END_SEARCH_BYTES)
    place = data.rfind(_ZIP_END, start)
    while place >= 0:
        if place + 22 <= len(data):
            (comment,) = struct.unpack_from("<H", data, place + 20)
            if place + 22 + comment == len(data):
                raise two_in_one()
        place = data.rfind(_ZIP_END, start, place)


def _check_text(media_type: MediaTypeCode, file: BinaryIO, size_bytes: int) -> None:
    if size_bytes > MAX_TEXT_BYTES:
        raise TooLarge(f"Text may have at most {MAX_TEXT_BYTES // 1024**2} MiB.")
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    file.seek(0)
    try:
        while chunk := file.read(1024**2):
            _refuse_control(decoder.decode(chunk))
        _refuse_control(decoder.decode(b"", final=True))
    except UnicodeDecodeError as error:
        raise Invalid("This text is not in UTF-8.", remedy="Save it as UTF-8.") from error
    if media_type == _M.JSON:
        file.seek(0)
        _parse_json(file.read().removeprefix(codecs.BOM_UTF8))


_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


def _refuse_control(text: str) -> None:
    found = _CONTROL.search(text)
    if found is not None:
        name = unicodedata.name(found[0], f"code {ord(found[0])}")
        raise Invalid(f"This text holds a control character ({name}).")


def _parse_json(text: bytes) -> None:
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid("This JSON can't be read.", remedy="Check it with a JSON editor.") from error


_CHECKS: dict[MediaTypeCode, Callable[[Data], None]] = {
    _M.PNG: _check_png,
    _M.JPEG: _check_jpeg,
    _M.GIF: _check_gif,
    _M.WEBP: _check_webp,
    _M.WAV: _check_wav,
    _M.GLB: _check_glb,
    _M.PDF: _check_pdf,
    _M.AVIF: lambda data: boxes.check_iso(data, needs=b"meta"),
    _M.MP4: lambda data: boxes.check_iso(data, needs=b"moov"),
    _M.QUICKTIME: lambda data: boxes.check_iso(data, needs=b"moov"),
    _M.M4A: lambda data: boxes.check_iso(data, needs=b"moov"),
    _M.WEBM: boxes.check_ebml,
    _M.MATROSKA: boxes.check_ebml,
}
