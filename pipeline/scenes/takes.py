"""Asking for takes and for their examination: a job and its row, or neither."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from assets.models import Version
from pipeline.jobs.models import Job
from pipeline.jobs.submit import submit_job
from pipeline.scenes import arrangement as history
from pipeline.scenes.live import publish_take
from pipeline.scenes.models import (
    Placement,
    Scene,
    SceneRun,
    Segment,
    Take,
    TakeExamination,
    TakeWish,
)
from pipeline.scenes.planning import Range, even_length, next_range, steps_of
from pipeline.scenes.recipe import Recipe
from pipeline.scenes.requests import (
    TakeOrder,
    examine_request,
    seed_for,
    take_request,
)
from pipeline.scenes.slots import fill, traits_of
from studio.core.models import User
from studio.core.tasks import enqueue

#: The task that looks at a scene and does what is next.
ADVANCE = "pipeline.scenes.engine.run_advance"


@dataclass(frozen=True)
class Wanted:
    """What a person wants of a redo besides what the recipe says; nothing: all as it is.

    `random_seed` None: by the recipe's strategy.
    """

    changes: Mapping[str, Any] | None = None
    random_seed: int | None = None
    end: Version | None = None
    is_to_be_selected: bool = False


def hint_advance(scene_id: int) -> None:
    """Let a task look at the scene after the caller's transaction; quick work on rows only."""
    enqueue(ADVANCE, scene_id, cluster="media")


def stands_for(scene: Scene, person: User, since: datetime) -> User:
    """For whom the studio goes on with what a person asked for at a moment. One query.

    That person, unless somebody has set the scene going since: then it is on them. So a scene that
    stopped because a person may no longer make or pay anything goes on when another one resumes it.
    """
    later = SceneRun.objects.filter(scene=scene, started_at__gt=since).select_related("started_by")
    last = later.last()
    return last.started_by if last is not None else person


def submit_take(
    *, actor: User, scene: Scene, segment: Segment, recipe: Recipe, start: Version, frames: int,
    wanted: Wanted | None = None,
) -> Take:  # fmt: skip
    """Ask for one more take of a segment: the job and the row in one transaction.

    The scene is locked by the caller. The templates are filled with the traits of this moment.

    Raises:
        DomainError: as `submit_job`; or a trait is missing that the prompt needs.
    """
    wanted = wanted or Wanted()
    last = Take.objects.filter(segment=segment).aggregate(last=Max("number"))["last"] or 0
    character = scene.character
    traits = traits_of([character])[character.pk]
    seed = wanted.random_seed
    if seed is None:
        seed = seed_for(recipe.seed_strategy, scene.random_seed, segment.number, last + 1)
    changes = dict(wanted.changes or {})
    for name in ("prompt", "negative_prompt"):
        if name in changes:
            changes[name] = fill(str(changes[name]), character, traits)
    order = TakeOrder(
        start=start,
        frames=frames,
        prompt=fill(recipe.prompt, character, traits),
        negative_prompt=fill(recipe.negative_prompt, character, traits),
        end=wanted.end,
        random_seed=seed,
        changes=changes,
    )
    with transaction.atomic():
        job = submit_job(
            actor=actor,
            project=character.project,
            request=take_request(recipe, scene, order),
        )
        take = Take.objects.create(
            segment=segment,
            number=last + 1,
            job=job,
            start_image=start,
            end_image=wanted.end,
            created_by=actor,
        )
        if wanted.is_to_be_selected:
            TakeWish.objects.create(take=take, asked_by=actor)
    _follow(scene, job)
    publish_take(scene, take)
    return take


def submit_examination(scene: Scene, take: Take, recipe: Recipe) -> TakeExamination:
    """Ask for a finished take to be examined, for whoever asked for the take or resumed since.

    Raises:
        DomainError: as `submit_job`.
    """
    assert take.version is not None
    ends = ends_of(scene, take.segment, recipe, _frames_asked(take))
    is_elastic = recipe.is_elastic and take.end_image_id is None and ends.least < ends.most
    with transaction.atomic():
        job = submit_job(
            actor=stands_for(scene, take.created_by, take.created_at),
            project=scene.character.project,
            request=examine_request(scene, take.version, ends, is_elastic=is_elastic),
        )
        examination = TakeExamination.objects.create(take=take, job=job)
    _follow(scene, job)
    publish_take(scene, take)
    return examination


def frames_for(scene: Scene, segment: Segment, recipe: Recipe) -> int:
    """How many frames to ask for a segment that the scene does not show yet. Two queries."""
    shown, left = _so_far(scene)
    limits = {"least": recipe.segment_min_frames, "most": recipe.segment_max_frames}
    if recipe.is_elastic:
        return next_range(
            shown_steps=shown,
            segments_left=left,
            target=recipe.target_frames,
            tolerance=recipe.tolerance_frames,
            **limits,
        ).most
    return even_length(shown_steps=shown, segments_left=left, target=recipe.target_frames, **limits)


def ends_of(scene: Scene, segment: Segment, recipe: Recipe, frames: int) -> Range:
    """Of how many frames a take of a segment may be, of the `frames` asked for."""
    if not recipe.is_elastic:
        return Range(frames, frames)
    least = recipe.segment_min_frames
    if not Placement.objects.filter(edit__scene=scene, segment=segment).exists():
        shown, left = _so_far(scene)
        least = next_range(
            shown_steps=shown,
            segments_left=left,
            target=recipe.target_frames,
            tolerance=recipe.tolerance_frames,
            least=least,
            most=recipe.segment_max_frames,
        ).least
    return Range(min(least, frames), frames)


def pending_segments(scene: Scene) -> list[Segment]:
    """The segments that were never shown, in order: those that the generation has to make."""
    ever = Placement.objects.filter(edit__scene=scene).values("segment_id")
    return list(Segment.objects.filter(scene=scene).exclude(pk__in=ever).order_by("number"))


def end_picture(item: history.Item) -> Version:
    """The picture that the take after this one starts from."""
    examination = TakeExamination.objects.select_related("end_picture").get(take_id=item.take_id)
    assert examination.end_picture is not None  # what is shown has been examined
    return examination.end_picture


def _so_far(scene: Scene) -> tuple[int, int]:
    """Steps that the scene shows, and how many segments are to come."""
    shown = history.current(scene)
    return steps_of([(item.in_frame, item.out_frame) for item in shown]), len(
        pending_segments(scene)
    )


def _frames_asked(take: Take) -> int:
    """Frames that the take was asked to have."""
    asked = take.job.parameters.get("frames")
    return asked if isinstance(asked, int) else take.segment.frames_wanted


def _follow(scene: Scene, job: Job) -> None:
    """A job that has ended before its row was there has told nobody of ours."""
    if job.is_final:
        hint_advance(scene.pk)
