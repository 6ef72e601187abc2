"""Cropping, refining and merging: identities, known answers, independent references."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from pipeline.imaging.autocrop import plan_crop
from pipeline.imaging.faces import CASCADE, Face, find_faces, roll_degrees
from pipeline.imaging.filters import guided, skin_mask
from pipeline.imaging.merge import SizesDiffer, membrane, merge
from pipeline.imaging.refine import level, smooth_skin, symmetrise
from tests.pipeline.imaging.faces_given import LEFT_EYE, astronaut, turned

FACE = Face(170, 65, 108, 108, 0.7, CASCADE)


# --- crop ----------------------------------------------------------------------------------------


@given(
    st.integers(1, 30),
    st.integers(1, 30),
    st.integers(20, 400),
    st.integers(20, 400),
    st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0.05, 1)),
    st.floats(0.05, 0.95),
)
@settings(max_examples=60, deadline=None)
def test_a_crop_lies_inside_and_has_its_aspect(aspect_w, aspect_h, width, height, place, share):
    side = max(1, int(place[2] * min(width, height)))
    face = Face(int(place[0] * (width - side)), int(place[1] * (height - side)), side, side, 1, "x")
    rgb = np.zeros((height, width, 3), np.uint8)
    box = plan_crop(rgb, aspect_w, aspect_h, face=face, face_share=share, least_px=30)
    assert box.left >= 0 and box.top >= 0 and box.width >= 1 and box.height >= 1
    assert box.left + box.width <= width and box.top + box.height <= height
    assert abs(box.width - box.height * aspect_w / aspect_h) <= max(1, aspect_w / aspect_h)
    assert box.of(rgb).shape == (box.height, box.width, 3)


def test_a_crop_is_centred_on_the_face_with_head_room() -> None:
    big = np.pad(astronaut(), ((200, 200), (300, 300), (0, 0)), mode="edge")
    box = plan_crop(big, 4, 5, least_px=100)
    middle = box.left + box.width / 2
    assert middle == pytest.approx(300 + 224, abs=6)
    eye_line = (200 + LEFT_EYE[1] - box.top) / box.height
    assert 0.33 < eye_line < 0.5
    assert box.top < 200 + 15  # the hair begins at row 15
    assert box.height == pytest.approx(108 / 0.34, rel=0.1)


def test_a_crop_keeps_pixels_where_it_can_and_follows_the_focus_without_a_face() -> None:
    box = plan_crop(astronaut(), 4, 5)
    assert (box.width, box.height) == (410, 512)
    wide = np.full((100, 400, 3), 128, np.uint8)
    wide[30:70, 300:340] = (250, 20, 20)
    box = plan_crop(wide, 1, 1)
    assert box.left <= 300 and box.left + box.width >= 340
    with pytest.raises(ValueError):
        plan_crop(wide, 0, 5)


# --- refine --------------------------------------------------------------------------------------


def test_strength_zero_changes_nothing() -> None:
    rgb = astronaut()
    assert np.array_equal(level(rgb, 0), rgb)
    assert np.array_equal(symmetrise(rgb, FACE, 0), rgb)
    assert np.array_equal(smooth_skin(rgb, 0), rgb)


@pytest.mark.parametrize("degrees", [-12, 9])
def test_levelling_takes_out_a_planted_tilt(degrees: int) -> None:
    picture = turned(astronaut(), degrees)
    levelled = level(picture, roll_degrees(picture, find_faces(picture)[0]) or 0)
    roll = roll_degrees(levelled, find_faces(levelled)[0])
    assert roll is not None and abs(roll) < 2


@given(st.floats(-45, 45), st.integers(40, 90), st.integers(40, 90))
@settings(max_examples=30, deadline=None)
def test_levelling_leaves_no_wedge(degrees: float, width: int, height: int) -> None:
    # Outside of the picture is mirrored; a ramp shows by its steps if any of that came in.
    ramp = np.broadcast_to(np.arange(width, dtype=np.float32) * 2, (height, width))
    rgb = np.stack([ramp] * 3, axis=2).astype(np.uint8)
    turned_ = level(rgb, degrees)
    rows, columns = turned_.shape[:2]
    assert rows <= height and columns <= width
    if min(rows, columns) > 4:
        step = np.diff(turned_[2:-2, 2:-2, 0].astype(int), axis=1)
        assert np.all(step >= -1)
    with pytest.raises(ValueError):
        level(rgb, 46)


def half_difference(rgb) -> float:
    """How much the two halves of the face differ in light."""
    part = cv2.GaussianBlur(rgb.astype(np.float32), (0, 0), 10)
    left, right = part[70:165, 180:220], part[70:165, 230:270][:, ::-1]
    return float(np.abs(left.mean(axis=2) - right.mean(axis=2)).mean())


def test_symmetry_evens_out_planted_light_and_keeps_the_rest() -> None:
    ramp = np.linspace(0.55, 1.25, 512)[None, :, None]
    lit = np.clip(astronaut() * ramp, 0, 255).astype(np.uint8)
    half, full = symmetrise(lit, FACE, 0.5), symmetrise(lit, FACE, 1)
    assert half_difference(lit) > half_difference(half) > half_difference(full)
    assert half_difference(full) < 0.5 * half_difference(lit)
    assert np.array_equal(full[300:], lit[300:])
    fine = [x - cv2.GaussianBlur(x, (0, 0), 3) for x in (lit.astype(float), full.astype(float))]
    within = np.s_[80:160, 185:265]
    assert np.corrcoef(fine[0][within].ravel(), fine[1][within].ravel())[0, 1] > 0.97


def test_skin_loses_blotches_and_keeps_texture_edges_and_everything_else() -> None:
    rng = np.random.Generator(np.random.PCG64(5))
    skin = np.full((300, 300, 3), (205, 160, 135), np.float32)
    blotches = cv2.GaussianBlur(rng.normal(0, 40, (300, 300)).astype(np.float32), (0, 0), 2.2)
    pores = rng.normal(0, 3, (300, 300)).astype(np.float32)
    picture = np.clip(skin + (blotches + pores)[..., None], 0, 255).astype(np.uint8)
    picture[:, 200:] = (40, 90, 180)  # a wall
    made = smooth_skin(picture, 1.0)

    def bands(rgb):
        grey = rgb[20:280, 20:180].mean(axis=2)
        low = cv2.GaussianBlur(grey, (0, 0), 1.5)
        return float(low.std()), float((grey - cv2.GaussianBlur(grey, (0, 0), 1)).std())

    (low_before, fine_before), (low_after, fine_after) = bands(picture), bands(made)
    assert low_after < 0.6 * low_before
    assert fine_after > 0.8 * fine_before
    assert np.abs(made[:, 215:].astype(int) - picture[:, 215:]).max() <= 2
    assert abs(float(made[:, 197].mean()) - float(picture[:, 197].mean())) < 6
    assert skin_mask(picture)[:, :180].mean() > 0.8 > 0.1 > skin_mask(picture)[:, 215:].mean()


def test_the_guided_filter_is_a_mean_on_flat_guides_and_keeps_its_own_edges() -> None:
    plane = np.random.Generator(np.random.PCG64(1)).random((40, 50)).astype(np.float32)
    flat = guided(np.full_like(plane, 0.5), plane, 2, 1e-3)
    size = (5, 5)
    twice = cv2.blur(
        cv2.blur(plane, size, borderType=cv2.BORDER_REFLECT),
        size,
        borderType=cv2.BORDER_REFLECT,
    )
    assert np.allclose(flat, twice, atol=1e-5)
    step = np.zeros((40, 50), np.float32)
    step[:, 25:] = 1
    assert np.abs(guided(step, step, 3, 1e-4) - step).max() < 0.01


# --- merge ---------------------------------------------------------------------------------------


def disc(shape: tuple[int, int], radius: int) -> np.ndarray:
    mask = np.zeros(shape, np.uint8)
    cv2.circle(mask, (shape[1] // 2, shape[0] // 2), radius, 255, -1)
    return mask


def natural(seed: int, shape: tuple[int, int] = (120, 160)) -> np.ndarray:
    picture = cv2.resize(data.coffee() if seed else astronaut(), shape[::-1])
    return np.clip(picture, 45, 210).astype(np.uint8)


@pytest.mark.parametrize("mode", ["alpha", "gradient"])
def test_an_empty_mask_gives_the_first_and_a_full_one_the_second(mode) -> None:
    a, b = natural(0), natural(1)
    none, everything = np.zeros(a.shape[:2], np.uint8), np.full(a.shape[:2], 255, np.uint8)
    assert np.array_equal(merge(a, b, none, mode), a)
    assert np.array_equal(merge(a, b, everything, mode), b)
    assert np.array_equal(merge(a, a, disc(a.shape[:2], 40), mode, 5), a)


def test_alpha_is_the_weighted_mean() -> None:
    a, b = natural(0), natural(1)
    mask = np.tile(np.linspace(0, 255, 160).astype(np.uint8), (120, 1))
    wanted = a + (b.astype(float) - a) * (mask / 255)[..., None]
    assert np.abs(merge(a, b, mask) - wanted).max() <= 0.51


@given(st.integers(-40, 40), st.integers(8, 75), st.sampled_from([0.0, 3.0]))
@settings(max_examples=15, deadline=None)
def test_a_constant_offset_vanishes_in_the_gradient_domain(offset, radius, feather) -> None:
    a = natural(0)
    b = (a.astype(int) + offset).astype(np.uint8)
    made = merge(a, b, disc(a.shape[:2], radius), "gradient", feather)
    assert np.abs(made.astype(int) - a).max() <= 1


def test_the_membrane_solves_laplace_exactly() -> None:
    """A harmonic difference (x² - y²) inside is found from its border alone."""
    ys, xs = np.indices((80, 100)).astype(float)
    harmonic = 0.012 * ((xs - 50) ** 2 - (ys - 40) ** 2) + 0.2 * xs - 0.1 * ys
    a = np.repeat(np.rint(120 + harmonic)[..., None], 3, axis=2).astype(np.uint8)
    b = np.full_like(a, 120)
    region = disc((80, 100), 30) > 0
    found = membrane(a, b, region)[..., 0]
    assert np.abs(found - harmonic)[region].max() < 0.8  # the border is in whole numbers


def test_gradient_blending_agrees_with_opencv() -> None:
    a, b = natural(0), natural(1)
    mask = disc(a.shape[:2], 42)
    ours = merge(a, b, mask, "gradient").astype(float)
    theirs = cv2.seamlessClone(b, a, mask, (80, 60), cv2.NORMAL_CLONE).astype(float)
    inside = cv2.erode(mask, np.ones((9, 9), np.uint8)) > 0
    plain = merge(a, b, mask).astype(float)
    assert np.abs(ours - theirs)[inside].mean() < 0.25 * np.abs(plain - theirs)[inside].mean()


def test_the_region_may_touch_the_edge_of_the_picture() -> None:
    a = natural(0)
    b = (a.astype(int) + 30).astype(np.uint8)
    mask = np.zeros(a.shape[:2], np.uint8)
    mask[:, :70] = 255
    assert np.abs(merge(a, b, mask, "gradient").astype(int) - a).max() <= 1


def test_sizes_and_settings_are_checked() -> None:
    a = natural(0)
    with pytest.raises(SizesDiffer, match="160×120, the second 150×120"):
        merge(a, a[:, :150], np.zeros(a.shape[:2], np.uint8))
    with pytest.raises(ValueError, match="feather_px"):
        merge(a, a, np.zeros(a.shape[:2], np.uint8), "alpha", -1)
    with pytest.raises(ValueError, match="mode"):
        merge(a, a, np.zeros(a.shape[:2], np.uint8), "screen")  # type: ignore[arg-type]
