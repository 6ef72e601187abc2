"""Signing in and out, and the password."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import login as start_session
from django.contrib.auth import logout as end_session
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from studio.core import services
from studio.core.appearance import remember_in_browser
from studio.core.errors import DomainError, Invalid
from studio.core.forms import PasswordForm, SignInForm
from studio.core.web import client_address, login_exempt, redirect, render_page


@login_exempt
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Sign in and go to where one wanted to go."""
    wanted = _safe_next(request)
    if request.user.is_authenticated:
        return redirect(request, wanted)
    form = SignInForm(request.POST or None)
    status, wait = 200, None
    if request.method == "POST" and form.is_valid():
        try:
            user = services.sign_in(
                request=request, address=client_address(request), **form.cleaned_data
            )
        except DomainError as error:
            form.add_problem(error)
            status, wait = error.status, error.retry_after_s
        else:
            start_session(request, user)
            return remember_in_browser(redirect(request, wanted), user)
    elif request.method == "POST":
        status = Invalid.status
    response = render_page(
        request, "studio/shell/login.html", {"form": form, "next": wanted}, status=status
    )
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    return response


def _safe_next(request: HttpRequest) -> str:
    """The address in `next` if it is one of this studio's own, else the home page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if own else reverse("studio:home")


@login_exempt
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Sign out; open pages of this session lose their live connection."""
    end_session(request)
    return redirect(request, reverse("studio:login"))


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Replace one's own password; forced while it is a one-time password."""
    user: Any = request.user
    form = PasswordForm(request.POST or None)
    context = {"form": form, "forced": user.must_change_password, "section": "password"}
    if request.method == "POST" and form.is_valid():
        old, new = form.cleaned_data["old"], form.cleaned_data["new"]
        try:
            keep = request.session.session_key or ""
            services.change_password(user=user, old=old, new=new, keep_session=keep)
        except Invalid as error:
            form.add_problem(error)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, "Your password is changed. All other sessions have ended.")
            return redirect(request, reverse("studio:home" if context["forced"] else "studio:me"))
    status = Invalid.status if form.errors else 200
    return render_page(request, "studio/core/password.html", context, status=status)
