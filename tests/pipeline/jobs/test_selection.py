"""Who makes it when nobody is named, and who takes the place of one that failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from billing.ledger.queries import balance_of
from pipeline.jobs.finish import LOST, Ending, end_attempt
from pipeline.jobs.models import (
    Attempt,
    AttemptOutcome,
    DerivationKind,
    ErrorClass,
    Job,
    JobState,
    LossPolicy,
    Selection,
    SelectionRule,
)
from pipeline.jobs.moves import move
from pipeline.jobs.queries import stand_in_for
from pipeline.jobs.signals import job_replaced
from pipeline.jobs.submit import JobRequest, plan_job
from pipeline.operations import offers
from pipeline.operations.catalogue import get_operation
from pipeline.providers.base import ErrorClass as Fault
from pipeline.providers.base import Produced, ProviderError, RunContext, RunRequest
from pipeline.providers.models import ProviderModel
from studio.core.errors import Invalid
from studio.core.models import User
from tests.pipeline.jobs.conftest import CREDIT
from tests.pipeline.jobs.remote import OFFERS, Remote, claim_remote, output, run_remote

S, RULE = JobState.Code, SelectionRule.Code
pytestmark = pytest.mark.django_db
FAILED = Ending(AttemptOutcome.Code.FAILED, ErrorClass.Code.PROVIDER, "Down.")


@pytest.fixture(autouse=True)
def _no_local(monkeypatch: pytest.MonkeyPatch) -> None:
    """The no-operation of this machine would win each comparison of prices."""
    monkeypatch.setattr(offers, "all_offers", lambda spec: list(OFFERS))
    monkeypatch.setattr("pipeline.jobs.selection.all_offers", lambda spec: list(OFFERS))


def _model(job: Job) -> str:
    return job.offer.model.code


def _end(job: Job, ending: Ending = FAILED) -> Job:
    """Claim it and end its attempt."""
    attempt = claim_remote()
    assert attempt is not None
    assert attempt.job_id == job.pk
    assert move(attempt.job, S.RUNNING)
    assert end_attempt(attempt, ending)
    return Job.objects.get(pk=job.pk)


def _took(remote: Remote, provider: str, seconds: float) -> None:
    Job.objects.filter(state_id=S.QUEUED).update(state_id=S.PAUSED)  # out of the way
    job = remote.submit(provider=provider)
    _end(job, Ending(AttemptOutcome.Code.SUCCEEDED))
    now = timezone.now()
    Attempt.objects.filter(job=job).update(
        started_at=now - timedelta(seconds=seconds), ended_at=now
    )


def test_who_names_nobody_gets_the_first_offer(remote: Remote) -> None:
    job = remote.submit(provider="")
    assert _model(job) == "noop"
    assert not Selection.objects.exists()


def test_by_price_and_by_quality(remote: Remote) -> None:
    cheap = remote.submit(choose=RULE.PRICE)
    assert _model(cheap) == "plain"
    assert cheap.selection.rule_id == RULE.PRICE
    assert cheap.selection.reason == (
        "Plain: lowest price of 2 that can be used (2 credits; next Fine: 5 credits)."
    )
    good = remote.submit(choose=RULE.QUALITY)
    assert _model(good) == "fine"
    assert "best quality" in good.selection.reason


def test_by_what_took_how_long_here(remote: Remote) -> None:
    _took(remote, "gemini", 4)
    _took(remote, "gemini", 6)
    job = remote.submit(choose=RULE.SPEED)
    assert _model(job) == "fine"  # nobody knows how long the other takes
    assert "(5 s an output, median of 2 jobs; next Plain: no time known)" in job.selection.reason
    _took(remote, "bria", 1.5)
    assert _model(remote.submit(choose=RULE.SPEED)) == "plain"


def test_a_named_provider_is_taken_whatever_the_rule(remote: Remote) -> None:
    job = remote.submit(choose=RULE.PRICE, provider="gemini")
    assert _model(job) == "fine"
    assert not Selection.objects.exists()


def test_only_what_can_be_used_is_chosen(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        offers, "USABLE", [lambda offer, user: "No key." if offer.provider == "bria" else ""]
    )
    job = remote.submit(choose=RULE.PRICE)
    assert _model(job) == "fine"
    assert job.selection.reason == "Fine: no other offer can be used for this."
    with pytest.raises(Invalid, match="No key"):
        remote.submit(provider="bria")
    ProviderModel.objects.filter(code="fine").update(retires_on=timezone.localdate())
    with pytest.raises(Invalid, match="Nobody can run"):
        remote.submit(choose=RULE.PRICE)


def test_an_estimate_names_the_choice(remote: Remote) -> None:
    request = JobRequest(operation="system.noop", parameters={"outputs": 3}, choose=RULE.PRICE)
    plan = plan_job(actor=remote.creator, project=remote.project, request=request)
    assert plan.offer.model == "plain"
    assert plan.quote.amount_microcredits == 3 * 2 * CREDIT
    assert plan.choice is not None


# --- fallback -------------------------------------------------------------------------------------


@pytest.fixture
def replaced() -> Iterator[list[tuple[Job, Job]]]:
    found: list[tuple[Job, Job]] = []

    def note(sender: object, job: Job, by: Job, **_: object) -> None:
        found.append((job, by))

    job_replaced.connect(note)
    yield found
    job_replaced.disconnect(note)


def test_another_provider_takes_the_place(
    remote: Remote, creator: User, replaced: list[tuple[Job, Job]], client: Client
) -> None:
    before = balance_of(creator)
    job = remote.submit(may_fall_back=True)
    dependent = remote.submit(provider="gemini", needs=[job.code])
    held = balance_of(creator)
    assert held == before - (2 + 5) * CREDIT
    failed = _end(job)
    assert failed.state_id == S.FAILED
    made = failed.derived.get().job
    assert made.derivation.kind_id == DerivationKind.Code.FALLBACK
    assert (_model(made), made.state_id, made.may_fall_back) == ("fine", S.QUEUED, True)
    assert made.random_seed == failed.random_seed
    assert made.selection.reason.startswith("Plain failed. Fine:")
    assert replaced == [(failed, made)]
    assert balance_of(creator) == before - (5 + 5) * CREDIT  # the first one's went back
    dependent.refresh_from_db()
    assert dependent.state_id == S.WAITING
    assert dependent.needs.get().needs == made
    assert failed.history.filter(message="Fine takes its place").exists()
    client.force_login(creator)
    page = client.get(f"/jobs/{failed.code}/").content.decode()
    assert "Fine takes its place" in page
    assert f"/jobs/{made.code}/" in page
    assert stand_in_for(creator, failed) == made and stand_in_for(creator, made) is None
    assert f"/jobs/{failed.code}/" in client.get(f"/jobs/{made.code}/").content.decode()


def test_what_was_delivered_is_not_made_and_paid_twice(remote: Remote, creator: User) -> None:
    def break_off(request: RunRequest, context: RunContext) -> Iterator[Produced]:
        yield output(0)
        raise ProviderError("It broke down.")

    remote.bria.play = break_off
    before = balance_of(creator)
    job = remote.submit(outputs=3, may_fall_back=True)
    assert run_remote() == job
    made = Job.objects.get(derivation__source=job)
    assert (made.outputs_expected, made.parameters["outputs"]) == (2, 2)
    assert balance_of(creator) == before - (2 + 2 * 5) * CREDIT
    run_remote()
    assert [job.outputs.count(), made.outputs.count()] == [1, 2]
    assert balance_of(creator) == before - (2 + 2 * 5) * CREDIT


def test_each_provider_is_tried_once(remote: Remote, creator: User) -> None:
    before = balance_of(creator)
    job = remote.submit(may_fall_back=True)
    _end(job)
    second = _end(Job.objects.get(derivation__source=job))
    assert second.state_id == S.FAILED
    assert not second.derived.exists()
    last = second.history.filter(message__startswith="No other provider takes its place")
    assert last.exists()
    assert balance_of(creator) == before
    assert Job.objects.count() == 2


@pytest.mark.parametrize(
    "ending",
    [
        Ending(AttemptOutcome.Code.FAILED, ErrorClass.Code.INPUT, "Wrong."),
        Ending(AttemptOutcome.Code.FAILED, ErrorClass.Code.POLICY, "Not allowed."),
        Ending(AttemptOutcome.Code.FAILED, ErrorClass.Code.INTERNAL, "A bug."),
        Ending(AttemptOutcome.Code.FAILED, ErrorClass.Code.PROVIDER, "?", is_certain=False),
        Ending(AttemptOutcome.Code.CANCELLED),
    ],
)
def test_not_every_failure_is_one_of_the_provider(remote: Remote, ending: Ending) -> None:
    job = _end(remote.submit(may_fall_back=True), ending)
    assert job.is_final
    assert not job.derived.exists()


def test_nobody_falls_back_who_did_not_say_so(remote: Remote) -> None:
    assert not _end(remote.submit()).derived.exists()


def _says_that_it_may_run(job: Job) -> bool:
    said = "No other provider is asked: Bria may still finish what it was sent, and bill it"
    return bool(job.history.filter(message__startswith=said).exists())


def test_a_lost_worker_falls_back_where_nothing_was_sent(remote: Remote) -> None:
    job = remote.submit(may_fall_back=True, loss_policy=LossPolicy.Code.FAIL)
    assert _end(job, LOST).derived.exists()


@pytest.mark.parametrize("request_id", ["", "r-1"], ids=["no answer", "taken"])
def test_a_lost_worker_does_not_fall_back_while_its_request_may_run(
    remote: Remote, request_id: str
) -> None:
    job = remote.submit(may_fall_back=True, loss_policy=LossPolicy.Code.FAIL)
    attempt = claim_remote()
    assert attempt is not None
    attempt.requests.create(position=0, request_id=request_id)
    assert end_attempt(attempt, LOST)
    job.refresh_from_db()
    assert job.state_id == S.FAILED
    assert not job.derived.exists() and _says_that_it_may_run(job)


def test_nor_while_that_of_an_attempt_before_may(remote: Remote, settings: Any) -> None:
    settings.JOB_MAX_WORKER_LOSSES = 1
    job = remote.submit(may_fall_back=True)
    first = claim_remote()
    assert first is not None
    first.requests.create(position=0, request_id="r-1")
    assert end_attempt(first, LOST)
    second = claim_remote()
    assert second is not None and second.job_id == job.pk
    assert end_attempt(second, LOST)
    job.refresh_from_db()
    assert job.state_id == S.FAILED
    assert not job.derived.exists() and _says_that_it_may_run(job)


@pytest.mark.parametrize("may_run", [True, False], ids=["it may still run", "it is over"])
def test_a_time_out_falls_back_only_from_what_is_over(remote: Remote, may_run: bool) -> None:
    def give_up(request: RunRequest, context: RunContext) -> Iterator[Produced]:
        context.submitting(0)
        context.submitted(0, "r-1")
        error = ProviderError("Too late.", error_class=Fault.TIMEOUT)
        error.may_run = may_run
        raise error
        yield

    remote.bria.play = give_up
    job = remote.submit(may_fall_back=True)
    run_remote()
    job.refresh_from_db()
    assert job.state_id == S.FAILED
    assert job.derived.exists() is not may_run
    assert _says_that_it_may_run(job) is may_run


def test_no_credits_no_fallback(
    remote: Remote, admin: User, creator: User, leave: Callable[[User, int], None]
) -> None:
    leave(creator, 3 * CREDIT)
    job = _end(remote.submit(may_fall_back=True))
    assert not job.derived.exists()
    assert job.history.filter(message__startswith="No other provider takes its place").exists()
    assert balance_of(creator) == 3 * CREDIT


# --- API ------------------------------------------------------------------------------------------


def test_the_api_takes_the_rule_and_tells_the_reason(remote: Remote, client: Client) -> None:
    client.force_login(remote.creator)
    body = {
        "project": str(remote.project.code),
        "parameters": {"outputs": 1},
        "choose": "price",
        "may_fall_back": True,
        "reuse": False,
    }
    estimate = client.post(
        "/api/v1/estimates/system.noop/", body, content_type="application/json"
    ).json()
    assert (estimate["provider"], estimate["model"]) == ("bria", "plain")
    assert estimate["selection"].startswith("Plain: lowest price")
    made = client.post("/api/v1/jobs/system.noop/", body, content_type="application/json").json()
    assert made["provider"] == "bria"
    assert made["may_fall_back"] is True
    assert made["selection"]["rule"] == "price"
    assert made["selection"]["reason"] == estimate["selection"]
    page = client.get(f"/jobs/{made['code']}/").content.decode()
    assert "Chosen by lowest price: Plain" in page
    wrong = client.post(
        "/api/v1/jobs/system.noop/", {**body, "choose": "luck"}, content_type="application/json"
    )
    assert wrong.status_code in (400, 422)


def test_dynamic_offers_get_rows_once(remote: Remote) -> None:
    spec = get_operation("system.noop")
    ProviderModel.objects.filter(code="plain").update(identifier="named-by-admin")
    assert offers.ensure_offer(spec, OFFERS[0]) == offers.ensure_offer(spec, OFFERS[0])
    assert ProviderModel.objects.get(code="plain").identifier == "named-by-admin"
    assert spec.offer("gemini") is OFFERS[1]
    with pytest.raises(Invalid, match="can't be run by gemini coarse"):
        spec.offer("gemini", "coarse")
