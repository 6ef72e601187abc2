"""Who is next: urgency, fair shares, caps, two workers at once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from pipeline.jobs.claim import claim_job, this_worker
from pipeline.jobs.models import Attempt, Job, Priority, WorkerState
from studio.core.access import RoleCode
from studio.core.models import Project, User
from studio.core.services import create_project, set_member

Submit = Callable[..., Job]
pytestmark = pytest.mark.django_db


def _order(count: int) -> list[int]:
    found = []
    for _ in range(count):
        attempt = claim_job(this_worker())
        assert attempt is not None
        found.append(attempt.job_id)
    return found


def test_urgent_first_then_oldest(submit: Submit, admin: User) -> None:
    background = submit(priority=Priority.Code.BACKGROUND)
    normal = submit()
    later = submit()
    urgent = submit(actor=admin, priority=Priority.Code.URGENT)
    assert _order(4) == [urgent.pk, normal.pk, later.pk, background.pk]


def test_no_project_starves_another(submit: Submit, creator: User, project: Project) -> None:
    flood = [submit(into=project) for _ in range(6)]
    quiet = create_project(actor=creator, name="Quiet")
    late = submit(into=quiet)
    assert _order(3) == [flood[0].pk, late.pk, flood[1].pk]


def test_no_person_starves_another(
    submit: Submit, creator: User, outsider: User, project: Project
) -> None:
    set_member(actor=creator, project=project, user=outsider, role=RoleCode.CREATOR)
    flood = [submit() for _ in range(4)]
    late = submit(actor=outsider)
    assert _order(3) == [flood[0].pk, late.pk, flood[1].pk]


def test_a_project_keeps_its_cap(submit: Submit, settings: object) -> None:
    settings.PROJECT_RUNNING_JOBS = 2  # type: ignore[attr-defined]
    for _ in range(4):
        submit()
    _order(2)
    assert claim_job(this_worker()) is None


def test_a_draining_worker_takes_nothing(submit: Submit) -> None:
    submit()
    worker = this_worker()
    worker.state_id = WorkerState.Code.DRAINING
    worker.save()
    assert claim_job(worker) is None


@pytest.mark.django_db(transaction=True)
def test_many_workers_claim_each_job_once(submit: Submit, settings: object) -> None:
    settings.PROJECT_RUNNING_JOBS = 100  # type: ignore[attr-defined]
    jobs = {submit().pk for _ in range(12)}
    worker = this_worker()
    claimed: list[int] = []

    def work() -> None:
        try:
            while (attempt := claim_job(worker)) is not None:
                claimed.append(attempt.job_id)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(claimed) == sorted(jobs)
    assert Attempt.objects.count() == 12
