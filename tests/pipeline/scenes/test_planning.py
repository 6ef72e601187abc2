"""Planning segments: pure arithmetic of frames."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.scenes.planning import (
    MOST_SEGMENTS,
    even_length,
    missing_segment,
    next_range,
    plan_segments,
    steps_of,
)
from studio.core.errors import Invalid


@pytest.mark.parametrize(
    ("target", "tolerance", "least", "most", "planned"),
    [
        (15, 0, 6, 8, [8, 8]),
        (43, 2, 6, 8, [8] * 6),
        (360, 12, 48, 72, [73 - 1] * 5 + [0]),
        (8, 0, 6, 8, [8]),
        (9, 1, 6, 8, [8]),
        (10, 1, 6, 8, [6, 6]),
    ],
)
def test_plans(target: int, tolerance: int, least: int, most: int, planned: list[int]) -> None:
    found = plan_segments(target, tolerance, least, most)
    if planned[-1]:
        assert found == planned
    assert abs(sum(frames - 1 for frames in found) + 1 - target) <= tolerance
    assert all(least <= frames <= most for frames in found)


@settings(max_examples=200, deadline=None)
@given(st.integers(2, 2000), st.integers(0, 40), st.integers(2, 90), st.integers(0, 90))
def test_a_plan_is_within_all_limits(target: int, tolerance: int, least: int, more: int) -> None:
    most = least + more
    try:
        found = plan_segments(target, tolerance, least, most)
    except Invalid as error:
        assert error.fields
        reachable = any(
            n * (least - 1) + 1 - tolerance <= target <= n * (most - 1) + 1 + tolerance
            for n in range(1, MOST_SEGMENTS + 1)
        )
        assert not reachable
        return
    assert abs(sum(frames - 1 for frames in found) + 1 - target) <= tolerance
    assert max(found) - min(found) <= 1
    assert least <= min(found)
    assert max(found) <= most


@pytest.mark.parametrize(
    ("arguments", "field", "words"),
    [
        ((10, 2, 24, 48), "target_frames", "a segment has at least 24"),
        ((100, 2, 60, 40), "segment_min_frames", "longer than the longest"),
        ((60, 2, 40, 50), "target_frames", "2 make at least 79"),
        ((100_000, 2, 4, 8), "target_frames", "more than 200 segments"),
    ],
)
def test_what_can_not_be_is_said(arguments: tuple[int, ...], field: str, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        plan_segments(*arguments)
    assert words in caught.value.detail
    assert field in caught.value.fields


@settings(max_examples=200, deadline=None)
@given(st.data(), st.integers(3, 30), st.integers(0, 30), st.integers(0, 6), st.integers(1, 8))
def test_elastic_ends_always_reach_the_target(
    data: st.DataObject, least: int, more: int, tolerance: int, count: int
) -> None:
    """Wherever each take ends within its range, the scene has its length in the end."""
    most = least + more
    target = data.draw(st.integers(count * (least - 1) + 1, count * (most - 1) + 1))
    shown = 0
    for left in range(count, 0, -1):
        found = next_range(
            shown_steps=shown,
            segments_left=left,
            target=target,
            tolerance=tolerance,
            least=least,
            most=most,
        )
        assert least <= found.least <= found.most <= most
        shown += data.draw(st.integers(found.least, found.most)) - 1
    assert abs(shown + 1 - target) <= tolerance


def test_even_lengths_share_what_is_missing() -> None:
    limits = {"target": 43, "least": 4, "most": 12}
    assert even_length(shown_steps=0, segments_left=6, **limits) == 8
    assert even_length(shown_steps=20, segments_left=2, **limits) == 12
    assert even_length(shown_steps=42, segments_left=1, **limits) == 4


def test_a_segment_is_added_only_when_it_helps() -> None:
    limits = {"target": 43, "tolerance": 2, "least": 6, "most": 8}
    assert missing_segment(shown_steps=42, **limits) is None
    assert missing_segment(shown_steps=40, **limits) is None
    assert missing_segment(shown_steps=39, **limits) == 6
    assert missing_segment(shown_steps=35, **limits) == 8
    assert missing_segment(shown_steps=20, **limits) == 8
    wide = {"target": 43, "tolerance": 2, "least": 30, "most": 60}
    assert missing_segment(shown_steps=38, **wide) is None  # it would miss by 25 instead of 4


def test_steps_add_up() -> None:
    assert steps_of([(0, 8), (2, 8)]) == 12
