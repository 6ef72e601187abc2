"""The checks of seed images: values against independent figures, verdicts, advice."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from scipy import ndimage
from skimage import data
from skimage.color import rgb2gray

from pipeline.imaging.seedchecks import (
    CHECKS,
    DEFAULT_PROFILE,
    Threshold,
    blockiness,
    check_seed,
    subject_sharpness,
    worst,
)
from tests.pipeline.imaging.faces_given import astronaut, by_code, jpeg, turned


def checked(rgb, slot="A", **options):
    results = check_seed(rgb, media_type="image/png", slot=slot, **options)
    order = [check.code for check in CHECKS]
    assert [r.code for r in results] == sorted((r.code for r in results), key=order.index)
    return by_code(results)


def test_a_good_portrait_passes_everything() -> None:
    found = checked(astronaut())
    assert {check.code for check in CHECKS} == set(found)
    assert {result.verdict for result in found.values()} == {"pass"}
    assert worst(list(found.values())) == "pass"
    assert found["short_side"].value == 512
    assert found["faces"].value == 1


def test_ten_by_ten_pixels_fail_with_advice() -> None:
    found = checked(astronaut()[:10, :10])
    assert found["short_side"].verdict == "fail"
    assert "10 px" in found["short_side"].message
    assert "Upload a larger original, at least 256 px" in found["short_side"].message
    assert found["faces"].verdict == "fail"


def test_no_face_and_two_faces_fail_a_portrait_clearly() -> None:
    none = checked(data.coffee())
    assert none["faces"].verdict == "fail"
    assert none["faces"].message.startswith("No face was found.")
    assert "Upload a portrait" in none["faces"].message
    assert not {"face_size", "centring", "roll"} & set(none)
    two = checked(np.hstack([astronaut(), astronaut()[:, ::-1]]))
    assert two["faces"].verdict == "fail"
    assert two["faces"].message.startswith("2 faces were found.")


def test_a_foundation_needs_no_face_and_warns_of_two() -> None:
    assert checked(data.coffee(), "B")["faces"].verdict == "pass"
    assert checked(astronaut(), "B")["faces"].verdict == "pass"
    two = checked(np.hstack([astronaut(), astronaut()[:, ::-1]]), "B")
    assert two["faces"].verdict == "warn"
    assert "centring" not in two


def test_exposure_counts_lost_pixels() -> None:
    picture = np.full((400, 400, 3), 128, np.uint8)
    picture[:120] = 0
    picture[300:] = 255
    found = checked(picture, "B")
    assert found["clipped_shadows"].value == 30.0
    assert found["clipped_highlights"].value == 25.0
    assert found["clipped_shadows"].verdict == "warn"


def test_sharpness_is_the_variance_of_the_laplacian_at_512_px() -> None:
    square = astronaut()
    laplacian = ndimage.convolve(
        rgb2gray(square) @ np.eye(512), [[0, 1, 0], [1, -4, 1], [0, 1, 0]], mode="mirror"
    )
    # scikit-image weighs the colours by BT.709, ours by BT.601
    assert subject_sharpness(square, []) == pytest.approx(float(laplacian.var()), rel=0.1)


def test_blur_lowers_sharpness_and_fails_in_the_end() -> None:
    values, verdicts = [], []
    for sigma in (0.01, 1, 1.5, 3):
        found = checked(cv2.GaussianBlur(astronaut(), (0, 0), sigma), "B")["sharpness"]
        values.append(found.value)
        verdicts.append(found.verdict)
    assert values == sorted(values, reverse=True)
    assert verdicts[0] == "pass" and verdicts[-1] == "fail"


def test_compression_is_told_from_detail() -> None:
    picture = data.coffee()
    values = [blockiness(jpeg(picture, quality)) for quality in (95, 75, 50, 30, 15, 5)]
    assert values == sorted(values)
    assert blockiness(picture) < 0.15 < 0.35 < values[3]
    cropped = jpeg(picture, 10)[3:, 5:]
    assert blockiness(cropped) == pytest.approx(blockiness(jpeg(picture, 10)), rel=0.1)
    assert checked(jpeg(astronaut(), 5))["compression"].verdict == "fail"
    assert checked(jpeg(astronaut(), 20))["compression"].verdict == "warn"


def test_compression_of_a_jpeg_says_how_to_save_it() -> None:
    results = check_seed(jpeg(astronaut(), 20), media_type="image/jpeg", slot="A")
    assert "quality 90" in by_code(results)["compression"].message


def test_tilt_size_and_place_of_the_face() -> None:
    assert checked(turned(astronaut(), 14))["roll"].verdict == "warn"
    wide = np.pad(astronaut(), ((0, 0), (0, 500), (0, 0)), mode="edge")
    found = checked(wide)
    assert found["centring"].value == pytest.approx(100 * (0.5 - 224 / 1012), abs=1.5)
    assert found["centring"].verdict == "warn"
    far = np.pad(astronaut(), ((300, 300), (300, 300), (0, 0)), mode="edge")
    assert checked(far)["face_size"].value == pytest.approx(100 * 108 / 1112, abs=1.5)
    assert checked(far)["face_size"].verdict == "warn"


def test_thresholds_can_be_replaced() -> None:
    strict = DEFAULT_PROFILE.replaced("A", "short_side", warn=2048, fail=1024)
    found = checked(astronaut(), profile=strict)["short_side"]
    assert (found.verdict, found.threshold_warn, found.threshold_fail) == ("fail", 2048, 1024)
    assert DEFAULT_PROFILE.threshold("A", "short_side") == Threshold(512, 256, "low")
    with pytest.raises(KeyError):
        strict.replaced("B", "centring", 1, 2)


def test_a_value_on_the_threshold_is_good() -> None:
    low, high = Threshold(5, 2, "low"), Threshold(5, 9, "high")
    assert [low.verdict(v) for v in (6, 5, 4, 2, 1)] == ["pass", "pass", "warn", "warn", "fail"]
    assert [high.verdict(v) for v in (4, 5, 6, 9, 10)] == ["pass", "pass", "warn", "warn", "fail"]
    assert Threshold(None, None, "high").verdict(1e9) == "pass"
