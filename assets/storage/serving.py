"""Handing out stored files: ranges, caching, harmless headers; never by a guessable path."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header

from assets.library.models import Version
from assets.renditions.models import RenditionKindCode
from assets.storage.backends import Backend, backend
from assets.storage.models import Blob, MediaType, MediaTypeCode
from assets.storage.naming import display_name
from assets.storage.ranges import Span, Unsatisfiable, is_known, requested_span
from studio.core.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from assets.storage.s3 import S3Backend

#: Bytes never change under their address, and belong to whoever may see the project.
IMMUTABLE = "private, max-age=31536000, immutable"
_CHUNK_BYTES = 256 * 1024
_AT_ONCE_BYTES = 512 * 1024
_SALT = "assets.file"
# Should a browser ever take a file for a page, that page can do nothing.
_SANDBOX = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
)


def file_response(
    request: HttpRequest,
    blob: Blob,
    *,
    file_name: str,
    download: bool = False,
    cache: str = IMMUTABLE,
) -> HttpResponseBase:
    """The answer that hands out a blob to somebody who may have it (the caller has checked).

    Answers GET and HEAD with 200, 206, 304, 416, or on S3 with a 302 to a presigned address.

    Args:
        file_name: what a download is called.
        download: as an attachment even if a browser could show it.

    Raises:
        Unavailable: the store has lost the file.
    """
    media_type = MediaTypeCode(blob.media_type_id)
    headers = _headers(blob, media_type, file_name, download, cache)
    etag = headers["ETag"]
    if is_known(request.headers, etag):
        return HttpResponse(status=304, headers=headers)
    place = backend()
    if place.is_remote and request.method == "GET":
        return _redirect(cast("S3Backend", place), blob, headers)
    if place.size_bytes(blob.key) != blob.size_bytes:
        raise Unavailable("The store has lost this file.", remedy="Ask an Admin to run the doctor.")
    try:
        span = None
        if request.method == "GET":
            span = requested_span(request.headers, size_bytes=blob.size_bytes, etag=etag)
    except Unsatisfiable:
        headers["Content-Range"] = f"bytes */{blob.size_bytes}"
        headers["Cache-Control"] = "no-store"
        return HttpResponse(status=416, headers=headers)
    status = 200
    if span is None:
        span = Span(0, blob.size_bytes - 1, blob.size_bytes)
    else:
        status = 206
        headers["Content-Range"] = span.content_range
    headers["Content-Length"] = str(span.length_bytes)
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers)
    if span.length_bytes <= _AT_ONCE_BYTES:
        with place.open(blob.key) as file:
            file.seek(span.start)
            return HttpResponse(file.read(span.length_bytes), status=status, headers=headers)
    return StreamingHttpResponse(_stream(place, blob.key, span), status=status, headers=headers)


def signed_path(
    version: Version, *, rendition: RenditionKindCode | None = None, download: bool = False
) -> str:
    """An address of one file that works for a short time without a session.

    It lasts `SIGNED_LINK_SECONDS` and can't be changed to mean another file.
    """
    content = {"v": version.code.hex, "r": rendition.code if rendition else "", "d": int(download)}
    token = signing.dumps(content, salt=_SALT)
    name = display_name(version.file_name) or "file"
    return reverse("assets:signed-file", args=[token, name])


def read_token(token: str) -> tuple[UUID, RenditionKindCode | None, bool]:
    """What a signed address means: version, rendition (None: the file itself), attachment.

    Raises:
        NotFound: forged, damaged or expired.
    """
    try:
        content = signing.loads(token, salt=_SALT, max_age=settings.SIGNED_LINK_SECONDS)
    except signing.BadSignature as error:  # an expired one is a kind of bad one
        raise NotFound(
            "This link has expired, or it is damaged.", remedy="Ask for a new one."
        ) from error
    kind = RenditionKindCode(RenditionKindCode.by_code(content["r"])) if content["r"] else None
    return UUID(hex=content["v"]), kind, bool(content["d"])


def _headers(
    blob: Blob, media_type: MediaTypeCode, file_name: str, download: bool, cache: str
) -> dict[str, str]:
    facts = MediaType.extras[media_type]
    name = display_name(file_name) or f"{blob.sha256[:12]}.{facts['extension']}"
    attachment = download or not facts["is_inline"]
    text = media_type.code.startswith("text/")
    return {
        "Content-Type": f"{media_type.code}; charset=utf-8" if text else media_type.code,
        "Content-Disposition": content_disposition_header(attachment, name) or "inline",
        "ETag": f'"{blob.sha256}"',
        "Cache-Control": cache,
        "Accept-Ranges": "bytes",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": _SANDBOX,
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def _redirect(place: S3Backend, blob: Blob, headers: dict[str, str]) -> HttpResponse:
    seconds = settings.SIGNED_LINK_SECONDS
    address = place.presigned_get(
        blob.key,
        media_type=headers["Content-Type"],
        disposition=headers["Content-Disposition"],
        seconds=seconds,
    )
    # Kept by the browser for half of the address's life, so that what it gets still works.
    kept = "max-age" in headers["Cache-Control"]
    cache = f"private, max-age={seconds // 2}" if kept else "no-store"
    return HttpResponse(status=302, headers={"Location": address, "Cache-Control": cache})


async def _stream(place: Backend, key: str, span: Span) -> AsyncIterator[bytes]:
    """The bytes of a span; an async iterator, for under ASGI a plain one is read whole first."""
    file = await asyncio.to_thread(place.open, key)
    try:
        await asyncio.to_thread(file.seek, span.start)
        left = span.length_bytes
        while left > 0:
            chunk = await asyncio.to_thread(file.read, min(_CHUNK_BYTES, left))
            if not chunk:
                return  # cut short meanwhile: the client sees fewer bytes than announced
            left -= len(chunk)
            yield chunk
    finally:
        file.close()
