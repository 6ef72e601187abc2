"""Strict reading of multipart/form-data (RFC 7578): what a real server refuses is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass

BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
PARAMETER = re.compile(r';\s*([a-zA-Z*]+)=(?:"((?:\\.|[^"\\])*)"|([^\s;"]+))')


class MultipartError(ValueError):
    """The body is not what its content type says."""


@dataclass(frozen=True)
class Part:
    """One field of a form. `filename` is None for a plain field."""

    name: str
    content: bytes
    filename: str | None = None
    content_type: str = ""

    @property
    def text(self) -> str:
        """The content as UTF-8 text."""
        return self.content.decode()


def parse_multipart(content_type: str, body: bytes) -> list[Part]:
    """The parts of a form, in order.

    Raises:
        MultipartError: another content type, no boundary, no final boundary, a part without
            `Content-Disposition: form-data` and `name`, bytes outside of parts.
    """
    if not content_type.lower().startswith("multipart/form-data"):
        raise MultipartError(f"not multipart/form-data: {content_type or 'no content type'}")
    found = BOUNDARY.search(content_type)
    if not found:
        raise MultipartError("no boundary")
    delimiter = b"--" + (found[1] or found[2]).encode("ascii")
    if not body.startswith(delimiter + b"\r\n") and body.rstrip(b"\r\n") != delimiter + b"--":
        raise MultipartError("the body does not begin with its boundary")
    chunks = (b"\r\n" + body).split(b"\r\n" + delimiter)
    if chunks[0] or not chunks[-1].startswith(b"--") or chunks[-1].strip(b"\r\n") != b"--":
        raise MultipartError("the final boundary is missing, or bytes follow it")
    return [_part(chunk) for chunk in chunks[1:-1]]


def _part(chunk: bytes) -> Part:
    if not chunk.startswith(b"\r\n"):
        raise MultipartError("bytes after a boundary")
    head, separator, content = chunk[2:].partition(b"\r\n\r\n")
    if not separator:
        raise MultipartError("a part without headers")
    headers: dict[str, str] = {}
    for line in head.split(b"\r\n"):
        name, colon, value = line.decode("utf-8").partition(":")
        if not colon:
            raise MultipartError(f"a broken header: {name}")
        headers[name.strip().lower()] = value.strip()
    disposition = headers.get("content-disposition", "")
    if not disposition.lower().startswith("form-data"):
        raise MultipartError("a part without Content-Disposition: form-data")
    parameters = {
        key.lower(): re.sub(r"\\(.)", r"\1", quoted) if quoted else bare
        for key, quoted, bare in PARAMETER.findall(disposition)
    }
    if "name" not in parameters:
        raise MultipartError("a part without a name")
    return Part(
        name=parameters["name"],
        content=content,
        filename=parameters.get("filename"),
        content_type=headers.get("content-type", ""),
    )
