"""What a picture suggests about looks: names of colours, and regions around the face."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from pipeline.imaging.appearance import colour_name, describe


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((255, 0, 0), "red"),
        ((255, 110, 0), "orange"),
        ((240, 220, 30), "yellow"),
        ((30, 150, 40), "green"),
        ((30, 80, 200), "blue"),
        ((0, 0, 255), "blue"),
        ((120, 30, 160), "purple"),
        ((20, 180, 180), "turquoise"),
        ((110, 60, 25), "brown"),
        ((205, 185, 155), "beige"),
        ((5, 5, 5), "black"),
        ((128, 128, 128), "grey"),
        ((252, 252, 252), "white"),
    ],
)
def test_colours_have_their_plain_names(rgb: tuple[int, int, int], name: str) -> None:
    assert colour_name(*rgb) == name


def test_a_portrait_is_described_around_its_face() -> None:
    found = describe(np.ascontiguousarray(np.asarray(data.astronaut())[0:300, 90:370]))
    told = {key: item.value for key, item in found.items()}
    assert told["hair"] in ("blond", "brown")
    assert told["clothing"] == "orange"
    assert told["background"] == "light grey"
    assert told["framing"] == "portrait"
    assert all(0.2 <= item.confidence <= 1 for item in found.values())


def test_without_a_face_nothing_is_said_about_hair() -> None:
    dark = np.full((90, 120, 3), 12, np.uint8)
    found = describe(dark)
    assert "hair" not in found
    assert "clothing" not in found
    assert (found["brightness"].value, found["contrast"].value) == ("dark", "low")
    assert found["background"].value == "black"
    assert found["background"].confidence < 0.9


def test_warm_light_is_told_from_cold() -> None:
    warm = np.full((64, 64, 3), (200, 150, 100), np.uint8)
    assert describe(warm)["warmth"].value == "warm"
    assert describe(warm[..., ::-1].copy())["warmth"].value == "cool"
