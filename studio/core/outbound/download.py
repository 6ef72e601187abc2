"""Fetching a file from an address that another server named."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from studio.core.outbound.addresses import same_origin

REDIRECTS = 5


class Truncated(Exception):
    """An answer broke off before its end."""


@dataclass(frozen=True)
class Downloaded:
    """A whole file, and the media type its server gave (lower case, without parameters)."""

    content: bytes
    media_type: str


def download(
    client: httpx.Client,
    url: str,
    *,
    limit_bytes: int,
    seconds: float,
    progress: Callable[[int], None] | None = None,
) -> Downloaded:
    """Fetch a file by GET, following at most five redirects, each checked.

    The client's own headers (keys) go only to the origin of its `base_url`.

    Args:
        client: made by `client`.
        url: absolute, or below the client's `base_url`.
        limit_bytes: the longest file.
        seconds: the longest time for everything.
        progress: called with the bytes so far; may raise to stop.

    Raises:
        UnsafeAddress: an address, or one it redirects to, must not be called.
        ResponseTooLarge: longer than the limit.
        Truncated: it broke off.
        httpx.HTTPStatusError: the server refuses; the body was not read.
        httpx.TimeoutException: it took longer.
        httpx.TransportError: the server was not reached.
    """
    deadline = time.monotonic() + seconds
    target = client.base_url.join(url) if client.base_url.host else httpx.URL(url)
    for _ in range(REDIRECTS + 1):
        response = _begin(client, target, limit_bytes, deadline)
        try:
            if response.has_redirect_location:
                target = target.join(response.headers["location"])
                continue
            response.raise_for_status()
            content = _whole(response, progress)
        finally:
            response.close()
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Downloaded(content, media_type or "application/octet-stream")
    raise httpx.TooManyRedirects("The file's address redirects too often.")


def _begin(
    client: httpx.Client, target: httpx.URL, limit_bytes: int, deadline: float
) -> httpx.Response:
    """Send the request for a file, with the client's headers only where they belong."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpx.ReadTimeout("The whole download took longer than allowed.")
    own = same_origin(target, client.base_url)
    plain = {"accept": "*/*", "accept-encoding": "identity", "user-agent": "Seedframe"}
    headers = {**client.headers, **plain} if own else plain
    extensions = {"limit_bytes": limit_bytes, "total_s": left, "timeout": client.timeout.as_dict()}
    request = httpx.Request("GET", target, headers=headers, extensions=extensions)
    return client.send(request, stream=True, auth=None, follow_redirects=False)


def _whole(response: httpx.Response, progress: Callable[[int], None] | None) -> bytes:
    parts: list[bytes] = []
    count = 0
    try:
        for part in response.iter_raw():
            parts.append(part)
            count += len(part)
            if progress is not None:
                progress(count)
    except (httpx.RemoteProtocolError, httpx.ReadError) as error:
        raise Truncated("The file broke off before its end.") from error
    return b"".join(parts)
