"""Measures of frames against independent references and known inputs."""

from __future__ import annotations

from itertools import pairwise

import cv2
import imagehash
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from skimage import data
from skimage.metrics import structural_similarity

from pipeline.imaging.measures import luma, phash64
from pipeline.video.measures import (
    colour_statistics,
    exposure,
    flicker,
    grain_profile,
    motion_energy,
    phash_distance,
    ssim,
)

FRAMES = arrays.arrays(np.uint8, st.tuples(st.integers(12, 40), st.integers(12, 40), st.just(3)))


def pictures() -> list[np.ndarray]:
    return [
        cv2.resize(getattr(data, name)(), (192, 144), interpolation=cv2.INTER_AREA)
        for name in ("astronaut", "chelsea", "coffee", "rocket")
    ]


def degraded(picture: np.ndarray) -> list[np.ndarray]:
    """The picture as it gets worse: blur, noise, shift, compression, light."""
    noise = np.random.default_rng(1).normal(0, 12, picture.shape)
    jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 12])[1]
    return [
        cv2.GaussianBlur(picture, (0, 0), 1.5),
        np.clip(picture + noise, 0, 255).astype(np.uint8),
        np.roll(picture, 3, axis=1),
        cv2.imdecode(jpeg, cv2.IMREAD_COLOR),
        np.clip(picture * 0.8 + 10, 0, 255).astype(np.uint8),
    ]


def reference_ssim(a: np.ndarray, b: np.ndarray) -> float:
    return structural_similarity(
        luma(a),
        luma(b),
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        data_range=255,
    )


@pytest.mark.parametrize("number", range(4))
def test_ssim_is_that_of_scikit_image(number: int) -> None:
    picture = pictures()[number]
    for other in [*degraded(picture), pictures()[number - 1]]:
        assert ssim(picture, other) == pytest.approx(reference_ssim(picture, other), abs=1e-5)


@settings(max_examples=30, deadline=None)
@given(FRAMES, st.integers(0, 2**32 - 1))
def test_ssim_of_anything_is_that_of_scikit_image(frame: np.ndarray, seed: int) -> None:
    other = np.random.default_rng(seed).permuted(frame, axis=1)
    assert ssim(frame, frame) == pytest.approx(1, abs=1e-5)
    assert ssim(frame, other) == pytest.approx(reference_ssim(frame, other), abs=1e-4)
    assert ssim(frame, other) == pytest.approx(ssim(other, frame), abs=1e-6)


def test_ssim_says_what_it_cannot_compare() -> None:
    with pytest.raises(ValueError, match="one size"):
        ssim(np.zeros((20, 20, 3), np.uint8), np.zeros((20, 21, 3), np.uint8))
    with pytest.raises(ValueError, match="window"):
        ssim(np.zeros((10, 20, 3), np.uint8), np.zeros((10, 20, 3), np.uint8))


def vbench_flicker(frames: list[np.ndarray]) -> float:
    """Temporal flickering as VBench's source computes it."""
    steps = [
        np.mean(cv2.absdiff(np.array(a, dtype=np.float32), np.array(b, dtype=np.float32)))
        for a, b in pairwise(frames)
    ]
    return (255.0 - np.mean(np.array(steps)).item()) / 255.0


@settings(max_examples=30, deadline=None)
@given(arrays.arrays(np.uint8, st.tuples(st.integers(2, 5), st.just(8), st.just(9), st.just(3))))
def test_flicker_is_that_of_vbench(frames: np.ndarray) -> None:
    assert flicker(frames) == pytest.approx(vbench_flicker(list(frames)), abs=1e-6)


def test_flicker_of_known_steps() -> None:
    frames = [np.full((16, 16, 3), level, np.uint8) for level in (100, 110, 100, 110)]
    assert flicker(frames) == pytest.approx(1 - 10 / 255)
    assert flicker(frames[:1]) == 1


@pytest.mark.parametrize("shift", [1, 2, 4, 7])
def test_motion_energy_is_the_shift_by_the_shorter_side(shift: int) -> None:
    picture = cv2.resize(data.astronaut(), (300, 240), interpolation=cv2.INTER_AREA)
    a, b = picture[40:184, 40:232], picture[40:184, 40 + shift : 232 + shift]
    assert motion_energy(a, b) == pytest.approx(shift / 144, rel=0.09)


def test_motion_energy_does_not_depend_on_the_size() -> None:
    large = cv2.resize(data.coffee(), (1280, 720), interpolation=cv2.INTER_AREA)
    a, b = large[:, :1240], large[:, 40:]
    small_a, small_b = (cv2.resize(f, (248, 144), interpolation=cv2.INTER_AREA) for f in (a, b))
    assert motion_energy(a, b) == pytest.approx(40 / 720, rel=0.08)
    assert motion_energy(small_a, small_b) == pytest.approx(motion_energy(a, b), rel=0.05)
    assert motion_energy(a, a) == 0


# --- perceptual hash --------------------------------------------------------------------------


def plain_phash(grey32: np.ndarray) -> int:
    """pHash of a 32×32 grey picture without our blur: DCT-II, 8×8, above the median."""
    block = cv2.dct(grey32.astype(np.float64))[:8, :8].ravel()
    bits = 0
    for value in block > np.median(block):
        bits = bits << 1 | int(value)
    return bits


@pytest.mark.parametrize("number", range(4))
def test_a_plain_phash_is_that_of_imagehash(number: int) -> None:
    """ImageHash leaves the DCT unnormalised, which scales rows and columns but no sign or order
    within the first row and column; fed with the same 32×32 picture at most the coefficients
    closest to the median may change sides."""
    grey = Image.fromarray(pictures()[number]).convert("L").resize((32, 32), Image.LANCZOS)
    theirs = imagehash.phash(grey).hash.ravel()
    ours = np.array([int(bit) for bit in f"{plain_phash(np.asarray(grey)):064b}"], bool)
    assert np.count_nonzero(ours != theirs) <= 2


def test_our_phash_ranks_as_imagehash_does() -> None:
    """Ours differs by definition (a blur that makes it blind to size and sharpening, area
    averaging, the mean's bit always 0), so distances are compared by rank, not by value."""
    ours, theirs = [], []
    for number, picture in enumerate(pictures()):
        for other in [*degraded(picture), *pictures()[number + 1 :]]:
            ours.append(phash_distance(picture, other))
            theirs.append(
                imagehash.phash(Image.fromarray(picture)) - imagehash.phash(Image.fromarray(other))
            )
    ranks = [np.argsort(np.argsort(values)) for values in (ours, theirs)]
    assert np.corrcoef(ranks[0], ranks[1])[0, 1] > 0.7
    unrelated = [b > 20 for b in theirs]
    assert [a > 16 for a in ours] == unrelated


@given(st.integers(0, 2**64 - 1))
@settings(max_examples=20, deadline=None)
def test_phash_distance_is_a_distance(seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (3, 40, 40, 3), dtype=np.uint8)
    a, b, c = (cv2.GaussianBlur(frame, (0, 0), 3) for frame in noise)
    assert phash_distance(a, a) == 0
    assert phash_distance(a, b) == phash_distance(b, a) == (phash64(a) ^ phash64(b)).bit_count()
    assert phash_distance(a, c) <= phash_distance(a, b) + phash_distance(b, c)


# --- grain and light --------------------------------------------------------------------------


@pytest.mark.parametrize("sigma", [1.0, 2.0, 4.0, 8.0])
def test_grain_of_known_strength(sigma: float) -> None:
    ramp = np.broadcast_to(np.linspace(20, 235, 320)[None, :, None], (240, 320, 3))
    noise = np.random.default_rng(3).normal(0, sigma, (240, 320, 1))
    profile = grain_profile(np.clip(np.rint(ramp + noise), 0, 255).astype(np.uint8))
    assert profile.mean_levels == pytest.approx(sigma, rel=0.06, abs=0.05)
    for value, weight in zip(profile.sigma_levels, profile.weight, strict=True):
        if weight > 0.05:
            assert value == pytest.approx(sigma, rel=0.12, abs=0.05)


def test_grain_by_luminance() -> None:
    ramp = np.broadcast_to(np.linspace(20, 235, 320)[None, :, None], (240, 320, 3))
    noise = (
        np.random.default_rng(3).normal(0, 1, (240, 320, 1)) * np.where(ramp < 128, 6, 2)[:, :, :1]
    )
    profile = grain_profile(np.clip(np.rint(ramp + noise), 0, 255).astype(np.uint8))
    assert profile.sigma_levels[1] == pytest.approx(6, rel=0.12)
    assert profile.sigma_levels[6] == pytest.approx(2, rel=0.12)


def test_grain_is_not_taken_from_edges() -> None:
    bars = np.zeros((200, 200, 3), np.uint8)
    bars[:, ::20] = bars[:, 1::20] = 200
    assert grain_profile(bars).mean_levels < 0.5


def test_a_flat_picture_has_no_grain() -> None:
    profile = grain_profile(np.full((40, 40, 3), 90, np.uint8))
    assert profile.mean_levels == 0
    assert np.isfinite(profile.filled()).all()


def test_exposure_counts_what_is_lost() -> None:
    frame = np.full((10, 10, 3), 128, np.uint8)
    frame[:3], frame[8:] = 3, 252
    found = exposure(frame)
    assert (found.shadows, found.highlights) == (0.3, 0.2)
    assert found.mean == pytest.approx((30 * 3 + 50 * 128 + 20 * 252) / 100 / 255)


def test_colour_statistics_are_numpys() -> None:
    picture = pictures()[2]
    found = colour_statistics(picture)
    assert found.mean == pytest.approx(picture.reshape(-1, 3).mean(axis=0))
    assert found.deviation == pytest.approx(picture.reshape(-1, 3).std(axis=0))
