"""Styles: every native preset, enough of our own, and words for each."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from pipeline.management.commands.style_pictures import MOST_BYTES, picture
from pipeline.presets.data_styles import STYLES
from pipeline.presets.models import Style
from pipeline.presets.queries import style_families

NATIVE = """enhance anime photographic digital-art comic-book fantasy-art line-art analog-film
neon-punk isometric low-poly origami modeling-compound cinematic 3d-model pixel-art tile-texture"""
NAMED = """watercolour, oil, gouache, charcoal, ink wash, pencil, pastel, engraving, woodcut,
art deco,
art nouveau, bauhaus, brutalist, vaporwave, film noir, studio portrait, product on white,
editorial fashion, street, macro, aerial, long exposure, double exposure, infrared,
tilt-shift, claymation, paper cut, stained glass, mosaic, blueprint, concept art,
matte painting"""


def test_every_native_preset_is_there_under_its_own_name() -> None:
    native = {s.code: s.stability_preset for s in STYLES if s.stability_preset}
    assert native == {name: name for name in NATIVE.split()}


def test_every_style_of_the_reference_list_is_there() -> None:
    titles = {s.title.lower() for s in STYLES} | {"oil"}
    assert set(" ".join(NAMED.split()).split(", ")) <= titles
    assert "oil-painting" in {s.code for s in STYLES}


def test_there_are_enough_and_each_has_words_of_its_own() -> None:
    assert len(STYLES) >= 17 + 25
    assert len({s.code for s in STYLES}) == len(STYLES)
    assert len({s.fragment for s in STYLES}) == len(STYLES)
    for style in STYLES:
        assert style.fragment.count(",") >= 2, style.code
        assert len(style.fragment) <= 300


@pytest.mark.django_db
def test_families_in_one_query(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        families = style_families()
    assert sum(len(f.styles) for f in families) == Style.objects.count() == len(STYLES)
    assert families[0].label == "Photography and film"


def test_every_style_has_a_small_picture() -> None:
    folder = Path(settings.BASE_DIR) / "static" / "pipeline" / "styles"
    for style in STYLES:
        path = folder / f"{style.code}.webp"
        assert path.stat().st_size <= MOST_BYTES, style.code
        with Image.open(path) as image:
            assert (image.format, image.size) == ("WEBP", (128, 128)), style.code
    assert {path.stem for path in folder.iterdir()} == {style.code for style in STYLES}


def test_the_picture_command_fits_the_limit() -> None:
    assert 500 < len(picture("pixel art, limited palette")) <= MOST_BYTES
