"""The end frame is the planted still moment; drift tells a planted change from none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from pipeline.imaging.faces import eyes, find_faces
from pipeline.video.drift import drift_curve
from pipeline.video.elastic import choose_end, eye_contrast
from pipeline.video.figures import (
    FrameFigures,
    FrameMeter,
    flicker_of,
    measure_frames,
    motion_around,
    spread_evenly,
)
from pipeline.video.measures import Exposure, flicker, motion_energy
from tests.pipeline.video.scenes import Scene


def clip(still: int, length: int = 24, seed: int = 0) -> list[np.ndarray]:
    """A take that moves all the time but from frame ``still`` − 1 to ``still`` + 1."""
    scene, time, frames = Scene(seed), 0.0, []
    for number in range(length):
        time += 0.05 if still <= number <= still + 1 else 2.0
        frames.append(scene.frame(time, noise=0.5)[0:120, 0:160])
    return frames


@pytest.mark.parametrize(("still", "seed"), [(6, 0), (13, 1), (19, 2), (10, 3)])
def test_the_planted_still_moment_is_found(still: int, seed: int) -> None:
    choice = choose_end(clip(still, seed=seed), 4, 24)
    assert choice.frame == still
    assert "most stable of frames 3 to 23" in choice.reason
    assert len(choice.energies) == 24


def test_only_frames_within_the_limits_are_chosen() -> None:
    figures = measure_frames(clip(6))
    assert choose_end(figures, 10, 20).frame in range(9, 20)
    assert choose_end(figures, 5, 5).frame == 4
    assert choose_end(figures, 24, 400).frame == 23
    with pytest.raises(ValueError, match="24 frames; at least 25"):
        choose_end(figures, 25, 30)
    with pytest.raises(ValueError, match="in order"):
        choose_end(figures, 5, 4)


def figures_of(motion: list[float], sharpness: list[float]) -> list[FrameFigures]:
    light = Exposure(0.5, 0, 0)
    return [
        FrameFigures(number, m, None if number == 0 else 1.0, s, light)
        for number, (m, s) in enumerate(zip(motion, sharpness, strict=True))
    ]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0.002, 0.05), min_size=8, max_size=30),
    st.data(),
)
def test_a_rest_is_always_preferred(motion: list[float], data: st.DataObject) -> None:
    rest = data.draw(st.integers(2, len(motion) - 3))
    motion[rest] = motion[rest + 1] = 0.0
    figures = figures_of(motion, [0.01] * len(motion))
    assert choose_end(figures, 2, len(motion)).frame == rest


def test_a_soft_frame_is_passed_over_and_ties_go_to_the_latest() -> None:
    flat = [0.01] * 12
    sharp = [0.01] * 12
    sharp[11] = 0.002
    assert choose_end(figures_of(flat, sharp), 6, 12).frame == 10
    assert choose_end(figures_of(flat, [0.01] * 12), 6, 12).frame == 11
    still = choose_end(figures_of([0.0] * 12, [0.01] * 12), 6, 12)
    assert still.reason.endswith("nothing moves.")


def test_shut_eyes_are_passed_over() -> None:
    motion = [0.01] * 20
    motion[9] = motion[10] = 0.0  # rests at 9, its best frame
    motion[14] = motion[15] = 0.001
    figures = figures_of(motion, [0.01] * 20)
    openness = {9: 0.1, 14: 0.5}
    choice = choose_end(figures, 2, 20, lambda number: openness.get(number, 0.5))
    assert choice.frame == 14
    assert "shut eyes" in choice.reason
    assert choose_end(figures, 2, 20, lambda number: None).frame == 9
    assert choose_end(figures, 2, 20, lambda number: 0.1, 0.5).frame == 9  # none is better


def shut(picture: np.ndarray) -> np.ndarray:
    """The astronaut with lids painted over the eyes, lashes below."""
    painted = picture.copy()
    found = eyes(picture, find_faces(picture)[0])
    assert found is not None
    for x, y in (map(int, point) for point in found):
        skin = np.median(picture[y + 20 : y + 32, x - 8 : x + 8].reshape(-1, 3), axis=0)
        mask = np.zeros(picture.shape[:2], np.float32)
        cv2.ellipse(mask, (x, y), (15, 9), 0, 0, 360, 1, -1)
        mask = cv2.GaussianBlur(mask, (0, 0), 2)[..., None]
        painted = (painted * (1 - mask) + skin * mask).astype(np.uint8)
        cv2.ellipse(painted, (x, y), (13, 5), 0, 20, 160, (70, 40, 30), 1, cv2.LINE_AA)
    return painted


def test_shut_eyes_have_less_contrast() -> None:
    picture = data.astronaut()
    face = find_faces(picture)[0]
    assert eye_contrast(shut(picture), face) < 0.5 * eye_contrast(picture, face)


# --- figures ----------------------------------------------------------------------------------


def test_figures_are_the_plain_measures() -> None:
    frames = clip(4, 6)
    figures = measure_frames(frames)
    assert flicker_of(figures) == pytest.approx(flicker(frames))
    for before, after, item in zip(frames, frames[1:], figures[1:], strict=False):
        assert item.motion == pytest.approx(motion_energy(before, after))
    assert FrameMeter().figures == []
    assert motion_around(figures[:1]) == [0.0]
    assert len(motion_around(figures)) == 6


@given(st.integers(1, 500), st.integers(1, 60))
def test_samples_are_spread_from_first_to_last(total: int, count: int) -> None:
    numbers = spread_evenly(total, count)
    assert numbers == sorted(set(numbers))
    assert len(numbers) <= min(total, count)
    assert numbers[0] == 0
    assert numbers[-1] == (total - 1 if count > 1 else 0)


# --- drift ------------------------------------------------------------------------------------


def test_planted_drift_is_told_from_a_clean_take() -> None:
    picture = cv2.resize(data.astronaut()[:320, 60:380], (160, 160), interpolation=cv2.INTER_AREA)

    def drifted(share: float) -> np.ndarray:
        cast = picture * (1 - 0.3 * share) + np.array([36, -6, -30]) * share
        wide = cv2.resize(np.clip(cast, 0, 255), (round(160 * (1 + 0.12 * share)), 160))
        return wide[:, :160].astype(np.uint8)

    shares = (0.0, 0.5, 1.0)
    faulty = drift_curve([(round(10 * share), drifted(share)) for share in shares], picture)
    values = [point.drift for point in faulty.points]
    assert values[0] < 0.02
    assert values == sorted(values)
    assert faulty.most > 0.1
    assert faulty.least_likeness == pytest.approx(1 - faulty.most)
    assert [point.frame for point in faulty.points] == [0, 5, 10]
    assert faulty.models

    clean = drift_curve([(n, np.roll(picture, n, axis=1)) for n in (0, 2)])
    assert clean.most < faulty.most / 2
    with pytest.raises(ValueError, match="at least one"):
        drift_curve([])
