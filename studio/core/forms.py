"""Forms of the pages of the ground. Rules live in the services; forms carry them to the page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from studio.core.access import RoleCode
from studio.core.errors import DomainError
from studio.core.lookups import Codes
from studio.core.models import ApiScope, User

THEMES = (("obsidian", "Obsidian"), ("neon", "Neon"))
SCHEMES = (("auto", "As the system"), ("dark", "Dark"), ("light", "Light"))


class StudioForm(forms.Form):
    """A form that can show what a service has to say."""

    required_css_class = "required"

    def add_problem(self, error: DomainError) -> None:
        """Show a domain error: beside its fields, or above the form."""
        unplaced = [error.detail] if not error.fields else []
        for name, messages in error.fields.items():
            if name in self.fields:
                for message in messages:
                    self.add_error(name, message)
            else:
                unplaced += messages
        for message in unplaced:
            self.add_error(None, f"{message} {error.remedy}".strip())


class CodeChoiceField(forms.TypedChoiceField):
    """A lookup's row by its code; the cleaned value is the member."""

    def __init__(self, codes: type[Codes], **options: Any) -> None:
        choices = [(member.code, member.label) for member in codes]
        super().__init__(choices=choices, coerce=codes.by_code, **options)


class SignInForm(StudioForm):
    """User name and password."""

    username = forms.CharField(
        label="User name",
        max_length=60,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )
    password = forms.CharField(
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(StudioForm):
    """The present password and twice the next."""

    old = forms.CharField(
        label="Present password",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    new = forms.CharField(
        label="New password",
        max_length=200,
        strip=False,
        help_text="At least 10 characters, not all digits, nothing everybody uses.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="New password again",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """The two new ones must be the same."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("new") and found.get("again") and found["new"] != found["again"]:
            self.add_error("again", "This is another one than above.")
        return found


class ProfileForm(StudioForm):
    """How one is called, and where mail goes."""

    display_name = forms.CharField(label="Display name", max_length=120)
    email = forms.EmailField(label="E-mail", required=False)


class AppearanceForm(StudioForm):
    """How the studio looks to one, on every device."""

    theme = forms.ChoiceField(choices=THEMES)
    scheme = forms.ChoiceField(label="Light", choices=SCHEMES)


class ApiKeyForm(StudioForm):
    """A key for scripts."""

    DAYS = (("30", "30 days"), ("90", "90 days"), ("365", "1 year"), ("", "Never"))

    name = forms.CharField(
        max_length=80,
        help_text="What will use it, such as “render script on the farm”.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.TypedMultipleChoiceField(
        label="It may",
        coerce=ApiScope.Code.by_code,
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.ChoiceField(label="Ends after", choices=DAYS, initial="90", required=False)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["scopes"]
        field.choices = [
            (scope.code, scope.label)
            for scope in ApiScope.Code
            if scope != ApiScope.Code.ADMIN or user.is_admin
        ]

    def expires_at(self) -> Any:
        """The moment at which the key ends; None: never."""
        days = self.cleaned_data.get("days")
        return timezone.now() + timedelta(days=int(days)) if days else None


class ProjectForm(StudioForm):
    """A project's name."""

    name = forms.CharField(
        max_length=120,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "placeholder": "Lighthouse, episode 2"}
        ),
    )


class MemberForm(StudioForm):
    """Who is to be added, and as what."""

    username = forms.CharField(
        label="User name",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    role = CodeChoiceField(RoleCode, initial=RoleCode.CREATOR.code)


class RoleForm(StudioForm):
    """Another role."""

    role = CodeChoiceField(RoleCode)


class PersonForm(StudioForm):
    """A new person in the studio."""

    username = forms.CharField(
        label="User name",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    display_name = forms.CharField(label="Display name", max_length=120, required=False)
    email = forms.EmailField(label="E-mail", required=False)
    role = CodeChoiceField(RoleCode, initial=RoleCode.CREATOR.code)
