"""Grain across a boundary: how the takes differ, and bringing one to the other."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.measures import luma
from pipeline.video.measures import Frame, GrainProfile, grain_profile

#: Grain is synchronised when it differs by more than this factor and this much.
GRAIN_FACTOR = 1.25
GRAIN_LEAST_LEVELS = 0.4
_DAMPING_ROUNDS = 3  # each leaves some, as the residual of one Gaussian is not all of the grain


def grain_ratio(left: GrainProfile, right: GrainProfile) -> float:
    """Return the left grain by the right one, over the luminances that both have; 1 is alike."""
    a, b = np.array(left.sigma_levels), np.array(right.sigma_levels)
    both = np.isfinite(a) & np.isfinite(b)
    weight = np.minimum(np.array(left.weight), np.array(right.weight))[both]
    if not both.any() or weight.sum() <= 0:
        return 1.0
    # A quarter of a level is added: grain that fine can't be seen or measured in 8 bits.
    power_a, power_b = (float(weight @ np.square(s[both])) / weight.sum() for s in (a, b))
    return (math.sqrt(power_a) + 0.25) / (math.sqrt(power_b) + 0.25)


def sync_grain(
    frames: Sequence[Frame],
    target: GrainProfile,
    own: GrainProfile,
    weights: Sequence[float],
    random_seed: int,
) -> list[Frame]:
    """Bring the grain of frames to a target by luminance, eased by one weight for each.

    Too fine: white noise of deviation ``√(target² − own²) · weight`` for the luminance of each
    place is added to all channels alike, drawn from the seed and the frame's position. Too coarse:
    the residual of a Gaussian of 1 px is damped, in three rounds, until the grain is
    ``own · (target / own)^weight``; less and less up to three deviations, where it is drawing.
    Differences of less than a factor of 1.25 or 0.4 levels are left alone.

    Returns:
        As many frames; those that need nothing are the given ones.
    """
    ratio = grain_ratio(target, own)
    apart = abs(target.mean_levels - own.mean_levels)
    if 1 / GRAIN_FACTOR <= ratio <= GRAIN_FACTOR or apart < GRAIN_LEAST_LEVELS:
        return list(frames)
    wanted, has = target.filled(), own.filled()
    out = []
    for number, (frame, weight) in enumerate(zip(frames, weights, strict=True)):
        if weight <= 0:
            out.append(frame)
        elif ratio > 1:
            generator = np.random.default_rng([random_seed, number])
            out.append(_add_grain(frame, wanted, has, weight, generator))
        else:
            out.append(_damp_grain(frame, wanted, has, weight))
    return out


def _by_luminance(frame: Frame, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """The band's value at each place, straight between the middles of the bands."""
    middles = (np.arange(len(values)) + 0.5) * 256 / len(values)
    table = np.interp(np.arange(256), middles, values).astype(np.float32)
    return np.asarray(table[np.clip(luma(frame), 0, 255).astype(np.uint8)], np.float32)


def _add_grain(
    frame: Frame,
    wanted: npt.NDArray[np.float64],
    has: npt.NDArray[np.float64],
    weight: float,
    generator: np.random.Generator,
) -> Frame:
    missing = np.sqrt(np.maximum(0.0, np.square(wanted) - np.square(has)))
    noise = generator.standard_normal(frame.shape[:2], dtype=np.float32)
    noise *= _by_luminance(frame, missing) * np.float32(weight)
    return np.asarray(np.clip(np.rint(frame + noise[..., None]), 0, 255), np.uint8)


def _damp_grain(
    frame: Frame, wanted: npt.NDArray[np.float64], has: npt.NDArray[np.float64], weight: float
) -> Frame:
    goal = has * np.minimum(1.0, (wanted + 0.1) / (has + 0.1)) ** weight
    reach = 3 * (_by_luminance(frame, has)[..., None] + np.float32(0.5))
    for _ in range(_DAMPING_ROUNDS):
        factor = np.minimum(1.0, (goal + 0.1) / (grain_profile(frame).filled() + 0.1))
        damp = _by_luminance(frame, factor)[..., None]
        soft = cv2.GaussianBlur(frame, (0, 0), 1.0).astype(np.float32)
        residual = frame - soft
        keep = damp + (1 - damp) * np.minimum(1, np.square(residual / reach))
        frame = np.asarray(np.clip(np.rint(soft + residual * keep), 0, 255), np.uint8)
    return frame
