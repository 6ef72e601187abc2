"""The form that makes a delivery."""

from __future__ import annotations

from typing import Any

from django import forms

from pipeline.delivery.naming import DEFAULT_TEMPLATE
from pipeline.scenes.models import Cut


class DeliveryForm(forms.Form):
    """What is handed over, under which names, and to whom."""

    title = forms.CharField(max_length=120, help_text="What people call it")
    recipient = forms.CharField(max_length=200, required=False, help_text="To whom it goes")
    naming_template = forms.CharField(
        max_length=200,
        initial=DEFAULT_TEMPLATE,
        label="File names",
        help_text="Slots: {project} {character} {scene} {version} {date} {ext}",
    )
    note = forms.CharField(
        max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    cuts = forms.ModelMultipleChoiceField(
        queryset=Cut.objects.none(), to_field_name="code", widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, cuts: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["cuts"].queryset = cuts  # type: ignore[attr-defined]
