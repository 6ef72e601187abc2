"""What can go wrong at WaveSpeed: each ends in an error of the right class and right words."""

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
from tests.standins.filming import film

TAKEN = [("submitting", 0, "")]
REFUSED = [*TAKEN, ("not submitted", 0)]
MODEL = "/api/v3/wavespeed-ai/qwen-image/text-to-image"
RESULT, FILES = "/api/v3/predictions/*", "/files/*"


def create(standin: Any, prompt: str = "a boat", **more: Any) -> RunRequest:
    parameters = {"prompt": prompt, "width_px": 256, "height_px": 256}
    request = make_request("create.image", standin.access(), parameters, **more)
    return replace(request, model="qwen-image")


def take(standin: Any, folder: Path) -> RunRequest:
    parameters = {"prompt": "waves", "frames": 24, "fps_num": 24, "fps_den": 1}
    access = standin.access("alibaba/wan-2.5/image-to-video")
    request = make_request(
        "transform.image_to_video",
        access,
        {**parameters, "width_px": 96, "height_px": 80, "resolution": "480p"},
        [picture(folder, "start-frame")],
    )
    return replace(request, model="wan-2.5")


def failure(adapter: Any, request: RunRequest, context: FakeContext | None = None) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        run(adapter, request, context)
    return caught.value


REFUSALS = [
    (400, {"code": 400, "message": "size: must be W*H"}, "input", "size: must be W*H"),
    (400, {"code": 400, "message": "Insufficient balance"}, "policy", "no credit left"),
    (401, {"code": 401, "message": "Unauthorized"}, "policy", "refuses the key"),
    (402, {"code": 402, "message": "Payment required"}, "policy", "no credit left"),
    (403, {"error_code": 403, "message": "Forbidden"}, "policy", "declines the request"),
    (404, {"code": 404, "message": "model not found"}, "provider", "choose another one"),
    (413, {"code": 413, "message": "too large"}, "input", "too large"),
    (500, {"code": 500, "message": "internal"}, "provider", "failed (500)"),
    (503, {"code": 503, "message": "busy"}, "provider", "failed (503)"),
    (200, {"code": 400, "message": "bad seed", "data": None}, "input", "bad seed"),
    (200, {"code": 402, "message": "no money"}, "policy", "no credit left"),
]


@pytest.mark.parametrize(("status", "body", "kind", "words"), REFUSALS)
def test_refusals(
    standin: Any, adapter: Any, status: int, body: Any, kind: str, words: str
) -> None:
    standin.faults.add(method="POST", status=status, body=body)
    context = FakeContext()
    error = failure(adapter, create(standin), context)
    assert (error.error_class, context.said) == (kind, REFUSED)
    assert not isinstance(error, Ambiguous | RateLimited)
    assert words in error.message
    assert "wavespeed-standin" not in error.detail
    assert len(standin.recorder.requests) == 1


def test_a_wrong_key(standin: Any, adapter: Any) -> None:
    context = FakeContext()
    request = replace(create(standin), target=standin.access(key="wrong"))
    error = failure(adapter, request, context)
    assert (error.error_class, context.said) == (ErrorClass.POLICY, REFUSED)


def test_no_key_at_all(standin: Any, adapter: Any) -> None:
    request = replace(create(standin), target=None)
    assert "Add one under Providers" in failure(adapter, request).message


def test_an_empty_account(standin: Any, adapter: Any) -> None:
    standin.server.balance_usd = 0
    error = failure(adapter, create(standin))
    assert (error.error_class, "Top it up" in error.message) == (ErrorClass.POLICY, True)


@pytest.mark.parametrize(
    ("prompt", "kind", "words"),
    [
        ("[filtered]", ErrorClass.POLICY, "flagged as potentially sensitive"),
        ("[flagged]", ErrorClass.POLICY, "not safe for work"),
        ("[failed]", ErrorClass.PROVIDER, "could not make it: the worker ran out of memory"),
    ],
)
def test_what_fails_is_answered_with_200(
    standin: Any, adapter: Any, prompt: str, kind: ErrorClass, words: str
) -> None:
    error = failure(adapter, create(standin, prompt))
    assert (error.error_class, words in error.message) == (kind, True)


@pytest.mark.parametrize(
    ("ends", "kind", "words"),
    [
        ("timeout", ErrorClass.TIMEOUT, "took too long and gave up"),
        ("cancelled", ErrorClass.PROVIDER, "was cancelled at WaveSpeed"),
        ("deleted", ErrorClass.PROVIDER, "was deleted at WaveSpeed"),
        ("exploded", ErrorClass.PROVIDER, "can't be read"),
    ],
)
def test_other_ends(standin: Any, adapter: Any, ends: str, kind: ErrorClass, words: str) -> None:
    standin.faults.add(
        path=RESULT,
        status=200,
        body={"code": 200, "data": {"id": "a1", "status": ends, "outputs": [], "error": ""}},
    )
    error = failure(adapter, create(standin))
    assert (error.error_class, words in error.message) == (kind, True)


def test_a_lost_synchronous_mode_is_no_end(standin: Any, adapter: Any) -> None:
    data = {
        "id": "a1",
        "status": "processing",
        "code": 5004,
        "error": "Sync mode timed out",
        "outputs": [],
    }
    standin.faults.add(path=RESULT, status=200, body={"code": 200, "data": data})
    assert len(run(adapter, create(standin))) == 1


def test_an_output_that_is_declined_does_not_stop_the_others(standin: Any, adapter: Any) -> None:
    data = {"id": "a1", "status": "failed", "outputs": [], "error": "unsafe content"}
    standin.faults.add(path=RESULT, status=200, body={"code": 200, "data": data})
    made = []
    with pytest.raises(ProviderError) as caught:
        for produced in adapter.run(create(standin, positions=[0, 1]), FakeContext()):
            made.append(produced.position)
    assert (made, caught.value.error_class) == ([1], ErrorClass.POLICY)


@pytest.mark.parametrize(
    ("headers", "waits"), [({"Retry-After": "7"}, [7.0, 7.0]), ({}, [1.0, 2.0])]
)
def test_a_rate_limit_is_waited_out(
    standin: Any, adapter: Any, headers: dict[str, str], waits: list[float]
) -> None:
    body = {"code": 429, "message": "Too Many Requests"}
    standin.faults.add(method="POST", status=429, body=body, headers=headers, times=2)
    context = FakeContext()
    assert len(run(adapter, create(standin), context)) == 1
    assert (context.waited[:2], context.retries) == (waits, 2)


def test_a_rate_limit_of_uploads(standin: Any, adapter: Any, tmp_path: Path) -> None:
    standin.faults.add(path="/api/v3/media/*", status=429, headers={"Retry-After": "4"})
    context = FakeContext()
    assert len(run(adapter, take(standin, tmp_path), context)) == 1
    assert (context.waited[0], context.retries) == (4.0, 1)


def test_a_long_rate_limit_ends_it(standin: Any, adapter: Any) -> None:
    standin.faults.add(method="POST", status=429, headers={"Retry-After": "900"})
    context = FakeContext()
    error = failure(adapter, create(standin), context)
    assert isinstance(error, RateLimited)
    assert (error.retry_after_s, context.said) == (900, REFUSED)


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 429}, {"cut": True}])
def test_questions_are_repeated(standin: Any, adapter: Any, fault: Any) -> None:
    standin.faults.add(path=RESULT, **fault)
    context = FakeContext()
    assert len(run(adapter, create(standin), context)) == 1
    assert (context.retries, len(standin.recorder.find("POST"))) == (1, 1)


@pytest.mark.parametrize(
    "fault",
    [
        {"cut": True, "handled": True},
        {"truncate_bytes": 10},
        {"content_type": "text/html"},
        {"status": 200, "body": {"code": 200, "data": {}}},
        {"status": 200, "body": {"code": 200, "data": {"id": "../../secrets"}}},
        {"status": 504, "body": "<html>"},
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


def test_a_result_that_never_comes(standin: Any, adapter: Any, settings: Any) -> None:
    settings.PROVIDER_WAIT_SECONDS = 0.05
    standin.server.waits = 1000
    assert failure(adapter, create(standin)).error_class == ErrorClass.TIMEOUT


@pytest.mark.parametrize("host", ["http://10.0.0.7", "http://169.254.169.254", "http://[::1]:80"])
def test_results_on_internal_addresses_are_not_fetched(
    standin: Any, adapter: Any, host: str
) -> None:
    standin.server.result_host = host
    assert "does not call" in failure(adapter, create(standin)).message


def test_a_result_that_is_too_large(standin: Any, adapter: Any, settings: Any) -> None:
    settings.PROVIDER_RESULT_MAX_BYTES = 1000
    assert "larger than the studio takes" in failure(adapter, create(standin)).message


def test_a_result_that_breaks_off_is_fetched_again(standin: Any, adapter: Any) -> None:
    standin.faults.add(path=FILES, truncate_bytes=100)
    context = FakeContext()
    assert (len(run(adapter, create(standin), context)), context.retries) == (1, 1)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"content_type": "text/html"}, "no picture"),
        ({"status": 200, "body": b"no picture", "content_type": "image/png"}, "no picture"),
        ({"status": 410}, "does not hand out"),
    ],
)
def test_a_result_that_is_no_picture(standin: Any, adapter: Any, fault: Any, words: str) -> None:
    standin.faults.add(path=FILES, **fault)
    error = failure(adapter, create(standin))
    assert (error.error_class, words in error.message) == (ErrorClass.PROVIDER, True)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (film(None, (96, 80), 4.0)[:3000], "no film"),
        (b"nothing of the kind", "no film"),
        (film(None, (96, 80), 0.5), "0.5 s; the take lasts 1.0 s"),
    ],
)
def test_a_result_that_is_no_film(
    standin: Any, adapter: Any, tmp_path: Path, body: bytes, words: str
) -> None:
    standin.faults.add(
        path="/files/*.mp4", status=200, body=body, headers={"Content-Type": "video/mp4"}
    )
    error = failure(adapter, take(standin, tmp_path))
    assert (error.error_class, words in error.message) == (ErrorClass.PROVIDER, True), error.message


def test_a_film_that_is_a_little_short_runs_slower(
    standin: Any, adapter: Any, tmp_path: Path
) -> None:
    standin.faults.add(
        path="/files/*.mp4",
        status=200,
        body=film(None, (96, 80), 0.9),
        headers={"Content-Type": "video/mp4"},
    )
    [made] = run(adapter, take(standin, tmp_path))
    assert "a little short" in made.notes["slowed"]


@pytest.mark.parametrize("told", [{"code": 200, "data": {}}, [], "words"])
def test_a_state_that_makes_no_sense(standin: Any, adapter: Any, told: Any) -> None:
    standin.faults.add(path=RESULT, status=200, body=told)
    assert failure(adapter, create(standin)).error_class == ErrorClass.PROVIDER


def test_an_earlier_request_is_asked_for(standin: Any, adapter: Any) -> None:
    [first] = run(adapter, create(standin))
    code = str(first.notes["request_id"])
    context = FakeContext()
    [again] = run(adapter, create(standin, earlier=[Earlier(0, code)]), context)
    assert (again.content, context.said) == (first.content, [("submitting", 0, code)])
    assert len(standin.recorder.find("POST")) == 1


def test_an_earlier_request_that_is_forgotten_is_sent_anew(standin: Any, adapter: Any) -> None:
    [made] = run(adapter, create(standin, earlier=[Earlier(0, "gone")]))
    assert made.notes["request_id"] in standin.server.jobs


def test_an_earlier_request_without_an_id_is_left_alone(standin: Any, adapter: Any) -> None:
    error = failure(adapter, create(standin, earlier=[Earlier(0, "")]))
    assert isinstance(error, Ambiguous)
    assert standin.recorder.requests == []


def test_stopping_drops_the_result(standin: Any, adapter: Any) -> None:
    standin.server.waits = 1000
    with pytest.raises(Cancelled):
        run(adapter, create(standin), FakeContext(cancel_after=3))
