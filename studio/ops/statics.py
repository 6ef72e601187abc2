"""Static files are collected only when they have changed: it takes seconds, looking takes none."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders

from studio.ops.folder import DataFolder


def fingerprint() -> str:
    """A digest of every static file's place, size and time, and of how they are stored."""
    digest = hashlib.sha256()
    digest.update(f"{django.__version__} {settings.STORAGES['staticfiles']}".encode())
    static_app: Any = apps.get_app_config("staticfiles")
    for finder in get_finders():
        for name, storage in finder.list(static_app.ignore_patterns):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _note(folder: DataFolder) -> Path:
    return folder.run / "static.sha256"


def are_current(folder: DataFolder, now: str) -> bool:
    """Whether what was collected last is what `now` (a fingerprint) says."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    try:
        return manifest.exists() and _note(folder).read_text() == now
    except FileNotFoundError:
        return False


def mark_current(folder: DataFolder, now: str) -> None:
    """Remember what has been collected."""
    _note(folder).write_text(now)
