"""How the OpenAPI document says what every operation may answer besides success."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.plumbing import ResolvedComponent

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri",
            "description": "What kind of problem; stable, for programs to decide on.",
            "examples": ["urn:seedframe:problem:not-found"],
        },
        "title": {"type": "string", "description": "The kind in words."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What happened and why."},
        "instance": {"type": "string", "description": "Path of the request."},
        "remedy": {"type": "string", "description": "What can be done about it."},
        "errors": {
            "type": "object",
            "description": "Messages by dotted name of the field.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "reference": {"type": "string", "description": "To quote when asking for help."},
    },
}

_ANSWERS = {
    "400": "The request can't be understood.",
    "401": "No credentials, or they are not accepted.",
    "403": "The role or the key's scopes do not allow this.",
    "404": "Nothing there that these credentials may see.",
    "405": "This address does not answer to this method.",
    "409": "The present state does not allow this.",
    "415": "The content type is not accepted.",
    "422": "Some values are not right; `errors` names them.",
    "429": "Too many requests; `Retry-After` says when to try again.",
}
_METHODS = ("get", "post", "put", "patch", "delete")


def document_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add to each operation a summary and the problems it may answer with (postprocessing hook)."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for path, item in result.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                _add_answers(path, method, item[method])
                _add_summary(item[method])
    return result


def _add_summary(operation: dict[str, Any]) -> None:
    """The first sentence of the description, which is the view's docstring."""
    first = operation.get("description", "").split("\n")[0].split("; ")[0].rstrip(".")
    if first and "summary" not in operation:
        operation["summary"] = first


def _add_answers(path: str, method: str, operation: dict[str, Any]) -> None:
    wanted = {"429"}
    if operation.get("security") != []:
        wanted |= {"401", "403"}
    if "{" in path:
        wanted.add("404")
    if method != "get":
        wanted.add("409")
    if "requestBody" in operation:
        wanted |= {"400", "415", "422"}
    if any(parameter["in"] == "query" for parameter in operation.get("parameters", [])):
        wanted.add("422")
    answers = operation.setdefault("responses", {})
    for status in sorted(wanted - set(answers)):
        answer: dict[str, Any] = {
            "description": _ANSWERS[status],
            "content": {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            },
        }
        if status == "429":
            answer["headers"] = {
                "Retry-After": {"schema": {"type": "integer"}, "description": "seconds"}
            }
        answers[status] = answer
    operation["responses"] = dict(sorted(answers.items()))


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the document describes API keys."""

    target_class = "studio.core.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The header that carries the key."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Api-Key sf_…`; made under *Me → API keys*, limited by scopes.",
        }


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the document describes tokens."""

    target_class = "studio.core.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The bearer scheme."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class CodeFieldScheme(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """How the document describes a lookup's codes: one named enumeration for each lookup."""

    target_class = "studio.core.api.fields.CodeField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        """A reference to the lookup's component, made on first use."""
        codes = self.target.codes
        name = codes.__qualname__.split(".")[0].removesuffix("Code")
        component = ResolvedComponent(  # type: ignore[no-untyped-call]
            name=name,
            type=ResolvedComponent.SCHEMA,
            object=codes,
            schema={
                "type": "string",
                "enum": [member.code for member in codes],
                "description": "; ".join(f"`{m.code}`: {m.label}" for m in codes),
            },
        )
        auto_schema.registry.register_on_missing(component)
        return component.ref  # type: ignore[no-any-return]
