"""Uploads in parts: resumed, refused, aborted, expired; and whose they are."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from assets.library.models import Asset, Version
from assets.storage import uploads
from assets.storage.backends import backend
from assets.storage.models import Blob, Upload, UploadState
from assets.storage.uploads import sweep_uploads
from studio.core.access import RoleCode
from studio.core.errors import Unavailable
from studio.core.models import Project, User
from studio.core.services import set_member
from tests.assets.conftest import client_of, stored
from tests.assets.pictures import encoded, gradient, png

CONTENT = encoded(gradient(200, 200), "PNG")
HALF = len(CONTENT) // 2


def begin(api: APIClient, owner: Project, **changes: Any) -> Any:
    body = {"project": str(owner.code), "file_name": "a.png", "size_bytes": len(CONTENT)}
    return api.post("/api/v1/uploads/", body | changes, format="json")


def put(api: APIClient, code: str, content: bytes, offset: int) -> Any:
    return api.put(
        f"/api/v1/uploads/{code}/",
        content,
        content_type="application/octet-stream",
        HTTP_UPLOAD_OFFSET=str(offset),
    )


@pytest.fixture
def code(api: APIClient, project: Project) -> str:
    response = begin(api, project, sha256=hashlib.sha256(CONTENT).hexdigest())
    assert response.status_code == 201, response.content
    assert response.json()["progress"] == {
        "received_bytes": 0,
        "chunk_bytes": 8 * 1024**2,
        "direct_url": None,
    }
    return str(response.json()["upload"]["code"])


def test_in_two_parts_after_a_break(api: APIClient, creator: User, code: str, files: Path) -> None:
    assert put(api, code, CONTENT[:HALF], 0).json()["progress"]["received_bytes"] == HALF
    # another day, another client
    later = client_of(creator)
    found = later.get(f"/api/v1/uploads/{code}/")
    assert found.json()["progress"]["received_bytes"] == HALF
    assert found["Upload-Offset"] == str(HALF)
    sent = later.put(
        f"/api/v1/uploads/{code}/",
        CONTENT[HALF:],
        content_type="application/octet-stream",
        HTTP_CONTENT_RANGE=f"bytes {HALF}-{len(CONTENT) - 1}/{len(CONTENT)}",
    )
    assert sent.json()["progress"]["received_bytes"] == len(CONTENT)
    done = later.post(f"/api/v1/uploads/{code}/finish/", {"title": "Sunset"}, format="json")
    assert done.status_code == 201
    version = Version.objects.get(code=done.json()["version"])
    assert version.asset.title == "Sunset"
    assert (version.file_name, version.asset.created_by) == ("a.png", creator)
    assert version.asset.retention_class.code == "source"
    assert version.asset.origin.code == "upload"
    assert [path.name for path in stored(files)] == [version.blob.sha256]
    # doing it again changes nothing
    again = later.post(f"/api/v1/uploads/{code}/finish/", {}, format="json")
    assert again.json() == done.json() and Asset.objects.count() == 1
    assert put(later, code, b"x", len(CONTENT)).status_code == 409


def test_wrong_offsets(api: APIClient, code: str) -> None:
    put(api, code, CONTENT[:HALF], 0)
    for offset in (0, HALF - 1, HALF + 1):
        response = put(api, code, CONTENT[HALF:], offset)
        assert response.status_code == 409
        assert response.json()["remedy"] == f"Continue at byte {HALF}."
    missing = api.put(f"/api/v1/uploads/{code}/", b"x", content_type="application/octet-stream")
    assert missing.status_code == 422
    assert api.get(f"/api/v1/uploads/{code}/").json()["progress"]["received_bytes"] == HALF


def test_more_than_announced(api: APIClient, code: str) -> None:
    put(api, code, CONTENT[:HALF], 0)
    assert put(api, code, CONTENT[HALF:] + b"x", HALF).status_code == 422
    assert api.get(f"/api/v1/uploads/{code}/").json()["progress"]["received_bytes"] == HALF
    assert put(api, code, CONTENT[HALF:], HALF).status_code == 200


def test_too_big_a_part(api: APIClient, code: str, settings: Any) -> None:
    settings.UPLOAD_CHUNK_BYTES = 100
    assert put(api, code, CONTENT, 0).status_code == 413
    assert put(api, code, CONTENT[:100], 0).status_code == 200


def test_two_parts_at_once(api: APIClient, code: str) -> None:
    put(api, code, CONTENT[:HALF], 0)
    path = backend().spool / f"{code}.upload"
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert put(api, code, CONTENT[HALF:], HALF).status_code == 409
    assert put(api, code, CONTENT[HALF:], HALF).status_code == 200


def test_finishing_too_early(api: APIClient, code: str) -> None:
    put(api, code, CONTENT[:HALF], 0)
    assert api.post(f"/api/v1/uploads/{code}/finish/", {}, format="json").status_code == 409
    assert put(api, code, CONTENT[HALF:], HALF).status_code == 200
    assert api.post(f"/api/v1/uploads/{code}/finish/", {}, format="json").status_code == 201


def test_damaged_on_its_way(api: APIClient, code: str, files: Path) -> None:
    damaged = CONTENT[:-30] + b"?" + CONTENT[-29:]
    put(api, code, damaged, 0)
    response = api.post(f"/api/v1/uploads/{code}/finish/", {}, format="json")
    assert response.status_code == 422 and "SHA-256" in response.json()["detail"]
    assert stored(files) == [] and not Blob.objects.exists()
    shown = api.get(f"/api/v1/uploads/{code}/").json()["upload"]
    assert shown["state"] == "failed" and "SHA-256" in shown["refusal"]


def test_aborted(api: APIClient, code: str, files: Path) -> None:
    put(api, code, CONTENT[:HALF], 0)
    assert api.delete(f"/api/v1/uploads/{code}/").status_code == 204
    assert stored(files) == []
    assert put(api, code, CONTENT[HALF:], HALF).status_code == 409
    assert api.post(f"/api/v1/uploads/{code}/finish/", {}, format="json").status_code == 409
    assert api.delete(f"/api/v1/uploads/{code}/").status_code == 204


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"size_bytes": 0}, 422),
        ({"size_bytes": -1}, 422),
        ({"size_bytes": 2**40}, 413),
        ({"sha256": "xyz"}, 422),
        ({"file_name": "a.exe"}, 415),
        ({"file_name": ""}, 422),
        ({"project": "00000000-0000-4000-8000-000000000000"}, 404),
        ({"project": "x"}, 422),
        ({"retention_class": "nonsense"}, 422),
    ],
)
def test_refused_at_once(
    api: APIClient, project: Project, changes: dict[str, Any], status: int
) -> None:
    response = begin(api, project, **changes)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert not Upload.objects.exists()


def test_whose_upload_it_is(
    api: APIClient, project: Project, code: str, admin: User, reviewer: User, outsider: User
) -> None:
    for user in (admin, reviewer, outsider):
        other = client_of(user)
        assert other.get(f"/api/v1/uploads/{code}/").status_code == 404
        assert put(other, code, CONTENT, 0).status_code == 404
        assert other.delete(f"/api/v1/uploads/{code}/").status_code == 404
        assert other.post(f"/api/v1/uploads/{code}/finish/").status_code == 404
        assert other.get("/api/v1/uploads/").json()["results"] == []
    assert begin(client_of(reviewer), project).status_code == 403
    assert begin(client_of(outsider), project).status_code == 404
    assert begin(client_of(None), project).status_code == 401
    assert len(api.get("/api/v1/uploads/").json()["results"]) == 1


def test_a_lost_role_ends_it(project: Project, creator: User, outsider: User, files: Path) -> None:
    set_member(actor=creator, project=project, user=outsider, role=RoleCode.CREATOR)
    other = client_of(outsider)
    code = begin(other, project).json()["upload"]["code"]
    put(other, code, CONTENT, 0)
    set_member(actor=creator, project=project, user=outsider, role=RoleCode.REVIEWER)
    assert other.post(f"/api/v1/uploads/{code}/finish/", {}, format="json").status_code == 403
    assert not Asset.objects.exists()


def test_a_new_version(
    api: APIClient, project: Project, make_version: Callable[..., Version], outsider: User
) -> None:
    first = make_version()
    response = begin(api, project, asset=str(first.asset.code))
    code = response.json()["upload"]["code"]
    put(api, code, CONTENT, 0)
    done = api.post(f"/api/v1/uploads/{code}/finish/", {}, format="json")
    assert done.json()["asset"] == str(first.asset.code)
    assert Version.objects.get(code=done.json()["version"]).number == 2
    elsewhere = Project.objects.get(owner=outsider)
    assert begin(client_of(outsider), elsewhere, asset=str(first.asset.code)).status_code == 404


def test_a_full_disk_keeps_the_upload(
    api: APIClient, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(api, code, CONTENT, 0)
    real = uploads.ingest_file

    def full(*_: Any, **__: Any) -> None:
        raise Unavailable("The disk of the studio is full.")

    monkeypatch.setattr(uploads, "ingest_file", full)
    assert api.post(f"/api/v1/uploads/{code}/finish/", {}, format="json").status_code == 503
    monkeypatch.setattr(uploads, "ingest_file", real)
    assert api.post(f"/api/v1/uploads/{code}/finish/", {}, format="json").status_code == 201


def test_no_space(api: APIClient, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assets.storage.backends.RESERVE_BYTES", 2**62)
    assert begin(api, project).status_code == 503


def test_too_many_open(api: APIClient, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_OPEN", 2)
    assert [begin(api, project).status_code for _ in range(3)] == [201, 201, 429]


def test_forsaken_uploads_are_swept(api: APIClient, project: Project, files: Path) -> None:
    codes = [begin(api, project).json()["upload"]["code"] for _ in range(3)]
    for code in codes:
        put(api, code, CONTENT, 0)
    old = timezone.now() - timedelta(hours=25)
    Upload.objects.filter(code=codes[0]).update(changed_at=old)
    Upload.objects.filter(code=codes[1]).update(state_id=UploadState.Code.FINISHING)
    Upload.objects.filter(code=codes[1]).update(changed_at=timezone.now() - timedelta(hours=2))
    left = backend().spool / "dead.part"
    left.write_bytes(b"x")
    os.utime(left, (0, 0))
    sweep_uploads()
    states = dict(Upload.objects.values_list("code", "state__code"))
    assert [states[Upload.objects.get(code=code).code] for code in codes] == [
        "aborted", "open", "open",
    ]  # fmt: skip
    assert len(stored(files)) == 2
    # what a dead process left is finished by asking again
    assert api.post(f"/api/v1/uploads/{codes[1]}/finish/", {}, format="json").status_code == 201


def test_states_change_only_as_allowed(api: APIClient, code: str) -> None:
    api.delete(f"/api/v1/uploads/{code}/")
    with pytest.raises(DatabaseError, match="not allowed"), transaction.atomic():
        Upload.objects.update(state_id=UploadState.Code.OPEN)
    with pytest.raises(DatabaseError, match="upload_failed_says_why"), transaction.atomic():
        Upload.objects.update(refusal="x")


def test_whole_file_at_once(api: APIClient, project: Project, reviewer: User) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    def send(client: APIClient, **fields: Any) -> Any:
        file = SimpleUploadedFile("my_sunset.png", png())
        return client.post("/api/v1/assets/", {"project": str(project.code), "file": file} | fields)

    made = send(api, retention_class="supporting", caption="over the sea")
    assert made.status_code == 201
    body = made.json()
    assert (body["title"], body["caption"]) == ("my sunset", "over the sea")
    assert body["retention_class"] == "supporting"
    assert body["current"]["picture"]["width_px"] == 16
    assert send(client_of(reviewer)).status_code == 403
    second = api.post(
        f"/api/v1/assets/{body['code']}/versions/",
        {"file": SimpleUploadedFile("b.png", png(shade=5)), "note": "brighter"},
    )
    assert second.status_code == 201 and second.json()["number"] == 2
    text = api.post(
        f"/api/v1/assets/{body['code']}/versions/",
        {"file": SimpleUploadedFile("b.txt", b"hello")},
    )
    assert text.status_code == 422 and "same kind: image" in text.json()["detail"]


def test_with_a_session_a_csrf_token_is_needed(creator: User, project: Project) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(creator)
    body = {"project": str(project.code), "file_name": "a.png", "size_bytes": 5}
    response = browser.post("/api/v1/uploads/", body, content_type="application/json")
    assert response.status_code == 403
