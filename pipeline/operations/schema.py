"""The JSON Schema of an operation's parameters, as the API documents it."""

from __future__ import annotations

from typing import Any

from pipeline.operations.declaration import OperationSpec

#: Keys that steer our own forms and say nothing to a script.
_FORM_ONLY = ("widget", "advanced")


def parameter_schema(spec: OperationSpec) -> dict[str, Any]:
    """JSON Schema (2020-12) of the parameters that a request may carry.

    Parameters that `spec.resolve` can fill in are not required.
    """
    schema = spec.parameters.model_json_schema()
    properties = schema["properties"]
    for name in [n for n, p in properties.items() if p.get("widget") == "hidden"]:
        del properties[name]
    for item in properties.values():
        unit = item.pop("unit", "")
        for key in _FORM_ONLY:
            item.pop(key, None)
        if unit:
            item["description"] = f"{item.get('description', '')} In {unit}.".strip()
    schema["required"] = [name for name in schema.get("required", []) if name not in spec.filled_in]
    properties.update(spec.extra_parameters)
    schema["title"] = f"{spec.title} parameters"
    schema.pop("description", None)
    return schema
