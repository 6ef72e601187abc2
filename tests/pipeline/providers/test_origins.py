"""Who is sent the key of a provider: nobody but the very origin that it is for."""

from __future__ import annotations

import httpx
import pytest

from pipeline.providers.answers import Answer
from pipeline.providers.base import Access
from pipeline.providers.http import ProviderClient
from tests.pipeline.providers.test_http import KEY, Context


def test_the_key_does_not_go_to_the_same_host_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: dict[str, bool] = {}

    def send(self: object, client: object, request: httpx.Request) -> Answer:
        sent[str(request.url)] = "authorization" in request.headers
        return Answer(200, httpx.Headers(), b"", "Acme", KEY)

    monkeypatch.setattr(ProviderClient, "_send", send)
    access = Access("https://acme.example:8443", KEY, "m")
    with ProviderClient(access, Context(), name="Acme", headers={"authorization": KEY}) as http:
        for address in ("/a?of=http://b.example", "https://acme.example:8443/a"):
            http.get(address)
        for address in ("http://acme.example:8443/a", "https://acme.example/a"):
            http.send("PUT", address)

    assert list(sent.values()) == [True, True, False, False]
