"""The form of a scene type: every field of the recipe, stated here or inherited."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from pipeline.operations.forms import field_for
from pipeline.scenes.forms.fields import (
    BY_COLUMN,
    RECIPE_FIELDS,
    RecipeField,
    column_values,
    form_value,
    in_words,
)
from pipeline.scenes.forms.gates import GateRow, gate_fields, gate_rows, gate_values
from pipeline.scenes.forms.offers import OfferChoice, extra_schema, offer_choices
from studio.core.errors import DomainError, Invalid
from studio.core.forms import StudioForm

OWN = "own-"
EXTRA = "extra-"


@dataclass(frozen=True)
class Inherited:
    """What a form inherits: from which version, and its resolved columns, prompt and gates."""

    label: str
    code: str
    values: Mapping[str, Any]
    prompt: str
    negative_prompt: str
    gates: Sequence[Any]
    extra: Mapping[str, Any]
    offer: str


@dataclass(frozen=True)
class Row:
    """A field of the form with what it would inherit; `own` is the switch to state it here."""

    field: forms.BoundField
    unit: str
    own: forms.BoundField | None
    inherited: str


class SceneTypeForm(StudioForm):
    """A recipe.

    With a parent each field has a switch: off, it is inherited; without one all are stated here.
    """

    name = forms.CharField(
        max_length=80,
        help_text="Such as “Portrait, slow push-in”.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    parent = forms.ChoiceField(
        label="Inherits from", required=False,
        help_text="What is not stated here is taken from the parent's newest version.",
    )  # fmt: skip
    offer = forms.ChoiceField(label="Made by", help_text="Who makes the takes, and how.")
    prompt = forms.CharField(
        required=False,
        max_length=4000,
        help_text="Slots in braces are filled from the character: {name} and its traits.",
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "{name} turns towards the light"}),
    )
    negative_prompt = forms.CharField(
        label="Not in the picture",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "blur, text, second person"}),
    )
    note = forms.CharField(
        label="What is new",
        required=False,
        max_length=300,
        help_text="For the version history.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(
        self, *args: Any, parents: Sequence[tuple[str, str]], inherited: Inherited | None = None,
        named: bool = True, **kwargs: Any,
    ) -> None:  # fmt: skip
        """A form; `parents` are (code, name) pairs, `named` says whether it asks for a name."""
        super().__init__(*args, **kwargs)
        if not named:
            del self.fields["name"]
        self.inherited = inherited
        self.offers: dict[str, OfferChoice] = offer_choices()
        self._field("parent").choices = [("", "Nothing: all is stated here"), *parents]
        self._field("offer").choices = [(c.code, c.title) for c in self.offers.values()]
        for item in RECIPE_FIELDS:
            self.fields[item.name] = copy.deepcopy(item.field)
        self.fields |= gate_fields()
        self._add_extra()
        self.owned = ["offer", "prompt", "extra", *(item.name for item in RECIPE_FIELDS)]
        if inherited is not None:
            self._add_switches()

    def _field(self, name: str) -> Any:
        return self.fields[name]

    def _add_extra(self) -> None:
        """The operation's own further parameters, by the offer that is chosen."""
        chosen = self.offers.get(self._present("offer") or "")
        if chosen is None:
            chosen = next(iter(self.offers.values()), None)
        self.extra = extra_schema(chosen)
        for name, item in self.extra.items():
            self.fields[EXTRA + name] = field_for(item, required=False)

    def _present(self, name: str) -> str:
        if self.is_bound:
            own = self.inherited is None or self.data.get(OWN + name)
            return str(self.data.get(name, "") if own else self.inherited and self.inherited.offer)
        fallback = self.inherited.offer if self.inherited else ""
        return str(self.initial.get(name) or fallback)

    def _add_switches(self) -> None:
        for name in self.owned:
            label = "Further parameters" if name == "extra" else self.fields[name].label or name
            self.fields[OWN + name] = forms.BooleanField(
                required=False,
                label=f"State here: {label}",
                widget=forms.CheckboxInput(attrs={"class": "toggle"}),
            )
            if name in self.fields and not self._states(name):
                self.fields[name].required = False
        if self.inherited is not None:  # switched on, a field starts from what it inherits
            for item in RECIPE_FIELDS:
                self.fields[item.name].initial = form_value(item, self.inherited.values)

    def _states(self, name: str) -> bool:
        """Whether a field is stated here rather than inherited."""
        if self.inherited is None:
            return True
        if self.is_bound:
            return bool(self.data.get(OWN + name))
        return bool(self.initial.get(OWN + name))

    def add_problem(self, error: DomainError) -> None:
        """Show what the service says; it names columns, which are fields of this form."""
        places: dict[str, list[str]] = {}
        for name, messages in error.fields.items():
            item = BY_COLUMN.get(name)
            places.setdefault(item.name if item else name, []).extend(messages)
        super().add_problem(Invalid(error.detail, remedy=error.remedy, fields=places))

    # --- what templates ask ---------------------------------------------------------------------

    def rows(self) -> dict[str, list[Row]]:
        """The fields by group, in order."""
        groups: dict[str, list[Row]] = {}
        for item in RECIPE_FIELDS:
            groups.setdefault(item.group, []).append(self._row(item))
        return groups

    def _row(self, item: RecipeField) -> Row:
        said = in_words(item, self.inherited.values) if self.inherited else ""
        return Row(self[item.name], item.unit, self._switch(item.name), said)

    def _switch(self, name: str) -> forms.BoundField | None:
        return self[OWN + name] if self.inherited is not None else None

    @property
    def offer_row(self) -> Row:
        """Who makes the takes."""
        found = self.offers.get(self.inherited.offer) if self.inherited else None
        return Row(self["offer"], "", self._switch("offer"), found.title if found else "")

    @property
    def prompt_switch(self) -> forms.BoundField | None:
        """The switch of both prompts."""
        return self._switch("prompt")

    @property
    def extra_switch(self) -> forms.BoundField | None:
        """The switch of the further parameters."""
        return self._switch("extra")

    @property
    def extra_fields(self) -> list[forms.BoundField]:
        """The further parameters of the operation that people often set."""
        return [self[EXTRA + n] for n, item in self.extra.items() if not item.get("advanced")]

    @property
    def rare_extra_fields(self) -> list[forms.BoundField]:
        """The further parameters that are shown on demand."""
        return [self[EXTRA + n] for n, item in self.extra.items() if item.get("advanced")]

    @property
    def has_rare_extra(self) -> bool:
        """Whether any of those differs from what the operation takes by itself, or is wrong."""
        rare = self.rare_extra_fields
        return any(f.errors or f.value() not in (None, "", f.field.initial) for f in rare)

    @property
    def gate_rows(self) -> list[GateRow]:
        """A row for each measure."""
        return gate_rows(self, self.inherited.gates if self.inherited else ())

    # --- what the service gets ------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        """Gates must have a limit; an offer must exist."""
        found: dict[str, Any] = super().clean() or {}
        self.gates = gate_values(self)
        if self._states("offer") and not self.offers:
            self.add_error(None, "No provider makes video from a picture yet.")
        return found

    def recipe_values(self) -> dict[str, Any]:
        """What the recipe states itself, as the service takes it."""
        values: dict[str, Any] = {}
        for item in RECIPE_FIELDS:
            if self._states(item.name):
                values |= column_values(item, self.cleaned_data[item.name])
        if self._states("offer"):
            values["offer"] = self.offers[self.cleaned_data["offer"]].as_value()
        if self._states("prompt"):
            values["prompt"] = self.cleaned_data["prompt"]
            values["negative_prompt"] = self.cleaned_data["negative_prompt"]
        if self._states("extra"):
            values["extra"] = {
                name: value
                for name, item in self.extra.items()
                if (value := self.cleaned_data.get(EXTRA + name)) not in (None, "")
                and value != item.get("default")
            }
        return values | {"gates": self.gates, "note": self.cleaned_data["note"]}


def initial_of(own: Mapping[str, Any], resolved: Mapping[str, Any]) -> dict[str, Any]:
    """Initial values of the recipe's fields for a version: what it states, and what it inherits.

    Args:
        own: columns that the version states itself; None where it inherits.
        resolved: all columns.
    """
    initial: dict[str, Any] = {}
    for item in RECIPE_FIELDS:
        initial[item.name] = form_value(item, resolved)
        initial[OWN + item.name] = own.get(item.columns[0]) is not None
    return initial
