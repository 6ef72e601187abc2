"""The size rule: what is asked of a model, and what becomes of its answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.imaging.sizes import SizePlan, SizeRange, fit_to, plan_size

SIDES = st.integers(64, 4096)
LISTS = st.lists(
    st.tuples(st.integers(64, 2048), st.integers(64, 2048)), min_size=1, max_size=9, unique=True
)
STABILITY = [(1024, 1024), (1344, 768), (768, 1344), (896, 1152), (640, 1536), (1536, 640)]


@st.composite
def ranges(draw: st.DrawFn) -> SizeRange:
    multiple = draw(st.sampled_from([1, 8, 16, 64]))
    low = draw(st.integers(64, 512))
    first = -(-low // multiple) * multiple
    high = draw(st.integers(first, 2048))
    pixels = draw(st.one_of(st.none(), st.integers(first * first, 4_194_304)))
    if pixels is not None:
        pixels = max(pixels, first * first)
    return SizeRange(low, high, multiple, pixels)


def loss(width: int, height: int, wanted: tuple[int, int]) -> float:
    ratio = (width * wanted[1]) / (height * wanted[0])
    return 1 - min(ratio, 1 / ratio)


@given(LISTS, SIDES, SIDES)
def test_a_list_is_asked_only_for_its_sizes_and_never_enlarges_needlessly(
    sizes: list[tuple[int, int]], width: int, height: int
) -> None:
    plan = plan_size(sizes, width, height)
    asked = (plan.request_width_px, plan.request_height_px)
    assert asked in sizes
    least = min(loss(*size, (width, height)) for size in sizes)
    assert loss(*asked, (width, height)) <= least + 0.02 + 1e-9
    if plan.scale > 1:
        near = [s for s in sizes if loss(*s, (width, height)) <= least + 0.02 - 1e-9]
        assert not any(w >= width and h >= height for w, h in near)


@settings(max_examples=60, deadline=None)
@given(ranges(), SIDES, SIDES)
def test_a_range_is_asked_only_for_what_it_takes(
    support: SizeRange, width: int, height: int
) -> None:
    plan = plan_size(support, width, height)
    assert support.supports(plan.request_width_px, plan.request_height_px)
    if support.supports(width, height):
        assert (plan.request_width_px, plan.request_height_px) == (width, height)
        assert plan.scale == 1
        assert not plan.crops


@given(SIDES, SIDES, SIDES, SIDES, st.floats(0, 1), st.floats(0, 1))
def test_the_crop_lies_inside_and_has_the_wanted_shape(
    width: int, height: int, asked_w: int, asked_h: int, x: float, y: float
) -> None:
    plan = SizePlan(width, height, asked_w, asked_h)
    left, top, right, bottom = plan.crop_box_at((x, y))
    assert 0 <= left < right <= asked_w + 1e-6
    assert 0 <= top < bottom <= asked_h + 1e-6
    assert (right - left) * plan.scale == pytest.approx(width)
    assert (bottom - top) * plan.scale == pytest.approx(height)


@settings(max_examples=25, deadline=None)
@given(SIDES, SIDES, st.sampled_from([(96, 64), (64, 128), (100, 100)]))
def test_the_result_has_exactly_the_wanted_size(
    width: int, height: int, asked: tuple[int, int]
) -> None:
    image = np.zeros((asked[1], asked[0], 3), np.uint8)
    image[10:30, 10:30] = 200
    assert fit_to(image, SizePlan(width, height, *asked)).shape == (height, width, 3)


def test_an_answer_of_another_size_than_asked_is_still_fitted() -> None:
    plan = plan_size(STABILITY, 1080, 1920)
    answer = np.zeros((500, 300, 4), np.uint8)
    assert fit_to(answer, plan).shape == (1920, 1080, 4)


def test_what_needs_nothing_is_left_alone() -> None:
    image = np.zeros((64, 80, 3), np.uint8)
    assert fit_to(image, SizePlan(80, 64, 80, 64)) is image


def test_the_focal_point_stays_in_the_crop() -> None:
    image = np.zeros((100, 400, 3), np.uint8)
    image[40:60, 350:370] = (255, 0, 0)
    plan = SizePlan(100, 100, 400, 100)
    assert fit_to(image, plan, (0.9, 0.5))[..., 0].max() == 255
    assert fit_to(image, plan, (0.1, 0.5))[..., 0].max() == 0
    assert fit_to(image, plan)[..., 0].max() == 255


@pytest.mark.parametrize(
    ("support", "wanted", "sentence"),
    [
        (STABILITY, (1080, 1920), "Drawn at 768×1344, enlarged ×1.43 and cropped to 1080×1920"),
        (STABILITY, (1024, 1024), "Drawn at 1024×1024"),
        (STABILITY, (512, 512), "Drawn at 1024×1024, reduced ×0.50 to 512×512"),
        (SizeRange(256, 2048, 8), (2560, 1440), "Drawn at 2048×1152, enlarged ×1.25 to 2560×1440"),
        (SizeRange(256, 2048, 8), (1200, 627), "Drawn at 1200×632, cropped to 1200×627"),
    ],
)
def test_the_sentence_says_what_will_happen(
    support: SizeRange | list[tuple[int, int]], wanted: tuple[int, int], sentence: str
) -> None:
    assert plan_size(support, *wanted).sentence == sentence


def test_enlarging_keeps_edges_crisp() -> None:
    image = np.zeros((64, 64, 3), np.uint8)
    image[:, 32:] = 200
    large = fit_to(image, SizePlan(256, 256, 64, 64))
    step = np.abs(np.diff(large[128, :, 0].astype(int)))
    assert step.max() >= 50


@pytest.mark.parametrize(
    "broken",
    [(0, 100, 1, None), (200, 100, 1, None), (65, 70, 64, None), (256, 512, 8, 1000)],
)
def test_an_impossible_range_is_refused(broken: tuple[int, int, int, int | None]) -> None:
    with pytest.raises(ValueError, match=r"sides|multiple|max_pixels"):
        SizeRange(*broken)


def test_nothing_to_ask_for_is_refused() -> None:
    with pytest.raises(ValueError, match="supports no size"):
        plan_size([], 100, 100)
    with pytest.raises(ValueError, match="must be positive"):
        plan_size(STABILITY, 0, 100)
