"""What can go wrong at Hugging Face: each ends in an error of the right class and right words."""

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
from tests.standins.huggingface.rules import DEV, KLEIN

TAKEN = [("submitting", 0, "")]
REFUSED = [*TAKEN, ("not submitted", 0)]
HUB, FILES = "/api/models/*", "/files/*"
CREDITS = "You have exceeded your monthly included credits for Inference Providers."


def create(standin: Any, prompt: str = "a boat", who: str = "", **more: Any) -> RunRequest:
    parameters = {"prompt": prompt, "width_px": 256, "height_px": 256, "guidance": 3.5, "steps": 9}
    access = standin.access(f"{DEV}:{who}" if who else DEV)
    return make_request("create.image", access, parameters, **more)


def edit(standin: Any, folder: Path, instruction: str = "winter", **more: Any) -> RunRequest:
    parameters = {"instruction": instruction}
    return make_request("edit.prompt", standin.access(KLEIN), parameters, [picture(folder)], **more)


def failure(adapter: Any, request: RunRequest, context: FakeContext | None = None) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        run(adapter, request, context)
    return caught.value


REFUSALS = [
    (400, {"error": "width must be a multiple of 16"}, "input", "multiple of 16"),
    (401, {"error": "Invalid username or password."}, "policy", "refuses the key"),
    (402, {"error": CREDITS}, "policy", "exceeded your monthly included credits"),
    (402, {"message": CREDITS}, "policy", "exceeded your monthly included credits"),
    (403, {"detail": "missing permission"}, "policy", "needs the permission “Inference"),
    (404, {"error": "Model x is not deployed"}, "provider", "Choose another one"),
    (413, {"detail": "too large"}, "input", "too large"),
    (422, {"detail": [{"msg": "field required"}]}, "input", "field required"),
    (422, {"message": {"error": "bad seed"}}, "input", "bad seed"),
    (422, {"error": {"message": "NSFW content"}}, "policy", "Moderation declined"),
    (500, {"error": "internal"}, "provider", "failed (500): internal"),
    (503, {"error": "no capacity"}, "provider", "failed (503): no capacity"),
]


@pytest.mark.parametrize(("status", "told", "kind", "words"), REFUSALS)
def test_refusals(
    standin: Any, adapter: Any, status: int, told: Any, kind: str, words: str
) -> None:
    headers = {"x-request-id": "Root=1-abc"}
    standin.faults.add(method="POST", status=status, body=told, headers=headers)
    context = FakeContext()
    error = failure(adapter, create(standin), context)
    assert (error.error_class, context.said) == (kind, REFUSED)
    assert not isinstance(error, Ambiguous | RateLimited)
    assert words in error.message
    assert "hf_standin_token" not in error.detail
    assert "Root=1-abc" in error.detail
    assert len(standin.recorder.find("POST")) == 1


def test_an_error_in_plain_text(standin: Any, adapter: Any) -> None:
    standin.faults.add(method="POST", status=422, body="seed: not a number")
    assert "seed: not a number" in failure(adapter, create(standin)).message


def test_a_wrong_token(standin: Any, adapter: Any) -> None:
    context = FakeContext()
    request = replace(create(standin), target=standin.access(key="hf_wrong"))
    error = failure(adapter, request, context)
    assert (error.error_class, context.said) == (ErrorClass.POLICY, REFUSED)


def test_no_token_at_all(standin: Any, adapter: Any) -> None:
    request = replace(create(standin), target=None)
    assert "Add one under Providers" in failure(adapter, request).message


def test_a_model_that_the_hub_does_not_know(standin: Any, adapter: Any) -> None:
    del standin.server.mapping[DEV]
    context = FakeContext()
    error = failure(adapter, create(standin), context)
    assert (error.error_class, context.said) == (ErrorClass.PROVIDER, [])
    assert "Choose another one" in error.message


@pytest.mark.parametrize("told", [{}, {"inferenceProviderMapping": "none"}, []])
def test_a_mapping_that_can_not_be_read(standin: Any, adapter: Any, told: Any) -> None:
    standin.faults.add(path=HUB, status=200, body=told)
    assert "can't be read" in failure(adapter, create(standin)).message


def test_no_name_of_a_repository(standin: Any, adapter: Any) -> None:
    request = replace(create(standin), target=standin.access("../../api/token"))
    assert failure(adapter, request).error_class == ErrorClass.INPUT
    assert standin.recorder.requests == []


@pytest.mark.parametrize(("told_s", "waited_s"), [(20.5, 20.5), (900, 60.0)])
def test_a_model_that_is_loading_is_waited_for(
    standin: Any, adapter: Any, told_s: float, waited_s: float
) -> None:
    told = {"error": f"Model {DEV} is currently loading", "estimated_time": told_s}
    standin.faults.add(method="POST", status=503, body=told, times=2)
    context = FakeContext()
    assert len(run(adapter, create(standin), context)) == 1
    assert (context.waited[:2], context.retries) == ([waited_s, waited_s], 2)


def test_a_model_that_never_loads(standin: Any, adapter: Any) -> None:
    told = {"error": "Model is currently loading"}
    standin.faults.add(method="POST", status=503, body=told, times=None)
    context = FakeContext()
    error = failure(adapter, create(standin), context)
    assert isinstance(error, RateLimited)
    assert "still loading" in error.message
    assert (len(standin.recorder.find("POST")), context.said[-1]) == (6, REFUSED[-1])


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"Retry-After": "7"}, [7.0, 7.0]),
        ({"RateLimit": '"api";r=0;t=11', "RateLimit-Policy": '"fixed";q=5;w=300'}, [11.0, 11.0]),
        ({}, [1.0, 2.0]),
    ],
)
def test_a_rate_limit_is_waited_out(
    standin: Any, adapter: Any, headers: dict[str, str], waits: list[float]
) -> None:
    told = {"error": "Too many requests"}
    standin.faults.add(method="POST", status=429, body=told, headers=headers, times=2)
    context = FakeContext()
    assert len(run(adapter, create(standin), context)) == 1
    assert (context.waited[:2], context.retries) == (waits, 2)


def test_a_long_rate_limit_ends_it(standin: Any, adapter: Any) -> None:
    standin.faults.add(method="POST", status=429, headers={"RateLimit": '"api";r=0;t=280'})
    context = FakeContext()
    error = failure(adapter, create(standin), context)
    assert isinstance(error, RateLimited)
    assert (error.retry_after_s, context.said) == (280, REFUSED)


@pytest.mark.parametrize("who", ["fal-ai", "replicate"])
@pytest.mark.parametrize(
    "fault",
    [
        {"cut": True, "handled": True},
        {"truncate_bytes": 10},
        {"content_type": "text/html"},
        {"status": 200, "body": {}},
        {"status": 504, "body": "<html>"},
    ],
)
def test_a_lost_answer_is_never_asked_for_again(
    standin: Any, adapter: Any, fault: Any, who: str
) -> None:
    standin.faults.add(method="POST", **fault)
    context = FakeContext()
    error = failure(adapter, create(standin, who=who), context)
    assert isinstance(error, Ambiguous)
    assert (context.said, len(standin.recorder.find("POST"))) == (TAKEN, 1)


def test_a_late_answer_is_a_time_out(standin: Any, adapter: Any, settings: Any) -> None:
    settings.PROVIDER_TIMEOUT_SECONDS = 0.3
    standin.faults.add(method="POST", delay_s=1.2)
    error = failure(adapter, create(standin))
    assert isinstance(error, Ambiguous)
    assert error.error_class == ErrorClass.TIMEOUT


@pytest.mark.parametrize("who", ["together", "nscale"])
@pytest.mark.parametrize(
    ("data", "kind", "is_ambiguous"),
    [
        ([{"b64_json": "&"}], ErrorClass.PROVIDER, True),
        ([{"b64_json": "AAAA"}], ErrorClass.PROVIDER, True),
        ([], ErrorClass.PROVIDER, False),
    ],
)
def test_pictures_inside_answers(
    standin: Any, adapter: Any, who: str, data: Any, kind: ErrorClass, is_ambiguous: bool
) -> None:
    standin.only(DEV, who, DEV)
    standin.faults.add(method="POST", status=200, body={"data": data})
    context = FakeContext()
    error = failure(adapter, create(standin), context)
    assert (error.error_class, isinstance(error, Ambiguous)) == (kind, is_ambiguous)
    assert context.said == (TAKEN if is_ambiguous else REFUSED)


def test_no_pictures_in_an_answer_of_success(standin: Any, adapter: Any) -> None:
    context = FakeContext()
    error = failure(adapter, create(standin, "[empty]"), context)
    assert "without a picture" in error.message
    assert context.said == REFUSED


def test_a_flagged_result_does_not_stop_the_others(standin: Any, adapter: Any) -> None:
    told = {"images": [{"url": "https://x.example/a"}], "has_nsfw_concepts": [True]}
    standin.faults.add(method="POST", status=200, body=told)
    made = []
    with pytest.raises(ProviderError, match="Moderation declined"):
        for produced in adapter.run(create(standin, positions=[0, 1]), FakeContext()):
            made.append(produced.position)
    assert made == [1]


def test_a_checker_of_content(standin: Any, adapter: Any) -> None:
    context = FakeContext()
    error = failure(adapter, create(standin, "[flagged]"), context)
    assert (error.error_class, context.said) == (ErrorClass.POLICY, REFUSED)


@pytest.mark.parametrize(
    ("told", "kind", "words"),
    [
        ({"status": "COMPLETED", "error": "out of memory"}, "provider", "out of memory"),
        ({"status": "FAILED"}, "provider", "could not make it: failed"),
        ({"status": "COMPLETED", "error": "content policy violation"}, "policy", "declined"),
        ({"status": "exploded"}, "provider", "can't be read"),
    ],
)
def test_what_fails_in_the_queue(
    standin: Any, adapter: Any, tmp_path: Path, told: Any, kind: str, words: str
) -> None:
    standin.faults.add(path="/fal-ai/*/status", status=200, body=told)
    error = failure(adapter, edit(standin, tmp_path))
    assert (error.error_class, words in error.message) == (kind, True)


@pytest.mark.parametrize(
    ("told", "kind", "words"),
    [
        ({"id": "a", "status": "failed", "error": "NSFW content detected"}, "policy", "declined"),
        ({"id": "a", "status": "failed", "error": "E1000"}, "provider", "could not make it: E1000"),
        ({"id": "a", "status": "canceled", "output": None}, "provider", "canceled"),
        ({"id": "a", "status": "succeeded", "output": None}, "provider", "without a picture"),
    ],
)
def test_what_fails_at_replicate(
    standin: Any, adapter: Any, told: Any, kind: str, words: str
) -> None:
    standin.faults.add(method="POST", status=201, body=told)
    error = failure(adapter, create(standin, who="replicate"))
    assert (error.error_class, words in error.message) == (kind, True)


@pytest.mark.parametrize("host", ["http://10.0.0.7", "http://169.254.169.254", "http://[::1]:80"])
def test_results_on_internal_addresses_are_not_fetched(
    standin: Any, adapter: Any, host: str
) -> None:
    standin.server.result_host = host
    assert "does not call" in failure(adapter, create(standin)).message


def test_a_result_that_is_too_large(standin: Any, adapter: Any, settings: Any) -> None:
    settings.PROVIDER_RESULT_MAX_BYTES = 100
    assert "larger than the studio takes" in failure(adapter, create(standin)).message


def test_a_result_that_breaks_off_is_fetched_again(standin: Any, adapter: Any) -> None:
    standin.faults.add(path=FILES, truncate_bytes=100)
    context = FakeContext()
    assert (len(run(adapter, create(standin), context)), context.retries) == (1, 1)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"content_type": "text/html"}, "no picture"),
        ({"status": 200, "body": b"no picture", "headers": {}}, "no picture"),
        ({"status": 410}, "does not hand out"),
    ],
)
def test_a_result_that_is_no_picture(standin: Any, adapter: Any, fault: Any, words: str) -> None:
    standin.faults.add(path=FILES, **fault)
    error = failure(adapter, create(standin))
    assert (error.error_class, words in error.message) == (ErrorClass.PROVIDER, True)


@pytest.mark.parametrize("who", ["replicate", "wavespeed"])
def test_an_earlier_request_is_asked_for(standin: Any, adapter: Any, who: str) -> None:
    [first] = run(adapter, create(standin, who=who))
    code = str(first.notes["request_id"])
    standin.recorder.clear()
    context = FakeContext()
    [again] = run(adapter, create(standin, earlier=[Earlier(0, code)]), context)
    assert (again.content, context.said) == (first.content, [("submitting", 0, code)])
    assert again.notes["served_by"] == who
    assert standin.recorder.find("POST") + standin.recorder.find("GET", HUB) == []


def test_an_earlier_edit_is_asked_for(standin: Any, adapter: Any, tmp_path: Path) -> None:
    [first] = run(adapter, edit(standin, tmp_path))
    code = str(first.notes["request_id"])
    request = edit(standin, tmp_path, positions=[0, 1], earlier=[Earlier(0, code)])
    made = run(adapter, request)
    assert [one.position for one in made] == [0, 1]
    assert (made[0].content, len(standin.recorder.find("POST"))) == (first.content, 2)


@pytest.mark.parametrize("code", ["replicate:gone", "fal-ai:/../../etc", "nobody:1", "nonsense"])
def test_an_earlier_request_that_is_forgotten_is_sent_anew(
    standin: Any, adapter: Any, tmp_path: Path, code: str
) -> None:
    [made] = run(adapter, edit(standin, tmp_path, earlier=[Earlier(0, code)]))
    assert made.notes["request_id"].startswith("fal-ai:/")
    assert len(standin.recorder.find("POST")) == 1


def test_an_earlier_request_that_is_forgotten_by_no_queue(standin: Any, adapter: Any) -> None:
    error = failure(adapter, create(standin, earlier=[Earlier(0, "replicate:gone")]))
    assert isinstance(error, Ambiguous)
    assert standin.recorder.find("POST") == []


def test_an_earlier_request_without_an_id_is_left_alone(standin: Any, adapter: Any) -> None:
    error = failure(adapter, create(standin, earlier=[Earlier(0, "")]))
    assert isinstance(error, Ambiguous)
    assert standin.recorder.requests == []


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 429}, {"cut": True}])
def test_questions_are_repeated(standin: Any, adapter: Any, tmp_path: Path, fault: Any) -> None:
    standin.faults.add(path="/fal-ai/*/status", **fault)
    context = FakeContext()
    assert len(run(adapter, edit(standin, tmp_path), context)) == 1
    assert (context.retries, len(standin.recorder.find("POST"))) == (1, 1)


def test_a_result_that_never_comes(
    standin: Any, adapter: Any, tmp_path: Path, settings: Any
) -> None:
    settings.PROVIDER_WAIT_SECONDS = 0.05
    standin.server.waits = 1000
    assert failure(adapter, edit(standin, tmp_path)).error_class == ErrorClass.TIMEOUT


def test_stopping_drops_the_result(standin: Any, adapter: Any, tmp_path: Path) -> None:
    standin.server.waits = 1000
    with pytest.raises(Cancelled):
        run(adapter, edit(standin, tmp_path), FakeContext(cancel_after=3))
