"""What is known of a request that was taken: whether it may still run, and its id."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.providers.base import Ambiguous
from tests.pipeline.providers.bria.test_errors import TAKEN, body, failure, structure
from tests.pipeline.providers.running import FakeContext, run


def test_a_question_without_answer_leaves_open_what_runs(standin: Any, adapter: Any) -> None:
    standin.faults.add(method="GET", status=500, times=None)
    error = failure(adapter, structure(standin), FakeContext())
    assert error.may_run and "may have run, or still run" in error.message
    assert len(standin.recorder.find("POST")) == 1


def test_what_failed_there_is_over(standin: Any, adapter: Any) -> None:
    standin.faults.add(method="GET", status=200, body={"status": "ERROR", **body(500, "broken")})
    error = failure(adapter, structure(standin), FakeContext())
    assert not error.may_run


def test_of_several_failures_none_hides_that_something_runs(standin: Any, adapter: Any) -> None:
    standin.faults.add(method="GET", status=200, body={"status": "ERROR", **body(500, "broken")})
    standin.faults.add(method="GET", status=500, times=None)
    error = failure(adapter, structure(standin, positions=[0, 1]), FakeContext())
    assert "broken" in error.message and error.may_run


@pytest.mark.parametrize(
    "code",
    [
        "../../v1/account",
        "..",
        ".hidden",
        "a/b",
        "a?sync=true",
        "a#b",
        "a%2f..%2fb",
        "a b",
        "a\nb",
        "ä",
        "x" * 181,
        "",
        7,
        None,
        ["a"],
    ],
)
def test_an_id_that_would_lead_elsewhere_is_none(standin: Any, adapter: Any, code: Any) -> None:
    standin.faults.add(method="POST", status=202, body={"request_id": code})
    context = FakeContext()
    assert isinstance(failure(adapter, structure(standin), context), Ambiguous)
    assert context.said == TAKEN
    assert standin.recorder.find("GET") == []


def test_the_address_that_comes_with_an_id_is_not_called(standin: Any, adapter: Any) -> None:
    told = {"request_id": "r-1_A", "status_url": f"{standin.url}/v1/account?steal=the-key"}
    standin.faults.add(method="POST", status=202, body=told)
    result = {"status": "COMPLETED", "result": {"structured_prompt": "{}"}}
    standin.faults.add(method="GET", status=200, body=result)
    assert len(run(adapter, structure(standin))) == 1
    assert [one.path for one in standin.recorder.find("GET")] == ["/v2/status/r-1_A"]
