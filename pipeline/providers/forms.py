"""The form of a key."""

from __future__ import annotations

from typing import Any

from django import forms

from pipeline.providers.keys import PAID
from pipeline.providers.models import Provider
from studio.core.forms import StudioForm
from studio.core.models import User


class KeyForm(StudioForm):
    """A key of a provider, for oneself or (Admins) for the studio. It is never shown again."""

    provider = forms.TypedChoiceField(
        choices=[(provider.code, provider.label) for provider in PAID],
        coerce=Provider.Code.by_code,
    )
    secret = forms.CharField(
        label="Key",
        max_length=400,
        help_text="Kept encrypted; nobody is shown it again, you neither.",
        widget=forms.PasswordInput(
            attrs={"class": "code", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    webhook_secret = forms.CharField(
        label="Secret of webhooks",
        required=False,
        max_length=200,
        help_text="Gemini only, if a webhook of yours calls the studio; WaveSpeed's is fetched.",
        widget=forms.PasswordInput(
            attrs={"class": "code", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    for_studio = forms.BooleanField(
        label="For everybody in the studio who has no key of their own", required=False
    )

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        if not user.is_admin:
            del self.fields["for_studio"]
