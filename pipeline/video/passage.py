"""How smoothly a run of frames passes from one take to the next, whatever was put in between.

The score of a pair (`pipeline.video.boundary`) compares two frames that show one moment. Once a
bridge has replaced frames there is no such pair, so a passage is judged by its *steps*: from the
last frame of the left take that stays, through what is shown in between, to the first frame of
the right take that stays. Each step's SSIM, hash distance and colour agreement, and each
agreement of a step's flow with the next one's, is compared with the worst that the takes
themselves have close by; what is worse than that, at the worst step, is the fault:

    0.50 · (1 − Δ SSIM) + 0.15 · (1 − min(1, Δ d / 32)) + 0.20 · (1 − Δ M) + 0.15 · (1 − Δ C)

with the weights and measures of `boundary`. A passage like any other of its takes scores 1; a jump
scores what it would as a pair, about. Before and after are comparable as both have the same
surroundings and the same number of frames.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.measures import hamming64, phash64
from pipeline.video.boundary import (
    COLOUR_UNRELATED_LEVELS,
    COLOUR_WEIGHT,
    MOTION_WEIGHT,
    PHASH_UNRELATED_BITS,
    PHASH_WEIGHT,
    SSIM_WEIGHT,
    motion_table,
)
from pipeline.video.measures import Frame, flow, ssim, working_grey

#: Frames of each take, before and after, that tell what its own steps are like.
CONTEXT = 6
_BLOCKS = 8


@dataclass(frozen=True)
class Passage:
    """How smooth a passage is.

    Attributes:
        score: 0 … 1, see the module.
        ssim: SSIM of the worst step.
        ssim_loss, phash_excess, motion_loss, colour_loss: how much worse than the takes' own
            worst steps; 0 is no worse.
        worst_step: number of the worst step by SSIM; 0 leads to the first frame in between.
    """

    score: float
    ssim: float
    ssim_loss: float
    phash_excess: int
    motion_loss: float
    colour_loss: float
    worst_step: int


def score_passage(
    left: Sequence[Frame], between: Sequence[Frame], right: Sequence[Frame]
) -> Passage:
    """Judge the way from the left take to the right one.

    Args:
        left: frames of the left take that stay, at least one (6 are good); the last is next to
            what is in between.
        between: what is shown in between; may be empty.
        right: frames of the right take that stay, at least one.

    Raises:
        ValueError: a take has no frame.
    """
    if not left or not right:
        raise ValueError("a passage leads from at least one frame to at least one")
    run = [*left, *between, *right]
    greys = [working_grey(frame) for frame in run]
    pairs = list(itertools.pairwise(greys))
    first, stop = len(left) - 1, len(left) + len(between)
    judged = np.zeros(len(pairs), bool)
    judged[first:stop] = True
    alike = np.array([ssim(a, b) for a, b in pairs])
    hashes = [phash64(grey) for grey in greys]
    bits = np.array([hamming64(a, b) for a, b in itertools.pairwise(hashes)])
    colour = _colour_steps(run)
    motion, motion_judged = _motion_steps(pairs, judged)
    ssim_loss = _loss(alike, judged)
    colour_loss = _loss(colour, judged)
    motion_loss = _loss(motion, motion_judged)
    phash_excess = round(_loss(-bits.astype(float), judged, ceiling=0.0))
    score = (
        SSIM_WEIGHT * (1 - ssim_loss)
        + PHASH_WEIGHT * (1 - min(1.0, phash_excess / PHASH_UNRELATED_BITS))
        + MOTION_WEIGHT * (1 - motion_loss)
        + COLOUR_WEIGHT * (1 - colour_loss)
    )
    worst = int(np.argmin(np.where(judged, alike, 2.0)))
    return Passage(
        score=round(max(0.0, score), 6),
        ssim=round(float(alike[worst]), 6),
        ssim_loss=round(ssim_loss, 6),
        phash_excess=phash_excess,
        motion_loss=round(motion_loss, 6),
        colour_loss=round(colour_loss, 6),
        worst_step=worst - first,
    )


def _loss(
    values: npt.NDArray[np.float64], judged: npt.NDArray[np.bool_], ceiling: float = 1.0
) -> float:
    """How far the worst judged value lies below the worst of the others."""
    usual = float(values[~judged].min()) if (~judged).any() else ceiling
    return max(0.0, usual - float(values[judged].min())) if judged.any() else 0.0


def _colour_steps(run: Sequence[Frame]) -> npt.NDArray[np.float64]:
    size = (_BLOCKS, _BLOCKS)
    means = np.stack(
        [cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in run]
    ).astype(np.float64)
    apart = np.abs(np.diff(means, axis=0)).mean(axis=(1, 2, 3))
    return np.asarray(1 - np.minimum(1, apart / COLOUR_UNRELATED_LEVELS))


def _motion_steps(
    pairs: Sequence[tuple[Frame, Frame]], judged: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Agreement of each step's flow with the next one's; judged when either step is."""
    flows = [
        np.zeros((1, a.size * 2), np.float32) if np.array_equal(a, b) else flow(a, b).reshape(1, -1)
        for a, b in pairs
    ]
    agree = [float(motion_table(u, v)[0, 0]) for u, v in itertools.pairwise(flows)]
    return np.array(agree), judged[:-1] | judged[1:]
