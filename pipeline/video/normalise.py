"""Transition normalisation: a take begins where the one before it ended, and eases to its own.

What a generated take gets wrong at its start is mostly simple: all of it lies a little larger,
aside or turned, its colours are a little off, its grain is coarser or finer. These are estimated
at the shared moment, undone on the right take's first frame, and let go over the next k frames by
a raised cosine. Beyond its bounds the difference counts as meant (a camera move, a change of
light): nothing is corrected, and that is said.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.video.grain import grain_ratio, sync_grain
from pipeline.video.measures import Frame, mean_grain
from pipeline.video.similarity import Similarity, estimate_similarity, warp_back

__all__ = [
    "Bounds",
    "Colour",
    "Difference",
    "Keyframe",
    "Normalised",
    "Similarity",
    "compare",
    "ease",
    "estimate_colour",
    "estimate_similarity",
    "grain_ratio",
    "normalise_head",
    "sync_grain",
]

_TUKEY_LEVELS = 18.0
_COLOUR_STEPS = 8
_GAIN_PRIOR = 25.0  # levels²: without contrast to tell it from an offset, the gain stays 1
_CLIPPED_LOW, _CLIPPED_HIGH = 2, 253


@dataclass(frozen=True)
class Colour:
    """A change of light by channel: ``new = gain · old + offset``, red, green, blue, in levels."""

    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def part(self, weight: float) -> Colour:
        """Return the change gone ``weight`` of its way: 0 changes nothing, 1 is all of it."""
        r, g, b = (1 + (gain - 1) * weight for gain in self.gain)
        x, y, z = (offset * weight for offset in self.offset)
        return Colour((r, g, b), (x, y, z))

    def inverse(self) -> Colour:
        """Return the change back."""
        r, g, b = (1 / gain for gain in self.gain)
        x, y, z = (-offset / gain for offset, gain in zip(self.offset, self.gain, strict=True))
        return Colour((r, g, b), (x, y, z))

    def apply(self, frame: Frame) -> Frame:
        """Return the frame in this light; one that changes nothing returns the frame itself."""
        levels = np.arange(256)[:, None]
        table = levels * np.array(self.gain) + np.array(self.offset)
        rounded = np.clip(np.rint(table), 0, 255).astype(np.uint8)
        if np.array_equal(rounded, np.broadcast_to(levels, (256, 3))):
            return frame
        return np.asarray(cv2.LUT(frame, rounded[None]), np.uint8)

    def shift_levels(self, frame: Frame) -> float:
        """Return how much this moves the frame's mean colour, the most of the three channels."""
        mean = np.array(cv2.mean(frame)[:3])
        return float(np.abs(mean * np.array(self.gain) + np.array(self.offset) - mean).max())


@dataclass(frozen=True)
class Bounds:
    """Up to where a difference is a fault to correct; beyond it is meant.

    Attributes:
        scale: largest departure of the scale from 1.
        shift: largest shift, as a share of the shorter side.
        roll_degrees: largest roll.
        colour_levels: largest move of a channel's mean.
        gain: largest departure of a channel's gain from 1.
        confidence: least correlation of the aligned pictures; below it they are not the same.
    """

    scale: float = 0.04
    shift: float = 0.05
    roll_degrees: float = 2.5
    colour_levels: float = 20.0
    gain: float = 0.25
    confidence: float = 0.6


@dataclass(frozen=True)
class Difference:
    """How the right take's frame differs from the left one's at the moment they share.

    Attributes:
        similarity: from the left picture to the right one.
        colour: what turns the right picture's colours into the left one's.
        colour_levels: how far that moves a channel's mean, at most.
        grain_ratio: the left take's grain by the right one's; 1 is alike.
        reason: why it is beyond the bounds, a sentence for people; empty when it is within.
    """

    similarity: Similarity
    colour: Colour
    colour_levels: float
    grain_ratio: float
    reason: str = ""

    @property
    def is_within_bounds(self) -> bool:
        """Whether this may be corrected."""
        return not self.reason


@dataclass(frozen=True)
class Keyframe:
    """What was done to one frame; the transform is the one that was applied.

    Attributes:
        frame: number of the frame, counted as the caller counts.
        weight: 1 at the boundary, easing to 0.
        similarity: where the result's content lay in the original; applied backwards.
        colour: the change of light applied.
    """

    frame: int
    weight: float
    similarity: Similarity
    colour: Colour

    def document(self) -> dict[str, Any]:
        """The keyframe as plain values, for a hand-off."""
        return {
            "frame": self.frame,
            "weight": round(self.weight, 6),
            "scale": round(self.similarity.scale, 6),
            "shift_x_px": round(self.similarity.shift_x_px, 4),
            "shift_y_px": round(self.similarity.shift_y_px, 4),
            "roll_degrees": round(self.similarity.roll_degrees, 5),
            "gain": [round(gain, 5) for gain in self.colour.gain],
            "offset_levels": [round(offset, 4) for offset in self.colour.offset],
        }


@dataclass(frozen=True)
class Normalised:
    """Frames after normalisation, and what was done to each."""

    frames: list[Frame]
    keyframes: list[Keyframe]


def ease(count: int) -> list[float]:
    """Return the weights of ``count`` frames: 1 for the first, on to 0 at frame ``count``.

    A raised cosine, ``(1 + cos(π t / count)) / 2``: it starts and ends without a jerk.

    Raises:
        ValueError: the count is below 1.
    """
    if count < 1:
        raise ValueError("a transition is eased over at least one frame")
    return [(1 + math.cos(math.pi * t / count)) / 2 for t in range(count)]


def estimate_colour(a: Frame, b: Frame) -> Colour:
    """Estimate the light that turns ``b`` into ``a``, two pictures that lie on each other.

    A straight line through the channels' values by iterated least squares under Tukey's biweight,
    so that what differs otherwise does not pull; on blurred pictures, so that grain does not
    flatten the line; without clipped values, which tell nothing.
    """
    soft_a = cv2.GaussianBlur(a, (0, 0), 2.0).reshape(-1, 3).astype(np.float64)
    soft_b = cv2.GaussianBlur(b, (0, 0), 2.0).reshape(-1, 3).astype(np.float64)
    step = max(1, len(soft_a) // 60_000)
    soft_a, soft_b = soft_a[::step], soft_b[::step]
    gains, offsets = [], []
    for channel in range(3):
        gain, offset = _line(soft_b[:, channel], soft_a[:, channel])
        gains.append(gain)
        offsets.append(offset)
    return Colour((gains[0], gains[1], gains[2]), (offsets[0], offsets[1], offsets[2]))


def _line(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Gain and offset of the robust line y = gain · x + offset."""
    fair = (x > _CLIPPED_LOW) & (x < _CLIPPED_HIGH) & (y > _CLIPPED_LOW) & (y < _CLIPPED_HIGH)
    if int(fair.sum()) < 64:
        return 1.0, float(np.median(y - x))
    x, y = x[fair], y[fair]
    gain, offset = 1.0, float(np.median(y - x))
    for _ in range(_COLOUR_STEPS):
        reach = (y - gain * x - offset) / _TUKEY_LEVELS
        weight = np.where(np.abs(reach) < 1, np.square(1 - np.square(reach)), 0.0)
        total = float(weight.sum())
        if total < 32:
            break
        mean_x, mean_y = float((weight * x).sum()) / total, float((weight * y).sum()) / total
        away = weight * (x - mean_x)
        spread = float((away * (x - mean_x)).sum()) / total
        together = float((away * (y - mean_y)).sum()) / total
        gain = (together + _GAIN_PRIOR) / (spread + _GAIN_PRIOR)
        offset = mean_y - gain * mean_x
    return gain, offset


def compare(
    left: Sequence[Frame], right: Sequence[Frame], bounds: Bounds | None = None
) -> Difference:
    """Measure how two takes differ at the moment they share.

    Args:
        left: frames of the left take; the last shows the shared moment.
        right: frames of the right take; the first shows the shared moment.
        bounds: what counts as a fault; None for the usual ones.

    Raises:
        ValueError: there is no frame, or they differ in size.
    """
    if not left or not right:
        raise ValueError("there is no frame to compare")
    bounds = bounds or Bounds()
    similarity = estimate_similarity(left[-1], right[0])
    laid = warp_back(right[0], similarity)
    inner = _overlap(laid.shape[1], laid.shape[0], similarity)
    colour = estimate_colour(left[-1][inner], laid[inner])
    levels = colour.shift_levels(right[0])
    ratio = grain_ratio(mean_grain(left[-3:]), mean_grain(right[:3]))
    reason = _beyond(similarity, colour, levels, right[0].shape, bounds)
    return Difference(similarity, colour, levels, ratio, reason)


def _overlap(width: int, height: int, similarity: Similarity) -> tuple[slice, slice]:
    """The part that both pictures show, or the middle when they hardly overlap."""
    edge = math.ceil(similarity.displacement_px(width, height)) + 1
    x, y = min(edge, width // 4), min(edge, height // 4)
    return slice(y, height - y), slice(x, width - x)


def _beyond(
    similarity: Similarity,
    colour: Colour,
    levels: float,
    shape: tuple[int, ...],
    bounds: Bounds,
) -> str:
    """Why the difference is beyond the bounds; empty when it is not."""
    side = min(shape[:2])
    shift = math.hypot(similarity.shift_x_px, similarity.shift_y_px)
    if similarity.confidence < bounds.confidence:
        return (
            "The two frames can't be laid on each other "
            f"(agreement {similarity.confidence:.2f} of at least {bounds.confidence:.2f})."
        )
    moved = [
        (abs(similarity.scale - 1) > bounds.scale, f"scale {similarity.scale - 1:+.1%}"),
        (shift > bounds.shift * side, f"shift {shift:.1f} px"),
        (abs(similarity.roll_degrees) > bounds.roll_degrees, f"{similarity.roll_degrees:+.1f}°"),
    ]
    if found := [text for is_beyond, text in moved if is_beyond]:
        return f"The difference is a real camera move ({', '.join(found)})."
    gain = max(abs(gain - 1) for gain in colour.gain)
    if levels > bounds.colour_levels or gain > bounds.gain:
        return (
            f"The difference is a real change of light ({levels:.0f} levels, gain off by "
            f"{gain:.0%})."
        )
    return ""


def normalise_head(
    frames: Sequence[Frame],
    similarity: Similarity,
    colour: Colour,
    count: int,
    *,
    left: Frame | None = None,
    first: int = 0,
) -> Normalised:
    """Let a take start at the geometry and colours of the one before it.

    Args:
        frames: the right take from the shared moment on; frames past ``count`` stay as they are.
        similarity: from the left picture to the right one (`compare`).
        colour: what turns the right colours into the left ones.
        count: frames to ease over (k), at least 1.
        left: the left take's picture of the shared moment. What a corrected frame does not show at
            its edges is taken from it, in the frame's own geometry and light; mirrored without it.
        first: number of the first frame, for the keyframes.

    Returns:
        As many frames as were given, and the keyframes of those that changed plus the first one
        that did not (weight 0).
    """
    out: list[Frame] = []
    keyframes: list[Keyframe] = []
    weights = ease(count)
    for number, frame in enumerate(frames):
        weight = weights[number] if number < count else 0.0
        if number > count:
            out.append(frame)
            continue
        key = Keyframe(first + number, weight, similarity.part(weight), colour.part(weight))
        keyframes.append(key)
        if weight:
            done = key.colour.apply(warp_back(frame, key.similarity))
            lit = None if left is None else key.colour.apply(colour.inverse().apply(left))
            frame = done if lit is None else _filled(done, lit, key.similarity, similarity)
        out.append(frame)
    return Normalised(out, keyframes)


def _filled(frame: Frame, left: Frame, part: Similarity, whole: Similarity) -> Frame:
    """Fill the edges that a frame warped back by ``part`` does not show from the left picture.

    The right picture's place q is the left one's ``whole⁻¹(q)``, so the warped frame's place p is
    the left one's ``whole⁻¹(part(p))``.
    """
    height, width = frame.shape[:2]
    size = (width, height)
    look = part.matrix(width, height)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    shown = cv2.warpAffine(np.ones((height, width), np.float32), look, size, flags=flags)
    if float(shown.min()) > 0.999:
        return frame
    shown = cv2.GaussianBlur(cv2.erode(shown, np.ones((5, 5), np.uint8)), (0, 0), 1.2)
    back = whole.inverse(width, height).matrix(width, height)
    joined = np.hstack([back[:, :2] @ look[:, :2], back[:, :2] @ look[:, 2:] + back[:, 2:]])
    behind = cv2.warpAffine(left, joined, size, flags=flags, borderMode=cv2.BORDER_REFLECT_101)
    alpha = shown[..., None]
    return np.asarray(np.rint(frame * alpha + behind * (1 - alpha)), np.uint8)
