"""HTTP as the adapters of paid providers use it: checked addresses, bounds, typed errors.

For whoever writes an adapter:

    with ProviderClient(access, context, name="Stability AI", headers={"authorization": …},
                        largest_request_bytes=10 * 1024**2, explain=explain) as http:
        answer = http.submit(0, "/v2beta/stable-image/generate/core", files=…, data=…)  # POST, once
        context.submitted(0, answer.json()["id"])
        for _ in http.rounds(every_s=10):                     # ends with TIMEOUT
            answer = http.get(f"/v2beta/results/{id}")        # repeated where that helps
            if answer.status == 200:
                …
        file = http.download(url)                             # result addresses: checked

* `submit(position, path, …)` asks for an output that costs. It calls `context.submitting` before
  anything is sent and `context.not_submitted` when surely nothing was taken (the provider refused,
  or was not reached). It is sent once; only a connection that could not be made is tried again. If
  the answer is lost, late, cut off, or from a gateway in between (502, 504, 520–524), it raises
  `Ambiguous` and leaves the record open. `Answer.json()` of a submission raises `Ambiguous`, too,
  when a *successful* answer can't be read. `context.submitted` is the adapter's to call.
* `get(path, …)` is repeated on 408, 429, 500, 502, 503, 504, time-outs and lost connections, as
  `Retry-After` (seconds or date) says, else after 1, 2, 4, 8, 16 s; each repeat is counted by
  `context.retried`. A provider that asks to wait longer than a minute ends it with `RateLimited`.
* `post(path, …)` is for what costs nothing and makes no output (uploads, cancellation): sent once.
* Errors of `get`, and answers that can't be read, are `is_no_word`: what was submitted before may
  still run. Past the last of `rounds` it may, too (`may_run`).
* 2xx answers are returned, also 202; `accept` names further statuses to return. Every other answer
  becomes a `ProviderError`: `explain(answer)` of the adapter may give one (for the provider's own
  bodies); what it leaves to us (None) is mapped by status: 400 411 413 415 422 → INPUT; 401 402 403
  451 → POLICY; 408 504 → TIMEOUT; 429 → `RateLimited`; others PROVIDER.
* Messages are for people; `detail` holds status, request id and the shortened body without the key.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from django.conf import settings

from pipeline.providers.answers import Answer, Explain, after_seconds, error_for, redacted
from pipeline.providers.base import (
    Access,
    Ambiguous,
    Cancelled,
    ErrorClass,
    ProviderError,
    RunContext,
)
from studio.core import outbound

__all__ = ["Answer", "ProviderClient"]

#: Statuses of answers after which a request that is safe to repeat may succeed.
PASSING = frozenset({408, 429, 500, 502, 503, 504})
#: Nobody but a gateway has answered: what the provider did is not known.
GATEWAY = frozenset({502, 504, *range(520, 525)})
#: Nothing of the request was sent.
NOT_REACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

T = TypeVar("T", Answer, outbound.Downloaded)


class ProviderClient:
    """One provider, for one run; closes its connections at the end of `with`.

    Args:
        access: where it is, and the key (only to keep it out of errors; `headers` carries it).
        context: of the run; waits, counts repeats, records submissions, says when to stop.
        name: the provider's, for messages.
        headers: sent with every request to the provider, and to nobody else.
        explain: the adapter's own reading of error answers.
        largest_request_bytes: what the provider takes at most; None: no limit is known.
        hosts: further hosts (`name:port`) that are trusted like the provider's own.
    """

    def __init__(
        self,
        access: Access,
        context: RunContext,
        *,
        name: str,
        headers: Mapping[str, str],
        explain: Explain | None = None,
        largest_request_bytes: int | None = None,
        hosts: Collection[str] = (),
        timeout_s: float | None = None,
    ) -> None:
        self.name, self._access, self._context = name, access, context
        self._explain, self._largest = explain, largest_request_bytes
        options: dict[str, Any] = {
            "allowed_hosts": {outbound.host_of(access.base_url), *hosts},
            "timeout_s": timeout_s or settings.PROVIDER_TIMEOUT_SECONDS,
            "base_url": access.base_url,
            "headers": headers,
        }
        self._client = outbound.client(**options)
        # A kept connection may just have been closed: a submission would be lost with it.
        self._fresh = outbound.client(**options, keep_alive=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()
        self._fresh.close()

    def get(
        self,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        accept: Sequence[int] = (),
    ) -> Answer:
        """Read something; repeated where that helps.

        Raises:
            ProviderError: the provider refuses, was not reached or answers what can't be read.
            Cancelled: the run is to stop.

        Such an error says nothing about what was asked for before (`is_no_word`).
        """

        def once() -> Answer:
            request = self._request("GET", path, params=params, headers=headers)
            return self._send(self._client, request)

        try:
            return self._answer(self._repeated(once, accept), accept)
        except outbound.ResponseTooLarge as error:
            lost = self._lost(error)
            lost.is_no_word = True
            raise lost from error
        except ProviderError as error:
            error.is_no_word = True
            raise

    def post(self, path: str, *, accept: Sequence[int] = (), **body: Any) -> Answer:
        """Send what costs nothing and makes no output, once. `body`: as of `httpx.Client.post`.

        Raises:
            ProviderError: the provider refuses, or was not reached.
        """
        return self.send("POST", path, accept=accept, **body)

    def send(self, method: str, path: str, *, accept: Sequence[int] = (), **body: Any) -> Answer:
        """Like `post`, with another method (PUT of an upload ticket, DELETE).

        The address may be absolute; the provider's headers go only to the provider.

        Raises:
            ProviderError: the provider refuses, or was not reached.
        """
        request = self._request(method, path, **body)
        self._guard_size(request)
        try:
            return self._answer(self._send(self._client, request), accept)
        except (httpx.TransportError, httpx.DecodingError, outbound.ResponseTooLarge) as error:
            raise self._lost(error) from error

    def submit(
        self, position: int, path: str, *, accept: Sequence[int] = (), **body: Any
    ) -> Answer:
        """Ask for the output at a position, once. `body`: as of `httpx.Client.post`.

        Raises:
            Ambiguous: it was sent and the answer was lost: it may have run, and be billed.
            ProviderError: the provider refuses, or was not reached; nothing was taken.
            Cancelled: the run is to stop; nothing was sent.
        """
        request = self._request("POST", path, **body)
        self._guard_size(request)
        if self._context.cancelled():
            raise Cancelled
        self._context.submitting(position)
        try:
            answer = self._answer(self._submitted(request), accept, billable=True)
        except (Ambiguous, Cancelled):
            raise
        except ProviderError:
            self._context.not_submitted(position)
            raise
        return answer

    def _submitted(self, request: httpx.Request) -> Answer:
        """Send a request that costs; repeated only while no connection can be made."""
        for wait in self._pauses():
            try:
                return self._send(self._fresh, request)
            except NOT_REACHED as error:
                if wait is None:
                    raise self._lost(error) from error
                self._pause(wait)
            except (httpx.TransportError, httpx.DecodingError, outbound.ResponseTooLarge) as error:
                late = isinstance(error, httpx.TimeoutException)
                raise Ambiguous(
                    f"{self.name} was sent the request, but its answer was lost. It may have run,"
                    " and may be billed. Look at your account there, then send it again by hand.",
                    detail=redacted(f"{type(error).__name__}: {error}", self._access.secret),
                    error_class=ErrorClass.TIMEOUT if late else ErrorClass.PROVIDER,
                ) from error
        raise AssertionError("the last pause is None")

    def download(
        self, url: str, *, limit_bytes: int | None = None, seconds: float | None = None
    ) -> outbound.Downloaded:
        """Fetch a result; its address must be public or the provider's own. Repeated if it breaks.

        Raises:
            ProviderError: it can't be fetched, is too large, or lies where the studio won't go.
            Cancelled: the run is to stop.
        """

        def stop_when_told(_count: int) -> None:
            if self._context.cancelled():
                raise Cancelled

        def once() -> outbound.Downloaded:
            return outbound.download(
                self._client,
                url,
                limit_bytes=limit_bytes or settings.PROVIDER_RESULT_MAX_BYTES,
                seconds=seconds or settings.PROVIDER_DOWNLOAD_SECONDS,
                progress=stop_when_told,
            )

        try:
            return self._repeated(once)
        except outbound.UnsafeAddress as error:
            raise ProviderError(
                f"{self.name} gave an address for its result that the studio does not call.",
                detail=f"{error} ({url[:200]})",
            ) from error
        except outbound.ResponseTooLarge as error:
            raise ProviderError(
                f"The result of {self.name} is larger than the studio takes.", detail=str(error)
            ) from error
        except outbound.Truncated as error:
            raise ProviderError(
                f"The result of {self.name} broke off on its way, several times.",
                detail=f"{error} ({url[:200]})",
            ) from error
        except httpx.HTTPStatusError as error:
            raise ProviderError(
                f"{self.name} does not hand out its result ({error.response.status_code}).",
                detail=f"HTTP {error.response.status_code} from {url[:200]}",
            ) from error

    def rounds(self, every_s: float, *, limit_s: float | None = None) -> Iterator[int]:
        """Count the looks at an unfinished request: waits between them, not before the first.

        Args:
            every_s: seconds between two looks; a webhook may shorten it.
            limit_s: seconds for all, the answers' own time included; None:
                `PROVIDER_WAIT_SECONDS`.

        Raises:
            ProviderError: of class TIMEOUT, when the time is over.
            Cancelled: the run is to stop.
        """
        limit = limit_s or settings.PROVIDER_WAIT_SECONDS
        until = time.monotonic() + limit
        for number in range(max(1, int(limit / every_s)) + 1):
            if number and time.monotonic() > until:
                break
            if number:
                self._context.wait(every_s)
            yield number
        late = ProviderError(
            f"{self.name} had not finished after {round(limit / 60)} minutes. It may still finish,"
            " and be billed.",
            detail="the request may still run there",
            error_class=ErrorClass.TIMEOUT,
        )
        late.may_run = True
        raise late

    def _send(self, client: httpx.Client, request: httpx.Request) -> Answer:
        """Send one request and read the whole answer."""
        try:
            response = client.send(request, auth=None)
        except outbound.UnsafeAddress as error:
            raise ProviderError(
                f"{self.name} named an address that the studio does not call.",
                detail=f"{error} ({str(request.url)[:200]})",
            ) from error
        return Answer(
            status=response.status_code,
            headers=response.headers,
            content=response.content,
            name=self.name,
            secret=self._access.secret,
        )

    def _answer(self, answer: Answer, accept: Sequence[int], *, billable: bool = False) -> Answer:
        """Let a good answer through.

        Raises:
            ProviderError: what any other one means.
        """
        if 200 <= answer.status < 300 or answer.status in accept:
            return answer.of_submission() if billable else answer
        told = self._explain(answer) if self._explain is not None else None
        if told is None and billable and answer.status in GATEWAY:
            raise Ambiguous(
                f"Something between the studio and {self.name} has answered instead of it"
                f" ({answer.status}). The request may have run, and may be billed. Look at your"
                " account there, then send it again by hand.",
                detail=answer.told(),
                error_class=ErrorClass.TIMEOUT if answer.status != 502 else ErrorClass.PROVIDER,
            )
        refusal = told if told is not None else error_for(answer)
        refusal.status = answer.status
        raise refusal

    def _repeated(self, once: Callable[[], T], accept: Sequence[int] = ()) -> T:
        """Read something, again while that may help; the last answer, whatever it says.

        Raises:
            ProviderError: nothing came.
            Truncated, HTTPStatusError, …: as `once` does, when they are not passing.
        """
        for wait in self._pauses():
            try:
                found = once()
            except httpx.HTTPStatusError as error:
                asked = after_seconds(error.response.headers.get("retry-after"))
                if wait is None or error.response.status_code not in PASSING:
                    raise
            except outbound.Truncated:
                asked = None
                if wait is None:
                    raise
            except httpx.TransportError as error:
                asked = None
                if wait is None:
                    raise self._lost(error) from error
            except (httpx.DecodingError, httpx.TooManyRedirects) as error:
                raise self._lost(error) from error
            else:
                if not isinstance(found, Answer) or found.status not in PASSING:
                    return found
                asked = found.retry_after_s
                too_long = asked is not None and asked > settings.PROVIDER_BACKOFF_MAX_SECONDS
                if wait is None or found.status in accept or too_long:
                    return found
            self._pause(wait if asked is None else asked)
        raise AssertionError("the last pause is None")

    def _pauses(self) -> Iterator[float | None]:
        """Seconds to wait after each failure; None after the last."""
        for number in range(settings.PROVIDER_REPEATS):
            yield min(float(2**number), settings.PROVIDER_BACKOFF_MAX_SECONDS)
        yield None

    def _pause(self, seconds: float) -> None:
        self._context.retried()
        self._context.wait(min(seconds, settings.PROVIDER_BACKOFF_MAX_SECONDS))

    def _lost(self, error: Exception) -> ProviderError:
        """The error of a call that brought nothing and asked for nothing."""
        detail = redacted(f"{type(error).__name__}: {error}", self._access.secret)
        if isinstance(error, outbound.ResponseTooLarge):
            return ProviderError(f"{self.name} gave too long an answer.", detail=detail)
        if isinstance(error, httpx.TimeoutException):
            return ProviderError(
                f"{self.name} took too long to answer.",
                detail=detail,
                error_class=ErrorClass.TIMEOUT,
            )
        return ProviderError(f"{self.name} can't be reached, or broke off.", detail=detail)

    def _request(self, method: str, path: str, **body: Any) -> httpx.Request:
        """A request with the provider's headers, or without them when it goes elsewhere."""
        is_own = outbound.same_origin(path, self._access.base_url)
        if httpx.URL(path).is_absolute_url and not is_own:
            plain = {"accept-encoding": "identity", "user-agent": "Seedframe"}
            headers = {**plain, **(body.pop("headers", None) or {})}
            return httpx.Request(method, path, headers=headers, **body)
        return self._client.build_request(method, path, **body)

    def _guard_size(self, request: httpx.Request) -> None:
        """Refuse what the provider would refuse, before it is sent."""
        size = int(request.headers.get("content-length", 0))
        if self._largest is not None and size > self._largest:
            raise ProviderError(
                f"The request is {size / 1024**2:.1f} MB; {self.name} takes"
                f" {self._largest / 1024**2:.0f} MB at most. Use smaller pictures.",
                error_class=ErrorClass.INPUT,
            )
