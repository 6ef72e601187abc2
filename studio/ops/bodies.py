"""Limits on the body of a request, kept while it arrives.

daphne writes a body whole to a temporary file before the application hears of the request, so
without this anybody, signed in or not, could fill the disk (measured: 300 MB sent to the login
page were 300 MB on disk). Longer bodies are cut off with 413: by the announced length before any
of it is read, and by counting where no length is announced.
"""

from __future__ import annotations

from typing import Any

from daphne.http_protocol import WebRequest
from django.conf import settings

_REFUSAL = b'{"type": "urn:seedframe:problem:too-large", "status": 413,' + (
    b' "title": "This is larger than allowed", "detail": "The body of the request is too long."}'
)
_ANSWER = (
    b"HTTP/1.1 413 Content Too Large\r\nContent-Type: application/problem+json\r\n"
    b"Content-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(_REFUSAL), _REFUSAL)
)
#: What a multipart body needs besides the file in it.
_FORM_BYTES = 1024**2

_got_length = WebRequest.gotLength
_handle_chunk = WebRequest.handleContentChunk
_process = WebRequest.process


def most_bytes(address: bytes) -> int:
    """How long the body of a request to this address may be."""
    path = address.decode("latin-1").partition("?")[0]
    if path.startswith(settings.LONG_BODY_PATHS):
        return int(settings.UPLOAD_MAX_BYTES) + _FORM_BYTES
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def install() -> None:
    """Make daphne keep the limits; doing it again changes nothing."""
    WebRequest.gotLength = _limited_length
    WebRequest.handleContentChunk = _limited_chunk
    WebRequest.process = _unless_refused


def _limited_length(self: Any, length: int | None) -> None:
    self.most_bytes, self.is_refused = most_bytes(self.channel._path), False
    too_long = length is not None and length > self.most_bytes
    _got_length(self, 0 if too_long else length)
    if too_long:
        _refuse(self)


def _limited_chunk(self: Any, data: bytes) -> None:
    if not self.is_refused and self.content.tell() + len(data) > self.most_bytes:
        _refuse(self)
    if not self.is_refused:
        _handle_chunk(self, data)


def _unless_refused(self: Any) -> Any:
    return None if getattr(self, "is_refused", False) else _process(self)


def _refuse(request: Any) -> None:
    request.is_refused = True
    request.channel.transport.write(_ANSWER)
    request.channel.loseConnection()
