"""The home page, and the pages for what went wrong."""

from __future__ import annotations

import logging
import sys
import uuid

from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.encoding import escape_uri_path
from django.views.decorators.http import require_safe

from studio.core.errors import DomainError, Forbidden, NotFound
from studio.core.middleware import problem_document, problem_response
from studio.core.queries import project_cards
from studio.core.web import render_page
from studio.live.feed import latest_lines
from studio.shell.context import Shell

log = logging.getLogger(__name__)

HOME_PROJECTS = 6
HOME_LINES = 15
_LATEST = F("last_event_at").desc(nulls_last=True)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Studio Pulse: what runs, what is new, what happened in one's projects."""
    return render_page(
        request,
        "studio/shell/home.html",
        {
            "lines": latest_lines(request.user, HOME_LINES),
            "projects": project_cards(request.user).order_by(_LATEST, "name")[:HOME_PROJECTS],
        },
        part="activity",
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that Django refuses before any view sees it."""
    return problem_response(
        request,
        DomainError(
            "What was sent does not make sense to the studio.",
            remedy="Go back, reload the page and try again.",
        ),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Something is not allowed."""
    return problem_response(
        request, Forbidden(remedy="Ask an Admin, or the manager of the project, for the right.")
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """No page has this address."""
    return problem_response(
        request,
        NotFound(
            "There is no page at this address, or it belongs to a project that you are not in.",
            remedy="Check the address, or ask to be added to the project.",
        ),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token, or from another site."""
    log.warning("%s %s: %s", request.method, escape_uri_path(request.path), reason)
    error = Forbidden(
        "This form was open for too long, or it does not come from this studio.",
        remedy="Go back, reload the page and send it again. Cookies must be allowed.",
    )
    error.code = "csrf"
    error.title = "The form can't be accepted"
    return problem_response(request, error)


class Broken(DomainError):
    """Something in the studio went wrong."""

    status = 500
    code = "internal"
    title = "Something in the studio went wrong"


def server_error(request: HttpRequest) -> HttpResponse:
    """An error that nobody foresaw; the log has it under the reference that the page shows.

    Depends on no database, no session and no context processor: any of them may be what broke.
    """
    reference = uuid.uuid4().hex[:8]
    path = escape_uri_path(request.path)
    log.error("%s %s failed (%s)", request.method, path, reference, exc_info=sys.exc_info())
    error = Broken(
        "It has been written to the log.",
        remedy="Try again; if it stays, tell an Admin the reference below.",
    )
    if request.path.startswith("/api/"):
        return JsonResponse(
            problem_document(error, instance=request.path, reference=reference),
            status=500,
            content_type="application/problem+json",
        )
    part = "#problem" if request.headers.get("HX-Request") == "true" else ""
    template = f"studio/shell/problem.html{part}" if part else "studio/shell/broken.html"
    # The frame's theme is in a cookie; the page uses nothing of it that would ask the database.
    context = {"problem": error, "reference": reference, "shell": Shell(request)}
    page = render_to_string(template, context)
    return HttpResponse(page, status=500)
