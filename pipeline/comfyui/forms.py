"""The form of an instance: registering it, changing it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from pipeline.comfyui.managed import managed_installations
from pipeline.comfyui.models import Instance
from studio.core.errors import Unavailable


class InstanceForm(forms.Form):
    """Where a ComfyUI server is, what it may be given, and what it counts."""

    name = forms.CharField(max_length=120, help_text="What people call it, such as render-1")
    url = forms.CharField(
        max_length=300,
        label="Address",
        help_text="As the studio's machine reaches it, such as http://render-1:8188",
        widget=forms.TextInput(attrs={"class": "code", "inputmode": "url", "spellcheck": "false"}),
    )
    capacity = forms.IntegerField(
        min_value=1,
        max_value=100,
        initial=2,
        help_text="How many prompts of ours may lie in its queue at once; it runs one at a time",
    )
    tags = forms.CharField(
        required=False,
        max_length=900,
        help_text="What workflows can ask for, separated by spaces, such as: 24gb video",
    )
    rate = forms.DecimalField(
        min_value=0,
        max_value=1000,
        max_digits=7,
        decimal_places=3,
        initial=1,
        label="Rate",
        help_text="What a GPU second here counts, as a multiple of the price book's",
    )
    install_name = forms.ChoiceField(
        required=False,
        label="Managed installation",
        help_text="Entry of the file of managed installations, for restarts and missing nodes",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        try:
            names = sorted(managed_installations())
        except Unavailable as error:
            names, self.file_error = [], error.detail
        chosen = self.initial.get("install_name")
        choices = [*names, *([chosen] if chosen and chosen not in names else [])]
        if choices:
            field: Any = self.fields["install_name"]
            field.choices = [("", "None"), *((name, name) for name in choices)]
        else:
            del self.fields["install_name"]

    def values(self) -> dict[str, Any]:
        """What the services take; call when the form is valid."""
        data = self.cleaned_data
        return {
            "name": data["name"],
            "url": data["url"],
            "capacity": data["capacity"],
            "tags": data["tags"].replace(",", " ").split(),
            "rate_permille": int(data["rate"] * 1000),
            "install_name": data.get("install_name", ""),
        }

    def refuse(self, fields: dict[str, list[str]], detail: str) -> None:
        """Show what a service had to say, beside the field it is about."""
        names = {"rate_permille": "rate"}
        for name, messages in fields.items():
            place = names.get(name, name)
            self.add_error(place if place in self.fields else None, messages)
        if not fields:
            self.add_error(None, detail)


def initial_of(instance: Instance) -> dict[str, Any]:
    """An instance as the form shows it."""
    return {
        "name": instance.worker.name,
        "url": instance.url,
        "capacity": instance.capacity,
        "tags": " ".join(tag.tag for tag in instance.tags.all()),
        "rate": Decimal(instance.rate_permille) / 1000,
        "install_name": instance.install_name,
    }
