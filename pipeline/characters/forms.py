"""Forms of the pages of characters. Rules live in the services."""

from __future__ import annotations

from typing import Any

from django import forms

from pipeline.characters.models import MetadataField, MetadataType, RightsBasis, RightsUse
from pipeline.characters.territories import TERRITORIES, WORLD
from studio.core.forms import CodeChoiceField, StudioForm
from studio.core.models import Project

NO_FILL = {"autocomplete": "off"}


class CharacterForm(StudioForm):
    """Name and slate code."""

    name = forms.CharField(
        max_length=120, widget=forms.TextInput(attrs=NO_FILL | {"placeholder": "Jane Doe"})
    )
    slate_code = forms.CharField(
        label="Slate code",
        max_length=12,
        required=False,
        help_text="A–Z, 0–9, _ and -; left empty, it is made from the name.",
        widget=forms.TextInput(
            attrs=NO_FILL
            | {"class": "code", "placeholder": "JANE_DOE", "autocapitalize": "characters"}
        ),
    )


class NewCharacterForm(CharacterForm):
    """A new character, and in which project."""

    project = forms.ChoiceField(label="Project")

    def __init__(self, *args: Any, projects: list[Project], **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["project"]
        field.choices = [(str(project.code), project.name) for project in projects]
        self.order_fields(["name", "slate_code", "project"])


class NotesForm(StudioForm):
    """Notes."""

    notes = forms.CharField(
        required=False,
        max_length=20_000,
        widget=forms.Textarea(
            attrs={"rows": 5, "placeholder": "Voice, bearing, what must never change …"}
        ),
    )


class TraitsForm(StudioForm):
    """The traits of a character by the schema of its project.

    Args:
        schema: the fields, options prefetched; names of the form's fields are their keys.
    """

    def __init__(self, *args: Any, schema: list[MetadataField], **options: Any) -> None:
        super().__init__(*args, **({"auto_id": "trait-%s"} | options))
        self.schema = schema
        for field in schema:
            self.fields[field.key] = _trait_field(field)


def _trait_field(field: MetadataField) -> forms.Field:
    kind = MetadataType.Code(field.value_type_id)
    note = " Delivery asks for it." if field.is_required else ""
    options: dict[str, Any] = {
        "label": field.label,
        "required": False,
        "help_text": (field.help_text + note).strip(),
    }
    if kind == MetadataType.Code.CHOICE:
        values = [(option.value, option.value) for option in field.options.all()]
        return forms.CharField(**options, widget=forms.Select(choices=[("", "–"), *values]))
    if kind == MetadataType.Code.BOOLEAN:
        answers = [("", "–"), ("yes", "Yes"), ("no", "No")]
        return forms.CharField(**options, widget=forms.Select(choices=answers))
    if kind == MetadataType.Code.DATE:
        return forms.CharField(**options, widget=forms.DateInput(attrs={"type": "date"}))
    if kind == MetadataType.Code.NUMBER:
        return forms.CharField(
            **options, widget=forms.TextInput(attrs=NO_FILL | {"inputmode": "decimal"})
        )
    return forms.CharField(
        **options, max_length=500, widget=forms.TextInput(attrs=NO_FILL | {"maxlength": 500})
    )


class RightsForm(StudioForm):
    """A rights record."""

    basis = CodeChoiceField(RightsBasis.Code, initial=RightsBasis.Code.CONSENT.code)
    holder = forms.CharField(
        label="Who consented or licensed",
        max_length=200,
        required=False,
        help_text="A synthetic person needs none.",
        widget=forms.TextInput(attrs=NO_FILL),
    )
    uses = forms.TypedMultipleChoiceField(
        label="Allowed uses",
        choices=[(use.code, use.label) for use in RightsUse.Code],
        coerce=RightsUse.Code.by_code,
        required=False,
        help_text="None chosen: for every use.",
        widget=forms.CheckboxSelectMultiple,
    )
    territories = forms.MultipleChoiceField(
        choices=list(TERRITORIES.items()),
        initial=[WORLD],
        help_text="Hold Ctrl or ⌘ to choose several.",
        widget=forms.SelectMultiple(attrs={"size": 5}),
    )
    valid_from = forms.DateField(
        label="From", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    valid_until = forms.DateField(
        label="Until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    evidence = forms.FileField(
        required=False, help_text="The signed form or licence; consent needs one."
    )
    evidence_asset = forms.UUIDField(
        label="Or a file of the library",
        required=False,
        widget=forms.Select(choices=[("", "–")]),
    )
    note = forms.CharField(max_length=500, required=False, widget=forms.TextInput(attrs=NO_FILL))

    def __init__(
        self, *args: Any, documents: list[tuple[str, str]] | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **({"auto_id": "rights-%s"} | options))
        field: Any = self.fields["evidence_asset"]
        field.widget.choices = [("", "–"), *(documents or [])]


class FieldForm(StudioForm):
    """A field of the metadata schema."""

    label = forms.CharField(max_length=80, widget=forms.TextInput(attrs=NO_FILL))
    key = forms.CharField(
        max_length=40,
        help_text="As prompts and sidecar files call it: {hair}.",
        widget=forms.TextInput(attrs=NO_FILL | {"class": "code", "autocapitalize": "none"}),
    )
    value_type = CodeChoiceField(
        MetadataType.Code, label="Type", initial=MetadataType.Code.TEXT.code
    )
    options = forms.CharField(
        label="Allowed values",
        required=False,
        help_text="For one of a list: one value a line.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    help_text = forms.CharField(
        label="Help", max_length=200, required=False, widget=forms.TextInput(attrs=NO_FILL)
    )
    is_required = forms.BooleanField(label="Delivery asks for it", required=False)
