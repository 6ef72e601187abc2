"""Forms of the wallet's pages. Rules live in the services; forms carry them to the page."""

from __future__ import annotations

from django import forms

from billing.fields import CreditsField
from studio.core.forms import StudioForm
from studio.core.models import User


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
