"""What the refusals of Hugging Face's router mean, and of those behind it."""

from __future__ import annotations

import re

from django.conf import settings

from pipeline.providers.answers import Answer, field_of
from pipeline.providers.base import ErrorClass, ProviderError, RateLimited

NAME = "Hugging Face"

_MODERATION = re.compile(
    r"moderat|nsfw|sensitive|inappropriate|unsafe|safety|content.policy|flagged|prohibited", re.I
)
#: `RateLimit: "api";r=0;t=55`: seconds until there is room again.
_RESET = re.compile(r"(?:^|[;,\s])t=(\d+)")


class Loading(RateLimited):
    """The model is being loaded; nothing was taken."""


def explain(answer: Answer) -> ProviderError | None:
    """What an error answer means; None where its status says it all."""
    words, told = answer.words().rstrip("."), answer.told()
    if answer.status == 503:
        return _loading(answer, words)
    if answer.status == 429:
        wait = answer.retry_after_s
        reset = _RESET.search(answer.headers.get("ratelimit", ""))
        if wait is None and reset:
            wait = float(reset[1])
        later = " Try again later." if wait is None else ""  # else the wait itself is told
        return RateLimited(
            f"{NAME} takes no more requests for now.{later}",
            detail=told,
            retry_after_s=wait,
        )
    if answer.status == 402:
        return ProviderError(
            f"The account at {NAME} has no credit left: {words or 'payment required'}.",
            detail=told,
            error_class=ErrorClass.POLICY,
        )
    if answer.status == 403:
        return ProviderError(
            f"The token of {NAME} may not do this: {words or 'forbidden'}. It needs the permission"
            " “Inference Providers”, and some models want their terms accepted.",
            detail=told,
            error_class=ErrorClass.POLICY,
        )
    if answer.status == 404:
        return ProviderError(
            f"The model is not there at {NAME} (any more): {words or 'not found'}. Choose another"
            " one.",
            detail=told,
        )
    if answer.status in (400, 422) and _MODERATION.search(words):
        return declined(answer, words)
    return None


def declined(answer: Answer, words: str) -> ProviderError:
    """The error of a request that moderation stopped."""
    return ProviderError(
        f"Moderation declined the request: {words}. Change the prompt or the picture.",
        detail=answer.told(),
        error_class=ErrorClass.POLICY,
    )


def failed(answer: Answer, words: str) -> ProviderError:
    """The error of a request that was taken and came to nothing."""
    words = " ".join(words.split())[:300].rstrip(".")
    if _MODERATION.search(words):
        return declined(answer, words)
    said = f": {words}." if words else "."
    return ProviderError(f"{NAME} could not make it{said}", detail=answer.told())


def _loading(answer: Answer, words: str) -> Loading | None:
    """A model that is being loaded; how long is told, and never waited for longer than allowed."""
    seconds = field_of(answer.document(), "estimated_time")
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not is_number and "loading" not in words.lower():
        return None
    longest = float(settings.PROVIDER_BACKOFF_MAX_SECONDS)
    return Loading(
        f"{NAME} is still loading the model. Try again in a few minutes.",
        detail=answer.told(),
        retry_after_s=min(longest, max(0.0, float(seconds))) if is_number else None,
    )
