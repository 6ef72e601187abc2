"""Boundaries as marks of the timeline: grade, state and score in colour, pattern and words."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.scenes.joins import JoinState
from pipeline.scenes.queries import ShownJoin
from studio.shell.navigation import reverse_or_empty

_WORDS: dict[JoinState, tuple[str, str]] = {
    JoinState.WAITING: ("waits", "clock"),
    JoinState.MEASURING: ("measuring", "loader-circle"),
    JoinState.GOOD: ("good", "check"),
    JoinState.HEALING: ("healing", "wand-sparkles"),
    JoinState.HEALED: ("healed", "wand-sparkles"),
    JoinState.FLAGGED: ("flagged", "triangle-alert"),
}


@dataclass(frozen=True)
class JoinMark:
    """The boundary between two columns of the timeline."""

    name: str
    url: str
    state: str
    grade: str
    word: str
    icon: str
    score_text: str
    reason: str

    @property
    def spoken(self) -> str:
        """All of it in words."""
        parts = [self.word]
        if self.score_text:
            parts.append(f"score {self.score_text}, {self.grade}")
        return ", ".join(parts) + (f". {self.reason}" if self.reason else "")


def join_mark(join: ShownJoin) -> JoinMark:
    """A boundary of a board as a mark. No query."""
    found = join.standing
    word, icon = _WORDS[found.state]
    return JoinMark(
        name=join.name,
        url=reverse_or_empty("pipeline:boundary", join.boundary.code) if join.boundary else "",
        state=found.state.value,
        grade=found.grade.value,
        word=word,
        icon=icon,
        score_text=f"{found.score:.2f}" if found.score is not None else "",
        reason=found.reason,
    )
