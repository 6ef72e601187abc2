"""How a scene changes: one guarded move of state, its version, one live message."""

from __future__ import annotations

from django.db.models import F

from pipeline.jobs.states import FINAL
from pipeline.scenes.arrangement import bump
from pipeline.scenes.live import publish_scene
from pipeline.scenes.models import (
    BoundaryMeasurement,
    Bridge,
    Placement,
    Scene,
    SceneState,
    SceneStateTransition,
    Segment,
    Take,
    TakeExamination,
)
from studio.core.errors import Conflict

#: Characters of a reason that a scene can keep.
MOST_REASON = 400

_WAYS_IN: dict[int, set[int]] = {}
for _from, _to in SceneStateTransition.allowed:
    if _from is not None:
        _WAYS_IN.setdefault(int(_to), set()).add(int(_from))


def may_become(scene: Scene, to: SceneState.Code) -> bool:
    """Whether there is a way from the scene's state to another."""
    return scene.state_id in _WAYS_IN[to]


def state_of(scene: Scene) -> SceneState.Code:
    """The state of a scene as a name of the code. No query."""
    return SceneState.Code(scene.state_id or 0)


def move_scene(scene: Scene, to: SceneState.Code, reason: str = "") -> None:
    """Let a scene go to another state; call with the scene locked.

    Args:
        reason: for `STOPPED`: what a person must decide.

    Raises:
        Conflict: the present state does not allow it.
    """
    if not may_become(scene, to):
        now = state_of(scene).label.lower()
        raise Conflict(f"This scene is {now}; it can't become “{to.label.lower()}” from there.")
    reason = reason[: MOST_REASON - 1] + "…" if len(reason) > MOST_REASON else reason
    Scene.objects.filter(pk=scene.pk).update(
        state_id=to.value, stop_reason=reason, version=F("version") + 1
    )
    scene.state_id, scene.stop_reason = to.value, reason
    scene.version += 1
    tell(scene)


def touch(scene: Scene) -> None:
    """Count a change that pages show, and tell those who look; call with the scene locked."""
    bump(scene)
    tell(scene)


def tell(scene: Scene) -> None:
    """Say that the scene has changed, and how far it is. Two queries."""
    publish_scene(scene, **figures(scene))


def figures(scene: Scene) -> dict[str, int]:
    """How many segments are shown, and how many there are to be. Two queries."""
    return {
        "segments_done": Placement.objects.filter(edit_id=scene.edit_id).count(),
        "segments_wanted": wanted_segments(scene),
    }


def wanted_segments(scene: Scene) -> int:
    """How many segments the scene has when all is done: those shown and those to come."""
    shown = Placement.objects.filter(edit_id=scene.edit_id).values("segment_id")
    ever = Placement.objects.filter(edit__scene=scene).values("segment_id")
    segments = Segment.objects.filter(scene=scene)
    return (segments.filter(pk__in=shown) | segments.exclude(pk__in=ever)).count()


def works(scene: Scene) -> bool:
    """Whether a job of the scene has not ended. Up to four queries, by unique indexes."""
    takes = Take.objects.filter(segment__scene=scene)
    examinations = TakeExamination.objects.filter(take__segment__scene=scene)
    measurements = BoundaryMeasurement.objects.filter(boundary__left_take__segment__scene=scene)
    bridges = Bridge.objects.filter(boundary__left_take__segment__scene=scene)
    return any(
        rows.exclude(job__state_id__in=FINAL).exists()  # type: ignore[attr-defined]
        for rows in (takes, examinations, measurements, bridges)
    )
