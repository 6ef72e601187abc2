"""S3 mode against a real S3-speaking server in a process of its own."""

from __future__ import annotations

import copy
import hashlib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from django.test import Client
from rest_framework.test import APIClient

from assets.library.models import Usage, Version
from assets.renditions.models import Rendition
from assets.renditions.tasks import run_renditions
from assets.storage.backends import backend
from assets.storage.models import Blob, Upload, UploadState
from assets.storage.store import ingest_bytes, local_copy, open_blob, prune_copies
from studio.core.errors import Unavailable
from studio.core.models import Project, User
from tests.assets.conftest import stored
from tests.assets.pictures import encoded, gradient, png

pytestmark = pytest.mark.slow
BUCKET = "frames"
CONTENT = encoded(gradient(300, 200), "PNG")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            try:
                httpx.get(url, timeout=1)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def bucket(server: str, settings: Any, files: Path) -> Any:
    """A bucket, and the studio told to keep its files there."""
    client = boto3.client(
        "s3",
        endpoint_url=server,
        region_name="us-east-1",
        aws_access_key_id="k",
        aws_secret_access_key="s",
    )
    client.create_bucket(Bucket=BUCKET)
    stores = copy.deepcopy(settings.STORAGES)
    stores["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": BUCKET,
            "endpoint_url": server,
            "region_name": "us-east-1",
            "access_key": "k",
            "secret_key": "s",
            "signature_version": "s3v4",
            "addressing_style": "path",
            "file_overwrite": False,
        },
    }
    settings.STORAGES = stores
    yield client
    for item in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=item["Key"])


def keys(bucket: Any) -> list[str]:
    return [item["Key"] for item in bucket.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def begin(api: APIClient, project: Project, content: bytes, **changes: Any) -> dict[str, Any]:
    body = {"project": str(project.code), "file_name": "a.png", "size_bytes": len(content)}
    response = api.post("/api/v1/uploads/", body | changes, format="json")
    assert response.status_code == 201, response.content
    return dict(response.json())


def finish(api: APIClient, begun: dict[str, Any]) -> Any:
    return api.post(f"/api/v1/uploads/{begun['upload']['code']}/finish/", {}, format="json")


def test_a_presigned_upload_becomes_an_asset(
    bucket: Any, api: APIClient, project: Project, files: Path
) -> None:
    begun = begin(api, project, CONTENT, sha256=hashlib.sha256(CONTENT).hexdigest())
    address = begun["progress"]["direct_url"]
    assert finish(api, begun).status_code == 409  # nothing has arrived yet
    assert httpx.put(address, content=CONTENT).status_code == 200
    found = api.get(f"/api/v1/uploads/{begun['upload']['code']}/").json()
    assert found["progress"]["received_bytes"] == len(CONTENT)
    done = finish(api, begun)
    assert done.status_code == 201, done.content
    blob = Version.objects.get(code=done.json()["version"]).blob
    assert keys(bucket) == [blob.key]
    head = bucket.head_object(Bucket=BUCKET, Key=blob.key)
    assert (head["ContentLength"], head["ContentType"]) == (len(CONTENT), "image/png")
    assert blob.image.width_px == 300
    assert stored(files) == [] and not list(backend().spool.glob("*"))


@pytest.mark.parametrize(
    ("content", "announced", "status"),
    [
        (b"<svg><script/></svg>", None, 415),
        (CONTENT[:-40], None, 415),
        (CONTENT, "0" * 64, 422),
    ],
)
def test_what_arrives_is_checked(
    bucket: Any,
    api: APIClient,
    project: Project,
    content: bytes,
    announced: str | None,
    status: int,
) -> None:
    begun = begin(api, project, content, sha256=announced or "")
    httpx.put(begun["progress"]["direct_url"], content=content)
    assert finish(api, begun).status_code == status
    assert keys(bucket) == [] and not Blob.objects.exists()
    assert Upload.objects.get().state_id == UploadState.Code.FAILED


def test_another_size_than_announced(bucket: Any, api: APIClient, project: Project) -> None:
    begun = begin(api, project, CONTENT)
    httpx.put(begun["progress"]["direct_url"], content=CONTENT + b"x")
    assert finish(api, begun).status_code == 409
    assert not Blob.objects.exists()


def test_aborted(bucket: Any, api: APIClient, project: Project) -> None:
    begun = begin(api, project, CONTENT)
    httpx.put(begun["progress"]["direct_url"], content=CONTENT)
    address = f"/api/v1/uploads/{begun['upload']['code']}/"
    assert (
        api.put(
            address, b"x", content_type="application/octet-stream", HTTP_UPLOAD_OFFSET="0"
        ).status_code
        == 409
    )
    assert api.delete(address).status_code == 204
    assert keys(bucket) == []


def test_presigned_download_after_the_access_check(
    bucket: Any, make_version: Callable[..., Version], client: Client, creator: User, outsider: User
) -> None:
    version = make_version(content=CONTENT, file_name="größe.png")
    address = f"/files/{version.code}/"
    client.force_login(outsider)
    assert client.get(address).status_code == 404
    client.force_login(creator)
    response = client.get(f"{address}?download=1")
    assert response.status_code == 302 and "max-age=150" in response["Cache-Control"]
    fetched = httpx.get(response["Location"])
    assert fetched.content == CONTENT
    assert fetched.headers["Content-Type"] == "image/png"
    assert fetched.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''gr%C3")
    part = httpx.get(response["Location"], headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, CONTENT[10:20])
    assert "X-Amz-Expires=300" in response["Location"]
    assert Usage.objects.get().user == creator
    assert client.head(address)["Content-Length"] == str(len(CONTENT))
    assert client.get(address, HTTP_IF_NONE_MATCH=f'"{version.blob.sha256}"').status_code == 304


def test_renditions_and_local_copies(
    bucket: Any, make_version: Callable[..., Version], client: Client, creator: User
) -> None:
    version = make_version(content=CONTENT)
    run_renditions(version.blob_id)
    assert Rendition.objects.filter(source=version.blob).count() == 3
    client.force_login(creator)
    thumb = client.get(f"/files/{version.code}/thumb/320.webp")
    assert httpx.get(thumb["Location"]).content[8:12] == b"WEBP"
    with open_blob(version.blob) as file:
        assert file.read() == CONTENT
    path = local_copy(version.blob)
    assert path.read_bytes() == CONTENT and local_copy(version.blob) == path
    assert prune_copies() == 0 and path.exists()
    import os

    os.utime(path, (0, 0))
    assert prune_copies() == 1 and not path.exists()


def test_kept_once_and_refused_when_damaged(bucket: Any, creator: User) -> None:
    blob = ingest_bytes(png(), "image/png")
    assert ingest_bytes(png(), "image/png") == blob
    assert keys(bucket) == [blob.key]
    bucket.put_object(Bucket=BUCKET, Key=blob.key, Body=png(shade=9)[: blob.size_bytes])
    with pytest.raises(Unavailable, match="damaged"):
        local_copy(blob)
    bucket.delete_object(Bucket=BUCKET, Key=blob.key)
    with pytest.raises(FileNotFoundError):
        local_copy(blob)


def test_a_storage_that_does_not_answer(
    bucket: Any, settings: Any, api: APIClient, project: Project
) -> None:
    stores = copy.deepcopy(settings.STORAGES)
    stores["default"]["OPTIONS"] |= {
        "endpoint_url": f"http://127.0.0.1:{_free_port()}",
        "client_config": __import__("botocore.config").config.Config(
            retries={"max_attempts": 0}, connect_timeout=1
        ),
    }
    settings.STORAGES = stores
    with pytest.raises(Unavailable, match="does not answer"):
        ingest_bytes(png(shade=3), "image/png")
    assert not Blob.objects.exists()
