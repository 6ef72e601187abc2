"""A key that is replaced or removed while a request is out: nothing is made, and paid, twice."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.jobs.bridge import bridge_worker
from pipeline.jobs.claim import claim_remote_job
from pipeline.jobs.finish import LOST, end_attempt
from pipeline.jobs.models import Attempt, ErrorClass, Job, JobState, ProviderRequest
from pipeline.jobs.run import AttemptRun
from pipeline.providers.base import Ambiguous, Earlier
from pipeline.providers.keys import keys_of, put_key, remove_key
from pipeline.providers.models import Provider
from studio.core.models import User
from tests.pipeline.providers.bria.test_engine import engine  # noqa: F401
from tests.pipeline.providers.bria.test_errors import failure, structure
from tests.pipeline.providers.running import FakeContext, run
from tests.pipeline.providers.through_engine import Engine
from tests.standins.bria import KEY

OTHER = "bria-another-account"


def lose(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Attempt:  # noqa: F811
    """Claim the next job; its process dies while the provider works."""

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    attempt = claim_remote_job(bridge_worker()).attempt
    assert attempt is not None
    with monkeypatch.context() as patched:
        patched.setattr(AttemptRun, "wait", die)
        with pytest.raises(KeyboardInterrupt):
            AttemptRun(attempt).run()
    assert end_attempt(attempt, LOST)
    return attempt


def replace_key(admin: User, secret: str) -> None:
    put_key(actor=admin, provider=Provider.Code.BRIA, secret=secret, for_studio=True)


def ask(engine: Engine) -> Job:  # noqa: F811
    return engine.submit("prompt.structure", {"prompt": "a boat"})


@pytest.mark.parametrize("is_known", [True, False], ids=["another account", "refused key"])
def test_another_key_does_not_ask_anew(
    engine: Engine,  # noqa: F811
    standin: Any,
    admin: User,
    monkeypatch: pytest.MonkeyPatch,
    is_known: bool,
) -> None:
    before = engine.balance()
    ask(engine)
    lose(engine, monkeypatch)
    if is_known:
        standin.server.keys.add(OTHER)
    replace_key(admin, OTHER)
    job, attempt = engine.run()
    assert job.state_id == JobState.Code.FAILED
    assert "with another key" in attempt.message and "may be billed" in attempt.message
    assert len(standin.recorder.find("POST")) == 1
    assert engine.balance() == before


def test_without_a_key_it_says_what_may_have_run(
    engine: Engine,  # noqa: F811
    standin: Any,
    admin: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask(engine)
    lose(engine, monkeypatch)
    remove_key(actor=admin, code=keys_of(admin).get().code)
    job, attempt = engine.run()
    assert job.state_id == JobState.Code.FAILED
    assert attempt.error_class_id == ErrorClass.Code.POLICY
    assert "No key for Bria" in attempt.message and "may be billed" in attempt.message
    assert len(standin.recorder.find("POST")) == 1


def test_the_same_key_put_again_is_the_same(
    engine: Engine,  # noqa: F811
    standin: Any,
    admin: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask(engine)
    lose(engine, monkeypatch)
    replace_key(admin, KEY)
    standin.server.jobs.clear()  # forgotten, by the very key that had asked: it never ran
    job, _attempt = engine.run()
    assert job.state_id == JobState.Code.SUCCEEDED
    assert len(standin.recorder.find("POST")) == 2


def test_whose_request_it_was_outlasts_several_losses(
    engine: Engine,  # noqa: F811
    standin: Any,
    admin: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The second attempt takes the request up with the other key, and is lost as well."""
    ask(engine)
    first = lose(engine, monkeypatch)
    standin.faults.add(method="GET", status=200, body={"status": "IN_PROGRESS"})
    standin.server.keys.add(OTHER)
    replace_key(admin, OTHER)
    second = lose(engine, monkeypatch)
    made, adopted = (ProviderRequest.objects.get(attempt=one) for one in (first, second))
    assert made.request_id == adopted.request_id
    assert len(made.key_digest) == 64 and made.key_digest == adopted.key_digest
    assert KEY not in made.key_digest
    job, attempt = engine.run()
    assert job.state_id == JobState.Code.FAILED and "with another key" in attempt.message
    assert len(standin.recorder.find("POST")) == 1


def test_a_request_that_another_key_of_the_account_knows_is_taken_up(
    standin: Any, adapter: Any
) -> None:
    [first] = run(adapter, structure(standin))
    code = str(first.notes["request_id"])
    [again] = run(adapter, structure(standin, earlier=[Earlier(0, code, is_same_key=False)]))
    assert again.content == first.content
    assert len(standin.recorder.find("POST")) == 1


def test_one_that_can_not_be_found_takes_no_other_along(standin: Any, adapter: Any) -> None:
    [first] = run(adapter, structure(standin))
    known = str(first.notes["request_id"])
    request = structure(
        standin,
        positions=[0, 1],
        earlier=[Earlier(0, "gone", is_same_key=False), Earlier(1, known)],
    )
    made = []
    with pytest.raises(Ambiguous, match="with another key"):
        made += list(adapter.run(request, FakeContext()))
    assert len(standin.recorder.find("POST")) == 1
    context = FakeContext()
    error = failure(adapter, request, context)
    assert isinstance(error, Ambiguous)
    assert ("submitting", 1, known) in context.said
