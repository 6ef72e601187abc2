"""Every manner renders, differs from the others, and is found by its words."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.imaging.sketch import MANNER_NAMES, SketchSpec, compose
from pipeline.imaging.sketch.cast import PARTS
from pipeline.imaging.sketch.pens.choosing import choose_manner
from pipeline.imaging.sketch.vocabulary.lights import LIGHTS

PROMPT = "red cabin by a lake"


def draw(prompt: str, style: str = "", seed: int = 3) -> np.ndarray:
    spec = SketchSpec(
        prompt=prompt, style_words=style, width_px=256, height_px=256, random_seed=seed
    )
    return compose(spec)


@pytest.fixture(scope="module")
def plain() -> np.ndarray:
    return draw(PROMPT)


@pytest.mark.parametrize("name", [name for name in MANNER_NAMES if name != "plain"])
def test_every_manner_renders_and_differs_from_plain(name: str, plain: np.ndarray) -> None:
    assert choose_manner(PROMPT, name).name == name
    image = draw(PROMPT, name)
    assert image.std() > 6
    assert np.abs(image.astype(int) - plain).mean() > 1.0


def test_manners_differ_from_each_other() -> None:
    names = ("watercolour", "oil", "pencil", "ink wash", "woodcut", "pixel art", "low poly",
             "stained glass", "neon", "film noir", "blueprint", "paper cut", "anime")  # fmt: skip
    images = [draw(PROMPT, name)[::4, ::4].astype(int) for name in names]
    for index, image in enumerate(images):
        for other in images[index + 1 :]:
            assert np.abs(image - other).mean() > 4


@pytest.mark.parametrize(
    ("words", "manner"),
    [
        ("comic-book", "comic"), ("fantasy-art", "fantasy art"), ("line-art", "line art"),
        ("analog-film", "analog film"), ("neon-punk", "neon"), ("low-poly", "low poly"),
        ("modeling-compound", "clay"), ("3d-model", "3d render"), ("tile-texture", "tile texture"),
        ("digital-art", "digital art"), ("pixel-art", "pixel art"), ("isometric", "isometric"),
        ("watercolor painting, soft washes, paper texture", "watercolour"),
        ("photograph, 35mm, bokeh", "photographic"), ("Film Noir, high contrast", "film noir"),
        ("double exposure portrait", "double exposure"), ("sumi-e ink wash", "ink wash"),
        ("art nouveau poster", "art nouveau"), ("", "plain"), ("gibberish xyzzy", "plain"),
    ],
)  # fmt: skip
def test_style_words_choose_their_manner(words: str, manner: str) -> None:
    assert choose_manner("a tree", words).name == manner


def test_a_prompt_names_a_manner_only_unmistakably() -> None:
    assert choose_manner("watercolour of a harbour", "").name == "watercolour"
    assert choose_manner("a stained glass window", "").name == "stained glass"
    assert choose_manner("an oil rig and a pencil on a concrete floor", "").name == "plain"
    assert choose_manner("neon city street", "").name == "plain"


@pytest.mark.parametrize("light", sorted(LIGHTS))
def test_every_light_paints_a_sky(light: str) -> None:
    assert draw(f"{light} mountains").std() > 3


@pytest.mark.parametrize("kinds", [sorted(PARTS)[i::6] for i in range(6)])
def test_every_kind_of_thing_has_a_painter_that_draws(kinds: list[str]) -> None:
    from tests.pipeline.imaging.drawing import drawn_share

    shares = {kind: drawn_share(kind) for kind in kinds}
    assert all(0.004 < share < 0.9 for share in shares.values()), shares
