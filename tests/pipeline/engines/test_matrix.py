"""The capability matrix: prices, health, keys, retirement, and what a request is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assets.storage.store import ingest_bytes
from pipeline.engines.matrix import Entry, MatrixFilters, entries_for, rows_of, states_of
from pipeline.engines.queries import Health, health_by_offer
from pipeline.jobs.claim import claim_job, this_worker
from pipeline.jobs.finish import SUCCEEDED, end_attempt, record_output
from pipeline.jobs.models import (
    Attempt,
    AttemptOutcome,
    ErrorClass,
    JobState,
    ProviderRequest,
)
from pipeline.jobs.moves import move
from pipeline.jobs.submit import JobRequest, submit_job
from pipeline.operations.catalogue import CATALOGUE
from pipeline.operations.offers import all_offers
from pipeline.providers.base import Produced
from pipeline.providers.keys import put_key
from pipeline.providers.models import KeyState, Provider, ProviderKey, ProviderModel
from pipeline.providers.signals import webhook_received
from studio.core.errors import Invalid
from studio.core.models import Project, User
from tests.assets.pictures import png
from tests.support.query_counts import assert_recorded_queries

pytestmark = pytest.mark.django_db

LOCAL = ("create.image", "local")


def attempt_of(creator: User, project: Project, seed: int) -> Attempt:
    request = JobRequest(
        operation="create.image",
        parameters={"prompt": "a lighthouse", "variations": 1, "random_seed": seed},
        provider="local",
        reuse=False,
    )
    submit_job(actor=creator, project=project, request=request)
    found = claim_job(this_worker())
    assert found is not None
    assert move(found.job, JobState.Code.RUNNING)
    return found


@pytest.fixture
def done(creator: User, project: Project) -> Attempt:
    """An attempt that succeeded."""
    attempt = attempt_of(creator, project, 1)
    picture = Produced(0, png(), "image/png", 1, 1000, 10)
    record_output(attempt, picture, ingest_bytes(picture.content, "image/png"))
    assert end_attempt(attempt, SUCCEEDED)
    attempt.refresh_from_db()
    return attempt


def more(done: Attempt, *endings: tuple[AttemptOutcome.Code, ErrorClass.Code | None, int]) -> None:
    """Further attempts at the same job, as (outcome, whose fault, seconds)."""
    for number, (outcome, fault, seconds) in enumerate(endings, start=done.number + 1):
        begun = timezone.now() - timedelta(hours=1)
        Attempt.objects.create(
            job=done.job,
            number=number,
            worker=done.worker,
            process_id=1,
            started_at=begun,
            ended_at=begun + timedelta(seconds=seconds),
            outcome_id=outcome.value,
            error_class_id=fault.value if fault else None,
        )


def test_health_counts_what_the_provider_can_help(done: Attempt) -> None:
    good, bad = AttemptOutcome.Code.SUCCEEDED, AttemptOutcome.Code.FAILED
    fault = ErrorClass.Code
    Attempt.objects.filter(pk=done.pk).update(
        started_at=timezone.now() - timedelta(seconds=10), ended_at=timezone.now()
    )
    more(
        done,
        (good, None, 20),
        (good, None, 90),
        (bad, fault.PROVIDER, 1),
        (bad, fault.TIMEOUT, 300),
        (AttemptOutcome.Code.LOST, fault.WORKER_LOST, 5),
        (bad, fault.INPUT, 1),  # the request's own fault
        (bad, fault.POLICY, 1),
        (AttemptOutcome.Code.CANCELLED, None, 1),
    )

    health = health_by_offer()[*LOCAL, done.job.offer.model.code]

    assert (health.attempts, health.succeeded, health.percent) == (6, 3, 50)
    assert health.median_ms == pytest.approx(20_000, abs=50)
    assert health.level == "poor"


def test_health_forgets_after_a_week(done: Attempt) -> None:
    long_ago = timezone.now() - timedelta(days=8)
    Attempt.objects.filter(pk=done.pk).update(started_at=long_ago, ended_at=long_ago)

    assert health_by_offer() == {}


def test_health_without_a_success_has_no_time(done: Attempt) -> None:
    Attempt.objects.filter(pk=done.pk).update(
        outcome_id=AttemptOutcome.Code.FAILED.value, error_class_id=ErrorClass.Code.PROVIDER.value
    )

    [health] = health_by_offer().values()
    assert health == Health(1, 0, None) and health.percent == 0


def entry(user: User, operation: str, provider: str) -> Entry:
    return next(
        e
        for e in entries_for(user)
        if e.operation.code == operation and e.offer.provider == provider
    )


def test_every_listed_offer_has_its_price_and_its_place(creator: User) -> None:
    entries = entries_for(creator)

    wanted = {
        (spec.code, offer.provider, offer.model)
        for spec in CATALOGUE.values()
        if spec.is_listed
        for offer in all_offers(spec)
    }
    assert {(e.operation.code, e.offer.provider, e.offer.model) for e in entries} == wanted
    assert len(wanted) >= 30
    assert [e.price for e in entries if "credits per" not in e.price] == []
    rows = rows_of(entries, MatrixFilters())
    assert sum(len(row.entries) for row in rows) == len(entries)
    assert [row.operation.code for row in rows] == [
        code for code, spec in CATALOGUE.items() if spec.is_listed and all_offers(spec)
    ]


def test_a_paid_offer_can_run_once_there_is_a_key(creator: User, outsider: User) -> None:
    before = entry(creator, "create.image", "stability")
    assert before.needs_key and not before.is_usable
    assert entry(creator, "create.image", "local").is_usable

    put_key(actor=creator, provider=Provider.Code.STABILITY, secret="sk-0123456789")
    after = entry(creator, "create.image", "stability")

    assert not after.needs_key and after.key is not None
    assert entry(outsider, "create.image", "stability").needs_key
    state = next(s for s in states_of(entries_for(creator)) if s.provider == after.provider)
    assert state.is_paid and state.key == after.key and state.models > 1


def test_a_retired_model_says_since_when_and_what_comes_after(creator: User) -> None:
    put_key(actor=creator, provider=Provider.Code.STABILITY, secret="sk-0123456789")
    wanted = entry(creator, "create.image", "stability")
    heir = ProviderModel.objects.exclude(code=wanted.offer.model).filter(
        provider_id=Provider.Code.STABILITY.value
    )[0]
    ProviderModel.objects.filter(
        provider_id=Provider.Code.STABILITY.value, code=wanted.offer.model
    ).update(retires_on=date(2026, 1, 2), successor=heir, identifier="renamed/model")

    found = entry(creator, "create.image", "stability")
    assert found.is_retired and not found.is_usable
    assert (found.successor, found.identifier) == (heir.title, "renamed/model")
    client = Client()
    client.force_login(creator)
    page = client.get(reverse("pipeline:providers")).content.decode()
    assert re.search(r"since <[^>]+>2026-01-02", page) and f"use {heir.title}" in page


def test_filters_narrow_and_odd_ones_are_refused(creator: User, done: Attempt) -> None:
    client = Client()
    client.force_login(creator)
    url = reverse("pipeline:providers")

    bria = client.get(url, {"provider": "bria"}).content.decode()
    assert '<option value="bria" selected>Bria</option>' in bria
    assert '<option value="upscale">Upscale</option>' in bria
    assert "Bria ·" in bria and "Stability AI ·" not in bria
    usable = client.get(url, {"usable": "1"}, headers={"HX-Request": "true"}).content.decode()
    assert "Local ·" in usable and "Bria ·" not in usable and "<html" not in usable
    assert "100 %" in usable
    nothing = client.get(url, {"provider": "comfyui", "group": "social"}).content.decode()
    assert "Nothing fits" in nothing
    assert client.get(url, {"provider": "nobody"}).status_code == 422
    with pytest.raises(Invalid):
        MatrixFilters.from_query({"group": "nothing"})

    api = client.get(reverse("api-capabilities"), {"provider": "local", "group": "create"}).json()
    one = next(e for e in api if e["operation"] == "create.image")
    assert one["is_usable"] and one["health"]["attempts"] == 1
    assert one["price"].endswith("credits per CPU second") and one["is_metered"]


def test_what_is_not_used_and_whether_it_can_be_stopped_is_told(creator: User) -> None:
    entries = entries_for(creator)
    ignoring = [e for e in entries if e.offer.ignores]
    assert ignoring and all(e.unused and "_" not in "".join(e.unused) for e in ignoring)
    assert entry(creator, "create.image", "local").can_cancel is True


def test_the_matrix_costs_the_same_however_much_was_run(creator: User, done: Attempt) -> None:
    client = Client()
    client.force_login(creator)

    def grow(rows: int) -> None:
        number = Attempt.objects.filter(job=done.job).count()
        done.number = number
        more(done, *([(AttemptOutcome.Code.SUCCEEDED, None, 3)] * max(0, rows - number)))

    assert_recorded_queries(
        "pipeline/providers", lambda: client.get(reverse("pipeline:providers")), grow
    )


def test_keys_cost_the_same_however_many_there_are(admin: User, creator: User) -> None:
    client = Client()
    client.force_login(admin)
    paid = ("stability", "wavespeed", "huggingface", "gemini", "bria")

    def grow(rows: int) -> None:
        for number in range(min(rows, 10)):
            put_key(
                actor=admin,
                provider=Provider.Code.by_code(paid[number % 5]),
                secret="sk-0123456789",
                for_studio=number >= 5,
            )

    assert_recorded_queries(
        "pipeline/provider-keys", lambda: client.get(reverse("pipeline:provider-keys")), grow
    )
    assert_recorded_queries(
        "pipeline/api-provider-keys", lambda: client.get(reverse("api-provider-keys")), grow
    )


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    found: list[str] = []
    monkeypatch.setattr("pipeline.engines.receivers.tell_news", found.append)
    yield found


def test_a_webhook_wakes_only_a_run_that_waits_for_that_provider(
    creator: User, project: Project, told: list[str]
) -> None:
    attempt = attempt_of(creator, project, 5)
    ProviderRequest.objects.create(attempt=attempt, position=0, request_id="r1")

    def tell(provider: str, request_id: str) -> None:
        webhook_received.send(sender=ProviderKey, provider=provider, request_id=request_id)

    tell("bria", "r1")  # a run of another provider
    tell("local", "r2")  # no request of ours
    assert told == []
    tell("local", "r1")
    assert told == ["r1"]
    Attempt.objects.filter(pk=attempt.pk).update(
        ended_at=timezone.now(), outcome_id=AttemptOutcome.Code.FAILED.value
    )
    tell("local", "r1")  # over
    assert told == ["r1"]


def test_the_state_of_a_key_is_on_the_matrix(creator: User) -> None:
    put_key(actor=creator, provider=Provider.Code.BRIA, secret="bria-0123456789")
    ProviderKey.objects.update(state_id=KeyState.Code.REFUSED)
    client = Client()
    client.force_login(creator)

    page = client.get(reverse("pipeline:providers")).content.decode()

    assert "Refused" in page and "your own key" in page and "key refused" in page
    assert not entry(creator, "create.image", "bria").is_usable
