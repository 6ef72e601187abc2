"""Submitting: checks, price, hold, idempotency, reuse, first states."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from billing.ledger.queries import balance_of
from pipeline.jobs.models import DerivationKind, Job, JobState, JobStateTransition
from pipeline.jobs.submit import JobRequest, submit_job
from studio.core.errors import Conflict, Forbidden, Invalid, LimitReached, NotFound
from studio.core.models import Project, User
from studio.core.services import set_project_archived
from tests.pipeline.jobs.conftest import CREDIT, run_next

Submit = Callable[..., Job]
pytestmark = pytest.mark.django_db


def test_a_job_is_queued_with_its_first_line_of_history(submit: Submit) -> None:
    job = submit(outputs=2)
    assert job.state_id == JobState.Code.QUEUED
    assert list(job.history.values_list("number", "state_id")) == [(1, JobState.Code.QUEUED)]
    assert job.outputs_expected == 2


def test_credits_are_held_at_submission(submit: Submit, priced: None, creator: User) -> None:
    before = balance_of(creator)
    job = submit(outputs=3)
    assert balance_of(creator) == before - 3 * CREDIT
    assert job.holds.get().hold.amount_microcredits == 3 * CREDIT


def test_outsiders_find_nothing_and_reviewers_may_not(
    submit: Submit, outsider: User, reviewer: User
) -> None:
    with pytest.raises(NotFound):
        submit(actor=outsider)
    with pytest.raises(Forbidden):
        submit(actor=reviewer)
    assert not Job.objects.exists()


def test_an_archived_project_takes_no_jobs(submit: Submit, creator: User, project: Project) -> None:
    set_project_archived(actor=creator, project=project, archived=True)
    with pytest.raises(Conflict):
        submit(into=project)


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"outputs": 11}, "outputs"),
        ({"outputs": -1}, "outputs"),
        ({"outputs": "many"}, "outputs"),
        ({"unknown": 1}, "unknown"),
        ({"random_seed": 2**53}, "random_seed"),
        ({"random_seed": -1}, "random_seed"),
    ],
)
def test_wrong_parameters_are_named(
    creator: User, project: Project, parameters: dict[str, object], field: str
) -> None:
    request = JobRequest(operation="system.noop", parameters=parameters)
    with pytest.raises(Invalid) as caught:
        submit_job(actor=creator, project=project, request=request)
    assert field in caught.value.fields
    assert not Job.objects.exists()


def test_zero_is_a_value(submit: Submit) -> None:
    assert submit(outputs=1, random_seed=0).random_seed == 0


def test_unknown_operation_and_provider(creator: User, project: Project) -> None:
    with pytest.raises(NotFound):
        submit_job(
            actor=creator, project=project, request=JobRequest(operation="no.such", parameters={})
        )
    with pytest.raises(Invalid):
        submit_job(
            actor=creator,
            project=project,
            request=JobRequest(operation="system.noop", parameters={}, provider="stability"),
        )


def test_inputs_must_be_declared_and_of_the_project(submit: Submit) -> None:
    with pytest.raises(Invalid):
        submit(inputs=[("base", uuid.uuid4())])


def test_the_same_idempotency_key_never_makes_two(submit: Submit) -> None:
    first = submit(outputs=1, idempotency_key="k1")
    again = submit(outputs=1, idempotency_key="k1")
    assert first.pk == again.pk
    assert Job.objects.count() == 1
    with pytest.raises(Conflict):
        submit(outputs=2, idempotency_key="k1")


def test_later_and_after_others(submit: Submit) -> None:
    later = submit(start_at=timezone.now() + timedelta(hours=1))
    assert later.state_id == JobState.Code.SCHEDULED
    first = submit()
    second = submit(needs=[first.code])
    assert second.state_id == JobState.Code.WAITING
    with pytest.raises(Invalid):
        submit(needs=[uuid.uuid4()])


@pytest.mark.django_db(transaction=True)
def test_an_identical_result_is_reused_free_of_charge(
    submit: Submit, priced: None, creator: User
) -> None:
    first = submit(outputs=2, random_seed=7)
    assert run_next() is not None
    paid = balance_of(creator)
    again = submit(outputs=2, random_seed=7, reuse=True)
    assert again.state_id == JobState.Code.SUCCEEDED
    assert again.derivation.kind_id == DerivationKind.Code.CACHE_HIT
    assert again.derivation.source == first
    assert [o.version_id for o in again.outputs.all()] == [
        o.version_id for o in first.outputs.all()
    ]
    assert balance_of(creator) == paid


@pytest.mark.django_db(transaction=True)
def test_seed_aware_and_seed_agnostic_reuse(submit: Submit) -> None:
    submit(outputs=1, random_seed=7)
    run_next()
    other_seed = submit(outputs=1, random_seed=8, reuse=True)
    assert other_seed.state_id == JobState.Code.QUEUED  # another seed asks for another result
    any_seed = submit(outputs=1, reuse=True)
    assert any_seed.state_id == JobState.Code.SUCCEEDED  # no seed: any will do
    bypassed = submit(outputs=1, random_seed=7, reuse=False)
    assert bypassed.state_id == JobState.Code.QUEUED
    other_count = submit(outputs=2, random_seed=7, reuse=True)
    assert other_count.state_id == JobState.Code.QUEUED


@pytest.mark.django_db(transaction=True)
def test_results_are_not_reused_across_projects_nor_when_old(
    submit: Submit, creator: User, settings: object
) -> None:
    submit(outputs=1, random_seed=7)
    run_next()
    personal = Project.objects.get(owner=creator, kind__code="personal")
    assert submit(outputs=1, random_seed=7, reuse=True, into=personal).state_id == (
        JobState.Code.QUEUED
    )
    settings.RESULT_CACHE_DAYS = 0  # type: ignore[attr-defined]
    assert submit(outputs=1, random_seed=7, reuse=True).state_id == JobState.Code.QUEUED


def test_the_database_refuses_other_changes_of_state(submit: Submit) -> None:
    job = submit()
    for state in JobState.Code:
        if (JobState.Code.QUEUED, state) in JobStateTransition.allowed or state == job.state_id:
            continue
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE pipeline_job SET state_id = %s WHERE id = %s", [int(state), job.pk]
            )


def test_nobody_fills_the_queue_alone(submit: Submit, admin: User, settings: object) -> None:
    settings.PERSON_UNFINISHED_JOBS = 2  # type: ignore[attr-defined]
    submit()
    submit()
    with pytest.raises(LimitReached):
        submit()
    submit(actor=admin)  # others are not concerned
