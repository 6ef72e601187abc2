"""Pages of keys."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from pipeline.providers import keys as services
from pipeline.providers.forms import KeyForm
from pipeline.providers.keys import keys_of
from studio.core.errors import DomainError, Invalid
from studio.core.web import redirect, render_page, wants_fragment

PAGE = "pipeline/providers/keys.html"


@never_cache
@require_http_methods(["GET", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """One's own keys and, for Admins, the studio's; a form to add or replace one."""
    user: Any = request.user
    form = KeyForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            key = services.put_key(actor=user, **form.cleaned_data)
        except DomainError as error:
            form.add_problem(error)
        else:
            messages.success(request, f"The key for {key.provider} is kept, and being checked.")
            return redirect(request, reverse("pipeline:provider-keys"))
    status = Invalid.status if form.errors else 200
    return render_page(request, PAGE, _context(user, form), part="list", status=status)


@require_POST
def key_check(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Ask the provider about a key; the list shows the answer when it is there."""
    user: Any = request.user
    services.check_key(actor=user, code=code)
    if wants_fragment(request):
        return render_page(request, PAGE, _context(user, KeyForm(user=user)), part="list")
    return redirect(request, reverse("pipeline:provider-keys"))


@require_POST
def key_remove(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Forget a key."""
    user: Any = request.user
    services.remove_key(actor=user, code=code)
    messages.success(request, "The key is removed.")
    return redirect(request, reverse("pipeline:provider-keys"))


def _context(user: Any, form: KeyForm) -> dict[str, Any]:
    found = list(keys_of(user).order_by("provider", "owner", "pk"))
    return {
        "form": form,
        "own": [key for key in found if key.owner_id == user.pk],
        "studio": [key for key in found if key.owner_id is None],
        "section": "keys",
    }
