"""Small pictures and hostile files, made byte by byte where that is the point."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image


def png(width: int = 16, height: int = 16, *, shade: int = 0) -> bytes:
    """A plain picture; `shade` 0–16,777,215 makes it differ from all others."""
    colour = (shade & 255, shade >> 8 & 255, shade >> 16 & 255)
    return encoded(Image.new("RGB", (width, height), colour), "PNG")


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    """A Pillow image as a file."""
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def gradient(width: int, height: int) -> Image.Image:
    """Red to the right, green downwards: its orientation shows."""
    red = Image.linear_gradient("L").rotate(90).resize((width, height))
    green = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (red, green, Image.new("L", (width, height), 40)))


def chunk(kind: bytes, body: bytes) -> bytes:
    """A PNG chunk."""
    check = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + check


def png_of(width: int, height: int, *extra: bytes, pixels: bytes | None = None) -> bytes:
    """A grey PNG with these dimensions, further chunks, and these compressed pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    if pixels is None:
        pixels = zlib.compress(bytes((width + 1) * height))
    body = b"".join([header, *extra, chunk(b"IDAT", pixels), chunk(b"IEND", b"")])
    return b"\x89PNG\r\n\x1a\n" + body


def gif_of(frames: int) -> bytes:
    """An animated GIF of one-pixel frames."""
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\x00\x00\x00\xff\xff\xff"
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return head + frame * frames + b"\x3b"
