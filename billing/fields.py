"""Form fields of all slices."""

from __future__ import annotations

from typing import Any

from django import forms

from billing.credits import parse_credits
from studio.core.errors import Invalid


class CreditsField(forms.CharField):
    """A number of credits; the cleaned value is microcredits."""

    def __init__(self, **options: Any) -> None:
        widget = forms.NumberInput(attrs={"step": "any", "min": "0", "inputmode": "decimal"})
        super().__init__(widget=widget, **options)

    def clean(self, value: Any) -> Any:
        """Microcredits.

        Raises:
            ValidationError: no number of credits.
        """
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_credits(text)
        except Invalid as error:
            raise forms.ValidationError(error.detail) from error
