"""Deliveries: what blocks, what is packed, the same bytes again."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

import jsonschema
import pytest
import xmlschema
from django.utils import timezone

from assets.storage.store import local_copy
from pipeline.characters.models import (
    MetadataField,
    MetadataType,
    RightsBasis,
    RightsRecord,
    TraitValue,
)
from pipeline.delivery import documents
from pipeline.delivery.documents import as_csv, as_xml, schema_text
from pipeline.delivery.facts import cut_facts
from pipeline.delivery.models import Delivery
from pipeline.delivery.naming import refuse_collisions
from pipeline.delivery.queries import get_delivery, manifest_of
from pipeline.delivery.services import create_delivery, repeat_delivery
from pipeline.jobs.run import AttemptRun
from pipeline.review.pages import get_cut
from pipeline.review.services import approve_final
from pipeline.scenes.models import BoundaryMeasurement, Cut
from pipeline.scenes.services.cuts import render_cut
from pipeline.video.frames import probe
from studio.core.errors import Conflict, Forbidden, Invalid, NotFound
from studio.live.models import Event
from tests.pipeline.scenes.builders import build_scene, run_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_heartbeat(monkeypatch):
    monkeypatch.setattr(AttemptRun, "_heartbeat", lambda self: None)


@pytest.fixture
def final_cut(creator, project):
    scene = build_scene(creator, project, takes=(14, 14))
    run_jobs(scene)
    cut = render_cut(actor=creator, scene=scene)
    run_jobs(scene)
    RightsRecord.objects.create(
        character=scene.character,
        basis_id=RightsBasis.Code.SYNTHETIC,
        valid_from=timezone.localdate(),
        recorded_by=creator,
    )
    approve_final(actor=creator, cut=Cut.objects.get(pk=cut.pk))
    return get_cut(creator, cut.code)


def deliver(creator, project, cuts, **how):
    made = create_delivery(actor=creator, project=project, cuts=cuts, title="Reel", **how)
    run_jobs()
    return get_delivery(creator, made.code)


def package_bytes(delivery, at=-1):
    return Path(local_copy(list(delivery.packages.all())[at].version.blob)).read_bytes()


def test_package_holds_media_metadata_sidecars_and_checksums(creator, project, final_cut):
    delivery = deliver(creator, project, [final_cut])
    package = zipfile.ZipFile(io.BytesIO(package_bytes(delivery)))
    names = package.namelist()
    [media] = [name for name in names if name.startswith("media/")]
    assert media == "media/Lighthouse_ADA_Walk_v001.mp4"
    assert hashlib.sha256(package.read(media)).hexdigest() == final_cut.version.blob.sha256
    listed = dict(
        line.split("  ")[::-1] for line in package.read("SHA256SUMS").decode().split("\n") if line
    )
    assert set(listed) == set(names) - {"SHA256SUMS"}
    assert all(hashlib.sha256(package.read(n)).hexdigest() == sha for n, sha in listed.items())
    master = json.loads(package.read("metadata/master.json"))
    jsonschema.validate(master, json.loads(package.read("metadata/delivery-1.schema.json")))
    [cut] = master["cuts"]
    assert cut["technical"]["frames"] == final_cut.frames
    in_file = probe(local_copy(final_cut.version.blob)).timecode
    assert cut["technical"]["start_timecode"] == in_file == cut["pieces"][0]["timecode"]
    assert cut["takes"][0]["cut_start_timecode"] == in_file == "01:00:00:00"
    assert sum(p["out_frame"] - p["in_frame"] for p in cut["pieces"]) == final_cut.frames
    sidecars = [name for name in names if name.startswith("sidecars/")]
    assert len(sidecars) == 2 * len(cut["takes"]) == 4
    assert {f.path for f in manifest_of(delivery.packages.last())} == set(listed)


def test_sidecars_fit_their_published_schema(creator, project, final_cut, tmp_path):
    delivery = deliver(creator, project, [final_cut])
    package = zipfile.ZipFile(io.BytesIO(package_bytes(delivery)))
    schema = xmlschema.XMLSchema(schema_text(documents.TAKE_SCHEMA))
    found = [n for n in package.namelist() if n.endswith(".xml")]
    assert found
    for name in found:
        schema.validate(package.read(name).decode().replace('encoding="UTF-8"', ""))


def test_packed_again_it_has_the_same_bytes_even_if_the_world_has_changed(
    creator, project, final_cut
):
    delivery = deliver(creator, project, [final_cut])
    field = MetadataField.objects.create(
        project=project, key="hair", label="Hair", position=0, value_type_id=MetadataType.Code.TEXT
    )
    character = final_cut.scene.character
    TraitValue.objects.create(
        character=character, field=field, number=1, value="red", set_by=creator
    )
    repeat_delivery(actor=creator, delivery=delivery)
    run_jobs()
    again = get_delivery(creator, delivery.code)
    first, second = (p.version for p in again.packages.all())
    assert first.blob.sha256 == second.blob.sha256
    assert package_bytes(again, 0) == package_bytes(again, 1)
    assert Event.objects.filter(kind__code="delivery.packed").count() == 2


def test_what_is_not_final_or_not_allowed_is_refused_with_every_reason(creator, project, final_cut):
    RightsRecord.objects.update(revoked_at=timezone.now(), revoked_by=creator)
    MetadataField.objects.create(
        project=project,
        key="hair",
        label="Hair",
        position=0,
        is_required=True,
        value_type_id=MetadataType.Code.TEXT,
    )
    with pytest.raises(Conflict) as refused:
        deliver(creator, project, [final_cut])
    assert "Ada" in refused.value.detail and "Hair" in refused.value.detail
    assert not Delivery.objects.exists()


def test_cut_that_is_not_final(creator, project, final_cut):
    other = build_scene(creator, project, takes=(14,), title="Run")
    run_jobs(other)
    cut = render_cut(actor=creator, scene=other)
    run_jobs(other)
    with pytest.raises(Conflict, match="not final"):
        deliver(creator, project, [final_cut, get_cut(creator, cut.code)])


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{projekt}.{ext}", "no slot"),
        ("{project", "can't be read"),
        ("{scene}", "must end"),
        ("{version:99999999999}.{ext}", "no format"),
        ("{project.__class__}.{ext}", "no slot"),
        ("{scene!r}.{ext}", "no format"),
    ],
)
def test_bad_naming_template(creator, project, final_cut, template, says):
    with pytest.raises(Invalid, match=says):
        deliver(creator, project, [final_cut], naming_template=template)


def test_collision_is_refused(creator, project, final_cut):
    with pytest.raises(Invalid, match="twice"):
        deliver(creator, project, [final_cut, final_cut])
    with pytest.raises(Invalid, match="title"):
        create_delivery(actor=creator, project=project, cuts=[final_cut], title=" ")


def test_files_whose_sidecars_would_have_one_name_are_refused():
    refuse_collisions(["A_v1.mp4", "A_v2.mov"])
    for names in (["A.mp4", "a.mp4"], ["A.mp4", "A.mov"]):
        with pytest.raises(Invalid, match="would be called"):
            refuse_collisions(names)


def test_a_boundary_that_is_measured_anew_does_not_hinder(creator, project, final_cut):
    BoundaryMeasurement.objects.all().delete()
    facts = cut_facts(final_cut, "a.mp4")
    assert [join["score"] for join in facts["boundaries"]] == [None]


def test_who_may_deliver(reviewer, outsider, project, final_cut):
    with pytest.raises(Forbidden):
        deliver(reviewer, project, [final_cut])
    with pytest.raises(NotFound):
        deliver(outsider, project, [final_cut])


def test_spreadsheets_run_no_formula_and_xml_takes_any_text():
    rows = [("scene", "title", "=1+1"), ("scene", "note", '<b a="1">&\x00\x0bß')]
    assert "'=1+1" in as_csv(rows)
    assert "&lt;b" in as_xml(rows) and "\x00" not in as_xml(rows)
