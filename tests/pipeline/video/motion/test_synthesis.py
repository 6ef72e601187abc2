"""What every clip keeps to: exact ends, stillness, bounds, determinism."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import cv2
import numpy as np
import pytest

from pipeline.video.motion import MOTION_KINDS, Cancelled, MotionSpec, prepare
from tests.pipeline.video.motion.clips import (
    FRAMES,
    STILL,
    change,
    clip,
    coffee,
    grey,
    planned,
    portrait,
)

MOVES = [kind for kind in MOTION_KINDS if kind != "auto"]


@pytest.mark.parametrize("kind", MOVES)
def test_a_clip_begins_with_the_start_picture_at_rest_and_moves(kind: str) -> None:
    frames = clip(motion=MotionSpec(kind=kind, strength=1.0, grain=0.3))
    assert len(frames) == FRAMES
    assert np.array_equal(frames[0], portrait())
    assert all(frame.shape == portrait().shape and frame.dtype == np.uint8 for frame in frames)
    assert max(change(frame, frames[0]) for frame in frames) > 1.5


def test_the_start_picture_is_fitted_to_the_size_around_the_face() -> None:
    wide = planned(portrait(320, 240), width_px=160, height_px=64, motion=STILL)
    assert wide.start.shape == (64, 160, 3)
    assert wide.depth.faces
    first = next(wide.frames())
    assert np.array_equal(first, wide.start)


def test_a_frame_belongs_to_the_caller() -> None:
    made = planned(motion=STILL)
    before = made.start.copy()
    for frame in made.frames():
        frame[:] = 0
    assert np.array_equal(made.start, before)


@pytest.mark.parametrize("settle", [True, False])
def test_it_starts_gently(settle: bool) -> None:
    frames = clip(frames=48, motion=MotionSpec(kind="push-in", strength=1.0, settle=settle))
    steps = [change(a, b) for a, b in pairwise(frames)]
    assert steps[0] < 0.25 * max(steps)
    assert steps[1] < 0.6 * max(steps)


@pytest.mark.parametrize("kind", MOVES)
def test_it_settles_where_it_is_stillest(kind: str) -> None:
    made = planned(frames=48, motion=MotionSpec(kind=kind, strength=1.0))
    frames = list(made.frames())
    steps = [change(a, b) for a, b in pairwise(frames)]
    still = made.path.still_from
    assert 38 <= still <= 44
    assert max(steps[still:]) == 0
    assert max(steps[10 : still - 8]) > 0.3


def test_without_settling_it_keeps_moving() -> None:
    frames = clip(frames=48, motion=MotionSpec(kind="push-in", strength=1.0, settle=False))
    assert change(frames[-1], frames[-2]) > 0.5


@pytest.mark.parametrize("kind", MOVES)
def test_no_border_is_seen(kind: str) -> None:
    white = np.full((96, 128, 3), 250, np.uint8)
    for frame in clip(white, motion=MotionSpec(kind=kind, strength=1.0)):
        assert frame.min() > 215


def test_what_moves_is_bounded() -> None:
    frames = clip(frames=60, motion=MotionSpec(kind="push-in", strength=1.0))
    flow = cv2.calcOpticalFlowFarneback(
        grey(frames[0]), grey(frames[-1]), None, 0.5, 4, 25, 5, 7, 1.5, 0
    )
    assert 2 < np.abs(flow).max() < 0.25 * frames[0].shape[1]


def test_the_near_moves_otherwise_than_the_far() -> None:
    made = planned(frames=60, motion=MotionSpec(kind="orbit-left", strength=1.0))
    frames = list(made.frames())
    flow = cv2.calcOpticalFlowFarneback(
        grey(frames[0]), grey(frames[-1]), None, 0.5, 4, 21, 5, 7, 1.5, 0
    )
    middle = flow[20:70]
    near = made.depth.near[20:70]
    assert middle[near > 0.65][:, 0].mean() - middle[near < 0.15][:, 0].mean() > 1.5


def test_the_same_seed_makes_the_same_bits_with_any_number_of_threads() -> None:
    wanted = {"end": coffee(), "motion": MotionSpec(strength=1.0, grain=0.5)}
    before = cv2.getNumThreads()
    made = []
    try:
        for threads in (1, 2, 1):
            cv2.setNumThreads(threads)
            made.append(np.array(clip(frames=12, **wanted)))
    finally:
        cv2.setNumThreads(before)
    assert np.array_equal(made[0], made[1])
    assert np.array_equal(made[0], made[2])


def test_other_seeds_make_other_clips() -> None:
    made = [clip(motion=MotionSpec(kind="handheld"), random_seed=seed) for seed in (1, 2)]
    assert np.array_equal(made[0][0], made[1][0])
    assert change(made[0][12], made[1][12]) > 0.2


def test_a_drawn_move_comes_back() -> None:
    for seed in range(4):
        made = planned(frames=48, random_seed=seed)
        assert made.path.returns
        frames = list(made.frames())
        assert change(frames[-1], frames[0]) < 0.1
        assert max(change(frame, frames[0]) for frame in frames) > 0.5


def test_one_plan_makes_the_same_clip_again() -> None:
    made = planned(frames=6, motion=MotionSpec(grain=0.4))
    assert np.array_equal(np.array(list(made.frames())), np.array(list(made.frames())))


def test_it_ends_on_the_end_picture_exactly() -> None:
    matrix = cv2.getRotationMatrix2D((80, 60), 3, 1.05)
    end = cv2.warpAffine(portrait(), matrix, (160, 120), borderMode=cv2.BORDER_REFLECT_101)
    motion = MotionSpec(kind="push-in", strength=0.6, grain=0.3)
    made = planned(frames=36, end=end, motion=motion)
    frames = list(made.frames())
    assert np.array_equal(frames[0], portrait())
    assert np.array_equal(frames[-1], end)
    assert made.morph is not None and made.morph.agreement > 0.8
    steps = [change(a, b) for a, b in pairwise(frames)]
    assert max(steps) < 0.3 * change(portrait(), end)


@pytest.mark.parametrize("settle", [True, False])
@pytest.mark.parametrize("frames", [2, 3, 7])
def test_short_clips_end_exactly_too(frames: int, settle: bool) -> None:
    made = clip(frames=frames, end=coffee(), motion=MotionSpec(settle=settle))
    assert len(made) == frames
    assert np.array_equal(made[0], portrait())
    assert np.array_equal(made[-1], coffee())


def test_the_anchor_takes_its_share_of_the_difference() -> None:
    cast = np.clip(portrait() + np.array([18, 0, -18]), 0, 255).astype(np.uint8)
    for weight in (0.0, 0.5, 1.0):
        made = planned(cast, reference=portrait(), anchor_weight=weight, motion=STILL)
        frames = list(made.frames())
        assert np.array_equal(frames[0], cast)
        off = frames[-1].mean((0, 1)) - portrait().mean((0, 1))
        before = cast.mean((0, 1)) - portrait().mean((0, 1))
        assert np.allclose(off, before * (1 - weight), atol=2.5)
        assert made.notes()["anchor"] == ("face" if weight else "none")


def test_a_chain_of_takes_does_not_drift_from_the_reference() -> None:
    start = np.clip(portrait() * [1.12, 1.0, 0.88], 0, 255).astype(np.uint8)
    errors = []
    for seed in range(4):
        wanted = {"reference": portrait(), "anchor_weight": 0.4, "random_seed": seed}
        start = clip(start, frames=12, motion=MotionSpec(grain=0.2), **wanted)[-1]
        errors.append(float(np.abs(start.mean((0, 1)) - portrait().mean((0, 1))).max()))
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.4 * errors[0]


def test_grain_is_living_and_does_not_pile_up() -> None:
    flat = np.full((96, 128, 3), 128, np.uint8)
    motion = MotionSpec(kind="hold", strength=0, grain=0.5)
    first = clip(flat, motion=motion)
    deviation = first[-1][..., 1].std()
    assert 1.5 < deviation < 4.5
    assert change(first[-1], first[-2]) > 1
    second = clip(first[-1], motion=motion, random_seed=2)
    assert second[-1][..., 1].std() < 1.25 * deviation


def test_cancelling_stops_before_the_next_frame() -> None:
    made = []
    with pytest.raises(Cancelled):
        for frame in planned().frames(cancelled=lambda: len(made) == 3):
            made.append(frame)
    assert len(made) == 3


def test_progress_rises_to_one() -> None:
    told: list[float] = []
    list(planned(frames=5).frames(report=told.append))
    assert told == [0.2, 0.4, 0.6, 0.8, 1.0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"frames": 1},
        {"frames": 601},
        {"width_px": 161},
        {"height_px": 62},
        {"width_px": 1922},
        {"fps": Fraction(0)},
        {"anchor_weight": 1.5},
    ],
)
def test_what_can_not_be_made_is_refused(wrong: dict) -> None:
    wanted = {"frames": 4, "fps": Fraction(24), "width_px": 160, "height_px": 120} | wrong
    with pytest.raises(ValueError, match=r"frames|width|height|rate|anchor"):
        prepare(portrait(), wanted.pop("frames"), random_seed=1, **wanted)
    with pytest.raises(ValueError, match="motion"):
        MotionSpec(kind="teleport")
    with pytest.raises(ValueError, match="strength"):
        MotionSpec(strength=2)


@pytest.mark.parametrize("size", [(64, 64), (64, 120), (200, 64)])
def test_flat_and_tiny_pictures_work(size: tuple[int, int]) -> None:
    flat = np.full((size[1], size[0], 3), 90, np.uint8)
    frames = clip(flat, frames=3, motion=MotionSpec(kind="orbit-left", strength=1.0))
    assert len(frames) == 3
    one = np.full((1, 1, 3), 90, np.uint8)
    assert len(clip(one, frames=2, width_px=64, height_px=64)) == 2
