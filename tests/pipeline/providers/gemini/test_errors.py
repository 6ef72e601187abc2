"""What can go wrong at Gemini: each ends in an error of the right class and right words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.providers.base import (
    Ambiguous,
    Cancelled,
    Earlier,
    ErrorClass,
    ProviderError,
    RateLimited,
    RunRequest,
)
from tests.pipeline.providers.running import FakeContext, make_request, picture, run

TAKEN = [("submitting", 0, "")]
REFUSED = [*TAKEN, ("not submitted", 0)]
POLL, FILES = "/v1beta/interactions/*", "/media/*"


def create(standin: Any, prompt: str = "a boat", **more: Any) -> RunRequest:
    parameters = {"prompt": prompt, "width_px": 64, "height_px": 64}
    return make_request("create.image", standin.access(), parameters, **more)


def take(standin: Any, folder: Path, prompt: str = "waves", **more: Any) -> RunRequest:
    parameters = {"prompt": prompt, "frames": 24, "fps_num": 24, "fps_den": 1}
    return make_request(
        "transform.image_to_video",
        standin.access("gemini-omni-1.1-flash"),
        {**parameters, "width_px": 96, "height_px": 54},
        [picture(folder, "start-frame", (96, 54))],
        **more,
    )


def failure(adapter: Any, request: RunRequest, context: FakeContext | None = None) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        run(adapter, request, context)
    return caught.value


def body(code: int, status: str, message: str, **detail: Any) -> dict[str, Any]:
    return {"error": {"code": code, "status": status, "message": message, "details": [detail]}}


INVALID_KEY = body(
    400, "INVALID_ARGUMENT", "API key not valid. Please pass one.", reason="API_KEY_INVALID"
)
REFUSALS = [
    (400, body(400, "INVALID_ARGUMENT", "bad aspect"), "input", "bad aspect"),
    (400, INVALID_KEY, "policy", "refuses the key"),
    (400, [INVALID_KEY], "policy", "refuses the key"),
    (
        400,
        body(400, "FAILED_PRECONDITION", "User location is not supported"),
        "policy",
        "is not open to this account: User location",
    ),
    (402, body(402, "RESOURCE_EXHAUSTED", "prepaid credits"), "policy", "no credit left"),
    (403, body(403, "PERMISSION_DENIED", "API disabled"), "policy", "declines the request: API"),
    (404, body(404, "NOT_FOUND", "model is not found"), "provider", "Choose another one"),
    (499, body(499, "CANCELLED", "cancelled"), "provider", "unexpected answer (499)"),
    (500, body(500, "INTERNAL", "internal"), "provider", "failed (500)"),
    (503, [body(503, "UNAVAILABLE", "overloaded")], "provider", "failed (503): overloaded"),
]


@pytest.mark.parametrize(("status", "told", "kind", "words"), REFUSALS)
def test_refusals(
    standin: Any, adapter: Any, status: int, told: Any, kind: str, words: str
) -> None:
    standin.faults.add(method="POST", status=status, body=told)
    context = FakeContext()
    error = failure(adapter, create(standin), context)
    assert (error.error_class, context.said) == (kind, REFUSED)
    assert not isinstance(error, Ambiguous | RateLimited)
    assert words in error.message
    assert "gemini-standin" not in error.detail
    assert len(standin.recorder.requests) == 1


def test_a_wrong_key_is_400(standin: Any, adapter: Any) -> None:
    context = FakeContext()
    request = replace(create(standin), target=standin.access(key="wrong"))
    error = failure(adapter, request, context)
    assert (error.error_class, context.said) == (ErrorClass.POLICY, REFUSED)
    assert "Check it under Providers" in error.message


def test_no_key_at_all(standin: Any, adapter: Any) -> None:
    request = replace(create(standin), target=None)
    assert "Add one under Providers" in failure(adapter, request).message


def test_a_retired_model(standin: Any, adapter: Any) -> None:
    standin.server.retired.add("gemini-nano-banana-2.1")
    error = failure(adapter, create(standin))
    assert (error.error_class, "any more" in error.message) == (ErrorClass.PROVIDER, True)


def test_a_film_model_makes_no_pictures(standin: Any, adapter: Any) -> None:
    request = replace(create(standin), target=standin.access("gemini-omni-1.1-flash"))
    assert "does not have this model" in failure(adapter, request).message


@pytest.mark.parametrize(
    ("prompt", "kind", "words"),
    [
        ("[blocked]", ErrorClass.POLICY, "the prompt or a picture in it (PROHIBITED_CONTENT)"),
        ("[filtered]", ErrorClass.POLICY, "Support code: 42876398"),
        ("[words]", ErrorClass.PROVIDER, "but words: I would rather not"),
    ],
)
def test_blocking_is_200(
    standin: Any, adapter: Any, prompt: str, kind: ErrorClass, words: str
) -> None:
    context = FakeContext()
    error = failure(adapter, create(standin, prompt), context)
    assert (error.error_class, context.said) == (kind, REFUSED)
    assert words in error.message


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("SAFETY", "policy"),
        ("RECITATION", "policy"),
        ("SPII", "policy"),
        ("BLOCKLIST", "policy"),
        ("PROHIBITED_CONTENT", "policy"),
        ("IMAGE_PROHIBITED_CONTENT", "policy"),
        ("IMAGE_RECITATION", "policy"),
        ("OTHER", "provider"),
        ("IMAGE_OTHER", "provider"),
        ("NO_IMAGE", "provider"),
        ("LANGUAGE", "provider"),
    ],
)
def test_reasons_of_an_answer_without_parts(
    standin: Any, adapter: Any, reason: str, kind: str
) -> None:
    told = {"candidates": [{"content": {"role": "model"}, "finishReason": reason}]}
    standin.faults.add(method="POST", status=200, body=told)
    assert failure(adapter, create(standin)).error_class == kind


@pytest.mark.parametrize("told", [{}, {"candidates": []}, {"candidates": [{}]}])
def test_an_answer_with_nothing_in_it(standin: Any, adapter: Any, told: Any) -> None:
    standin.faults.add(method="POST", status=200, body=told)
    assert "without a picture" in failure(adapter, create(standin)).message


def test_an_output_that_is_declined_does_not_stop_the_others(standin: Any, adapter: Any) -> None:
    told = {"promptFeedback": {"blockReason": "SAFETY"}}
    standin.faults.add(method="POST", status=200, body=told)
    made = []
    with pytest.raises(ProviderError, match="moderation declined"):
        for produced in adapter.run(create(standin, positions=[0, 1]), FakeContext()):
            made.append(produced.position)
    assert made == [1]


RETRY_INFO = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "9s"}


@pytest.mark.parametrize(
    ("told", "headers", "waits"),
    [
        (body(429, "RESOURCE_EXHAUSTED", "quota"), {"Retry-After": "7"}, [7.0, 7.0]),
        (body(429, "RESOURCE_EXHAUSTED", "quota"), {}, [1.0, 2.0]),
        (body(429, "RESOURCE_EXHAUSTED", "quota", **RETRY_INFO), {}, [9.0, 9.0]),
        ([body(429, "RESOURCE_EXHAUSTED", "quota", **RETRY_INFO)], {}, [9.0, 9.0]),
    ],
)
def test_a_rate_limit_is_waited_out(
    standin: Any, adapter: Any, told: Any, headers: dict[str, str], waits: list[float]
) -> None:
    standin.faults.add(method="POST", status=429, body=told, headers=headers, times=2)
    context = FakeContext()
    assert len(run(adapter, create(standin), context)) == 1
    assert (context.waited[:2], context.retries) == (waits, 2)


def test_a_long_rate_limit_ends_it(standin: Any, adapter: Any) -> None:
    told = body(429, "RESOURCE_EXHAUSTED", "per day", retryDelay="3600s")
    standin.faults.add(method="POST", status=429, body=told)
    context = FakeContext()
    error = failure(adapter, create(standin), context)
    assert isinstance(error, RateLimited)
    assert (error.retry_after_s, context.said) == (3600, REFUSED)


@pytest.mark.parametrize(
    "fault",
    [
        {"cut": True, "handled": True},
        {"truncate_bytes": 1000},
        {"content_type": "text/html"},
        {"status": 504, "body": body(504, "DEADLINE_EXCEEDED", "deadline")},
        {
            "status": 200,
            "body": {"candidates": [{"content": {"parts": [{"inlineData": {"data": "AAAA"}}]}}]},
        },
        {
            "status": 200,
            "body": {"candidates": [{"content": {"parts": [{"inlineData": {"data": "&"}}]}}]},
        },
    ],
)
def test_a_lost_answer_is_never_asked_for_again(standin: Any, adapter: Any, fault: Any) -> None:
    standin.faults.add(method="POST", **fault)
    context = FakeContext()
    error = failure(adapter, create(standin), context)
    assert isinstance(error, Ambiguous)
    assert (context.said, len(standin.recorder.requests)) == (TAKEN, 1)


def test_a_late_answer_is_a_time_out(standin: Any, adapter: Any, settings: Any) -> None:
    settings.PROVIDER_TIMEOUT_SECONDS = 0.2
    standin.faults.add(method="POST", delay_s=1.0)
    error = failure(adapter, create(standin))
    assert isinstance(error, Ambiguous)
    assert error.error_class == ErrorClass.TIMEOUT


def test_an_earlier_picture_is_left_alone(standin: Any, adapter: Any) -> None:
    error = failure(adapter, create(standin, earlier=[Earlier(0, "")]))
    assert isinstance(error, Ambiguous)
    assert standin.recorder.requests == []


@pytest.mark.parametrize(
    ("prompt", "kind", "words"),
    [
        ("[filtered]", ErrorClass.POLICY, "Blocked by safety filters"),
        ("[silent]", ErrorClass.PROVIDER, "has finished without a film"),
    ],
)
def test_takes_that_fail(
    standin: Any, adapter: Any, tmp_path: Path, prompt: str, kind: ErrorClass, words: str
) -> None:
    error = failure(adapter, take(standin, tmp_path, prompt))
    assert (error.error_class, words in error.message) == (kind, True)


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        ("failed", "provider", "could not make it: no capacity"),
        ("incomplete", "provider", "could not make it"),
        ("budget_exceeded", "policy", "used up its budget"),
        ("cancelled", "provider", "was cancelled at Gemini"),
        ("requires_action", "provider", "asks for something"),
        ("exploded", "provider", "can't be read"),
    ],
)
def test_ends_of_takes(
    standin: Any, adapter: Any, tmp_path: Path, status: str, kind: str, words: str
) -> None:
    told = {"id": "a", "status": status, "steps": [{"error": {"message": "no capacity"}}]}
    standin.faults.add(path=POLL, status=200, body=told)
    error = failure(adapter, take(standin, tmp_path))
    assert (error.error_class, words in error.message) == (kind, True)


def test_a_retired_film_model(standin: Any, adapter: Any, tmp_path: Path) -> None:
    standin.server.retired.add("gemini-omni-1.1-flash")
    context = FakeContext()
    error = failure(adapter, take(standin, tmp_path), context)
    assert (error.error_class, context.said) == (ErrorClass.PROVIDER, REFUSED)
    assert "Choose another one" in error.message


@pytest.mark.parametrize("host", ["http://10.0.0.7", "http://169.254.169.254", "http://[::1]:80"])
def test_films_on_internal_addresses_are_not_fetched(
    standin: Any, adapter: Any, tmp_path: Path, host: str
) -> None:
    standin.server.result_host = host
    assert "does not call" in failure(adapter, take(standin, tmp_path)).message


def test_a_film_that_is_too_large(
    standin: Any, adapter: Any, tmp_path: Path, settings: Any
) -> None:
    settings.PROVIDER_RESULT_MAX_BYTES = 1000
    assert "larger than the studio takes" in failure(adapter, take(standin, tmp_path)).message


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"content_type": "text/html"}, "no film"),
        ({"status": 200, "body": b"nothing"}, "no film"),
        ({"status": 410}, "does not hand out"),
    ],
)
def test_a_result_that_is_no_film(
    standin: Any, adapter: Any, tmp_path: Path, fault: Any, words: str
) -> None:
    standin.faults.add(path=FILES, **fault)
    error = failure(adapter, take(standin, tmp_path))
    assert (error.error_class, words in error.message) == (ErrorClass.PROVIDER, True)


@pytest.mark.parametrize("fault", [{"status": 503}, {"cut": True}])
def test_questions_are_repeated(standin: Any, adapter: Any, tmp_path: Path, fault: Any) -> None:
    standin.faults.add(path=POLL, **fault)
    context = FakeContext()
    assert len(run(adapter, take(standin, tmp_path), context)) == 1
    assert (context.retries, len(standin.recorder.find("POST"))) == (1, 1)


def test_an_earlier_take_is_asked_for(standin: Any, adapter: Any, tmp_path: Path) -> None:
    [first] = run(adapter, take(standin, tmp_path))
    code = str(first.notes["request_id"])
    context = FakeContext()
    [again] = run(adapter, take(standin, tmp_path, earlier=[Earlier(0, code)]), context)
    assert (again.content, context.said) == (first.content, [("submitting", 0, code)])
    assert len(standin.recorder.find("POST")) == 1


def test_an_earlier_take_that_is_forgotten_is_sent_anew(
    standin: Any, adapter: Any, tmp_path: Path
) -> None:
    [made] = run(adapter, take(standin, tmp_path, earlier=[Earlier(0, "gone")]))
    assert made.notes["request_id"] in standin.server.interactions


def test_a_take_that_is_dropped_is_asked_to_stop(
    standin: Any, adapter: Any, tmp_path: Path
) -> None:
    standin.server.waits = 1000
    with pytest.raises(Cancelled):
        run(adapter, take(standin, tmp_path), FakeContext(cancel_after=3))
    [going] = standin.server.interactions.values()
    assert going.ends == "cancelled"


def test_a_take_that_never_comes(standin: Any, adapter: Any, tmp_path: Path, settings: Any) -> None:
    settings.PROVIDER_WAIT_SECONDS = 0.05
    standin.server.waits = 1000
    assert failure(adapter, take(standin, tmp_path)).error_class == ErrorClass.TIMEOUT
