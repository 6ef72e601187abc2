"""A data folder of its own for every test, and pictures to fill it with."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from assets.library.models import Origin, RetentionClass, Version
from assets.library.services import add_asset
from assets.storage.store import ingest_bytes
from studio.core.models import Project, User
from tests.assets.pictures import png


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> Path:
    """The folder that the store writes to."""
    stores = copy.deepcopy(settings.STORAGES)
    stores["default"] = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "files"},
    }
    settings.STORAGES = stores
    settings.DATA_DIR = tmp_path
    return tmp_path / "files"


def stored(folder: Path) -> list[Path]:
    """Every file below a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def make_version(creator: User, project: Project) -> Callable[..., Version]:
    """Put a small picture into the project; each call another one."""
    count = iter(range(1, 10_000))

    def make(**changes: Any) -> Version:
        number = next(count)
        content = changes.pop("content", None) or png(16, 16, shade=number)
        media_type = changes.pop("media_type", "image/png")
        values: dict[str, Any] = {
            "actor": creator,
            "project": project,
            "title": f"Picture {number}",
            "origin": Origin.Code.UPLOAD,
            "retention_class": RetentionClass.Code.SUPPORTING,
            "file_name": f"picture-{number}.png",
        }
        return add_asset(**(values | changes), blob=ingest_bytes(content, media_type))

    return make


@pytest.fixture
def api(creator: User) -> APIClient:
    """The API as the creator uses it."""
    return client_of(creator)


def client_of(user: User | None) -> APIClient:
    """The API as somebody uses it."""
    client = APIClient()
    if user is not None:
        client.force_authenticate(user)
    return client
