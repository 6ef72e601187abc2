"""How far a scene is, and how long the rest will take by this studio's own history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from pipeline.jobs.models import Attempt, AttemptOutcome
from pipeline.scenes.recipe import Recipe

#: Finished jobs of the offer that the estimate is made from, the latest ones.
MOST_JOBS = 30


@dataclass(frozen=True)
class Progress:
    """Segments and seconds, done and wanted.

    `seconds_left` is time of work, not of film; None: nothing is missing, or this studio has not
    made a take in this way yet.
    """

    segments_done: int
    segments_wanted: int
    frames_done: int
    frames_wanted: int
    seconds_done: float
    seconds_wanted: float
    seconds_left: float | None

    @property
    def fraction(self) -> float:
        """The share of the frames that is done, 0–1."""
        return min(1.0, self.frames_done / self.frames_wanted) if self.frames_wanted else 0.0


def seconds_per_frame(recipe: Recipe) -> float | None:
    """How long this studio needs for a frame of this recipe; None: it has made none. One query.

    The median over the latest takes of the same offer, in proportion to the picture's area.
    """
    attempts = (
        Attempt.objects.filter(
            outcome_id=AttemptOutcome.Code.SUCCEEDED,
            ended_at__isnull=False,
            job__offer_id=recipe.offer.pk,
        )
        .order_by("-pk")
        .values_list("started_at", "ended_at", "job__parameters")[:MOST_JOBS]
    )
    rates = []
    for started, ended, parameters in attempts:
        size = parameters.get("width_px", 0) * parameters.get("height_px", 0)
        work = size * parameters.get("frames", 0)
        if work and ended is not None:
            rates.append((ended - started).total_seconds() / work)
    return median(rates) * recipe.width_px * recipe.height_px if rates else None


def progress_of(recipe: Recipe, done: Iterable[int], missing: Iterable[int]) -> Progress:
    """How far a scene is. At most one query.

    Args:
        done: frames shown of each finished segment.
        missing: frames asked for of each segment that is to come.
    """
    finished, waiting = list(done), list(missing)
    frames = sum(finished)
    wanted = max(recipe.target_frames, 1) if waiting or not finished else frames
    rate = seconds_per_frame(recipe) if waiting else None
    return Progress(
        segments_done=len(finished),
        segments_wanted=len(finished) + len(waiting),
        frames_done=frames,
        frames_wanted=wanted,
        seconds_done=float(frames / recipe.fps),
        seconds_wanted=float(wanted / recipe.fps),
        seconds_left=rate * sum(waiting) if rate is not None else None,
    )
