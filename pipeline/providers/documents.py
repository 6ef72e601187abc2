"""What somebody else wrote, as the database, the clock and people can take it."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from typing import Any

#: Seeds and limits of ComfyUI's nodes have up to twenty, and a sign.
MOST_DIGITS = 21
#: An address up to its query or fragment, and these; in JSON its slashes may be escaped.
_QUERY = re.compile(r"""(?i)\b((?:https?|wss?):(?:\\?/){2}[^\s?#"'<>]{0,2000})[?#][^\s"'<>]*""")


def parse_json(text: str | bytes) -> Any:
    """JSON, also with `NaN` and `Infinity`, which ComfyUI leaves bare: these become None.

    So do numbers that no column and no clock holds. Text is as `clean` makes it.

    Raises:
        ValueError: it is no JSON at all, or nested beyond measure.
    """
    try:
        return clean(json.loads(text, parse_float=_finite, parse_int=_whole))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _whole(digits: str) -> int | None:
    return int(digits) if len(digits) <= MOST_DIGITS else None


def clean(value: Any, changes: Counter[str] | None = None) -> Any:
    """A copy as the database can hold it: no NaN or infinity, no NUL, no half characters.

    Args:
        value: what `json.loads` gives.
        changes: counts under `text` and `number` what had to be changed.

    Raises:
        RecursionError: it is nested beyond measure.
    """
    changes = Counter() if changes is None else changes
    if isinstance(value, str):
        if value.isascii() and "\x00" not in value:
            return value
        plain = value.replace("\x00", "").encode("utf-8", "replace").decode()
        changes["text"] += plain != value
        return plain
    if isinstance(value, float) and not math.isfinite(value):
        changes["number"] += 1
        return None
    if isinstance(value, list):
        return [clean(item, changes) for item in value]
    if isinstance(value, dict):
        return {clean(name, changes): clean(item, changes) for name, item in value.items()}
    return value


def unsigned(text: str) -> str:
    """A text without the queries of the addresses in it: whoever has a signed one may use it."""
    return _QUERY.sub(r"\1?…", text)
