"""What the paid providers offer: complete, priced, and charged as it was estimated."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.db.models import Sum

from assets.models import LineageRole, Version
from billing.ledger.services import grant_credits
from billing.prices.defaults import PRICE_BOOK
from billing.prices.quotes import charge_for
from pipeline.jobs.finish import cancel_unstarted, charged_microcredits, held_microcredits
from pipeline.jobs.models import JobOutput
from pipeline.jobs.moves import lock_job
from pipeline.jobs.submit import JobRequest, plan_job, submit_job
from pipeline.operations.catalogue import CATALOGUE
from pipeline.operations.declaration import OfferSpec, OperationSpec
from pipeline.operations.models import Offer
from pipeline.operations.sync import sync_catalogue
from pipeline.providers.facts import omni_seconds, wan_seconds
from pipeline.providers.models import Provider, ProviderModel
from studio.core.errors import Invalid
from studio.core.models import Project, User
from tests.pipeline.operations.inputs import audio_version, image_version
from tests.pipeline.operations.requests import PARAMETERS

REMOTE = [
    (spec, offer)
    for spec in CATALOGUE.values()
    for offer in spec.offers
    if offer.provider not in ("local", "comfyui")
]
LIVE = [(spec, offer) for spec, offer in REMOTE if offer.retires_on is None]
LINES = {line.sku: line for line in PRICE_BOOK}


def named(pairs: list[tuple[OperationSpec, OfferSpec]]) -> list[str]:
    return [offer.sku for _spec, offer in pairs]


@pytest.mark.parametrize(("spec", "offer"), REMOTE, ids=named(REMOTE))
def test_an_offer_is_whole(spec: OperationSpec, offer: OfferSpec) -> None:
    """Its price, its code, and names that the operation knows."""
    assert offer.sku in LINES
    assert offer.sku == f"{spec.code}/{offer.provider}/{offer.model}"
    roles = {item.role for item in spec.inputs}
    assert offer.ignores <= set(spec.parameters.model_fields) | {role.code for role in roles}
    assert set(offer.input_limits) <= roles
    assert {item.role for item in spec.inputs if item.at_least} <= set(offer.input_limits)
    parameters = spec.clean(PARAMETERS[spec.code])
    for parameter, _value in LINES[offer.sku].factors:
        assert parameter in spec.parameters.model_fields
        assert parameter not in offer.ignores
    assert offer.most_milli(parameters) > 0


def test_the_price_book_sells_nothing_that_nobody_offers() -> None:
    declared = {offer.sku for spec in CATALOGUE.values() for offer in spec.offers}
    elsewhere = {sku for sku in LINES if "/comfyui/" in sku or sku.startswith("system.")}
    assert set(LINES) - elsewhere <= declared


def test_every_factor_is_for_a_value_that_can_be_chosen() -> None:
    for spec, offer in REMOTE:
        for parameter, value in LINES[offer.sku].factors:
            schema = spec.parameters.model_json_schema()["properties"][parameter]
            choices = schema.get("enum") or schema["anyOf"][0]["enum"]
            assert value in choices


@pytest.mark.parametrize(("spec", "offer"), LIVE, ids=named(LIVE))
@pytest.mark.django_db
def test_estimate_hold_and_settlement_agree(
    spec: OperationSpec, offer: OfferSpec, admin: User, project: Project
) -> None:
    grant_credits(actor=admin, user=project.owner, amount_microcredits=10**9)
    request = JobRequest(
        operation=spec.code,
        parameters=PARAMETERS[spec.code],
        provider=offer.provider,
        model=offer.model,
        inputs=inputs_for(spec, project),
        reuse=False,
    )
    plan = plan_job(actor=project.owner, project=project, request=request)
    assert not plan.quote.is_upper_bound
    assert plan.quote.amount_microcredits > 0
    job = submit_job(actor=project.owner, project=project, request=request)
    assert held_microcredits(job) == plan.quote.amount_microcredits
    each = offer.most_milli(plan.parameters)
    any_file = image_version(project, 64, 64)
    JobOutput.objects.bulk_create(
        JobOutput(
            job=job,
            position=position,
            version=any_file,
            random_seed=1,
            quantity_milli=each,
            elapsed_ms=1,
        )
        for position in range(job.outputs_expected)
    )
    assert cancel_unstarted(lock_job(job))
    used = job.outputs.aggregate(total=Sum("quantity_milli"))["total"]
    assert charge_for(job.price, used, job.parameters) == plan.quote.amount_microcredits
    assert charged_microcredits(job) == plan.quote.amount_microcredits
    assert held_microcredits(job) == 0


def inputs_for(spec: OperationSpec, project: Project) -> list[tuple[str, Any]]:
    """A file for every role that needs one."""
    found: list[tuple[str, Any]] = []
    for item in spec.inputs:
        if item.at_least:
            maker = audio_version if "audio" in item.kinds else image_version
            version: Version = maker(project)
            found.append((item.role.code, version.code))
    return found


def test_films_are_charged_by_the_length_that_the_model_makes() -> None:
    assert [wan_seconds(f, 24, 1) for f in (1, 120, 121, 240, 600)] == [5, 5, 10, 10, 10]
    assert wan_seconds(120, 24_000, 1001) == 10  # 5.005 s
    assert [omni_seconds(f, 24, 1) for f in (2, 72, 73, 240, 600)] == [3, 3, 4, 10, 10]


@pytest.mark.parametrize(
    ("values", "resolution"),
    [
        ({}, "720p"),
        ({"width_px": 848, "height_px": 480}, "480p"),
        ({"width_px": 1080, "height_px": 1920}, "1080p"),
        ({"height_px": 480, "resolution": "1080p"}, "1080p"),
    ],
)
def test_the_resolution_covers_the_take(values: dict[str, Any], resolution: str) -> None:
    checked: Any = CATALOGUE["transform.image_to_video"].clean(values)
    assert checked.resolution == resolution


@pytest.mark.django_db
class TestModels:
    """Rows of the models: written once, then an Admin's."""

    def test_identifiers_and_retirement_are_written(self) -> None:
        wan = ProviderModel.objects.get(provider=Provider.Code.WAVESPEED, code="wan-2.5")
        assert wan.identifier == "alibaba/wan-2.5/image-to-video"
        imagen = ProviderModel.objects.get(code="imagen-4.0")
        assert (imagen.retires_on, imagen.is_retired) == (date(2026, 8, 17), True)
        assert imagen.successor is not None
        assert imagen.successor.code == "nano-banana-2.1"
        assert Offer.objects.filter(model__provider=Provider.Code.STABILITY).count() == 22

    def test_what_an_admin_changed_stays(self) -> None:
        models = ProviderModel.objects.filter(code="imagen-4.0")
        models.update(identifier="imagen-5", retires_on=None, successor=None)
        sync_catalogue()
        kept = models.get()
        assert (kept.identifier, kept.retires_on, kept.successor) == ("imagen-5", None, None)

    def test_a_retired_model_is_refused_in_words(self, creator, project) -> None:
        request = JobRequest(
            operation="create.image",
            parameters={"prompt": "a"},
            provider="gemini",
            model="imagen-4.0",
        )
        with pytest.raises(Invalid, match=r"retired on 17 Aug 2026; use Gemini Nano Banana 2\.1"):
            submit_job(actor=creator, project=project, request=request)


def test_titles_do_not_repeat_within_an_operation() -> None:
    for spec in CATALOGUE.values():
        titles = [offer.title for offer in spec.offers]
        assert len(set(titles)) == len(titles), spec.code


def test_identifiers_name_what_they_are_documented_as() -> None:
    for _spec, offer in REMOTE:
        if offer.provider in ("wavespeed", "huggingface"):
            assert re.fullmatch(r"[a-z-]+/[A-Za-z0-9./-]+", offer.identifier), offer.sku


def test_roles_of_limits_are_roles() -> None:
    for _spec, offer in REMOTE:
        assert all(isinstance(role, LineageRole.Code) for role in offer.input_limits)
