"""Calls to addresses that a person or another server named, without being led astray.

    with client(allowed_hosts=(host_of(base_url),), headers={...}) as http:
        answer = http.post(f"{base_url}/things", json={...})
        file = download(http, answer.json()["url"], limit_bytes=50_000_000, seconds=120)

An address is refused unless it leads to the public internet, is one of `allowed_hosts`, or
(with `allow_private`, for machines that an Admin has registered) lies in the private network. The
name is resolved once, *every* address it resolves to is checked, and the connection goes to the
very address that was checked, while TLS and `Host` see the name: an answer of DNS that changes
between check and call leads nowhere. Proxies of the environment are not used, since they would
resolve the name again.

Bodies and times are bounded: a client reads at most `limit_bytes` of an answer, in `total_s`.
Answers are asked for unpacked, and packed ones are refused, so that a small one can't become large.
"""

from studio.core.outbound.addresses import (
    UnsafeAddress,
    check_url,
    host_of,
    is_safe,
    open_socket,
    same_origin,
)
from studio.core.outbound.download import Downloaded, Truncated, download
from studio.core.outbound.transport import ResponseTooLarge, client

__all__ = [
    "Downloaded",
    "ResponseTooLarge",
    "Truncated",
    "UnsafeAddress",
    "check_url",
    "client",
    "download",
    "host_of",
    "is_safe",
    "open_socket",
    "same_origin",
]
