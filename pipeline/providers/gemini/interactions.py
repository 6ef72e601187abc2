"""Reading Gemini's interactions: their state, their error, the film that they made."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from pipeline.providers.answers import Answer, field_of
from pipeline.providers.base import ErrorClass, ProviderError
from pipeline.providers.gemini.refusals import NAME, error_in

UNFINISHED = frozenset({"queued", "in_progress"})

_MODERATION = re.compile(
    r"safety|moderat|prohibited|policy|blocked|filtered|violat|sensitive", re.I
)


def unfinished_or_failed(document: Any, answer: Answer) -> bool:
    """Whether an interaction is still running.

    Raises:
        ProviderError: it failed, was stopped, ran out of budget, or its state makes no sense.
    """
    status = field_of(document, "status")
    if status in UNFINISHED:
        return True
    if status == "completed":
        return False
    said = error_of(document)
    tail = f": {said.rstrip('.')}." if said else "."
    told = answer.told()
    if status in ("failed", "incomplete") and _MODERATION.search(said):
        raise ProviderError(
            f"{NAME}'s moderation declined the request{tail} Change the prompt or the picture.",
            detail=told,
            error_class=ErrorClass.POLICY,
        )
    if status in ("failed", "incomplete"):
        raise ProviderError(f"{NAME} could not make it{tail}", detail=told)
    if status == "budget_exceeded":
        raise ProviderError(
            f"The account at {NAME} has used up its budget{tail} Raise it there.",
            detail=told,
            error_class=ErrorClass.POLICY,
        )
    if status == "cancelled":
        raise ProviderError(f"The request was cancelled at {NAME}{tail}", detail=told)
    if status == "requires_action":
        raise ProviderError(f"{NAME} asks for something that it should not need{tail}", detail=told)
    raise answer.unreadable(f"status {str(status)[:40]!r}")


def content_of(document: Any, answer: Answer) -> str | bytes:
    """The film of a finished interaction: its address, or its bytes. The last one counts.

    Raises:
        ProviderError: it has finished without one, or its bytes can't be read.
    """
    outputs = [step for step in _steps(document) if step.get("type") == "model_output"]
    contents = [part for step in outputs for part in _list(step.get("content"))]
    films = [part for part in contents if part.get("type") == "video"]
    if not films:
        said = error_of(document) or " ".join(str(part.get("text") or "") for part in contents)
        tail = f": {' '.join(said.split())[:300].rstrip('.')}." if said.strip() else "."
        raise ProviderError(f"{NAME} has finished without a film{tail}", detail=answer.told())
    film = films[-1]
    if isinstance(film.get("uri"), str):
        return str(film["uri"])
    try:
        return base64.b64decode(str(film.get("data", "")), validate=True)
    except binascii.Error as error:
        raise answer.unreadable(f"data: {error}") from error


def error_of(document: Any) -> str:
    """What an interaction says of its failure: as a whole, or in a step."""
    errors = [error_in(document), *(error_in(step) for step in _steps(document))]
    found = (error.get("message") for error in errors)
    return next((" ".join(str(text).split())[:300] for text in found if text), "")


def _steps(document: Any) -> list[dict[str, Any]]:
    return _list(field_of(document, "steps"))


def _list(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
