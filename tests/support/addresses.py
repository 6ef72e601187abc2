"""All addresses of the studio, read from the resolver and from the OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.generators import SchemaGenerator

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Address:
    """One URL pattern."""

    name: str
    route: str

    @property
    def is_api(self) -> bool:
        """Whether scripts use it."""
        return self.route.startswith("api/v1/")

    @property
    def is_admin(self) -> bool:
        """Whether it belongs to the admin site."""
        return self.route.startswith("admin/")

    def path(self, arguments: Mapping[str, Any]) -> str:
        """The path with the route's parameters filled in.

        Raises:
            KeyError: an argument is missing.
        """
        return "/" + _PARAMETER.sub(lambda match: str(arguments[match[1]]), self.route)

    @property
    def parameters(self) -> list[str]:
        """Names of the route's parameters."""
        return _PARAMETER.findall(self.route)


def addresses() -> list[Address]:
    """Every pattern of the resolver, included ones too."""
    return list(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: Any, prefix: str, namespace: str) -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, route, inner)
        elif isinstance(pattern, URLPattern):
            yield Address(f"{namespace}{pattern.name}" if pattern.name else route, route)


def api_operations() -> dict[str, set[str]]:
    """Methods by path (`/api/v1/projects/{code}/`), from the OpenAPI document."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    return {
        path: {method.upper() for method in METHODS if method in item}
        for path, item in document["paths"].items()
    }


def openapi_path(address: Address) -> str:
    """The address as the OpenAPI document writes it."""
    return "/" + _PARAMETER.sub(r"{\1}", address.route)
