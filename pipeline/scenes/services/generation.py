"""Setting a scene going: start, pause, resume, cancel."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from pipeline.jobs.control import cancel_job, retry_job
from pipeline.jobs.models import Job
from pipeline.jobs.submit import plan_job
from pipeline.scenes import arrangement as history
from pipeline.scenes.arrangement import Arrangement
from pipeline.scenes.engine import generate_segment, start_run
from pipeline.scenes.events import SceneEvents
from pipeline.scenes.models import EditKind, Scene, SceneState, Take
from pipeline.scenes.moves import move_scene, state_of
from pipeline.scenes.recipe import Recipe, resolve
from pipeline.scenes.requests import TakeOrder, seed_for, take_request
from pipeline.scenes.slots import fill_slots
from pipeline.scenes.standing import Standing, standing_of, with_standing
from pipeline.scenes.takes import frames_for, hint_advance, pending_segments
from studio.core.access import CapabilityCode, require
from studio.core.errors import Conflict
from studio.core.models import User
from studio.live.services import record_event

S = SceneState.Code


def start_scene(*, actor: User, scene: Scene, expected_version: int | None = None) -> Scene:
    """Begin to generate a scene; the credits of its first take must be there.

    Raises:
        NotFound, Forbidden, Conflict: by the access rule (create).
        Conflict: it was started before.
        PaymentRequired: plan, limits or balance do not allow the first take.
        Invalid: a trait is missing that the prompt needs.
    """
    require(actor, CapabilityCode.CREATE, scene.character.project)
    with transaction.atomic():
        locked = history.lock_scene(scene, expected_version)
        if locked.state_id != S.DRAFT:
            raise Conflict("This scene was started before.", remedy="Resume it instead.")
        _check_first(actor, locked, resolve(locked.type_version))
        move_scene(locked, S.GENERATING)
        start_run(actor, locked)
        if locked.edit_id is None:
            empty = Arrangement()
            history.add_edit(locked, actor, EditKind.Code.GENERATE, "Generated", empty)
        _record(SceneEvents.SCENE_STARTED, actor, locked)
        hint_advance(locked.pk)
    return locked


def pause_scene(*, actor: User, scene: Scene, expected_version: int | None = None) -> Scene:
    """Ask for nothing more; what is being made may end, and is kept.

    Raises:
        NotFound, Forbidden, Conflict: by the access rule (create).
        Conflict: it is not being generated.
    """
    require(actor, CapabilityCode.CREATE, scene.character.project)
    with transaction.atomic():
        locked = history.lock_scene(scene, expected_version)
        move_scene(locked, S.PAUSED)
        _record(SceneEvents.SCENE_PAUSED, actor, locked)
    return locked


def resume_scene(*, actor: User, scene: Scene, expected_version: int | None = None) -> Scene:
    """Let a scene go on where it paused, stopped or was cancelled; `actor` pays from now on.

    A take that could not be made, or that does not pass a gate, is asked for anew as another take;
    an examination that failed is sent again.

    Raises:
        NotFound, Forbidden, Conflict: by the access rule (create).
        Conflict: it is neither paused, stopped nor cancelled.
        PaymentRequired: plan, limits or balance do not allow what is next.
    """
    require(actor, CapabilityCode.CREATE, scene.character.project)
    with transaction.atomic():
        locked = history.lock_scene(scene, expected_version)
        if locked.state_id not in (S.PAUSED, S.STOPPED, S.CANCELLED):
            word = state_of(locked).label.lower()
            raise Conflict(f"This scene is {word}; there is nothing to resume.")
        move_scene(locked, S.GENERATING)
        start_run(actor, locked)
        if locked.edit_id is None:
            empty = Arrangement()
            history.add_edit(locked, actor, EditKind.Code.GENERATE, "Generated", empty)
        _try_again(actor, locked, resolve(locked.type_version))
        _record(SceneEvents.SCENE_RESUMED, actor, locked)
        hint_advance(locked.pk)
    return locked


def cancel_scene(*, actor: User, scene: Scene, expected_version: int | None = None) -> Scene:
    """Give a scene up: what is being made is cancelled, what is finished stays.

    Raises:
        NotFound, Forbidden, Conflict: by the access rule (create).
        Conflict: it is ready or cancelled.
    """
    require(actor, CapabilityCode.CREATE, scene.character.project)
    with transaction.atomic():
        locked = history.lock_scene(scene, expected_version)
        move_scene(locked, S.CANCELLED)
        for job in _unfinished(locked):
            try:
                cancel_job(actor=actor, job=job)
            except Conflict:  # it has ended in this very moment
                continue
        _record(SceneEvents.SCENE_CANCELLED, actor, locked)
        hint_advance(locked.pk)
    return locked


def _unfinished(scene: Scene) -> list[Job]:
    """The jobs of takes, examinations, measurements and bridges that have not ended."""
    path = "left_take__segment__scene"
    mine = (
        Q(take__segment__scene=scene)
        | Q(examination__take__segment__scene=scene)
        | Q(**{f"measurement__boundary__{path}": scene})
        | Q(**{f"bridge__boundary__{path}": scene})
    )
    project = scene.character.project
    jobs = Job.objects.unfinished().filter(mine, project=project)
    return list(jobs.select_related("project").order_by("pk"))


def _check_first(actor: User, scene: Scene, recipe: Recipe) -> None:
    """Pass when the first take may be asked for.

    Raises:
        DomainError: as `plan_job`; PaymentRequired.
    """
    segment = pending_segments(scene)[0]
    order = TakeOrder(
        start=scene.seed_b,
        frames=frames_for(scene, segment, recipe),
        prompt=fill_slots(recipe.prompt, scene.character),
        negative_prompt=fill_slots(recipe.negative_prompt, scene.character),
        random_seed=seed_for(recipe.seed_strategy, scene.random_seed, segment.number, 1),
    )
    request = take_request(recipe, scene, order)
    plan_job(
        actor=actor, project=scene.character.project, request=request
    ).preflight.raise_if_refused()


def _try_again(actor: User, scene: Scene, recipe: Recipe) -> None:
    """Ask for what the next segment waits for in vain; a refusal is told to whoever resumes."""
    segment = next(iter(pending_segments(scene)), None)
    if segment is None:
        return
    takes = with_standing(Take.objects.filter(segment=segment)).order_by("number")
    found = [(take, standing_of(take, recipe.gates)) for take in takes]
    if any(state.is_open or state is Standing.PASSED for _, state in found):
        return
    if not found:
        generate_segment(scene, segment, recipe, actor)
        return
    last, state = found[-1]
    if state is Standing.UNEXAMINED and last.examination.job.state.code != "succeeded":
        retry_job(actor=actor, job=last.examination.job)
    else:
        generate_segment(scene, segment, recipe, actor)


def _record(kind: SceneEvents, actor: User, scene: Scene) -> None:
    record_event(
        kind,
        project=scene.character.project,
        actor=actor,
        subject_code=scene.code,
        label=str(scene),
    )
