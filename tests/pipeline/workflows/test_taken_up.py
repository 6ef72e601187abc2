"""Jobs wait for the server that they need: what it runs is taken up there, what it has is known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from pipeline.comfyui.models import Instance, InstanceCatalogue, Vital
from pipeline.comfyui.queries import video_memory
from pipeline.jobs.finish import HANDED_OVER, LOST, Ending, end_attempt
from pipeline.jobs.models import (
    AttemptOutcome,
    ErrorClass,
    Job,
    JobState,
    ProviderRequest,
    WorkerState,
)
from pipeline.workflows.matching import choose_instance
from tests.pipeline.workflows.asking import Submit, start
from tests.pipeline.workflows.conftest import AddInstance

pytestmark = pytest.mark.django_db


def left_open(job: Job, instance: Instance, ending: Ending, request_id: str = "sent") -> None:
    """An attempt that asked for the first output and ended otherwise than by its answer."""
    attempt = start(job, instance)
    ProviderRequest.objects.create(attempt=attempt, position=0, request_id=request_id)
    assert end_attempt(attempt, ending)
    job.refresh_from_db()


@pytest.mark.parametrize("ending", [HANDED_OVER, LOST])
def test_it_goes_back_to_the_server_that_was_asked(
    submit: Submit, bound: Instance, add_instance: AddInstance, ending: Ending
) -> None:
    other = add_instance("other", capacity=1)
    job = submit()
    assert choose_instance(job) == bound.worker, "of two alike the first one"
    left_open(job, other, ending)
    start(submit(), other)  # it has no room for more
    assert choose_instance(job) == other.worker
    other.worker.state_id = WorkerState.Code.DRAINING.value
    other.worker.save()
    assert choose_instance(job) == other.worker, "what lies there is nothing new"
    other.worker.state_id = WorkerState.Code.OFFLINE.value
    other.worker.save()
    assert choose_instance(job) == bound.worker, "it can't be waited for"


def test_what_was_not_asked_or_was_answered_goes_anywhere(
    submit: Submit, bound: Instance, add_instance: AddInstance
) -> None:
    other = add_instance("other")
    unsent = submit()
    left_open(unsent, other, HANDED_OVER, request_id="")
    assert choose_instance(unsent) == bound.worker
    failed = submit()
    error = Ending(AttemptOutcome.Code.FAILED, ErrorClass.Code.PROVIDER, "It broke.")
    left_open(failed, other, error)
    assert choose_instance(failed) == bound.worker


def test_a_server_that_is_away_still_has_its_memory(
    submit: Submit, bound: Instance, add_instance: AddInstance
) -> None:
    """A request that only it could run is taken, and waits; it is no reason to refuse it."""
    Vital.objects.update(measured_at=timezone.now() - timedelta(hours=5))
    bound.worker.state_id = WorkerState.Code.OFFLINE.value
    bound.worker.save()
    assert submit().state_id == JobState.Code.QUEUED
    Vital.objects.all().delete()  # forgotten after a while
    assert video_memory([bound.pk]) == {}
    devices = [{"name": "cuda:0", "vram_total": 24 * 2**30}]
    InstanceCatalogue.objects.update(system={"argv": [], "devices": devices})
    assert video_memory([bound.pk]) == {bound.pk: 24 * 2**30}
    assert submit().state_id == JobState.Code.QUEUED
