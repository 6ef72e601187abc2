"""How adapters speak HTTP: what is repeated, what never is, and what people are told."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from pipeline.providers.answers import Answer, after_seconds, redacted
from pipeline.providers.base import (
    Access,
    Ambiguous,
    Cancelled,
    ErrorClass,
    ProviderError,
    RateLimited,
)
from pipeline.providers.http import ProviderClient
from studio.core import outbound
from tests.support.web_server import Reply, WebServer, serving

KEY = "sk-very-secret-0123456789"
JSON = {"content-type": "application/json; type=image/png"}


class Context:
    """A run that only notes what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.stop = False

    def progress(self, fraction: float, stage: str) -> None:
        self.told.append(("progress", fraction))

    def cancelled(self) -> bool:
        return self.stop

    def submitting(self, position: int, request_id: str = "") -> None:
        self.told.append(("submitting", position))

    def submitted(self, position: int, request_id: str) -> None:
        self.told.append(("submitted", position, request_id))

    def not_submitted(self, position: int) -> None:
        self.told.append(("not submitted", position))

    def retried(self) -> None:
        self.told.append(("retried",))

    def preview(self, content: bytes, media_type: str) -> None:
        raise AssertionError("nothing to preview")

    def wait(self, seconds: float) -> None:
        self.told.append(("wait", seconds))

    @property
    def waits(self) -> list[float]:
        return [entry[1] for entry in self.told if entry[0] == "wait"]


@pytest.fixture
def server() -> Iterator[WebServer]:
    with serving() as made:
        yield made


@pytest.fixture
def context() -> Context:
    return Context()


@pytest.fixture
def http(server: WebServer, context: Context) -> Iterator[ProviderClient]:
    with ProviderClient(
        Access(server.url, KEY, "m"),
        context,
        name="Acme",
        headers={"authorization": f"Bearer {KEY}"},
        largest_request_bytes=1000,
        timeout_s=1,
    ) as made:
        yield made


def test_a_submission_is_recorded_before_it_is_sent_and_sent_once(
    server: WebServer, context: Context, http: ProviderClient
) -> None:
    server.replies = [Reply(202, b'{"id": "a1"}', {**JSON, "x-request-id": "r-9"})]

    answer = http.submit(3, "/v1/make", json={"prompt": "x"})

    assert answer.json() == {"id": "a1"}
    assert answer.request_id == "r-9"
    assert context.told == [("submitting", 3)]
    [call] = server.calls
    assert (call.method, call.path, json.loads(call.body)) == ("POST", "/v1/make", {"prompt": "x"})
    assert call.headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, ErrorClass.INPUT),
        (401, ErrorClass.POLICY),
        (402, ErrorClass.POLICY),
        (403, ErrorClass.POLICY),
        (404, ErrorClass.PROVIDER),
        (413, ErrorClass.INPUT),
        (422, ErrorClass.INPUT),
        (500, ErrorClass.PROVIDER),
        (503, ErrorClass.PROVIDER),
    ],
)
def test_a_refused_submission_is_typed_told_and_not_repeated(
    server: WebServer, context: Context, http: ProviderClient, status: int, kind: ErrorClass
) -> None:
    body = json.dumps({"errors": ["prompt: cannot be empty"], "key": KEY}).encode()
    server.replies = [Reply(status, body, JSON)]

    with pytest.raises(ProviderError) as caught:
        http.submit(0, "/v1/make", json={})

    assert caught.value.error_class == kind
    assert not isinstance(caught.value, Ambiguous)
    assert caught.value.message.startswith(("Acme", "The account at Acme"))
    assert f"HTTP {status}" in caught.value.detail
    assert KEY not in caught.value.detail and "[key]" in caught.value.detail
    assert context.told == [("submitting", 0), ("not submitted", 0)]
    assert len(server.calls) == 1


def test_a_submission_over_the_rate_says_how_long_to_wait_and_is_not_repeated(
    server: WebServer, context: Context, http: ProviderClient
) -> None:
    server.replies = [Reply(429, b"{}", {**JSON, "retry-after": "7"})]

    with pytest.raises(RateLimited) as caught:
        http.submit(0, "/v1/make", json={})

    assert caught.value.retry_after_s == 7
    assert caught.value.message.endswith("takes no more requests for now.")
    assert len(server.calls) == 1 and context.waits == []


@pytest.mark.parametrize(
    "reply",
    [
        Reply(close=True),
        Reply(200, b'{"id": "a"}', JSON, cut=4),
        Reply(200, b'{"id": "a"}', JSON, delay_s=1.5),
        Reply(502, b"<html>", {"content-type": "text/html"}),
        Reply(504),
    ],
    ids=["closed", "cut", "late", "bad gateway", "gateway late"],
)
def test_a_submission_whose_answer_is_lost_is_left_open_and_never_repeated(
    server: WebServer, context: Context, http: ProviderClient, reply: Reply
) -> None:
    server.replies = [reply]

    with pytest.raises(Ambiguous, match="may be billed") as caught:
        http.submit(0, "/v1/make", json={})

    late = reply.delay_s or reply.status == 504
    assert caught.value.error_class == (ErrorClass.TIMEOUT if late else ErrorClass.PROVIDER)
    assert context.told == [("submitting", 0)]
    assert len(server.calls) == 1


@pytest.mark.parametrize(
    "reply",
    [Reply(200, b'{"id": "a', JSON), Reply(200, b'{"id": 1}', {"content-type": "text/html"})],
    ids=["half a document", "another type"],
)
def test_an_answer_that_cant_be_read_is_ambiguous_for_what_costs_only(
    server: WebServer, http: ProviderClient, reply: Reply
) -> None:
    server.replies = [reply]

    with pytest.raises(Ambiguous):
        http.submit(0, "/v1/make", json={}).json()
    with pytest.raises(ProviderError, match="can't be read") as caught:
        http.get("/v1/state").json()

    assert not isinstance(caught.value, Ambiguous)


def test_a_provider_that_is_not_there_is_tried_again_and_took_nothing(context: Context) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with (
            ProviderClient(Access(url, KEY, "m"), context, name="Acme", headers={}) as http,
            pytest.raises(ProviderError, match="can't be reached") as caught,
        ):
            http.submit(0, "/v1/make", json={})

    assert not isinstance(caught.value, Ambiguous)
    assert context.waits == [1, 2, 4, 8, 16]
    assert context.told[0] == ("submitting", 0) and context.told[-1] == ("not submitted", 0)


def test_reading_is_repeated_as_the_provider_asks(
    server: WebServer, context: Context, http: ProviderClient
) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    server.replies = [
        Reply(429, headers={"retry-after": "3"}),
        Reply(503, headers={"retry-after": soon}),
        Reply(close=True),
        Reply(200, b"[]", JSON),
    ]

    assert http.get("/v1/state", params={"a": 1}).json() == []

    assert server.calls[-1].path == "/v1/state?a=1"
    assert context.told.count(("retried",)) == 3
    three, date, third = context.waits
    assert (three, third) == (3, 4) and 15 < date <= 20


def test_reading_ends_after_bounded_repeats(
    server: WebServer, context: Context, http: ProviderClient
) -> None:
    server.replies = [Reply(503, b'{"message": "down"}', JSON)]

    with pytest.raises(ProviderError, match=r"Acme has failed \(503\): down\."):
        http.get("/v1/state")

    assert context.waits == [1, 2, 4, 8, 16]
    assert len(server.calls) == 6


def test_a_provider_that_asks_to_wait_long_is_not_waited_for(
    server: WebServer, context: Context, http: ProviderClient
) -> None:
    server.replies = [Reply(429, headers={"retry-after": "600"})]

    with pytest.raises(RateLimited) as caught:
        http.get("/v1/state")

    assert caught.value.retry_after_s == 600
    assert context.waits == [] and len(server.calls) == 1


def test_reading_that_is_always_late_is_a_time_out(
    server: WebServer, http: ProviderClient, settings: Any
) -> None:
    settings.PROVIDER_REPEATS = 1
    server.replies = [Reply(delay_s=1.3)]

    with pytest.raises(ProviderError, match="too long to answer") as caught:
        http.get("/v1/state")

    assert caught.value.error_class == ErrorClass.TIMEOUT


def test_a_request_that_is_too_large_is_not_sent(
    server: WebServer, context: Context, http: ProviderClient
) -> None:
    with pytest.raises(ProviderError, match="at most") as caught:
        http.submit(0, "/v1/make", files={"image": ("a.png", b"x" * 2000, "image/png")})

    assert caught.value.error_class == ErrorClass.INPUT
    assert server.calls == [] and context.told == []


def test_a_stopped_run_sends_nothing(
    server: WebServer, context: Context, http: ProviderClient
) -> None:
    context.stop = True

    with pytest.raises(Cancelled):
        http.submit(0, "/v1/make", json={})

    assert server.calls == [] and context.told == []


def test_results_are_fetched_with_the_key_only_from_the_provider_itself(
    server: WebServer, http: ProviderClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as elsewhere:
        elsewhere.replies = [Reply(200, b"PNG", {"content-type": "image/png"})]
        monkeypatch.setattr(outbound.addresses, "is_safe", lambda address, **_: True)
        server.replies = [Reply(302, headers={"location": f"{elsewhere.url}/file"})]

        found = http.download(f"{server.url}/result")

    assert found == outbound.Downloaded(b"PNG", "image/png")
    assert server.calls[0].headers["authorization"] == f"Bearer {KEY}"
    assert "authorization" not in elsewhere.calls[0].headers


def test_results_inside_the_network_are_not_fetched(
    server: WebServer, http: ProviderClient
) -> None:
    with serving() as elsewhere:
        with pytest.raises(ProviderError, match="does not call"):
            http.download(f"{elsewhere.url}/secret")
        server.replies = [Reply(302, headers={"location": f"{elsewhere.url}/secret"})]
        with pytest.raises(ProviderError, match="does not call"):
            http.download(f"{server.url}/result")
        with pytest.raises(ProviderError, match="does not call"):
            http.get(f"{elsewhere.url}/state")

        assert elsewhere.calls == []


def test_a_cut_result_is_fetched_again_and_a_lost_one_is_told(
    server: WebServer, context: Context, http: ProviderClient
) -> None:
    server.replies = [Reply(200, b"0123456789", cut=3), Reply(200, b"0123456789"), Reply(410)]

    assert http.download("/result").content == b"0123456789"
    with pytest.raises(ProviderError, match=r"does not hand out its result \(410\)"):
        http.download("/result")

    assert context.told.count(("retried",)) == 1


def test_a_result_without_end_is_refused_at_once(server: WebServer, http: ProviderClient) -> None:
    server.replies = [Reply(endless=True)]

    with pytest.raises(ProviderError, match="larger than the studio takes"):
        http.download("/result", limit_bytes=1_000_000, seconds=5)

    assert server.sent < 30_000_000


def test_looks_end_with_a_time_out(context: Context, http: ProviderClient) -> None:
    with pytest.raises(ProviderError, match="had not finished after 1 minutes") as caught:
        for _ in http.rounds(10, limit_s=60):
            pass

    assert caught.value.error_class == ErrorClass.TIMEOUT
    assert context.waits == [10] * 6


def test_an_adapter_reads_its_providers_errors_itself(server: WebServer, context: Context) -> None:
    def explain(answer: Answer) -> ProviderError | None:
        return ProviderError("It is blocked.") if answer.status == 403 else None

    server.replies = [Reply(403), Reply(400)]
    with ProviderClient(
        Access(server.url, KEY, "m"), context, name="Acme", headers={}, explain=explain
    ) as http:
        with pytest.raises(ProviderError, match="It is blocked"):
            http.post("/a", json={})
        with pytest.raises(ProviderError, match="does not accept"):
            http.post("/a", json={})


def test_how_long_to_wait_is_read_in_both_forms() -> None:
    assert after_seconds("1.5") == 1.5
    assert after_seconds("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert after_seconds("soon") is None and after_seconds(None) is None


def test_what_is_kept_of_a_body_carries_no_secret_and_no_data() -> None:
    text = f'{{"token": "{KEY}", "h": "Bearer abcdefgh12345", "image": "{"A" * 5000}"}}'

    kept = redacted(text, KEY)

    assert KEY not in kept and "abcdefgh" not in kept
    assert "[5000 characters]" in kept and len(kept) < 200


def test_words_of_many_kinds_of_bodies() -> None:
    def words(body: bytes, kind: str = "application/json") -> str:
        return Answer(400, httpx.Headers({"content-type": kind}), body, "Acme", KEY).words()

    assert words(b'{"error": {"code": 3, "message": "a"}}') == "a"
    assert words(b'[{"error": {"message": "b"}}]') == "b"
    assert words(b'{"errors": ["c", "d"]}') == "c; d"
    assert words(b'{"detail": [{"msg": "e"}]}') == "e"
    assert words(b"plain words", "text/plain") == "plain words"
    assert words(b"<html>", "text/html") == ""
