"""Byte ranges and conditions of HTTP (RFC 9110 §13, §14), for files that never change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=\s*(\d*)\s*-\s*(\d*)\s*", re.ASCII | re.IGNORECASE)
_DIGITS = 18


@dataclass(frozen=True)
class Span:
    """Bytes `start` to `end`, both included, of a file of `size_bytes`."""

    start: int
    end: int
    size_bytes: int

    @property
    def length_bytes(self) -> int:
        """How many bytes."""
        return self.end - self.start + 1

    @property
    def content_range(self) -> str:
        """The value of the `Content-Range` header."""
        return f"bytes {self.start}-{self.end}/{self.size_bytes}"


class Unsatisfiable(Exception):
    """The range lies outside the file (416)."""


def requested_span(headers: Mapping[str, str], *, size_bytes: int, etag: str) -> Span | None:
    """The one range that a request asks for; None: the whole file.

    As the standard allows, a malformed header, another unit and several ranges count as none, and
    so does a range whose `If-Range` names other bytes than these.

    Raises:
        Unsatisfiable: well-formed, but nothing of it lies in the file.
    """
    header = headers.get("Range", "")
    found = _RANGE.fullmatch(header.strip())
    if found is None or headers.get("If-Range", etag).strip() != etag:
        return None
    first, last = found.groups()
    if not (first or last) or max(len(first), len(last)) > _DIGITS:
        return None
    if not first:  # the last n bytes
        count = int(last)
        if count == 0:
            raise Unsatisfiable
        return Span(max(0, size_bytes - count), size_bytes - 1, size_bytes)
    start = int(first)
    end = min(int(last), size_bytes - 1) if last else size_bytes - 1
    if last and int(last) < start:
        return None  # "invalid", hence ignored
    if start >= size_bytes:
        raise Unsatisfiable
    return Span(start, end, size_bytes)


def is_known(headers: Mapping[str, str], etag: str) -> bool:
    """Whether `If-None-Match` says that the client has these bytes already (304)."""
    header = headers.get("If-None-Match", "")
    if header.strip() == "*":
        return True
    return etag in (tag.strip().removeprefix("W/") for tag in header.split(","))
