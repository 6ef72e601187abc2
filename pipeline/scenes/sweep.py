"""What keeps scenes going when a task or a process was lost."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from pipeline.jobs.models import JobState
from pipeline.jobs.states import FINAL
from pipeline.scenes.models import (
    BoundaryMeasurement,
    Bridge,
    Cut,
    Scene,
    SceneState,
    Take,
    TakeExamination,
)
from pipeline.scenes.takes import hint_advance
from studio.ops.sweeper import every

MOST_AT_ONCE = 50
#: Joins that a scene no longer has are not written; nobody looks for them after this.
LOOK_BACK = timedelta(minutes=10)


@every(5)
def sweep_scenes() -> int:
    """Look again at scenes for which nothing is under way, or whose results were not written.

    Returns:
        How many scenes were hinted at; a hint too many does nothing.
    """
    found = {*_standing_still(), *_unwritten()}
    for scene_id in sorted(found):
        hint_advance(scene_id)
    return len(found)


def _standing_still() -> list[int]:
    """Scenes that should go on and for which no job is under way."""
    path = "boundary__left_take__segment__scene"
    working = [
        Take.objects.filter(segment__scene=OuterRef("pk")),
        TakeExamination.objects.filter(take__segment__scene=OuterRef("pk")),
        BoundaryMeasurement.objects.filter(**{path: OuterRef("pk")}),
        Bridge.objects.filter(**{path: OuterRef("pk")}),
    ]
    scenes = Scene.objects.filter(state_id=SceneState.Code.GENERATING)
    for rows in working:
        scenes = scenes.exclude(Exists(rows.exclude(job__state_id__in=FINAL)))  # type: ignore[attr-defined]
    return list(scenes.order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])


def _unwritten() -> list[int]:
    """Scenes with takes, examinations, joins or cuts that are done and not written."""
    done = JobState.Code.SUCCEEDED
    recent = {"job__state_id": done, "job__ended_at__gt": timezone.now() - LOOK_BACK}
    path = "boundary__left_take__segment__scene_id"
    measured = BoundaryMeasurement.objects.filter(is_passed=None, **recent)
    bridged = Bridge.objects.filter(result=None, **recent).order_by()
    rendered = Cut.objects.filter(version=None, **recent)
    takes = Take.objects.filter(version=None, job__state_id=done).order_by()
    examined = TakeExamination.objects.filter(
        frames=None, job__state_id=done, take__segment__scene__state_id=SceneState.Code.GENERATING
    )
    return [
        *takes.values_list("segment__scene_id", flat=True).distinct()[:MOST_AT_ONCE],
        *examined.values_list("take__segment__scene_id", flat=True).distinct()[:MOST_AT_ONCE],
        *measured.values_list(path, flat=True).distinct()[:MOST_AT_ONCE],
        *bridged.values_list(path, flat=True).distinct()[:MOST_AT_ONCE],
        *rendered.values_list("scene_id", flat=True).distinct()[:MOST_AT_ONCE],
    ]
