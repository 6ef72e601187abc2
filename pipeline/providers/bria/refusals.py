"""What Bria's refusals mean: as the answer to a call, or as the end of a request."""

from __future__ import annotations

import re
from typing import Any

from pipeline.providers.answers import Answer
from pipeline.providers.base import ErrorClass, ProviderError, RateLimited

#: Words by which a 422 of moderation is told from one of validation; the facts give no other sign.
_MODERATION = re.compile(
    r"moderat|inappropriate|unsafe|nsfw|not allowed by .*policy|content policy|violat", re.I
)


def explain(answer: Answer) -> ProviderError | None:
    """What an error answer means; None where its status says it all."""
    document = answer.document()
    error = document.get("error") if isinstance(document, dict) else None
    return _meaning(answer.status, _words(error), answer)


def failed(error: Any, answer: Answer) -> ProviderError:
    """What the error of a request that ended as ERROR means.

    Its code is read like a status; that moderation comes as 422 here too is not documented.
    """
    code = error.get("code") if isinstance(error, dict) else None
    words = _words(error)
    found = _meaning(code if isinstance(code, int) else 0, words, answer)
    if found is not None:
        return found
    if code in (400, 413, 415):
        return ProviderError(
            f"Bria does not accept the request: {words}.",
            detail=answer.told(),
            error_class=ErrorClass.INPUT,
        )
    said = f": {words}" if words else ""
    return ProviderError(f"Bria could not make it{said}.", detail=answer.told())


def _meaning(status: int, words: str, answer: Answer) -> ProviderError | None:
    if status == 422 and _MODERATION.search(words):
        return ProviderError(
            f"Bria's moderation declined the request: {words}. Change the prompt or the picture.",
            detail=answer.told(),
            error_class=ErrorClass.POLICY,
        )
    if status == 422:
        return ProviderError(
            f"Bria does not accept the request: {words}.",
            detail=answer.told(),
            error_class=ErrorClass.INPUT,
        )
    if status == 403:
        return ProviderError(
            f"The account at Bria may not do this, or its quota is used up: {words or 'forbidden'}."
            " Look at the plan there.",
            detail=answer.told(),
            error_class=ErrorClass.POLICY,
        )
    if status == 413:
        return ProviderError(
            "A picture is larger than the 12 MB that Bria takes. Use a smaller one.",
            detail=answer.told(),
            error_class=ErrorClass.INPUT,
        )
    if status == 460:
        return ProviderError(
            "Bria could not fetch a picture that it was given. Try again.",
            detail=answer.told(),
            error_class=ErrorClass.INPUT,
        )
    if status == 429 and answer.status != 429:
        return RateLimited(
            "Bria takes no more requests for now. Try again later.", detail=answer.told()
        )
    return None


def _words(error: Any) -> str:
    """Message and details in one line, without a full stop."""
    if isinstance(error, str):
        return error.strip().rstrip(".")[:300]
    if not isinstance(error, dict):
        return ""
    parts = [error.get("message"), error.get("details")]
    text = ": ".join(" ".join(str(part).split()) for part in parts if part)
    return text.rstrip(".")[:300]
