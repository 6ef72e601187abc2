"""Faults on demand have exactly the size that was asked for, on the first frame and on the last."""

from __future__ import annotations

import math
from functools import cache

import cv2
import numpy as np
import pytest

from pipeline.video.motion import Faults, MotionSpec
from tests.pipeline.video.motion.clips import STILL, clip, grey, planned, portrait

MOVING = MotionSpec(kind="orbit-left", strength=0.6)
SIZE = (320, 240)


@cache
def _clean() -> list[np.ndarray]:
    return clip(portrait(*SIZE), frames=8, motion=MOVING)


def _faulty(**faults: float) -> list[np.ndarray]:
    return clip(portrait(*SIZE), frames=8, motion=MOVING, faults=Faults(**faults))


def _similarity(a: np.ndarray, b: np.ndarray) -> tuple[float, float, float, float]:
    """(scale, degrees clockwise, shift right, shift down) of the middle from a to b."""
    points = cv2.goodFeaturesToTrack(grey(a), 300, 0.01, 5)
    found, good, _ = cv2.calcOpticalFlowPyrLK(
        grey(a), grey(b), points, None, winSize=(25, 25), maxLevel=4
    )
    good = good.ravel() == 1
    matrix, _ = cv2.estimateAffinePartial2D(
        points[good], found[good], ransacReprojThreshold=0.4, maxIters=5000, confidence=0.999
    )
    centre = np.array([(SIZE[0] - 1) / 2, (SIZE[1] - 1) / 2])
    moved = matrix[:, :2] @ centre + matrix[:, 2] - centre
    scale = math.hypot(matrix[0, 0], matrix[1, 0])
    return scale, math.degrees(math.atan2(matrix[1, 0], matrix[0, 0])), moved[0], moved[1]


def _stretch(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """By how much b is wider and taller than a."""
    points = cv2.goodFeaturesToTrack(grey(a), 300, 0.01, 5)
    found, good, _ = cv2.calcOpticalFlowPyrLK(
        grey(a), grey(b), points, None, winSize=(31, 31), maxLevel=4
    )
    good = good.ravel() == 1
    matrix, _ = cv2.estimateAffine2D(points[good], found[good], ransacReprojThreshold=1.0)
    return float(matrix[0, 0]), float(matrix[1, 1])


@pytest.mark.parametrize("shift", [(3, -2), (-7, 5)])
def test_shift_by_phase_correlation(shift: tuple[float, float]) -> None:
    frames = _faulty(shift_x_px=shift[0], shift_y_px=shift[1])
    window = cv2.createHanningWindow(SIZE, cv2.CV_32F)
    for index in (0, 4, 7):
        a, b = (grey(f[index]).astype(np.float32) for f in (_clean(), frames))
        (x, y), _ = cv2.phaseCorrelate(a, b, window)
        assert (x, y) == pytest.approx(shift, abs=0.12)
    if shift == (3, -2):  # whole pixels: not a bit is lost
        assert np.array_equal(frames[0][:-2, 3:], _clean()[0][2:, :-3])


def test_shift_of_parts_of_a_pixel() -> None:
    frames = _faulty(shift_x_px=2.5, shift_y_px=-0.75)
    for index in (0, 7):
        *_, x, y = _similarity(_clean()[index], frames[index])
        assert (x, y) == pytest.approx((2.5, -0.75), abs=0.12)


@pytest.mark.parametrize("percent", [4.0, -3.0])
def test_scale(percent: float) -> None:
    frames = _faulty(scale_percent=percent)
    for index in (0, 7):
        scale, degrees, x, y = _similarity(_clean()[index], frames[index])
        assert scale == pytest.approx(1 + percent / 100, abs=0.002)
        assert degrees == pytest.approx(0, abs=0.1)
        assert (x, y) == pytest.approx((0, 0), abs=0.25)


@pytest.mark.parametrize("wanted", [2.0, -3.5])
def test_roll_is_clockwise(wanted: float) -> None:
    frames = _faulty(roll_degrees=wanted)
    for index in (0, 7):
        scale, degrees, x, y = _similarity(_clean()[index], frames[index])
        assert degrees == pytest.approx(wanted, abs=0.1)
        assert scale == pytest.approx(1, abs=0.002)
        assert (x, y) == pytest.approx((0, 0), abs=0.25)


def test_all_of_geometry_at_once() -> None:
    frames = _faulty(roll_degrees=1.5, scale_percent=3, shift_x_px=4, shift_y_px=-3)
    scale, degrees, x, y = _similarity(_clean()[7], frames[7])
    assert scale == pytest.approx(1.03, abs=0.002)
    assert degrees == pytest.approx(1.5, abs=0.1)
    assert (x, y) == pytest.approx((4, -3), abs=0.25)


def test_cast() -> None:
    frames = _faulty(cast_red=12, cast_green=-5, cast_blue=7)
    for index in (0, 3, 7):
        clean = _clean()[index].astype(int)
        free = ((clean > 20) & (clean < 235)).all(axis=2)
        assert np.array_equal(
            frames[index][free] - clean[free], np.tile([12, -5, 7], (free.sum(), 1))
        )


def test_flicker_is_the_step_between_neighbours() -> None:
    picture = np.full((96, 128, 3), 100, np.uint8)
    frames = clip(picture, frames=6, motion=STILL, faults=Faults(flicker=10))
    assert [int(frame[0, 0, 0]) for frame in frames] == [95, 105, 95, 105, 95, 105]


def test_blur() -> None:
    frames = _faulty(blur_px=1.5)
    for index in (0, 7):
        assert np.array_equal(frames[index], cv2.GaussianBlur(_clean()[index], (0, 0), 1.5))


def test_drift_grows_in_proportion_to_time() -> None:
    picture = np.full((96, 128, 3), 128, np.uint8)
    frames = clip(picture, frames=11, motion=STILL, faults=Faults(drift=0.5))
    assert np.array_equal(frames[0], picture)
    means = np.array([frame.mean((0, 1)) for frame in frames]) - 128
    assert means[-1] == pytest.approx([18, -3, -15], abs=0.6)
    assert means[5] == pytest.approx([9, -1.5, -7.5], abs=0.6)
    widened = clip(portrait(*SIZE), frames=5, motion=STILL, faults=Faults(drift=1))
    x_scales, y_scales = zip(*(_stretch(portrait(*SIZE), frame) for frame in widened), strict=True)
    assert x_scales == pytest.approx([1, 1.03, 1.06, 1.09, 1.12], abs=0.01)
    assert y_scales == pytest.approx([1] * 5, abs=0.01)


def test_faults_are_noted_and_absent_by_default() -> None:
    assert not Faults().any
    made = planned(frames=2, faults=Faults(shift_x_px=3))
    assert made.notes()["faults"] == {"shift_x_px": 3}
    assert np.array_equal(made.start, portrait())
