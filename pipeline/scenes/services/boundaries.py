"""Measuring and healing the boundaries of a scene, each once for the same takes and trims.

The engine calls `step` whenever something has ended or changed. It looks only at what the rows
say, so it may be called at any time, twice, or after a crash.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max

from pipeline.jobs.models import JobState
from pipeline.scenes import arrangement as history
from pipeline.scenes import boundary_jobs as jobs
from pipeline.scenes.arrangement import Arrangement, Key
from pipeline.scenes.boundary_jobs import Room
from pipeline.scenes.events import EditEvents
from pipeline.scenes.joins import measurement_of, result_of, with_details
from pipeline.scenes.live import publish_boundary
from pipeline.scenes.models import (
    Boundary,
    BoundaryMeasurement,
    Bridge,
    BridgeResult,
    EditKind,
    HealMethod,
    Scene,
    SceneState,
)
from pipeline.scenes.moves import tell
from pipeline.scenes.recipe import Recipe, resolve
from pipeline.scenes.services.edits import key_of
from pipeline.scenes.takes import hint_advance, stands_for
from studio.core.access import CapabilityCode, require
from studio.core.errors import Conflict
from studio.core.models import User
from studio.live.services import record_event

#: Grain that differs by more than this factor is brought to the left take's.
GRAIN_FACTOR = 1.25


def boundaries_of(arrangement: Arrangement) -> list[Boundary]:
    """The boundaries of an arrangement in order, made where they are new; with their details."""
    keys = arrangement.keys()
    found = _existing(keys)
    if missing := [key for key in keys if key not in found]:
        Boundary.objects.bulk_create(
            [Boundary(**key._asdict()) for key in missing], ignore_conflicts=True
        )
        found = _existing(keys)
    return [found[key] for key in keys]


def existing_boundaries(arrangement: Arrangement) -> dict[Key, Boundary]:
    """The boundaries of an arrangement that somebody has looked at, with their details."""
    return _existing(arrangement.keys())


def _existing(keys: Iterable[Key]) -> dict[Key, Boundary]:
    wanted = set(keys)
    rows = with_details(Boundary.objects.all()).filter(
        left_take_id__in={key.left_take_id for key in wanted},
        right_take_id__in={key.right_take_id for key in wanted},
    )
    rows = rows.select_related("measurement__job", "left_take__version", "right_take__version")
    return {key: row for row in rows if (key := key_of(row)) in wanted} if wanted else {}


def step(scene: Scene) -> bool:
    """Do what is next for the scene's boundaries; call with the scene locked.

    Results of jobs that have ended are written; boundaries of the present arrangement that are not
    measured are sent to be measured, and those that did not pass and that nobody has tried to heal
    are sent to be healed. A bridge that is better is used at once, one that is not is left for a
    person to judge.

    Returns:
        Whether jobs are under way whose end calls for another step.

    Raises:
        DomainError: a job can't be submitted (credits, limits, rights).
    """
    write_bridges(scene)
    shown = history.current(scene)
    if len(shown) < 2:
        return False
    assert scene.edit is not None  # something is shown
    actor = stands_for(scene, scene.edit.actor, scene.edit.created_at)
    work = _Work(scene, actor, resolve(scene.type_version), shown, boundaries_of(shown))
    pending = [work.step(at) for at in range(len(work.boundaries))]  # each one, not up to the first
    return any(pending)


@dataclass
class _Work:
    """The boundaries of a scene as it stands, and for whom something is done about them."""

    scene: Scene
    actor: User
    recipe: Recipe
    shown: Arrangement
    boundaries: list[Boundary]

    def step(self, at: int) -> bool:
        """Do what is next for one boundary; whether a job is under way."""
        boundary = self.boundaries[at]
        measured = self.measure(at)
        if measured.is_passed is None:
            return not measured.job.is_final
        bridges = list(boundary.bridges.all())
        if any(not bridge.job.is_final for bridge in bridges):
            return True
        if self.shown.items[at].bridge_id is not None:
            return False
        method = _next_try(measured, bridges, self.recipe)
        if method is not None:
            self.heal(at, measured, HealMethod.Code.AUTO if not bridges else method, method)
        return method is not None

    def measure(self, at: int) -> BoundaryMeasurement:
        """The boundary's measurement: asked for, or written when its job has just ended.

        One that was made by other rules (the scene has another version of its type) is made anew.
        """
        boundary = self.boundaries[at]
        measured = measurement_of(boundary)
        wanted = jobs.measure_parameters(self.room(at), self.recipe)
        if measured is not None and _is_outdated(measured, wanted):
            measured.delete()
            measured = None
        if measured is None:
            job = jobs.submit(self.scene, self.actor, boundary, jobs.MEASURE, wanted)
            measured = BoundaryMeasurement.objects.create(boundary=boundary, job=job)
            boundary.measurement = measured
            publish_boundary(self.scene, boundary)
        if measured.is_passed is None and measured.job.state_id == JobState.Code.SUCCEEDED:
            # no new version: a figure takes nothing away from what a person is about to change
            jobs.write_measurement(measured, measured.job.outputs.get(position=0).notes)
            publish_boundary(self.scene, boundary)
            tell(self.scene)
        return measured

    def heal(
        self,
        at: int,
        measured: BoundaryMeasurement,
        asked: HealMethod.Code,
        method: HealMethod.Code,
    ) -> Bridge:
        """Send a boundary to be healed; `asked` is what a person reads, `method` what is done."""
        boundary = self.boundaries[at]
        parameters = jobs.heal_parameters(
            self.room(at, healing=True), self.recipe, measured, method
        )
        job = jobs.submit(self.scene, self.actor, boundary, jobs.HEAL, parameters)
        last = boundary.bridges.aggregate(last=Max("number"))["last"] or 0
        bridge = Bridge.objects.create(
            boundary=boundary, number=last + 1, method_id=asked.value, job=job
        )
        publish_boundary(self.scene, boundary)
        return bridge

    def room(self, at: int, *, healing: bool = False) -> Room:
        """The frames that the neighbouring joins leave to a boundary.

        A bridge also leaves the right take as many frames as one at its other end would replace.
        """
        left, right = self.shown.items[at : at + 2]
        left_in, right_out = left.in_frame, right.out_frame
        if at and (before := self._join(at - 1)) is not None:
            left_in = max(left_in, min(before[1], left.out_frame - 1))
        if at + 1 < len(self.boundaries):
            after = self._join(at + 1)
            right_out = right_out if after is None else after[0]
            if healing and self.shown.items[at + 1].bridge_id is None:
                right_out -= jobs.BRIDGE_FRAMES // 2
        right_out = max(right_out, right.in_frame + 1)
        return Room(left_in, left.out_frame - 1, right.in_frame, right_out)

    def _join(self, at: int) -> tuple[int, int] | None:
        """Where a neighbouring boundary leaves its left take and enters its right one, if known."""
        boundary, used = self.boundaries[at], self.shown.items[at].bridge_id
        for bridge in boundary.bridges.all():
            if bridge.pk == used and (result := result_of(bridge)) is not None:
                return result.left_frame, result.right_frame
        measured = measurement_of(boundary)
        if measured is None or measured.left_frame is None or measured.right_frame is None:
            return None
        return measured.left_frame, measured.right_frame


def heal_boundary(
    *,
    actor: User,
    boundary: Boundary,
    method: HealMethod.Code = HealMethod.Code.AUTO,
    expected_version: int | None = None,
) -> Bridge:
    """Ask for another bridge over a boundary; it is used when it is better than the plain join.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: the scene has changed or is cancelled, the boundary is not part of it as it
            stands, is not measured yet, or a bridge for it is under way.
        DomainError: the job can't be submitted.
    """
    scene = boundary.left_take.segment.scene
    require(actor, CapabilityCode.CREATE, scene.character.project)
    with transaction.atomic():
        locked = history.lock_scene(scene, expected_version)
        if locked.state_id == SceneState.Code.CANCELLED:  # nobody would write what came of it
            raise Conflict("This scene is cancelled.", remedy="Resume it first.")
        shown = history.current(locked)
        key = key_of(boundary)
        keys = shown.keys()
        if key not in keys:
            raise Conflict(
                "These two takes do not meet like this in the scene as it stands.",
                remedy="Go back to an edit in which they do.",
            )
        at = keys.index(key)
        found = _existing([key])[key]
        measured = measurement_of(found)
        if measured is None or measured.is_passed is None:
            raise Conflict("This boundary is not measured yet.", remedy="Wait until it is.")
        if any(not bridge.job.is_final for bridge in found.bridges.all()):
            raise Conflict("A bridge for this boundary is being made.", remedy="Wait for it.")
        recipe = resolve(locked.type_version)
        here = _Work(locked, actor, recipe, shown, boundaries_of(shown))
        bridge = here.heal(at, measured, method, method)
        record_event(
            EditEvents.HEAL_ASKED,
            project=locked.character.project,
            actor=actor,
            subject_code=found.code,
            label=str(locked),
            data={"method": method.code},
        )
        history.bump(locked)
        tell(locked)
        hint_advance(locked.pk)
        return bridge


def measure_again(*, actor: User, boundary: Boundary, expected_version: int | None = None) -> None:
    """Forget a measurement that failed, so that it is made anew.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: the scene has changed, or the measurement has not failed.
    """
    scene = boundary.left_take.segment.scene
    require(actor, CapabilityCode.CREATE, scene.character.project)
    with transaction.atomic():
        locked = history.lock_scene(scene, expected_version)
        failed = BoundaryMeasurement.objects.filter(
            boundary=boundary, job__state_id__in=(JobState.Code.FAILED, JobState.Code.CANCELLED)
        )
        if not failed.delete()[0]:
            raise Conflict("The measurement of this boundary has not failed.")
        history.bump(locked)
        publish_boundary(locked, boundary)
        hint_advance(locked.pk)


def _is_outdated(measured: BoundaryMeasurement, wanted: Mapping[str, Any]) -> bool:
    asked = measured.job.parameters
    return any(asked.get(name) != wanted[name] for name in ("mode", "threshold"))


def _next_try(
    measured: BoundaryMeasurement, bridges: Sequence[Bridge], recipe: Recipe
) -> HealMethod.Code | None:
    """How the studio itself goes on healing a boundary; None: not at all, or no further.

    First everything at once; when that is not better but the difference is one that normalisation
    corrects, that alone, for it does not soften.
    """
    if not bridges:
        return _cure(measured, recipe)
    last = bridges[-1]
    result = result_of(last)
    if len(bridges) > 1 or last.method_id != HealMethod.Code.AUTO or result is None:
        return None
    tried_all = result.method_used_id == HealMethod.Code.BOTH
    if (
        result.is_better
        or not tried_all
        or not last.job.outputs.get(position=0).notes.get("within_bounds")
    ):
        return None
    return HealMethod.Code.NORMALISE


def _cure(measured: BoundaryMeasurement, recipe: Recipe) -> HealMethod.Code | None:
    if not measured.is_passed:
        return HealMethod.Code.AUTO
    ratio = measured.grain_ratio
    if recipe.texture_sync and ratio is not None:
        differs = not 1 / GRAIN_FACTOR <= ratio <= GRAIN_FACTOR
        return HealMethod.Code.NORMALISE if differs else None
    return None


def write_bridges(scene: Scene) -> None:
    """Write what healing jobs have made, and use what is better where the scene still has it."""
    ended = (
        Bridge.objects.filter(
            boundary__left_take__segment__scene=scene,
            result=None,
            job__state_id=JobState.Code.SUCCEEDED,
        )
        .select_related("boundary", "job__creator")
        .order_by("pk")
    )
    for bridge in ended:
        result = jobs.write_result(bridge, bridge.job.outputs.get(position=0))
        _take_up(scene, bridge, result)
        publish_boundary(scene, bridge.boundary)


def _take_up(scene: Scene, bridge: Bridge, result: BridgeResult) -> None:
    """Use a bridge that is better; else leave the boundary to a person, with the reason."""
    shown = history.current(scene)
    key = key_of(bridge.boundary)
    keys = shown.keys()
    names = _names(bridge.boundary)
    if not result.is_better:
        _record(scene, EditEvents.BOUNDARY_FLAGGED, bridge, f"{names}: {result.reason}")
        tell(scene)
        return
    scores = f"{result.before_score:.2f} → {result.after_score:.2f}"
    _record(scene, EditEvents.BOUNDARY_HEALED, bridge, f"{names}: {scores}")
    if key not in keys or _has_better(shown.bridges()[key], result):
        return  # it stays at hand
    if _is_first_generation(scene):
        history.set_bridge(scene, key, bridge)
    else:
        summary = f"{names} healed: {scores}"
        healed = shown.with_bridge(key, bridge.pk)
        history.add_edit(scene, bridge.job.creator, EditKind.Code.HEAL, summary, healed)
    tell(scene)


def _has_better(bridge_id: int | None, result: BridgeResult) -> bool:
    """Whether the bridge in use does at least as well."""
    used = BridgeResult.objects.filter(bridge_id=bridge_id).first() if bridge_id else None
    return used is not None and used.after_score >= result.after_score


def _is_first_generation(scene: Scene) -> bool:
    """Whether the scene still grows at its first edit: then its bridges belong to that."""
    growing = scene.state_id not in (SceneState.Code.READY, SceneState.Code.CANCELLED)
    return growing and scene.edit is not None and scene.edit.parent_id is None


def _names(boundary: Boundary) -> str:
    left, right = boundary.left_take.segment.number, boundary.right_take.segment.number
    return f"{left} | {right}"


def _record(scene: Scene, kind: EditEvents, bridge: Bridge, what: str) -> None:
    record_event(
        kind,
        project=scene.character.project,
        actor=bridge.job.creator,
        subject_code=bridge.boundary.code,
        label=str(scene),
        data={"what": what[:300]},
    )
