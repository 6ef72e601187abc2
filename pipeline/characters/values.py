"""Values of traits: written as text, checked by the type of their field."""

from __future__ import annotations

import re
from datetime import date

from pipeline.characters.models import MetadataField, MetadataType

MAX_VALUE = 500
_NUMBER = re.compile(r"[+-]?\d{1,15}([.,]\d{1,9})?", re.ASCII)
_YES = {"yes", "true", "1", "on"}
_NO = {"no", "false", "0", "off"}


def normalised(field: MetadataField, text: str) -> str:
    """A value as it is stored: trimmed; numbers with a point; yes or no; days as 2026-01-31."""
    text = " ".join(text.replace("\x00", "").split())
    kind = MetadataType.Code(field.value_type_id)
    if kind == MetadataType.Code.NUMBER:
        return text.replace(",", ".")
    if kind == MetadataType.Code.BOOLEAN and text.lower() in _YES | _NO:
        return "yes" if text.lower() in _YES else "no"
    return text


def problem_with(field: MetadataField, value: str) -> str:
    """Why a stored value does not fit its field, a sentence; empty when it does.

    Reads the field's options for choices: prefetch them.
    """
    if len(value) > MAX_VALUE:
        return f"A value has at most {MAX_VALUE} characters."
    kind = MetadataType.Code(field.value_type_id)
    if kind == MetadataType.Code.NUMBER and not _NUMBER.fullmatch(value):
        return f"“{value}” is no number."
    if kind == MetadataType.Code.BOOLEAN and value not in ("yes", "no"):
        return "This should be yes or no."
    if kind == MetadataType.Code.DATE and not _is_day(value):
        return f"“{value}” is no day, as 2026-01-31."
    if kind == MetadataType.Code.CHOICE:
        allowed = [option.value for option in field.options.all()]
        if value not in allowed:
            return f"“{value}” is not one of: {', '.join(allowed)}."
    return ""


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10
