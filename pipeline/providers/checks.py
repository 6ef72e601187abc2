"""Asking a provider whether a key is good, by the cheapest call it documents: it costs nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from django.conf import settings

from pipeline.providers.answers import Answer
from pipeline.providers.keys import note_check
from pipeline.providers.models import KeyState, Provider, ProviderKey
from studio.core import outbound
from studio.core.secrets import Undecipherable, decrypt

logger = logging.getLogger(__name__)

CHECK_SECONDS = 20.0
#: No request has this id, so that asking for it tells nothing but whether the key is let in.
UNKNOWN_REQUEST = "00000000000000000000000000000000"


@dataclass(frozen=True)
class Verdict:
    """What came of a check; the webhook's secret where the provider tells it."""

    state: KeyState.Code
    message: str
    webhook_secret: str = ""


@dataclass(frozen=True)
class Probe:
    """One provider's call: where, how the key is sent, and what a good answer tells people.

    `good` are statuses that only an accepted key gets; `tells` reads the answer's document.
    """

    path: str
    headers: Callable[[str], Mapping[str, str]]
    tells: Callable[[Any], str] = lambda document: ""
    good: tuple[int, ...] = (200,)


def _bearer(secret: str) -> Mapping[str, str]:
    return {"authorization": f"Bearer {secret}"}


def _credits(document: Any) -> str:
    return f"{float(document['credits']):,.2f} credits left"


def _dollars(document: Any) -> str:
    return f"{float(document['data']['balance']):,.2f} USD left"


def _account(document: Any) -> str:
    return f"account {str(document['name'])[:80]}"


PROBES: Mapping[Provider.Code, Probe] = {
    Provider.Code.STABILITY: Probe("/v1/user/balance", _bearer, _credits),
    Provider.Code.WAVESPEED: Probe("/api/v3/balance", _bearer, _dollars),
    Provider.Code.HUGGINGFACE: Probe("/api/whoami-v2", _bearer, _account),
    Provider.Code.GEMINI: Probe(
        "/v1beta/models?pageSize=1", lambda secret: {"x-goog-api-key": secret}
    ),
    Provider.Code.BRIA: Probe(
        f"/v2/status/{UNKNOWN_REQUEST}", lambda secret: {"api_token": secret}, good=(200, 404)
    ),
}


def run_check(key_id: int) -> None:
    """Task: check a key and write down what came of it. A key that is gone is left alone."""
    key = ProviderKey.objects.filter(pk=key_id).select_related("owner", "created_by").first()
    if key is None:
        return
    try:
        secret = decrypt(key.secret)
    except Undecipherable:
        note_check(
            key,
            KeyState.Code.REFUSED,
            "The stored key can't be read: the studio's encryption key was changed. Add it again.",
        )
        return
    verdict = probe(Provider.Code(key.provider_id), secret)
    note_check(key, verdict.state, verdict.message, webhook_secret=verdict.webhook_secret)


def probe(provider: Provider.Code, secret: str) -> Verdict:
    """Ask a provider about a key. Takes at most `CHECK_SECONDS`, twice for WaveSpeed."""
    how = PROBES[provider]
    is_hub = provider == Provider.Code.HUGGINGFACE
    base_url = settings.HUGGINGFACE_HUB_URL if is_hub else settings.PROVIDER_URLS[provider.code]
    with outbound.client(
        allowed_hosts=[outbound.host_of(base_url)],
        timeout_s=CHECK_SECONDS / 2,
        total_s=CHECK_SECONDS,
        limit_bytes=1024**2,
        base_url=base_url,
        headers=how.headers(secret),
    ) as client:
        try:
            answer = _ask(client, how.path, provider, secret)
            verdict = _verdict(how, answer)
            if provider == Provider.Code.WAVESPEED and verdict.state == KeyState.Code.VALID:
                return _with_webhook_secret(
                    verdict, _ask(client, "/api/v3/webhook/secret", provider, secret)
                )
        except (httpx.HTTPError, outbound.UnsafeAddress, outbound.ResponseTooLarge) as error:
            logger.warning("checking a key of %s: %s", provider.label, type(error).__name__)
            late = isinstance(error, httpx.TimeoutException)
            text = "did not answer in time" if late else "can't be reached"
            return Verdict(KeyState.Code.UNREACHABLE, f"{provider.label} {text}.")
    return verdict


def _ask(client: httpx.Client, path: str, provider: Provider.Code, secret: str) -> Answer:
    found = client.get(path)
    return Answer(found.status_code, found.headers, found.content, provider.label, secret)


def _verdict(how: Probe, answer: Answer) -> Verdict:
    words = answer.words()
    if answer.status in how.good:
        return Verdict(KeyState.Code.VALID, _told(how, answer))
    # Gemini says 400 to a key that it does not know.
    if answer.status in (401, 403) or (answer.status == 400 and _names_the_key(answer)):
        said = f": {words}" if words else "."
        return Verdict(KeyState.Code.REFUSED, f"{answer.name} refuses the key{said}")
    return Verdict(
        KeyState.Code.UNREACHABLE,
        f"{answer.name} gave no clear answer ({answer.status}). Check again later.",
    )


def _told(how: Probe, answer: Answer) -> str:
    """What a good answer tells; a form that we don't know is no reason to doubt the key."""
    try:
        return how.tells(answer.document())
    except (KeyError, TypeError, ValueError):
        return ""


def _names_the_key(answer: Answer) -> bool:
    return b"API_KEY_INVALID" in answer.content or b"API key not valid" in answer.content


def _with_webhook_secret(verdict: Verdict, answer: Answer) -> Verdict:
    """WaveSpeed signs webhooks with a secret of each key, and tells it to the key."""
    document = answer.document()
    data = document.get("data") if isinstance(document, dict) else None
    found = data.get("secret") if isinstance(data, dict) else None
    if answer.status != 200 or not isinstance(found, str) or not found.startswith("whsec_"):
        return verdict
    return Verdict(verdict.state, verdict.message, webhook_secret=found)
