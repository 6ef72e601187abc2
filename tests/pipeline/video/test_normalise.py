"""Similarities, light and grain of known size are recovered and undone, within bounds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.video.grain import grain_ratio, sync_grain
from pipeline.video.measures import grain_profile, mean_grain, ssim
from pipeline.video.normalise import (
    Bounds,
    Colour,
    compare,
    ease,
    estimate_colour,
    normalise_head,
)
from pipeline.video.similarity import Similarity, estimate_similarity, warp_back
from tests.pipeline.video.scenes import HEIGHT, WIDTH, Scene

SIMILARITIES = st.builds(
    Similarity,
    scale=st.floats(0.8, 1.25),
    shift_x_px=st.floats(-40, 40),
    shift_y_px=st.floats(-40, 40),
    roll_degrees=st.floats(-30, 30),
)
SIDES = st.integers(16, 2000)


@given(SIMILARITIES, SIDES, SIDES)
def test_a_similarity_and_its_matrix_say_the_same(one: Similarity, width: int, height: int) -> None:
    back = Similarity.from_matrix(one.matrix(width, height), width, height)
    for name in ("scale", "shift_x_px", "shift_y_px", "roll_degrees"):
        assert getattr(back, name) == pytest.approx(getattr(one, name), abs=1e-6)


@given(SIMILARITIES, SIDES, SIDES)
def test_there_and_back_is_nothing(one: Similarity, width: int, height: int) -> None:
    there = np.vstack([one.matrix(width, height), [0, 0, 1]])
    back = np.vstack([one.inverse(width, height).matrix(width, height), [0, 0, 1]])
    assert back @ there == pytest.approx(np.eye(3), abs=1e-6)
    assert one.part(0) == Similarity()
    assert one.part(1) == one


def test_a_similarity_in_words() -> None:
    """Larger, to the right, down, clockwise: by hand on the picture's corner."""
    matrix = Similarity(2.0, 3.0, 5.0, 90.0).matrix(101, 101)
    # The right edge's middle goes to the bottom under a clockwise quarter turn, twice as far.
    assert matrix @ np.array([100, 50, 1]) == pytest.approx([50 + 3, 150 + 5])
    assert Similarity(shift_x_px=3, shift_y_px=4).displacement_px(50, 50) == pytest.approx(5)


@pytest.mark.parametrize("seed", range(6))
def test_large_differences_are_found_by_features(seed: int) -> None:
    scene = Scene(seed % 3, subject_px=0)
    true = Similarity(1.12, 25.0, -14.0, 9.0)
    found = estimate_similarity(scene.frame(0), scene.frame(0, true))
    assert found.scale == pytest.approx(true.scale, abs=0.003)
    assert found.shift_x_px == pytest.approx(true.shift_x_px, abs=0.5)
    assert found.shift_y_px == pytest.approx(true.shift_y_px, abs=0.5)
    assert found.roll_degrees == pytest.approx(true.roll_degrees, abs=0.2)


def test_equal_and_empty_pictures() -> None:
    frame = Scene(0).frame(0)
    assert estimate_similarity(frame, frame) == Similarity()
    assert estimate_similarity(frame, frame).confidence == 1
    empty = np.zeros_like(frame)
    assert estimate_similarity(empty, empty).confidence == 0
    assert warp_back(frame, Similarity()) is frame
    with pytest.raises(ValueError, match="one size"):
        estimate_similarity(frame, frame[:100])


def test_the_estimate_is_the_same_each_time() -> None:
    a, b = Scene(0).frame(0), Scene(0).frame(0, Similarity(1.02, 3, 2, 1))
    assert estimate_similarity(a, b) == estimate_similarity(a, b)


@pytest.mark.parametrize("seed", range(4))
def test_light_is_recovered_beside_what_differs_otherwise(seed: int) -> None:
    scene = Scene(seed)
    light = Colour((1.06, 0.95, 1.02), (-5.0, 4.0, 6.0))
    a, b = scene.frame(0), scene.frame(0, light=light)
    b[40:80, 50:110] = (250, 20, 20)  # something else in a place
    found = estimate_colour(a, b)
    restored = found.apply(b).astype(float)
    inside = np.ones(a.shape[:2], bool)
    inside[34:86, 44:116] = False
    assert np.abs(restored[inside].mean(axis=0) - a[inside].mean(axis=0)).max() < 1.0
    assert np.abs(restored[inside] - a[inside]).mean() < 2.5


def test_light_of_a_flat_picture_is_an_offset() -> None:
    a, b = np.full((40, 40, 3), 100, np.uint8), np.full((40, 40, 3), 90, np.uint8)
    found = estimate_colour(a, b)
    assert found.gain == pytest.approx((1, 1, 1))
    assert np.array_equal(found.apply(b), a)
    assert Colour().apply(a) is a
    assert found.part(0.5).shift_levels(b) == pytest.approx(5)


@given(st.integers(1, 200))
def test_easing_goes_from_1_to_0_without_a_jerk(count: int) -> None:
    weights = ease(count)
    assert len(weights) == count
    assert weights[0] == 1
    steps = -np.diff([*weights, 0.0])
    assert (steps >= 0).all()
    assert steps.max() <= math.pi / 2 / count + 1e-9


def test_a_head_starts_like_the_left_take_and_ends_as_it_is() -> None:
    scene = Scene(1)
    fault, light = Similarity(1.015, 3.0, -2.0, 0.8), Colour((1.05, 1.0, 0.96), (0.0, 3.0, 0.0))
    right = [scene.frame(t, fault, light) for t in range(10)]
    difference = compare([scene.frame(0)], right)
    done = normalise_head(right, difference.similarity, difference.colour, 6, first=100)
    inner = (slice(8, HEIGHT - 8), slice(8, WIDTH - 8))
    assert ssim(scene.frame(0)[inner], right[0][inner]) < 0.7
    assert ssim(scene.frame(0)[inner], done.frames[0][inner]) > 0.93
    assert all(a is b for a, b in zip(right[6:], done.frames[6:], strict=True))
    assert [key.frame for key in done.keyframes] == list(range(100, 107))
    assert (done.keyframes[0].weight, done.keyframes[-1].weight) == (1, 0)
    assert done.keyframes[-1].document()["scale"] == 1


def test_edges_that_a_corrected_frame_does_not_show_come_from_the_left_take() -> None:
    scene, fault = Scene(1, speed_px=0), Similarity(1.0, 9.0, -6.0, 0.0)
    light = Colour((1.1, 1.0, 0.92), (4.0, 0.0, 0.0))
    left, right = scene.frame(0), [scene.frame(t, fault, light) for t in range(6)]
    found = compare([left], right)
    mirrored, filled = (
        normalise_head(right, found.similarity, found.colour, 4, left=picture).frames
        for picture in (None, left)
    )
    for number, weight in enumerate(ease(4)):
        # What would be there: the same scene with what is left of the fault and the light.
        rest, glow = fault.part(1 - weight), light.part(1 - weight)
        truth = scene.frame(0, rest, glow).astype(float)
        bottom, side = (slice(-5, None), slice(12, -12)), (slice(12, -12), slice(-7, None))
        errors = [
            float(np.abs(frames[number][edge] - truth[edge]).mean())
            for frames in (mirrored, filled)
            for edge in (bottom, side)
        ]
        if weight > 0.4:
            assert max(errors[2:]) < 6
        assert sum(errors[2:]) <= sum(errors[:2]) + 0.5
    assert ssim(left, filled[0]) > 0.93


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (Similarity(1.08), "camera move"),
        (Similarity(shift_x_px=15.0), "camera move"),
        (Similarity(roll_degrees=5.0), "camera move"),
    ],
)
def test_a_real_move_is_not_corrected(fault: Similarity, word: str) -> None:
    scene = Scene(0, subject_px=0)
    found = compare([scene.frame(0)], [scene.frame(0, fault)])
    assert not found.is_within_bounds
    assert word in found.reason
    wide = Bounds(scale=0.2, shift=0.2, roll_degrees=10)
    assert compare([scene.frame(0)], [scene.frame(0, fault)], wide).is_within_bounds


def test_a_change_of_light_and_another_picture_are_not_corrected() -> None:
    scene = Scene(0)
    dark = compare([scene.frame(0)], [scene.frame(0, light=Colour(offset=(-30.0, -30.0, -30.0)))])
    assert "change of light" in dark.reason
    other = compare([scene.frame(0)], [Scene(2).frame(0)])
    assert "can't be laid on each other" in other.reason
    with pytest.raises(ValueError, match="no frame"):
        compare([], [scene.frame(0)])


# --- grain ------------------------------------------------------------------------------------


def run(noise: float, offset: float = 0.0) -> list[np.ndarray]:
    return [Scene(1, speed_px=0).frame(t + offset, noise=noise) for t in range(3)]


@pytest.mark.parametrize(("left", "right"), [(5.0, 1.0), (1.0, 5.0), (6.0, 2.5), (2.5, 6.0)])
def test_grain_is_brought_to_the_left_takes(left: float, right: float) -> None:
    target, frames = mean_grain(run(left)), run(right, 50)
    before = grain_ratio(target, mean_grain(frames))
    synced = sync_grain(frames, target, mean_grain(frames), [1, 1, 1], 7)
    after = grain_ratio(target, mean_grain(synced))
    assert abs(math.log(after)) < 0.35 * abs(math.log(before))
    again = sync_grain(frames, target, mean_grain(frames), [1, 1, 1], 7)
    other = sync_grain(frames, target, mean_grain(frames), [1, 1, 1], 8)
    assert all(np.array_equal(a, b) for a, b in zip(synced, again, strict=True))
    if left > right:
        assert not np.array_equal(synced[0], other[0])
        assert not np.array_equal(synced[0] - frames[0], synced[1] - frames[1])


def test_like_grain_is_left_alone_and_weights_ease_it() -> None:
    frames = run(3.0)
    own = mean_grain(frames)
    assert all(
        a is b for a, b in zip(sync_grain(frames, own, own, [1] * 3, 1), frames, strict=True)
    )
    target = mean_grain(run(8.0))
    eased = sync_grain(frames, target, own, [1.0, 0.5, 0.0], 1)
    levels = [grain_profile(frame).mean_levels for frame in eased]
    assert levels == sorted(levels, reverse=True)
    assert eased[2] is frames[2]
