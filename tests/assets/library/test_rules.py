"""What the database itself refuses, whoever asks."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from assets.library.models import Asset, Lineage, LineageRole, RetentionClass, Version
from assets.storage.models import Blob

Make = Callable[..., Version]
SOURCE, FINAL = RetentionClass.Code.SOURCE, RetentionClass.Code.FINAL
SUPPORTING = RetentionClass.Code.SUPPORTING


def run(sql: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def refused(sql: str, *values: object, match: str) -> None:
    with pytest.raises(DatabaseError, match=match):
        run(sql, *values)


@pytest.mark.parametrize("kept", [SOURCE, FINAL])
def test_sources_and_finals_are_not_deleted(make_version: Make, kept: RetentionClass.Code) -> None:
    version = make_version(retention_class=kept)
    message = f"is of class {kept.code}: DELETE is refused"
    refused("DELETE FROM assets_version WHERE id = %s", version.pk, match=message)
    refused("DELETE FROM assets_asset WHERE id = %s", version.asset_id, match=message)
    with pytest.raises(IntegrityError, match=message):
        version.asset.delete()


@pytest.mark.parametrize("kept", [SOURCE, FINAL, SUPPORTING])
def test_a_blob_in_use_is_not_deleted(make_version: Make, kept: RetentionClass.Code) -> None:
    version = make_version(retention_class=kept)
    refused(
        "DELETE FROM assets_blob WHERE id = %s",
        version.blob_id,
        match=f"holds version 1 of the {kept.code} asset Picture 1: DELETE is refused",
    )


def test_a_blob_shared_with_a_source_names_the_source(make_version: Make) -> None:
    version = make_version(retention_class=SUPPORTING, title="Copy")
    Version.objects.bulk_create(
        [
            Version(
                asset=make_version(retention_class=SOURCE, title="Portrait").asset,
                number=2,
                blob=version.blob,
                created_by=version.created_by,
            )
        ]
    )
    refused("DELETE FROM assets_blob WHERE id = %s", version.blob_id, match="source asset Portrait")


def test_supporting_files_can_be_deleted(make_version: Make) -> None:
    version = make_version(retention_class=SUPPORTING)
    version.asset.delete()
    Blob.objects.get(pk=version.blob_id).delete()
    assert not Blob.objects.filter(pk=version.blob_id).exists()


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("assets_version", "note = 'other'"),
        ("assets_version", "number = 7"),
        ("assets_blob", "size_bytes = 1"),
        ("assets_blob", "sha256 = repeat('a', 64)"),
    ],
)
def test_versions_and_blobs_never_change(make_version: Make, table: str, change: str) -> None:
    make_version()
    refused(f"UPDATE {table} SET {change}", match="is append-only: UPDATE is refused")


def test_retention_never_leaves_source(make_version: Make) -> None:
    asset = make_version(retention_class=SOURCE).asset
    for target in (FINAL, SUPPORTING):
        refused(
            "UPDATE assets_asset SET retention_class_id = %s WHERE id = %s",
            target,
            asset.pk,
            match="the change of state",
        )


def test_a_demoted_final_can_be_deleted(make_version: Make) -> None:
    asset = make_version(retention_class=FINAL).asset
    Asset.objects.filter(pk=asset.pk).update(retention_class_id=SUPPORTING)
    asset.delete()


def test_an_erased_project_takes_its_sources_along(make_version: Make) -> None:
    version = make_version(retention_class=SOURCE)
    project = version.asset.project_id
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("DELETE FROM studio_notification")
        for table in ("studio_membership", "studio_event"):
            cursor.execute(f"DELETE FROM {table} WHERE project_id = %s", [project])
        cursor.execute("DELETE FROM studio_project WHERE id = %s", [project])
        cursor.execute("DELETE FROM assets_version WHERE id = %s", [version.pk])
        cursor.execute("DELETE FROM assets_asset WHERE id = %s", [version.asset_id])
    assert not Asset.objects.filter(pk=version.asset_id).exists()


def test_lineage_has_no_loops_and_never_changes(make_version: Make) -> None:
    older, newer = make_version(), make_version()
    role = LineageRole.Code.BASE
    made = Lineage.objects.create(output=newer, input=older, role_id=role)
    for output, source in ((newer, newer), (older, newer)):
        with pytest.raises(IntegrityError, match="lineage_input_is_older"), transaction.atomic():
            Lineage.objects.create(output=output, input=source, role_id=role)
    with pytest.raises(IntegrityError, match="lineage_once"), transaction.atomic():
        Lineage.objects.create(output=newer, input=older, role_id=role)
    refused(
        "UPDATE assets_lineage SET role_id = %s WHERE id = %s",
        LineageRole.Code.MASK,
        made.pk,
        match="append-only",
    )


@pytest.mark.parametrize(
    ("sql", "constraint"),
    [
        ("UPDATE assets_asset SET title = ''", "asset_title_not_empty"),
        ("INSERT INTO assets_blob (sha256, size_bytes, media_type_id, created_at)"
         " VALUES (repeat('A', 64), 1, 1, now())", "blob_sha256_is_hex"),
        ("INSERT INTO assets_blob (sha256, size_bytes, media_type_id, created_at)"
         " VALUES (repeat('a', 64), 0, 1, now())", "blob_not_empty"),
        ("UPDATE assets_imageproperties SET width_px = 0", "image_properties_positive"),
        ("UPDATE assets_imageproperties SET pixel_sha256 = 'x'", "pixel_sha256_is_hex"),
        ("INSERT INTO assets_version (code, asset_id, number, blob_id, file_name, note,"
         " created_by_id, created_at) SELECT gen_random_uuid(), asset_id, number, blob_id, '', '',"
         " created_by_id, now() FROM assets_version", "version_number_once"),
        ("INSERT INTO assets_version (code, asset_id, number, blob_id, file_name, note,"
         " created_by_id, created_at) SELECT gen_random_uuid(), asset_id, 0, blob_id, '', '',"
         " created_by_id, now() FROM assets_version", "version_number_from_one"),
    ],
)  # fmt: skip
def test_constraints(make_version: Make, sql: str, constraint: str) -> None:
    make_version()
    refused(sql, match=constraint)


@pytest.mark.django_db(transaction=True)
def test_psql_is_refused_too(make_version: Make) -> None:
    """Over a connection that knows nothing of Django, as `psql` has."""
    version = make_version(retention_class=SOURCE)
    values = connection.get_connection_params()
    with psycopg.connect(
        host=values.get("host"), dbname=values["dbname"], user=values.get("user"),
        port=values.get("port"), autocommit=True,
    ) as outside:  # fmt: skip
        for table, pk in (
            ("assets_blob", version.blob_id),
            ("assets_version", version.pk),
            ("assets_asset", version.asset_id),
        ):
            with pytest.raises(psycopg.errors.RestrictViolation, match="source"):
                outside.execute(f"DELETE FROM {table} WHERE id = {pk}")
    assert Version.objects.filter(pk=version.pk, blob=version.blob_id).exists()
