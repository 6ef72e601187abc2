"""The doctor finds what is wrong, the sweeper what was lost, the admin shows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ

from assets.library.models import Asset, RetentionClass, Version
from assets.renditions import doctor as rendition_checks
from assets.renditions.models import RenditionFailure
from assets.renditions.sweep import sweep_renditions
from assets.renditions.tasks import run_renditions
from assets.storage import doctor as checks
from assets.storage.models import Blob, ImageProperties
from assets.storage.store import ingest_bytes, local_copy
from studio.core.models import Project, User
from tests.assets.pictures import png

Make = Callable[..., Version]


def details(check: Callable[[], object]) -> list[str]:
    return [finding.detail for finding in check()]  # type: ignore[attr-defined]


def _age(blob: Blob) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # rows of blobs never change
        cursor.execute(
            "UPDATE assets_blob SET created_at = %s WHERE id = %s",
            [timezone.now() - timedelta(days=1), blob.pk],
        )
        cursor.execute("RESET session_replication_role")


def test_a_healthy_store(make_version: Make) -> None:
    run_renditions(make_version().blob_id)
    for check in (
        checks.check_blobs, checks.check_blob_hashes, checks.check_orphan_files,
        checks.check_unused_blobs, checks.check_assets, checks.check_uploads,
        rendition_checks.check_renditions,
    ):  # fmt: skip
        assert details(check) == []


def test_missing_truncated_and_damaged_files(make_version: Make) -> None:
    missing, short, damaged = (make_version().blob for _ in range(3))
    local_copy(missing).unlink()
    local_copy(short).write_bytes(b"x")
    local_copy(damaged).write_bytes(bytes(damaged.size_bytes))
    assert sorted(details(checks.check_blobs)) == sorted([
        f"The file of blob {missing.sha256} is missing.",
        f"The file of blob {short.sha256} has 1 bytes, not {short.size_bytes:,}.",
    ])  # fmt: skip
    assert f"The file of blob {damaged.sha256} is damaged." in details(checks.check_blob_hashes)


def test_orphans_and_unused(make_version: Make, files: Path) -> None:
    make_version()
    orphan = files / "blobs" / "ab" / "cd" / ("abcd" + "0" * 60)
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"hello")
    (finding,) = checks.check_orphan_files()
    assert orphan.name in finding.detail and not finding.is_problem
    unused = ingest_bytes(png(shade=12345), "image/png")
    assert details(checks.check_unused_blobs) == []  # it may be on its way
    _age(unused)
    assert unused.sha256 in details(checks.check_unused_blobs)[0]


def test_assets_without_versions(make_version: Make) -> None:
    version = make_version(retention_class=RetentionClass.Code.SUPPORTING)
    asset = version.asset
    version.delete()
    assert details(checks.check_assets) == [f"Asset {asset.code} (Picture 1) has no version."]


def test_lost_thumbnails_are_tried_once_more(make_version: Make) -> None:
    version = make_version()
    media = OrmQ.objects.filter(key="media")
    media.delete()  # the process that had it died
    sweep_renditions()
    assert media.count() == 0  # it may still be on its way
    _age(version.blob)
    assert len(details(rendition_checks.check_renditions)) == 1
    sweep_renditions()
    assert media.count() == 1
    sweep_renditions()
    assert media.count() == 1  # never twice: what is left is a failure to be seen
    assert "died" in RenditionFailure.objects.get().reason
    run_renditions(version.blob_id)
    assert not RenditionFailure.objects.exists()
    assert ImageProperties.objects.get(blob=version.blob).thumbhash


def test_nothing_is_swept_while_the_queue_is_long(make_version: Make) -> None:
    version = make_version()
    _age(version.blob)
    sweep_renditions()
    assert OrmQ.objects.filter(key="media").count() == 1
    assert not RenditionFailure.objects.exists()


@pytest.fixture
def back_office(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


@pytest.mark.parametrize(
    "name",
    ["asset", "version", "blob", "lineage", "favourite", "usage", "upload", "rendition",
     "renditionfailure", "mediatype", "retentionclass", "uploadstatetransition"],
)  # fmt: skip
def test_admin_pages(back_office: Client, make_version: Make, name: str) -> None:
    version = make_version()
    run_renditions(version.blob_id)
    assert back_office.get(f"/admin/assets/{name}/").status_code == 200
    assert back_office.get(f"/admin/assets/{name}/?q=a").status_code == 200


def test_admin_changes_go_through_services(
    back_office: Client, make_version: Make, project: Project
) -> None:
    asset = make_version(retention_class=RetentionClass.Code.SOURCE).asset
    url = f"/admin/assets/asset/{asset.pk}/change/"
    assert back_office.get(url).status_code == 200
    form = {
        "title": "New", "retention_class": RetentionClass.Code.SOURCE.value,
        "versions-TOTAL_FORMS": 0, "versions-INITIAL_FORMS": 0,
    }  # fmt: skip
    assert back_office.post(url, form).status_code == 302
    assert Asset.objects.get().title == "New"
    assert project.events.filter(kind__code="asset.renamed").exists()
    form["retention_class"] = RetentionClass.Code.SUPPORTING.value
    refused = back_office.post(url, form, follow=True)
    assert "permanent" in refused.content.decode()
    chosen = {"action": "trash", "_selected_action": [asset.pk]}
    back_office.post("/admin/assets/asset/", chosen)
    assert Asset.objects.get().is_trashed
    assert back_office.get(f"/admin/assets/asset/{asset.pk}/delete/").status_code == 403
