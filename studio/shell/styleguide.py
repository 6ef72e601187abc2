"""The style guide: every component with its markup, for those who build pages."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from studio.shell import icons, tokens

NOT_FILLS = ("scrim", "shadow")
EXAMPLE_IMAGES = [
    {"width": 1920, "height": 1080, "file": "wide", "hash": "3PcNNYSFeXh/d3eld0iHZoZgVwh2"},
    {"width": 1080, "height": 1920, "file": "tall", "hash": "1QcSHQRnh493V4dIh4eXh1h4kJUI"},
] * 3


class ExampleForm(forms.Form):
    """Fields of each kind."""

    name = forms.CharField(initial="Harbour spots", help_text="Shown in the switcher.")
    width = forms.IntegerField(initial=1080, min_value=64, max_value=8192)
    style = forms.ChoiceField(choices=[("none", "No style"), ("gouache", "Gouache")])
    strength = forms.IntegerField(
        initial=65, widget=forms.NumberInput(attrs={"type": "range", "min": 0, "max": 100})
    )
    prompt = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 3, "placeholder": "What do you see?"})
    )
    broken = forms.IntegerField(label="Height", min_value=64)
    upscale = forms.BooleanField(label="Upscale afterwards", required=False, initial=True)


def styleguide(request: HttpRequest) -> HttpResponse:
    """The page; the example form is sent with one wrong value, to show an error."""
    values = {name: field.initial or "" for name, field in ExampleForm.base_fields.items()}
    document = tokens.load()
    context = {
        "example_form": ExampleForm(values | {"style": "gouache", "broken": "12"}),
        "now": timezone.now(),
        "icons": icons.names(),
        "images": EXAMPLE_IMAGES,
        "themes": list(document["themes"]),
        "schemes": tokens.SCHEMES,
        "swatches": [n for n in document["themes"]["obsidian"]["dark"] if n not in NOT_FILLS],
    }
    return render(request, "studio/shell/styleguide.html", context)
