"""The form that is made from an operation's declaration."""

from __future__ import annotations

from typing import Literal

import pytest
from django import forms
from pydantic import Field

from pipeline.operations.catalogue import CATALOGUE
from pipeline.operations.create_image import ASPECTS, CREATE_IMAGE
from pipeline.operations.declaration import OfferSpec, OperationSpec, Parameters
from pipeline.operations.forms import operation_form
from pipeline.operations.models import OperationGroup


class Everything(Parameters):
    """A parameter of every type."""

    name: str = Field(max_length=20, title="Name")
    note: str = Field("", title="Note", json_schema_extra={"widget": "textarea"})
    count: int = Field(3, ge=1, le=10, title="Count", description="How many.")
    strength: float = Field(0.5, ge=0, le=1, title="Strength", json_schema_extra={"unit": "%"})
    width_px: int | None = Field(None, ge=8, title="Width", json_schema_extra={"advanced": True})
    mode: Literal["fast", "fine"] = Field("fast", title="Mode")
    level: Literal[1, 2] = Field(1, title="Level", json_schema_extra={"widget": "radio"})
    sharp: bool = Field(False, title="Sharp")
    secret: str = Field("", title="Secret", json_schema_extra={"widget": "hidden"})
    marks: list[int] = Field(default_factory=list, max_length=2, title="Marks")


SPEC = OperationSpec(
    code="test.every_thing",
    title="Everything",
    group=OperationGroup.Code.SYSTEM,
    summary="",
    parameters=Everything,
    output_kind="image",
    offers=(OfferSpec("local", "x", "X", "1", "a/b/c"),),
)
Form = operation_form(SPEC)


def test_fields_follow_the_declaration() -> None:
    form = Form()
    count = form["count"]
    assert (count.label, count.help_text, count.initial) == ("Count", "How many.", 3)
    assert count.field.widget.attrs["min"] == 1
    assert count.field.widget.attrs["max"] == 10
    assert form["name"].field.required
    assert not form["note"].field.required
    assert isinstance(form["note"].field.widget, forms.Textarea)
    assert form["strength"].field.unit == "%"
    assert isinstance(form["level"].field.widget, forms.RadioSelect)
    assert form["mode"].field.choices == [("fast", "Fast"), ("fine", "Fine")]
    assert [f.name for f in form.hidden_fields()] == ["secret"]
    assert {f.name for f in form.advanced_fields} == {"random_seed", "width_px"}
    assert "name" in {f.name for f in form.simple_fields}


def test_a_valid_form_gives_checked_parameters_and_zero_is_a_value() -> None:
    form = Form(
        {"name": " a ", "count": "2", "strength": "0", "mode": "fine", "level": "2", "marks": "[3]"}
    )
    assert form.is_valid(), form.errors
    found = form.parameters
    assert isinstance(found, Everything)
    assert (found.name, found.count, found.strength, found.level) == ("a", 2, 0, 2)
    assert (found.marks, found.width_px, found.random_seed) == ([3], None, None)


def test_empty_means_the_default() -> None:
    form = Form({"name": "a"})
    assert form.is_valid(), form.errors
    assert form.parameters == Everything(name="a")


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({}, "name", "This is needed."),
        ({"name": "a" * 21}, "name", "At most 20 characters."),
        ({"name": "a", "count": "11"}, "count", "Must be 10 or less."),
        ({"name": "a", "count": "x"}, "count", "Enter a whole number."),
        ({"name": "a", "strength": "1.5"}, "strength", "Must be 1 or less."),
        ({"name": "a", "mode": "slow"}, "mode", "Select a valid choice"),
        ({"name": "a", "random_seed": "-1"}, "random_seed", "Must be 0 or more."),
        ({"name": "a", "marks": "[1, 2, 3]"}, "marks", "At most 2 items."),
    ],
)
def test_errors_stand_beside_their_field_once(values, field, message) -> None:
    form = Form(values)
    assert not form.is_valid()
    assert list(form.errors) == [field]
    assert len(form.errors[field]) == 1
    assert message in form.errors[field][0]
    assert form.parameters is None


def test_every_operation_of_the_catalogue_has_a_form() -> None:
    for spec in CATALOGUE.values():
        form = operation_form(spec)()
        assert set(spec.parameters.model_fields) <= set(form.fields)
        assert form.as_p()


@pytest.mark.django_db
def test_create_image_takes_aspect_and_template() -> None:
    form = operation_form(CREATE_IMAGE)
    assert [value for value, _ in form()["aspect"].field.choices] == ["", *ASPECTS]
    by_aspect = form({"prompt": "a", "aspect": "9:16"})
    assert by_aspect.is_valid(), by_aspect.errors
    assert (by_aspect.parameters.width_px, by_aspect.parameters.height_px) == ASPECTS["9:16"]
    by_template = form({"prompt": "a", "template": "instagram-story", "style": "anime"})
    assert by_template.is_valid(), by_template.errors
    assert by_template.parameters.height_px == 1920
    assert by_template.parameters.style_prompt.startswith("anime")
    unknown = form({"prompt": "a", "template": "nowhere"})
    assert unknown.errors == {"template": ["Choose another template."]}
