"""Keyset pages of the API."""

from __future__ import annotations

from typing import Any

from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from studio.core.paging import keyset_page, page_size


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
