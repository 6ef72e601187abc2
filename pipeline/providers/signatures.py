"""How the providers sign their webhooks; each scheme a function that raises when it is not theirs.

WaveSpeed and Bria as their documentation says; Gemini by the scheme “Standard Webhooks”. Texts are
compared in constant time, and a signature counts for five minutes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings

from pipeline.providers.models import Provider

#: What Bria makes its signing key from, besides the token.
BRIA_CONTEXT = b"bria-webhook-signing-v1"
PREFIX = "whsec_"
DELIVERY_ID_LENGTH = 200


class BadSignature(Exception):
    """A delivery that its provider has not signed, or not now; the text is for logs."""


@dataclass(frozen=True)
class Delivery:
    """One webhook as it came: headers by lower-case name, the body untouched, when (Unix s)."""

    headers: Mapping[str, str]
    body: bytes
    now: float


def verify_wavespeed(delivery: Delivery, secret: str) -> str:
    """`webhook-signature: v3,<hex>`; the key is the text after `whsec_`, not decoded.

    Returns:
        The delivery's id.

    Raises:
        BadSignature: not signed with this secret, or too long ago.
    """
    identifier, message = _signed(delivery, "webhook-id", "webhook-timestamp")
    key = secret.removeprefix(PREFIX).encode()
    expected = hmac.new(key, message, hashlib.sha256).hexdigest()
    _one_of(expected, delivery.headers.get("webhook-signature", "").split(), "v3,")
    return identifier


def verify_bria(delivery: Delivery, secret: str) -> str:
    """`Bria-Webhook-Signature: v1=<base64>`, several with commas; the key is made from the token.

    Returns:
        The delivery's id, which is the request's.

    Raises:
        BadSignature: not signed with this token, or too long ago.
    """
    identifier, message = _signed(delivery, "bria-webhook-id", "bria-webhook-timestamp")
    key = hmac.new(secret.encode(), BRIA_CONTEXT, hashlib.sha256).digest()
    given = delivery.headers.get("bria-webhook-signature", "").split(",")
    _one_of(_base64(key, message), [part.strip() for part in given], "v1=")
    return identifier


def verify_standard(delivery: Delivery, secret: str) -> str:
    """Gemini's registered webhooks: `webhook-signature: v1,<base64>`, several with spaces.

    The key is decoded from the base64 after `whsec_`.

    Returns:
        The delivery's id.

    Raises:
        BadSignature: not signed with this secret, or too long ago.
    """
    identifier, message = _signed(delivery, "webhook-id", "webhook-timestamp")
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise BadSignature("the stored secret is not base64") from None
    given = delivery.headers.get("webhook-signature", "").split()
    _one_of(_base64(key, message), given, "v1,")
    return identifier


#: By provider: the scheme, and whether it is keyed by the secret of webhooks (else by the key).
SCHEMES: Mapping[Provider.Code, tuple[Callable[[Delivery, str], str], bool]] = {
    Provider.Code.WAVESPEED: (verify_wavespeed, True),
    Provider.Code.BRIA: (verify_bria, False),
    Provider.Code.GEMINI: (verify_standard, True),
}


def _signed(delivery: Delivery, id_header: str, time_header: str) -> tuple[str, bytes]:
    """The delivery's id, and what was signed: `{id}.{timestamp}.{body}`; the time is checked."""
    identifier = delivery.headers.get(id_header, "")
    moment = delivery.headers.get(time_header, "")
    if not identifier or len(identifier) > DELIVERY_ID_LENGTH or not identifier.isascii():
        raise BadSignature("no id")
    if not (moment.isascii() and moment.isdecimal() and len(moment) < 12):
        raise BadSignature("no timestamp")
    if abs(delivery.now - int(moment)) > settings.WEBHOOK_WINDOW_SECONDS:
        raise BadSignature("too long ago")
    return identifier, f"{identifier}.{moment}.".encode() + delivery.body


def _base64(key: bytes, message: bytes) -> str:
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


def _one_of(expected: str, given: list[str], prefix: str) -> None:
    """Refuse unless one of the signatures, of which there are few, is the expected one."""
    candidates = [text.removeprefix(prefix) for text in given[:8] if text.startswith(prefix)]
    matches = [hmac.compare_digest(expected.encode(), text.encode()) for text in candidates]
    if not any(matches):
        raise BadSignature("wrong signature" if candidates else "no signature")
