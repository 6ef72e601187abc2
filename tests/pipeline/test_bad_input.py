"""What people give by mistake: each is told in place what is wrong, and nothing half-made stays."""

from __future__ import annotations

import copy
import html
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from assets.models import Asset, Blob, Version
from pipeline.characters.models import Character
from pipeline.characters.services import create_character
from pipeline.delivery.models import Delivery
from pipeline.jobs.models import Job
from pipeline.jobs.run import AttemptRun
from pipeline.review.models import FinalApproval
from pipeline.scenes.models import Cut, SceneType
from pipeline.scenes.services.cuts import render_cut
from pipeline.seeds.checking import run_checks
from pipeline.seeds.models import SeedImage, SeedSlot, Variation
from studio.core.models import ApiScope, Project, User
from tests.assets.films import film
from tests.assets.pictures import encoded
from tests.pipeline.scenes.builders import build_scene, run_jobs
from tests.pipeline.seeds.pictures import no_face, portrait, two_faces
from tests.support.clients import signed_in, with_key

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stores = copy.deepcopy(settings.STORAGES)
    stores["default"] = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "files"},
    }
    settings.STORAGES = stores
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(AttemptRun, "_heartbeat", lambda self: None)


@pytest.fixture
def seed_a(creator: User, project: Project) -> SeedImage:
    character = create_character(actor=creator, project=project, name="Jane Doe")
    return SeedImage.objects.get(character=character, slot=SeedSlot.Code.A)


def words(answer: Any) -> str:
    """What a page says, without its markup."""
    text = html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode()))
    return " ".join(text.split())


def upload(client: Client, seed_image: SeedImage, content: bytes, name: str = "it.png") -> Any:
    """Through the form of the seed manager, as a browser without scripts sends it."""
    file = SimpleUploadedFile(name, content)
    return client.post(f"/seed-images/{seed_image.code}/add/", {"file": file}, headers=HTMX)


def tiny() -> bytes:
    return encoded(Image.fromarray(np.full((10, 10, 3), 90, np.uint8)), "PNG")


# --- pictures ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (tiny, "The short side is only 10 px."),
        (no_face, "No face was found"),
        (two_faces, "2 faces were found"),
    ],
)
def test_a_picture_that_can_not_be_a_portrait(
    creator: User, seed_a: SeedImage, content: Any, said: str
) -> None:
    """It is kept, its checks say why it can't be the hero, and choosing it is refused."""
    client = signed_in(creator)
    assert upload(client, seed_a, content()).status_code in (200, 204)
    variation = Variation.objects.get()
    run_checks(variation.pk)
    page = words(client.get(f"/variations/{variation.code}/"))
    assert said in page and "Can’t be the hero yet" in page
    refused = client.post(f"/variations/{variation.code}/hero/", headers=HTMX)
    assert refused.status_code == 409
    assert said in words(refused)
    api = with_key(creator, ApiScope.Code.READ, ApiScope.Code.WRITE)
    problem = api.post(f"/api/v1/variations/{variation.code}/hero/")
    assert problem.status_code == 409
    assert problem["Content-Type"].startswith("application/problem+json")
    assert said in str(problem.json())
    variation.refresh_from_db()
    assert not variation.is_hero
    grid = words(client.get(f"/seed-images/{seed_a.code}/"))
    assert said in grid


def test_a_good_picture_still_passes(creator: User, seed_a: SeedImage) -> None:
    client = signed_in(creator)
    upload(client, seed_a, portrait())
    variation = Variation.objects.get()
    run_checks(variation.pk)
    assert client.post(f"/variations/{variation.code}/hero/", headers=HTMX).status_code in (
        200,
        204,
    )
    variation.refresh_from_db()
    assert variation.is_hero


# --- videos ------------------------------------------------------------------------------------


def corrupt() -> bytes:
    """Its index says that there are frames; where they should be is noise."""
    whole = bytearray(film(frames=12))
    start = whole.index(b"mdat") + 8
    noise = np.random.default_rng(7).integers(0, 256, len(whole) - start, np.uint8).tobytes()
    end = whole.index(b"moov", start) if b"moov" in whole[start:] else len(whole)
    whole[start:end] = noise[: end - start]
    return bytes(whole)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (corrupt, "damaged"),
        (lambda: film(frames=12)[:600], "damaged"),
        (lambda: film(frames=0), "no frame"),
    ],
    ids=["noise", "cut off", "no frames"],
)
def test_a_video_that_shows_nothing(
    creator: User, project: Project, seed_a: SeedImage, content: Any, said: str
) -> None:
    """Refused by the library and by the seed manager, and neither keeps anything of it."""
    api = with_key(creator, ApiScope.Code.READ, ApiScope.Code.WRITE)
    file = SimpleUploadedFile("clip.mp4", content(), "video/mp4")
    answer = api.post("/api/v1/assets/", {"project": str(project.code), "file": file})
    assert answer.status_code in (415, 422), answer.content
    problem = answer.json()
    assert said in f"{problem['detail']} {problem.get('remedy', '')}".lower(), problem
    assert problem.get("remedy")
    shown = upload(signed_in(creator), seed_a, content(), "clip.mp4")
    assert shown.status_code in (415, 422)
    assert problem["detail"] in words(shown)
    left = (Asset, Version, Blob, Variation, Job)
    assert [model.objects.count() for model in left] == [0] * len(left)


def test_a_video_is_no_portrait(creator: User, seed_a: SeedImage) -> None:
    answer = upload(signed_in(creator), seed_a, film(frames=6), "clip.mp4")
    assert answer.status_code == 422
    assert "A seed image must be a picture" in words(answer)
    assert not Variation.objects.exists()


# --- recipes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recipe", "field", "said"),
    [
        ({"prompt": "{name} with {hare} hair"}, "prompt", "{hare} is no trait of this project"),
        (
            {"target_frames": 20, "tolerance_frames": 0},
            "target_frames",
            "a segment has at least 48",
        ),
    ],
)
def test_a_recipe_that_can_not_be_followed(
    creator: User, project: Project, recipe: dict[str, Any], field: str, said: str
) -> None:
    """By API: a problem document that names the field. (By page: see the tests of its form.)"""
    api = with_key(creator, ApiScope.Code.READ, ApiScope.Code.WRITE)
    body = {"project": str(project.code), "name": "Portrait", "recipe": recipe}
    answer = api.post("/api/v1/scene-types/", body, content_type="application/json")
    assert answer.status_code == 422
    assert said in " ".join(answer.json()["errors"][field])
    assert not SceneType.objects.exists()


# --- rights ------------------------------------------------------------------------------------


@pytest.fixture
def cut(creator: User, project: Project) -> Cut:
    scene = build_scene(creator, project, takes=(14, 14))
    run_jobs(scene)
    made = render_cut(actor=creator, scene=scene)
    run_jobs(scene)
    return Cut.objects.get(pk=made.pk)


def test_nothing_is_final_without_rights(creator: User, project: Project, cut: Cut) -> None:
    client = signed_in(creator)
    character = Character.objects.get()
    said = "nobody has written down who allows the use of this likeness"
    page = words(client.get(f"/cuts/{cut.code}/"))
    assert said in page and "Record who allows" in page
    refused = client.post(f"/cuts/{cut.code}/approve/", {"note": "go"}, headers=HTMX)
    assert refused.status_code == 409 and said in words(refused)
    api = with_key(creator, ApiScope.Code.READ, ApiScope.Code.WRITE)
    by_api = api.post(f"/api/v1/cuts/{cut.code}/approval/", {}, content_type="application/json")
    assert by_api.status_code == 409 and said in by_api.json()["detail"]
    assert not FinalApproval.objects.exists()
    form = words(client.get(f"/projects/{project.code}/deliveries/new/"))
    assert "No cut of this project is final yet" in form
    sent = {"title": "Early", "cuts": str(cut.code), "naming_template": "{scene}.{ext}"}
    answer = client.post(f"/projects/{project.code}/deliveries/new/", sent)
    assert answer.status_code in (200, 409, 422)
    assert not Delivery.objects.exists()
    assert "There is no rights record" in words(client.get(f"/characters/{character.code}/"))
