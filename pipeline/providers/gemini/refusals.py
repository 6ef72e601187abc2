"""What Gemini's refusals mean: as errors, and inside answers of status 200."""

from __future__ import annotations

import re
from typing import Any

from pipeline.providers.answers import Answer, field_of
from pipeline.providers.base import ErrorClass, ProviderError, RateLimited

NAME = "Gemini"

#: Why there is no picture, by `finishReason` or `blockReason`; all else is moderation's.
_NO_MODERATION = {
    "OTHER": "for a reason that it does not give",
    "IMAGE_OTHER": "for a reason that it does not give",
    "NO_IMAGE": "because it made none",
    "LANGUAGE": "because it does not understand the language",
    "MAX_TOKENS": "because the answer grew too long",
    "MALFORMED_FUNCTION_CALL": "for a reason that it does not give",
    "STOP": "but words",
}


class Unmade(ProviderError):
    """A whole answer that holds no picture: nothing is kept, and nothing is unclear."""


def explain(answer: Answer) -> ProviderError | None:
    """What an error answer means; None where its status says it all."""
    error = error_in(answer.document())
    given = error.get("details")
    details: list[Any] = given if isinstance(given, list) else []
    reasons = {str(entry.get("reason")) for entry in details if isinstance(entry, dict)}
    words, told = answer.words().rstrip("."), answer.told()
    if answer.status == 400 and ("API_KEY_INVALID" in reasons or "API key not valid" in words):
        return ProviderError(
            f"{NAME} refuses the key. Check it under Providers.",
            detail=told,
            error_class=ErrorClass.POLICY,
        )
    if answer.status == 400 and error.get("status") == "FAILED_PRECONDITION":
        return ProviderError(
            f"{NAME} is not open to this account: {words}. Look at its plan and region there.",
            detail=told,
            error_class=ErrorClass.POLICY,
        )
    if answer.status == 404:
        return ProviderError(
            f"{NAME} does not have this model (any more): {words}. Choose another one.",
            detail=told,
        )
    if answer.status == 429:
        wait = answer.retry_after_s if answer.retry_after_s is not None else _delay(details)
        later = " Try again later." if wait is None else ""  # else the wait itself is told
        return RateLimited(
            f"{NAME} takes no more requests for now.{later}",
            detail=told,
            retry_after_s=wait,
        )
    return None


def error_in(document: Any) -> dict[str, Any]:
    """The error of a body, which some answers wrap in a list of one; empty when there is none."""
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    error = field_of(document, "error")
    return error if isinstance(error, dict) else {}


def blocked(document: Any, answer: Answer) -> Unmade:
    """The error of an answer of status 200 without a picture, in the three forms that it has."""
    reason = field_of(document, "promptFeedback", "blockReason")
    if isinstance(reason, str):
        said = field_of(document, "promptFeedback", "blockReasonMessage")
        return _declined("the prompt or a picture in it", reason, _line(said), answer)
    candidate = first_candidate(document)
    reason = str(candidate.get("finishReason") or "NO_IMAGE")
    said = _line(candidate.get("finishMessage")) or _line(" ".join(texts_in(candidate)))
    if reason in _NO_MODERATION:
        tail = f": {said.rstrip('.')}." if said else "."
        return Unmade(
            f"{NAME} answered without a picture, {_NO_MODERATION[reason]}{tail} Say it in other"
            " words, or try again.",
            detail=f"{reason}; {answer.told()}",
        )
    return _declined("the result", reason, said, answer)


def first_candidate(document: Any) -> dict[str, Any]:
    """The first candidate of an answer; empty when there is none."""
    candidates = field_of(document, "candidates")
    first = candidates[0] if isinstance(candidates, list) and candidates else None
    return first if isinstance(first, dict) else {}


def parts_of(candidate: Any) -> list[dict[str, Any]]:
    """The parts of a candidate; it may have none."""
    parts = field_of(candidate, "content", "parts")
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def texts_in(candidate: Any) -> list[str]:
    """What a candidate says in words, its thoughts left out."""
    found = (part.get("text") for part in parts_of(candidate) if not part.get("thought"))
    return [text for text in found if isinstance(text, str)]


def _declined(what: str, reason: str, said: str, answer: Answer) -> Unmade:
    tail = f": {said.rstrip('.')}" if said else ""
    return Unmade(
        f"{NAME}'s moderation declined {what} ({reason[:40]}){tail}. Change the prompt or the"
        " pictures.",
        detail=answer.told(),
        error_class=ErrorClass.POLICY,
    )


def _delay(details: list[Any]) -> float | None:
    """Seconds of a `RetryInfo`: `"32s"`."""
    for entry in details:
        text = entry.get("retryDelay") if isinstance(entry, dict) else None
        found = re.fullmatch(r"(\d+(?:\.\d+)?)s", text) if isinstance(text, str) else None
        if found:
            return float(found[1])
    return None


def _line(value: Any) -> str:
    return " ".join(value.split())[:300] if isinstance(value, str) else ""
