"""Videos in the library: what is known of them, thumbnails, playing, and what is refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from PIL import Image
from rest_framework.test import APIClient

from assets.library.cards import card_of
from assets.library.models import Asset, Version
from assets.renditions import sweep
from assets.renditions.models import Rendition, RenditionKindCode
from assets.renditions.tasks import run_renditions
from assets.storage import serving
from assets.storage.models import Blob, VideoProperties
from assets.storage.store import ingest, ingest_bytes, open_blob
from studio.core.errors import DomainError
from studio.core.models import User
from tests.assets.films import film, sound_only
from tests.support.burned import read_burned

pytestmark = pytest.mark.django_db
Make = Callable[..., Version]


def keep(content: bytes, name: str = "a.mp4") -> Blob:
    return ingest(io.BytesIO(content), file_name=name)


@pytest.mark.parametrize(
    ("container", "codec", "known"),
    [("mp4", "libx264", "h264"), ("webm", "libvpx-vp9", "vp9"), ("mov", "prores_ks", "prores"),
     ("matroska", "libx265", "hevc"), ("mp4", "libsvtav1", "av1")],
)  # fmt: skip
def test_what_is_known_of_a_video(container: str, codec: str, known: str) -> None:
    ending = {"matroska": "mkv"}.get(container, container)
    if codec == "prores_ks":
        import av

        target = io.BytesIO()
        with av.open(target, "w", format="mov") as out:
            stream: Any = out.add_stream(codec, rate=25)
            stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv422p10le"
            for _ in range(9):
                out.mux(stream.encode(av.VideoFrame(160, 96, "yuv422p10le")))
            out.mux(stream.encode(None))
        content = target.getvalue()
    else:
        content = film(container, codec=codec)
    found = keep(content, f"a.{ending}").video
    assert (found.width_px, found.height_px, found.frames) == (160, 96, 9)
    assert (found.fps_num, found.fps_den, found.codec) == (25, 1, known)
    assert (found.has_audio, found.poster_frame, found.thumbhash) == (False, 3, None)
    assert found.duration_s == pytest.approx(0.36)


def test_sound_a_fraction_as_rate_and_a_chosen_poster() -> None:
    from fractions import Fraction

    found = keep(film(fps=Fraction(30000, 1001), sound=True, comment="poster_frame=7")).video
    assert (found.fps, found.has_audio, found.poster_frame) == (Fraction(30000, 1001), True, 7)
    assert keep(film(comment="poster_frame=9")).video.poster_frame == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (film(frames=0), "no frames"),
        (film("matroska", frames=0), "no frames"),
        (sound_only(), "no video in this file"),
        (film()[:-300], "cut off"),
        (film()[:1500], "cut off"),
        (film(codec="mpeg1video", container="matroska"), "codec .mpeg1video. is not"),
    ],
    ids=["no frame", "no frame, mkv", "sound only", "end missing", "half missing", "odd codec"],
)
def test_what_is_refused(content: bytes, words: str) -> None:
    name = "a.mkv" if content[:4] == b"\x1a\x45\xdf\xa3" else "a.mp4"
    with pytest.raises(DomainError, match=words) as caught:
        keep(content, name)
    assert caught.value.status in (415, 422)
    assert not Blob.objects.exists()


def test_pictures_that_can_not_be_decoded_are_refused() -> None:
    content = bytearray(film())
    start = content.index(b"mdat") + 4
    end = content.index(b"moov") - 4
    content[start:end] = bytes(end - start)
    with pytest.raises(DomainError, match=r"decoded|damaged"):
        keep(bytes(content))


def test_too_many_pixels(settings: Any) -> None:
    settings.IMAGE_MAX_PIXELS = 10_000
    with pytest.raises(DomainError, match="megapixels") as caught:
        keep(film())
    assert caught.value.status == 413


def thumbnail(version: Version, kind: RenditionKindCode) -> np.ndarray:
    run_renditions(version.blob_id)
    with open_blob(Rendition.objects.get(source=version.blob, kind_id=kind).blob) as file:
        return np.asarray(Image.open(io.BytesIO(file.read())).convert("RGB"))


@pytest.mark.parametrize("poster", [0, 1, 13, 29])
def test_thumbnails_show_the_poster_frame(make_version: Make, poster: int) -> None:
    content = film(
        frames=30, width=640, height=360, options={"bf": "2"}, comment=f"poster_frame={poster}"
    )
    version = make_version(content=content, media_type="video/mp4")
    small = thumbnail(version, RenditionKindCode.THUMB_320)
    assert small.shape == (180, 320, 3) and read_burned(small) == poster
    assert thumbnail(version, RenditionKindCode.THUMB_1280).shape == (360, 640, 3)
    assert VideoProperties.objects.get(blob=version.blob).thumbhash


def test_a_video_from_before_is_looked_at_by_the_sweeper(make_version: Make) -> None:
    version = make_version(content=film(), media_type="video/mp4")
    VideoProperties.objects.all().delete()
    found: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep, "LOST_AFTER", timedelta(seconds=-5))
        patch.setattr(sweep, "backlog", lambda cluster: 0)
        patch.setattr(sweep, "enqueue", lambda task, pk, cluster: found.append(pk))
        sweep.sweep_renditions()
    assert found == [version.blob_id]
    run_renditions(version.blob_id)
    assert VideoProperties.objects.get(blob=version.blob).thumbhash


def test_rules_are_in_the_database() -> None:
    blob = ingest_bytes(film(), "video/mp4")
    for change in ({"frames": 0}, {"poster_frame": 9}, {"codec": ""}, {"fps_den": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            VideoProperties.objects.filter(blob=blob).update(**change)


def test_the_library_shows_it(make_version: Make, creator: User, api: APIClient) -> None:
    version = make_version(content=film(frames=50), media_type="video/mp4", file_name="a.mp4")
    client = Client()
    client.force_login(creator)
    page = f"/library/{version.asset.code}/"
    assert "<video" in client.get(page).content.decode()
    run_renditions(version.blob_id)
    text = client.get(page).content.decode()
    assert f'poster="/files/{version.code}/thumb/1280.webp"' in text
    assert 'controls preload="metadata"' in text and "50 frames · 2.00 s" in text
    assert "h264 · no sound" in text and "25.000" not in text and "25 per second" in text
    asset = Asset.objects.for_list(creator).get()
    card = card_of(asset)
    assert (card.state, card.length, card.ratio) == ("made", "0:02", 170)
    assert "tile-length" in client.get("/library/").content.decode()
    data = api.get(f"/api/v1/assets/{version.asset.code}/").json()["current"]
    assert data["picture"] is None and data["renditions"] == "made"
    assert {"frames": 50, "fps_num": 25, "fps_den": 1, "codec": "h264"}.items() <= data[
        "video"
    ].items()
    policy = client.get(page).headers["Content-Security-Policy"]
    assert "media-src 'self'" in policy


@pytest.mark.parametrize("at_once", [100, 1_000_000], ids=["streamed", "at once"])
def test_players_get_ranges(
    make_version: Make, creator: User, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """A player asks for the index first, then for what it seeks to; both kinds of answer."""
    monkeypatch.setattr(serving, "_AT_ONCE_BYTES", at_once)
    content = film()
    version = make_version(content=content, media_type="video/mp4", file_name="a.mp4")
    client = Client()
    client.force_login(creator)
    url = f"/files/{version.code}/a.mp4"
    whole = client.get(url)
    assert whole.status_code == 200 and whole.headers["Accept-Ranges"] == "bytes"
    assert whole.headers["Content-Type"] == "video/mp4"
    assert whole.headers["Content-Disposition"].startswith("inline")
    for wanted, first, last in (
        ("bytes=0-", 0, len(content) - 1),
        ("bytes=100-299", 100, 299),
        ("bytes=-50", len(content) - 50, len(content) - 1),
    ):
        part = client.get(url, headers={"Range": wanted})
        assert part.status_code == 206
        assert part.headers["Content-Range"] == f"bytes {first}-{last}/{len(content)}"
        body = b"".join(part) if part.streaming else part.content
        assert body == content[first : last + 1]
    assert client.get(url, headers={"Range": f"bytes={len(content)}-"}).status_code == 416


def test_nothing_is_missing_in_the_migrations() -> None:
    call_command("makemigrations", "assets", check=True, dry_run=True, verbosity=0)
