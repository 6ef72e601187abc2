"""The words of a prompt choose the camera move and its pace."""

from __future__ import annotations

import pytest

from pipeline.video.motion import MOTION_KINDS, MotionSpec
from pipeline.video.motion.words import choose_move, moves_named, pace
from tests.pipeline.video.motion.clips import planned


@pytest.mark.parametrize(
    ("prompt", "move"),
    [
        ("a slow push in on her face", "push-in"),
        ("Dolly in", "push-in"),
        ("the camera zooms out and reveals the city", "pull-out"),
        ("pull back", "pull-out"),
        ("pan left across the room", "pan-left"),
        ("the camera pans to the right", "pan-right"),
        ("from right to left", "pan-left"),
        ("tilt up to the sky", "tilt-up"),
        ("she looks down", "tilt-down"),
        ("orbiting to the left of the statue", "orbit-left"),
        ("the camera circles him", "orbit-right"),
        ("turning around slowly", "orbit-right"),
        ("hand-held documentary", "handheld"),
        ("tripod, static", "hold"),
        ("locked-off shot, then a pan left", "hold"),
    ],
)
def test_words_choose_the_move(prompt: str, move: str) -> None:
    assert choose_move(prompt, "", 1) == (move, True)


def test_the_first_move_named_counts() -> None:
    assert moves_named("first pan left, then push in") == ["pan-left", "push-in"]


def test_parts_of_words_do_not_count() -> None:
    assert moves_named("a japan left-hand drive approachable household, circled arcade") == []


def test_what_is_not_wanted_is_not_chosen() -> None:
    assert choose_move("pan left or push in", "pan left", 1) == ("push-in", True)
    for seed in range(30):
        move, named = choose_move("a portrait", "handheld, orbit", seed)
        assert not named
        assert move not in ("handheld", "orbit-right")


def test_the_seed_draws_where_no_word_does() -> None:
    drawn = {choose_move("a portrait", "", seed)[0] for seed in range(60)}
    assert len(drawn) >= 5
    assert drawn < set(MOTION_KINDS)
    assert not drawn & {"push-in", "pull-out", "auto"}


def test_pace() -> None:
    assert pace("slowly") == 0.6
    assert pace("a fast move") == 1.5
    assert pace("breakfast") == 1.0
    assert pace("slow, then fast") == 1.0


def test_the_plan_follows_the_words_only_where_it_is_automatic() -> None:
    auto = planned(motion=MotionSpec(prompt="slow tilt up"))
    assert auto.notes()["camera_move"] == "tilt-up"
    assert not auto.notes()["camera_returns"]
    fixed = planned(motion=MotionSpec(kind="hold", prompt="tilt up"))
    assert fixed.notes()["camera_move"] == "hold"
    reach = [
        planned(motion=MotionSpec(prompt=words)).path.poses[-1].zoom
        for words in ("slow push in", "push in", "fast push in")
    ]
    assert reach[0] < reach[1] < reach[2]
