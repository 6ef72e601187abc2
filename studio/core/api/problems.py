"""Every error of the API as an RFC 9457 problem document."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.utils.encoding import escape_uri_path
from rest_framework import exceptions
from rest_framework.views import set_rollback

from studio.core.errors import DomainError, Forbidden, Invalid, LimitReached, NotFound, NotSignedIn
from studio.core.middleware import problem_document

log = logging.getLogger(__name__)


def problem_handler(error: Exception, context: dict[str, Any]) -> JsonResponse | None:
    """Turn domain and framework errors into problem documents; others stay with Django.

    The document is JSON whatever the view renders: a picture's address fails in JSON too.
    """
    request = context.get("request")
    headers: dict[str, str] = {}
    if isinstance(error, DomainError):
        problem = error
    elif isinstance(error, Http404):
        problem = NotFound()
    elif isinstance(error, PermissionDenied):
        problem = Forbidden()
    elif isinstance(error, exceptions.APIException):
        problem = framework_problem(error)
        if header := getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = header
    else:
        return None
    if problem.retry_after_s is not None:
        headers["Retry-After"] = str(problem.retry_after_s)
    set_rollback()
    reference = uuid.uuid4().hex[:8]
    path = request.path if request is not None else ""
    log.info("%s → %s %s (%s)", escape_uri_path(path), problem.status, problem.code, reference)
    return JsonResponse(
        problem_document(problem, instance=path, reference=reference),
        status=problem.status,
        headers=headers,
        content_type="application/problem+json",
    )


class _Framework(DomainError):
    """An error of the framework in our words."""

    def __init__(self, status: int, code: str, title: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.title = status, code, title


#: Code and title by status, for errors that the framework raises before our code is reached.
_WORDS = {
    400: ("bad-request", "This request can't be understood"),
    405: ("method-not-allowed", "This address does not answer to this method"),
    406: ("not-acceptable", "There is no answer in the wanted format"),
    415: ("unsupported-media", "This kind of content is not accepted"),
}


def framework_problem(error: exceptions.APIException) -> DomainError:
    """The problem behind an exception of the REST framework."""
    if isinstance(error, exceptions.ValidationError):
        return Invalid("Some values are not right.", fields=flatten(error.detail))
    detail = _sentence(error.detail)
    if isinstance(error, exceptions.Throttled):
        wait = max(1, int(getattr(error, "wait", None) or 0) + 1)
        return LimitReached("Too many requests in a short time.", retry_after_s=wait)
    if error.status_code == 401:
        return NotSignedIn(detail)
    if error.status_code == 403:
        return Forbidden(detail)
    if error.status_code == 404:
        return NotFound(detail)
    code, title = _WORDS.get(error.status_code, (str(error.default_code), detail))
    return _Framework(error.status_code, code.replace("_", "-"), title, detail)


def _sentence(detail: Any) -> str:
    """The text of an error; some carry it under `detail` beside technical facts."""
    if isinstance(detail, dict):
        detail = detail.get("detail", "")
    if isinstance(detail, list):
        detail = " ".join(str(item) for item in detail)
    return str(detail)


def flatten(detail: Any, name: str = "") -> dict[str, list[str]]:
    """Error messages by dotted field name."""
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for key, value in detail.items():
            found |= flatten(value, f"{name}.{key}" if name else str(key))
        return found
    if isinstance(detail, list) and any(isinstance(item, dict) for item in detail):
        found = {}
        for index, item in enumerate(detail):
            found |= flatten(item, f"{name}.{index}")
        return found
    items = detail if isinstance(detail, list) else [detail]
    return {name or "body": [str(item) for item in items]}
