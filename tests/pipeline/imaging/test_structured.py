"""Structured prompts: schema, messages, form and document, sentences, changes."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pipeline.imaging.structured import (
    Aesthetics,
    Lighting,
    Photography,
    SceneObject,
    StructuredPrompt,
    TextRender,
    Unreadable,
    change_rows,
    check,
    from_document,
    from_fields,
    json_schema,
    read_text,
    to_document,
    to_fields,
    to_text,
)
from pipeline.imaging.structured_words import (
    MOST_CHARACTERS,
    differences,
    expand,
    length_of,
    read_in_part,
    tokens_of,
)

#: A document with all the names of version 1, as the provider's reference has it.
WHOLE: dict[str, Any] = {
    "short_description": "A lighthouse at dusk",
    "objects": [
        {
            "description": "a lighthouse",
            "location": "centre",
            "relationship": "stands on the rocks",
            "relative_size": "large",
            "shape_and_color": "a white tower",
            "texture": "rough plaster",
            "appearance_details": "a red lantern",
            "number_of_objects": 1,
            "orientation": "upright",
        },
        {
            "description": "a keeper",
            "location": "left",
            "relationship": "beside the tower",
            "relative_size": "small",
            "shape_and_color": "a dark silhouette",
            "pose": "standing",
            "expression": "calm",
            "clothing": "an oilskin",
            "action": "looking out",
            "gender": "female",
            "skin_tone_and_texture": "weathered",
            "number_of_objects": 2,
        },
    ],
    "background_setting": "the sea",
    "lighting": {"conditions": "dusk", "direction": "from the left", "shadows": "soft"},
    "aesthetics": {
        "composition": "centred",
        "color_scheme": "blue and amber",
        "mood_atmosphere": "calm",
        "preference_score": "very high",
        "aesthetic_score": "very high",
    },
    "photographic_characteristics": {
        "depth_of_field": "deep",
        "focus": "on the tower",
        "camera_angle": "eye level",
        "lens_focal_length": "35 mm",
    },
    "style_medium": "photograph",
    "artistic_style": "realistic",
    "context": "travel",
    "text_render": [
        {
            "text": "SOUTH HEAD",
            "location": "on the door",
            "size": "small",
            "color": "white",
            "font": "sans-serif",
            "appearance_details": "worn",
        }
    ],
    "edit_instruction": "make it winter",
}

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=12)
some = st.none() | words.filter(bool)


def typed(kind: type[Any], **more: Any) -> Any:
    """Values of a class: text where it is needed, perhaps none where it is not."""
    made = {
        item.name: some if item.metadata.get("optional") else words
        for item in fields(kind)
        if "group" not in item.metadata
    }
    return st.builds(kind, **{**made, **more})


prompts = typed(
    StructuredPrompt,
    objects=st.lists(
        typed(SceneObject, number_of_objects=st.none() | st.integers(1, 1000)), max_size=12
    ).map(tuple),
    lighting=typed(Lighting),
    aesthetics=typed(Aesthetics),
    photographic_characteristics=st.none() | typed(Photography),
    text_render=st.lists(typed(TextRender), max_size=2).map(tuple),
)


def test_the_schema_knows_every_name_and_takes_a_whole_document() -> None:
    Draft202012Validator.check_schema(json_schema())
    assert check(WHOLE) == []
    assert to_document(from_document(WHOLE)) == WHOLE
    names = set(json_schema()["properties"])
    assert names == set(WHOLE)


@settings(max_examples=40, deadline=None)
@given(prompts)
def test_form_and_document_are_the_same(prompt: StructuredPrompt) -> None:
    document = to_document(prompt)
    assert from_fields(to_fields(prompt)) == document
    assert from_document(read_text(to_text(document))) == prompt
    schema_says = bool(list(Draft202012Validator(json_schema()).iter_errors(document)))
    assert schema_says == bool(check(document))


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        ({"short_description": ""}, "short_description", "This is needed."),
        ({"lighting": {"direction": "", "shadows": ""}}, "lighting.conditions", "This is needed."),
        ({"lighting": "dusk"}, "lighting", "This should be an object: { … }."),
        ({"objects": {}}, "objects", "This should be a list: [ … ]."),
        ({"context": 3}, "context", "This should be text."),
        ({"photographic_characteristics": []}, "photographic_characteristics", "an object"),
    ],
)
def test_messages_stand_at_their_path(change: Any, path: str, message: str) -> None:
    found = check(WHOLE | change)
    assert [problem.path for problem in found] == [path]
    assert message in found[0].message
    assert not found[0].is_note


def test_messages_in_rows() -> None:
    wrong = WHOLE["objects"][0] | {"number_of_objects": "two", "texture": 1}
    found = {p.path: p.message for p in check(WHOLE | {"objects": [WHOLE["objects"][1], wrong]})}
    assert found == {
        "objects.1.number_of_objects": "This should be a whole number.",
        "objects.1.texture": "This should be text.",
    }
    none = WHOLE["objects"][0] | {"number_of_objects": 0}
    assert check(WHOLE | {"objects": [none]})[0].message == "Must be 1 or more."


def test_nothing_is_needed_that_may_be_null_or_left_out() -> None:
    bare = {name: value for name, value in WHOLE.items() if name != "edit_instruction"}
    bare |= {"photographic_characteristics": None}
    del bare["text_render"]
    assert check(bare) == []


def test_unknown_names_are_noted_and_kept() -> None:
    odd = WHOLE | {"mystery": 1, "lighting": WHOLE["lighting"] | {"gobo": "leaves"}}
    assert {(p.path, p.is_note) for p in check(odd)} == {("mystery", True), ("lighting.gobo", True)}


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{\n  "a": 1,\n  "b" 2\n}', 3, 7),
        ("", 1, 1),
        ("[]", 1, 1),
        ("[" * 100_000, 0, 0),
        ('{"a": NaN}', 0, 0),
        ('{"a": ' + "9" * 5000 + "}", 0, 0),
    ],
)
def test_what_is_no_document_says_where(text: str, line: int, column: int) -> None:
    with pytest.raises(Unreadable) as caught:
        read_text(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    if line:
        assert f"Line {line}, column {column}: " in str(caught.value)


@settings(max_examples=40, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | words,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*WHOLE, "direction"]), inner)
        ),
        max_leaves=12,
    )
)
def test_any_json_is_checked_and_shown(value: Any) -> None:
    document = value if isinstance(value, dict) else {"objects": value, "lighting": value}
    check(document)
    expand(document)
    assert isinstance(to_fields(from_document(document)), dict)


def test_a_number_that_is_none_stays_for_the_check() -> None:
    document = from_fields({"objects.0.number_of_objects": "a few"})
    assert document["objects"][0]["number_of_objects"] == "a few"
    assert (
        from_fields({"objects.0.number_of_objects": " 12 "})["objects"][0]["number_of_objects"]
        == 12
    )
    many = {f"objects.{n}.description": str(n) for n in (10, 2)}
    assert [item["description"] for item in from_fields(many)["objects"]] == ["2", "10"]


def test_rows_are_added_moved_and_taken_away() -> None:
    def names(document: dict[str, Any]) -> list[str]:
        return [item["description"] for item in document["objects"]]

    assert names(change_rows(WHOLE, "objects add")) == ["a lighthouse", "a keeper", ""]
    assert names(change_rows(WHOLE, "objects up 1")) == ["a keeper", "a lighthouse"]
    assert names(change_rows(WHOLE, "objects down 0")) == ["a keeper", "a lighthouse"]
    assert names(change_rows(WHOLE, "objects remove 0")) == ["a keeper"]
    for nothing in ("objects up 0", "objects down 1", "objects remove 7", "lighting add", "x", ""):
        assert change_rows(WHOLE, nothing) == WHOLE
    assert len(WHOLE["objects"]) == 2


def test_sentences_say_everything_but_the_scores() -> None:
    text = expand(WHOLE)
    for part in (
        "A lighthouse at dusk.",
        "2 × a keeper",
        "“SOUTH HEAD”",
        "Lighting: dusk",
        "soft shadows",
        "35 mm",
        "deep depth of field",
        "focus on the tower",
        "Mood: calm.",
        "Made for: travel.",
    ):
        assert part in text
    assert "very high" not in text
    assert text.index("lighthouse at dusk") < text.index("Lighting:") < text.index("Style:")


def test_sentences_fit_into_a_prompt() -> None:
    long = WHOLE | {"background_setting": "many words. " * 600}
    assert length_of(long) > MOST_CHARACTERS
    text = expand(long)
    assert len(text) <= MOST_CHARACTERS
    assert text.endswith(".")
    assert len(expand(WHOLE | {"short_description": "x" * 9000}, 100)) == 100
    assert "\x00" not in expand({"short_description": "a\u0000b\ud800c"})
    assert tokens_of("") == 0
    assert read_in_part("a boat") == []
    assert read_in_part("word " * 80) == ["CLIP (SD 1.5, SDXL): 77 tokens"]


def test_differences_name_what_changed() -> None:
    other = json.loads(json.dumps(WHOLE))
    other["lighting"]["direction"] = "from behind"
    del other["objects"][1]["pose"]
    other["text_render"] = []
    found = {change.path: (change.before, change.after) for change in differences(WHOLE, other)}
    assert found["lighting.direction"] == ("from the left", "from behind")
    assert found["objects 2.pose"] == ("standing", "")
    assert found["text_render 1.text"] == ("SOUTH HEAD", "")
    assert len(found) == 8
    assert differences(WHOLE, WHOLE) == []
