"""Asking for results that come later: everything is submitted, then all of it is awaited."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipeline.providers.base import (
    Ambiguous,
    Cancelled,
    Earlier,
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


def other_key(name: str, position: int, why: ProviderError | Forgotten) -> Ambiguous:
    """The error where an earlier attempt's request can't be asked for with the key of now."""
    return Ambiguous(
        f"An earlier attempt had asked {name} for this with another key, by which alone it can be"
        " found. It may have run, and may be billed. Look at the account of that key there, then"
        " send it again by hand.",
        detail=f"position {position}: {why}",
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
    the provider has forgotten is sent anew, unless it was made with another key, by which it may
    well be known. Once something has failed, nothing new is submitted, but what was submitted is
    awaited: it is paid for.

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
    adopted = {item.position: item for item in request.earlier}
    waiting: dict[int, str] = {}
    failure: ProviderError | None = None
    for position in request.positions:
        earlier = adopted.get(position)
        if earlier is not None and earlier.request_id:
            context.submitting(position, earlier.request_id)
            waiting[position] = earlier.request_id
        elif earlier is not None and failure is None:
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
                known = adopted.pop(position, None)
                try:
                    waiting[position] = _again(http.name, known, begin, position, gone)
                except ProviderError as error:
                    failure = _told(failure, error)
                    del waiting[position]
            except ProviderError as error:
                failure = _told(failure, _unfinished(http.name, adopted.get(position), error))
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
    name: str,
    known: Earlier | None,
    begin: Callable[[int], str],
    position: int,
    gone: Forgotten,
) -> str:
    """Submit anew what an earlier attempt had asked for and the provider has forgotten.

    Raises:
        Ambiguous: another key had asked, which may know it.
        ProviderError: it is one of this run, so that it should be known; or it is refused.
    """
    if known is None:
        lost = ProviderError(
            f"{name} does not know what became of the request. It may be billed; look at your"
            " account there.",
            detail=str(gone),
        )
        lost.may_run = True
        raise lost
    if not known.is_same_key:
        raise other_key(name, position, gone)
    return begin(position)


def _unfinished(name: str, known: Earlier | None, error: ProviderError) -> ProviderError:
    """The error of a request that is not asked for any more.

    Where its answer says how it ended, it is over; where nobody could say, it may still run.
    """
    refused = error.is_no_word and 400 <= (error.status or 0) < 500
    if known is not None and not known.is_same_key and refused:
        return other_key(name, known.position, error)
    if error.is_no_word and not error.may_run:
        error.may_run = True
        error.message += " What it was sent may have run, or still run, and be billed."
    return error


def _told(failure: ProviderError | None, error: ProviderError) -> ProviderError:
    """The failure that is told of several: the first; it keeps that something may still run."""
    if failure is None:
        return error
    failure.may_run = failure.may_run or error.may_run
    return failure
