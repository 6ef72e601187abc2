"""Errors of the product: what happened, why, and what to do; mapped to HTTP in one place each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class DomainError(Exception):
    """A request that can't be done, said so that the person can act on it.

    Args:
        detail: what happened and why, a sentence.
        remedy: what the person can do about it, a sentence or empty.
        fields: messages by field name, for forms and API bodies.
        retry_after_s: seconds after which it may be tried again; None: no time is known.
    """

    status = 400
    code = "bad-request"
    title = "This request can't be understood"

    def __init__(
        self,
        detail: str = "",
        *,
        remedy: str = "",
        fields: Mapping[str, Sequence[str]] | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.remedy = remedy
        self.fields = {name: list(messages) for name, messages in (fields or {}).items()}
        self.retry_after_s = retry_after_s


class NotSignedIn(DomainError):
    """Nobody is signed in, or the credentials are not accepted."""

    status = 401
    code = "not-signed-in"
    title = "Sign in first"


class Invalid(DomainError):
    """The values do not fit the rules."""

    status = 422
    code = "invalid"
    title = "Some values are not right"


class NotFound(DomainError):
    """Nothing there that this person may see."""

    status = 404
    code = "not-found"
    title = "Nothing is here"


class Forbidden(DomainError):
    """Visible, but this person's role does not allow the action."""

    status = 403
    code = "forbidden"
    title = "Your role does not allow this"


class Conflict(DomainError):
    """The thing has changed meanwhile, or its state does not allow the action."""

    status = 409
    code = "conflict"
    title = "This can't be done in the present state"


class PaymentRequired(DomainError):
    """The wallet, the plan or the budget does not cover it."""

    status = 402
    code = "payment-required"
    title = "The credits do not cover this"


class TooLarge(DomainError):
    """Over a size limit."""

    status = 413
    code = "too-large"
    title = "This is larger than allowed"


class UnsupportedMedia(DomainError):
    """A file of a kind that is not accepted, or that is not what it claims to be."""

    status = 415
    code = "unsupported-media"
    title = "This kind of file is not accepted"


class LimitReached(DomainError):
    """Too many at once or in too short a time."""

    status = 429
    code = "limit-reached"
    title = "A limit is reached"


class Unavailable(DomainError):
    """A part of the studio is not running."""

    status = 503
    code = "unavailable"
    title = "A part of the studio is not running"
