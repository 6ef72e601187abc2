"""The form that redoes segments: which, how often, with which random seed, what is to change."""

from __future__ import annotations

from typing import Any

from django import forms

from pipeline.operations.forms import field_for
from pipeline.scenes.forms.offers import extra_schema_of
from pipeline.scenes.recipe import Recipe
from pipeline.scenes.services.redo import MOST_TAKES
from studio.core.forms import StudioForm

SAME, NEW = "same", "new"
CHANGE = "change-"


class RedoForm(StudioForm):
    """What is to be made anew; fields that stay as they are change nothing."""

    seed = forms.ChoiceField(
        label="Random seed",
        choices=[(NEW, "New"), (SAME, "The same")],
        initial=NEW,
        widget=forms.RadioSelect,
        help_text="The same seed with changed settings shows what the settings do.",
    )
    count = forms.IntegerField(
        label="Takes for each segment",
        min_value=1,
        max_value=MOST_TAKES,
        initial=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    select = forms.BooleanField(
        label="Show the new take once it passes its gates",
        required=False,
        initial=True,
        widget=forms.CheckboxInput(attrs={"class": "toggle"}),
    )
    prompt = forms.CharField(
        required=False,
        max_length=4000,
        help_text="Slots as in the scene type; as it stands, nothing changes.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    negative_prompt = forms.CharField(
        label="Not in the picture",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, recipe: Recipe, **kwargs: Any) -> None:
        """A form with the operation's further parameters as the recipe has them."""
        super().__init__(*args, **kwargs)
        self.recipe = recipe
        self.fields["prompt"].initial = recipe.prompt
        self.fields["negative_prompt"].initial = recipe.negative_prompt
        self.extra = extra_schema_of(recipe.operation)
        for name, item in self.extra.items():
            field = field_for(item, required=False)
            field.initial = recipe.extra.get(name, item.get("default"))
            self.fields[CHANGE + name] = field

    @property
    def change_fields(self) -> list[forms.BoundField]:
        """Further parameters that people often change."""
        return [self[CHANGE + n] for n, item in self.extra.items() if not item.get("advanced")]

    @property
    def rare_fields(self) -> list[forms.BoundField]:
        """Further parameters that are shown on demand."""
        return [self[CHANGE + n] for n, item in self.extra.items() if item.get("advanced")]

    def changes(self) -> dict[str, Any]:
        """What differs from the recipe, as the service takes it."""
        found: dict[str, Any] = {}
        for name in ("prompt", "negative_prompt"):
            if self.cleaned_data[name] != getattr(self.recipe, name).strip():
                found[name] = self.cleaned_data[name]
        for name in self.extra:
            value = self.cleaned_data.get(CHANGE + name)
            if value not in (None, "") and value != self.fields[CHANGE + name].initial:
                found[name] = value
        return found
