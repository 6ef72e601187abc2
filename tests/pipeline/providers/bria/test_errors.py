"""What can go wrong at Bria: each ends in an error of the right class and right words."""

from __future__ import annotations

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
)
from tests.pipeline.providers.running import FakeContext, make_request, mask, picture, run

TAKEN = [("submitting", 0, "")]
REFUSED = [*TAKEN, ("not submitted", 0)]


def create(standin: Any, prompt: str = "a boat", **more: Any) -> Any:
    parameters = {"prompt": prompt, "width_px": 64, "height_px": 64}
    return make_request("create.image", standin.access(), parameters, **more)


def structure(standin: Any, **more: Any) -> Any:
    return make_request("prompt.structure", standin.access(), {"prompt": "a boat"}, **more)


def failure(adapter: Any, request: Any, context: FakeContext) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        run(adapter, request, context)
    return caught.value


def body(code: int, message: str, details: str = "") -> dict[str, Any]:
    error = {"code": code, "message": message, "details": details}
    return {"error": error, "request_id": "r-1"}


REFUSALS = [
    (400, "Bad request", "input", "Bad request"),
    (401, "Unauthorized", "policy", "refuses the key"),
    (403, "Quota exceeded", "policy", "quota is used up: Quota exceeded"),
    (404, "Not found", "provider", "model was retired"),
    (405, "Method not allowed", "provider", "unexpected answer"),
    (413, "Payload too large", "input", "12 MB"),
    (415, "Unsupported media type", "input", "Unsupported media type"),
    (422, "Validation error", "input", "does not accept the request: Validation error"),
    (422, "Prompt content moderation failed", "policy", "moderation declined"),
    (460, "Image not downloadable", "input", "could not fetch a picture"),
    (500, "Internal error", "provider", "failed (500)"),
    (506, "Internal error", "provider", "failed (506)"),
]


@pytest.mark.parametrize(("status", "message", "kind", "words"), REFUSALS)
def test_refusals(
    standin: Any, adapter: Any, status: int, message: str, kind: str, words: str
) -> None:
    standin.faults.add(method="POST", status=status, body=body(status, message))
    context = FakeContext()
    error = failure(adapter, structure(standin), context)
    assert (error.error_class, context.said) == (kind, REFUSED)
    assert not isinstance(error, Ambiguous | RateLimited)
    assert words in error.message
    assert "bria-standin" not in error.detail
    assert "r-1" in error.detail
    assert len(standin.recorder.requests) == 1


@pytest.mark.parametrize(
    ("code", "message", "kind", "words"),
    [
        (422, "Output moderation", "policy", "moderation declined"),
        (422, "Invalid mask", "input", "Invalid mask"),
        (413, "Too large", "input", "12 MB"),
        (415, "GIF", "input", "GIF"),
        (460, "Not downloadable", "input", "could not fetch"),
        (500, "Internal error", "provider", "could not make it: Internal error"),
        (None, "", "provider", "could not make it"),
    ],
)
def test_requests_that_fail_later(
    standin: Any, adapter: Any, code: Any, message: str, kind: str, words: str
) -> None:
    told = {"status": "ERROR", "error": {"code": code, "message": message}, "request_id": "x"}
    standin.faults.add(method="GET", status=200, body=told)
    error = failure(adapter, structure(standin), FakeContext())
    assert error.error_class == kind
    assert words in error.message


def test_a_wrong_token(standin: Any, adapter: Any) -> None:
    request = make_request("prompt.structure", standin.access(key="wrong"), {"prompt": "x"})
    context = FakeContext()
    error = failure(adapter, request, context)
    assert (error.error_class, context.said) == (ErrorClass.POLICY, REFUSED)
    assert "Check it under Providers" in error.message


def test_no_token_at_all(standin: Any, adapter: Any) -> None:
    request = structure(standin)
    object.__setattr__(request, "target", None)
    assert "Add one under Providers" in failure(adapter, request, FakeContext()).message


def test_moderation_of_words(standin: Any, adapter: Any) -> None:
    context = FakeContext()
    error = failure(adapter, create(standin, "[flagged]"), context)
    assert (error.error_class, context.said) == (ErrorClass.POLICY, REFUSED)


def test_an_output_that_moderation_declines_does_not_stop_the_others(
    standin: Any, adapter: Any
) -> None:
    told = {"status": "ERROR", "error": {"code": 422, "message": "moderation"}, "request_id": "x"}
    standin.faults.add(method="GET", status=200, body=told)
    made = []
    with pytest.raises(ProviderError) as caught:
        for produced in adapter.run(create(standin, positions=[0, 1]), FakeContext()):
            made.append(produced.position)
    assert (made, caught.value.error_class) == ([1], ErrorClass.POLICY)


def test_a_result_that_moderation_declines(standin: Any, adapter: Any) -> None:
    error = failure(adapter, create(standin, "[filtered]"), FakeContext())
    assert error.error_class == ErrorClass.POLICY
    assert "found inappropriate" in error.message


@pytest.mark.parametrize(
    ("headers", "waits"), [({"Retry-After": "7"}, [7.0, 7.0]), ({}, [1.0, 2.0])]
)
def test_a_rate_limit_is_waited_out(
    standin: Any, adapter: Any, headers: dict[str, str], waits: list[float]
) -> None:
    standin.faults.add(method="POST", status=429, body=body(429, "slow"), headers=headers, times=2)
    context = FakeContext()
    assert len(run(adapter, structure(standin), context)) == 1
    assert (context.waited[:2], context.retries) == (waits, 2)


def test_a_rate_limit_of_questions(standin: Any, adapter: Any) -> None:
    standin.faults.add(method="GET", status=429, headers={"Retry-After": "3"})
    context = FakeContext()
    assert len(run(adapter, structure(standin), context)) == 1
    assert (3.0 in context.waited, context.retries) == (True, 1)
    assert len(standin.recorder.find("POST")) == 1


def test_a_long_rate_limit_ends_it(standin: Any, adapter: Any) -> None:
    standin.faults.add(status=429, body=body(429, "slow"), headers={"Retry-After": "900"})
    context = FakeContext()
    error = failure(adapter, structure(standin), context)
    assert isinstance(error, RateLimited)
    assert (error.retry_after_s, context.said) == (900, REFUSED)


@pytest.mark.parametrize(
    "fault",
    [
        {"cut": True, "handled": True},
        {"truncate_bytes": 10},
        {"content_type": "text/html"},
        {"status": 202, "body": {"status_url": "https://x"}},
        {"status": 202, "body": {"request_id": "../../secrets"}},
        {"status": 504, "body": "<html>"},
    ],
)
def test_a_lost_answer_is_never_asked_for_again(standin: Any, adapter: Any, fault: Any) -> None:
    standin.faults.add(method="POST", **fault)
    context = FakeContext()
    error = failure(adapter, structure(standin), context)
    assert isinstance(error, Ambiguous)
    assert context.said == TAKEN
    assert len(standin.recorder.requests) == 1


def test_a_late_answer_is_a_time_out_and_may_be_billed(
    standin: Any, adapter: Any, settings: Any
) -> None:
    settings.PROVIDER_TIMEOUT_SECONDS = 0.2
    standin.faults.add(method="POST", delay_s=1.0)
    error = failure(adapter, structure(standin), FakeContext())
    assert isinstance(error, Ambiguous)
    assert error.error_class == ErrorClass.TIMEOUT


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 503}, {"cut": True}])
def test_questions_are_repeated(standin: Any, adapter: Any, fault: Any) -> None:
    standin.faults.add(method="GET", **fault)
    context = FakeContext()
    assert len(run(adapter, structure(standin), context)) == 1
    assert (context.retries, len(standin.recorder.find("POST"))) == (1, 1)


@pytest.mark.parametrize(
    "told",
    [
        {"status": "COMPLETED", "request_id": "x"},
        {"status": "COMPLETED", "result": {}, "request_id": "x"},
        {"status": "COMPLETED", "result": {"structured_prompt": "no JSON"}},
        {"status": "FAILED", "request_id": "x"},
        [],
    ],
)
def test_a_status_that_makes_no_sense(standin: Any, adapter: Any, told: Any) -> None:
    standin.faults.add(method="GET", status=200, body=told)
    error = failure(adapter, structure(standin), FakeContext())
    assert error.error_class == ErrorClass.PROVIDER


def test_unknown_is_borne_for_a_while(standin: Any, adapter: Any) -> None:
    standin.faults.add(method="GET", status=200, body={"status": "UNKNOWN"}, times=3)
    assert len(run(adapter, structure(standin))) == 1


@pytest.mark.parametrize(
    "fault",
    [{"status": 200, "body": {"status": "UNKNOWN"}}, {"status": 404, "body": body(404, "gone")}],
)
def test_unknown_for_good_is_told(standin: Any, adapter: Any, fault: Any) -> None:
    standin.faults.add(method="GET", times=None, **fault)
    error = failure(adapter, structure(standin), FakeContext())
    assert error.error_class == ErrorClass.PROVIDER
    assert "may be billed" in error.message
    assert len(standin.recorder.find("POST")) == 1


def test_a_result_that_never_comes(standin: Any, adapter: Any, settings: Any) -> None:
    settings.PROVIDER_WAIT_SECONDS = 0.05
    standin.server.waits = 1000
    error = failure(adapter, structure(standin), FakeContext())
    assert error.error_class == ErrorClass.TIMEOUT
    assert error.may_run and "may still finish, and be billed" in error.message


@pytest.mark.parametrize(
    "host",
    [
        "http://10.0.0.7",
        "http://169.254.169.254",
        "http://localhost:1",
        "http://[::1]:8000",
        "file://",
    ],
)
def test_results_on_internal_addresses_are_not_fetched(
    standin: Any, adapter: Any, host: str
) -> None:
    standin.server.result_host = host
    error = failure(adapter, create(standin), FakeContext())
    assert error.error_class == ErrorClass.PROVIDER
    assert "does not call" in error.message


def test_a_result_that_is_too_large(standin: Any, adapter: Any, settings: Any) -> None:
    settings.PROVIDER_RESULT_MAX_BYTES = 1000
    error = failure(adapter, create(standin), FakeContext())
    assert "larger than the studio takes" in error.message


def test_a_result_that_breaks_off_is_fetched_again(standin: Any, adapter: Any) -> None:
    standin.faults.add(path="/results/*", truncate_bytes=100)
    context = FakeContext()
    assert len(run(adapter, create(standin), context)) == 1
    assert context.retries == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"content_type": "text/html"}, "no picture"),
        ({"status": 200, "body": b"no picture", "content_type": "image/png"}, "no picture"),
        ({"status": 410}, "does not hand out"),
    ],
)
def test_a_result_that_is_no_picture(standin: Any, adapter: Any, fault: Any, words: str) -> None:
    standin.faults.add(path="/results/*", **fault)
    error = failure(adapter, create(standin), FakeContext())
    assert (error.error_class, words in error.message) == (ErrorClass.PROVIDER, True)


def test_a_retired_endpoint(standin: Any, adapter: Any, tmp_path: Path) -> None:
    standin.server.retired.add("/v2/image/edit/erase")
    request = make_request("edit.erase", standin.access(), {}, [picture(tmp_path), mask(tmp_path)])
    context = FakeContext()
    error = failure(adapter, request, context)
    assert (error.error_class, context.said) == (ErrorClass.PROVIDER, REFUSED)
    assert "choose another one" in error.message


def test_transparent_edges(standin: Any, adapter: Any, tmp_path: Path) -> None:
    inputs = [picture(tmp_path, mode="RGBA", colour=(9, 9, 9, 0))]
    error = failure(
        adapter,
        make_request("edit.outpaint", standin.access(), {"left_px": 9}, inputs),
        FakeContext(),
    )
    assert error.error_class == ErrorClass.INPUT
    assert "transparent edges" in error.message


def test_an_earlier_request_is_asked_for(standin: Any, adapter: Any) -> None:
    [first] = run(adapter, create(standin))
    code = str(first.notes["request_id"])
    context = FakeContext()
    [again] = run(adapter, create(standin, earlier=[Earlier(0, code)]), context)
    assert again.content == first.content
    assert context.said == [("submitting", 0, code)]
    assert len(standin.recorder.find("POST")) == 1


def test_an_earlier_request_that_is_forgotten_is_sent_anew(standin: Any, adapter: Any) -> None:
    context = FakeContext()
    [made] = run(adapter, structure(standin, earlier=[Earlier(0, "gone")]), context)
    assert made.notes["request_id"] in standin.server.jobs
    assert context.said[0] == ("submitting", 0, "gone")


def test_what_was_taken_is_awaited_when_the_next_is_refused(standin: Any, adapter: Any) -> None:
    standin.faults.add(method="POST", skip=1, status=403, body=body(403, "Quota exceeded"))
    context = FakeContext()
    made = []
    with pytest.raises(ProviderError, match="quota"):
        for produced in adapter.run(structure(standin, positions=[0, 1, 2]), context):
            made.append(produced.position)
    assert made == [0]
    assert len(standin.recorder.find("POST")) == 2  # nothing new after a refusal


def test_one_that_fails_does_not_take_the_others_along(standin: Any, adapter: Any) -> None:
    told = {"status": "ERROR", "error": {"code": 500, "message": "oops"}, "request_id": "x"}
    standin.faults.add(method="GET", status=200, body=told)
    made = []
    with pytest.raises(ProviderError, match="oops"):
        for produced in adapter.run(structure(standin, positions=[0, 1]), FakeContext()):
            made.append(produced.position)
    assert made == [1]


def test_too_many_questions_do_not_end_what_runs(standin: Any, adapter: Any) -> None:
    standin.faults.add(method="GET", status=429, headers={"Retry-After": "900"}, times=3)
    assert len(run(adapter, structure(standin))) == 1
    assert len(standin.recorder.find("POST")) == 1


def test_of_two_earlier_requests_the_known_one_is_delivered_first(
    standin: Any, adapter: Any
) -> None:
    [first] = run(adapter, structure(standin))
    earlier = [Earlier(0, ""), Earlier(1, str(first.notes["request_id"]))]
    made = []
    with pytest.raises(Ambiguous):
        for produced in adapter.run(
            structure(standin, positions=[0, 1, 2], earlier=earlier), FakeContext()
        ):
            made.append(produced.position)
    assert made == [1]
    assert len(standin.recorder.find("POST")) == 1


def test_an_earlier_request_without_answer(standin: Any, adapter: Any) -> None:
    request = structure(standin, earlier=[Earlier(0, "")])
    assert isinstance(failure(adapter, request, FakeContext()), Ambiguous)
    assert standin.recorder.requests == []


def test_cancelling_drops_what_is_waited_for(standin: Any, adapter: Any) -> None:
    standin.server.waits = 1000
    with pytest.raises(Cancelled):
        run(adapter, structure(standin), FakeContext(cancel_after=3))
    assert adapter.can_cancel is False
