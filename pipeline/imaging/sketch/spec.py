"""What a sketch is asked to be, and how its maker reports and stops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

MIN_SIDE_PX = 256
MAX_SIDE_PX = 2048
SIDE_MULTIPLE_PX = 8

Quality = Literal["draft", "standard", "premium"]
Progress = Callable[[float, str], None]
Stopper = Callable[[], bool]


class Cancelled(Exception):
    """The caller asked to stop; nothing was produced."""


@dataclass(frozen=True, kw_only=True)
class SketchSpec:
    """Everything that decides the pixels of a sketch: equal specs, equal bits.

    Attributes:
        prompt: what to draw, any text, may be empty.
        width_px, height_px: 256 … 2048, multiples of 8.
        random_seed: 0 … 2**63-1; changes the composition, not only the grain.
        negative_prompt: subjects, colours and moods to leave out.
        style_words: the style's prompt fragment or name; chooses the rendering.
        quality: draft draws at 5/8 size and enlarges; standard draws at size; premium
            draws larger with more detail and reduces.
        guidance: 0 … 20, how literally the prompt is taken: low is hazy and wandering,
            high is saturated, contrasty and large in its subjects. 7 is neutral.
        steps: 1 … 150, how much detail is worked in: octaves of texture, strokes,
            stars, leaves. 30 is neutral.
    """

    prompt: str
    width_px: int
    height_px: int
    random_seed: int
    negative_prompt: str = ""
    style_words: str = ""
    quality: Quality = "standard"
    guidance: float = 7.0
    steps: int = 30

    def __post_init__(self) -> None:
        for name, side in (("width_px", self.width_px), ("height_px", self.height_px)):
            if not MIN_SIDE_PX <= side <= MAX_SIDE_PX or side % SIDE_MULTIPLE_PX:
                raise ValueError(
                    f"{name} must be a multiple of {SIDE_MULTIPLE_PX} in "
                    f"{MIN_SIDE_PX} … {MAX_SIDE_PX}, got {side}"
                )
        if not 0 <= self.random_seed < 2**63:
            raise ValueError(f"random_seed must lie in 0 … 2**63-1, got {self.random_seed}")
        if self.quality not in ("draft", "standard", "premium"):
            raise ValueError(f"quality must be draft, standard or premium, got {self.quality!r}")
        if not 0 <= self.guidance <= 20:
            raise ValueError(f"guidance must lie in 0 … 20, got {self.guidance}")
        if not 1 <= self.steps <= 150:
            raise ValueError(f"steps must lie in 1 … 150, got {self.steps}")


class Reporter:
    """Passes progress on and stops the work when the caller wants it stopped."""

    def __init__(self, progress: Progress | None, cancelled: Stopper | None) -> None:
        self._progress = progress
        self._cancelled = cancelled
        self._done = 0.0

    def reach(self, fraction: float, doing: str) -> None:
        """Say that ``fraction`` (0 … 1) is done and what comes now; never goes back.

        Raises:
            Cancelled: the caller's ``cancelled`` returned True.
        """
        if self._cancelled is not None and self._cancelled():
            raise Cancelled("The sketch was cancelled.")
        self._done = max(self._done, min(1.0, fraction))
        if self._progress is not None:
            self._progress(self._done, doing)
