"""How long the segments of a scene are: pure arithmetic of frames.

A take that is followed by another shows one frame fewer than it has, for its end frame is the
first frame of the next one. So `n` segments of `f` frames each show `n · (f − 1) + 1` frames, and
it is *steps* (frames less one) that add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from studio.core.errors import Invalid

#: Segments that may be added when takes turn out shorter than was planned.
MOST_ADDED_SEGMENTS = 3
#: Segments of one scene.
MOST_SEGMENTS = 200


def plan_segments(target: int, tolerance: int, least: int, most: int) -> list[int]:
    """How many frames to ask for, segment by segment: as few segments as do, of even length.

    Args:
        target: frames that the scene should show.
        tolerance: by how many frames it may miss that.
        least, most: frames of a segment.

    Raises:
        Invalid: no number of segments comes near enough.
    """
    _check(target, tolerance, least, most)
    wanted = target - 1
    best: tuple[int, int] | None = None
    for count in range(1, min(MOST_SEGMENTS, wanted // (least - 1) + 2) + 1):
        steps = min(max(wanted, count * (least - 1)), count * (most - 1))
        missed = abs(steps - wanted)
        if missed <= tolerance and (best is None or missed < abs(best[1] - wanted)):
            best = (count, steps)
            if missed == 0:
                break
    if best is None:
        raise Invalid(
            _no_way(target, tolerance, least, most),
            remedy="Change the length of the scene, its tolerance or the range of a segment.",
            fields={"target_frames": ["No number of segments makes this length."]},
        )
    count, steps = best
    share, rest = divmod(steps, count)
    return [share + 1 + (position < rest) for position in range(count)]


def _check(target: int, tolerance: int, least: int, most: int) -> None:
    if least > most:
        raise Invalid(
            f"The shortest segment ({least} frames) is longer than the longest ({most}).",
            fields={"segment_min_frames": [f"At most {most}, the longest segment."]},
        )
    if target + tolerance < least:
        raise Invalid(
            f"The scene is to show {target} frames, but a segment has at least {least}.",
            remedy="Make the scene longer, or its shortest segment shorter.",
            fields={"target_frames": [f"At least {least}, the shortest segment."]},
        )


def _no_way(target: int, tolerance: int, least: int, most: int) -> str:
    below = (target - 1) // (most - 1)
    if below >= MOST_SEGMENTS:
        return f"{target} frames need more than {MOST_SEGMENTS} segments of up to {most} frames."
    above = below + 1
    parts = [f"{above} make at least {above * (least - 1) + 1}"]
    if below:
        parts.insert(0, f"{below} of up to {most} frames make {below * (most - 1) + 1} at most")
    return (
        f"No number of segments makes {target} frames, give or take {tolerance}: "
        f"{', '.join(parts)}."
    )


@dataclass(frozen=True)
class Range:
    """Of how many frames a take may be, both ends included."""

    least: int
    most: int


def next_range(
    *, shown_steps: int, segments_left: int, target: int, tolerance: int, least: int, most: int
) -> Range:
    """Where the next take may end so that those after it can still reach the target.

    Args:
        shown_steps: steps of the segments before it.
        segments_left: this one and those after it, at least 1.
        target, tolerance, least, most: as `plan_segments`.
    """
    missing = target - 1 - shown_steps
    others = max(0, segments_left - 1)
    shortest = missing - tolerance - others * (most - 1)
    longest = missing + tolerance - others * (least - 1)
    low = min(max(least - 1, shortest), most - 1)
    high = max(min(most - 1, longest), least - 1)
    return Range(min(low, high) + 1, max(low, high) + 1)


def even_length(*, shown_steps: int, segments_left: int, target: int, least: int, most: int) -> int:
    """Frames to ask for when each of the segments left has the same share of what is missing."""
    missing = max(0, target - 1 - shown_steps)
    share = -(-missing // max(1, segments_left))
    return min(max(share + 1, least), most)


def missing_segment(
    *, shown_steps: int, target: int, tolerance: int, least: int, most: int
) -> int | None:
    """Frames of a further segment when the scene is too short; None when it is near enough.

    A segment is added only where the scene then misses its target by less than before.
    """
    missing = target - 1 - shown_steps
    if missing <= tolerance:
        return None
    steps = min(max(missing, least - 1), most - 1)
    return steps + 1 if abs(missing - steps) < missing else None


def steps_of(ranges: Sequence[tuple[int, int]]) -> int:
    """Steps of takes shown for [in, out) each."""
    return sum(max(0, end - start - 1) for start, end in ranges)
