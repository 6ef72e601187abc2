"""The camera's path: where it is at each frame, at rest on the first one and eased from there.

All moves keep the frame inside the picture, so that no border is seen: a pan goes closer as it
goes sideways. Only pull-out shows what lies beyond the border, up to 1.75 % of each side, which
the picture's mirror image fills.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from pipeline.imaging.seeds import variant_seed
from pipeline.video.motion.spec import MotionSpec
from pipeline.video.motion.words import choose_move, pace

#: A move takes at least this long at full strength; shorter clips move less, seconds.
_FULL_MOVE_S = 1.6
_STILL_S = 0.35
_EASE_IN = 0.3  # share of a clip without settling in which the camera gathers speed

Track = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pose:
    """The camera at one frame, against its first; lengths are shares of the side they lie along.

    Attributes:
        zoom: how much larger the distance is.
        shift_x, shift_y: how far the content has gone right and down.
        near_zoom, near_x, near_y: what the nearest parts do beyond that.
        roll_degrees: the content turned clockwise.
        sway, breath: the foreground's own motion, shares of its height.
        warmth, light: brightness of everything and of one side, as shares.
    """

    zoom: float = 1.0
    shift_x: float = 0.0
    shift_y: float = 0.0
    near_zoom: float = 0.0
    near_x: float = 0.0
    near_y: float = 0.0
    roll_degrees: float = 0.0
    sway: float = 0.0
    breath: float = 0.0
    warmth: float = 0.0
    light: float = 0.0

    def towards_rest(self, share: float) -> Pose:
        """The pose with this share (0 … 1) of everything taken back."""
        kept = {name: value * (1 - share) for name, value in asdict(self).items()}
        return Pose(**kept | {"zoom": 1 + (self.zoom - 1) * (1 - share)})


@dataclass(frozen=True)
class Path:
    """The poses of a clip, and how far it is on its way.

    Attributes:
        move: the camera move, one of `MOTION_KINDS` but not `auto`.
        poses: one for each frame; the first is the start picture's.
        returns: whether the camera ends where it began.
        progress: 0 … 1 for each frame, eased.
        still_from: the first frame of the still end; the number of frames where none is.
        light_degrees: the side that the light change comes from.
    """

    move: str
    poses: tuple[Pose, ...]
    returns: bool
    progress: Track
    still_from: int
    light_degrees: float


@dataclass(frozen=True)
class _Reach:
    """How far a move goes at full strength, in the terms of `Pose`."""

    zoom: float = 0.0
    shift_x: float = 0.0
    shift_y: float = 0.0
    near_zoom: float = 0.0
    near_x: float = 0.0
    near_y: float = 0.0


_REACH = {
    "push-in": _Reach(zoom=0.14, near_zoom=0.05),
    "pull-out": _Reach(zoom=-0.035, near_zoom=-0.06),
    "pan-left": _Reach(zoom=0.11, shift_x=0.043, near_x=0.01),
    "pan-right": _Reach(zoom=0.11, shift_x=-0.043, near_x=-0.01),
    "tilt-up": _Reach(zoom=0.11, shift_y=0.043, near_y=0.01),
    "tilt-down": _Reach(zoom=0.11, shift_y=-0.043, near_y=-0.01),
    "orbit-left": _Reach(zoom=0.06, shift_x=-0.021, near_x=0.036),
    "orbit-right": _Reach(zoom=0.06, shift_x=0.021, near_x=-0.036),
    "handheld": _Reach(zoom=0.035),
    "hold": _Reach(),
}


def plan_path(spec: MotionSpec, frames: int, fps: float, random_seed: int) -> Path:
    """Lay out the path of a clip of `frames` frames."""
    move, named, strength = spec.kind, True, spec.strength
    if spec.kind == "auto":
        move, named = choose_move(spec.prompt, spec.negative_prompt, random_seed)
        strength = min(1.0, strength * pace(spec.prompt))
    seconds = frames / fps
    amount = strength * min(1.0, seconds / _FULL_MOVE_S)
    still_from = _still_from(frames, fps) if spec.settle else frames
    last = still_from - (0 if spec.settle else 1)  # the frame that the move ends on
    share = np.minimum(np.arange(frames) / max(1, last), 1.0)
    progress = _settling(share) if spec.settle else _departing(share)
    life = _window(share, spec.settle) * amount
    gone = amount * progress if named else amount * 4 * progress * (1 - progress)
    if move == "handheld":
        gone = life  # as close as it must be for the hand to show no border
    rng = np.random.Generator(np.random.PCG64(variant_seed(random_seed, 1)))
    seconds_at = np.arange(frames) / fps
    tracks = _life(rng, seconds_at, life)
    reach = _REACH[move]
    hand = _hand(rng, seconds_at, life) if move == "handheld" else np.zeros((3, frames))
    poses = tuple(
        Pose(
            zoom=1 + reach.zoom * gone[i],
            shift_x=reach.shift_x * gone[i] + hand[0, i],
            shift_y=reach.shift_y * gone[i] + hand[1, i],
            near_zoom=reach.near_zoom * gone[i],
            near_x=reach.near_x * gone[i] + 0.6 * hand[0, i],
            near_y=reach.near_y * gone[i] + 0.6 * hand[1, i],
            roll_degrees=hand[2, i],
            **{name: float(track[i]) for name, track in tracks.items()},
        )
        for i in range(frames)
    )
    returns = not named or move in ("handheld", "hold")
    return Path(move, poses, returns, progress, still_from, float(rng.uniform(0, 360)))


def _still_from(frames: int, fps: float) -> int:
    """The first frame of the still end: a third of a second, at most a fifth of the clip."""
    return frames - 1 - min(round(_STILL_S * fps), frames // 5)


def _settling(share: Track) -> Track:
    """Rest to rest, with continuous acceleration."""
    return share**3 * (share * (share * 6 - 15) + 10)


def _departing(share: Track) -> Track:
    """From rest to a constant speed that lasts to the end."""
    gone = np.minimum(share, _EASE_IN) / _EASE_IN
    early = _EASE_IN * (gone**3 - gone**4 / 2)
    return (early + np.maximum(share - _EASE_IN, 0)) / (1 - _EASE_IN / 2)


def _window(share: Track, settle: bool) -> Track:
    """How much life there is: none on the first frame, and none where the clip settles."""
    rising = _settling(np.minimum(share / 0.3, 1))
    return rising * _settling(np.minimum((1 - share) / 0.4, 1)) if settle else rising


def _life(rng: np.random.Generator, seconds_at: Track, amount: Track) -> dict[str, Track]:
    """Breathing, sway and light, each a slow wave of its own."""

    def wave(period_s: float, spread: float = 0.2) -> Track:
        period = period_s * rng.uniform(1 - spread, 1 + spread)
        return np.sin(2 * np.pi * (seconds_at / period + rng.random()))

    return {
        "breath": 0.006 * amount * wave(3.6),
        "sway": 0.010 * amount * (0.7 * wave(5.0) + 0.3 * wave(2.3)),
        "warmth": 0.012 * amount * wave(6.0),
        "light": 0.5 * amount * wave(5.0),
    }


def _hand(rng: np.random.Generator, seconds_at: Track, amount: Track) -> Track:
    """The drift of a camera on the shoulder: right, down and roll, each by three slow waves."""
    rows = []
    for reach in (0.0085, 0.0085, 0.35):
        track = np.zeros_like(seconds_at)
        for rate, share in ((0.23, 0.5), (0.61, 0.3), (1.3, 0.2)):
            rate *= rng.uniform(0.85, 1.15)
            track += share * np.sin(2 * np.pi * (rate * seconds_at + rng.random()))
        rows.append(reach * amount * track)
    return np.array(rows)
