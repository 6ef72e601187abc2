"""Bytes go in once, come out the same, and are on disk before their row is."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image

from assets.library.models import Version
from assets.storage.fingerprints import distance
from assets.storage.models import Blob, ImageProperties, MediaTypeCode
from assets.storage.store import ingest, ingest_bytes, local_copy, open_blob
from studio.core.errors import Invalid, TooLarge, Unavailable, UnsupportedMedia
from tests.assets.conftest import stored
from tests.assets.pictures import encoded, gradient, png

TEXTS = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="<\x7f"), min_size=1
)


@pytest.mark.django_db
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_any_bytes_come_back_and_equal_ones_are_kept_once(files: Path, texts: list[str]) -> None:
    blobs = [ingest(io.BytesIO(text.encode()), file_name="a.txt") for text in texts]
    for text, blob in zip(texts, blobs, strict=True):
        content = text.encode()
        assert blob.sha256 == hashlib.sha256(content).hexdigest()
        assert blob.size_bytes == len(content)
        with open_blob(blob) as file:
            assert file.read() == content
    assert len({blob.pk for blob in blobs}) == len(set(texts))
    for path in stored(files):
        assert path.name == hashlib.sha256(path.read_bytes()).hexdigest()
        assert path.parts[-3:-1] == (path.name[:2], path.name[2:4])


@pytest.mark.django_db(transaction=True)
def test_the_same_file_from_many_at_once_is_kept_once(files: Path) -> None:
    content, found, problems = png(300, 300), [], []
    ready = threading.Barrier(8)

    def send() -> None:
        try:
            ready.wait()
            found.append(ingest(io.BytesIO(content), file_name="a.png").pk)
        except Exception as error:
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(set(found)) == 1
    assert Blob.objects.count() == ImageProperties.objects.count() == 1
    assert len(stored(files)) == 1


@pytest.mark.django_db(transaction=True)
def test_no_file_is_written_inside_a_transaction() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="before the transaction"):
        ingest_bytes(png(), MediaTypeCode.PNG)


@pytest.mark.django_db
def test_the_file_is_synced_and_named_before_the_row(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    for name in ("fsync", "replace"):
        monkeypatch.setattr(os, name, _noting(steps, name, getattr(os, name)))
    create = Blob.objects.bulk_create
    monkeypatch.setattr(
        type(Blob.objects), "bulk_create", _noting(steps, "row", type(Blob.objects).bulk_create)
    )
    assert create
    ingest_bytes(png(), MediaTypeCode.PNG)
    file_steps = [step for step in steps if step != "row"]
    assert steps.index("replace") < steps.index("row")
    assert steps[steps.index("replace") - 1] == "fsync"  # the bytes
    assert steps[steps.index("replace") + 1] == "fsync"  # the name
    assert file_steps[-1] == "fsync"


def _noting(steps: list[str], name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def noting(*args: Any, **kwargs: Any) -> Any:
        steps.append(name)
        return real(*args, **kwargs)

    return noting


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("number", "word"), [(errno.ENOSPC, "full"), (errno.EROFS, "may not write")]
)
def test_a_full_or_closed_disk_is_said_and_leaves_nothing(
    files: Path, monkeypatch: pytest.MonkeyPatch, number: int, word: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(Unavailable, match=word):
        ingest_bytes(png(), MediaTypeCode.PNG)
    assert stored(files) == []
    assert not Blob.objects.exists()


@pytest.mark.django_db
def test_a_lost_file_is_healed_by_its_next_arrival(files: Path) -> None:
    blob = ingest_bytes(png(), MediaTypeCode.PNG)
    local_copy(blob).unlink()
    with pytest.raises(FileNotFoundError):
        local_copy(blob)
    assert ingest_bytes(png(), MediaTypeCode.PNG) == blob
    assert local_copy(blob).read_bytes() == png()


@pytest.mark.django_db
def test_what_was_announced_must_arrive(settings: Any, files: Path) -> None:
    with pytest.raises(Invalid, match="announced"):
        ingest(io.BytesIO(png()), size_bytes=5)
    with pytest.raises(Invalid, match="damaged on its way"):
        ingest(io.BytesIO(png()), sha256="0" * 64)
    settings.UPLOAD_MAX_BYTES = 50
    with pytest.raises(TooLarge):
        ingest(io.BytesIO(png()))
    assert stored(files) == []


@pytest.mark.django_db
def test_made_bytes_must_be_what_they_are_said_to_be() -> None:
    with pytest.raises(UnsupportedMedia):
        ingest_bytes(png(), "image/jpeg")
    with pytest.raises(UnsupportedMedia, match="image/svg"):
        ingest_bytes(b"<svg/>", "image/svg+xml")
    assert ingest_bytes(png(), "image/png").media_type_id == MediaTypeCode.PNG


@pytest.mark.django_db
def test_properties_of_a_picture() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    turned = ingest_bytes(encoded(gradient(60, 40), "JPEG", exif=exif), "image/jpeg").image
    assert (turned.width_px, turned.height_px, turned.frames) == (40, 60, 1)
    clear = ingest_bytes(encoded(Image.new("RGBA", (9, 9), (9, 9, 9, 40)), "PNG"), "image/png")
    assert clear.image.has_alpha and not turned.has_alpha
    frames = [Image.new("RGB", (9, 9), (i * 50, 0, 0)) for i in range(3)]
    moving = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert ingest_bytes(moving, "image/gif").image.frames == 3
    deep = encoded(Image.new("I;16", (9, 9), 40_000), "PNG")
    assert ingest_bytes(deep, "image/png").image.width_px == 9


@pytest.mark.django_db
def test_pixel_hash_is_of_pixels_and_near_pictures_are_near() -> None:
    picture = gradient(200, 120)
    picture.paste((250, 240, 20), (30, 20, 90, 70))
    picture.paste((10, 10, 10), (120, 50, 190, 110))
    as_png = ingest_bytes(encoded(picture, "PNG"), "image/png").image
    as_webp = ingest_bytes(encoded(picture, "WEBP", lossless=True), "image/webp").image
    as_jpeg = ingest_bytes(encoded(picture, "JPEG", quality=60), "image/jpeg").image
    other = ingest_bytes(encoded(picture.rotate(90), "PNG"), "image/png").image
    assert as_png.pixel_sha256 == as_webp.pixel_sha256 != as_jpeg.pixel_sha256
    raw = b"rgba8 200x120\n" + picture.convert("RGBA").tobytes()
    assert as_png.pixel_sha256 == hashlib.sha256(raw).hexdigest()
    assert distance(as_png.phash, as_jpeg.phash) <= 4 < 12 < distance(as_png.phash, other.phash)


def test_equal_uploads_of_two_people_share_a_blob(make_version: Callable[..., Version]) -> None:
    first, second = make_version(content=png(shade=7)), make_version(content=png(shade=7))
    assert first.blob == second.blob
    assert first.asset != second.asset
