"""Each hostile file is refused clearly, in both ways of sending it, and nothing is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from assets.library.models import Asset
from assets.storage.models import Blob, Upload, UploadState
from studio.core.models import Project
from tests.assets.conftest import stored
from tests.assets.storage.hostile import FILES

CASES = pytest.mark.parametrize("name", FILES)


@pytest.fixture(autouse=True)
def _small_limit(settings: Any) -> None:
    settings.IMAGE_MAX_PIXELS = 50_000_000


def _assert_refused(response: Any, status: int) -> None:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["detail"] and problem["type"].startswith("urn:seedframe:problem:")


def _assert_nothing_kept(files: Path) -> None:
    assert not Blob.objects.exists()
    assert not Asset.objects.exists()
    assert stored(files) == []


@CASES
def test_whole_file(api: APIClient, project: Project, files: Path, name: str) -> None:
    file_name, content, status = FILES[name]
    boundary = b"frame-boundary"
    quoted = file_name.encode().replace(b"\\", b"\\\\").replace(b"\r\n", b"%0D%0A")
    body = (
        b"--" + boundary + b'\r\nContent-Disposition: form-data; name="project"\r\n\r\n'
        + str(project.code).encode()
        + b"\r\n--" + boundary
        + b'\r\nContent-Disposition: form-data; name="file"; filename="' + quoted
        + b'"\r\nContent-Type: image/png\r\n\r\n' + content + b"\r\n--" + boundary + b"--\r\n"
    )  # fmt: skip
    response = api.post(
        "/api/v1/assets/", body, content_type="multipart/form-data; boundary=frame-boundary"
    )
    if name == "line feed in the name":
        # percent-encoded, as browsers send it, it is an ordinary if odd name
        assert response.status_code in (201, 422)
        return
    if name == "only dots":
        status = 422
    _assert_refused(response, status)
    _assert_nothing_kept(files)


@CASES
def test_in_chunks(api: APIClient, project: Project, files: Path, name: str) -> None:
    file_name, content, status = FILES[name]
    announced = {
        "project": str(project.code),
        "file_name": file_name,
        "size_bytes": len(content),
    }
    response = api.post("/api/v1/uploads/", announced, format="json")
    if response.status_code == 201:
        address = f"/api/v1/uploads/{response.json()['upload']['code']}/"
        sent = api.put(
            address, content, content_type="application/octet-stream", HTTP_UPLOAD_OFFSET="0"
        )
        assert sent.status_code == 200, sent.content
        response = api.post(f"{address}finish/", {}, format="json")
        upload = Upload.objects.get()
        assert upload.state_id == UploadState.Code.FAILED
        assert upload.refusal == response.json()["detail"][:500]
    else:
        assert not Upload.objects.exists()
    _assert_refused(response, status)
    _assert_nothing_kept(files)


def test_null_byte_in_the_name(api: APIClient, project: Project, files: Path) -> None:
    body = {"project": str(project.code), "file_name": "a\x00.png", "size_bytes": 10}
    response = api.post("/api/v1/uploads/", body, format="json")
    _assert_refused(response, 422)
    assert not Upload.objects.exists()


def test_the_client_s_type_is_not_believed(api: APIClient, project: Project) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.assets.pictures import png

    lying = SimpleUploadedFile("a.png", png(), content_type="text/html")
    response = api.post("/api/v1/assets/", {"project": str(project.code), "file": lying})
    assert response.status_code == 201
    assert response.json()["current"]["media_type"] == "image/png"
