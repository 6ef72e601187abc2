"""The page of a scene: its head, its timeline, its curves, its cuts and its history."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from billing.models import AccountKind, Entry
from pipeline.jobs.models import Job
from pipeline.scenes.models import (
    CodecProfile,
    CutSettings,
    Scene,
    SceneState,
    SceneTypeVersion,
    TakeSample,
)
from pipeline.scenes.moves import state_of
from pipeline.scenes.pages.actions import Action, actions_for
from pipeline.scenes.pages.columns import Column, View, columns_of
from pipeline.scenes.pages.curves import Curve, Span, curves
from pipeline.scenes.pages.cuts import ShownCut, shown_cuts
from pipeline.scenes.pages.joins import JoinMark, join_mark
from pipeline.scenes.pages.thumbs import thumbs_of
from pipeline.scenes.pages.tree import TreeRow, tree_rows
from pipeline.scenes.queries import SceneBoard, scene_board
from studio.core.access import CapabilityCode, can
from studio.templatetags.shell import credits, duration_ms

S = SceneState.Code
_LOOKS = {S.GENERATING: "running", S.STOPPED: "failed"}


@dataclass
class ShownBoard:
    """Everything that the page of a scene shows, worked out."""

    board: SceneBoard
    may_change: bool
    columns: list[Column]
    removed: list[Column]
    portrait_url: str
    first_frame: int
    profile: CodecProfile.Code
    facts: str = ""
    newer_version: int | None = None
    actions: list[Action] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    cuts: list[ShownCut] = field(default_factory=list)
    history: list[TreeRow] = field(default_factory=list)

    @property
    def scene(self) -> Scene:
        """The scene itself."""
        return self.board.scene

    @property
    def state(self) -> S:
        """The state as a member of the enumeration."""
        return state_of(self.scene)

    @property
    def look(self) -> str:
        """The code by which the state is painted."""
        return _LOOKS.get(self.state, self.state.code)

    @property
    def word(self) -> str:
        """The state in words."""
        return self.state.label

    @property
    def left_text(self) -> str:
        """How long the studio still has to work, from what its own takes took."""
        progress = self.board.progress
        if self.state == S.GENERATING and not self.segments_left:
            return "examining takes, measuring and healing boundaries"
        if self.state in (S.READY, S.CANCELLED) or not self.segments_left:
            return ""
        if progress.seconds_left is None:
            return "how long it takes is known after the first take"
        return f"about {duration_ms(round(progress.seconds_left * 1000))} of work left"

    @property
    def segments_left(self) -> int:
        """Segments that are still to be made."""
        return self.board.progress.segments_wanted - self.board.progress.segments_done

    @property
    def undo_words(self) -> str:
        """What undo takes back."""
        return self.scene.edit.summary if self.board.can_undo and self.scene.edit else ""

    @property
    def flagged(self) -> list[JoinMark]:
        """Boundaries that need a person."""
        return [join_mark(join) for join in self.board.flagged]

    @property
    def stopped_at(self) -> Column | None:
        """The segment at which the scene stopped: the first that is not shown but has takes."""
        return next((c for c in self.columns if not c.is_shown and c.takes), None)

    @property
    def can_render(self) -> bool:
        """Whether there is something to render."""
        return self.board.progress.segments_done > 0

    @property
    def profiles(self) -> list[CodecProfile.Code]:
        """What cuts can be rendered by."""
        return list(CodecProfile.Code)


def shown_board(user: Any, scene: Scene, *, rest: bool = True) -> ShownBoard:
    """A scene for its page, in a fixed number of queries.

    Args:
        rest: with curves, cuts and history; else only head and timeline.
    """
    board = scene_board(scene)
    settings = CutSettings.objects.filter(project=scene.character.project_id).first()
    first = settings.first_frame_number if settings else 0
    view = View(user, first, thumbs_of(board))
    found = ShownBoard(
        board=board,
        may_change=can(user, CapabilityCode.CREATE, scene.character.project),
        columns=columns_of(board, board.slots, view),
        removed=columns_of(board, board.removed, view),
        portrait_url=view.thumbs.url(scene.seed_a),
        first_frame=first,
        profile=CodecProfile.Code(settings.profile_id) if settings else CodecProfile.Code.H264,
        facts=_facts(board),
        newer_version=_newer_version(scene),
    )
    if found.may_change:
        found.actions = actions_for(board)
    if rest:
        found.curves = _curves(board)
        found.cuts = shown_cuts(board)
        found.history = tree_rows(board.history)
    return found


def _facts(board: SceneBoard) -> str:
    recipe = board.recipe
    rate = f"{float(recipe.fps):.3f}".rstrip("0").rstrip(".")
    facts = [
        f"{recipe.width_px} × {recipe.height_px}",
        f"{rate} fps",
        recipe.stitch_mode.label.lower(),
        f"random seed {board.scene.random_seed}",
    ]
    if spent := _spent(board.scene):
        facts.append(f"{credits(spent)} credits so far")
    return " · ".join(facts)


def _spent(scene: Scene) -> int:
    """Microcredits that the jobs of the scene have cost. One query."""
    mine = (
        Q(take__segment__scene=scene)
        | Q(examination__take__segment__scene=scene)
        | Q(measurement__boundary__left_take__segment__scene=scene)
        | Q(bridge__boundary__left_take__segment__scene=scene)
        | Q(cut__scene=scene)
    )
    amounts = Entry.objects.filter(
        transfer__hold__job_hold__job__in=Job.objects.filter(mine).values("pk"),
        account__kind_id=AccountKind.Code.COST_CENTRE,
    )
    return sum(amounts.values_list("amount_microcredits", flat=True))


def _newer_version(scene: Scene) -> int | None:
    """The number of the newest version of the scene's type, if the scene has an older one."""
    newer = SceneTypeVersion.objects.filter(
        scene_type=scene.type_version.scene_type_id, number__gt=scene.type_version.number
    )
    return newer.order_by("-number").values_list("number", flat=True).first()


def _curves(board: SceneBoard) -> list[Curve]:
    """Drift and flicker over what the scene shows. One query."""
    spans = [
        Span(slot.item.take_id, slot.segment.number, slot.item.in_frame, slot.item.out_frame)
        for slot in board.slots
        if slot.item is not None
    ]
    samples = TakeSample.objects.filter(take__in=[span.take_id for span in spans])
    return curves(spans, samples.order_by("take", "frame"), board.recipe.gates)
