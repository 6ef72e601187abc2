"""What is wrong with a parameter, in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: By pydantic's type of error; `{…}` are its context.
_WORDS = {
    "missing": "This is needed.",
    "extra_forbidden": "There is no such parameter.",
    "greater_than_equal": "Must be {ge} or more.",
    "less_than_equal": "Must be {le} or less.",
    "greater_than": "Must be more than {gt}.",
    "less_than": "Must be less than {lt}.",
    "multiple_of": "Must be a multiple of {multiple_of}.",
    "string_too_long": "At most {max_length} characters.",
    "int_parsing": "Must be a whole number.",
    "int_type": "Must be a whole number.",
    "int_from_float": "Must be a whole number.",
    "float_parsing": "Must be a number.",
    "float_type": "Must be a number.",
    "finite_number": "Must be a number.",
    "bool_parsing": "Must be true or false.",
    "bool_type": "Must be true or false.",
    "string_type": "Must be text.",
    "literal_error": "Choose one of: {expected}.",
    "enum": "Choose one of: {expected}.",
    "too_long": "At most {max_length} items.",
    "too_short": "At least {min_length} items.",
}


def people_say(item: Mapping[str, Any]) -> str:
    """One finding of pydantic as a sentence."""
    kind, context = str(item["type"]), dict(item.get("ctx") or {})
    if kind == "string_too_short":
        least = context.get("min_length", 1)
        return "Write something here." if least == 1 else f"At least {least} characters."
    words = _WORDS.get(kind)
    if words is None:
        return str(item["msg"]).removeprefix("Value error, ")
    return words.format(**{key: _plain(value) for key, value in context.items()})


def _plain(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    if isinstance(value, str):
        return value.replace("'", "").replace(" or ", ", ")
    return str(value)
