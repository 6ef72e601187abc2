"""Asking for results that come later: everything is submitted, then all of it is awaited."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipeline.providers.base import (
    Ambiguous,
    Cancelled,
    Produced,
    ProviderError,
    RateLimited,
    RunContext,
    RunRequest,
)
from pipeline.providers.http import ProviderClient


class Forgotten(Exception):
    """The provider does not know a request by its id."""


def unanswered(name: str, position: int) -> Ambiguous:
    """The error where an earlier attempt asked for an output and never heard back."""
    return Ambiguous(
        f"An earlier attempt had asked {name} for this; whether it ran, and is billed, is not"
        " known. Look at your account there, then send it again by hand.",
        detail=f"position {position}, no id",
    )


def collect(
    request: RunRequest,
    context: RunContext,
    http: ProviderClient,
    *,
    begin: Callable[[int], str],
    look: Callable[[int, str], Produced | None],
    every_s: float,
    limit_s: float | None = None,
) -> Iterator[Produced]:
    """Yield the outputs of a request whose results come later.

    Requests of an earlier attempt are asked for by their id before anything new is sent; one that
    the provider has forgotten is sent anew. Once something has failed, nothing new is submitted,
    but what was submitted is awaited: it is paid for.

    Args:
        request: what is to be made.
        context: of the run.
        http: the provider.
        begin: submits the output at a position; gives the id, which it has told the context.
        look: asks once for (position, id); None while it is being made. Raises `Forgotten`.
        every_s: pause between two rounds of questions, seconds.
        limit_s: seconds for all rounds; None: `PROVIDER_WAIT_SECONDS`.

    Raises:
        ProviderError: the first failure, after all else was delivered.
        Cancelled: the context said so.
    """
    adopted = {item.position: item.request_id for item in request.earlier}
    waiting: dict[int, str] = {}
    failure: ProviderError | None = None
    for position in request.positions:
        if code := adopted.get(position):
            context.submitting(position, code)
            waiting[position] = code
        elif position in adopted and failure is None:
            failure = unanswered(http.name, position)
    for position in request.positions:
        if position in adopted or failure is not None:
            continue
        try:
            waiting[position] = begin(position)
        except ProviderError as error:
            failure = error
    for number in http.rounds(every_s, limit_s=limit_s) if waiting else ():
        if number == 0 and not adopted:
            continue  # nothing is ever finished at once, and asking counts
        for position, code in list(waiting.items()):
            if context.cancelled():
                raise Cancelled
            try:
                produced = look(position, code)
            except RateLimited:
                break  # too many questions, which says nothing about the request
            except Forgotten as gone:
                known = adopted.pop(position, "")
                try:
                    waiting[position] = _again(http.name, known, begin, position, gone)
                except ProviderError as error:
                    failure = failure or error
                    del waiting[position]
            except ProviderError as error:
                failure = failure or error
                del waiting[position]
            else:
                if produced is not None:
                    del waiting[position]
                    yield produced
        if not waiting:
            break
    if failure is not None:
        raise failure


def _again(
    name: str, known: str, begin: Callable[[int], str], position: int, gone: Forgotten
) -> str:
    """Submit anew what an earlier attempt had asked for and the provider has forgotten.

    Raises:
        ProviderError: it is one of this run, so that it should be known; or it is refused.
    """
    if not known:
        raise ProviderError(
            f"{name} does not know what became of the request. It may be billed; look at your"
            " account there.",
            detail=str(gone),
        )
    return begin(position)
