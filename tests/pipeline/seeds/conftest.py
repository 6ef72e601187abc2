"""What the tests of characters and seed images share."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assets.library.models import Origin, RetentionClass, Version
from assets.library.services import add_asset
from assets.storage.store import ingest_bytes
from pipeline.characters.models import Character
from pipeline.characters.services import create_character
from pipeline.seeds.checking import run_checks
from pipeline.seeds.models import SeedImage, SeedSlot, Variation
from pipeline.seeds.services import upload_variation
from studio.core.models import Project, User
from tests.pipeline.seeds.pictures import portrait


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


@pytest.fixture
def jane(creator: User, project: Project) -> Character:
    """A character without pictures."""
    return create_character(actor=creator, project=project, name="Jane Doe")


def seed(character: Character, slot: SeedSlot.Code = SeedSlot.Code.A) -> SeedImage:
    """One of a character's two seed images."""
    return SeedImage.objects.select_related("character__project").get(
        character=character, slot=slot
    )


@pytest.fixture
def picture(creator: User, project: Project) -> Callable[..., Version]:
    """Put a picture into the project's library."""

    def make(content: bytes | None = None, **changes: Any) -> Version:
        values: dict[str, Any] = {
            "actor": creator,
            "project": project,
            "title": "Portrait",
            "origin": Origin.Code.UPLOAD,
            "retention_class": RetentionClass.Code.SOURCE,
        }
        blob = ingest_bytes(content or portrait(), "image/png")
        return add_asset(**(values | changes), blob=blob)

    return make


@pytest.fixture
def varied(creator: User, picture: Callable[..., Version]) -> Callable[..., Variation]:
    """Upload a picture as a checked variation of a seed image."""

    def make(seed_image: SeedImage, content: bytes | None = None) -> Variation:
        made = upload_variation(actor=creator, seed_image=seed_image, version=picture(content))
        run_checks(made.pk)
        made.refresh_from_db()
        return made

    return make
