"""Cuts: what a scene as it stands shows frame by frame, rendered to a file and checked.

A plan is exact before anything is rendered: every frame of the cut is a frame of a take or of a
bridge, and the number of frames is the sum of the pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max

from assets.models import Version
from pipeline.jobs.models import Job, JobState
from pipeline.jobs.submit import JobRequest, submit_job
from pipeline.scenes import arrangement as history
from pipeline.scenes.arrangement import Arrangement, Item, Key
from pipeline.scenes.events import EditEvents
from pipeline.scenes.joins import job_says
from pipeline.scenes.live import publish_cut
from pipeline.scenes.models import (
    BoundaryMeasurement,
    BridgeResult,
    CodecProfile,
    Cut,
    CutFinding,
    CutPiece,
    CutPoster,
    CutSettings,
    Scene,
    SceneEdit,
    Segment,
    Take,
)
from pipeline.scenes.moves import tell
from pipeline.scenes.recipe import Recipe, resolve
from pipeline.seeds.models import CheckVerdict
from studio.core.access import CapabilityCode, require
from studio.core.errors import Conflict, Invalid
from studio.core.models import Project, User
from studio.live.services import record_event

RENDER = "video.render_cut"


@dataclass(frozen=True)
class PlannedPiece:
    """What a cut shows from `start_frame` on: [in_frame, out_frame) of a take or of a bridge."""

    take_id: int | None
    bridge_id: int | None
    in_frame: int
    out_frame: int
    start_frame: int

    @property
    def frames(self) -> int:
        """How many frames it shows."""
        return self.out_frame - self.in_frame


def plan_pieces(edit: SceneEdit) -> list[PlannedPiece]:
    """What a cut of the scene shows, as an edit left it. At most four queries.

    At a boundary the left take is shown up to the frame before the join and the right one from it
    on, as measured; where a bridge is used it takes the place of the frames that it replaces.

    Raises:
        Conflict: nothing is finished, a boundary is not measured, or a take is so short that
            nothing of it is left between its joins.
    """
    shown = history.of_edit(edit.pk)
    if not shown.items:
        raise Conflict("Nothing of this scene is finished yet; there is nothing to cut.")
    numbers = dict(Segment.objects.filter(scene_id=edit.scene_id).values_list("pk", "number"))
    joins = _joins(shown, numbers)
    pieces: list[PlannedPiece] = []
    at = 0
    for position, item in enumerate(shown.items):
        first = joins[position - 1].right_frame if position else item.in_frame
        stop = joins[position].left_frame if position < len(joins) else item.out_frame
        if stop <= first:
            raise Conflict(
                f"Segment {numbers[item.segment_id]} is too short: nothing of it is left between "
                "its joins.",
                remedy="Trim it less, or take the bridge next to it away.",
            )
        pieces.append(PlannedPiece(item.take_id, None, first, stop, at))
        at += stop - first
        if position < len(joins) and (bridge := joins[position]).bridge_id is not None:
            pieces.append(PlannedPiece(None, bridge.bridge_id, 0, bridge.frames, at))
            at += bridge.frames
    return pieces


@dataclass(frozen=True)
class _Join:
    """Where a boundary is cut, and how many frames its bridge puts in between."""

    left_frame: int
    right_frame: int
    bridge_id: int | None = None
    frames: int = 0


def _joins(shown: Arrangement, numbers: dict[int, int]) -> list[_Join]:
    keys = shown.keys()
    used = [item.bridge_id for item in shown.items[:-1]]
    bridges = {
        result.bridge_id: result
        for result in BridgeResult.objects.filter(bridge_id__in=[pk for pk in used if pk])
    }
    measured = _measured(keys)
    found = []
    for key, bridge_id, pair in zip(
        keys, used, zip(shown.items, shown.items[1:], strict=False), strict=True
    ):
        if bridge_id is not None:
            result = bridges[bridge_id]
            found.append(_Join(result.left_frame, result.right_frame, bridge_id, result.frames))
        elif key in measured:
            found.append(_Join(*measured[key]))
        else:
            raise Conflict(
                f"The boundary {_names(pair, numbers)} is not measured yet.",
                remedy="Wait until it is; if its measurement failed, measure it again.",
            )
    return found


def _measured(keys: Sequence[Key]) -> dict[Key, tuple[int, int]]:
    rows = BoundaryMeasurement.objects.filter(
        boundary__left_take_id__in=[key.left_take_id for key in keys],
        boundary__right_take_id__in=[key.right_take_id for key in keys],
        left_frame__isnull=False,
    ).values_list(
        "boundary__left_take_id",
        "boundary__left_out",
        "boundary__right_take_id",
        "boundary__right_in",
        "left_frame",
        "right_frame",
    )
    return {Key(*row[:4]): (row[4] or 0, row[5] or 0) for row in rows}


def _names(pair: tuple[Item, Item], numbers: dict[int, int]) -> str:
    return " | ".join(str(numbers[item.segment_id]) for item in pair)


def default_profile(project: Project) -> CodecProfile.Code:
    """How a project renders its cuts unless somebody says otherwise. One query."""
    chosen = CutSettings.objects.filter(project=project).values_list("profile_id", flat=True)
    found = chosen.first()
    return CodecProfile.Code.H264 if found is None else CodecProfile.Code(found)


def render_cut(*, actor: User, scene: Scene, profile: CodecProfile.Code | None = None) -> Cut:
    """Render the scene as it stands; parts that an earlier cut holds are copied from it.

    The same pieces by the same profile are not rendered twice: the cut that has them is returned,
    unless its job did not succeed.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: as `plan_pieces`.
        DomainError: the job can't be submitted.
    """
    project = scene.character.project
    require(actor, CapabilityCode.CREATE, project)
    with transaction.atomic():
        locked = history.lock_scene(scene)
        if locked.edit is None:
            raise Conflict("Nothing of this scene is finished yet; there is nothing to cut.")
        chosen = default_profile(project) if profile is None else profile
        pieces = plan_pieces(locked.edit)
        recipe = resolve(locked.type_version)
        if (known := _same(locked, chosen, pieces, recipe)) is not None:
            return known
        number = (locked.cuts.aggregate(last=Max("number"))["last"] or 0) + 1
        job = _submit(actor, locked, chosen, pieces, recipe)
        title = f"{locked} cut {number}"[:200]
        Job.objects.filter(pk=job.pk).update(title=title)
        job.title = title
        cut = Cut.objects.create(
            scene=locked,
            number=number,
            edit=locked.edit,
            profile_id=chosen.value,
            job=job,
            frames=sum(piece.frames for piece in pieces),
            created_by=actor,
        )
        _write_pieces(cut, pieces)
        _record(EditEvents.CUT_ASKED, cut, actor)
        history.bump(locked)
        tell(locked)
        return cut


def _write_pieces(cut: Cut, pieces: Sequence[PlannedPiece]) -> None:
    CutPiece.objects.bulk_create(
        CutPiece(
            cut=cut,
            position=position,
            take_id=piece.take_id,
            bridge_id=piece.bridge_id,
            in_frame=piece.in_frame,
            out_frame=piece.out_frame,
            start_frame=piece.start_frame,
        )
        for position, piece in enumerate(pieces)
    )


def _same(
    scene: Scene, profile: CodecProfile.Code, pieces: list[PlannedPiece], recipe: Recipe
) -> Cut | None:
    """The latest cut of the profile if it shows just this, in this size, and did not fail."""
    last = (
        Cut.objects.filter(scene=scene, profile_id=profile.value)
        .exclude(job__state_id__in=(JobState.Code.FAILED, JobState.Code.CANCELLED))
        .select_related("job")
        .order_by("-number")
        .first()
    )
    if last is None or not _fits(last, recipe):
        return None
    rows = last.pieces.order_by("position").values_list(
        "take_id", "bridge_id", "in_frame", "out_frame", "start_frame"
    )
    return last if [PlannedPiece(*row) for row in rows] == pieces else None


def _submit(
    actor: User,
    scene: Scene,
    profile: CodecProfile.Code,
    pieces: Sequence[PlannedPiece],
    recipe: Recipe,
) -> Job:
    """Send the plan to the renderer; each file is an input once, however often it is shown."""
    versions = _versions(pieces)
    inputs = list(dict.fromkeys(versions))
    place = {version: at for at, version in enumerate(inputs)}
    parameters: dict[str, Any] = {
        "pieces": [
            {"input": place[version], "start": piece.in_frame, "stop": piece.out_frame}
            for piece, version in zip(pieces, versions, strict=True)
        ],
        "fps_num": recipe.fps_num,
        "fps_den": recipe.fps_den,
        "width_px": recipe.width_px,
        "height_px": recipe.height_px,
        "profile": profile.code,
        "timecode": start_timecode(recipe),
    }
    roles = [("video", version.code) for version in inputs]
    if (base := _base(scene, profile, recipe)) is not None and base.version is not None:
        roles.append(("base", base.version.code))
        notes = base.job.outputs.get(position=0).notes
        parameters["previous_pieces"] = notes.get("pieces", [])
    request = JobRequest(operation=RENDER, parameters=parameters, inputs=roles, reuse=False)
    return submit_job(actor=actor, project=scene.character.project, request=request)


def start_timecode(recipe: Recipe) -> str:
    """Where the timecode of a cut begins: one hour, as is usual; drop-frame at 29.97 and 59.94."""
    drops = recipe.fps_den == 1001 and recipe.fps_num in (30_000, 60_000)
    return "01:00:00;00" if drops else "01:00:00:00"


def _versions(pieces: Sequence[PlannedPiece]) -> list[Version]:
    """The file of each piece."""
    takes = Take.objects.select_related("version").in_bulk(
        [piece.take_id for piece in pieces if piece.take_id is not None]
    )
    bridges = {
        result.bridge_id: result.version
        for result in BridgeResult.objects.select_related("version").filter(
            bridge_id__in=[piece.bridge_id for piece in pieces if piece.bridge_id is not None]
        )
    }
    found: list[Version] = []
    for piece in pieces:
        take = takes.get(piece.take_id) if piece.take_id is not None else None
        version = take.version if take is not None else bridges.get(piece.bridge_id or 0)
        if version is None:
            raise Conflict("A take of this scene has no file.", remedy="Redo its segment.")
        found.append(version)
    return found


def _base(scene: Scene, profile: CodecProfile.Code, recipe: Recipe) -> Cut | None:
    """The latest finished cut that pieces may be copied from: same profile, size and rate."""
    cuts = Cut.objects.filter(
        scene=scene, profile_id=profile.value, version__asset__deleted_at=None
    ).exclude(version=None)
    last = cuts.select_related("version", "job").order_by("-number").first()
    return last if last is not None and _fits(last, recipe) else None


def _fits(cut: Cut, recipe: Recipe) -> bool:
    """Whether a cut has the size and the rate of a recipe."""
    names = ("width_px", "height_px", "fps_num", "fps_den")
    return all(cut.job.parameters.get(name) == getattr(recipe, name) for name in names)


def step(scene: Scene) -> None:
    """Write what the scene's rendering jobs have made; call with the scene locked.

    The engine calls it whenever it looks at the scene; a second look changes nothing.
    """
    rendered = Cut.objects.filter(
        scene=scene, version=None, job__state_id=JobState.Code.SUCCEEDED
    ).select_related("job__creator", "scene__character__project")
    for cut in rendered.order_by("number"):
        _finish(cut)


def tell_failed(cut: Cut) -> None:
    """Say that a cut was not rendered, and why; call in the transaction that ends its job."""
    _record(EditEvents.CUT_FAILED, cut, cut.created_by, message=job_says(cut.job))


def _finish(cut: Cut) -> None:
    output = cut.job.outputs.get(position=0)
    cut.version_id = output.version_id
    cut.save(update_fields=["version"])
    findings = output.notes["compliance"]["findings"]
    CutFinding.objects.bulk_create(
        CutFinding(
            cut=cut,
            name=str(found["check"])[:40],
            wanted=str(found["wanted"])[:120],
            found=str(found["found"])[:120],
            verdict_id=CheckVerdict.Code.by_code(str(found["verdict"])).value,
        )
        for found in findings
    )
    _record(EditEvents.CUT_RENDERED, cut, cut.created_by, frames=cut.frames)


def set_poster(*, actor: User, cut: Cut, frame: int) -> CutPoster:
    """Choose the frame that stands for a cut.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Invalid: the cut has no such frame.
    """
    require(actor, CapabilityCode.CREATE, cut.scene.character.project)
    if not 0 <= frame < cut.frames:
        message = f"The cut has the frames 0–{cut.frames - 1}."
        raise Invalid(message, fields={"frame": [message]})
    with transaction.atomic():
        poster, _made = CutPoster.objects.update_or_create(cut=cut, defaults={"frame": frame})
        _record(EditEvents.POSTER_CHOSEN, cut, actor, frame=frame)
    return poster


def _record(kind: EditEvents, cut: Cut, actor: User, **data: Any) -> None:
    scene = cut.scene
    record_event(
        kind,
        project=scene.character.project,
        actor=actor,
        subject_code=cut.code,
        label=str(cut),
        data={"number": cut.number, **data},
    )
    publish_cut(scene, cut)
