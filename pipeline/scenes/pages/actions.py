"""What a person can do to a scene as a whole, by its state, with what it would cost."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from pipeline.scenes.models import SceneState
from pipeline.scenes.moves import state_of
from pipeline.scenes.queries import SceneBoard
from pipeline.scenes.services.matrix import estimate

S = SceneState.Code


@dataclass(frozen=True)
class Action:
    """A button of the head; `confirm` is asked first, `price_microcredits` is the most it costs."""

    name: str
    label: str
    icon: str
    url: str
    tone: str = ""
    confirm: str = ""
    price_microcredits: int | None = None


def actions_for(board: SceneBoard) -> list[Action]:
    """The buttons for a scene in its state."""
    state = state_of(board.scene)
    found = []
    if state == S.DRAFT:
        found.append(_action(board, "start", "Start", "play", price=_price_of_rest(board)))
    if state in (S.PAUSED, S.STOPPED, S.CANCELLED):
        found.append(_action(board, "resume", "Resume", "play", price=_price_of_rest(board)))
    if state == S.GENERATING:
        found.append(_action(board, "pause", "Pause", "pause"))
    if state in (S.GENERATING, S.PAUSED, S.STOPPED, S.DRAFT):
        question = "Cancel this scene? Finished takes stay."
        found.append(_action(board, "cancel", "Cancel", "circle-stop", confirm=question))
    return found


_TONES = {"start": "primary", "resume": "primary", "cancel": "danger"}


def _price_of_rest(board: SceneBoard) -> int | None:
    """The most that the segments that are left can cost; None when nothing is left."""
    left = board.progress.segments_wanted - board.progress.segments_done
    if left <= 0:
        return None
    whole = estimate(board.recipe)
    return -(-whole.amount_microcredits * left // max(1, whole.segments))


def _action(
    board: SceneBoard, name: str, label: str, icon: str, *, price: int | None = None,
    confirm: str = "",
) -> Action:  # fmt: skip
    url = reverse(f"pipeline:scene-{name}", args=[board.scene.code])
    return Action(name, label, icon, url, _TONES.get(name, ""), confirm, price)
