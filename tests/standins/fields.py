"""Strict reading of JSON bodies: what each field must be, and what is wrong with it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Is:
    """One field: its type, and what else it must be.

    `kind`: text, whole, number, yes-no, url (http or data), urls, size (`W*H`), object, things (a
    list that is not empty).
    `least` and `most` bound a number, the sides of a size, or the count of a list.
    """

    kind: str
    required: bool = False
    least: float | None = None
    most: float | None = None
    values: tuple[Any, ...] = ()

    def problem(self, value: Any) -> str:
        """What is wrong with a value; empty when nothing is."""
        check: Callable[[Any], str] = getattr(self, "_" + self.kind.replace("-", "_"))
        found = check(value)
        if not found and self.values and value not in self.values:
            found = f"must be one of {', '.join(map(str, self.values))}"
        return found

    def _text(self, value: Any) -> str:
        return "" if isinstance(value, str) and value else "must be a string that is not empty"

    def _whole(self, value: Any) -> str:
        if not isinstance(value, int) or isinstance(value, bool):
            return "must be an integer"
        return self._bounds(value)

    def _number(self, value: Any) -> str:
        if not isinstance(value, int | float) or isinstance(value, bool):
            return "must be a number"
        return self._bounds(value)

    def _yes_no(self, value: Any) -> str:
        return "" if isinstance(value, bool) else "must be a boolean"

    def _object(self, value: Any) -> str:
        return "" if isinstance(value, dict) else "must be an object"

    def _things(self, value: Any) -> str:
        return "" if isinstance(value, list) and value else "must be a list that is not empty"

    def _url(self, value: Any) -> str:
        if not isinstance(value, str):
            return "must be a URL"
        if value.startswith("data:"):
            return "" if decoded(value) is not None else "is no base64 data URI"
        return "" if value.startswith(("http://", "https://")) else "must be a URL"

    def _urls(self, value: Any) -> str:
        if not isinstance(value, list) or not value:
            return "must be a list of URLs"
        return self._bounds(len(value)) or next(filter(None, map(self._url, value)), "")

    def _size(self, value: Any) -> str:
        found = re.fullmatch(r"(\d+)\*(\d+)", value) if isinstance(value, str) else None
        if not found:
            return "must be W*H"
        return self._bounds(int(found[1])) or self._bounds(int(found[2]))

    def _bounds(self, value: float) -> str:
        low = self.least is not None and value < self.least
        high = self.most is not None and value > self.most
        return f"must be between {self.least} and {self.most}" if low or high else ""


def problems(rules: Mapping[str, Is], body: Any) -> list[str]:
    """All that is wrong with a body.

    Unknown fields are problems, so that a wrong name is seen; real servers may ignore them.
    """
    if not isinstance(body, dict):
        return ["body: must be an object"]
    found = [f"{name}: unknown field" for name in body if name not in rules]
    found += [
        f"{name}: is required" for name, rule in rules.items() if rule.required and name not in body
    ]
    found += [
        f"{name}: {problem}"
        for name, value in body.items()
        if name in rules and (problem := rules[name].problem(value))
    ]
    return found


def decoded(text: str) -> bytes | None:
    """The bytes of base64, with or without `data:…,` before it; None when it is none."""
    try:
        return base64.b64decode(text.rpartition(",")[2], validate=True)
    except binascii.Error:
        return None
