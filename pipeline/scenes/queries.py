"""What the page of a scene shows, read in a bounded number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from pipeline.jobs.models import Attempt, Job
from pipeline.scenes import arrangement as history
from pipeline.scenes.arrangement import Arrangement, Item
from pipeline.scenes.gates import Finding, findings
from pipeline.scenes.joins import JoinStanding, result_of, standing
from pipeline.scenes.models import (
    Boundary,
    BoundaryMeasurement,
    Bridge,
    Cut,
    CutFinding,
    CutSettings,
    Placement,
    RedoPath,
    Scene,
    SceneEdit,
    Segment,
    Take,
    TakeMeasure,
)
from pipeline.scenes.progress import Progress, progress_of
from pipeline.scenes.recipe import Recipe, resolve
from pipeline.scenes.services.boundaries import existing_boundaries
from pipeline.scenes.standing import Standing, standing_of
from studio.live.models import Lock


@dataclass(frozen=True)
class JobProgress:
    """How far a job is: the stage it names and the share that is done, 0–1."""

    job: Job
    fraction: float
    stage: str


@dataclass(frozen=True)
class ShownTake:
    """A take below its segment.

    Attributes:
        standing: how far it is.
        progress: of the job that is under way (making or examining); None: none is.
        findings: what the gates say of its measures.
        verdict: code of the verdict that counts; `pending` when nobody has spoken.
        is_selected: whether the scene shows it.
    """

    take: Take
    standing: Standing
    progress: JobProgress | None
    measures: list[TakeMeasure]
    findings: list[Finding]
    verdict: str
    is_selected: bool


@dataclass(frozen=True)
class ShownJoin:
    """The boundary between two neighbours.

    `left_frame` and `right_frame` are where the cut leaves the left take and enters the right one,
    with the bridge if one is used; None: not known yet. `boundary` is None when nobody has looked
    at it yet.
    """

    boundary: Boundary | None
    left_number: int
    right_number: int
    standing: JoinStanding
    measurement: BoundaryMeasurement | None
    bridge: Bridge | None
    bridges: list[Bridge]
    left_frame: int | None
    right_frame: int | None

    @property
    def name(self) -> str:
        """As people call it: 2 | 3."""
        return f"{self.left_number} | {self.right_number}"


@dataclass(frozen=True)
class Slot:
    """A segment in its place.

    Attributes:
        item: what is shown of it; None: it is not shown (yet).
        selected: the take that is shown; None: none is.
        takes: all takes, oldest first.
        after: the boundary to the next one; None: none follows.
        lock: who is editing the segment; None: nobody.
    """

    segment: Segment
    item: Item | None
    selected: ShownTake | None
    takes: list[ShownTake]
    after: ShownJoin | None
    lock: Lock | None


@dataclass(frozen=True)
class HistoryNode:
    """An edit in the tree of the scene's history.

    `is_on_path` tells that undo and redo lead through it from where the scene stands.
    """

    edit: SceneEdit
    is_here: bool
    is_on_path: bool


@dataclass(frozen=True)
class SceneBoard:
    """All that the page of a scene shows.

    `slots` are the segments shown in their order, then those that are still to be made; `removed`
    those that were shown once and are not now.
    """

    scene: Scene
    recipe: Recipe
    slots: list[Slot]
    removed: list[Slot]
    progress: Progress
    history: list[HistoryNode]
    can_undo: bool
    can_redo: bool
    cuts: list[Cut]

    @property
    def flagged(self) -> list[ShownJoin]:
        """The boundaries that need a person."""
        joins = [slot.after for slot in self.slots if slot.after is not None]
        return [join for join in joins if join.standing.state == "flagged"]


def scene_board(scene: Scene) -> SceneBoard:
    """What the page of a scene shows; the number of queries does not depend on its length."""
    recipe = resolve(scene.type_version)
    shown = history.current(scene)
    segments = {segment.pk: segment for segment in scene.segments.order_by("number")}
    ever = set(
        Placement.objects.filter(edit__scene=scene).values_list("segment_id", flat=True).distinct()
    )
    takes = _takes(scene, recipe, {item.take_id for item in shown})
    locks = _locks(segments.values())
    joins = _joins(shown, segments, recipe)

    def slot(segment: Segment, item: Item | None = None, at: int = -1) -> Slot:
        mine = takes.get(segment.pk, [])
        selected = next((take for take in mine if take.is_selected), None)
        after = joins[at] if 0 <= at < len(joins) else None
        return Slot(segment, item, selected, mine, after, locks.get(segment.code))

    placed = [slot(segments[item.segment_id], item, at) for at, item in enumerate(shown)]
    absent = [s for pk, s in segments.items() if shown.find(pk) is None]
    to_come = [s for s in absent if s.pk not in ever]
    nodes = _history(scene)
    return SceneBoard(
        scene=scene,
        recipe=recipe,
        slots=[*placed, *(slot(segment) for segment in to_come)],
        removed=[slot(segment) for segment in absent if segment.pk in ever],
        progress=progress_of(
            recipe, shown_frames(shown), [segment.frames_wanted for segment in to_come]
        ),
        history=nodes,
        can_undo=any(node.is_here and node.edit.parent_id is not None for node in nodes),
        can_redo=any(node.edit.parent_id == scene.edit_id for node in nodes if scene.edit_id),
        cuts=list(for_cut_list(scene.cuts.all())),
    )


def shown_frames(shown: Arrangement) -> list[int]:
    """Frames that a cut shows of each segment, if each next one begins at its end frame."""
    last = len(shown) - 1
    return [item.out_frame - item.in_frame - (at < last) for at, item in enumerate(shown)]


def latest_attempt(job: Job) -> Attempt | None:
    """The last attempt of a job whose attempts are prefetched."""
    attempts = list(job.attempts.all())
    return attempts[-1] if attempts else None


def job_progress(job: Job) -> JobProgress | None:
    """How far a job is whose attempts are prefetched; None when it has ended."""
    if job.is_final:
        return None
    last = latest_attempt(job)
    if last is None or last.ended_at is not None:
        return JobProgress(job, 0.0, str(job.state))
    return JobProgress(job, last.progress_permille / 1000, last.stage)


def for_cut_list(cuts: Any) -> Any:
    """Cuts with what a line of a list reads, newest first."""
    return (
        cuts.select_related(
            "job__state", "profile", "version__asset", "poster", "edit", "created_by__profile"
        )
        .select_related("final_approval__approved_by")
        .prefetch_related(
            Prefetch("job__attempts", Attempt.objects.order_by("number")),
            Prefetch("findings", CutFinding.objects.select_related("verdict").order_by("pk")),
            "verdicts__kind",
        )
        .order_by("-number")
    )


def for_take_list(takes: Any) -> Any:
    """Takes with what `shown_take` and the cards of the page read, oldest first."""
    attempts = Attempt.objects.order_by("number")
    return (
        takes.select_related(
            "segment",
            "job__state",
            "version__asset",
            "version__blob",
            "start_image__blob",
            "examination__job__state",
            "examination__end_picture__blob",
            "created_by__profile",
        )
        .prefetch_related(
            Prefetch("job__attempts", attempts),
            Prefetch("examination__job__attempts", attempts),
            Prefetch("measures", TakeMeasure.objects.select_related("measure")),
            "verdicts__kind",
        )
        .order_by("number")
    )


def shown_take(take: Take, recipe: Recipe, *, is_selected: bool) -> ShownTake:
    """A take as the page shows it; no query for takes loaded by `for_take_list`."""
    examination = getattr(take, "examination", None)
    job = take.job if not take.job.is_final or examination is None else examination.job
    verdicts = sorted(take.verdicts.all(), key=lambda verdict: verdict.pk)
    return ShownTake(
        take=take,
        standing=standing_of(take, recipe.gates),
        progress=job_progress(job),
        measures=list(take.measures.all()),
        findings=findings(take, recipe.gates) if take.measures.all() else [],
        verdict=verdicts[-1].kind.code if verdicts else "pending",
        is_selected=is_selected,
    )


def _takes(scene: Scene, recipe: Recipe, selected: set[int]) -> dict[int, list[ShownTake]]:
    found: dict[int, list[ShownTake]] = {}
    for take in for_take_list(Take.objects.filter(segment__scene=scene)):
        line = shown_take(take, recipe, is_selected=take.pk in selected)
        found.setdefault(take.segment_id, []).append(line)
    return found


def _locks(segments: Any) -> Mapping[Any, Lock]:
    codes = [segment.code for segment in segments]
    held = Lock.objects.filter(subject_code__in=codes, expires_at__gt=timezone.now())
    return {lock.subject_code: lock for lock in held.select_related("holder__profile")}


def _joins(shown: Arrangement, segments: Mapping[int, Segment], recipe: Recipe) -> list[ShownJoin]:
    known = existing_boundaries(shown)
    threshold = recipe.boundary_threshold_permille / 1000
    return [
        shown_join(known.get(key), left, segments[right.segment_id], segments, threshold)
        for key, left, right in zip(shown.keys(), shown.items, shown.items[1:], strict=False)
    ]


def shown_join(
    boundary: Boundary | None,
    left: Item,
    right: Segment,
    segments: Mapping[int, Segment],
    threshold: float,
) -> ShownJoin:
    """A boundary as the page shows it; no query for boundaries loaded by `joins.with_details`."""
    bridges: Sequence[Bridge] = list(boundary.bridges.all()) if boundary is not None else []
    used = next((bridge for bridge in bridges if bridge.pk == left.bridge_id), None)
    measured = getattr(boundary, "measurement", None)
    result = result_of(used) if used is not None else None
    at = result or measured
    return ShownJoin(
        boundary=boundary,
        left_number=segments[left.segment_id].number,
        right_number=right.number,
        standing=standing(boundary, left.bridge_id, threshold),
        measurement=measured,
        bridge=used,
        bridges=list(bridges),
        left_frame=at.left_frame if at is not None else None,
        right_frame=at.right_frame if at is not None else None,
    )


def history_of(scene: Scene) -> list[HistoryNode]:
    """The edits of a scene, oldest first. Two queries."""
    return _history(scene)


def _history(scene: Scene) -> list[HistoryNode]:
    edits = list(
        SceneEdit.objects.filter(scene=scene)
        .select_related("actor__profile", "kind", "parent")
        .order_by("number")
    )
    leads = dict(RedoPath.objects.filter(edit__scene=scene).values_list("edit_id", "child_id"))
    path: set[int] = set()
    at = edits[0].pk if edits else None
    while at is not None and at not in path:
        path.add(at)
        at = leads.get(at)
    return [HistoryNode(edit, edit.pk == scene.edit_id, edit.pk in path) for edit in edits]


def first_number(project_id: int) -> int:
    """How a project counts the first frame. One query."""
    settings = CutSettings.objects.filter(project=project_id).first()
    return settings.first_frame_number if settings is not None else 0
