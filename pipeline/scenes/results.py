"""Writing what jobs of a scene have brought: takes, what was found on them, wishes for them.

Each function does one thing and says whether it did; all are called with the scene locked.
"""

from __future__ import annotations

from pipeline.jobs.models import JobState
from pipeline.scenes.events import SceneEvents
from pipeline.scenes.live import publish_take
from pipeline.scenes.models import (
    Scene,
    SceneState,
    Take,
    TakeExamination,
    TakeMeasure,
    TakeSample,
    TakeWish,
)
from pipeline.scenes.recipe import Recipe
from pipeline.scenes.report import Report, read_report
from pipeline.scenes.services.edits import select_take
from pipeline.scenes.standing import Standing, reason, standing_of, with_standing
from studio.core.errors import DomainError
from studio.live.services import record_event

_DONE = JobState.Code.SUCCEEDED


def write_take(scene: Scene) -> bool:
    """Note the clip of a take whose job has succeeded."""
    take = Take.objects.filter(segment__scene=scene, version=None, job__state_id=_DONE).first()
    if take is None:
        return False
    output = take.job.outputs.order_by("position").first()
    if output is None:  # a success always has its output; nothing to write without
        return False
    take.version_id = output.version_id
    take.save(update_fields=["version"])
    publish_take(scene, take)
    return True


def write_examination(scene: Scene) -> bool:
    """Note what was found on a take whose examination has succeeded.

    A report that can't be read stays unwritten; `standing` tells it from one that is to come.
    """
    waiting = TakeExamination.objects.filter(
        take__segment__scene=scene, frames=None, job__state_id=_DONE
    ).select_related("take", "job")
    for examination in waiting.order_by("pk"):
        output = examination.job.outputs.order_by("position").first()
        report = read_report(output.notes) if output is not None else None
        if output is not None and report is not None:
            _write(examination, report, output.version_id)
            publish_take(scene, examination.take)
            return True
    return False


def _write(examination: TakeExamination, report: Report, picture_id: int) -> None:
    examination.frames = report.frames
    examination.end_frame = report.end_frame
    examination.end_reason = report.end_reason
    examination.end_picture_id = picture_id
    examination.save()
    take = examination.take
    TakeMeasure.objects.bulk_create(
        TakeMeasure(take=take, measure_id=code.value, score=found.score, method=found.method)
        for code, found in report.scores.items()
    )
    TakeSample.objects.bulk_create(
        TakeSample(
            take=take,
            frame=sample.frame,
            drift_score=sample.drift,
            motion_score=sample.motion,
            flicker_score=sample.flicker,
        )
        for sample in report.samples
    )


def grant_wish(scene: Scene, recipe: Recipe) -> bool:
    """Select a finished take that somebody wants selected, or say why it is not."""
    wishes = TakeWish.objects.filter(take__segment__scene=scene).select_related("asked_by")
    for wish in wishes.order_by("pk"):
        take = with_standing(Take.objects.filter(pk=wish.take_id)).select_related("segment").get()
        standing = standing_of(take, recipe.gates)
        if standing.is_open:
            continue
        if standing is not Standing.PASSED:
            _refuse(scene, wish, take, reason(take, recipe.gates))
        elif scene.state_id != SceneState.Code.CANCELLED:
            _select(scene, wish, take)
        else:
            continue
        wish.delete()
        return True
    return False


def _select(scene: Scene, wish: TakeWish, take: Take) -> None:
    try:
        select_take(actor=wish.asked_by, scene=scene, take=take)
    except DomainError as error:  # a lock, a right that was taken away: the take stays at hand
        _refuse(scene, wish, take, error.detail)
    else:
        scene.refresh_from_db(fields=["edit", "version"])


def _refuse(scene: Scene, wish: TakeWish, take: Take, why: str) -> None:
    record_event(
        SceneEvents.TAKE_NOT_SELECTED,
        project=scene.character.project,
        actor=wish.asked_by,
        subject_code=scene.code,
        label=str(scene),
        data={"message": why[:400], "segment": take.segment.number, "take": take.number},
        notify=[wish.asked_by],
    )
