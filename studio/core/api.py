"""What all API views share: problem documents, keyset pages."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from studio.core.errors import DomainError, Forbidden, Invalid, NotFound
from studio.core.middleware import problem_document
from studio.core.paging import keyset_page, page_size


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn domain and framework errors into RFC 9457 problem documents."""
    request = context.get("request")
    headers: dict[str, str] = {}
    if isinstance(error, Http404):
        error = NotFound()
    elif isinstance(error, PermissionDenied):
        error = Forbidden()
    elif isinstance(error, exceptions.ValidationError):
        error = Invalid("Some values are not right.", fields=_flatten(error.detail))
    if isinstance(error, exceptions.APIException):
        problem = DomainError(str(error.detail))
        problem.status = error.status_code
        problem.code = str(error.default_code).replace("_", "-")
        problem.title = str(error.default_detail)
        if header := getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = header
        if wait := getattr(error, "wait", None):
            headers["Retry-After"] = str(int(wait) + 1)
    elif isinstance(error, DomainError):
        problem = error
    else:
        return None
    instance = request.path if request is not None else ""
    return Response(
        problem_document(problem, instance=instance, reference=uuid.uuid4().hex[:8]),
        status=problem.status,
        headers=headers,
        content_type="application/problem+json",
    )


def _flatten(detail: Any, name: str = "") -> dict[str, list[str]]:
    """Error messages by dotted field name."""
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for key, value in detail.items():
            found |= _flatten(value, f"{name}.{key}" if name else str(key))
        return found
    if isinstance(detail, list) and any(isinstance(item, dict) for item in detail):
        found = {}
        for index, item in enumerate(detail):
            found |= _flatten(item, f"{name}.{index}")
        return found
    items = detail if isinstance(detail, list) else [detail]
    return {name or "body": [str(item) for item in items]}


class KeysetPagination(BasePagination):
    """`?cursor=` and `?page_size=`; answers `{"results": […], "next": url | null}`.

    A view may set `keyset_order` (default: newest first).
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """One page of rows."""
        self.request = request
        self.page = keyset_page(
            queryset,
            cursor=request.query_params.get("cursor", ""),
            size=page_size(request.query_params.get("page_size")),
            order=getattr(view, "keyset_order", ("-id",)),
        )
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        """The envelope around one page."""
        link = None
        if self.page.next_cursor:
            url = self.request.build_absolute_uri()
            link = replace_query_param(url, "cursor", self.page.next_cursor)
        return Response({"results": data, "next": link})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The envelope in OpenAPI."""
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {"type": ["string", "null"], "format": "uri"},
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The query parameters in OpenAPI."""
        return [
            {"name": "cursor", "in": "query", "schema": {"type": "string"}, "required": False},
            {
                "name": "page_size",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
                "required": False,
            },
        ]
