"""`video.measure_boundary` and `video.heal_boundary` on this machine."""

from __future__ import annotations

import dataclasses
import json
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.providers.base import Cancelled, Produced, RunRequest
from pipeline.providers.local.making import Effort, refuse
from pipeline.providers.local.takes import Take, readable, takes_of

if TYPE_CHECKING:
    from pipeline.video.boundary import Join
    from pipeline.video.heal import Healing
    from pipeline.video.measures import Frame
    from pipeline.video.normalise import Difference
    from pipeline.video.passage import Passage

_AROUND = 3  # frames beside the pair that tell motion and grain


def measure_boundary(
    request: RunRequest,
    position: int,
    random_seed: int,
    report: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> Produced:
    """Find and score the join of two takes; one JSON document, the same as the notes.

    Raises:
        ProviderError: a take can't be read, or has not the frames that were named.
        Cancelled: it was asked to stop.
    """
    from pipeline.video.normalise import compare

    effort = Effort(time.process_time)
    meeting = Meeting.of(request, cancelled)
    report(0.1)
    pair = meeting.pair()
    report(0.6)
    difference = compare(*meeting.around(pair, _AROUND, _AROUND))
    notes = meeting.notes(pair, difference)
    return effort.produced(
        position=position,
        content=json.dumps(notes, indent=1, sort_keys=True).encode() + b"\n",
        media_type="application/json",
        random_seed=random_seed,
        notes=notes,
    )


def heal_boundary(
    request: RunRequest,
    position: int,
    random_seed: int,
    report: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> Produced:
    """Make a bridge across the join of two takes; its best try, kept or not, as a video.

    Raises:
        ProviderError: a take can't be read, is too short, or the two do not go together.
        Cancelled: it was asked to stop.
    """
    from pipeline.video.heal import heal
    from pipeline.video.passage import CONTEXT

    effort = Effort(time.process_time)
    wanted = request.parameters
    meeting = Meeting.of(request, cancelled)
    if meeting.left.info.fps != meeting.right.info.fps:
        raise refuse(
            f"The takes run at {meeting.left.info.fps} and {meeting.right.info.fps} frames a"
            " second; a bridge needs one rate."
        )
    report(0.05)
    pair = meeting.pair()
    report(0.2)
    keys = [key - pair.right for key in meeting.right.info.keyframes if key >= pair.right]
    resume = next((key for key in keys if key > wanted["frames"]), wanted["frames"])
    left, right = meeting.around(pair, wanted["frames"] // 2 + CONTEXT + 2, resume + CONTEXT + 1)

    def tell(fraction: float) -> None:
        if cancelled():
            raise Cancelled
        report(0.3 + 0.6 * fraction)

    with readable():
        healing = heal(
            left,
            right,
            method=wanted["method"],
            mode=wanted["mode"],
            count=wanted["frames"],
            right_keyframes=keys,
            random_seed=random_seed,
            report=tell,
        )
    content = _encoded(healing.bridge, meeting, wanted["gop"])
    return effort.produced(
        position=position,
        content=content,
        media_type="video/mp4",
        random_seed=random_seed,
        notes=meeting.notes(pair, healing.difference) | _healing_notes(healing, pair, meeting),
    )


@dataclass(frozen=True)
class Meeting:
    """Two takes that meet, and how the request looks at them."""

    left: Take
    right: Take
    wanted: Mapping[str, Any]
    left_end: int
    right_out: int
    cancelled: Callable[[], bool]

    @classmethod
    def of(cls, request: RunRequest, cancelled: Callable[[], bool]) -> Meeting:
        """Read what the takes are and check that they have the frames that are named.

        Raises:
            ProviderError: they have not, or differ in size.
        """
        left, right = takes_of(request, "left take", "right take")
        wanted = request.parameters
        left_end = left.info.frames - 1 if wanted["left_end"] is None else wanted["left_end"]
        right_out = right.info.frames if wanted["right_out"] is None else wanted["right_out"]
        if not wanted["left_in"] <= left_end < left.info.frames:
            raise refuse(
                f"The left take has frames 0 to {left.info.frames - 1}; it can't be shown from"
                f" {wanted['left_in']} to {left_end}."
            )
        if not wanted["right_in"] < right_out <= right.info.frames:
            raise refuse(
                f"The right take has frames 0 to {right.info.frames - 1}; it can't be shown from"
                f" {wanted['right_in']} to {right_out - 1}."
            )
        sizes = [(take.info.width_px, take.info.height_px) for take in (left, right)]
        if sizes[0] != sizes[1]:
            texts = " and ".join(f"{width}×{height}" for width, height in sizes)
            raise refuse(f"The takes differ in size ({texts} px); they can't be joined.")
        if min(sizes[0]) < 16:
            raise refuse("The takes are smaller than 16 px; they can't be compared.")
        return cls(left, right, wanted, left_end, right_out, cancelled)

    @property
    def is_validated(self) -> bool:
        """Whether the best pair of a window is looked for."""
        return bool(self.wanted["mode"] == "validated")

    def pair(self) -> Join:
        """The pair of frames that shows the shared moment; numbers count within the takes."""
        from pipeline.video.boundary import find_join, score_pair

        first = self.wanted["right_in"]
        if not self.is_validated:
            left = self._tail(self.left_end, 2)
            join = score_pair(left, self._head(first, 2))
            return dataclasses.replace(join, left=self.left_end, right=first)
        left = self._tail(self.left_end, self.wanted["window"])
        right = self._head(first, self.wanted["window"])
        join = find_join(left, right, self.wanted["threshold"])
        start = self.left_end + 1 - len(left)
        return dataclasses.replace(join, left=start + join.left, right=first + join.right)

    def around(self, pair: Join, before: int, after: int) -> tuple[list[Frame], list[Frame]]:
        """Frames of the left take up to the pair's, and of the right take from the pair's on."""
        return self._tail(pair.left, before), self._head(pair.right, after)

    def _tail(self, last: int, count: int) -> list[Frame]:
        start = max(self.wanted["left_in"], last + 1 - count)
        return self.left.read(start, last + 1, self.cancelled)

    def _head(self, first: int, count: int) -> list[Frame]:
        return self.right.read(first, min(self.right_out, first + count), self.cancelled)

    def notes(self, pair: Join, difference: Difference) -> dict[str, Any]:
        """What was measured, as plain values.

        ``left_out`` and ``right_in`` are where the plain join leaves the left take (exclusive) and
        enters the right one.
        """
        similarity, colour = difference.similarity, difference.colour
        return {
            "mode": self.wanted["mode"],
            "left_frame": pair.left,
            "right_frame": pair.right,
            "left_out": pair.left_stop if self.is_validated else pair.left,
            "right_in": pair.right_start if self.is_validated else pair.right,
            "score": pair.score,
            "ssim": pair.ssim,
            "phash_distance": pair.phash_distance,
            "motion_agreement": pair.motion_agreement,
            "colour_agreement": pair.colour_agreement,
            "threshold": self.wanted["threshold"],
            "passes": pair.score >= self.wanted["threshold"],
            "similarity": {
                "scale": round(similarity.scale, 6),
                "shift_x_px": round(similarity.shift_x_px, 4),
                "shift_y_px": round(similarity.shift_y_px, 4),
                "roll_degrees": round(similarity.roll_degrees, 5),
                "confidence": round(similarity.confidence, 4),
            },
            "colour": {
                "gain": [round(gain, 5) for gain in colour.gain],
                "offset_levels": [round(offset, 4) for offset in colour.offset],
                "levels": round(difference.colour_levels, 4),
            },
            "grain_ratio": round(difference.grain_ratio, 4),
            "within_bounds": difference.is_within_bounds,
            "bounds_reason": difference.reason,
        }


def _healing_notes(healing: Healing, pair: Join, meeting: Meeting) -> dict[str, Any]:
    keyframes = [
        dataclasses.replace(key, frame=key.frame + pair.right) for key in healing.keyframes
    ]
    gained = healing.after.score - healing.before.score
    return {
        "method": healing.method,
        "frames": len(healing.bridge),
        "gop": meeting.wanted["gop"],
        "left_replaced": healing.left_replaced,
        "right_replaced": healing.right_replaced,
        "before": _passage_notes(healing.before),
        "after": _passage_notes(healing.after),
        "gained": round(gained, 6),
        "is_kept": healing.is_kept,
        "reason": healing.reason,
        "keyframes": [key.document() for key in keyframes],
    }


def _passage_notes(passage: Passage) -> dict[str, Any]:
    return dataclasses.asdict(passage)


def _encoded(bridge: list[Frame], meeting: Meeting, gop: int) -> bytes:
    from pipeline.video.encoding import TAKE, write_video

    profile = dataclasses.replace(TAKE, gop=gop)
    with tempfile.TemporaryDirectory(prefix="seedframe-bridge-") as folder:
        path = Path(folder) / f"bridge{profile.suffix}"
        try:
            write_video(path, bridge, profile, fps=meeting.left.info.fps)
        except ValueError as error:
            raise refuse(f"The bridge can't be written. {error}") from error
        return path.read_bytes()
