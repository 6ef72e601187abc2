"""Characters that are put away take no pictures by hand, and no job fails to end because of it."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.characters.models import Character
from pipeline.characters.services import archive_character
from pipeline.jobs.models import Job, JobOutput
from pipeline.jobs.submit import JobRequest, submit_job
from pipeline.seeds.models import Variation, VariationJob, VariationMethod
from pipeline.seeds.services import collect_outputs, upload_variation
from studio.core.errors import Conflict
from studio.core.models import Project, User
from tests.pipeline.seeds.conftest import seed

pytestmark = pytest.mark.django_db
CHOSEN = VariationMethod.Code.CHOSEN


@pytest.fixture
def archived(creator: User, jane: Character) -> Character:
    archive_character(actor=creator, character=jane)
    return jane


def test_by_hand_nothing_is_added(creator: User, archived: Character, picture: Any) -> None:
    for method in (VariationMethod.Code.UPLOADED, CHOSEN, VariationMethod.Code.RETOUCHED):
        with pytest.raises(Conflict, match="archived"):
            upload_variation(
                actor=creator, seed_image=seed(archived), version=picture(), method=method
            )


def test_what_a_job_was_asked_for_before_is_kept(
    creator: User, project: Project, archived: Character, picture: Any
) -> None:
    """Also of a picture that was chosen and then made again: its job keeps the method."""
    request = JobRequest(operation="system.noop", parameters={})
    job: Job = submit_job(actor=creator, project=project, request=request)
    VariationJob.objects.create(job=job, seed_image=seed(archived), method_id=int(CHOSEN))
    JobOutput.objects.create(
        job=job, position=0, version=picture(), random_seed=1, quantity_milli=1, elapsed_ms=1
    )
    assert [made.number for made in collect_outputs(job)] == [1]
    assert Variation.objects.get().method_id == CHOSEN
