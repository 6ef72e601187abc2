"""The generation loop: looks at the rows of a scene and does what is next.

Nothing is remembered between two looks. `advance` may run at any time, twice, or after a crash:
every step either writes what an ended job has brought, or submits the next job together with the
row that stands for it, in one transaction that holds the scene's row.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.db.models import Max

from pipeline.jobs.context import patiently
from pipeline.scenes import arrangement as history
from pipeline.scenes.events import SceneEvents
from pipeline.scenes.models import Scene, SceneRun, SceneState, Segment, Take
from pipeline.scenes.moves import move_scene, touch, works
from pipeline.scenes.planning import MOST_ADDED_SEGMENTS, missing_segment, plan_segments, steps_of
from pipeline.scenes.recipe import Recipe, resolve
from pipeline.scenes.results import grant_wish, write_examination, write_take
from pipeline.scenes.services import boundaries, cuts
from pipeline.scenes.standing import Standing, reason, standing_of, with_standing
from pipeline.scenes.takes import (
    end_picture,
    frames_for,
    pending_segments,
    submit_examination,
    submit_take,
)
from studio.core.errors import DomainError
from studio.core.models import User
from studio.live.services import record_event

#: Steps of one call; far more than a scene can have ready at once.
MOST_STEPS = 10_000
S = SceneState.Code


def run_advance(scene_id: int) -> None:
    """Do what is next for a scene: the task that every hint starts."""
    patiently(lambda: advance(scene_id))


def advance(scene_id: int) -> int:
    """Do everything for a scene that can be done now, each step in a transaction of its own.

    Returns:
        How many steps were taken; 0: nothing was to be done.
    """
    for taken in range(MOST_STEPS):
        if not _step(scene_id):
            return taken
    return MOST_STEPS


def payer(scene: Scene) -> User:
    """For whom the studio acts: who set the scene going last. One query."""
    last = SceneRun.objects.filter(scene=scene).select_related("started_by").last()
    return last.started_by if last is not None else scene.created_by


def start_run(actor: User, scene: Scene) -> None:
    """Note who sets a scene going; call with the scene locked."""
    last = SceneRun.objects.filter(scene=scene).aggregate(last=Max("number"))["last"] or 0
    SceneRun.objects.create(scene=scene, number=last + 1, started_by=actor)


def stop(scene: Scene, why: str) -> None:
    """Let a scene wait for a person, who is told why; call with the scene locked."""
    move_scene(scene, S.STOPPED, why)
    actor = payer(scene)
    record_event(
        SceneEvents.SCENE_STOPPED,
        project=scene.character.project,
        actor=actor,
        subject_code=scene.code,
        label=str(scene),
        data={"message": scene.stop_reason},
        notify=[actor],
    )


def _step(scene_id: int) -> bool:
    """The first step that has something to do; whether there was one."""
    with transaction.atomic():
        if not Scene.objects.filter(pk=scene_id).exists():
            return False
        scene = history.lock_scene(Scene(pk=scene_id))
        cuts.step(scene)
        if write_take(scene) or write_examination(scene):
            touch(scene)
            return True
        if scene.state_id == S.READY:
            return _keep(scene)
        if scene.state_id in (S.STOPPED, S.PAUSED):  # a bridge that a person asked for by hand
            boundaries.write_bridges(scene)
        if scene.state_id not in (S.GENERATING, S.STOPPED):
            return False
        recipe = resolve(scene.type_version)
        if scene.state_id == S.STOPPED:  # what was asked for meanwhile is finished all the same
            return _examine(scene, recipe) or grant_wish(scene, recipe)
        steps: tuple[Callable[[Scene, Recipe], bool], ...] = (
            _examine,
            grant_wish,
            _generate,
            _join,
        )
        for step in steps:
            if step(scene, recipe):
                if scene.state_id == S.GENERATING:
                    touch(scene)
                return True
        return False


def _keep(scene: Scene) -> bool:
    """A scene that is ready: what an edit has joined anew is measured and healed beside it."""
    try:
        boundaries.step(scene)
    except DomainError as error:
        move_scene(scene, S.GENERATING)
        stop(scene, _unpaid("A boundary can't be measured", error))
    return False


def _examine(scene: Scene, recipe: Recipe) -> bool:
    """Send a finished take to be examined."""
    takes = Take.objects.filter(
        segment__scene=scene, version__isnull=False, examination=None
    ).select_related("version", "segment", "job", "created_by")
    take = takes.order_by("pk").first()
    if take is None:
        return False
    try:
        submit_examination(scene, take, recipe)
    except DomainError as error:
        if scene.state_id == S.STOPPED:
            return False
        name = f"Segment {take.segment.number}, take {take.number}, can't be examined"
        stop(scene, _unpaid(name, error))
    return True


def _generate(scene: Scene, recipe: Recipe) -> bool:
    """Show the take that the next segment waits for, or ask for one, or stop the scene."""
    segments = pending_segments(scene)
    if not segments:
        return False
    segment = segments[0]
    takes = with_standing(Take.objects.filter(segment=segment)).select_related("segment")
    standings = [(take, standing_of(take, recipe.gates)) for take in takes.order_by("number")]
    passed = next((take for take, found in standings if found is Standing.PASSED), None)
    if passed is not None:
        _show(scene, segment, passed)
        if len(segments) == 1:
            _lengthen(scene, recipe)
        return True
    if any(found.is_open for _, found in standings):
        return False
    if standings:
        stop(scene, reason(standings[-1][0], recipe.gates))
    else:
        generate_segment(scene, segment, recipe, payer(scene), stops=True)
    return True


def generate_segment(
    scene: Scene, segment: Segment, recipe: Recipe, actor: User, *, stops: bool = False
) -> Take | None:
    """Ask for a take of a segment that is to come after all that the scene shows.

    Args:
        stops: a refusal stops the scene, with the reason; else it is raised.

    Raises:
        DomainError: as `submit_job`.
    """
    shown = history.current(scene)
    start = end_picture(shown.items[-1]) if shown.items else scene.seed_b
    frames = frames_for(scene, segment, recipe)
    if frames != segment.frames_wanted:
        segment.frames_wanted = frames
        segment.save(update_fields=["frames_wanted"])
    try:
        return submit_take(
            actor=actor, scene=scene, segment=segment, recipe=recipe, start=start, frames=frames
        )
    except DomainError as error:
        if not stops:
            raise
        stop(scene, _unpaid(f"Segment {segment.number} can't be generated", error))
        return None


def _show(scene: Scene, segment: Segment, take: Take) -> None:
    in_frame, out_frame = history.full_range(take)
    history.append_generated(scene, segment, take, in_frame, out_frame, actor=payer(scene))


def _lengthen(scene: Scene, recipe: Recipe) -> None:
    """Add a segment when the takes turned out so short that the scene misses its length."""
    shown = history.current(scene)
    limits = (recipe.target_frames, recipe.tolerance_frames)
    frames = missing_segment(
        shown_steps=steps_of([(item.in_frame, item.out_frame) for item in shown]),
        target=limits[0],
        tolerance=limits[1],
        least=recipe.segment_min_frames,
        most=recipe.segment_max_frames,
    )
    planned = len(plan_segments(*limits, recipe.segment_min_frames, recipe.segment_max_frames))
    last = Segment.objects.filter(scene=scene).order_by("-number").first()
    if frames is None or last is None or last.number >= planned + MOST_ADDED_SEGMENTS:
        return
    added = Segment.objects.create(scene=scene, number=last.number + 1, frames_wanted=frames)
    record_event(
        SceneEvents.SEGMENT_ADDED,
        project=scene.character.project,
        actor=payer(scene),
        subject_code=scene.code,
        label=str(scene),
        data={"segment": added.number, "frames": frames},
    )


def _join(scene: Scene, recipe: Recipe) -> bool:
    """Measure and heal what stands side by side; the scene is ready when nothing is left."""
    try:
        pending = boundaries.step(scene)
    except DomainError as error:
        stop(scene, _unpaid("A boundary can't be measured", error))
        return True
    if pending or pending_segments(scene) or works(scene):
        return False
    move_scene(scene, S.READY)
    actor = payer(scene)
    record_event(
        SceneEvents.SCENE_READY,
        project=scene.character.project,
        actor=actor,
        subject_code=scene.code,
        label=str(scene),
        notify=[actor],
    )
    return True


def _unpaid(what: str, error: DomainError) -> str:
    """A refusal as a reason to stop: what, why, what to do."""
    parts = [f"{what}: {error.detail}", error.remedy, "Then resume."]
    return " ".join(part for part in parts if part)
