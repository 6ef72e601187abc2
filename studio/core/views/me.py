"""Pages about oneself: profile, appearance, sessions, keys."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studio.core import services
from studio.core.appearance import appearance_of, remember_in_browser
from studio.core.errors import DomainError, Invalid, NotFound
from studio.core.forms import ApiKeyForm, AppearanceForm, ProfileForm
from studio.core.models import PreferenceName
from studio.core.paging import keyset_page
from studio.core.queries import own_keys, own_sessions
from studio.core.web import redirect, render_page, wants_fragment

PROFILE = "studio/core/me.html"


@require_http_methods(["GET", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """Name, address and appearance."""
    user: Any = request.user
    present = {"display_name": user.profile.display_name, "email": user.email}
    form = ProfileForm(request.POST or None, initial=present)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                services.set_display_name(user=user, display_name=form.cleaned_data["display_name"])
                services.set_email(user=user, email=form.cleaned_data["email"])
        except DomainError as error:
            form.add_problem(error)
        else:
            messages.success(request, "Saved.")
            return redirect(request, reverse("studio:me"))
    context = {
        "form": form,
        "appearance": AppearanceForm(initial=appearance_of(user)),
        "section": "profile",
    }
    return render_page(request, PROFILE, context, status=Invalid.status if form.errors else 200)


@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Keep theme and scheme for every device."""
    user: Any = request.user
    form = AppearanceForm(request.POST)
    if not form.is_valid():
        raise Invalid("There is no such theme.")
    for name in ("theme", "scheme"):
        member = PreferenceName.Code.by_code(name)
        services.set_preference(user=user, name=member, value=form.cleaned_data[name])  # type: ignore[arg-type]
    if wants_fragment(request):  # the switch in the menu, which shows by itself what it did
        return HttpResponse(status=204)
    messages.success(request, "Saved for all your devices.")
    return remember_in_browser(redirect(request, reverse("studio:me")), user)


@never_cache
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in."""
    user: Any = request.user
    page = keyset_page(
        own_sessions(user),
        cursor=request.GET.get("cursor", ""),
        # Not the session's key, which opens it: the cursor is part of an address.
        order=("-seen_at", "code"),
    )
    context = {
        "page": page,
        "present": request.session.session_key,
        "section": "sessions",
    }
    return render_page(request, "studio/core/sessions.html", context, part="rows")


@require_POST
def session_revoke(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """End one session."""
    user: Any = request.user
    services.revoke_session(actor=user, code=code)
    messages.success(request, "The session has ended.")
    return redirect(request, reverse("studio:sessions"))


@require_POST
def sessions_revoke(request: HttpRequest) -> HttpResponse:
    """End all sessions but this one."""
    user: Any = request.user
    ended = services.end_sessions(user=user, keep=request.session.session_key or "")
    messages.success(request, f"{ended} other session{'' if ended == 1 else 's'} ended.")
    return redirect(request, reverse("studio:sessions"))


@never_cache
@require_http_methods(["GET", "POST"])
def api_keys(request: HttpRequest) -> HttpResponse:
    """Keys for scripts; a new one's secret is on the answer to the form, and nowhere else."""
    user: Any = request.user
    form = ApiKeyForm(request.POST or None, user=user)
    made: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            key, secret = services.create_api_key(
                actor=user,
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                expires_at=form.expires_at(),
            )
        except DomainError as error:
            form.add_problem(error)
        else:
            made, form = {"key": key, "secret": secret}, ApiKeyForm(user=user)
    page = keyset_page(own_keys(user), cursor=request.GET.get("cursor", ""))
    context = {"page": page, "form": form, "made": made, "section": "keys"}
    status = Invalid.status if form.errors else 200
    return render_page(request, "studio/core/api_keys.html", context, part="rows", status=status)


@require_POST
def api_key_revoke(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """End a key at once."""
    user: Any = request.user
    key = own_keys(user).filter(code=code).first()
    if key is None:
        raise NotFound("There is no such key.")
    services.revoke_api_key(actor=user, key=key)
    messages.success(request, f"“{key.name}” is revoked.")
    return redirect(request, reverse("studio:api-keys"))
