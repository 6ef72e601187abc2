"""The lighting rig in words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.imaging.lighting_rig import RANGES, STANDARD_RIG, Lamp, Rig, compile_rig
from pipeline.imaging.structured import StructuredPrompt, check, to_document
from pipeline.imaging.structured_presets import CAMERAS, COMPOSITIONS, FIELD_PRESETS, RIGS

lamps = st.builds(
    Lamp, **{name: st.integers(least, most) for name, (least, most, _) in RANGES.items()}
)
SOFT = Lamp(0, 0, 0, 5600, 50)


@given(st.builds(Rig, lamps, lamps, lamps))
def test_every_rig_has_words(rig: Rig) -> None:
    words = compile_rig(rig)
    assert words.conditions
    assert words.direction
    assert words.shadows
    for name, lamp in rig.lit:
        assert f"{lamp.temperature} K" in words.conditions
        assert f"{name} light " in words.direction
    assert compile_rig(rig) == words


@pytest.mark.parametrize(
    ("azimuth", "elevation", "place", "falls"),
    [
        (0, 0, "from the front, at the camera, at eye level", "behind the subject"),
        (-45, 30, "from the front left, slightly above eye level", "backwards to the right"),
        (90, 60, "from the right side, from high above", "to the left"),
        (-140, -30, "from behind, at the left, from below", "forwards to the right"),
        (180, 10, "from directly behind, at eye level", "towards the camera"),
        (30, 85, "from straight overhead", "straight down"),
        (30, -85, "from below", "upwards"),
    ],
)
def test_where_a_lamp_stands(azimuth: int, elevation: int, place: str, falls: str) -> None:
    words = compile_rig(Rig(Lamp(azimuth, elevation, 90, 5600, 20), SOFT, SOFT))
    assert place in words.direction
    assert words.shadows == f"deep crisp, sharp-edged shadows, falling {falls}"


def test_colour_softness_and_contrast_are_said() -> None:
    key = Lamp(-45, 30, 90, 2800, 95)
    low = compile_rig(Rig(key, SOFT, SOFT))
    assert low.conditions.startswith("dramatic low-key lighting: strong very soft")
    assert "warm tungsten key light (2800 K)" in low.conditions
    high = compile_rig(Rig(key, replace(key, temperature=9000), SOFT))
    assert "bright even high-key" in high.conditions
    assert "cold blue fill light (9000 K)" in high.conditions
    dark = compile_rig(Rig(SOFT, SOFT, SOFT))
    assert "unlit" in dark.conditions


def test_settings_out_of_range_are_refused() -> None:
    for name, (least, most, _) in RANGES.items():
        replace(STANDARD_RIG.key, **{name: least})
        for value in (least - 1, most + 1):
            with pytest.raises(ValueError, match=name):
                replace(STANDARD_RIG.key, **{name: value})


def test_presets_are_many_distinct_and_fit_the_schema() -> None:
    assert len(RIGS) + len(CAMERAS) + len(COMPOSITIONS) >= 8
    assert len({compile_rig(item.rig) for item in RIGS}) == len(RIGS)
    assert len(FIELD_PRESETS) == len(CAMERAS) + len(COMPOSITIONS)
    for item in FIELD_PRESETS.values():
        document = to_document(StructuredPrompt("a boat")) | {"photographic_characteristics": {}}
        paths = [path.split(".") for path in item.fields]
        for (group, name), words in zip(paths, item.fields.values(), strict=True):
            document[group] = document[group] | {name: words}
        if item in CAMERAS:
            assert check(document) == []
        assert all(words and "\n" not in words for words in item.fields.values())
