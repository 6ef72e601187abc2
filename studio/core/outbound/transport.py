"""The client that calls checked addresses only, and reads no more than it may, no longer."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from ssl import SSLContext
from typing import Any

import httpcore
import httpx

from studio.core.outbound.addresses import (
    CONNECT_SECONDS,
    Policy,
    UnknownName,
    UnsafeAddress,
    addresses_of,
    check_form,
)

LIMIT_BYTES = 64 * 1024**2


class ResponseTooLarge(Exception):
    """An answer is longer than allowed; nothing beyond the limit was kept."""


class _BoundedStream(httpcore.NetworkStream):
    """A connection whose reads and writes end when the request's time does."""

    def __init__(self, inner: httpcore.NetworkStream, clock: _Clock) -> None:
        self._inner, self._clock = inner, clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._clock.left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._clock.left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._clock.left(timeout, httpcore.ConnectTimeout)
        return _BoundedStream(
            self._inner.start_tls(ssl_context, server_hostname, left), self._clock
        )

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Clock(threading.local):
    """When the request that this thread is making must be over (monotonic seconds)."""

    deadline: float | None = None

    def left(self, timeout: float | None, late: type[Exception]) -> float | None:
        if self.deadline is None:
            return timeout
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise late("The whole call took longer than allowed.")
        return left if timeout is None else min(left, timeout)


class _CheckedBackend(httpcore.NetworkBackend):
    """Connects to the very addresses that it has resolved and checked."""

    def __init__(self, policy: Policy, clock: _Clock) -> None:
        self._policy, self._clock = policy, clock
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = addresses_of(host.lower(), port, self._policy)
        except UnknownName as error:
            raise httpcore.ConnectError(str(error)) from error
        failure: Exception = httpcore.ConnectError("no address")
        for address in addresses:
            left = self._clock.left(timeout, httpcore.ConnectTimeout)
            try:
                stream = self._inner.connect_tcp(address, port, left, None, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _BoundedStream(stream, self._clock)
        raise failure

    def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        raise UnsafeAddress("Only web addresses are called.")


class _BoundedBody(httpx.SyncByteStream):
    """A body that ends with an error once it is too long or too slow."""

    def __init__(
        self, inner: httpx.SyncByteStream, limit: int, deadline: float, clock: _Clock
    ) -> None:
        self._inner, self._limit, self._deadline, self._clock = inner, limit, deadline, clock

    def __iter__(self) -> Iterator[bytes]:
        count = 0
        parts = iter(self._inner)
        while (part := self._next(parts)) is not None:
            count += len(part)
            if count > self._limit:
                raise ResponseTooLarge(f"The answer is longer than {self._limit:,} bytes.")
            yield part

    def _next(self, parts: Iterator[bytes]) -> bytes | None:
        if time.monotonic() > self._deadline:
            raise httpx.ReadTimeout("The whole answer took longer than allowed.")
        self._clock.deadline = self._deadline
        try:
            return next(parts, None)
        finally:
            self._clock.deadline = None

    def close(self) -> None:
        self._inner.close()


@cache
def _trust() -> SSLContext:
    """Which certificates count; `SSL_CERT_FILE` and `SSL_CERT_DIR` may name others."""
    return httpx.create_ssl_context()


class CheckedTransport(httpx.HTTPTransport):
    """Checks every request, redirects included, and bounds every answer."""

    def __init__(
        self, policy: Policy, *, limit_bytes: int, total_s: float, keep_alive: bool = True
    ) -> None:
        super().__init__(verify=_trust())
        self._policy, self._limit, self._total_s = policy, limit_bytes, total_s
        self._clock = _Clock()
        # httpx has no argument for it; tests see that it is in use.
        self._pool = httpcore.ConnectionPool(
            ssl_context=_trust(),
            max_connections=20,
            max_keepalive_connections=5 if keep_alive else 0,
            keepalive_expiry=15.0,
            network_backend=_CheckedBackend(policy, self._clock),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request.

        Raises:
            UnsafeAddress: it may not be sent there.
            ResponseTooLarge: the answer says that it is too long.
        """
        check_form(str(request.url), self._policy)
        limit = int(request.extensions.get("limit_bytes", self._limit))
        deadline = time.monotonic() + float(request.extensions.get("total_s", self._total_s))
        self._clock.deadline = deadline
        try:
            response = super().handle_request(request)
        finally:
            self._clock.deadline = None
        try:
            if response.headers.get("content-encoding", "identity").lower() != "identity":
                raise httpx.DecodingError("The answer is packed, which was not asked for.")
            length = response.headers.get("content-length", "")
            if length.isdecimal() and int(length) > limit and request.method != "HEAD":
                raise ResponseTooLarge(f"The answer is longer than {limit:,} bytes.")
        except (httpx.DecodingError, ResponseTooLarge):
            response.close()
            raise
        body = response.stream
        assert isinstance(body, httpx.SyncByteStream)  # what this transport always makes
        response.stream = _BoundedBody(body, limit, deadline, self._clock)
        return response


def client(
    *,
    allow_private: bool = False,
    allowed_hosts: Collection[str] = (),
    timeout_s: float = 30.0,
    total_s: float | None = None,
    limit_bytes: int = LIMIT_BYTES,
    keep_alive: bool = True,
    base_url: str = "",
    headers: Mapping[str, str] | None = None,
) -> httpx.Client:
    """A client that only calls checked addresses. It follows no redirects (`download` does).

    Args:
        allow_private: machines of the private network may be called, too.
        allowed_hosts: `name` or `name:port` that may be called wherever they lead.
        timeout_s: the longest silence, seconds.
        total_s: the longest call from request to end of answer, seconds; None: twice that.
        limit_bytes: the longest answer.
        keep_alive: connections are used again; a request that must not be lost to a connection
            that the server has just closed wants a fresh one.
        base_url: what relative addresses belong to, and where `headers` may be sent by `download`.
        headers: sent with each request.
    """
    policy = Policy(allow_private, frozenset(name.lower() for name in allowed_hosts))
    return httpx.Client(
        transport=CheckedTransport(
            policy,
            limit_bytes=limit_bytes,
            total_s=total_s or 2 * timeout_s,
            keep_alive=keep_alive,
        ),
        timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, CONNECT_SECONDS)),
        headers={"accept-encoding": "identity", "user-agent": "Seedframe"} | dict(headers or {}),
        base_url=base_url,
        trust_env=False,
    )
