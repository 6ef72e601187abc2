"""Two remote providers that do what a test says, offered for the no-operation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from billing.models import Sku, Unit
from billing.prices.services import set_price
from pipeline.jobs.bridge import bridge_worker
from pipeline.jobs.claim import claim_remote_job
from pipeline.jobs.matching import CHOOSERS, EXPLAIN_WAIT
from pipeline.jobs.models import Attempt, Job
from pipeline.jobs.run import AttemptRun
from pipeline.jobs.submit import JobRequest, submit_job
from pipeline.jobs.targets import TARGETS
from pipeline.operations import offers
from pipeline.operations.catalogue import get_operation
from pipeline.operations.declaration import OfferSpec
from pipeline.providers.base import Access, Produced, RunContext, RunRequest
from pipeline.providers.registry import ADAPTERS
from studio.core.models import Project, User
from tests.pipeline.jobs.conftest import CREDIT

Play = Callable[[RunRequest, RunContext], Iterator[Produced]]
TARGET = Access(base_url="https://fake.example", secret="s", model="m")


def output(position: int, text: bytes = b"made\n") -> Produced:
    return Produced(position, text + b"%d\n" % position, "text/plain", 7, 1000, 5)


def deliver(request: RunRequest, context: RunContext) -> Iterator[Produced]:
    """Ask for each output and deliver it."""
    for position in request.positions:
        context.submitting(position)
        context.submitted(position, f"{request.model}-{position}")
        yield output(position)


@dataclass
class FakeAdapter:
    """Plays what a test sets, and keeps what it was asked."""

    provider: str
    play: Play = deliver
    version: str = "1"
    can_cancel: bool = True
    requests: list[RunRequest] = field(default_factory=list)

    def run(self, request: RunRequest, context: RunContext) -> Iterator[Produced]:
        self.requests.append(request)
        yield from self.play(request, context)


@dataclass
class Remote:
    """Both providers: `bria` is cheap and plain, `gemini` costs more and is better."""

    bria: FakeAdapter
    gemini: FakeAdapter
    creator: User
    project: Project

    def submit(self, *, into: Project | None = None, **fields: Any) -> Job:
        """A no-operation for `bria` unless said otherwise."""
        parameters = {"outputs": fields.pop("outputs", 1)}
        if "choose" not in fields:
            fields.setdefault("provider", "bria")
        fields.setdefault("reuse", False)
        request = JobRequest(operation="system.noop", parameters=parameters, **fields)
        return submit_job(actor=self.creator, project=into or self.project, request=request)


def claim_remote() -> Attempt | None:
    return claim_remote_job(bridge_worker()).attempt


def run_remote() -> Job | None:
    """Claim and run one remote job here."""
    attempt = claim_remote()
    if attempt is None:
        return None
    AttemptRun(attempt).run()
    return Job.objects.get(pk=attempt.job_id)


OFFERS = (
    OfferSpec(
        provider="bria",
        model="plain",
        title="Plain",
        version="1",
        sku="system.noop/bria/plain",
        quality_rank=1,
    ),
    OfferSpec(
        provider="gemini",
        model="fine",
        title="Fine",
        version="1",
        sku="system.noop/gemini/fine",
        quality_rank=9,
    ),
)


@pytest.fixture
def remote(monkeypatch: pytest.MonkeyPatch, admin: User, creator: User, project: Project) -> Remote:
    """The providers, their offers at 2 and 5 credits, and nobody's own choosers."""
    found = Remote(FakeAdapter("bria"), FakeAdapter("gemini"), creator, project)
    spec = get_operation("system.noop")
    monkeypatch.setattr(offers, "SOURCES", [lambda specs: {spec.code: OFFERS}])
    monkeypatch.setattr(offers, "USABLE", [])
    for adapter, offer, credits in ((found.bria, OFFERS[0], 2), (found.gemini, OFFERS[1], 5)):
        monkeypatch.setitem(ADAPTERS, adapter.provider, adapter)
        monkeypatch.setitem(TARGETS, adapter.provider, lambda attempt, request: TARGET)
        for hooks in (CHOOSERS, EXPLAIN_WAIT):
            monkeypatch.delitem(hooks, adapter.provider, raising=False)
        offers.ensure_offer(spec, offer)
        set_price(
            actor=admin,
            sku=Sku.objects.get(code=offer.sku),
            unit=Unit.Code.IMAGE,
            amount_microcredits=credits * CREDIT,
        )
    return found
