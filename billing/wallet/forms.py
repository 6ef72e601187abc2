"""Forms of the wallet's pages. Rules live in the services; forms carry them to the page."""

from __future__ import annotations

from typing import Any

from django import forms

from billing.credits import parse_credits
from studio.core.errors import Invalid
from studio.core.forms import StudioForm
from studio.core.models import User


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


class GrantForm(StudioForm):
    """Who gets how many credits, and why."""

    username = forms.CharField(
        label="User name",
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    credits = CreditsField(help_text="1 credit is worth 0.01 US dollar.")
    memo = forms.CharField(
        label="Reason", max_length=200, required=False, help_text="Shown on the statement."
    )

    def clean_username(self) -> User:
        """The person of that name."""
        user = User.objects.filter(
            username__iexact=self.cleaned_data["username"], is_active=True
        ).first()
        if user is None:
            raise forms.ValidationError("Nobody active has this user name.")
        return user
