"""Files that somebody with bad intentions, or a bad line, sends."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import numpy as np
from PIL import Image

from tests.assets.pictures import chunk, encoded, gif_of, gradient, png, png_of


def zipped() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("../../etc/cron.d/evil", "* * * * * root true")
    return target.getvalue()


def _noisy_jpeg() -> bytes:
    noise = np.random.default_rng(1).integers(0, 255, (400, 400, 3), dtype=np.uint8)
    return encoded(Image.fromarray(noise), "JPEG")


def _avif() -> bytes:
    return encoded(gradient(64, 64), "AVIF")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
JPEG = encoded(gradient(64, 64), "JPEG")
#: 100 million black pixels in 100 kB; over the limit of the tests that use it.
BOMB = png_of(10_000, 10_000, pixels=zlib.compress(bytes(10_001 * 10_000), 9))
WEBP = encoded(gradient(64, 64), "WEBP")

#: name → (file name, bytes, status)
FILES: dict[str, tuple[str, bytes, int]] = {
    "decompression bomb": ("bomb.png", BOMB, 413),
    "header claims 10⁹ pixels": ("big.png", png_of(31_623, 31_623, pixels=b""), 413),
    "header claims a side of 10⁶": ("wide.png", png_of(1_000_000, 1, pixels=b""), 413),
    "bursting colour profile": (
        "icc.png",
        png_of(4, 4, chunk(b"iCCP", b"icc\x00\x00" + zlib.compress(bytes(50_000_000)))),
        413,
    ),
    "bursting text": (
        "text.png",
        png_of(4, 4, chunk(b"zTXt", b"note\x00\x00" + zlib.compress(bytes(50_000_000)))),
        413,
    ),
    "huge JPEG profile": (
        "icc.jpg",
        JPEG[:2]
        + (b"\xff\xe2" + struct.pack(">H", 65_000) + b"ICC_PROFILE\x00\x01\xff" + bytes(64_984))
        * 80
        + JPEG[2:],
        413,
    ),
    "too many frames": ("frames.gif", gif_of(2_001), 413),
    "JPEG with an archive behind it": ("a.jpg", JPEG + zipped(), 415),
    "JPEG with a page behind it": ("a.jpg", JPEG + b"<html><script>alert(1)</script>", 415),
    "JPEG with a page behind it, as of a phone": (
        "a.jpg",
        JPEG + b"\x00\x00\x01\x0a<script>alert(1)</script>SEFT",
        415,
    ),
    "PNG with a page behind it": ("a.png", png() + b"<script>alert(1)</script>", 415),
    "PNG with an archive behind it": ("a.png", png() + zipped(), 415),
    "GIF that is a script as well": (
        "a.gif",
        b"GIF89a/*" + gif_of(1)[8:] + b"*/=1;alert(1)//",
        415,
    ),
    "GIF with a script behind it": ("a.gif", gif_of(2) + b";alert(1)", 415),
    "WebP with a page behind it": ("a.webp", WEBP + b"<html>", 415),
    "PDF with an archive behind it": ("a.pdf", b"%PDF-1.7\n%%EOF\n" + zipped(), 415),
    "SVG with a script": ("a.svg", SVG, 415),
    "SVG called PNG": ("a.png", SVG, 415),
    "SVG called text": ("a.txt", b"\xef\xbb\xbf\n " + SVG, 415),
    "page called text": ("a.txt", b"<!DOCTYPE html><script>alert(1)</script>", 415),
    "PHP called text": ("a.txt", b"hello <?php system($_GET[0]); ?>", 415),
    "truncated PNG": ("a.png", png(64, 64)[:-20], 415),
    "PNG without pixels": ("a.png", png_of(64, 64, pixels=zlib.compress(bytes(100))), 415),
    "truncated JPEG": ("a.jpg", _noisy_jpeg()[:20_000], 415),
    "JPEG cut and closed": ("a.jpg", _noisy_jpeg()[:20_000] + b"\xff\xd9", 415),
    "truncated WebP": ("a.webp", WEBP[:-9], 415),
    "truncated GIF": ("a.gif", gif_of(9)[:-7], 415),
    "truncated TIFF": ("a.tif", encoded(gradient(64, 64), "TIFF")[:6000], 415),
    "truncated AVIF": ("a.avif", _avif()[:-30], 415),
    "only a signature": ("a.png", b"\x89PNG\r\n\x1a\n", 415),
    "truncated MP4": (
        "a.mp4",
        struct.pack(">I", 24) + b"ftypisom" + bytes(12) + b"\0\0\1\0moov",
        415,
    ),
    "MP4 without a film": ("a.mp4", struct.pack(">I", 24) + b"ftypisom" + bytes(12), 415),
    "truncated WAV": ("a.wav", b"RIFF\x00\x10\x00\x00WAVEfmt ", 415),
    "truncated model": ("a.glb", b"glTF" + struct.pack("<II", 2, 9000) + bytes(20), 415),
    "wrong ending": ("a.jpg", png(), 415),
    "program": ("a.exe", b"MZ\x90\x00" + bytes(200), 415),
    "program called PNG": ("a.png", b"MZ\x90\x00" + bytes(200), 415),
    "ELF called text": ("a.txt", b"\x7fELF" + bytes(200), 415),
    "archive": ("a.zip", zipped(), 415),
    "archive called PNG": ("a.png", zipped(), 415),
    "binary in text": ("a.txt", b"hello" + b"\x01\x02", 422),
    "text that is no UTF-8": ("a.txt", "Größe".encode("latin-1"), 422),
    "JSON that is none": ("a.json", b"{'a': 1}", 422),
    "JSON that nests": ("a.json", b"[" * 200_000 + b"]" * 200_000, 422),
    "zero bytes": ("a.png", b"", 422),
    "path in the name": ("../../static/a.png", png(), 422),
    "Windows path in the name": ("..\\..\\a.png", png(), 422),
    "double ending": ("a.php.png", png(), 422),
    "disguised ending": ("a\u202egnp.exe.png", png(), 422),
    "line feed in the name": ("a\r\nX-Evil: 1.png", png(), 422),
    "only dots": ("..", png(), 422),
}
