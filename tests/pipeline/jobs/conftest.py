"""What the engine's tests share: submitting, and running what is ready in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from billing.ledger.queries import balance_of
from billing.ledger.services import open_hold, settle_hold
from billing.models import Entry, Plan, Sku, Unit
from billing.plans.services import subscribe
from billing.prices.services import set_price
from pipeline.jobs.claim import claim_job, this_worker
from pipeline.jobs.models import Job
from pipeline.jobs.run import AttemptRun
from pipeline.jobs.submit import JobRequest, submit_job
from studio.core.models import Project, User

CREDIT = 1_000_000


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }


@pytest.fixture(autouse=True)
def _books_balance(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every test that uses the database, all entries sum to zero."""
    yield
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        assert (Entry.objects.aggregate(total=Sum("amount_microcredits"))["total"] or 0) == 0


@pytest.fixture
def submit(creator: User, project: Project) -> Callable[..., Job]:
    """Submit a no-operation as the creator: `submit(outputs=2, reuse=False)`."""

    def submit_noop(*, actor: User = creator, into: Project = project, **fields: Any) -> Job:
        keys = ("outputs", "seconds", "fail", "random_seed")
        parameters = {key: fields.pop(key) for key in keys if key in fields}
        fields.setdefault("reuse", False)
        request = JobRequest(operation="system.noop", parameters=parameters, **fields)
        return submit_job(actor=actor, project=into, request=request)

    return submit_noop


@pytest.fixture
def priced(admin: User) -> None:
    """One credit for each output of a no-operation, charged by the piece."""
    set_price(
        actor=admin,
        sku=Sku.objects.get(code="system.noop/local/noop"),
        unit=Unit.Code.IMAGE,
        amount_microcredits=CREDIT,
    )


@pytest.fixture
def leave(admin: User, project: Project) -> Callable[[User, int], None]:
    """Give a person a wallet with a balance, and spend it down to so many microcredits."""

    def spend(user: User, amount_microcredits: int) -> None:
        subscribe(actor=admin, user=user, plan=Plan.objects.get(code="basic"))
        surplus = balance_of(user) - amount_microcredits
        hold = open_hold(payer=user, project=project, amount_microcredits=surplus)
        assert hold is not None
        settle_hold(hold=hold, amount_microcredits=surplus)

    return spend


def run_next() -> Job | None:
    """Claim and run one job here; the job as it ended, or None when nothing was ready."""
    attempt = claim_job(this_worker())
    if attempt is None:
        return None
    AttemptRun(attempt).run()
    return Job.objects.get(pk=attempt.job_id)


from tests.pipeline.jobs.remote import remote  # noqa: E402, F401  (a fixture)
