"""Segments as columns of the timeline, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse

from pipeline.scenes.models import Scene, SceneState, Take
from pipeline.scenes.pages.joins import JoinMark, join_mark
from pipeline.scenes.pages.takes import ShownFinding, TakeLine, person, take_line
from pipeline.scenes.pages.thumbs import Thumbs
from pipeline.scenes.queries import SceneBoard, Slot

#: Widths of columns: a class for each share of the longest segment.
GROW_STEPS = 6


@dataclass(frozen=True)
class Column:
    """A segment with its takes and the boundary behind it; frames as people count them."""

    code: UUID
    number: int
    is_shown: bool
    take: TakeLine | None
    takes: list[TakeLine]
    frames: int
    seconds_text: str
    in_frame: int
    last_frame: int
    take_first: int
    take_last: int
    first_url: str
    last_url: str
    grow: str
    held_by: str
    panel_url: str
    redo_url: str
    waiting_words: str
    join: JoinMark | None = None

    @property
    def findings(self) -> list[ShownFinding]:
        """What gates say of the take that is shown, or of the latest."""
        shown = self.take or (self.takes[-1] if self.takes else None)
        return shown.findings if shown else []

    @property
    def tone(self) -> str:
        """The colour word of its card."""
        tones = {finding.tone for finding in self.findings}
        if "danger" in tones:
            return "danger"
        return "warning" if "warning" in tones else ("" if self.is_shown else "pending")

    @property
    def take_frames(self) -> str:
        """The frames that the take has."""
        return f"{self.take_first}–{self.take_last}"

    @property
    def is_trimmed(self) -> bool:
        """Whether other frames are shown than those from the first to the take's end frame."""
        end = self.take.end_frame if self.take else None
        return end is not None and (self.in_frame, self.last_frame) != (self.take_first, end)

    @property
    def spoken(self) -> str:
        """All of it in words."""
        parts = [f"{self.frames} frames, {self.seconds_text}"]
        if self.take:
            parts.append(f"take {self.take.number} of {len(self.takes)} is shown")
        elif self.takes:
            parts.append(self.takes[-1].word.lower())
        else:
            parts.append(self.waiting_words.lower())
        if self.findings:
            parts.append(f"{len(self.findings)} findings")
        if self.held_by:
            parts.append(f"{self.held_by} is editing")
        return ", ".join(parts)


@dataclass(frozen=True)
class View:
    """Who looks at a board, how the project counts frames, and the small pictures of the page."""

    viewer: Any
    first_frame: int
    thumbs: Thumbs


def columns_of(board: SceneBoard, slots: Sequence[Slot], view: View) -> list[Column]:
    """Slots of a board as columns. No query."""
    longest = max((_frames(slot) for slot in slots), default=1)
    return [_column(board, slot, longest, view) for slot in slots]


def _frames(slot: Slot) -> int:
    if slot.item is not None:
        return slot.item.out_frame - slot.item.in_frame
    return slot.segment.frames_wanted


def _column(board: SceneBoard, slot: Slot, longest: int, view: View) -> Column:
    segment, item, frames = slot.segment, slot.item, _frames(slot)
    thumbs, first = view.thumbs, view.first_frame
    lines = [take_line(shown, thumbs, first) for shown in slot.takes]
    chosen = slot.selected or (slot.takes[-1] if slot.takes else None)
    row = chosen.take if chosen else None
    return Column(
        code=segment.code,
        number=segment.number,
        is_shown=item is not None,
        take=next((line for line in lines if line.is_selected), None),
        takes=lines,
        frames=frames,
        seconds_text=f"{float(frames / board.recipe.fps):.2f} s",
        in_frame=(item.in_frame if item else 0) + first,
        last_frame=(item.out_frame - 1 if item else 0) + first,
        take_first=first,
        take_last=_last_frame(row) + first,
        first_url=thumbs.url(row.start_image) if row else "",
        last_url=thumbs.url(_end_picture(row)),
        grow=f"grow-{max(1, round(frames / max(1, longest) * GROW_STEPS))}",
        held_by=_other_holder(slot, view.viewer),
        waiting_words=_waiting(board.scene),
        join=join_mark(slot.after) if slot.after else None,
        **_addresses(board.scene, segment.code),
    )


def _addresses(scene: Scene, segment: UUID) -> dict[str, str]:
    redo = reverse("pipeline:scene-redo-takes", args=[scene.code])
    return {
        "panel_url": reverse("pipeline:segment", args=[scene.code, segment]),
        "redo_url": f"{redo}?segment={segment}",
    }


def _other_holder(slot: Slot, viewer: Any) -> str:
    """Who is editing the segment, other than the one who looks."""
    if slot.lock is None or slot.lock.holder_id == viewer.pk:
        return ""
    return person(slot.lock.holder)


def _waiting(scene: Scene) -> str:
    if scene.state_id == SceneState.Code.GENERATING:
        return "Waits for the segment before it"
    return "Not made yet"


def _last_frame(take: Take | None) -> int:
    found: Any = getattr(take, "examination", None)
    return found.frames - 1 if found is not None and found.frames else 0


def _end_picture(take: Take | None) -> Any:
    found: Any = getattr(take, "examination", None)
    return found.end_picture if found is not None else None
