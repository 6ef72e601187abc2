"""Joins: the best pair is found, scores order as eyes do, tables equal the plain measures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pipeline.imaging.measures import hamming64, phash64
from pipeline.video.boundary import (
    describe,
    find_join,
    phash_table,
    score_pair,
    ssim_table,
)
from pipeline.video.measures import ssim, working_grey
from pipeline.video.normalise import Colour
from pipeline.video.passage import score_passage
from pipeline.video.similarity import Similarity
from tests.pipeline.video.scenes import Scene

SMALL = (slice(0, 144), slice(0, 192))


def take(seed: int, times: range, **fault: object) -> list[np.ndarray]:
    scene = Scene(seed, speed_px=2.0)
    return [np.ascontiguousarray(scene.frame(time, **fault)[SMALL]) for time in times]


def test_tables_are_the_plain_measures_of_all_pairs() -> None:
    left, right = take(0, range(3)), take(0, range(2, 6), light=Colour((0.9, 1, 1.1)))
    a, b = describe(left), describe(right)
    structure, hashes = ssim_table(a, b), phash_table(a, b)
    for i, one in enumerate(left):
        for j, other in enumerate(right):
            # The table samples every fourth window.
            assert structure[i, j] == pytest.approx(ssim(one, other), abs=0.01)
            bits = hamming64(phash64(working_grey(one)), phash64(working_grey(other)))
            assert hashes[i, j] == bits


@pytest.mark.parametrize(("seed", "cut"), [(0, 3), (1, 9), (2, 6), (3, 5)])
def test_the_planted_join_is_found(seed: int, cut: int) -> None:
    """The right take repeats the left one's tail: the moments that both show are the joins."""
    found = find_join(take(seed, range(12)), take(seed, range(cut, cut + 8)))
    assert found.left - found.right == cut
    assert found.score > 0.95
    assert (found.left_stop, found.right_start) == (found.left + 1, found.right + 1)


@settings(max_examples=25, deadline=None)
@given(arrays.arrays(np.uint8, st.tuples(st.integers(2, 4), st.just(16), st.just(20), st.just(3))))
def test_scores_lie_between_0_and_1_whatever_is_shown(frames: np.ndarray) -> None:
    found = find_join(list(frames), list(frames[::-1]))
    assert 0 <= found.score <= 1
    assert found.score >= score_pair(list(frames), list(frames[::-1])).score - 0.051
    assert 0 <= score_passage([frames[0]], list(frames[1:]), [frames[0]]).score <= 1


def test_of_still_takes_nothing_is_thrown_away() -> None:
    frame = take(1, range(1))
    found = find_join(frame * 6, frame * 7)
    assert (found.left, found.right) == (5, 0)
    assert found.score == pytest.approx(1)


def test_no_frames_are_thrown_away_for_a_join_that_needs_healing_anyway() -> None:
    left, right = take(0, range(10)), take(0, range(9, 19), fault=Similarity(1.03, 5, 4, 1.5))
    found = find_join(left, right)
    assert found.score < 0.85
    assert (found.left, found.right) == (9, 0)


def test_scores_order_as_the_faults_do() -> None:
    left = take(0, range(4))
    perfect = score_pair(left, take(0, range(3, 6))).score
    off = [
        score_pair(left, take(0, range(3, 6), fault=Similarity(shift_x_px=shift))).score
        for shift in (1.0, 2.0, 5.0, 12.0)
    ]
    unrelated = score_pair(left, take(2, range(3))).score
    assert perfect > 0.95
    assert [perfect, *off] == sorted([perfect, *off], reverse=True)
    assert off[-1] > unrelated
    assert unrelated < 0.5
    light = score_pair(left, take(0, range(3, 6), light=Colour(offset=(8.0, 0.0, -8.0)))).score
    assert light < perfect - 0.02


def test_motion_that_turns_back_is_told_from_motion_that_goes_on() -> None:
    frames = take(0, range(8))
    on, back = score_pair(frames[:4], frames[3:6]), score_pair(frames[:4], frames[3::-1])
    assert on.motion_agreement > 0.9
    assert back.motion_agreement < 0.1
    assert on.ssim == back.ssim == pytest.approx(1, abs=1e-4)
    assert (on.left, on.right) == (3, 0)


def test_single_frames_can_be_scored() -> None:
    frame = take(0, range(1))
    assert score_pair(frame, frame).score == pytest.approx(1)
    assert find_join(frame, frame).score == pytest.approx(1)


def test_what_cannot_be_compared_is_said() -> None:
    frame = take(0, range(1))
    with pytest.raises(ValueError, match="no frame"):
        find_join([], frame)
    with pytest.raises(ValueError, match="no frame"):
        score_pair(frame, [])
    with pytest.raises(ValueError, match="differ in size"):
        find_join(frame, [frame[0][:, :100]])
    with pytest.raises(ValueError, match="at least one"):
        score_passage([], [], frame)


def test_a_passage_of_one_take_is_perfect_and_a_jump_is_not() -> None:
    frames = take(3, range(14))
    assert score_passage(frames[:6], frames[6:8], frames[8:]).score > 0.93
    jump = score_passage(frames[:6], take(3, range(6, 8), fault=Similarity(1.03)), frames[8:])
    cut = score_passage(frames[:6], take(2, range(2)), frames[8:])
    assert cut.score < jump.score < 0.9
    assert jump.worst_step in (0, 2)
