"""Healing proven: faults of known size are recovered, the passage gets better, or it is refused.

Forty seeded cases: two takes of a moving scene (a photograph under a slow camera, a subject that
goes its own way, grain), the right one shifted by 1–5 px both ways, scaled by 0.4–3 %, rolled by
0.2–1.8° and lit by other gains (±8 %) and offsets (±6 levels), at 320×180.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from pipeline.video.boundary import score_pair
from pipeline.video.heal import MARGIN, Healing, TooShort, heal, plan_bridge
from pipeline.video.measures import ssim
from pipeline.video.morph import morph
from tests.pipeline.video.scenes import HEIGHT, WIDTH, Case, Scene, faulty_case

CASES = 40
SHIFT_PX, ROLL_DEGREES, SCALE, LEVELS = 0.5, 0.2, 0.003, 1.5
LEFT, RIGHT, COUNT, GOP = 9, 15, 8, 9


@cache
def case_of(seed: int) -> Case:
    return faulty_case(seed, LEFT, RIGHT)


@cache
def healed(seed: int) -> Healing:
    case = case_of(seed)
    return heal(
        case.left, case.right, method="normalise", count=COUNT, right_keyframes=range(0, 60, GOP)
    )


@pytest.mark.parametrize("seed", range(CASES))
def test_the_fault_is_recovered(seed: int) -> None:
    case, found = case_of(seed), healed(seed).difference
    assert found.is_within_bounds, found.reason
    true = case.fault
    assert found.similarity.shift_x_px == pytest.approx(true.shift_x_px, abs=SHIFT_PX)
    assert found.similarity.shift_y_px == pytest.approx(true.shift_y_px, abs=SHIFT_PX)
    assert found.similarity.roll_degrees == pytest.approx(true.roll_degrees, abs=ROLL_DEGREES)
    assert found.similarity.scale == pytest.approx(true.scale, abs=SCALE)
    # In the fault's geometry, what light would there be without the fault's?
    truth = case.scene.frame(LEFT - 1, true, noise=0).reshape(-1, 3).mean(axis=0)
    restored = found.colour.apply(case.right[0]).reshape(-1, 3).mean(axis=0)
    assert np.abs(restored - truth).max() < LEVELS


def test_boundaries_get_better_and_are_kept_only_then() -> None:
    better = 0
    for seed in range(CASES):
        case, healing = case_of(seed), healed(seed)
        gained = healing.after.score - healing.before.score
        pair = score_pair(case.left[-2:], case.right[:2]).score
        # In a strict join the bridge's first frame takes the place of the right take's.
        bridged = score_pair(case.left[-2:], healing.bridge[:2]).score
        is_better = gained >= MARGIN and bridged > pair
        better += is_better
        assert healing.is_kept or not is_better
        assert not healing.is_kept or gained >= MARGIN
        assert healing.reason
    assert better >= 0.95 * CASES


@pytest.mark.parametrize("method", ["morph", "both"])
def test_the_other_methods_heal_too(method: str) -> None:
    gains = []
    for seed in range(4):
        case = case_of(seed)
        healing = heal(
            case.left,
            case.right,
            method=method,
            count=COUNT,
            right_keyframes=range(0, 60, GOP),
        )
        assert healing.is_kept, healing.reason
        assert len(healing.bridge) == healing.left_replaced + healing.right_replaced
        gains.append(healing.after.score - healing.before.score)
    assert min(gains) > 0.05


def test_a_morph_heals_what_no_similarity_describes() -> None:
    """Only the subject jumps; the rest of the picture is right."""
    left = [Scene(3, speed_px=0.5, subject_px=90).frame(t) for t in range(LEFT)]
    moved = [Scene(3, speed_px=0.5, subject_px=80).frame(LEFT - 1 + t) for t in range(RIGHT)]
    keys = range(0, 60, GOP)
    morphed = heal(left, moved, method="morph", count=COUNT, right_keyframes=keys)
    normalised = heal(left, moved, method="normalise", count=COUNT, right_keyframes=keys)
    assert morphed.is_kept, morphed.reason
    assert morphed.after.score > normalised.after.score + MARGIN
    assert not normalised.is_kept


@pytest.mark.parametrize("method", ["normalise", "morph", "both"])
def test_what_is_right_or_beyond_repair_is_not_kept(method: str) -> None:
    scene, keys = Scene(2), range(0, 60, GOP)
    left = [scene.frame(t) for t in range(LEFT)]
    clean = [scene.frame(LEFT - 1 + t) for t in range(RIGHT)]
    healing = heal(left, clean, method=method, count=COUNT, right_keyframes=keys)
    assert not healing.is_kept
    assert healing.reason.startswith("Not kept")
    other = [Scene(1).frame(t) for t in range(RIGHT)]
    healing = heal(left, other, method=method, count=COUNT, right_keyframes=keys)
    assert not healing.is_kept
    assert "Not kept" in healing.reason
    assert healing.bridge


def test_a_bridge_is_played_in_place_of_what_it_replaces() -> None:
    """Both modes: the frames that do not change are the takes' own, at their own places."""
    case = case_of(0)
    for mode in ("strict", "validated"):
        healing = heal(
            case.left, case.right, method="normalise", mode=mode, count=4, right_keyframes=[0, 9]
        )
        first = 0 if mode == "strict" else 1
        assert first + healing.right_replaced == 9
        assert np.array_equal(healing.bridge[-1], case.right[8])
        assert len(healing.bridge) == healing.right_replaced
        morphed = heal(
            case.left, case.right, method="morph", mode=mode, count=6, right_keyframes=[0, 9]
        )
        assert morphed.left_replaced == 3
        assert np.array_equal(morphed.bridge[-1], case.right[8])


def test_healing_is_the_same_each_time() -> None:
    case = case_of(1)
    runs = [
        heal(case.left, case.right, count=4, right_keyframes=[9], random_seed=3) for _ in range(2)
    ]
    assert all(np.array_equal(a, b) for a, b in zip(runs[0].bridge, runs[1].bridge, strict=True))
    assert runs[0].after == runs[1].after


def test_the_two_sides_of_a_morph_meet() -> None:
    case = case_of(2)
    met = morph(case.left, case.right, 3, 4)
    assert len(met.left) == len(case.left)
    assert len(met.right) == len(case.right)
    assert np.array_equal(met.left[-1], met.right[0])
    assert met.left[: LEFT - 4] == case.left[: LEFT - 4] or all(
        a is b for a, b in zip(met.left[: LEFT - 4], case.left, strict=False)
    )
    assert all(a is b for a, b in zip(met.right[4:], case.right[4:], strict=True))
    inner = (slice(10, HEIGHT - 10), slice(10, WIDTH - 10))
    assert met.agreement > ssim(case.left[-1][inner], case.right[0][inner])
    with pytest.raises(ValueError, match="one size"):
        morph(case.left, [], 1, 1)
    with pytest.raises(ValueError, match="at least one"):
        morph(case.left, case.right, 1, 0)


def test_takes_that_are_too_short_are_refused() -> None:
    common = {"method": "both", "mode": "strict", "count": 8}
    with pytest.raises(TooShort, match="left take"):
        plan_bridge(**common, left_frames=4, right_frames=30, right_keyframes=[0, 12])
    with pytest.raises(TooShort, match="right take"):
        plan_bridge(**common, left_frames=20, right_frames=12, right_keyframes=[0, 12])
    with pytest.raises(TooShort, match="right take"):
        plan_bridge(**common, left_frames=20, right_frames=40, right_keyframes=[0])
    plan = plan_bridge(**common, left_frames=20, right_frames=40, right_keyframes=[0, 6, 12])
    assert (plan.left_replaced, plan.right_replaced) == (4, 12)
    with pytest.raises(ValueError, match="at least one"):
        plan_bridge(**{**common, "count": 0}, left_frames=9, right_frames=9, right_keyframes=[])
