"""Login required everywhere, and one place that turns domain errors into pages."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from studio.core.errors import DomainError
from studio.core.web import wants_fragment

log = logging.getLogger(__name__)


class LoginRequiredMiddleware:
    """Every view asks for a session, unless it is marked `login_exempt` or part of the API.

    API views (below `/api/v1/`) authenticate by session, token or key themselves.
    A person with a one-time password is sent to choose a new one first.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Let exempt views through; send others to the login page, or answer 401 to htmx."""
        if getattr(view, "login_exempt", False) or request.path.startswith("/api/v1/"):
            return None
        user: Any = request.user
        if not user.is_authenticated:
            target = f"{settings.LOGIN_URL}?next={quote(request.get_full_path())}"
            if wants_fragment(request):
                return HttpResponse(status=401, headers={"HX-Redirect": target})
            return HttpResponse(status=302, headers={"Location": target})
        match = request.resolver_match
        open_views = ("studio:password", "studio:logout")
        if user.must_change_password and match is not None and match.view_name not in open_views:
            return HttpResponse(status=302, headers={"Location": "/me/password/"})
        return None


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
        "%s %s → %s %s (%s)", request.method, request.path, error.status, error.code, reference
    )
    accepts_html = "text/html" in request.headers.get("Accept", "text/html")
    if not accepts_html and not wants_fragment(request):
        return JsonResponse(
            problem_document(error, instance=request.path, reference=reference),
            status=error.status,
            content_type="application/problem+json",
        )
    template = "studio/shell/problem.html"
    if wants_fragment(request):
        template += "#problem"
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
