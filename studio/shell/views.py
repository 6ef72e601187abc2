"""Error pages, and the style guide."""

from __future__ import annotations

import logging
import uuid

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from studio.core.errors import DomainError, Forbidden, NotFound
from studio.core.middleware import problem_response
from studio.core.web import login_exempt
from studio.shell import icons, tokens

log = logging.getLogger(__name__)


@login_exempt
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What the browser sent makes no sense (400)."""
    return problem_response(
        request,
        DomainError(
            "What the browser sent does not make sense to the studio.",
            remedy="Go back, reload the page and try again.",
        ),
    )


@login_exempt
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Not for this person (403)."""
    return problem_response(
        request, Forbidden(remedy="Ask an Admin, or the manager of the project, for the right.")
    )


@login_exempt
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """No such address (404)."""
    return problem_response(
        request,
        NotFound(
            "There is no page at this address, or it belongs to a project that you are not in.",
            remedy="Check the address, or ask to be added to the project.",
        ),
    )


@login_exempt
def server_error(request: HttpRequest) -> HttpResponse:
    """An error nobody expected (500): no query is made, for the database may be the cause."""
    reference = uuid.uuid4().hex[:8]
    log.error("%s %s → 500 (%s)", request.method, request.path, reference)
    if request.headers.get("HX-Request") == "true":
        problem = DomainError(
            "The studio met an error that it did not expect. It has been logged.",
            remedy="Try again in a moment. If it happens again, tell an Admin.",
        )
        problem.title = "Something went wrong on our side"
        context = {"problem": problem, "reference": reference}
        html = render_to_string("studio/shell/problem.html#problem", context)
    else:
        html = render_to_string("500.html", {"reference": reference})
    return HttpResponse(html, status=500)


class ExampleForm(forms.Form):
    """Fields of each kind, for the style guide."""

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


EXAMPLE_SHAPES = [
    {"width": 1080, "height": 1920, "hash": "1QcSHQRnh493V4dIh4eXh1h4kJUI"},
    {"width": 1920, "height": 1080, "hash": "3PcNNYSFeXh/d3eld0iHZoZgVwh2"},
    {"width": 1080, "height": 1080, "hash": "YJqGPQw7sFlslqhFafSE+Q6oJ1h2iHB2Rw=="},
    {"width": 1350, "height": 1080, "hash": "2IqDBQQnxnj0JoLYdM3P8ahpuDeHiHdwZw=="},
]


def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component, for those who build pages."""
    form = ExampleForm(initial={"broken": 12})
    form.full_clean()
    data = {name: field.initial for name, field in form.fields.items()} | {"broken": "12"}
    document = tokens.load()
    context = {
        "example_form": ExampleForm(data),
        "now": timezone.now(),
        "icons": icons.names(),
        "themes": list(document["themes"]),
        "schemes": tokens.SCHEMES,
        "swatches": [
            name
            for name in document["themes"]["obsidian"]["dark"]
            if name not in ("scrim", "shadow")
        ],
        "shapes": EXAMPLE_SHAPES,
    }
    return render(request, "studio/shell/styleguide.html", context)
