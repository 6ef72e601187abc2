"""What a provider answered: read with care, and what its errors mean for people."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeGuard

import httpx

from pipeline.providers.base import Ambiguous, ErrorClass, ProviderError, RateLimited
from pipeline.providers.documents import parse_json

#: Longest part of a body that is kept, characters.
KEPT = 600
#: Longest words of a provider that people are shown, characters.
SHOWN = 300

_IDENTIFIER = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,179}")


@dataclass(frozen=True)
class Answer:
    """One whole answer. `name` is the provider's, `secret` is kept out of what is told."""

    status: int
    headers: httpx.Headers
    content: bytes
    name: str
    secret: str
    billable: bool = False

    @property
    def media_type(self) -> str:
        """Its content type: lower case, without parameters; empty when the server gave none."""
        return str(self.headers.get("content-type", "")).partition(";")[0].strip().lower()

    @property
    def request_id(self) -> str:
        """The provider's name of this call, by its headers; for its support."""
        return str(self.headers.get("x-request-id") or self.headers.get("request-id") or "")[:200]

    @property
    def retry_after_s(self) -> float | None:
        """How long the provider asks to wait; None when it does not say."""
        return after_seconds(self.headers.get("retry-after"))

    def of_submission(self) -> Answer:
        """The same, as the answer to a request that costs: unreadable, it is `Ambiguous`."""
        return replace(self, billable=True)

    def json(self) -> Any:
        """The document in it.

        Raises:
            ProviderError: it is none, or says it is something else.
        """
        if "json" not in self.media_type:
            raise self.unreadable(f"content type {self.media_type or 'missing'}")
        document = self.document()
        if document is None:
            raise self.unreadable("no JSON, or cut off")
        return document

    def document(self) -> Any:
        """The document in it, whatever it says it is; None when it is none. For error bodies."""
        try:
            return parse_json(self.content)
        except ValueError:
            return None

    def image(self) -> bytes:
        """The picture in it.

        Raises:
            ProviderError: it is none, or is empty.
        """
        if not self.media_type.startswith("image/") or not self.content:
            raise self.unreadable(f"content type {self.media_type or 'missing'}, not a picture")
        return self.content

    def unreadable(self, why: str) -> ProviderError:
        """The error of an answer that makes no sense; for adapters, too (missing fields)."""
        detail = f"{why}; {self.told()}"
        if self.billable:
            return Ambiguous(
                f"{self.name} took the request, but its answer can't be read. It may have run, and"
                " may be billed. Look at your account there, then send it again by hand.",
                detail=detail,
            )
        error = ProviderError(f"{self.name} gave an answer that can't be read.", detail=detail)
        error.is_no_word = True
        return error

    def words(self) -> str:
        """What the provider says in an error body, in its own words; empty when nothing fits."""
        found = _words_in(self.document())
        if not found and self.media_type in ("", "text/plain"):
            found = self.content[:KEPT].decode("utf-8", "replace")
        text = redacted(" ".join(found.split()), self.secret)
        return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"

    def told(self) -> str:
        """Status, request id and shortened body, for engineers; without the key."""
        identifier = f", request {self.request_id}" if self.request_id else ""
        return f"HTTP {self.status}{identifier}: {redacted(self.content, self.secret)}"


#: An adapter's own reading of an error answer; None leaves it to `error_for`.
Explain = Callable[[Answer], ProviderError | None]


def error_for(answer: Answer) -> ProviderError:
    """What an error answer means, by its status, where an adapter does not know better."""
    name, status, words = answer.name, answer.status, answer.words()
    said = f": {words.rstrip('.')}." if words else "."
    if status in (400, 411, 413, 415, 422):
        message, kind = f"{name} does not accept the request{said}", ErrorClass.INPUT
    elif status == 401:
        message = f"{name} refuses the key. Check it under Providers."
        kind = ErrorClass.POLICY
    elif status == 402:
        message = f"The account at {name} has no credit left. Top it up there."
        kind = ErrorClass.POLICY
    elif status in (403, 451):
        message, kind = f"{name} declines the request{said}", ErrorClass.POLICY
    elif status == 404:
        message = (
            f"{name} does not know this model or result{said} If the model was retired, choose"
            " another one."
        )
        kind = ErrorClass.PROVIDER
    elif status in (408, 504):
        message, kind = f"{name} took too long{said}", ErrorClass.TIMEOUT
    elif status == 429:
        wait = answer.retry_after_s
        later = " Try again later." if wait is None else ""  # else the wait itself is told
        return RateLimited(
            f"{name} takes no more requests for now.{later}",
            detail=answer.told(),
            retry_after_s=wait,
        )
    elif status >= 500:
        message, kind = f"{name} has failed ({status}){said}", ErrorClass.PROVIDER
    else:
        message, kind = f"{name} gave an unexpected answer ({status}){said}", ErrorClass.PROVIDER
    return ProviderError(
        message, detail=answer.told(), error_class=kind, retry_after_s=answer.retry_after_s
    )


def after_seconds(header: str | None) -> float | None:
    """Seconds that a `Retry-After` header asks for: a number, or the time until a date."""
    if not header:
        return None
    if re.fullmatch(r"\s*\d+(\.\d+)?\s*", header):
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def is_identifier(code: Any) -> TypeGuard[str]:
    """Whether it can be the id of a request: it becomes part of addresses, and of a row.

    What has slashes, dots in front, or signs of a query would lead to another address.
    """
    return isinstance(code, str) and _IDENTIFIER.fullmatch(code) is not None


def field_of(document: Any, *path: str) -> Any:
    """What lies at a path of names in a document; None where the path ends early."""
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    return document


def redacted(text: str | bytes, *secrets: str) -> str:
    """A text fit for logs: without the secrets, without long data, shortened."""
    if isinstance(text, bytes):
        text = text[: KEPT * 64].decode("utf-8", "replace")
    for secret in filter(None, secrets):
        text = text.replace(secret, "[key]")
    text = re.sub(r"(?i)\b(bearer|key)\s+[\w.~+/=-]{8,}", r"\1 [key]", text)
    text = re.sub(r"[A-Za-z0-9+/_=-]{200,}", lambda run: f"[{len(run[0])} characters]", text)
    text = "".join(c if c.isprintable() else " " for c in text)
    return text if len(text) <= KEPT else text[:KEPT] + "…"


def _words_in(document: Any) -> str:
    """The message of an error document, in the forms that the providers use."""
    if isinstance(document, str):
        return document
    if isinstance(document, list):
        return "; ".join(filter(None, (_words_in(entry) for entry in document[:5])))
    if isinstance(document, dict):
        for key in ("error", "errors", "detail", "message", "msg", "details"):
            if found := _words_in(document.get(key)):
                return found
    return ""
