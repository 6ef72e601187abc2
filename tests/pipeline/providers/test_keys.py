"""Keys of providers: kept closed, used in order, checked over real HTTP, never told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ
from rest_framework.test import APIClient

from pipeline.engines.receivers import without_key
from pipeline.operations.catalogue import CATALOGUE
from pipeline.providers.base import ErrorClass, ProviderError
from pipeline.providers.checks import run_check
from pipeline.providers.keys import (
    access_for,
    check_key,
    keyed_providers,
    keys_of,
    missing_key,
    put_key,
    remove_key,
    webhook_url,
)
from pipeline.providers.models import KeyState, Provider, ProviderKey, ProviderModel
from studio.core.errors import Forbidden, Invalid, NotFound
from studio.core.models import User
from studio.core.secrets import decrypt
from studio.live.models import Event
from tests.support.web_server import Call, Reply, WebServer, serving

pytestmark = pytest.mark.django_db

SECRET = "sk-abcdefghijkl-9876"
BRIA, STABILITY = Provider.Code.BRIA, Provider.Code.STABILITY


def model(provider: Provider.Code = STABILITY, **values: Any) -> ProviderModel:
    values = {"title": "Test model", "identifier": "", **values}
    return ProviderModel.objects.create(provider_id=provider.value, code="test", **values)


def test_a_key_is_stored_closed_and_told_by_its_end_only(creator: User) -> None:
    key = put_key(actor=creator, provider=STABILITY, secret=f" {SECRET}\n")

    stored = ProviderKey.objects.get()
    assert SECRET.encode() not in bytes(stored.secret)
    assert decrypt(stored.secret) == SECRET
    assert (stored.hint, stored.owner, key.state_id) == ("9876", creator, KeyState.Code.CHECKING)
    event = Event.objects.get(kind__code="provider-key.added")
    assert event.actor == creator and event.label == "Stability AI, own"
    assert SECRET not in json.dumps(event.data) and "9876" not in json.dumps(event.data)
    assert "run_check" in str(OrmQ.objects.get(key="media").task)


def test_a_second_key_takes_the_place_of_the_first(creator: User) -> None:
    first = put_key(actor=creator, provider=STABILITY, secret=SECRET, webhook_secret="whsec_x")
    ProviderKey.objects.update(state_id=KeyState.Code.VALID, message="fine")
    second = put_key(actor=creator, provider=STABILITY, secret="sk-another-key-1111")

    assert second.pk == first.pk and second.code == first.code
    stored = ProviderKey.objects.get()
    assert decrypt(stored.secret) == "sk-another-key-1111"
    assert (stored.message, bytes(stored.webhook_secret)) == ("", b"")
    assert Event.objects.filter(kind__code="provider-key.replaced").count() == 1


@pytest.mark.parametrize("secret", ["", "short", "has a space inside", "ключ-ключ-ключ", "x" * 401])
def test_what_cant_be_a_key_is_refused(creator: User, secret: str) -> None:
    with pytest.raises(Invalid) as caught:
        put_key(actor=creator, provider=STABILITY, secret=secret)
    assert "secret" in caught.value.fields


def test_what_needs_no_key_takes_none(creator: User) -> None:
    with pytest.raises(Invalid, match="needs no key"):
        put_key(actor=creator, provider=Provider.Code.COMFYUI, secret=SECRET)


def test_the_studios_keys_are_for_admins(creator: User, admin: User) -> None:
    with pytest.raises(Forbidden):
        put_key(actor=creator, provider=STABILITY, secret=SECRET, for_studio=True)
    ours = put_key(actor=admin, provider=STABILITY, secret=SECRET, for_studio=True)
    own = put_key(actor=creator, provider=STABILITY, secret=SECRET)

    assert set(keys_of(admin)) == {ours} and set(keys_of(creator)) == {own}
    for change in (remove_key, check_key):
        with pytest.raises(NotFound):
            change(actor=creator, code=ours.code)
        with pytest.raises(NotFound):
            change(actor=admin, code=own.code)


def test_the_database_keeps_one_key_each(admin: User) -> None:
    put_key(actor=admin, provider=STABILITY, secret=SECRET, for_studio=True)
    row = ProviderKey.objects.get()
    row.pk, row.code = None, "6f1f6ce4-6a0d-4a75-a2b1-0a4a0a6f2f11"
    with pytest.raises(IntegrityError, match="provider_key_once"), transaction.atomic():
        row.save(force_insert=True)


def test_a_job_uses_the_own_key_then_the_studios(creator: User, admin: User, settings: Any) -> None:
    settings.PROVIDER_URLS = {**settings.PROVIDER_URLS, "stability": "https://stability.test"}
    wanted = model(identifier="stable-image/core")
    with pytest.raises(ProviderError, match=r"No key for Stability AI\. Add one") as caught:
        access_for("stability", wanted, creator)
    assert caught.value.error_class == ErrorClass.POLICY
    assert "no key for Stability AI" in missing_key("stability", creator)

    put_key(actor=admin, provider=STABILITY, secret="sk-of-the-studio", for_studio=True)
    assert access_for("stability", wanted, creator).secret == "sk-of-the-studio"
    put_key(actor=creator, provider=STABILITY, secret="sk-of-the-creator")
    found = access_for("stability", wanted, creator)

    assert found.secret == "sk-of-the-creator"
    assert (found.base_url, found.model) == ("https://stability.test", "stable-image/core")
    assert access_for("stability", wanted, admin).secret == "sk-of-the-studio"
    assert missing_key("stability", creator) == "" == missing_key("local", creator)
    assert keyed_providers(creator)[STABILITY].owner == creator
    assert keyed_providers(admin)[STABILITY].owner is None


def test_a_retired_model_and_a_lost_encryption_key_are_told(creator: User, settings: Any) -> None:
    put_key(actor=creator, provider=STABILITY, secret=SECRET)
    gone = model(retires_on=date(2026, 1, 1))
    with pytest.raises(ProviderError, match="has taken Test model away"):
        access_for("stability", gone, creator)

    gone.retires_on = None
    settings.SECRET_KEY = "another-key-of-more-than-thirty-two-characters"
    with pytest.raises(ProviderError, match="can't be read any more") as caught:
        access_for("stability", gone, creator)
    assert caught.value.error_class == ErrorClass.POLICY


def test_providers_are_told_where_to_call_back_only_where_they_can_prove_it(
    creator: User, settings: Any
) -> None:
    bria = put_key(actor=creator, provider=BRIA, secret=SECRET)
    wave = put_key(actor=creator, provider=Provider.Code.WAVESPEED, secret=SECRET)
    settings.PUBLIC_URL = "https://frames.example"

    assert webhook_url(bria) == f"https://frames.example/hooks/bria/?key={bria.code}"
    assert webhook_url(wave) == ""
    settings.PUBLIC_URL = "http://frames.example"
    assert webhook_url(bria) == ""


def test_offers_without_a_key_say_so(creator: User) -> None:
    offers = [offer for spec in CATALOGUE.values() for offer in spec.offers]
    paid = next(offer for offer in offers if offer.provider == "stability")
    local = next(offer for offer in offers if offer.provider == "local")

    assert "no key" in without_key(paid, creator) and without_key(local, creator) == ""


# --- checking over real HTTP ---------------------------------------------------------------------
GOOD: dict[str, tuple[str, str, bytes, int, str]] = {
    "stability": ("/v1/user/balance", "authorization", b'{"credits": 12.5}', 200, "12.50 credits"),
    "wavespeed": (
        *("/api/v3/balance", "authorization"),
        *(b'{"code": 200, "data": {"balance": 3.456}}', 200, "3.46 USD"),
    ),
    "huggingface": ("/api/whoami-v2", "authorization", b'{"name": "ada"}', 200, "account ada"),
    "gemini": ("/v1beta/models?pageSize=1", "x-goog-api-key", b'{"models": []}', 200, ""),
    "bria": ("/v2/status/" + "0" * 32, "api_token", b'{"error": {"code": 404}}', 404, ""),
}


@pytest.fixture
def provider_server(settings: Any) -> Iterator[WebServer]:
    with serving() as made:
        settings.PROVIDER_URLS = dict.fromkeys(settings.PROVIDER_URLS, made.url)
        settings.HUGGINGFACE_HUB_URL = made.url
        yield made


def checked(user: User, provider: str) -> ProviderKey:
    key = put_key(actor=user, provider=Provider.Code.by_code(provider), secret=SECRET)
    run_check(key.pk)
    key.refresh_from_db()
    return key


@pytest.mark.parametrize("provider", GOOD)
def test_a_good_key_is_valid(creator: User, provider_server: WebServer, provider: str) -> None:
    path, header, body, status, told = GOOD[provider]
    provider_server.replies = [Reply(status, body, {"content-type": "application/json"})]

    key = checked(creator, provider)

    assert key.state_id == KeyState.Code.VALID
    assert told in key.message and key.checked_at is not None
    call = provider_server.calls[0]
    assert (call.method, call.path) == ("GET", path)
    assert call.headers[header] in (SECRET, f"Bearer {SECRET}")


@pytest.mark.parametrize(
    ("provider", "status", "body"),
    [
        ("stability", 401, {"name": "unauthorized", "errors": ["bad key " + SECRET]}),
        ("wavespeed", 401, {"code": 401, "message": "Invalid key"}),
        ("huggingface", 401, {"error": "Invalid credentials"}),
        ("gemini", 400, {"error": {"message": "API key not valid", "details": []}}),
        ("gemini", 403, {"error": {"message": "denied"}}),
        ("bria", 401, {"error": {"code": 401, "message": "no"}}),
    ],
)
def test_a_bad_key_is_refused_and_its_owner_hears_of_it(
    creator: User, provider_server: WebServer, provider: str, status: int, body: dict[str, Any]
) -> None:
    headers = {"content-type": "application/json"}
    provider_server.replies = [Reply(status, json.dumps(body).encode(), headers)]

    key = checked(creator, provider)

    assert key.state_id == KeyState.Code.REFUSED
    assert "refuses the key" in key.message and SECRET not in key.message
    assert creator.notifications.get().event.kind.code == "provider-key.refused"


@pytest.mark.parametrize(
    "reply", [Reply(500), Reply(429), Reply(close=True), Reply(302, headers={"location": "/x"})]
)
def test_a_provider_that_gives_no_clear_answer_is_no_verdict_on_the_key(
    creator: User, provider_server: WebServer, reply: Reply
) -> None:
    provider_server.replies = [reply]

    assert checked(creator, "stability").state_id == KeyState.Code.UNREACHABLE


def test_the_secret_of_wavespeeds_webhooks_is_fetched(creator: User, settings: Any) -> None:
    def reply(call: Call) -> Reply:
        data = {"secret": "whsec_abc"} if "webhook" in call.path else {"balance": 1}
        body = json.dumps({"code": 200, "data": data}).encode()
        return Reply(200, body, {"content-type": "application/json"})

    with serving(reply) as made:
        settings.PROVIDER_URLS = {"wavespeed": made.url}
        settings.PUBLIC_URL = "https://frames.example"
        key = checked(creator, "wavespeed")

    assert decrypt(key.webhook_secret) == "whsec_abc"
    assert webhook_url(key).startswith("https://frames.example/hooks/wavespeed/?key=")


def test_a_key_that_was_replaced_meanwhile_keeps_its_own_state(
    creator: User, settings: Any
) -> None:
    def reply(call: Call) -> Reply:
        assert call.headers["authorization"] == f"Bearer {SECRET}"
        return Reply(401)

    with serving(reply) as made:
        settings.PROVIDER_URLS = {"stability": made.url}
        key = put_key(actor=creator, provider=STABILITY, secret=SECRET)
        loaded = ProviderKey.objects.select_related("owner", "created_by").get(pk=key.pk)
        put_key(actor=creator, provider=STABILITY, secret="sk-newer-key-2222")
        from pipeline.providers.keys import note_check

        assert not note_check(loaded, KeyState.Code.REFUSED, "no")

    key.refresh_from_db()
    assert key.state_id == KeyState.Code.CHECKING


def test_checking_a_key_that_is_gone_does_nothing() -> None:
    run_check(987654321)


# --- pages and API -------------------------------------------------------------------------------
def test_no_page_and_no_answer_shows_a_key(creator: User, admin: User) -> None:
    put_key(actor=creator, provider=STABILITY, secret=SECRET)
    put_key(actor=admin, provider=BRIA, secret=SECRET, for_studio=True)
    shown = []
    for user in (creator, admin):
        client = Client()
        client.force_login(user)
        paths = [
            *(reverse("pipeline:provider-keys"), reverse("pipeline:providers")),
            *(reverse("api-provider-keys"), reverse("api-capabilities")),
        ]
        if user.is_admin:
            row = ProviderKey.objects.get(owner=None)
            paths += [
                reverse("admin:pipeline_providerkey_changelist"),
                reverse("admin:pipeline_providerkey_change", args=[row.pk]),
            ]
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 200, path
            shown.append(answer.content.decode())
    assert all(SECRET not in text and "sk-abc" not in text for text in shown)
    assert sum("9876" in text for text in shown) >= 4


def test_a_key_is_added_checked_and_removed_on_the_page(creator: User) -> None:
    client = Client()
    client.force_login(creator)
    page = reverse("pipeline:provider-keys")

    bad = client.post(page, {"provider": "stability", "secret": "short"})
    assert bad.status_code == 422 and "8 to 400 characters" in bad.content.decode()
    tricked = client.post(page, {"provider": "bria", "secret": SECRET, "for_studio": "on"})
    assert tricked.status_code == 303
    key = ProviderKey.objects.get()
    assert key.owner == creator

    ProviderKey.objects.update(state_id=KeyState.Code.VALID)
    part = client.post(
        reverse("pipeline:provider-key-check", args=[key.code]), headers={"HX-Request": "true"}
    )
    assert part.status_code == 200 and "Being checked" in part.content.decode()
    assert "<html" not in part.content.decode()
    client.post(reverse("pipeline:provider-key-remove", args=[key.code]))
    assert not ProviderKey.objects.exists()


def test_scripts_keep_keys_too_but_not_by_an_api_key(creator: User) -> None:
    client = APIClient()
    client.force_authenticate(creator)
    url = reverse("api-provider-keys")

    made = client.post(url, {"provider": "gemini", "secret": SECRET}, format="json")
    assert made.status_code == 201
    assert made.data["state"] == "checking" and "secret" not in made.data
    assert client.get(url).data["results"][0]["hint"] == "9876"
    one = reverse("api-provider-key", args=[made.data["code"]])
    checked = client.post(reverse("api-provider-key-check", args=[made.data["code"]]))
    assert checked.status_code == 202
    assert client.delete(one).status_code == 204
    assert client.get(one).status_code == 404
    denied = client.post(
        url, {"provider": "gemini", "secret": SECRET, "for_studio": True}, format="json"
    )
    assert denied.status_code == 403
