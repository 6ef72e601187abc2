"""Variant seeds, pixel hashes, perceptual hashes, sharpness, focus."""

from __future__ import annotations

import hashlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.imaging.focus import focal_point
from pipeline.imaging.measures import hamming64, phash64, pixel_sha256, sharpness
from pipeline.imaging.seeds import MAX_RANDOM_SEED, variant_seed

SEEDS = st.integers(0, MAX_RANDOM_SEED)


def picture(seed: int, height: int = 240, width: int = 320) -> np.ndarray:
    """A smooth random picture: big soft forms, like a photograph seen from afar."""
    noise = np.random.Generator(np.random.PCG64(seed)).random((7, 9, 3)).astype(np.float32)
    large = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    return (np.clip(large, 0, 1) * 255).astype(np.uint8)


@given(SEEDS, st.integers(0, 9))
def test_variant_seed_is_63_bits_and_never_the_job_seed(seed: int, index: int) -> None:
    value = variant_seed(seed, index)
    assert 0 <= value <= MAX_RANDOM_SEED
    assert value != seed
    assert value == variant_seed(seed, index)


def test_variant_seeds_differ_and_do_not_depend_on_how_many_are_asked_for() -> None:
    ten = [variant_seed(42, index) for index in range(10)]
    assert len(set(ten)) == 10
    assert [variant_seed(42, index) for index in range(4)] == ten[:4]
    assert variant_seed(43, 0) not in ten


def test_variant_seed_is_the_documented_hash() -> None:
    message = b"seedframe variant seed v1\x00" + (7).to_bytes(8, "big") + (2).to_bytes(4, "big")
    expected = int.from_bytes(hashlib.sha256(message).digest()[:8], "big") >> 1
    assert variant_seed(7, 2) == expected


@pytest.mark.parametrize(("seed", "index"), [(-1, 0), (2**63, 0), (1, -1), (1, 2**32)])
def test_variant_seed_refuses_numbers_out_of_range(seed: int, index: int) -> None:
    with pytest.raises(ValueError, match="must lie in"):
        variant_seed(seed, index)


def test_pixel_hash_covers_shape_and_bytes() -> None:
    flat = np.zeros((4, 6, 3), np.uint8)
    assert pixel_sha256(flat) == pixel_sha256(np.asfortranarray(flat))
    assert pixel_sha256(flat) != pixel_sha256(flat.reshape(6, 4, 3))
    changed = flat.copy()
    changed[3, 5, 2] = 1
    assert pixel_sha256(flat) != pixel_sha256(changed)
    with pytest.raises(ValueError, match="uint8"):
        pixel_sha256(flat.astype(np.float32))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([(120, 160), (480, 640), (61, 83), (900, 1200)]))
def test_phash_survives_resizing(seed: int, size: tuple[int, int]) -> None:
    original = picture(seed)
    how = cv2.INTER_AREA if size[0] < 240 else cv2.INTER_LANCZOS4
    resized = cv2.resize(original, (size[1], size[0]), interpolation=how)
    assert hamming64(phash64(original), phash64(resized)) <= 6


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_phash_survives_jpeg_and_brightness_and_tells_pictures_apart(seed: int) -> None:
    original = picture(seed)
    _, data = cv2.imencode(".jpg", original, [cv2.IMWRITE_JPEG_QUALITY, 60])
    assert hamming64(phash64(original), phash64(cv2.imdecode(data, cv2.IMREAD_COLOR))) <= 6
    darker = (original.astype(np.float32) * 0.8).astype(np.uint8)
    assert hamming64(phash64(original), phash64(darker)) <= 6
    assert hamming64(phash64(original), phash64(picture(seed + 1))) > 10


def test_phash_of_flat_and_tiny_pictures_is_zero_and_fits_64_bits() -> None:
    assert phash64(np.full((50, 70, 3), 90, np.uint8)) == 0
    assert phash64(np.full((1, 1, 3), 7, np.uint8)) == 0
    assert 0 <= phash64(picture(3)) < 2**64


def test_hamming_counts_bits() -> None:
    assert hamming64(0, 0) == 0
    assert hamming64(0b1011, 0b0010) == 2
    assert hamming64(0, 2**64 - 1) == 64


def test_sharpness_falls_with_blur() -> None:
    stripes = np.zeros((100, 100, 3), np.uint8)
    stripes[:, ::4] = 255
    soft = cv2.GaussianBlur(stripes, (0, 0), 2)
    assert sharpness(stripes) > 10 * sharpness(soft) > 0
    assert sharpness(np.zeros((10, 10, 3), np.uint8)) == 0


@pytest.mark.parametrize(("x", "y"), [(0.2, 0.25), (0.8, 0.7), (0.5, 0.5)])
def test_focus_finds_the_one_thing(x: float, y: float) -> None:
    image = np.full((300, 400, 3), 128, np.uint8)
    cv2.circle(image, (int(x * 400), int(y * 300)), 24, (250, 40, 40), -1)
    found = focal_point(image)
    assert abs(found[0] - x) < 0.12
    assert abs(found[1] - y) < 0.12
