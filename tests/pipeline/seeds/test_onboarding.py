"""Many characters at once: what is planned is made, nothing twice, nothing outside."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pipeline.characters.models import Character
from pipeline.seeds.models import SeedImage, SeedSlot, Variation
from pipeline.seeds.onboarding.plan import Entry, plan_import, safe_path, slot_of
from pipeline.seeds.onboarding.services import ImportReport, plan_archive, run_archive
from studio.core.errors import DomainError, Invalid, TooLarge
from studio.core.models import Project, User
from tests.assets.conftest import client_of
from tests.assets.pictures import png
from tests.support.clients import signed_in

pytestmark = pytest.mark.django_db
A, B = SeedSlot.Code.A, SeedSlot.Code.B

CAST = {
    "Jane/Bio/img.jpg.png": png(30, 40, shade=1),
    "Jane/Seed B/coat.png": png(30, 40, shade=2),
    "Joe_Smith/portrait.png": png(30, 40, shade=3),
    "Joe_Smith/notes.txt": b"tall",
    "__MACOSX/Jane/._img.png": b"litter",
    "readme.png": png(30, 40, shade=4),
}


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for path, content in files.items():
            target.writestr(path, content)
    return buffer.getvalue()


@pytest.fixture
def archive(tmp_path: Path) -> Any:
    def make(files: dict[str, bytes]) -> Path:
        path = tmp_path / "cast.zip"
        path.write_bytes(zipped(files))
        return path

    return make


def test_a_zip_is_planned_then_made_and_nothing_twice(
    creator: User, project: Project, archive: Any
) -> None:
    path = archive(CAST)
    plan = plan_archive(actor=creator, project=project, path=path)
    assert [(p.name, len(p.wanted)) for p in plan.characters] == [("Jane", 2), ("Joe Smith", 1)]
    assert (plan.new_count, plan.file_count) == (2, 3)
    assert {name for name, _ in plan.ignored} == {"Joe_Smith/notes.txt", "readme.png"}
    assert not Character.objects.exists()
    report = run_archive(actor=creator, project=project, path=path)
    assert (len(report.made), report.added, report.refused) == (2, 3, [])
    jane = Character.objects.get(import_path="Jane")
    assert Variation.objects.filter(seed_image__character=jane, seed_image__slot=B).count() == 1
    again = run_archive(actor=creator, project=project, path=path)
    assert (again.made, again.added, again.skipped) == ([], 0, 3)
    more = archive(CAST | {"Jane/Bio/new.png": png(30, 40, shade=9)})
    assert run_archive(actor=creator, project=project, path=more).added == 1
    assert Character.objects.count() == 2


@pytest.mark.parametrize(
    "path",
    ["../evil.png", "Jane/../../evil.png", "/etc/evil.png", "C:/evil.png", "Jane\\evil.png",
     "Jane//evil.png", "./Jane/evil.png", "Jane/ev\x00il.png", "Jane/\u202egnp.png"],
)  # fmt: skip
def test_paths_that_lead_out_refuse_everything(creator: User, project: Project, path: str) -> None:
    entries = [Entry("Jane/good.png", 100), Entry(path, 100)]
    with pytest.raises(Invalid, match="nothing was imported"):
        plan_import(project, entries)
    assert not Character.objects.exists()


def test_limits(project: Project, settings: Any, creator: User, archive: Any) -> None:
    settings.CHARACTER_IMPORT_MAX_FILES = 2
    with pytest.raises(TooLarge, match="at most 2 files"):
        plan_import(project, [Entry(f"Jane/{n}.png", 1) for n in range(3)])
    settings.CHARACTER_IMPORT_MAX_BYTES = 1000
    with pytest.raises(TooLarge, match="GiB"):
        plan_import(project, [Entry("Jane/1.png", 1001)])
    with pytest.raises(TooLarge, match="too deep"):
        safe_path("/".join("abcdefghijk"))
    with pytest.raises(TooLarge, match="times larger"):
        plan_archive(
            actor=creator, project=project, path=archive({"Jane/a.png": b"\0" * (2 * 1024**2)})
        )
    with pytest.raises(DomainError, match="no ZIP"):
        path = archive({})
        path.write_bytes(b"PK nonsense")
        plan_archive(actor=creator, project=project, path=path)


@pytest.mark.parametrize(
    ("path", "slot"),
    [("Jane/Bio/img.jpg", A), ("Jane/Seed B/x.png", B), ("Jane/seed_b.png", B),
     ("Jane/foundation/1.png", B), ("Jane/face-b.png", B), ("Body/portrait.png", A),
     ("Jane/abc.png", A)],
)  # fmt: skip
def test_which_seed_image_a_path_means(path: str, slot: SeedSlot.Code) -> None:
    assert slot_of(path) == slot


def test_one_folder_around_everything_is_looked_through(project: Project) -> None:
    paths = ["cast/Jane/a.png", "cast/Joe/a.png"]
    plan = plan_import(project, [Entry(path, 10) for path in paths])
    assert [p.name for p in plan.characters] == ["Jane", "Joe"]
    plan = plan_import(project, [Entry(p, 10) for p in ("Jane/Bio/a.png", "Jane/Body/a.png")])
    assert [p.name for p in plan.characters] == ["Jane"]


def test_the_page_shows_first_and_does_then(creator: User, project: Project) -> None:
    client = signed_in(creator)
    file = SimpleUploadedFile("cast.zip", zipped(CAST), "application/zip")
    answer = client.post("/characters/import/", {"project": str(project.code), "archive": file})
    page = answer.content.decode()
    assert "2 new characters, 3 pictures" in page
    assert not Character.objects.exists()
    token = answer.context["token"]
    assert client.post("/characters/import/run/", {"token": token}).status_code == 303
    assert Character.objects.count() == 2
    assert client.post("/characters/import/run/", {"token": token}).status_code == 409
    bad = SimpleUploadedFile("cast.zip", zipped({"../x.png": b"x"}), "application/zip")
    answer = client.post("/characters/import/", {"project": str(project.code), "archive": bad})
    assert answer.status_code == 422
    assert "nothing was imported" in answer.content.decode()


def test_a_token_is_its_owners(creator: User, admin: User, project: Project) -> None:
    file = SimpleUploadedFile("cast.zip", zipped(CAST), "application/zip")
    sent = {"project": str(project.code), "archive": file}
    token = signed_in(creator).post("/characters/import/", sent).context["token"]
    assert signed_in(admin).post("/characters/import/run/", {"token": token}).status_code == 404


def test_a_folder_is_listed(creator: User, project: Project) -> None:
    manifest = json.dumps([["Jane/a.png", 10], ["Jane/Body/b.png", 12]])
    sent = {"project": str(project.code), "manifest": manifest}
    page = signed_in(creator).post("/characters/import/", sent).content.decode()
    assert "1 new character, 2 pictures" in page


def test_by_api(creator: User, reviewer: User, outsider: User, project: Project) -> None:
    def send(user: User, **more: str) -> Any:
        file = SimpleUploadedFile("cast.zip", zipped(CAST), "application/zip")
        sent = {"project": str(project.code), "archive": file, **more}
        return client_of(user).post("/api/v1/characters/import/", sent, format="multipart")

    assert send(outsider).status_code == 404
    assert send(reviewer).status_code == 403
    planned = send(creator, dry_run="true").json()
    assert (planned["characters"], planned["pictures"]) == (["Jane", "Joe Smith"], 3)
    assert not Character.objects.exists()
    assert send(creator).json()["pictures"] == 3
    assert send(creator).json() | {"refused": []} == {
        "characters": [], "pictures": 0, "skipped": 3, "refused": [],
    }  # fmt: skip


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packing_that_unpacks_without_limit_is_refused(
    creator: User, project: Project, tmp_path: Path, method: int
) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", method) as target:
        target.writestr("Jane/a.png", bytes(100_000))
    with pytest.raises(Invalid, match="packed in a way"):
        plan_archive(actor=creator, project=project, path=path)


def test_a_table_of_contents_without_end_is_not_read(
    creator: User, project: Project, tmp_path: Path, settings: Any
) -> None:
    settings.CHARACTER_IMPORT_MAX_FILES = 1
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as target:
        for number in range(200):
            target.writestr(f"Jane/{number}.png", b"")
    with pytest.raises(TooLarge, match="at most 1 files"):
        plan_archive(actor=creator, project=project, path=path)


def test_a_token_imports_once(creator: User, project: Project, monkeypatch: Any) -> None:
    """Two clicks at the same moment: the second finds no ZIP while the first still reads it."""
    client = signed_in(creator)
    file = SimpleUploadedFile("cast.zip", zipped(CAST), "application/zip")
    shown = client.post("/characters/import/", {"project": str(project.code), "archive": file})
    token = shown.context["token"]
    answers = []

    def meanwhile(**how: Any) -> ImportReport:
        answers.append(client.post("/characters/import/run/", {"token": token}).status_code)
        return run_archive(**how)

    monkeypatch.setattr("pipeline.seeds.onboarding.views.run_archive", meanwhile)
    assert client.post("/characters/import/run/", {"token": token}).status_code == 303
    assert answers == [409]
    assert Character.objects.count() == 2


def test_a_folder_takes_away_only_what_was_uploaded_for_it(
    creator: User, project: Project, jane: Character, varied: Any, picture: Any
) -> None:
    used = varied(SeedImage.objects.get(character=jane, slot=A), png(30, 40, shade=7)).version
    brought = picture(png(30, 40, shade=8))
    sent = {
        "project": str(project.code),
        "path": ["Ada/a.png", "Ada/b.png"],
        "version": [str(used.code), str(brought.code)],
    }
    assert signed_in(creator).post("/characters/import/run/", sent).status_code == 303
    assert Variation.objects.filter(seed_image__character__name="Ada").count() == 2
    used.asset.refresh_from_db()
    brought.asset.refresh_from_db()
    assert (used.asset.is_trashed, brought.asset.is_trashed) == (False, True)
