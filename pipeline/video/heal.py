"""Healing a boundary: frames around it are replaced by a bridge, kept only when it is better.

**Runs.** Both runs of frames include the moment that the takes share (see `boundary`): ``left``
ends with it, ``right`` begins with it. A strict join shows it from the right take, a validated join
from the left one, so what is played is ``left[:-1] + right`` or ``left + right[1:]``.

**Bridge.** It replaces the last ``left_replaced`` played frames of the left take and the first
``right_replaced`` played frames of the right take by as many frames. The right take goes on at one
of its keyframes, so that a cut remains a stream copy.

**Methods.**

* ``normalise``: the right take's head starts at the left take's geometry, colours and grain and
  eases to its own over k frames (`normalise`), within bounds.
* ``morph``: the takes are brought to each other by dense optical flow (DIS), both ways, over k
  frames in all. At the shared moment the flow between its two pictures says what lies where;
  frames of the left take are warped towards the middle as they come near, frames of the right
  take come from there; the flow follows the motion of its take. What the warp does not explain
  (light, low frequencies) is blended by the same weights. Local faults are healed that no
  similarity describes.
* ``both``: normalised, then what is left is morphed. When that is not kept, each is tried alone,
  and the first that is kept is returned, else the first try.

**Decision.** The passage is scored (`passage`) before and after with the same surroundings; the
bridge is kept when the score rises by at least 0.01 and it is not softer than both takes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.video.grain import sync_grain
from pipeline.video.measures import Frame, mean_grain, sharpness, working_grey
from pipeline.video.morph import morph
from pipeline.video.normalise import (
    Bounds,
    Difference,
    Keyframe,
    compare,
    ease,
    normalise_head,
)
from pipeline.video.passage import CONTEXT, Passage, score_passage

__all__ = ["Healing", "Method", "Mode", "TooShort", "heal", "morph", "plan_bridge"]

Method = Literal["normalise", "morph", "both"]
Mode = Literal["strict", "validated"]

#: A bridge is kept when the passage's score rises by at least this.
MARGIN = 0.01
#: A bridge whose softest frame has less than this share of the takes' sharpness is not kept.
LEAST_SHARPNESS = 0.6
#: A morph between pictures that agree less than this once warped is not kept.
LEAST_AGREEMENT = 0.4


class TooShort(ValueError):
    """A take has too few frames for a bridge; the message says which, for people."""


@dataclass(frozen=True)
class Plan:
    """Which frames a bridge replaces and which of them change.

    Attributes:
        left_replaced, right_replaced: played frames of each take.
        left_count: frames before the shared moment that are warped.
        right_count: frames from the shared moment on that are warped by a morph.
        ease_count: frames from the shared moment on over which normalisation eases.
    """

    left_replaced: int
    right_replaced: int
    left_count: int
    right_count: int
    ease_count: int


@dataclass(frozen=True)
class Healing:
    """A bridge, what it replaces, and whether it is worth keeping.

    Attributes:
        method: how it was made; for ``both`` perhaps one of the two alone.
        bridge: its frames, at least one.
        left_replaced, right_replaced: played frames of each take that it replaces.
        before, after: how smooth the passage was and is.
        is_kept: whether it is better by the margin.
        reason: why it is kept or not, a sentence for people.
        difference: how the takes differ at the shared moment.
        keyframes: what normalisation did to frames of the right take, numbered as in ``right``
            (0 is the shared moment); empty when it did nothing.
    """

    method: Method
    bridge: list[Frame]
    left_replaced: int
    right_replaced: int
    before: Passage
    after: Passage
    is_kept: bool
    reason: str
    difference: Difference
    keyframes: list[Keyframe]


def plan_bridge(
    *,
    method: Method,
    mode: Mode,
    count: int,
    left_frames: int,
    right_frames: int,
    right_keyframes: Sequence[int],
) -> Plan:
    """Choose which played frames a bridge replaces.

    Args:
        method: ``normalise`` replaces none of the left take; the others half of ``count``.
        mode: which take shows the shared moment.
        count: frames that are changed (k), at least 1.
        left_frames: frames there are of the left take, with the shared moment.
        right_frames: frames there are of the right take, with the shared moment, all that may be
            shown.
        right_keyframes: keyframes of the right take counted from the shared moment (0).

    Raises:
        TooShort: a take is too short.
        ValueError: the count is below 1.
    """
    if count < 1:
        raise ValueError("a bridge changes at least one frame")
    left_replaced = 0 if method == "normalise" else max(1, count // 2)
    hidden_left, hidden_right = (1, 0) if mode == "strict" else (0, 1)
    if left_frames - hidden_left <= left_replaced:
        raise TooShort(
            f"The left take is too short for a bridge: it shows {max(0, left_frames - hidden_left)}"
            f" frames before the boundary, more than {left_replaced} are needed."
        )
    right_count = max(1, count - left_replaced) + hidden_right
    ease_count = count + hidden_right
    least = right_count if method == "morph" else ease_count
    resumes = [key for key in right_keyframes if least <= key < right_frames]
    if not resumes:
        raise TooShort(
            f"The right take is too short for a bridge: among its first {right_frames} frames none "
            f"from frame {least} on is a keyframe, where it could go on."
        )
    left_count = max(0, left_replaced - hidden_right)
    return Plan(left_replaced, min(resumes) - hidden_right, left_count, right_count, ease_count)


def heal(
    left: Sequence[Frame],
    right: Sequence[Frame],
    *,
    method: Method = "both",
    mode: Mode = "strict",
    count: int = 12,
    right_keyframes: Sequence[int] = (),
    bounds: Bounds | None = None,
    random_seed: int = 0,
    report: Callable[[float], None] = lambda fraction: None,
) -> Healing:
    """Make a bridge across a boundary, measure it, and say whether it is to be kept.

    Args:
        left: the tail of the left take, ending with the shared moment; ``count // 2`` and 7 more
            frames are good.
        right: the head of the right take, beginning with the shared moment, up to 7 frames past
            the keyframe where it goes on.
        method, mode: see the module.
        count: frames that are changed (k), at least 1.
        right_keyframes: keyframes of the right take counted from the shared moment.
        bounds: up to where differences are faults; None for the usual ones.
        random_seed: seeds grain that is added.
        report: is told how far it is, 0 … 1; may raise to stop.

    Raises:
        TooShort: a take has too few frames.
        ValueError: no frames, frames that differ in size, or a count below 1.
    """
    tries: list[Method] = [method, "normalise", "morph"] if method == "both" else [method]
    difference = compare(left, right, bounds)
    report(0.1)
    first: Healing | None = None
    for number, tried in enumerate(tries):
        plan = plan_bridge(
            method=tried,
            mode=mode,
            count=count,
            left_frames=len(left),
            right_frames=len(right),
            right_keyframes=right_keyframes,
        )
        work = _Work(left, right, mode, plan, difference, random_seed)
        done = _heal(work, tried)
        report(0.1 + 0.9 * (number + 1) / len(tries))
        if done.is_kept:
            return done
        first = first or done
    assert first is not None
    return first


def _heal(work: _Work, method: Method) -> Healing:
    """One try by one method."""
    before = work.judge(work.original())
    made = work.make(method)
    after = work.judge(made.bridge)
    is_kept, reason = work.decide(method, before, after, made)
    return Healing(
        method=method,
        bridge=made.bridge,
        left_replaced=work.plan.left_replaced,
        right_replaced=work.plan.right_replaced,
        before=before,
        after=after,
        is_kept=is_kept,
        reason=reason,
        difference=work.difference,
        keyframes=made.keyframes,
    )


@dataclass(frozen=True)
class _Made:
    """A bridge, what normalisation did, and how well a morph's two pictures agreed."""

    bridge: list[Frame]
    keyframes: list[Keyframe]
    agreement: float


@dataclass(frozen=True)
class _Work:
    """One boundary under repair."""

    left: Sequence[Frame]
    right: Sequence[Frame]
    mode: Mode
    plan: Plan
    difference: Difference
    random_seed: int

    def played(
        self, left: Sequence[Frame], right: Sequence[Frame]
    ) -> tuple[list[Frame], list[Frame]]:
        """What is shown of two runs that both have the shared moment."""
        if self.mode == "strict":
            return list(left[:-1]), list(right)
        return list(left), list(right[1:])

    def between(self, left: Sequence[Frame], right: Sequence[Frame]) -> list[Frame]:
        """The frames of two runs that a bridge replaces."""
        head, tail = self.played(left, right)
        return head[len(head) - self.plan.left_replaced :] + tail[: self.plan.right_replaced]

    def original(self) -> list[Frame]:
        """What is shown without a bridge."""
        return self.between(self.left, self.right)

    def judge(self, between: Sequence[Frame]) -> Passage:
        """Score a passage through these frames."""
        head, tail = self.played(self.left, self.right)
        stays = head[: len(head) - self.plan.left_replaced]
        goes_on = tail[self.plan.right_replaced :]
        return score_passage(stays[-CONTEXT:], between, goes_on[:CONTEXT])

    def make(self, method: Method) -> _Made:
        """The bridge, and what normalisation did."""
        left, right = list(self.left), list(self.right)
        keyframes: list[Keyframe] = []
        agreement = 1.0
        if method != "morph" and self.difference.is_within_bounds:
            done = normalise_head(
                right,
                self.difference.similarity,
                self.difference.colour,
                self.plan.ease_count,
                left=left[-1],
            )
            weights = [*ease(self.plan.ease_count), *([0.0] * len(right))][: len(right)]
            target, own = mean_grain(left[-3:]), mean_grain(done.frames[:3])
            right = sync_grain(done.frames, target, own, weights, self.random_seed)
            keyframes = done.keyframes
        if method != "normalise":
            met = morph(left, right, self.plan.left_count, self.plan.right_count)
            left, right, agreement = met.left, met.right, met.agreement
        return _Made(self.between(left, right), keyframes, agreement)

    def decide(
        self, method: Method, before: Passage, after: Passage, made: _Made
    ) -> tuple[bool, str]:
        """Whether the bridge is kept, and why."""
        scores = f"the passage scores {after.score:.3f} instead of {before.score:.3f}"
        refused = "" if method == "morph" else self.difference.reason
        if refused:
            refused += " Nothing is corrected." if method == "normalise" else " It is only morphed."
        if after.score < before.score + MARGIN:
            reason = f"Not kept: {scores}; at least {MARGIN:.2f} more is asked for."
            return False, f"{refused} {reason}".strip()
        if made.agreement < LEAST_AGREEMENT:
            return False, (
                f"{refused} Not kept: the takes show different things where they meet (agreement "
                f"{made.agreement:.2f} of at least {LEAST_AGREEMENT:.2f}); a warp would only smear."
            ).strip()
        softest = min(sharpness(working_grey(frame)) for frame in made.bridge)
        usual = min(_median_sharpness(self.left[-CONTEXT:]), _median_sharpness(self.right))
        if softest < LEAST_SHARPNESS * usual:
            share = softest / usual
            return False, (
                f"Not kept: {scores}, but the bridge is soft ({share:.0%} of the takes' sharpness)."
            )
        return True, f"{refused} Kept: {scores}.".strip()


def _median_sharpness(frames: Sequence[Frame]) -> float:
    values = sorted(sharpness(working_grey(frame)) for frame in frames)
    return values[math.floor(len(values) / 2)]
