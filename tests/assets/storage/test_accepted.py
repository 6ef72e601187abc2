"""Honest files of every kind are let in, with what cameras and phones add to them."""

from __future__ import annotations

import io
import json
import struct

import pytest

from assets.storage.models import Blob, MediaType
from assets.storage.naming import check_file_name, display_name, title_from
from assets.storage.store import ingest
from studio.core.errors import Invalid
from tests.assets.films import film
from tests.assets.pictures import chunk, encoded, gif_of, gradient, png, png_of

JPEG = encoded(gradient(40, 30), "JPEG")


def box(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


def _glb() -> bytes:
    text = json.dumps({"asset": {"version": "2.0"}}).encode().ljust(32)
    return b"glTF" + struct.pack("<IIII", 2, 20 + len(text), len(text), 0x4E4F534A) + text


FILM = box(b"ftyp", b"isom\x00\x00\x02\x00isommp41") + box(b"moov", bytes(40)) + box(b"mdat", b"x")
WAV = b"RIFF" + struct.pack("<I", 40) + b"WAVEfmt " + struct.pack("<I", 16) + bytes(16)
WAV += b"data" + struct.pack("<I", 4) + bytes(4)

FILES = {
    "a.png": (png(), "image/png"),
    "a.PNG": (png(), "image/png"),
    "no ending": (png(), "image/png"),
    "profile.png": (encoded(gradient(9, 9), "PNG", icc_profile=b"\x00" * 600), "image/png"),
    "text.png": (png_of(4, 4, chunk(b"tEXt", b"prompt\x00<script>alert(1)</script>")), "image/png"),
    "a.jpg": (JPEG, "image/jpeg"),
    "a.jpeg": (JPEG, "image/jpeg"),
    "progressive.jpg": (encoded(gradient(90, 90), "JPEG", progressive=True), "image/jpeg"),
    "padded.jpg": (JPEG + bytes(100), "image/jpeg"),
    "gain-map.jpg": (JPEG + JPEG, "image/jpeg"),
    "moving.jpg": (JPEG + FILM, "image/jpeg"),
    "samsung.jpg": (JPEG + b"\x00\x00\x01\x0a\x0e\x00\x00\x00Image_UTC_DataSEFT", "image/jpeg"),
    "a.webp": (encoded(gradient(40, 30), "WEBP"), "image/webp"),
    "a.gif": (gif_of(3), "image/gif"),
    "a.tif": (encoded(gradient(40, 30), "TIFF"), "image/tiff"),
    "a.avif": (encoded(gradient(40, 30), "AVIF"), "image/avif"),
    "a.mp4": (film("mp4"), "video/mp4"),
    "a.mov": (film("mov"), "video/quicktime"),
    "a.m4a": (FILM.replace(b"isom", b"M4A ", 1), "audio/mp4"),
    "a.webm": (film("webm", codec="libvpx-vp9"), "video/webm"),
    "a.mkv": (film("matroska"), "video/x-matroska"),
    "a.wav": (WAV, "audio/wav"),
    "a.mp3": (b"ID3\x04" + bytes(60), "audio/mpeg"),
    "frame.mp3": (b"\xff\xfb\x90\x00" + bytes(60), "audio/mpeg"),
    "a.flac": (b"fLaC" + bytes(60), "audio/flac"),
    "a.ogg": (b"OggS" + bytes(60), "audio/ogg"),
    "a.txt": ("Größe, 日本語, 🙂\r\n\tline".encode(), "text/plain"),
    "bom.txt": (b"\xef\xbb\xbfhello", "text/plain"),
    "a.md": (b"# Title\n\n<b>bold</b>", "text/markdown"),
    "a.csv": (b"name,prompt\na,b\n", "text/csv"),
    "a.json": (b'{"a": [1, 2]}', "application/json"),
    "a.glb": (_glb(), "model/gltf-binary"),
    "a.pdf": (b"%PDF-1.7\nhello\n%%EOF\n", "application/pdf"),
    "shot.v2.0001.png": (png(shade=3), "image/png"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", FILES)
def test_accepted(name: str) -> None:
    content, media_type = FILES[name]
    blob = ingest(io.BytesIO(content), file_name=name, size_bytes=len(content))
    assert blob.media_type.code == media_type
    assert hasattr(blob, "image") is media_type.startswith("image/")
    assert hasattr(blob, "video") is media_type.startswith("video/")
    assert Blob.objects.count() == 1


def test_every_type_that_may_come_in_is_tried() -> None:
    tried = {media_type for _, media_type in FILES.values()}
    left = {member.code for member in MediaType.Code} - tried
    assert left == {"application/zip"}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a.png", "a.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\jane\\a.png", "a.png"),
        ("a\x00b\n.png", "ab .png"),
        ("\u202egnp.exe", "gnp.exe"),
        ("..", ""),
        ('a"b<c>.png', "a_b_c_.png"),
        ("x" * 300 + ".png", "x" * 251 + ".png"),
        ("e\u0301.png", "é.png"),
    ],
)
def test_names_are_made_harmless(name: str, shown: str) -> None:
    assert display_name(name) == shown


def test_names_and_titles() -> None:
    assert check_file_name("Hero_shot (2).png") == "Hero_shot (2).png"
    assert title_from("Hero_shot (2).png") == "Hero shot (2)"
    assert title_from(".hidden") == "hidden"
    for wrong in ("", " ", ".", "a/b.png", "a\\b.png", "a\x07.png", "x" * 256, "a.svg.png"):
        with pytest.raises(Invalid):
            check_file_name(wrong)
