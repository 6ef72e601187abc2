"""Login required everywhere, and one place that turns domain errors into pages."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import escape_uri_path

from studio.core.errors import DomainError
from studio.core.models import Session
from studio.core.web import redirect, wants_fragment

log = logging.getLogger(__name__)

API_PREFIX = "/api/v1/"
SEEN_EVERY = timedelta(minutes=10)


class PlainAddressMiddleware:
    """Refuses addresses with a NUL character, which no text in the database can hold."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, or answer 400."""
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return problem_response(request, DomainError("The address contains a NUL character."))
        return self.get_response(request)


class LoginRequiredMiddleware:
    """Every view asks for a session, unless it is marked `login_exempt` or part of the API.

    Answers to people who have a session are kept by nobody else, and asked for anew each time.

    API views (below `/api/v1/`) authenticate by session, token or key themselves.
    A person with a one-time password is sent to choose a new one first.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and "Cache-Control" not in response:
            response.headers["Cache-Control"] = "private, no-cache"
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Let exempt views through; send others to the login page, or answer 401 to htmx."""
        # Exempt views must not even ask who it is: health is answered without the database.
        if getattr(view, "login_exempt", False) or request.path.startswith(API_PREFIX):
            return None
        user: Any = request.user
        if not user.is_authenticated:
            return _to_login(request)
        _note_seen(request)
        match = request.resolver_match
        if user.must_change_password and match is not None and match.view_name not in _OPEN:
            return redirect(request, reverse("studio:password"))
        return None


#: What a person with a one-time password may use.
_OPEN = ("studio:password", "studio:logout")


def _to_login(request: HttpRequest) -> HttpResponse:
    """To the login page and back: to this address, or for a fragment to the page around it."""
    if wants_fragment(request):
        back = getattr(request, "htmx").current_url_abs_path or "/"  # noqa: B009
        target = f"{settings.LOGIN_URL}?next={quote(back)}"
        return HttpResponse(status=401, headers={"HX-Redirect": target})
    target = f"{settings.LOGIN_URL}?next={quote(request.get_full_path())}"
    return HttpResponse(status=302, headers={"Location": target})


def _note_seen(request: HttpRequest) -> None:
    """Keep the time of the last visit, to ten minutes (each note is a write)."""
    facts = request.session.get(Session.FACTS)
    now = timezone.now()
    if facts and now - datetime.fromisoformat(facts["seen"]) > SEEN_EVERY:
        request.session[Session.FACTS] = facts | {"seen": now.isoformat()}


class DomainErrorMiddleware:
    """Renders domain errors: a page, a fragment for htmx, or a problem document for scripts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer domain errors; leave all others to Django."""
        if not isinstance(error, DomainError):
            return None
        return problem_response(request, error)


def problem_response(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The answer that tells a person or a script about a domain error."""
    reference = uuid.uuid4().hex[:8]
    log.info(
        # escaped: a line break in an address must not begin another line of the log
        "%s %s → %s %s (%s)",
        request.method,
        escape_uri_path(request.path),
        error.status,
        error.code,
        reference,
    )
    response = _problem_body(request, error, reference)
    if error.retry_after_s is not None:
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def _problem_body(request: HttpRequest, error: DomainError, reference: str) -> HttpResponse:
    fragment = wants_fragment(request)
    accepts_html = "text/html" in request.headers.get("Accept", "text/html")
    if request.path.startswith("/api/") or not (accepts_html or fragment):
        return JsonResponse(
            problem_document(error, instance=request.path, reference=reference),
            status=error.status,
            content_type="application/problem+json",
        )
    template = "studio/shell/problem.html" + ("#problem" if fragment else "")
    return render(
        request, template, {"problem": error, "reference": reference}, status=error.status
    )


def problem_document(error: DomainError, *, instance: str, reference: str = "") -> dict[str, Any]:
    """RFC 9457 problem details; `remedy`, `errors` and `reference` are our extension members."""
    document: dict[str, Any] = {
        "type": f"urn:seedframe:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "instance": instance,
    }
    if error.remedy:
        document["remedy"] = error.remedy
    if error.fields:
        document["errors"] = error.fields
    if reference:
        document["reference"] = reference
    return document
