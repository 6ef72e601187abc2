"""Redoing segments: new takes beside the old ones, chained to their neighbours on both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from assets.models import LineageRole, Version
from pipeline.scenes import arrangement as history
from pipeline.scenes.arrangement import Arrangement
from pipeline.scenes.engine import start_run
from pipeline.scenes.events import SceneEvents
from pipeline.scenes.models import Scene, SceneState, Segment, Take
from pipeline.scenes.moves import move_scene, state_of, touch
from pipeline.scenes.recipe import Recipe, resolve
from pipeline.scenes.requests import FIXED, takes_input
from pipeline.scenes.slots import check_slots
from pipeline.scenes.takes import (
    Wanted,
    end_picture,
    frames_for,
    hint_advance,
    pending_segments,
    submit_take,
)
from studio.core.access import CapabilityCode, require
from studio.core.errors import Conflict, Invalid
from studio.core.models import Project, User
from studio.live.models import Lock
from studio.live.services import record_event

#: Takes of one segment that can be asked for at once.
MOST_TAKES = 8
#: Takes that can be asked for at once in all.
MOST_IN_ALL = 200
S = SceneState.Code


@dataclass(frozen=True)
class _Place:
    """Where a take is to fit: what it starts from, where it should lead, how long it is."""

    segment: Segment
    start: Version
    end: Version | None
    frames: int
    random_seed: int | None


def redo_segments(
    *,
    actor: User,
    scene: Scene,
    segments: Sequence[Segment],
    changes: Mapping[str, Any] | None = None,
    same_seed: bool = False,
    count: int = 1,
    select: bool = False,
    expected_version: int | None = None,
) -> list[Take]:
    """Ask for new takes of segments; all takes that are there stay, and so does what is selected.

    A new take starts from the end picture of the take selected before it. Where the scene goes on
    after it and the operation can be given an end frame, it is asked to end on the picture from
    which the next take starts, as long as the one it may replace; else the boundary is measured
    and healed once it is selected.

    Args:
        changes: parameters of the operation that differ from the recipe, such as `prompt`.
        same_seed: with the random seed of the take that is selected now.
        count: takes of each segment, up to `MOST_TAKES`.
        select: show the (first) new take of each segment when it has passed its examination.

    Raises:
        NotFound, Forbidden, Conflict: by the access rule (create).
        Conflict: the scene has changed or is paused, not started or cancelled; a segment is not
            there yet, or somebody else holds it.
        Invalid: changes that are none, or that a redo may not make; more takes than allowed.
        PaymentRequired: plan, limits or balance do not allow it; then nothing is asked for.
    """
    project = scene.character.project
    require(actor, CapabilityCode.CREATE, project)
    changes = dict(changes or {})
    wanted = list({segment.pk: segment for segment in segments}.values())
    _check(scene, wanted, changes, project, same_seed, count)
    with transaction.atomic():
        locked = history.lock_scene(scene, expected_version)
        _refuse_state(locked)
        _refuse_held(actor, wanted)
        recipe = resolve(locked.type_version)
        places = _places(locked, wanted, recipe, same_seed)
        _set_going(actor, locked, wanted)
        made = [
            submit_take(
                actor=actor,
                scene=locked,
                segment=place.segment,
                recipe=recipe,
                start=place.start,
                frames=place.frames,
                wanted=Wanted(changes, place.random_seed, place.end, select and number == 0),
            )
            for place in places
            for number in range(count)
        ]
        record_event(
            SceneEvents.TAKES_ASKED,
            project=project,
            actor=actor,
            subject_code=locked.code,
            label=str(locked),
            data={
                "segments": [segment.number for segment in wanted],
                "count": count,
                "changes": sorted(changes),
            },
        )
        touch(locked)
        hint_advance(locked.pk)
    return made


def _check(
    scene: Scene,
    segments: Sequence[Segment],
    changes: Mapping[str, Any],
    project: Project,
    same_seed: bool,
    count: int,
) -> None:
    if not segments:
        raise Invalid("Choose a segment.", fields={"segments": ["Choose at least one."]})
    if any(segment.scene_id != scene.pk for segment in segments):
        message = "A segment belongs to another scene."
        raise Invalid(message, fields={"segments": [message]})
    if not 1 <= count <= MOST_TAKES:
        message = f"1 to {MOST_TAKES} takes of a segment can be asked for at once."
        raise Invalid(message, fields={"count": [message]})
    if len(segments) * count > MOST_IN_ALL:
        raise Invalid(f"At most {MOST_IN_ALL} takes can be asked for at once.")
    if same_seed and count > 1:
        message = "With the same random seed all takes would be alike; ask for one."
        raise Invalid(message, fields={"count": [message]})
    if fixed := sorted(set(changes) & FIXED):
        message = f"“{fixed[0]}” is the same for all takes of a scene."
        raise Invalid(
            message,
            remedy="Change the scene type instead.",
            fields={name: [message] for name in fixed},
        )
    for name in ("prompt", "negative_prompt"):
        if name in changes:
            check_slots(str(changes[name]), project, field=name)


def _places(
    scene: Scene, segments: Sequence[Segment], recipe: Recipe, same_seed: bool
) -> list[_Place]:
    shown = history.current(scene)
    pending = pending_segments(scene)
    return [
        _coming(scene, segment, recipe, shown, pending, same_seed)
        if segment in pending
        else _standing(scene, segment, recipe, shown, same_seed)
        for segment in segments
    ]


def _standing(
    scene: Scene, segment: Segment, recipe: Recipe, shown: Arrangement, same_seed: bool
) -> _Place:
    """The place of a segment that the scene shows."""
    at = shown.position(segment.pk)
    item = shown.items[at]
    take = Take.objects.select_related("job", "examination").get(pk=item.take_id)
    start = end_picture(shown.items[at - 1]) if at else scene.seed_b
    end = None
    frames = segment.frames_wanted
    closes = takes_input(recipe.operation, LineageRole.Code.END_FRAME)
    if closes and at + 1 < len(shown):
        following = Take.objects.select_related("start_image")
        end = following.get(pk=shown.items[at + 1].take_id).start_image
        frames = (take.examination.end_frame or 0) + 1
    seed = take.job.random_seed if same_seed else None
    return _Place(segment, start, end, frames, seed)


def _coming(
    scene: Scene,
    segment: Segment,
    recipe: Recipe,
    shown: Arrangement,
    pending: Sequence[Segment],
    same_seed: bool,
) -> _Place:
    """The place of the segment that the generation is at."""
    takes = Take.objects.filter(segment=segment).select_related("job")
    last = takes.order_by("-number").first()
    if segment != pending[0] or last is None:
        raise Conflict(
            f"Segment {segment.number} has not been generated yet.",
            remedy="Wait until the scene has come that far.",
        )
    start = end_picture(shown.items[-1]) if shown.items else scene.seed_b
    seed = last.job.random_seed if same_seed else None
    return _Place(segment, start, None, frames_for(scene, segment, recipe), seed)


def _refuse_state(scene: Scene) -> None:
    """Pass when takes can be made for a scene as it stands.

    Raises:
        Conflict: it is not started, paused or cancelled.
    """
    state = state_of(scene)
    if state in (S.DRAFT, S.PAUSED, S.CANCELLED):
        raise Conflict(
            f"This scene is {state.label.lower()}.",
            remedy="Start it first." if state == S.DRAFT else "Resume it first.",
        )


def _set_going(actor: User, scene: Scene, segments: Sequence[Segment]) -> None:
    """A scene that is ready works again; one that has stopped goes on if this is where it hangs."""
    state = state_of(scene)
    hangs = state == S.STOPPED and any(s in segments for s in pending_segments(scene)[:1])
    if state == S.READY or hangs:
        move_scene(scene, S.GENERATING)
        start_run(actor, scene)


def _refuse_held(actor: User, segments: Sequence[Segment]) -> None:
    """Pass unless somebody else holds one of the segments.

    Raises:
        Conflict: the message names the segment and the person.
    """
    numbers = {segment.code: segment.number for segment in segments}
    lock = (
        Lock.objects.filter(subject_code__in=numbers, expires_at__gt=timezone.now())
        .exclude(holder=actor)
        .select_related("holder")
        .first()
    )
    if lock is not None:
        raise Conflict(
            f"{lock.holder} is editing segment {numbers[lock.subject_code]}; "
            "nothing was asked for.",
            remedy="Wait until they are done, or ask them.",
        )
