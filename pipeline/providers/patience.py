"""Submitting with the patience that a rate limit asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings

from pipeline.providers.answers import Answer
from pipeline.providers.base import RateLimited, RunContext
from pipeline.providers.http import ProviderClient


def submit_patiently(
    http: ProviderClient, context: RunContext, position: int, path: str, **body: Any
) -> Answer:
    """`http.submit`, and again after a while where the provider answered 429.

    That answer says that nothing was taken, so that another try can't be billed twice. It waits as
    `Retry-After` says, else 1, 2, 4, … seconds, at most `PROVIDER_REPEATS` times.

    Raises:
        RateLimited: the provider asks to wait longer than `PROVIDER_BACKOFF_MAX_SECONDS`, or did
            not relent.
        ProviderError, Ambiguous, Cancelled: as `http.submit` does.
    """
    return patiently(context, lambda: http.submit(position, path, **body))


def patiently(context: RunContext, ask: Callable[[], Answer]) -> Answer:
    """The answer to what takes nothing when it is refused by 429, asked for as said above.

    Raises:
        RateLimited: the provider asks to wait too long, or did not relent.
        ProviderError, Cancelled: as `ask` does.
    """
    longest = settings.PROVIDER_BACKOFF_MAX_SECONDS
    for number in range(settings.PROVIDER_REPEATS):
        try:
            return ask()
        except RateLimited as error:
            asked = error.retry_after_s
            if asked is not None and asked > longest:
                raise
            context.retried()
            context.wait(min(2.0**number, longest) if asked is None else asked)
    return ask()
