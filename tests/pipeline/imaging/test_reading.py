"""What the reader makes of a prompt."""

from __future__ import annotations

import pytest

from pipeline.imaging.sketch import SketchSpec
from pipeline.imaging.sketch.reading import Reading, read_prompt
from pipeline.imaging.sketch.vocabulary.subjects import KINDS, SUBJECT_WORDS


def read(prompt: str, negative: str = "", style: str = "") -> Reading:
    return read_prompt(
        SketchSpec(
            prompt=prompt, negative_prompt=negative, style_words=style,
            width_px=256, height_px=256, random_seed=1,
        )
    )  # fmt: skip


def test_counts_colours_sizes_and_places_are_bound_to_their_noun() -> None:
    reading = read("three birds, a huge red car on the left and mountains in the background")
    birds, car, mountain = reading.mentions
    assert (birds.kind, birds.count) == ("bird", 3)
    assert (car.kind, car.side, car.size > 1, len(car.colours)) == ("car", -1, True, 1)
    assert (mountain.kind, mountain.depth) == ("mountain", 1)
    assert reading.palette == ()


def test_colours_without_a_noun_belong_to_the_whole_picture() -> None:
    assert len(read("teal and orange palette, a boat").palette) == 2
    assert len(read("red sunset").palette) == 1


def test_compound_nouns_are_one_subject() -> None:
    kinds = [m.kind for m in read("perfume bottle").mentions]
    assert kinds == ["perfume"]
    assert [m.kind for m in read("cherry blossom trees").mentions] == ["blossom_tree"]
    assert [m.kind for m in read("pine forest").mentions] == ["forest"]
    assert [m.kind for m in read("portrait of a fox").mentions] == ["fox"]


@pytest.mark.parametrize(
    ("prompt", "negative"), [("a lake without birds", ""), ("a lake", "birds, people")]
)
def test_refused_things_are_banned(prompt: str, negative: str) -> None:
    reading = read(prompt, negative)
    assert not reading.allows("birds")
    assert [m.kind for m in reading.mentions] == ["lake"]


def test_a_negative_takes_subjects_colours_and_lights_out_of_the_prompt() -> None:
    reading = read("a red barn under a blue sky at night, moon", "moon, red, night")
    assert not reading.has("moon")
    assert "night" not in reading.lights
    assert all(colour[0] < 0.6 for colour in reading.palette)


def test_parts_take_their_colours() -> None:
    reading = read("portrait of a woman with red hair and green eyes")
    assert reading.parts["hair"][0] > 0.6
    assert reading.parts["eye"][1] > 0.4
    assert reading.palette == ()


def test_quotes_are_kept_as_written_and_emoji_are_read() -> None:
    reading = read('a poster "Hello World" 🌅 🐱')
    assert reading.texts == ("Hello World",)
    assert reading.has("cat")
    assert reading.has("sea")


def test_unknown_words_are_remembered_and_fillers_are_not() -> None:
    reading = read("a highly detailed flurbly wug, masterpiece")
    assert reading.unknown == ("flurbly", "wug")


def test_style_words_bring_their_mood_but_no_subjects() -> None:
    reading = read("a house", style="neon punk, cyberpunk city")
    assert "neon" in reading.lights
    assert [m.kind for m in reading.mentions] == ["house"]


def test_every_word_leads_to_a_known_kind() -> None:
    assert set(SUBJECT_WORDS.values()) <= set(KINDS)
    assert len(SUBJECT_WORDS) > 1000
