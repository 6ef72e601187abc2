"""Files over HTTP: rights, ranges, conditions, headers, signed links."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from rest_framework.test import APIClient

from assets.library.models import Origin, RetentionClass, Usage, Version
from assets.renditions.tasks import run_renditions
from assets.storage import serving
from assets.storage.serving import signed_path
from assets.storage.store import ingest_bytes
from studio.core.models import User
from tests.assets.conftest import client_of
from tests.assets.pictures import encoded, gradient

Make = Callable[..., Version]
BIG = encoded(gradient(900, 900), "TIFF")


@pytest.fixture
def version(make_version: Make) -> Version:
    """A picture of 2.4 MB, so that it is streamed."""
    found = make_version(content=BIG, media_type="image/tiff", file_name="größe “a”.tif")
    run_renditions(found.blob_id)
    return found


@pytest.fixture
def browser(client: Client, creator: User) -> Client:
    client.force_login(creator)
    return client


def body(response: Any) -> bytes:
    if response.streaming:
        return b"".join(response)
    return bytes(response.content)


def test_only_members_get_files(client: Client, version: Version, reviewer: User, outsider: User,
                                admin: User) -> None:  # fmt: skip
    addresses = [f"/files/{version.code}/", f"/files/{version.code}/thumb/320.webp"]
    for user, status in ((None, 302), (outsider, 404), (reviewer, 200), (admin, 200)):
        if user is not None:
            client.force_login(user)
        for address in addresses:
            assert client.get(address).status_code == status, (user, address)
    api_address = f"/api/v1/versions/{version.code}/file/"
    for user, status in ((None, 401), (outsider, 404), (reviewer, 200), (admin, 200)):
        assert client_of(user).get(api_address).status_code == status


def test_whole_file(browser: Client, version: Version) -> None:
    response = browser.get(f"/files/{version.code}/anything.tif")
    assert response.status_code == 200
    assert body(response) == BIG
    assert response["Content-Type"] == "image/tiff"
    assert response["Content-Length"] == str(len(BIG))
    assert response["ETag"] == f'"{hashlib.sha256(BIG).hexdigest()}"'
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Accept-Ranges"] == "bytes"
    assert "sandbox" in response["Content-Security-Policy"]
    # browsers do not show TIFF, so it is handed out as an attachment
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''gr%C3%B6")
    head = browser.head(f"/files/{version.code}/")
    assert head.status_code == 200 and head["Content-Length"] == str(len(BIG))
    assert browser.post(f"/files/{version.code}/").status_code == 405


N = len(BIG)


@pytest.mark.parametrize(
    ("header", "status", "start", "end"),
    [
        ("bytes=0-0", 206, 0, 0),
        ("bytes=0-99", 206, 0, 99),
        ("bytes=100-", 206, 100, N - 1),
        (f"bytes={N - 1}-", 206, N - 1, N - 1),
        (f"bytes={N - 1}-{N + 50}", 206, N - 1, N - 1),
        ("bytes=-1", 206, N - 1, N - 1),
        (f"bytes=-{N * 9}", 206, 0, N - 1),
        ("bytes=0-", 206, 0, N - 1),
        (f"bytes=0-{'9' * 18}", 206, 0, N - 1),
        (f"bytes={N}-", 416, 0, 0),
        (f"bytes={N}-{N + 1}", 416, 0, 0),
        ("bytes=-0", 416, 0, 0),
        # ignored, as the standard allows: malformed, several, another unit
        ("bytes=5-2", 200, 0, N - 1),
        ("bytes=a-b", 200, 0, N - 1),
        ("bytes=-", 200, 0, N - 1),
        ("bytes=", 200, 0, N - 1),
        ("bytes=1-2,4-5", 200, 0, N - 1),
        ("lines=1-2", 200, 0, N - 1),
        ("bytes=-1-2", 200, 0, N - 1),
        (f"bytes={'9' * 400}-", 200, 0, N - 1),
        ("bytes=٣-٤", 200, 0, N - 1),
    ],
)
def test_ranges(
    browser: Client, version: Version, header: str, status: int, start: int, end: int
) -> None:
    response = browser.get(f"/files/{version.code}/", HTTP_RANGE=header)
    assert response.status_code == status
    if status == 416:
        assert response["Content-Range"] == f"bytes */{N}"
        assert body(response) == b""
        return
    assert body(response) == BIG[start : end + 1]
    assert response["Content-Length"] == str(end - start + 1)
    if status == 206:
        assert response["Content-Range"] == f"bytes {start}-{end}/{N}"
    else:
        assert "Content-Range" not in response


def test_conditions(browser: Client, version: Version) -> None:
    address, etag = f"/files/{version.code}/", f'"{version.blob.sha256}"'
    for known in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        response = browser.get(address, HTTP_IF_NONE_MATCH=known)
        assert response.status_code == 304 and body(response) == b""
        assert response["ETag"] == etag
    assert browser.get(address, HTTP_IF_NONE_MATCH='"x"').status_code == 200
    same = browser.get(address, HTTP_RANGE="bytes=0-9", HTTP_IF_RANGE=etag)
    other = browser.get(address, HTTP_RANGE="bytes=0-9", HTTP_IF_RANGE='"x"')
    dated = browser.get(
        address, HTTP_RANGE="bytes=0-9", HTTP_IF_RANGE="Wed, 21 Oct 2015 07:28:00 GMT"
    )
    assert (same.status_code, other.status_code, dated.status_code) == (206, 200, 200)
    # a HEAD has no ranges
    assert browser.head(address, HTTP_RANGE="bytes=0-9").status_code == 200


def test_inline_and_download(browser: Client, make_version: Make) -> None:
    shown = make_version()
    assert browser.get(f"/files/{shown.code}/")["Content-Disposition"].startswith("inline")
    asked = browser.get(f"/files/{shown.code}/?download=1")
    assert asked["Content-Disposition"] == 'attachment; filename="picture-1.png"'
    for content, media_type in (
        (b"%PDF-1.7\n%%EOF\n", "application/pdf"),
        (b"{}", "application/json"),
    ):
        hidden = make_version(content=content, media_type=media_type, file_name="a")
        response = browser.get(f"/files/{hidden.code}/")
        assert response["Content-Disposition"].startswith("attachment")
    text = make_version(content=b"hello", media_type="text/plain", file_name="a.txt")
    assert browser.get(f"/files/{text.code}/")["Content-Type"] == "text/plain; charset=utf-8"


def test_downloads_are_noted(browser: Client, creator: User, version: Version) -> None:
    address = f"/files/{version.code}/"
    browser.get(address)
    browser.head(f"{address}?download=1")
    browser.get(f"{address}?download=1", HTTP_RANGE="bytes=50-")
    assert not Usage.objects.exists()
    browser.get(f"{address}?download=1")
    usage = Usage.objects.get()
    assert (usage.user, usage.version, usage.kind.code) == (creator, version, "download")


def test_thumbnails(browser: Client, version: Version, make_version: Make) -> None:
    response = browser.get(f"/files/{version.code}/thumb/640.webp")
    assert response["Content-Type"] == "image/webp" and body(response)[8:12] == b"WEBP"
    assert response["Cache-Control"].endswith("immutable")
    assert response["Content-Disposition"].startswith("inline")
    pending = make_version()
    for address in (f"/files/{pending.code}/thumb/320.webp", f"/files/{version.code}/thumb/7.webp"):
        response = browser.get(address)
        assert response.status_code == 404 and response["Cache-Control"] == "no-store"


def test_a_lost_file_is_said(browser: Client, version: Version) -> None:
    from assets.storage.store import local_copy

    path = local_copy(version.blob)
    path.write_bytes(BIG[:-1])
    assert browser.get(f"/files/{version.code}/").status_code == 503
    path.unlink()
    assert browser.get(f"/files/{version.code}/").status_code == 503


# --- signed links -----------------------------------------------------------------------------


def test_a_signed_link_needs_no_session(client: Client, api: APIClient, version: Version) -> None:
    made = api.post(f"/api/v1/versions/{version.code}/link/", {"download": True}, format="json")
    assert made.status_code == 201
    response = client.get(made.json()["url"])
    assert response.status_code == 200 and body(response) == BIG
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Cache-Control"] == "no-store"
    assert Usage.objects.get().user is None
    small = api.post(
        f"/api/v1/versions/{version.code}/link/", {"rendition": "thumb_320"}, format="json"
    )
    assert body(client.get(small.json()["url"]))[8:12] == b"WEBP"


def test_outsiders_make_no_links(version: Version, outsider: User, reviewer: User) -> None:
    address = f"/api/v1/versions/{version.code}/link/"
    assert client_of(outsider).post(address, {}, format="json").status_code == 404
    assert client_of(None).post(address, {}, format="json").status_code == 401
    assert client_of(reviewer).post(address, {}, format="json").status_code == 201


def test_a_signed_link_expires(client: Client, version: Version, settings: Any,
                               monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    settings.SIGNED_LINK_SECONDS = 300
    link = signed_path(version)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 299)
    assert client.get(link).status_code == 200
    monkeypatch.setattr(time, "time", lambda: now + 302)
    assert client.get(link).status_code == 404


def test_a_signed_link_can_not_be_changed(
    client: Client, version: Version, make_version: Make
) -> None:
    link = signed_path(version)
    token = link.split("/")[3]
    other = signed_path(make_version()).split("/")[3]
    content, stamp, signature = token.split(":")
    forged = signing.dumps({"v": version.code.hex, "r": "", "d": 0}, salt="something.else")
    for wrong in (
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        ":".join([other.split(":")[0], stamp, signature]),
        ":".join([content, stamp + "1", signature]),
        content,
        forged,
        "x",
    ):
        assert client.get(f"/files/signed/{wrong}/").status_code == 404, wrong
    assert client.get(f"/files/signed/{token}/").status_code == 200


def test_big_files_are_streamed_in_pieces(version: Version) -> None:
    """Under ASGI an ordinary iterator would be read whole before its first byte is sent."""
    from asgiref.sync import async_to_sync
    from django.test import RequestFactory

    response = serving.file_response(RequestFactory().get("/"), version.blob, file_name="a.tif")
    assert response.streaming and response.is_async

    async def pieces() -> list[int]:
        return [len(piece) async for piece in response]

    sizes = async_to_sync(pieces)()
    assert sum(sizes) == N and max(sizes) <= 256 * 1024


def test_an_unknown_version_looks_like_a_foreign_one(
    browser: Client, creator: User, outsider: User
) -> None:
    from studio.core.models import Project

    foreign = Project.objects.get(owner=outsider)
    from assets.library.services import add_asset

    version = add_asset(
        actor=outsider,
        project=foreign,
        blob=ingest_bytes(BIG, "image/tiff"),
        title="Private",
        origin=Origin.Code.UPLOAD,
        retention_class=RetentionClass.Code.SOURCE,
    )
    hidden = browser.get(f"/files/{version.code}/")
    missing = browser.get("/files/00000000-0000-4000-8000-000000000000/")
    assert hidden.status_code == missing.status_code == 404
