"""What can go wrong at Stability AI: each ends in an error of the right class and right words."""

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
from pipeline.providers.stability.adapter import StabilityAdapter
from tests.pipeline.providers.running import FakeContext, make_request, picture, run

CORE = "/v2beta/stable-image/generate/core"
SQUARE = {"width_px": 64, "height_px": 64}
TAKEN = [("submitting", 0, "")]
REFUSED = [*TAKEN, ("not submitted", 0)]


def create(standin: Any, prompt: str = "a boat", **more: Any) -> Any:
    return make_request(
        "create.image", standin.access("core"), {"prompt": prompt, **SQUARE}, **more
    )


def relight(standin: Any, folder: Path, **more: Any) -> Any:
    parameters = {"background_prompt": "x"}
    inputs = [picture(folder, size=(64, 64))]
    return make_request("edit.replace_background", standin.access(), parameters, inputs, **more)


def failure(adapter: Any, request: Any, context: FakeContext) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        run(adapter, request, context)
    return caught.value


def body(name: str, *errors: str) -> dict[str, Any]:
    return {"id": "a" * 64, "name": name, "errors": list(errors)}


@pytest.mark.parametrize(
    ("status", "answer", "kind", "words"),
    [
        (400, body("bad_request", "prompt: cannot be empty"), "input", "prompt: cannot be empty"),
        (401, body("unauthorized", "missing key"), "policy", "refuses the key"),
        (402, body("payment_required", "no credits"), "policy", "no credit left"),
        (403, body("content_moderation", "flagged"), "policy", "moderation declined"),
        (404, body("not_found", "no such model"), "provider", "model was retired"),
        (413, body("payload_too_large", "too large"), "input", "10 MiB"),
        (422, body("invalid_language", "English only"), "input", "English"),
        (422, body("public_figure", "a person"), "policy", "public figures"),
        (500, body("internal_error", "oops"), "provider", "failed: oops"),
        (418, "teapot", "provider", "unexpected answer"),
    ],
)
def test_refusals(
    standin: Any, adapter: Any, status: int, answer: Any, kind: str, words: str
) -> None:
    standin.faults.add(method="POST", status=status, body=answer, headers={"X-Request-Id": "r-1"})
    context = FakeContext()
    error = failure(adapter, create(standin), context)
    assert (error.error_class, context.said) == (kind, REFUSED)
    assert not isinstance(error, Ambiguous | RateLimited)
    assert words in error.message
    assert f"HTTP {status}" in error.detail
    assert "r-1" in error.detail
    assert "sk-standin" not in error.detail
    assert len(standin.recorder.requests) == 1


def test_a_wrong_key(standin: Any, adapter: Any) -> None:
    request = make_request(
        "create.image", standin.access("core", "sk-wrong"), {"prompt": "x", **SQUARE}
    )
    error = failure(adapter, request, FakeContext())
    assert error.error_class == ErrorClass.POLICY
    assert "Check it under Providers" in error.message


def test_no_key_at_all(adapter: Any, standin: Any) -> None:
    request = create(standin)
    object.__setattr__(request, "target", None)
    error = failure(adapter, request, FakeContext())
    assert error.error_class == ErrorClass.POLICY
    assert "Add one under Providers" in error.message


def test_credits_that_do_not_suffice(standin: Any, adapter: Any) -> None:
    standin.server.credits = 2.5
    context = FakeContext()
    error = failure(adapter, create(standin), context)
    assert (error.error_class, context.said) == (ErrorClass.POLICY, REFUSED)


@pytest.mark.parametrize(
    ("prompt", "kind"),
    [("[flagged]", "policy"), ("[public figure]", "policy"), ("Это другой язык", "input")],
)
def test_moderation_of_words(standin: Any, adapter: Any, prompt: str, kind: str) -> None:
    context = FakeContext()
    error = failure(adapter, create(standin, prompt), context)
    assert (error.error_class, context.said) == (kind, REFUSED)


def test_a_blurred_picture_is_dropped_and_the_others_are_made(standin: Any, adapter: Any) -> None:
    standin.faults.add(method="POST", headers={"Finish-Reason": "CONTENT_FILTERED"})
    made = []
    with pytest.raises(ProviderError, match="blurred") as caught:
        for produced in adapter.run(create(standin, positions=[0, 1]), FakeContext()):
            made.append(produced.position)
    assert caught.value.error_class == ErrorClass.POLICY
    assert made == [1]


def test_a_blurred_asynchronous_result(standin: Any, adapter: Any, tmp_path: Path) -> None:
    request = relight(standin, tmp_path)
    request.parameters["background_prompt"] = "[filtered]"
    error = failure(adapter, request, FakeContext())
    assert error.error_class == ErrorClass.POLICY
    assert "not kept" in error.message


@pytest.mark.parametrize(
    ("headers", "waits"), [({"Retry-After": "7"}, [7.0, 7.0]), ({}, [1.0, 2.0])]
)
def test_a_rate_limit_is_waited_out(
    standin: Any, adapter: Any, headers: dict[str, str], waits: list[float]
) -> None:
    limit = body("rate_limit_exceeded", "too many requests")
    standin.faults.add(status=429, body=limit, headers=headers, times=2)
    context = FakeContext()
    assert len(run(adapter, create(standin), context)) == 1
    assert (context.waited, context.retries) == (waits, 2)
    assert context.said == [*REFUSED, *REFUSED, *TAKEN]


def test_a_long_rate_limit_ends_it(standin: Any, adapter: Any) -> None:
    standin.faults.add(status=429, body=body("rate_limit_exceeded"), headers={"Retry-After": "900"})
    context = FakeContext()
    error = failure(adapter, create(standin), context)
    assert isinstance(error, RateLimited)
    assert (error.retry_after_s, context.waited, context.said) == (900, [], REFUSED)


def test_a_rate_limit_that_stays(standin: Any, adapter: Any, settings: Any) -> None:
    settings.PROVIDER_REPEATS = 2
    standin.faults.add(status=429, body=body("rate_limit_exceeded"), times=None)
    context = FakeContext()
    assert isinstance(failure(adapter, create(standin), context), RateLimited)
    assert len(standin.recorder.requests) == 3


@pytest.mark.parametrize(
    "fault",
    [
        {"cut": True, "handled": True},
        {"truncate_bytes": 200},
        {"content_type": "text/html"},
        {"status": 200, "body": b"\x89PNG no picture", "content_type": "image/png"},
        {"status": 502, "body": "<html>"},
    ],
)
def test_a_lost_answer_is_never_asked_for_again(standin: Any, adapter: Any, fault: Any) -> None:
    standin.faults.add(method="POST", **fault)
    context = FakeContext()
    error = failure(adapter, create(standin), context)
    assert isinstance(error, Ambiguous)
    assert "may be billed" in error.message
    assert context.said == TAKEN  # the record stays open
    assert len(standin.recorder.requests) == 1


def test_a_late_answer_is_a_time_out_and_may_be_billed(standin: Any) -> None:
    standin.faults.add(method="POST", delay_s=1.0)
    error = failure(StabilityAdapter(timeout_s=0.2), create(standin), FakeContext())
    assert isinstance(error, Ambiguous)
    assert error.error_class == ErrorClass.TIMEOUT


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500, "body": body("internal_error", "oops")},
        {"status": 503, "headers": {"Retry-After": "1"}},
        {"cut": True},
        {"truncate_bytes": 50, "skip": 1},
    ],
)
def test_questions_for_a_result_are_repeated(
    standin: Any, adapter: Any, tmp_path: Path, fault: Any
) -> None:
    standin.faults.add(method="GET", **fault)
    context = FakeContext()
    assert len(run(adapter, relight(standin, tmp_path), context)) == 1
    assert context.retries == 1
    assert len(standin.recorder.find("POST")) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"content_type": "text/html", "skip": 1},
        {"status": 200, "body": b"GIF", "content_type": "image/png"},
        {"status": 404, "body": body("generation_not_found", "gone")},
    ],
)
def test_a_result_that_makes_no_sense(
    standin: Any, adapter: Any, tmp_path: Path, fault: Any
) -> None:
    standin.faults.add(method="GET", **fault)
    error = failure(adapter, relight(standin, tmp_path), FakeContext())
    assert error.error_class == ErrorClass.PROVIDER
    assert len(standin.recorder.find("POST")) == 1


def test_a_result_that_never_comes(
    standin: Any, adapter: Any, tmp_path: Path, settings: Any
) -> None:
    settings.PROVIDER_WAIT_SECONDS = 0.05
    standin.server.waits = 1000
    error = failure(adapter, relight(standin, tmp_path), FakeContext())
    assert error.error_class == ErrorClass.TIMEOUT


def test_a_result_that_is_too_large(standin: Any, adapter: Any) -> None:
    standin.faults.add(method="POST", headers={"Content-Length": str(5 * 10**9)})
    error = failure(adapter, create(standin), FakeContext())
    standin.errors.clear()  # the server could not send what it had announced
    assert isinstance(error, Ambiguous)
    assert "longer than" in error.detail


def test_a_mesh_that_was_cut(standin: Any, adapter: Any, tmp_path: Path) -> None:
    standin.faults.add(
        status=200,
        body=b"glTF\x02\0\0\0\xff\0\0\0short",
        headers={},
        content_type="model/gltf-binary",
    )
    request = make_request(
        "transform.image_to_3d",
        standin.access("stable-fast-3d"),
        {"texture_px": 512},
        [picture(tmp_path)],
    )
    assert isinstance(failure(adapter, request, FakeContext()), Ambiguous)


def test_a_retired_model(standin: Any, adapter: Any) -> None:
    standin.server.retired.add(CORE)
    error = failure(adapter, create(standin), FakeContext())
    assert error.error_class == ErrorClass.PROVIDER
    assert "choose another one" in error.message


def test_a_model_that_we_never_knew(standin: Any, adapter: Any) -> None:
    request = make_request("create.image", standin.access("sdxl"), {"prompt": "x", **SQUARE})
    error = failure(adapter, request, FakeContext())
    assert error.error_class == ErrorClass.INPUT
    assert standin.recorder.requests == []


def test_nobody_answers(adapter: Any, standin: Any, settings: Any) -> None:
    settings.PROVIDER_REPEATS = 1
    request = create(standin)
    object.__setattr__(request, "target", type(request.target)("http://127.0.0.1:9", "k", "core"))
    context = FakeContext()
    error = failure(adapter, request, context)
    assert not isinstance(error, Ambiguous)
    assert (error.error_class, context.said) == (ErrorClass.PROVIDER, REFUSED)


def test_an_earlier_synchronous_request_is_not_repeated(standin: Any, adapter: Any) -> None:
    context = FakeContext()
    request = create(standin, earlier=[Earlier(0, "")])
    assert isinstance(failure(adapter, request, context), Ambiguous)
    assert (context.said, standin.recorder.requests) == ([], [])


def test_an_earlier_asynchronous_request_is_asked_for(
    standin: Any, adapter: Any, tmp_path: Path
) -> None:
    standin.server.waits = 0
    [first] = run(adapter, relight(standin, tmp_path))
    code = str(first.notes["request_id"])
    context = FakeContext()
    [again] = run(adapter, relight(standin, tmp_path, earlier=[Earlier(0, code)]), context)
    assert again.content == first.content
    assert context.said == [("submitting", 0, code)]
    assert len(standin.recorder.find("POST")) == 1


def test_an_earlier_asynchronous_request_that_is_forgotten_is_sent_anew(
    standin: Any, adapter: Any, tmp_path: Path
) -> None:
    context = FakeContext()
    earlier = [Earlier(0, "f" * 64)]
    [made] = run(adapter, relight(standin, tmp_path, earlier=earlier), context)
    assert made.notes["request_id"] in standin.server.results
    assert len(standin.recorder.find("POST")) == 1


def test_an_earlier_asynchronous_request_without_answer(
    standin: Any, adapter: Any, tmp_path: Path
) -> None:
    request = relight(standin, tmp_path, earlier=[Earlier(0, "")])
    assert isinstance(failure(adapter, request, FakeContext()), Ambiguous)
    assert standin.recorder.requests == []


def test_cancelling_drops_what_is_waited_for(standin: Any, adapter: Any, tmp_path: Path) -> None:
    standin.server.waits = 1000
    with pytest.raises(Cancelled):
        run(adapter, relight(standin, tmp_path), FakeContext(cancel_after=3))
    assert adapter.can_cancel is False


def test_nothing_is_sent_once_it_is_to_stop(standin: Any, adapter: Any) -> None:
    with pytest.raises(Cancelled):
        run(adapter, create(standin), FakeContext(stopped=True))
    assert standin.recorder.requests == []
