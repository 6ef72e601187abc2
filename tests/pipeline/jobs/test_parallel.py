"""Fifty people's scripts at once against one wallet: it pays for exactly what it holds."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models import Sum

from billing.ledger.queries import balance_of
from billing.models import Balance, Entry
from pipeline.jobs.models import Job, JobState
from pipeline.jobs.submit import JobRequest, submit_job
from studio.core.errors import PaymentRequired
from studio.core.models import Project, User
from tests.pipeline.jobs.conftest import CREDIT, run_next

SUBMITTERS, AFFORDABLE = 50, 10


@pytest.mark.django_db(transaction=True)
def test_fifty_submit_ten_run(
    creator: User, project: Project, priced: None, leave: Callable[[User, int], None]
) -> None:
    leave(creator, AFFORDABLE * CREDIT)
    refused: list[Exception] = []
    barrier = threading.Barrier(SUBMITTERS)

    def one() -> None:
        request = JobRequest(operation="system.noop", parameters={"outputs": 1}, reuse=False)
        try:
            barrier.wait(timeout=30)
            submit_job(actor=creator, project=project, request=request)
        except PaymentRequired as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(SUBMITTERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert Job.objects.count() == AFFORDABLE
    assert len(refused) == SUBMITTERS - AFFORDABLE
    assert balance_of(creator) == 0
    while run_next() is not None:
        pass
    assert Job.objects.filter(state_id=JobState.Code.SUCCEEDED).count() == AFFORDABLE
    assert balance_of(creator) == 0
    assert not Balance.objects.filter(amount_microcredits__lt=0).exists()
    assert Entry.objects.aggregate(total=Sum("amount_microcredits"))["total"] == 0
