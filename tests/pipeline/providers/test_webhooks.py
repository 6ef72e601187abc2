"""Webhooks: signed by a key that we know, lately, once; and never more than a hint."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from pipeline.providers.keys import put_key
from pipeline.providers.models import Provider, ProviderKey, WebhookReceipt
from pipeline.providers.signals import webhook_received
from pipeline.providers.signatures import (
    BadSignature,
    Delivery,
    verify_bria,
    verify_standard,
    verify_wavespeed,
)
from pipeline.providers.webhooks import sweep_receipts
from studio.core.models import User

TOKEN = "contract-test-shared-token"
WAVE_SECRET = "whsec_bm90LWRlY29kZWQ"


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def heard() -> Iterator[list[tuple[str, str]]]:
    found: list[tuple[str, str]] = []

    def listen(sender: Any, provider: str, request_id: str, **kwargs: Any) -> None:
        found.append((provider, request_id))

    webhook_received.connect(listen)
    yield found
    webhook_received.disconnect(listen)


# --- the schemes ---------------------------------------------------------------------------------
VECTOR = Delivery(
    headers={
        "bria-webhook-id": "req_contract_test_001",
        "bria-webhook-timestamp": "1700000000",
        "bria-webhook-signature": "v1=muClfnkuIXEqW69htILKVEwJdzC0LWB1tP53ptLm7SM=",
    },
    body=(
        b'{"status":"COMPLETED","result":{"url":"https://cdn.bria.ai/final.png"},'
        b'"request_id":"req_contract_test_001"}'
    ),
    now=1700000100.0,
)


def changed(delivery: Delivery, *, body: bytes | None = None, **headers: str) -> Delivery:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    found = {**delivery.headers, **names}
    return Delivery(found, delivery.body if body is None else body, delivery.now)


def test_brias_published_vector_is_accepted() -> None:
    assert verify_bria(VECTOR, TOKEN) == "req_contract_test_001"
    listed = changed(
        VECTOR, bria_webhook_signature="v1=AAAA, " + VECTOR.headers["bria-webhook-signature"]
    )
    assert verify_bria(listed, TOKEN) == "req_contract_test_001"


def test_one_changed_byte_anywhere_is_refused() -> None:
    for wrong in (
        changed(VECTOR, body=VECTOR.body.replace(b"COMPLETED", b"COMPLETEE")),
        changed(VECTOR, bria_webhook_id="req_contract_test_002"),
        changed(VECTOR, bria_webhook_timestamp="1700000001"),
        changed(VECTOR, bria_webhook_signature="v1="),
        changed(VECTOR, bria_webhook_signature="v2=muClfnkuIXEqW69htILKVEwJdzC0LWB1tP53ptLm7SM="),
        changed(VECTOR, bria_webhook_signature="v1=é"),
        changed(VECTOR, bria_webhook_signature=""),
        changed(VECTOR, bria_webhook_id=""),
        changed(VECTOR, bria_webhook_timestamp="soon"),
        changed(VECTOR, bria_webhook_timestamp="-1700000000"),
    ):
        with pytest.raises(BadSignature):
            verify_bria(wrong, TOKEN)
    with pytest.raises(BadSignature, match="wrong signature"):
        verify_bria(VECTOR, TOKEN + "x")


@pytest.mark.parametrize("seconds", [301, -301])
def test_old_and_future_deliveries_are_refused(seconds: int) -> None:
    late = Delivery(VECTOR.headers, VECTOR.body, 1700000000.0 + seconds)
    with pytest.raises(BadSignature, match="too long ago"):
        verify_bria(late, TOKEN)


def wavespeed_headers(body: bytes, secret: str = WAVE_SECRET, **over: str) -> dict[str, str]:
    identifier, moment = over.get("id", "msg_1"), over.get("at", str(int(time.time())))
    key = secret.removeprefix("whsec_").encode()
    message = f"{identifier}.{moment}.".encode() + body
    found = hmac.new(key, message, hashlib.sha256).hexdigest()
    return {
        "webhook-id": identifier,
        "webhook-timestamp": moment,
        "webhook-signature": f"v3,{found}",
    }


def test_wavespeeds_key_is_the_text_itself_and_not_what_it_decodes_to() -> None:
    body = b'{"id": "p1"}'
    delivery = Delivery(wavespeed_headers(body), body, time.time())
    assert verify_wavespeed(delivery, WAVE_SECRET) == "msg_1"
    # the same scheme with the decoded key, as others do it
    decoded = base64.b64decode(WAVE_SECRET.removeprefix("whsec_") + "=")
    wrong = hmac.new(decoded, b"msg_1.", hashlib.sha256).hexdigest()
    with pytest.raises(BadSignature):
        verify_wavespeed(
            Delivery({**delivery.headers, "webhook-signature": f"v3,{wrong}"}, body, time.time()),
            WAVE_SECRET,
        )


def test_geminis_key_is_decoded_and_signatures_may_be_several() -> None:
    key, body, moment = b"0123456789abcdef", b'{"type": "video.generated"}', "1700000000"
    secret = "whsec_" + base64.b64encode(key).decode()
    mac = hmac.new(key, b"m1." + moment.encode() + b"." + body, hashlib.sha256).digest()
    headers = {
        "webhook-id": "m1",
        "webhook-timestamp": moment,
        "webhook-signature": "v1a,AAAA v1," + base64.b64encode(mac).decode(),
    }
    assert verify_standard(Delivery(headers, body, 1700000000), secret) == "m1"
    with pytest.raises(BadSignature):
        verify_standard(Delivery(headers, body + b" ", 1700000000), secret)
    with pytest.raises(BadSignature, match="not base64"):
        verify_standard(Delivery(headers, body, 1700000000), "whsec_!!")


# --- the address ---------------------------------------------------------------------------------
@pytest.fixture
def key(creator: User) -> ProviderKey:
    return put_key(
        actor=creator,
        provider=Provider.Code.WAVESPEED,
        secret="wave-key-1234",
        webhook_secret=WAVE_SECRET,
    )


def send(key: ProviderKey | None, body: bytes, headers: dict[str, str], **over: Any) -> int:
    provider = over.pop("provider", "wavespeed")
    query = f"?key={key.code}" if key else ""
    client = Client(enforce_csrf_checks=True)
    answer = client.post(
        f"/hooks/{provider}/{query}",
        body,
        content_type="application/json",
        headers=headers,
        **over,
    )
    assert answer.content == b""
    return answer.status_code


def test_a_signed_delivery_wakes_who_waits_and_a_repeat_does_nothing(
    key: ProviderKey, heard: list[tuple[str, str]]
) -> None:
    body = json.dumps({"id": "pred_1", "status": "completed", "outputs": ["http://x"]}).encode()
    headers = wavespeed_headers(body)

    assert send(key, body, headers) == 204
    assert send(key, body, headers) == 204

    assert heard == [("wavespeed", "pred_1")]
    assert WebhookReceipt.objects.get().delivery_id == "msg_1"


@pytest.mark.django_db
def test_who_has_not_signed_learns_nothing(
    key: ProviderKey, heard: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    body = b'{"id": "pred_1"}'
    good = wavespeed_headers(body)
    other = ProviderKey(code="6f1f6ce4-6a0d-4a75-a2b1-0a4a0a6f2f11")
    with caplog.at_level(logging.WARNING, "pipeline.providers.webhook_views"):
        assert send(key, body + b" ", good) == 401
        assert send(key, body, {}) == 401
        assert send(None, body, good) == 401
        assert send(other, body, good) == 401
        assert send(key, body, good, provider="bria") == 401
        assert send(key, body, wavespeed_headers(body, at=str(int(time.time()) - 400))) == 401
        assert send(key, b"no json", wavespeed_headers(b"no json")) == 401
        assert send(key, b"[1]", wavespeed_headers(b"[1]")) == 401
    assert send(key, body, good, provider="stability") == 404
    assert send(key, body, good, provider="nobody") == 404
    assert Client().get("/hooks/wavespeed/").status_code == 405

    assert heard == [] and not WebhookReceipt.objects.exists()
    ours = [record for record in caplog.records if "webhook" in record.name]
    assert len(ours) == 8
    assert "whsec" not in caplog.text


def test_a_long_delivery_is_refused_unread(key: ProviderKey, heard: list[Any]) -> None:
    body = json.dumps({"id": "p", "input": "x" * 70_000}).encode()

    assert send(key, body, wavespeed_headers(body)) == 413
    assert heard == []


def test_bad_deliveries_are_turned_away_after_some(key: ProviderKey) -> None:
    body = b'{"id": "p"}'
    found = [send(key, body, {}) for _ in range(32)]

    assert found[:30] == [401] * 30 and found[30:] == [429, 429]
    assert send(key, body, wavespeed_headers(body)) == 204  # good ones still pass


def test_a_delivery_about_nothing_is_taken_and_tells_nobody(
    key: ProviderKey, heard: list[Any]
) -> None:
    for number, document in enumerate([{}, {"id": 5}, {"id": "x" * 201}]):
        body = json.dumps(document).encode()
        assert send(key, body, wavespeed_headers(body, id=f"m{number}")) == 204
    assert heard == []


@pytest.mark.django_db
def test_bria_signs_with_the_key_itself(creator: User, heard: list[tuple[str, str]]) -> None:
    key = put_key(actor=creator, provider=Provider.Code.BRIA, secret=TOKEN)
    moment, body = str(int(time.time())), b'{"status": "COMPLETED", "request_id": "r1"}'
    derived = hmac.new(TOKEN.encode(), b"bria-webhook-signing-v1", hashlib.sha256).digest()
    mac = hmac.new(derived, f"r1.{moment}.".encode() + body, hashlib.sha256).digest()
    headers = {
        "Bria-Webhook-Id": "r1",
        "Bria-Webhook-Timestamp": moment,
        "Bria-Webhook-Signature": "v1=" + base64.b64encode(mac).decode(),
    }

    assert send(key, body, headers, provider="bria") == 204
    assert heard == [("bria", "r1")]


@pytest.mark.django_db
def test_old_receipts_are_swept(key: ProviderKey) -> None:
    old = WebhookReceipt.objects.create(provider=key.provider, delivery_id="old")
    WebhookReceipt.objects.create(provider=key.provider, delivery_id="new")
    WebhookReceipt.objects.filter(pk=old.pk).update(received_at=timezone.now() - timedelta(days=3))

    assert sweep_receipts() == 1
    assert WebhookReceipt.objects.get().delivery_id == "new"
