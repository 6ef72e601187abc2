"""A form for any operation, made from the schema of its parameters.

Types, ranges, defaults, choices, help and units are read from the declaration. Whether values are
right is decided in one place, `OperationSpec.clean`; what it says is shown beside the fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from pipeline.operations.declaration import OperationSpec, Parameters
from studio.core.errors import Invalid, NotFound
from studio.core.forms import StudioForm

JsonSchema = Mapping[str, Any]


class OperationForm(StudioForm):
    """Base of the generated forms; `parameters` are the checked values of a valid form."""

    spec: ClassVar[OperationSpec]
    #: Names of the fields that are shown only on demand.
    advanced: ClassVar[tuple[str, ...]] = ()
    parameters: Parameters | None = None

    @property
    def simple_fields(self) -> list[forms.BoundField]:
        """Fields that everybody sees."""
        return [field for field in self.visible_fields() if field.name not in self.advanced]

    @property
    def advanced_fields(self) -> list[forms.BoundField]:
        """Fields for those who want to know."""
        return [field for field in self.visible_fields() if field.name in self.advanced]

    def parameter_values(self) -> dict[str, Any]:
        """What was given, by parameter; what was left empty is left out. Zero is a value."""
        known = [*self.spec.parameters.model_fields, *self.spec.extra_parameters]
        given = {name: self.cleaned_data.get(name) for name in known}
        return {name: value for name, value in given.items() if value is not None}

    def clean(self) -> dict[str, Any]:
        """Have the operation check the values, and put its messages beside the fields."""
        super().clean()
        try:
            checked = self.spec.clean(self.parameter_values())
            self.parameters = None if self.errors else checked
        except (Invalid, NotFound) as error:
            # where a value could not even be read, that it is missing is no news
            news = {name: said for name, said in error.fields.items() if name not in self.errors}
            if news or not error.fields:
                self.add_problem(Invalid(error.detail, remedy=error.remedy, fields=news))
        return self.cleaned_data


def operation_form(spec: OperationSpec) -> type[OperationForm]:
    """The form of an operation, with a field for each parameter."""
    schema = spec.parameters.model_json_schema()
    properties: dict[str, JsonSchema] = {**schema["properties"], **spec.extra_parameters}
    required = set(schema.get("required", [])) - spec.filled_in
    fields: dict[str, Any] = {
        name: field_for(item, required=name in required) for name, item in properties.items()
    }
    advanced = tuple(name for name, item in properties.items() if item.get("advanced"))
    name = "".join(part.title() for part in spec.code.replace("_", ".").split(".")) + "Form"
    return type(name, (OperationForm,), {**fields, "spec": spec, "advanced": advanced})


def field_for(item: JsonSchema, *, required: bool) -> forms.Field:
    """The field for one property of a JSON schema.

    It parses and shows; ranges are told to the browser and checked by the operation.
    """
    item = _not_null(item)
    options: dict[str, Any] = {
        "label": item.get("title", ""),
        "help_text": item.get("description", ""),
        "initial": item.get("default"),
        "required": required,
        "error_messages": {"required": "This is needed."},
    }
    field: Any = _parser(item, options)
    field.unit = item.get("unit", "")
    made: forms.Field = field
    return made


def _parser(item: JsonSchema, options: dict[str, Any]) -> Any:
    if item.get("widget") == "hidden":
        return forms.CharField(**options | {"required": False}, widget=forms.HiddenInput)
    if "enum" in item:
        return _choice(item, options)
    match item.get("type"):
        case "boolean":
            toggle = forms.CheckboxInput(attrs={"class": "toggle"})
            return forms.BooleanField(**options | {"required": False}, widget=toggle)
        case "integer":
            return forms.IntegerField(**options, widget=_number(item, step=1))
        case "number":
            return forms.FloatField(**options, widget=_number(item, step="any"))
        case "string":
            return forms.CharField(**options, strip=True, widget=_text(item))
    # lists and nested objects: as JSON, which the operation checks like everything else
    return forms.JSONField(**options, widget=forms.Textarea(attrs={"class": "code", "rows": 3}))


def _choice(item: JsonSchema, options: dict[str, Any]) -> forms.Field:
    words = item.get("enum_titles", {})
    choices = [(str(v), words.get(str(v), str(v).capitalize())) for v in item["enum"]]
    if options["initial"] is None and not options["required"]:
        choices.insert(0, ("", "–"))
    widget = forms.RadioSelect if item.get("widget") == "radio" else forms.Select
    kind: Any = {"integer": int, "number": float}.get(item.get("type", ""), str)
    return forms.TypedChoiceField(
        **options, choices=choices, coerce=kind, empty_value=None, widget=widget
    )


def _number(item: JsonSchema, *, step: int | str) -> forms.NumberInput:
    limits = {
        "min": item.get("minimum", item.get("exclusiveMinimum")),
        "max": item.get("maximum", item.get("exclusiveMaximum")),
        "step": item.get("multipleOf", step),
        "inputmode": "numeric" if step == 1 else "decimal",
    }
    attrs = {name: value for name, value in limits.items() if value is not None}
    if item.get("widget") == "range":
        widget = forms.NumberInput(attrs=attrs)
        widget.input_type = "range"
        return widget
    return forms.NumberInput(attrs=attrs)


def _text(item: JsonSchema) -> forms.Widget:
    attrs = {"maxlength": item["maxLength"]} if "maxLength" in item else {}
    if item.get("widget") == "textarea":
        return forms.Textarea(attrs={**attrs, "rows": 3})
    return forms.TextInput(attrs=attrs)


def _not_null(item: JsonSchema) -> JsonSchema:
    """`anyOf: [X, null]`, as an optional parameter is written, becomes X."""
    some = [kind for kind in item.get("anyOf", ()) if kind.get("type") != "null"]
    if len(some) != 1:
        return item
    outer = {name: value for name, value in item.items() if name != "anyOf"}
    return {**some[0], **outer}
