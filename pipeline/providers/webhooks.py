"""Taking in webhooks: signed by a key that we know, lately, and once.

What they say is only a hint to ask the provider now: results and states are read from the provider
itself, by an authenticated call, so that nothing of a webhook's content is ever trusted.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from pipeline.providers.models import Provider, ProviderKey, WebhookReceipt
from pipeline.providers.signals import webhook_received
from pipeline.providers.signatures import SCHEMES, BadSignature, Delivery
from studio.core.secrets import Undecipherable, decrypt

#: How long a receipt is kept: far longer than a signature counts.
KEEP = timedelta(days=2)
REQUEST_ID_LENGTH = 200


def take_in(*, provider_code: str, key_code: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Take in one delivery and tell those who wait for the request that it is about.

    Args:
        provider_code: of the address that was called.
        key_code: which key the request was made with, by the address.
        headers: by lower-case name.

    Returns:
        Whether it is new; a repeat does nothing.

    Raises:
        BadSignature: it is not signed by that key's provider, not lately, or makes no sense.
    """
    provider, secret = _secret_of(provider_code, key_code)
    verify, _ = SCHEMES[provider]
    delivery_id = verify(Delivery(headers, body, time.time()), secret)
    request_id = _request_of(provider, body)
    with transaction.atomic():
        _, is_new = WebhookReceipt.objects.get_or_create(
            provider_id=provider.value, delivery_id=delivery_id
        )
        if is_new and request_id:
            webhook_received.send(
                sender=WebhookReceipt, provider=provider.code, request_id=request_id
            )
    return is_new


def sweep_receipts() -> int:
    """Forget receipts that are too old for a repeat; returns how many."""
    count, _ = WebhookReceipt.objects.filter(received_at__lt=timezone.now() - KEEP).delete()
    return count


def _secret_of(provider_code: str, key_code: str) -> tuple[Provider.Code, str]:
    """The provider of an address and what it signs with."""
    provider = next((p for p in SCHEMES if p.code == provider_code), None)
    if provider is None:
        raise BadSignature("this provider signs nothing")
    try:
        code = uuid.UUID(key_code)
    except ValueError:
        raise BadSignature("no key is named") from None
    key = ProviderKey.objects.filter(provider_id=provider.value, code=code).first()
    _, by_webhook_secret = SCHEMES[provider]
    stored = (key.webhook_secret if by_webhook_secret else key.secret) if key else b""
    if not stored:
        raise BadSignature("no such key, or it has no secret for webhooks")
    try:
        return provider, decrypt(stored)
    except Undecipherable as error:
        raise BadSignature("the stored secret can't be read") from error


def _request_of(provider: Provider.Code, body: bytes) -> str:
    """The request that a delivery is about; empty for events about none (a ping)."""
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise BadSignature("the body is no JSON") from None
    if not isinstance(document, dict):
        raise BadSignature("the body is no JSON object")
    if provider == Provider.Code.GEMINI:
        data = document.get("data")
        found = data.get("id") if isinstance(data, dict) else None
    else:
        found = document.get("request_id" if provider == Provider.Code.BRIA else "id")
    if not isinstance(found, str) or len(found) > REQUEST_ID_LENGTH or not found.isprintable():
        return ""
    return found if found.isascii() else ""
