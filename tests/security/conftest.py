"""What all attacks need: no brake on requests, and files in a folder of their own."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from rest_framework.throttling import SimpleRateThrottle


@pytest.fixture(autouse=True)
def _no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests are faster than people are."""
    monkeypatch.setattr(SimpleRateThrottle, "allow_request", lambda *_: True)


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    stores = copy.deepcopy(settings.STORAGES)
    stores["default"] = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "files"},
    }
    settings.STORAGES = stores
    settings.DATA_DIR = tmp_path
