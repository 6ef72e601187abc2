"""Forms of seed images with values that no browser sends: said in place, never a broken page."""

from __future__ import annotations

import pytest
from django.urls import reverse

from assets.models import RetentionClass
from pipeline.characters.models import Character
from pipeline.seeds.models import SeedImage, SeedSlot, Variation, VariationMethod
from studio.core.models import Project, User
from tests.pipeline.scenes.stage import picture
from tests.support.clients import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def variation(creator: User, project: Project, jane: Character) -> Variation:
    version = picture(creator, project)
    assert version.asset.retention_class_id == RetentionClass.Code.SOURCE
    return Variation.objects.create(
        seed_image=SeedImage.objects.get(character=jane, slot=SeedSlot.Code.A),
        number=1,
        version=version,
        method_id=VariationMethod.Code.UPLOADED,
        created_by=creator,
    )


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e400", "9" * 400])
def test_figures_that_are_none(creator: User, variation: Variation, value: str) -> None:
    client = signed_in(creator)
    crop = reverse("pipeline:variation-crop", args=[variation.code])
    sent = dict.fromkeys(("left_px", "top_px", "width_px", "height_px"), value)
    assert client.post(crop, sent).status_code == 422
    refine = reverse("pipeline:variation-refine", args=[variation.code])
    sent = {"level": "on", "symmetry": value, "skin": "0.3"}
    assert client.post(refine, sent).status_code == 422


def test_a_check_that_can_not_be(creator: User, variation: Variation) -> None:
    waive = reverse("pipeline:variation-waive", args=[variation.code])
    sent = {"check": "a\x00b", "reason": "It is meant so."}
    assert signed_in(creator).post(waive, sent).status_code == 404
